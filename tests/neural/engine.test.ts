import { describe, expect, test } from "vitest";
import { gunzipJson, gzipJson } from "../../src/core/gzip-json";
import { normal, seeded } from "../../src/core/rng";
import { openEngine, workingBackends } from "../../src/neural/backend";
import { noise, simdFiller } from "../../src/neural/noise";
import { simdEngine } from "../../src/neural/simd/engine";
import { hold, initial, weightsFromJson, weightsToJson } from "../../src/neural/weights";
import { pointwise } from "./cases";
import { cos32, exp32, log32, sin32 } from "./float32";
import { plainFiller } from "./plain-filler";
import { plainEngine } from "./plain-kernels";

const backends = await workingBackends();

function drawn(count: number, label: string): Float32Array {
  const rng = seeded(label);
  return Float32Array.from({ length: count }, () => normal(rng));
}

describe("simdEngine()", () => {
  const shapes = [
    [1, 1, 1],
    [1, 9, 3],
    [3, 8, 5],
    [4, 8, 16],
    [5, 17, 7],
    [32, 64, 128],
    [7, 12, 1300],
  ];
  const flags = [
    [false, false],
    [true, false],
    [false, true],
    [true, true],
  ];
  test.each(shapes)("multiplies %i × %i over %i as its plain twin does, bit for bit", (m, n, k) => {
    for (const [transposeA, transposeB] of flags) {
      const [fast, plain] = [simdEngine(), plainEngine()].map((engine) =>
        engine.step(() => {
          const a = transposeA ? engine.put(drawn(m * k, "a"), k, m) : engine.put(drawn(m * k, "a"), m, k);
          const b = transposeB ? engine.put(drawn(n * k, "b"), n, k) : engine.put(drawn(n * k, "b"), k, n);
          return engine.read(engine.matMul(a, b, { transposeA, transposeB }));
        }),
      );
      expect(fast).toEqual(plain);
    }
  });

  test("grows its memory without losing what it holds", () => {
    const engine = simdEngine();
    const values = drawn(1000, "kept");
    const kept = engine.keep(values, 10, 100);
    const sum = engine.step(() => {
      const parts = Array.from({ length: 40 }, (_, i) =>
        engine.put(new Float32Array(500_000).fill(i), 500, 1000),
      );
      return parts.reduce(
        (total, part) => total + engine.read(engine.sumRows(engine.sumColumns(part)))[0],
        0,
      );
    });
    expect(sum).toBe(500_000 * 780);
    expect(engine.read(kept)).toEqual(values);
    engine.free(kept);
    expect(engine.live()).toBe(0);
  });

  test("refuses tensors outside a step, and products of sides that do not fit", () => {
    const engine = simdEngine();
    expect(() => engine.put(new Float32Array(1), 1, 1)).toThrow(
      "Cannot compute a net: tensors must be made within a step",
    );
    expect(() =>
      engine.step(() =>
        engine.matMul(engine.put(new Float32Array(6), 2, 3), engine.put(new Float32Array(8), 2, 4)),
      ),
    ).toThrow("Cannot multiply matrices: the inner sides must have the same length, got 3 and 2");
    expect(engine.live()).toBe(0);
  });
});

describe("the simd kernels and their plain twins", () => {
  const special = [
    0,
    -0,
    1e-30,
    -1e-30,
    1e-3,
    -1e-3,
    0.5,
    -0.5,
    3,
    -3,
    20,
    -20,
    90,
    -90,
    1e4,
    -1e4,
    1e30,
    -1e30,
    Infinity,
    -Infinity,
    NaN,
  ];
  const numbers = Float32Array.from([...special, ...drawn(200, "pointwise").map((x) => x * 5)]);

  test.each(pointwise)("agree bit for bit on %s", (f) => {
    const [fast, plain] = [simdEngine(), plainEngine()].map((engine) =>
      engine.step(() => {
        // Angles beyond some thousands have no digits left in single precision.
        const of = f === "cos" ? numbers.map((x) => (Math.abs(x) > 1e5 ? 1 : x)) : numbers;
        const x = engine.put(of, 1, of.length);
        const y = engine.map(f, x);
        const dy = engine.put(drawn(numbers.length, "slopes"), 1, numbers.length);
        return [engine.read(y), engine.read(engine.mapGradient(f, x, y, dy))];
      }),
    );
    expect(fast).toEqual(plain);
  });

  test.each([
    // Bounds are a few units in the last of single precision's seven digits.
    ["exp", Math.exp, exp32, -80, 80, 3e-7],
    ["log", Math.log, log32, 1e-6, 1e6, 3e-7],
    ["cos", Math.cos, cos32, -200, 200, 3e-7],
    ["sin", Math.sin, sin32, -200, 200, 3e-7],
  ] as const)("come near %s in double precision", (_, exact, ours, from, to, bound) => {
    const rng = seeded("range");
    for (let i = 0; i < 20_000; i++) {
      const x = Math.fround(from + (to - from) * rng.uniform());
      expect(Math.abs(ours(x) - exact(x))).toBeLessThanOrEqual(bound * Math.max(1, Math.abs(exact(x))));
    }
  });

  test("agree on a step of Adam", () => {
    const [fast, plain] = [simdEngine(), plainEngine()].map((engine) => {
      const w = engine.keep(drawn(37, "w"), 37, 1);
      const state = engine.adamState([w]);
      for (let step = 1; step <= 3; step++)
        engine.step(() => {
          const g = engine.put(drawn(37, `g${step}`), 37, 1);
          const how = {
            rate: 0.01,
            beta1: 0.9,
            beta2: 0.999,
            epsilon: 1e-8,
            decay: 1e-3,
            decayed: [true],
            step,
          };
          engine.adam([w], [g], state, how);
        });
      return engine.read(w);
    });
    expect(fast).toEqual(plain);
  });
});

describe.each(backends)("the %s backend", (backend) => {
  test("says its name and version", async () => {
    const engine = await openEngine(backend);
    expect(engine.backend).toBe(backend);
    expect(engine.version).toMatch(/\d|kernels/);
    engine.close();
  });

  test("frees what a failing step made", async () => {
    const engine = await openEngine(backend);
    expect(() =>
      engine.step(() => {
        engine.put(new Float32Array(4), 2, 2);
        throw new Error("on the way");
      }),
    ).toThrow("on the way");
    expect(engine.live()).toBe(0);
    engine.close();
  });

  test("takes the first of equal maxima", async () => {
    const engine = await openEngine(backend);
    const hot = engine.step(() =>
      engine.read(engine.hardMax(engine.put(Float32Array.of(1, 1, 0, 2, 5, -1, -1, 3, 3, 3), 2, 5), [2, 3])),
    );
    expect([...hot]).toEqual([1, 0, 0, 0, 1, 1, 0, 1, 0, 0]);
    engine.close();
  });

  test("moves weights by Adam with decoupled decay", async () => {
    // torch.optim.AdamW([w], lr=0.1, betas=(0.9, 0.999), eps=1e-8, weight_decay=0.1), two steps with these gradients
    const engine = await openEngine(backend);
    const matrix = engine.keep(Float32Array.of(1, -2), 2, 1);
    const bias = engine.keep(Float32Array.of(0.5), 1, 1);
    const state = engine.adamState([matrix, bias]);
    const how = { rate: 0.1, beta1: 0.9, beta2: 0.999, epsilon: 1e-8, decay: 0.01, decayed: [true, false] };
    [
      [0.3, -0.2, 1],
      [-0.1, 0.4, 1],
    ].forEach(([a, b, c], i) => {
      engine.step(() => {
        const gradients = [engine.put(Float32Array.of(a, b), 2, 1), engine.put(Float32Array.of(c), 1, 1)];
        engine.adam([matrix, bias], gradients, state, { ...how, step: i + 1 });
      });
    });
    const [w0, w1] = engine.read(matrix);
    // By hand, in the papers' notation.
    const expected = (w: number, gradients: readonly number[], decay: number): number => {
      let [m, v] = [0, 0];
      gradients.forEach((g, i) => {
        m = 0.9 * m + 0.1 * g;
        v = 0.999 * v + 0.001 * g * g;
        const [mHat, vHat] = [m / (1 - 0.9 ** (i + 1)), v / (1 - 0.999 ** (i + 1))];
        w = w - decay * w - (0.1 * mHat) / (Math.sqrt(vHat) + 1e-8);
      });
      return w;
    };
    expect(w0).toBeCloseTo(expected(1, [0.3, -0.1], 0.01), 5);
    expect(w1).toBeCloseTo(expected(-2, [-0.2, 0.4], 0.01), 5);
    expect(engine.read(bias)[0]).toBeCloseTo(expected(0.5, [1, 1], 0), 5);
    engine.average([bias], [bias], 0.3);
    expect(engine.read(bias)[0]).toBeCloseTo(expected(0.5, [1, 1], 0), 5);
    for (const one of [matrix, bias, ...state.first, ...state.second]) engine.free(one);
    expect(engine.live()).toBe(0);
    engine.close();
  });

  test("gives weights back as they were, through JSON too", async () => {
    const engine = await openEngine(backend);
    const weights = { w: initial("heNormal", 7, 5, seeded(1)), b: initial("zeros", 1, 5, seeded(1)) };
    const held = hold(engine, weights);
    const json = JSON.parse(JSON.stringify(weightsToJson(held.read())));
    expect(weightsFromJson(json)).toEqual(weights);
    held.write({ ...weights, b: { ...weights.b, values: Float32Array.of(1, 2, 3, 4, 5) } });
    expect([...held.read().b.values]).toEqual([1, 2, 3, 4, 5]);
    held.free();
    expect(engine.live()).toBe(0);
    engine.close();
  });
});

test("openEngine() refuses a backend that does not exist", async () => {
  await expect(openEngine("gpu" as never)).rejects.toThrow(
    'Cannot choose a backend: TELELINK_BACKEND must be one of native, simd, got "gpu"',
  );
});

test("weightsToJson() keeps every bit, of the smallest numbers and of −0 too", () => {
  const bits = Uint32Array.of(0, 0x80000000, 1, 0x807fffff, 0x00800000, 0x7f7fffff, 0x3f800001, 0xbdcccccd);
  const values = new Float32Array(bits.buffer);
  const json = JSON.parse(JSON.stringify(weightsToJson({ w: { rows: 2, columns: 4, values } })));
  expect(new Uint32Array(weightsFromJson(json).w.values.buffer)).toEqual(bits);
  expect(gunzipJson(gzipJson(json, "test"), "test")).toEqual(json);
});

test("weightsFromJson() refuses a matrix that does not fill its shape", () => {
  expect(() => weightsFromJson({ w: { rows: 2, columns: 2, base64: "AAAAAA==" } })).toThrow(
    "Cannot load weights w: there must be 2 × 2 values, got 1",
  );
});

describe("noise(rng)", () => {
  test("draws normal numbers with the right moments and tails", () => {
    const x = noise(seeded(1)).normal(new Float32Array(1_000_000));
    const mean = (f: (v: number) => number): number => x.reduce((sum, v) => sum + f(v), 0) / x.length;
    expect(mean((v) => v)).toBeCloseTo(0, 2);
    expect(mean((v) => v * v)).toBeCloseTo(1, 2);
    expect(mean((v) => v ** 4)).toBeCloseTo(3, 1);
    // scipy.stats.norm.cdf(1), 2 * scipy.stats.norm.sf(3), and beyond the ziggurat's last edge 2 * norm.sf(3.6541528853610088)
    expect(mean((v) => (v < 1 ? 1 : 0))).toBeCloseTo(0.8413, 2);
    expect(mean((v) => (Math.abs(v) > 3 ? 1 : 0))).toBeCloseTo(0.0027, 3);
    expect(mean((v) => (Math.abs(v) > 3.6541528853610088 ? 1 : 0))).toBeCloseTo(0.000258, 4);
  });

  test("masks the asked share and keeps the mean", () => {
    const mask = noise(seeded(2)).mask(new Float32Array(200_000), 0.3);
    expect(mask.filter((v) => v === 0).length / mask.length).toBeCloseTo(0.3, 2);
    expect(mask.reduce((sum, v) => sum + v, 0) / mask.length).toBeCloseTo(1, 2);
  });

  test("repeats for the same key, and differs for another", () => {
    const draw = (seed: number): Float32Array => noise(seeded(seed)).uniform(new Float32Array(50));
    expect(draw(1)).toEqual(draw(1));
    expect(draw(1)).not.toEqual(draw(2));
    expect(draw(1).every((v) => v > 0 && v < 1)).toBe(true);
  });

  test("fills as its plain twin does, bit for bit, and moves the state on alike", () => {
    const fast = simdFiller();
    for (const length of [1, 5, 8191, 20_001]) {
      const states = [
        Int32Array.from({ length: 16 }, (_, i) => i * 7919 + 1),
        Int32Array.from({ length: 16 }, (_, i) => i * 7919 + 1),
      ];
      const made = [fast, plainFiller].map((filler, i) => [
        filler.uniform(states[i], new Float32Array(length)),
        filler.mask(states[i], new Float32Array(length), 2 ** 31, 2),
      ]);
      expect(made[0]).toEqual(made[1]);
      expect(states[0]).toEqual(states[1]);
    }
  });
});
