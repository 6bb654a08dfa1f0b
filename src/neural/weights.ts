import { check } from "../core/checks";
import type { Rng } from "../core/rng";
import type { Engine, Tensor } from "./engine";
import { noise } from "./noise";

/** One named matrix of weights. */
export interface Weight {
  readonly rows: number;
  readonly columns: number;
  readonly values: Float32Array;
}

/** A net's weights by name, outside any engine. */
export type Weights = Readonly<Record<string, Weight>>;

/** The same as text: little-endian Float32 in base64, so that nothing is rounded. */
export type WeightsJson = Readonly<
  Record<string, { readonly rows: number; readonly columns: number; readonly base64: string }>
>;

/** Throws unless there are finite weights of each name and shape that a net expects. */
export function checkWeights(found: Weights, expected: Weights, action: string): void {
  for (const [name, { rows, columns }] of Object.entries(expected)) {
    const own = found[name];
    check(
      own?.rows === rows && own.columns === columns && own.values.every(Number.isFinite),
      action,
      `weights ${name} must be ${rows} × ${columns} finite numbers`,
    );
  }
}

/** How weights begin; `fanIn` and `fanOut` are the units that a weight comes from and goes to. */
export type Initialiser = "zeros" | "ones" | "glorotUniform" | "heNormal" | "lecunNormal" | "heUniform";

/**
 * First values for `rows × columns` weights; in each of `groups` blocks of rows the fan-in is that of the block.
 * glorotUniform is Keras' default, heUniform is torch's for linear layers (bound 1/√fan-in), lecunNormal goes with
 * SELU.
 */
export function initial(how: Initialiser, rows: number, columns: number, rng: Rng, groups = 1): Weight {
  const values = new Float32Array(rows * columns);
  const fanIn = rows / groups;
  const stream = noise(rng);
  if (how === "ones") values.fill(1);
  else if (how === "glorotUniform" || how === "heUniform") {
    const bound = how === "glorotUniform" ? Math.sqrt(6 / (fanIn + columns)) : 1 / Math.sqrt(fanIn);
    stream.uniform(values);
    for (let i = 0; i < values.length; i++) values[i] = (2 * values[i] - 1) * bound;
  } else if (how !== "zeros") {
    const deviation = Math.sqrt((how === "heNormal" ? 2 : 1) / fanIn);
    stream.normal(values);
    for (let i = 0; i < values.length; i++) values[i] *= deviation;
  }
  return { rows, columns, values };
}

/** Weights held by an engine while they are trained or used. */
export interface Parameters {
  readonly names: readonly string[];
  readonly tensors: readonly Tensor[];
  get(name: string): Tensor;
  has(name: string): boolean;
  /** A copy of the values as they are now. */
  read(): Weights;
  write(weights: Weights): void;
  free(): void;
}

/** Puts weights onto an engine; `free` when done. */
export function hold(engine: Engine, weights: Weights): Parameters {
  const names = Object.keys(weights);
  const tensors = names.map((name) =>
    engine.keep(weights[name].values, weights[name].rows, weights[name].columns),
  );
  const byName = new Map(names.map((name, i) => [name, tensors[i]]));
  return {
    names,
    tensors,
    get: (name) => {
      const found = byName.get(name);
      check(found !== undefined, "compute a net", `the weights must be among ${names.join(", ")}`, name);
      return found;
    },
    has: (name) => byName.has(name),
    read: () =>
      Object.fromEntries(
        names.map((name, i) => [
          name,
          { rows: tensors[i].rows, columns: tensors[i].columns, values: engine.read(tensors[i]) },
        ]),
      ),
    write: (from) => {
      names.forEach((name, i) => {
        engine.write(tensors[i], from[name].values);
      });
    },
    free: () => {
      for (const tensor of tensors) engine.free(tensor);
    },
  };
}

/** Weights as JSON; `weightsFromJson` gives back the same bits. */
export function weightsToJson(weights: Weights): WeightsJson {
  return Object.fromEntries(
    Object.entries(weights).map(([name, { rows, columns, values }]) => {
      const bytes = new DataView(new ArrayBuffer(values.length * 4));
      for (let i = 0; i < values.length; i++) bytes.setFloat32(i * 4, values[i], true);
      return [name, { rows, columns, base64: Buffer.from(bytes.buffer).toString("base64") }];
    }),
  );
}

/** The weights of such JSON. Throws when a matrix does not have as many values as its shape says. */
export function weightsFromJson(json: WeightsJson): Weights {
  return Object.fromEntries(
    Object.entries(json).map(([name, { rows, columns, base64 }]) => {
      const buffer = Buffer.from(base64, "base64");
      check(
        buffer.length === rows * columns * 4,
        `load weights ${name}`,
        `there must be ${rows} × ${columns} values`,
        buffer.length / 4,
      );
      const values = new Float32Array(rows * columns);
      for (let i = 0; i < values.length; i++) values[i] = buffer.readFloatLE(i * 4);
      return [name, { rows, columns, values }];
    }),
  );
}
