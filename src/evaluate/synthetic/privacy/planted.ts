import { integer, permutation, type Rng } from "../../../core/rng";
import { type Column, isCategorical, type Table, takeTableRows } from "../../../data/table";
import type { Synthesiser } from "../../../synthesis/synthesiser";

/** Rows with a value of their own that were put among those learnt from, and whether it came out again. */
export interface Planted {
  readonly method: string;
  /** How many values were planted, each in one row. */
  readonly planted: number;
  /** How many of them are in as many synthetic rows as were learnt from. */
  readonly found: number;
  /** How many stand in the model's file. */
  readonly inModel: number;
}

const canaries = 20;

/**
 * The canary test with canaries of our own: copies of real rows get a word or a number that nobody else has, the method
 * learns the table with them once more, and its rows and its file are searched. Right is 0 of both; only a method that
 * tells of single rows finds them.
 */
export async function plantedCanaries(
  train: Table,
  method: string,
  fit: (table: Table, rng: Rng) => Promise<Synthesiser>,
  rng: Rng,
): Promise<Planted | undefined> {
  const places = [...train.columns.keys()].filter(
    (j) => isCategorical(train.columns[j]) || train.columns[j].type === "numeric",
  );
  if (places.length === 0 || train.rows < canaries) return undefined;
  const order = permutation(rng.fork("rows"), train.rows);
  const copies = takeTableRows(train, order.subarray(0, canaries));
  const draw = rng.fork("columns");
  const chosen = Array.from({ length: canaries }, (_, k) => ({
    row: k,
    column: places[integer(draw, places.length)],
    word: `canary ${1000 + integer(draw, 8999)} ${k}`,
  }));
  const values: { column: number; value: string | number }[] = [];
  const columns = train.columns.map((column, j): Column => {
    const own = chosen.filter((one) => one.column === j);
    const extra = copies.columns[j];
    if (column.type === "numeric" && extra.type === "numeric") {
      let size = 1;
      // Missing cells are NaN, which is above nothing.
      for (const value of column.values) if (value > size) size = value;
      const put = extra.values.slice();
      for (const { row } of own) {
        put[row] = Math.round(size * 1.5 + 7919 * (row + 1)) + (column.decimals === 0 ? 0 : 0.125);
        values.push({ column: j, value: put[row] });
      }
      return { ...column, values: Float64Array.from([...column.values, ...put]) };
    }
    if (isCategorical(column) && isCategorical(extra)) {
      const levels = [...column.levels, ...own.map(({ word }) => word)];
      const put = extra.codes.slice();
      own.forEach(({ row, word }, k) => {
        put[row] = column.levels.length + k;
        values.push({ column: j, value: word });
      });
      const type = own.length > 0 ? "categorical" : column.type;
      return { ...column, type, levels, codes: Int32Array.from([...column.codes, ...put]) };
    }
    const texts = [column, extra] as Extract<Column, { type: "id" | "date" | "text" }>[];
    // Identifiers of copies are those of nobody.
    const fresh = column.type === "id" ? texts[1].values.map((text, k) => `${text}-${k}`) : texts[1].values;
    return { ...texts[0], values: [...texts[0].values, ...fresh] };
  });
  const model = await fit({ rows: train.rows + canaries, columns }, rng.fork("fit"));
  const made = model.sample(train.rows, rng.fork("sample"));
  const file = JSON.stringify(model.toJSON());
  const isIn = ({ column, value }: (typeof values)[number]): boolean => {
    const found = made.columns.find(({ name }) => name === train.columns[column].name);
    if (!found) return false;
    if (isCategorical(found)) return found.codes.some((code) => code >= 0 && found.levels[code] === value);
    return (found.values as ArrayLike<string | number> & { includes(one: unknown): boolean }).includes(value);
  };
  return {
    method,
    planted: values.length,
    found: values.filter(isIn).length,
    inModel: values.filter(({ value }) =>
      typeof value === "string"
        ? file.includes(value)
        : new RegExp(`(?<![\\d.])${value}(?![\\d.])`).test(file),
    ).length,
  };
}
