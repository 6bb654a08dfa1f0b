import type { DataFrame } from "nodejs-polars";
import { garbageCollection } from "../core/garbage";
import type { Remark } from "./read/read-csv";

const blockRows = 65_536;
/** Of which few are kept: larger blocks unpack the groups of rows of a file less often, and hold more memory. */
const sampledRows = 2 ** 17;

/**
 * The rows of Parquet files (by their names, or one by its bytes) as CSV text, piece by piece: they are then typed, checked
 * and reported by the same rules as any CSV file. Null and NaN are empty; columns that hold lists, structures or bytes are
 * left out and told of; a problem's line is the row's number plus one. All files must have the columns of the first.
 */
export async function* parquetAsCsv(
  files: readonly string[] | Buffer,
  source: string,
  remarks: Remark[],
): AsyncGenerator<Uint8Array> {
  if (files instanceof Uint8Array) {
    const { default: polars } = await import("nodejs-polars");
    yield* frameAsCsv(await tried(async () => polars.readParquet(files), source, "Parquet"), remarks, source);
    return;
  }
  let first = true;
  for await (const frame of parquetBlocks(files, source, remarks, blockRows)) {
    yield csvOf(frame, first);
    first = false;
  }
}

/** Those of their rows that `take` says yes to, asked once for each in its order with what it holds in `by`, likewise. */
export async function* sampledAsCsv(
  files: readonly string[],
  source: string,
  remarks: Remark[],
  take: (value: string | null) => boolean,
  by?: string,
): AsyncGenerator<Uint8Array> {
  const { default: polars } = await import("nodejs-polars");
  const mark = "\u0000taken";
  let first = true;
  for await (const frame of parquetBlocks(files, source, remarks, sampledRows)) {
    const values = by === undefined ? undefined : frame.getColumn(by).cast(polars.Utf8).toArray();
    const taken = Uint8Array.from({ length: frame.height }, (_, i) => (take(values?.[i] ?? null) ? 1 : 0));
    const marked = frame.withColumn(polars.Series(mark, taken));
    yield csvOf(marked.filter(polars.col(mark).eq(polars.lit(1))).drop(mark), first);
    first = false;
  }
}

/**
 * How many rows Parquet files have with each value of a column, null among them; and how many they have in all, as null,
 * where `by` is no column of theirs or has more than `most` values.
 */
export async function parquetCounts(
  files: readonly string[],
  source: string,
  by: string | undefined,
  most: number,
): Promise<Map<string | null, number>> {
  const { default: polars } = await import("nodejs-polars");
  const counts = new Map<string | null, number>();
  const add = (value: string | null, times: number): void => {
    counts.set(value, (counts.get(value) ?? 0) + times);
  };
  let apart = by !== undefined;
  const letGo = framesLetGo();
  const count = (rows: DataFrame, name: string): void => {
    if (!apart || name !== by) {
      add(null, rows.height);
      return;
    }
    const found = rows.getColumn(name).cast(polars.Utf8).valueCounts();
    const [values, times] = found.columns.map((one) => found.getColumn(one).toArray());
    (values as (string | null)[]).forEach((value, i) => {
      add(value, Number(times[i]));
    });
    if (counts.size <= most) return;
    apart = false;
    const total = [...counts.values()].reduce((sum, rows) => sum + rows, 0);
    counts.clear();
    add(null, total);
  };
  for (const file of files) {
    const { columns } = await tried(() => polars.scanParquet(file).slice(0, 1).collect(), source, "Parquet");
    const name = by !== undefined && columns.includes(by) ? by : columns[0];
    if (name === undefined) continue;
    for (let at = 0; ; at += sampledRows) {
      // Some at a time: a file may have any number of rows.
      const column = () => polars.scanParquet(file).select(polars.col(name)).slice(at, sampledRows).collect();
      const rows = await tried(column, source, "Parquet");
      count(rows, name);
      letGo(rows);
      if (rows.height < sampledRows) break;
    }
  }
  return counts;
}

/** Some 150 MB of frames. */
const cellsLetGo = 2 ** 24;

/**
 * What to call with each frame that is done with. Their cells lie outside of what V8 counts, so that it would let gigabytes
 * of them wait for their collection.
 */
function framesLetGo(): (done: DataFrame) => void {
  const collect = garbageCollection();
  let cells = 0;
  return ({ height, width }) => {
    cells += height * width;
    if (cells < cellsLetGo) return;
    collect();
    cells = 0;
  };
}

/** The rows of all files, some at a time, in the columns that hold plain values. */
async function* parquetBlocks(
  files: readonly string[],
  source: string,
  remarks: Remark[],
  rows: number,
): AsyncGenerator<DataFrame> {
  const { default: polars } = await import("nodejs-polars");
  let names: string[] | undefined;
  let all: string[] | undefined;
  const letGo = framesLetGo();
  for (const file of files) {
    for (let at = 0; ; at += rows) {
      const frame = await tried(() => polars.scanParquet(file).slice(at, rows).collect(), file, "Parquet");
      names ??= flatColumns(frame, source, remarks);
      if (at > 0 && frame.height === 0) break;
      all ??= frame.columns;
      const other = [...all, ...frame.columns].find(
        (name) => !all?.includes(name) || !frame.columns.includes(name),
      );
      if (other !== undefined)
        throw new Error(
          `Cannot read ${source}: all its files must have the same columns, got ${JSON.stringify(other)} in some (${file} differs from the first)`,
        );
      yield frame.select(...names);
      letGo(frame);
      if (frame.height < rows) break;
    }
  }
}

/** The rows of an Arrow file (Feather) or stream as CSV text, likewise. */
export async function* arrowAsCsv(
  bytes: Buffer,
  source: string,
  remarks: Remark[],
  stream = false,
): AsyncGenerator<Uint8Array> {
  const { default: polars } = await import("nodejs-polars");
  const read = async (): Promise<DataFrame> => (stream ? polars.readIPCStream(bytes) : polars.readIPC(bytes));
  yield* frameAsCsv(await tried(read, source, "Arrow"), remarks, source);
}

/** The rows of a frame as CSV text, likewise. */
export function* frameAsCsv(
  frame: DataFrame,
  remarks: Remark[],
  source = "the frame",
): Generator<Uint8Array> {
  const names = flatColumns(frame, source, remarks);
  const flat = frame.select(...names);
  for (let at = 0; at === 0 || at < flat.height; at += blockRows)
    yield csvOf(flat.slice(at, blockRows), at === 0);
}

function csvOf(frame: DataFrame, includeHeader: boolean): Buffer {
  // Of a single column a null would be a line without anything, which is no row.
  const nullValue = frame.width === 1 ? '""' : "";
  return Buffer.from(frame.writeCSV({ includeHeader, nullValue }));
}

/** The names of the columns that hold plain values. */
function flatColumns(frame: DataFrame, source: string, remarks: Remark[]): string[] {
  const flat: string[] = [];
  for (const name of frame.columns) {
    const type = String(frame.getColumn(name).dtype);
    if (/List|Struct|Array|Object|Binary/.test(type))
      remarks.push({ column: name, text: "left out: it holds lists, structures or bytes" });
    else flat.push(name);
  }
  if (flat.length === 0)
    throw new Error(`Cannot read ${source}: it must have columns with plain values, got none`);
  return flat;
}

async function tried(read: () => Promise<DataFrame>, source: string, format: string): Promise<DataFrame> {
  try {
    return await read();
  } catch (error) {
    const reason = (error as Error).message.split("\n")[0];
    throw new Error(`Cannot read ${source}: it must be a whole ${format} file, got: ${reason}`, {
      cause: error,
    });
  }
}
