import { ends } from "../../core/math/statistics";
import { integer, type Rng } from "../../core/rng";
import { type Column, isCategorical, type Table, table } from "../../data/table";

/**
 * Rows of independent uniform noise within each column's range, like the file that the reference system ships: levels
 * equally likely, numbers spread evenly. What any generator has to be better than.
 */
export function uniformNoise(from: Table, rng: Rng): Table {
  return table(
    from.columns.map((column): Column => {
      const draws = rng.fork(column.name);
      if (isCategorical(column))
        return { ...column, codes: column.codes.map(() => integer(draws, column.levels.length)) };
      if (column.type !== "numeric") return column;
      const [low, high] = ends(column.values);
      const scale = 10 ** (column.decimals ?? 2);
      const draw = (): number => Math.round((low + draws.uniform() * (high - low)) * scale) / scale;
      return { ...column, values: column.values.map(draw) };
    }),
  );
}
