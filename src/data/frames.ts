import type { DataFrame } from "nodejs-polars";
import type { Remark } from "./read/read-csv";

const blockRows = 65_536;

/**
 * The rows of a Parquet file (by its name or its bytes) as CSV text, piece by piece: they are then typed, checked and
 * reported by the same rules as any CSV file. Null and NaN are empty; columns that hold lists, structures or bytes are
 * left out and told of; a problem's line is the row's number plus one.
 */
export async function* parquetAsCsv(
  file: string | Buffer,
  source: string,
  remarks: Remark[],
): AsyncGenerator<Uint8Array> {
  const { default: polars } = await import("nodejs-polars");
  if (typeof file !== "string") {
    yield* frameAsCsv(await tried(async () => polars.readParquet(file), source, "Parquet"), remarks, source);
    return;
  }
  let names: string[] | undefined;
  for (let at = 0; ; at += blockRows) {
    const frame = await tried(
      () => polars.scanParquet(file).slice(at, blockRows).collect(),
      source,
      "Parquet",
    );
    names ??= flatColumns(frame, source, remarks);
    if (at > 0 && frame.height === 0) return;
    yield csvOf(frame.select(...names), at === 0);
    if (frame.height < blockRows) return;
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
