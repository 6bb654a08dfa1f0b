import { check, checkInteger } from "../../core/checks";
import type { Rng } from "../../core/rng";
import type { CsvOptions } from "../csv/options";
import { parquetCounts, sampledAsCsv } from "../frames";
import { joinTables } from "../join-tables";
import { schemaOf } from "../schema";
import { type Column, cellText, columnNamed, isCategorical, type Table, takeTableRows } from "../table";
import type { Tallied } from "../tally/column-tally";
import { levelsSeen } from "../target";
import { withWords } from "./drawn-table";
import { isPipe } from "./open-table";
import { parquetFiles } from "./parquet-files";
import { type CsvRead, parseCsv, type Remark } from "./read-csv";
import { type BatchOptions, type CsvBatches, readCsvBatches } from "./read-csv-batches";
import { surveyTable } from "./survey-table";

/** A part of a table's rows, in their order. */
export interface SampledTable extends CsvRead {
  /** Rows that the table has. */
  readonly total: number;
  /** Rows that were drawn; those of them that can be read are the table's. */
  readonly drawn: number;
  /** How many values of `by` give their share of the part; undefined where rows were drawn whatever they hold. */
  readonly strata?: number;
  /** The rows that were not drawn, batch by batch; of more than `mostOthers`, so many that are drawn in turn. */
  readonly others: (options?: BatchOptions) => Promise<AsyncIterable<Table> & Pick<CsvBatches, "rejected">>;
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
 * `rows` of the rows of a file, or of a folder of Parquet files, all rows alike and in their order; all of them where there
 * are no more. The table may be of any size: some of its rows are held at a time, and those drawn. Of `by` each value has the
 * same share of the rows drawn as of all, but for rounding. Of Parquet what was not drawn is not typed; any other file is read
 * whole first, as `surveyTable` does: its columns are what all rows say, and rows that can't be read are not drawn.
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
  if (!files) return sampleText(source, rows, rng, { by, mostOthers, ...options });
  const counts = await parquetCounts(files, source, by, mostStrata);
  const { column, takes, ...drawn } = drawing(source, { counts, by, rows, mostOthers }, rng);
  const known = { delimiter: ",", encoding: "utf-8" } as const;
  const pieces: Uint8Array[] = [];
  for await (const piece of sampledAsCsv(files, source, remarks, takes.drawn(), column)) pieces.push(piece);
  const read = parseCsv(Buffer.concat(pieces), { ...options, ...known, header: true, skip: 0 }, source);
  const others: SampledTable["others"] = (given) =>
    readCsvBatches(sampledAsCsv(files, source, [], takes.others(), column), {
      ...given,
      ...known,
      name: source,
    });
  return { ...read, ...drawn, others, remarks: [...remarks, ...read.remarks] };
}

/** The same of a file that is read whole before: once for what its rows are, once for those drawn, once for the others. */
async function sampleText(
  source: string,
  rows: number,
  rng: Rng,
  { by, mostOthers, ...options }: DrawOptions & { readonly mostOthers: number },
): Promise<SampledTable> {
  const action = "sample rows";
  const again = source !== "-" && !(await isPipe(source));
  check(again, action, "the table must be in a file, which can be read once more", source);
  return surveyTable(source, options, async ({ columns, kept, batches, ...read }) => {
    const counts = valueCounts(
      columns.find(({ column }) => column.name === by),
      kept,
    );
    const { column, takes, ...drawn } = drawing(source, { counts, by, rows, mostOthers }, rng);
    async function* taken(take: Take): AsyncGenerator<Table> {
      for await (const batch of batches()) {
        const value = column === undefined ? undefined : columnNamed(batch, column);
        const places: number[] = [];
        for (let i = 0; i < batch.rows; i++) if (take(value ? cellText(value, i) : null)) places.push(i);
        yield takeTableRows(batch, places);
      }
    }
    const like = columns.map((one) => one.column);
    const parts: Table[] = [];
    for await (const part of taken(takes.drawn())) if (part.rows > 0) parts.push(part);
    const whole = parts.length > 0 ? joinTables(parts) : takeTableRows({ rows: 0, columns: like }, []);
    const named = withWords(whole, like);
    const table = { ...named, columns: named.columns.map(withLevelsSeen) };
    const schema = { ...read.schema, columns: schemaOf(table).columns };
    // Those that can't be read are told of the whole file already.
    const others = async () => Object.assign(taken(takes.others()), { rejected: 0 });
    return { ...read, ...drawn, table, schema, others };
  });
}

/** How many rows have each value of a column; how many there are in all, as null, where there is none or it has too many. */
function valueCounts(tallied: Tallied | undefined, rows: number): ReadonlyMap<string | null, number> {
  if (!tallied?.complete || tallied.distinct > mostStrata) return new Map([[null, rows]]);
  const counts = new Map<string | null, number>();
  tallied.counts.forEach((count, k) => {
    const value = cellText(tallied.column, k);
    if (count > 0) counts.set(value, (counts.get(value) ?? 0) + count);
  });
  return counts;
}

/** The column with those of its levels alone that its rows have, as if no others were known. */
function withLevelsSeen(column: Column): Column {
  if (!isCategorical(column) || column.type === "boolean") return column;
  const levels = levelsSeen(column);
  const places = new Map(levels.map((level, k) => [level, k]));
  const to = column.levels.map((level) => places.get(level) ?? -1);
  return { ...column, levels, codes: column.codes.map((code) => (code < 0 ? code : to[code])) };
}

/** Asked for row after row, with what its column says, says whether it is taken. */
type Take = (value: string | null) => boolean;

interface Wanted {
  /** Rows by the value of `by`, or all as null. */
  readonly counts: ReadonlyMap<string | null, number>;
  readonly by: string | undefined;
  readonly rows: number;
  readonly mostOthers: number;
}

/** How many rows are drawn and judge, by which column, and which: the same each time that they are asked. */
function drawing(source: string, { counts, by, rows, mostOthers }: Wanted, rng: Rng) {
  const total = [...counts.values()].reduce((sum, count) => sum + count, 0);
  const stratified = by !== undefined && counts.size > 1;
  const strata = stratified ? counts : new Map([[null, total]]);
  const drawn = Math.min(rows, total);
  const wanted = shares(strata, drawn, total);
  const rest = total - drawn;
  const otherRows = Math.min(rest, mostOthers);
  const takeDrawn = (): Take => {
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
  const takeOthers = (): Take => {
    const isDrawn = takeDrawn();
    const own = rng.fork("others");
    let [of, left] = [rest, otherRows];
    return (value) => {
      if (isDrawn(value)) return false;
      const taken = left === of || own.uniform() * of < left;
      of--;
      if (taken) left--;
      return taken;
    };
  };
  return {
    total,
    drawn,
    otherRows,
    ...(stratified && { strata: strata.size }),
    column: stratified ? by : undefined,
    takes: { drawn: takeDrawn, others: takeOthers },
  };
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
