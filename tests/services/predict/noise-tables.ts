import { expit } from "../../../src/core/math/special";
import { normal, type Rng, seeded } from "../../../src/core/rng";
import { type Column, type Table, table, takeTableRows } from "../../../src/data/table";

/** How a table's target depends on its columns. */
export const dependences = ["none", "line", "step", "none", "groups"] as const;
const sizes = [60, 100, 200, 300, 80, 150, 500, 1000, 120, 2000];

/** A small table with little or nothing to find, and many fresh rows of the same kind. */
export interface NoiseTable {
  readonly name: string;
  readonly rows: Table;
  readonly fresh: Table;
}

/** Table `k` of a series: 60 to 2,000 rows, 3 to 15 numbers, up to 3 categories, from no signal to an AUC of about .7. */
export function noiseTable(k: number, freshRows = 20_000): NoiseTable {
  const rng = seeded(1000 + k);
  const n = sizes[k % sizes.length];
  const dependence = dependences[Math.floor(k / sizes.length + k) % dependences.length];
  const numbers = 3 + Math.floor(rng.uniform() * 13);
  const categories = Math.floor(rng.uniform() * 4);
  const share = n < 150 ? 0.25 + 0.25 * rng.uniform() : 0.1 + 0.4 * rng.uniform();
  const strength = 0.3 + 0.5 * rng.uniform();
  const all = draw(n + freshRows, { numbers, categories, share, strength, dependence }, rng.fork("rows"));
  const take = (from: number, to: number): Table =>
    takeTableRows(
      all,
      Int32Array.from({ length: to - from }, (_, i) => from + i),
    );
  return {
    name: `${k}: ${n} rows, ${numbers} + ${categories} columns, ${dependence}`,
    rows: take(0, n),
    fresh: take(n, n + freshRows),
  };
}

interface Kind {
  readonly numbers: number;
  readonly categories: number;
  readonly share: number;
  readonly strength: number;
  readonly dependence: (typeof dependences)[number];
}

function draw(rows: number, kind: Kind, rng: Rng): Table {
  const { numbers, categories, share, strength, dependence } = kind;
  const x = Array.from({ length: numbers }, () => Float64Array.from({ length: rows }, () => normal(rng)));
  const groups = Array.from({ length: categories }, () =>
    Int32Array.from({ length: rows }, () => Math.floor(4 * rng.uniform())),
  );
  const middle = Math.log(share / (1 - share));
  const signal = (i: number): number => {
    if (dependence === "line") return strength * (x[0][i] - x[1][i]);
    if (dependence === "step") return 1.5 * strength * (x[0][i] > 0 ? 1 : -1) * (x[1][i] > 0.5 ? 1 : 0.2);
    if (dependence === "groups") return categories > 0 ? 2 * strength * (groups[0][i] % 2) : 0;
    return 0;
  };
  const y = Int32Array.from({ length: rows }, (_, i) => (rng.uniform() < expit(middle + signal(i)) ? 1 : 0));
  const columns: Column[] = [
    ...x.map((values, j): Column => ({ name: `x${j}`, type: "numeric", values })),
    ...groups.map(
      (codes, j): Column => ({ name: `c${j}`, type: "categorical", codes, levels: ["a", "b", "c", "d"] }),
    ),
    { name: "y", type: "boolean", codes: y, levels: ["no", "yes"] },
  ];
  return table(columns);
}
