import { check, checkInteger } from "../../core/checks";
import type { Rng } from "../../core/rng";
import type { CsvOptions } from "../csv/options";
import { parquetCounts, sampledAsCsv } from "../frames";
import { parquetFiles } from "./parquet-files";
import { type CsvRead, parseCsv, type Remark } from "./read-csv";
import { type BatchOptions, type CsvBatches, readCsvBatches } from "./read-csv-batches";

/** A part of a table's rows, in their order. */
export interface SampledTable extends CsvRead {
  /** Rows that the table has. */
  readonly total: number;
  /** How many values of `by` give their share of the part; undefined where rows were drawn whatever they hold. */
  readonly strata?: number;
  /** The rows that were not drawn, batch by batch; of more than `mostOthers`, so many that are drawn in turn. */
  readonly others: (options?: BatchOptions) => Promise<CsvBatches>;
  /** Rows that `others` gives. */
  readonly otherRows: number;
}

export interface DrawOptions extends CsvOptions {
  /** A column of classes, each of which gives its share of the part; one of more than 100 values is not heeded. */
  readonly by?: string;
  /** Of the rows not drawn so many at most are given; defaults to four million, which judge as well as any more. */
  readonly mostOthers?: number;
}

const mostStrata = 100;

/**
 * `rows` of the rows of a Parquet file, or of a folder of them, all rows alike and in their order; all of them where there
 * are no more. The table may be of any size: a hundred thousand of its rows are held at a time, and those drawn. Of `by`
 * each value has the same share of the rows drawn as of all, but for rounding.
 *
 * @example
 * await writeParquet(parseCsv("months\n3\n24\n7\n").table, "all.parquet");
 * const part = await sampleTable("all.parquet", 2, seeded(1));
 * [part.table.rows, part.total]; // → [2, 3]
 */
export async function sampleTable(
  source: string,
  rows: number,
  rng: Rng,
  { by, mostOthers = 4e6, ...options }: DrawOptions = {},
): Promise<SampledTable> {
  checkInteger(rows, 1, 1e9, "sample rows", "the sample");
  const remarks: Remark[] = [];
  const files = await parquetFiles(source, remarks);
  check(
    files !== undefined,
    "sample rows",
    "the table must be a Parquet file or a folder of Parquet files (telelink can't draw from others without reading them)",
    source,
  );
  const counts = await parquetCounts(files, source, by, mostStrata);
  const total = [...counts.values()].reduce((sum, count) => sum + count, 0);
  const stratified = by !== undefined && counts.size > 1;
  const strata = stratified ? counts : new Map([[null, total]]);
  const wanted = shares(strata, Math.min(rows, total), total);
  /** Asked for row after row, says whether it is drawn: the same each time that it is made. */
  const drawing = (): ((value: string | null) => boolean) => {
    const own = rng.fork("rows");
    const left = new Map(
      [...strata].map(([value, of]) => [value, { of, wanted: wanted.get(value) as number }]),
    );
    return (value) => {
      const stratum = left.get(value);
      if (!stratum) throw new Error(`Cannot read ${source}: it must not change while it is read`);
      // Each row is taken with the chance that as many of those left are still wanted (Fan, Muller and Rezucha, 1962).
      const taken = own.uniform() * stratum.of-- < stratum.wanted;
      if (taken) stratum.wanted--;
      return taken;
    };
  };
  const column = stratified ? by : undefined;
  const known = { delimiter: ",", encoding: "utf-8" } as const;
  const pieces: Uint8Array[] = [];
  for await (const piece of sampledAsCsv(files, source, remarks, drawing(), column)) pieces.push(piece);
  const read = parseCsv(Buffer.concat(pieces), { ...options, ...known, header: true, skip: 0 }, source);
  const rest = total - Math.min(rows, total);
  const otherRows = Math.min(rest, mostOthers);
  const others: SampledTable["others"] = async (given) => {
    const drawn = drawing();
    const own = rng.fork("others");
    let [of, wanted] = [rest, otherRows];
    const takes = (value: string | null): boolean => {
      if (drawn(value)) return false;
      const taken = wanted === of || own.uniform() * of < wanted;
      of--;
      if (taken) wanted--;
      return taken;
    };
    const judging = sampledAsCsv(files, source, [], takes, column);
    return readCsvBatches(judging, { ...given, ...known, name: source });
  };
  const all = { ...read, total, others, otherRows, remarks: [...remarks, ...read.remarks] };
  return stratified ? { ...all, strata: strata.size } : all;
}

/** Of each stratum as many rows as its share says; those that rounding down left go to the largest remainders. */
function shares<K>(strata: ReadonlyMap<K, number>, rows: number, total: number): Map<K, number> {
  const exact = [...strata].map(([value, count]) => ({
    value,
    share: total === 0 ? 0 : (rows * count) / total,
  }));
  const given = new Map(exact.map(({ value, share }) => [value, Math.floor(share)]));
  let missing = rows - [...given.values()].reduce((sum, count) => sum + count, 0);
  for (const { value } of exact.sort((a, b) => (b.share % 1) - (a.share % 1)))
    if (missing-- > 0) given.set(value, (given.get(value) as number) + 1);
  return given;
}
