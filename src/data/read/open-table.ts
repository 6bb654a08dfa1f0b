import { closeSync, createReadStream, openSync, writeSync } from "node:fs";
import { open, stat } from "node:fs/promises";
import { join } from "node:path";
import { createGunzip } from "node:zlib";
import { readFailure, writeError } from "../files";
import { arrowAsCsv, parquetAsCsv } from "../frames";
import { removedOnSignal, removeTemporaryFolder, temporaryFolder } from "../temporary-folder";
import { type Content, contentOf, readable } from "./content";
import { parquetFiles } from "./parquet-files";
import type { Remark } from "./read-csv";
import { jsonAsCsv } from "./read-json";
import { sheetAsCsv } from "./read-sheet";

/** A table in text, wherever it comes from. */
export interface OpenedTable {
  /** What messages call it. */
  readonly name: string;
  /** The text: as it is in the file, or (`made`) CSV with commas in UTF-8, made of another format. */
  readonly bytes: AsyncIterable<Uint8Array>;
  readonly made: boolean;
  /** Whether the text is that of the file itself, which may be read at any place. */
  readonly plain: boolean;
  /** Bytes of the file; 0 where that isn't known. */
  readonly size: number;
  /** What was left out or chosen; complete once the bytes are read. */
  readonly remarks: readonly Remark[];
}

const headBytes = 1024;
const standardInput = "standard input";
/** As much of a stream is held to be read again; of a longer one all is put away in a file. */
const heldBytes = 1 << 24;

/** A table that is read more than once. */
export interface Reopened {
  /** Where it was found. */
  readonly source: string;
  open(): Promise<OpenedTable>;
  /** Removes what was put away of a stream. */
  close(): void;
}

/** The table in a file, to be opened as often as needed; what has no second beginning (standard input, pipes) is put away first. */
export async function reopened(source: string): Promise<Reopened> {
  const piped = source === "-" || (await isPipe(source));
  if (!piped) return { source, open: () => openTable(source), close: () => {} };
  const name = source === "-" ? standardInput : source;
  const held: Uint8Array[] = [];
  let size = 0;
  let away: { readonly folder: string; readonly file: number; readonly safe: () => void } | undefined;
  const close = (): void => {
    away?.safe();
    if (away) removeTemporaryFolder(away.folder);
  };
  const path = (): string => join(away?.folder ?? "", "table");
  try {
    for await (const piece of source === "-" ? process.stdin : createReadStream(source)) {
      held.push(piece as Uint8Array);
      size += piece.length;
      if (size <= heldBytes) continue;
      if (!away) {
        const folder = temporaryFolder("reading");
        away = { folder, file: openSync(join(folder, "table"), "w", 0o600), safe: removedOnSignal(folder) };
      }
      for (const one of held.splice(0)) writeSync(away.file, one);
    }
    if (away) closeSync(away.file);
  } catch (error) {
    close();
    throw away ? writeError(path(), error) : readFailure(name, error);
  }
  async function* pieces(): AsyncGenerator<Uint8Array> {
    yield* held;
  }
  return { source, open: () => (away ? openTable(path(), name) : opened(name, pieces(), 0)), close };
}

/** Whether it is neither a file nor a folder. */
export async function isPipe(source: string): Promise<boolean> {
  const found = await stat(source).catch((error: unknown) => {
    throw readFailure(source, error);
  });
  return !found.isFile() && !found.isDirectory();
}

/**
 * The table in a file, or in standard input ("-"), whatever its format: what it is its first bytes tell, not its name.
 * Throws, saying what it is, where it is no table.
 */
export async function openTable(source: string, name: string = source): Promise<OpenedTable> {
  if (source === "-") return opened(standardInput, process.stdin, 0);
  try {
    const found = await stat(source);
    if (found.isDirectory()) return await openedFolder(source);
    // A pipe has no size and no second beginning.
    if (!found.isFile()) return await opened(source, createReadStream(source), 0);
    const handle = await open(source, "r");
    const head = new Uint8Array(headBytes);
    const { bytesRead } = await handle.read(head, 0, headBytes, 0).finally(() => handle.close());
    const content = contentOf(head.subarray(0, bytesRead));
    // Opened when the first piece is asked for: of a file that is refused none is.
    const stream = lazily(() => createReadStream(source, { highWaterMark: 1 << 18 }));
    if (content.kind === "text")
      return {
        name,
        bytes: failing(name, stream),
        made: false,
        plain: true,
        size: found.size,
        remarks: [],
      };
    return await converted(name, content, stream, found.size, source);
  } catch (error) {
    throw readFailure(source, error);
  }
}

/** The table in a stream, of which the first bytes are looked at. */
async function opened(source: string, stream: AsyncIterable<Uint8Array>, size: number): Promise<OpenedTable> {
  const pieces = stream[Symbol.asyncIterator]();
  const first: Uint8Array[] = [];
  let held = 0;
  while (held < headBytes) {
    const next = await pieces.next();
    if (next.done) break;
    first.push(next.value);
    held += next.value.length;
  }
  async function* all(): AsyncGenerator<Uint8Array> {
    for (const piece of first.splice(0)) yield piece;
    for (let next = await pieces.next(); !next.done; next = await pieces.next()) yield next.value;
  }
  const content = contentOf(Buffer.concat(first));
  if (content.kind === "text")
    return { name: source, bytes: all(), made: false, plain: false, size, remarks: [] };
  return converted(source, content, all(), size, undefined);
}

/** A folder of Parquet files as one table. */
async function openedFolder(source: string): Promise<OpenedTable> {
  const remarks: Remark[] = [];
  const files = (await parquetFiles(source, remarks)) ?? [];
  return {
    name: source,
    bytes: parquetAsCsv(files, source, remarks),
    made: true,
    plain: false,
    size: 0,
    remarks,
  };
}

async function converted(
  source: string,
  content: Content,
  stream: AsyncIterable<Uint8Array>,
  size: number,
  file: string | undefined,
): Promise<OpenedTable> {
  const remarks: Remark[] = [];
  const made = (bytes: AsyncIterable<Uint8Array>): OpenedTable => ({
    name: source,
    bytes,
    made: true,
    plain: false,
    size,
    remarks,
  });
  switch (content.kind) {
    case "gzip":
      return opened(source, failing(source, unzipped(stream)), 0);
    case "zstd":
      return opened(source, failing(source, unpacked(stream)), 0);
    case "parquet":
      return made(parquetAsCsv(file ? [file] : await collected(stream), source, remarks));
    case "arrow":
      return made(arrowAsCsv(await collected(stream), source, remarks));
    case "arrow-stream":
      return made(arrowAsCsv(await collected(stream), source, remarks, true));
    case "json":
      return made(jsonAsCsv(stream, source, remarks));
    case "xlsx":
      return made(sheetAsCsv(await collected(stream), source, remarks));
    default:
      throw new Error(
        `Cannot read ${source}: it must be a table (${readable}), got ${content.kind === "other" ? content.what : content.kind}`,
      );
  }
}

async function* unzipped(stream: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const { Readable } = await import("node:stream");
  yield* Readable.from(stream).pipe(createGunzip()) as AsyncIterable<Uint8Array>;
}

async function* unpacked(stream: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const { Decompress } = await import("fzstd");
  const ready: Uint8Array[] = [];
  const decompress = new Decompress((piece) => {
    if (piece.length > 0) ready.push(piece.slice());
  });
  for await (const piece of stream) {
    decompress.push(piece);
    yield* ready.splice(0);
  }
  decompress.push(new Uint8Array(), true);
  yield* ready.splice(0);
}

/** The pieces of a stream that is opened only when the first is asked for. */
async function* lazily(open: () => AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  yield* open();
}

/** The pieces; what goes wrong on the way says which file it was. */
async function* failing(source: string, pieces: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  try {
    yield* pieces;
  } catch (error) {
    const explained = readFailure(source, error);
    if (explained !== error) throw explained;
    throw new Error(`Cannot read ${source}: it is damaged (${(error as Error).message})`, { cause: error });
  }
}

async function collected(stream: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  for await (const piece of stream) pieces.push(piece);
  return Buffer.concat(pieces);
}
