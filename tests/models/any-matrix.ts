import { type Feature, type Matrix, matrix } from "../../src/core/matrix";
import { integer, normal, type Rng } from "../../src/core/rng";

const kinds = [
  "continuous",
  "coarse",
  "sparse",
  "constant",
  "flag",
  "one-hot",
  "levels",
  "many levels",
] as const;

/** Up to eight columns of any kind, each perhaps with holes; one-hot columns come in exclusive sets of four. */
export function anyMatrix(rng: Rng, rows: number): Matrix {
  const columns: number[][] = [];
  const features: Feature[] = [];
  const count = 1 + integer(rng, 8);
  while (columns.length < count) {
    const kind = kinds[integer(rng, kinds.length)];
    const name = `${kind} ${columns.length}`;
    if (kind === "one-hot") {
      const hot = Array.from({ length: rows }, () => integer(rng, 30));
      for (let k = 0; k < 4; k++) {
        columns.push(hot.map((value) => (value === k ? 1 : 0)));
        features.push({ name: `${name}.${k}` });
      }
      continue;
    }
    const holes = rng.uniform() < 0.4 ? rng.uniform() : 0;
    const levels = kind === "levels" ? 5 : 300;
    columns.push(
      Array.from({ length: rows }, () => {
        const hole = rng.uniform() < holes;
        let value = 7;
        if (kind === "continuous") value = normal(rng);
        else if (kind === "coarse") value = (integer(rng, 6) - 2) / 4;
        else if (kind === "sparse") value = rng.uniform() < 0.9 ? 0 : normal(rng);
        else if (kind === "flag") value = integer(rng, 2);
        else if (kind !== "constant") value = integer(rng, levels);
        return hole ? NaN : value;
      }),
    );
    const named = kind === "levels" || kind === "many levels";
    features.push({ name, ...(named && { levels: Array.from({ length: levels }, String) }) });
  }
  return matrix(rows, columns.length, Float64Array.from(columns.flat()), features);
}
