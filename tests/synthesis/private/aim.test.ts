import { describe, expect, test } from "vitest";
import { seeded } from "../../../src/core/rng";
import { parseCsv } from "../../../src/data/read/read-csv";
import { cellText, columnNamed } from "../../../src/data/table";
import { loadSynthesiser } from "../../../src/synthesis/methods";
import { aim } from "../../../src/synthesis/private/aim/aim";
import { drawGroups } from "../../../src/synthesis/private/draw-tree";
import { fitGraphical, type MeasuredSet } from "../../../src/synthesis/private/graphical-model";
import { cellCount, junctionTree, projection } from "../../../src/synthesis/private/junction-tree";
import { mst } from "../../../src/synthesis/private/mst";

const sizes = [2, 3, 2, 4];

/** Exact counts of all cells of four variables, and of some of them. */
const all = Float64Array.from({ length: cellCount([0, 1, 2, 3], sizes) }, (_, i) => 5 + ((7 * i) % 11));
const rows = all.reduce((a, b) => a + b, 0);
function marginal(variables: readonly number[]): MeasuredSet {
  const counts = new Float64Array(cellCount(variables, sizes));
  projection([0, 1, 2, 3], variables, sizes).forEach((at, cell) => {
    counts[at] += all[cell];
  });
  return { variables, counts, variances: new Float64Array(counts.length).fill(1) };
}

describe("junctionTree(sizes, sets)", () => {
  test("holds every set in a clique, and what a clique shares with those before it in its separator", () => {
    // A circle of four: one chord is needed.
    const { cliques } = junctionTree(sizes, [
      [0, 1],
      [1, 2],
      [2, 3],
      [0, 3],
    ]);
    expect(cliques.map(({ variables }) => variables.length)).toEqual([3, 3]);
    for (const set of [
      [0, 1],
      [1, 2],
      [2, 3],
      [0, 3],
    ])
      expect(cliques.some(({ variables }) => set.every((v) => variables.includes(v)))).toBe(true);
    expect(cliques[1].separator).toEqual(
      cliques[1].variables.filter((v) => cliques[0].variables.includes(v)),
    );
  });
});

describe("fitGraphical(sizes, measured, rows)", () => {
  test("gives exact counts of overlapping triples back, and the greatest entropy elsewhere", () => {
    const measured = [marginal([0, 1, 2]), marginal([1, 2, 3])];
    const model = fitGraphical(sizes, measured, rows, { steps: 3000 });
    const n = 200_000;
    const { groups } = drawGroups(model, n, seeded(1));
    // By hand: n(a b c) n(b c d) / n(b c), the distribution in which 0 and 3 are independent given 1 and 2.
    const [first, second, both] = [...measured, marginal([1, 2])].map((one) => one.counts);
    const places = [
      [0, 1, 2],
      [1, 2, 3],
      [1, 2],
    ].map((set) => projection([0, 1, 2, 3], set, sizes));
    const counts = new Float64Array(all.length);
    for (let i = 0; i < n; i++) {
      let cell = 0;
      for (const v of [0, 1, 2, 3]) cell = cell * sizes[v] + groups[v][i];
      counts[cell] += rows / n;
    }
    counts.forEach((count, cell) => {
      const expected = (first[places[0][cell]] * second[places[1][cell]]) / both[places[2][cell]];
      expect(Math.abs(count - expected)).toBeLessThan(0.4);
    });
  });
});

/** Customers whose answer depends on two columns together, and on neither alone. */
function answers(n: number): string {
  const rng = seeded("answers");
  const lines = Array.from({ length: n }, () => {
    const [a, b] = [rng.uniform() < 0.5 ? "x" : "y", rng.uniform() < 0.5 ? "u" : "v"];
    const yes = rng.uniform() < 0.05 ? rng.uniform() < 0.5 : (a === "x") === (b === "u");
    return `${a},${b},${Math.floor(10 * rng.uniform())},${yes ? "Yes" : "No"}`;
  });
  return `a,b,number,answer\n${lines.join("\n")}\n`;
}
const domain = {
  columns: [
    { name: "a", type: "categorical" as const, levels: ["x", "y"], required: true },
    { name: "b", type: "categorical" as const, levels: ["u", "v"], required: true },
    { name: "number", type: "numeric" as const, minimum: 0, maximum: 9, decimals: 0, required: true },
    { name: "answer", type: "boolean" as const, levels: ["No", "Yes"], required: true },
  ],
};

describe("aim(options)(table, rng)", () => {
  const from = parseCsv(answers(3000)).table;
  const options = { epsilon: 2, noise: "seed" as const, domain, strict: true };

  test("counts the triple that pairs do not tell of, and draws by it", async () => {
    const model = await aim(options)(from, seeded(1));
    expect(model.links.map((set) => [...set].sort().join(" "))).toContain("a answer b");
    const agreed = (made: typeof from): number => {
      const of = (name: string, i: number): string => cellText(columnNamed(made, name), i);
      const good = Array.from({ length: made.rows }, (_, i) => i).filter(
        (i) => ((of("a", i) === "x") === (of("b", i) === "u")) === (of("answer", i) === "Yes"),
      );
      return good.length / made.rows;
    };
    expect(agreed(model.sample(2000, seeded(2)))).toBeGreaterThan(0.9);
    // A tree of pairs beside the target holds it only where it happens to choose the pair.
    expect(agreed(from)).toBeGreaterThan(0.95);
  });

  test("draws the same rows once loaded, exactly under conditions, and says what is not possible", async () => {
    const model = await aim(options)(from, seeded(1));
    const again = loadSynthesiser(JSON.parse(JSON.stringify(model)));
    const where = { a: "x", number: { from: 3, to: 5 } };
    const [one, two] = [model, again].map((own) => own.sample(400, seeded(3), { where }));
    expect(two).toEqual(one);
    for (let i = 0; i < 400; i++) {
      expect(cellText(columnNamed(one, "a"), i)).toBe("x");
      expect([3, 4, 5]).toContain(Number(cellText(columnNamed(one, "number"), i)));
    }
    expect(() => model.sample(5, seeded(1), { where: { number: { from: 20 } } })).toThrow(
      "values are possible between 0 and 9",
    );
  });

  test("has spent no more than its budget, which holds whatever the mechanisms", async () => {
    const { privacy } = await aim(options)(from, seeded(1));
    const { privacy: other } = await mst(options)(from, seeded(1));
    const sum = privacy.spending.reduce((all, one) => all + one.rho, 0);
    expect(sum).toBeLessThanOrEqual(privacy.rho * (1 + 1e-12));
    expect(privacy.spending.map((one) => one.part)).toContain("pairs and triples of columns");
    expect(privacy.rho).toBeLessThan(other.rho);
  });

  test("stops when told to", async () => {
    const stop = AbortSignal.abort(new Error("enough"));
    await expect(aim(options)(from, seeded(1), { signal: stop })).rejects.toThrow("enough");
  });
});
