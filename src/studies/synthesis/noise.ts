import { integer, type Rng } from "../../core/rng";
import { type Column, isCategorical, type Table, table } from "../../data/table";

/**
 * Rows of independent uniform noise within each column's range, like the file that the reference system ships: levels
 * equally likely, numbers spread evenly. What any generator has to be better than.
 */
export function uniformNoise(from: Table, rng: Rng): Table {
  return table(
    from.columns.map((one): Column => {
      const draws = rng.fork(one.name);
      if (isCategorical(one))
        return { ...one, codes: one.codes.map(() => integer(draws, one.levels.length)) };
      if (one.type !== "numeric") return one;
      let [low, high] = [Infinity, -Infinity];
      for (const value of one.values) {
        if (value < low) low = value;
        if (value > high) high = value;
      }
      const scale = 10 ** (one.decimals ?? 2);
      const draw = (): number => Math.round((low + draws.uniform() * (high - low)) * scale) / scale;
      return { ...one, values: one.values.map(draw) };
    }),
  );
}
