import { createHash } from "node:crypto";
import { checkInteger } from "../core/checks";
import { defaultThreads, streamThreads, type Task, task } from "../core/pool";
import { fromKey, type Rng } from "../core/rng";
import type { Table } from "../data/table";
import { csvWriter, type WriteOptions } from "../data/write/write-csv";
import type { Where } from "./conditions";
import { loadSynthesiser } from "./methods";
import { type BlockOptions, blockRows, type Synthesiser, sampleBlocks } from "./synthesiser";

export interface SampleCsvOptions extends BlockOptions, Omit<WriteOptions, "header"> {
  /** Threads that make blocks; defaults to the processors there are. The text is the same at any number. */
  readonly threads?: number;
}

/** A block of rows for a thread to make. */
interface BlockWork {
  /** Names the model; a thread keeps the one that it read last. */
  readonly key: string;
  /** The model's JSON, in memory that threads share. */
  readonly model: Uint8Array;
  readonly stream: Rng["key"];
  readonly block: number;
  readonly rows: number;
  readonly firstRow: number;
  /** Whether the blocks begin with the first row. */
  readonly first: boolean;
  readonly where: Where | undefined;
  readonly write: WriteOptions;
}

// Reading a model takes longer than drawing a block, and all blocks have the same.
let known: { readonly key: string; readonly model: Synthesiser } | undefined;

/** The CSV text of one block, without a header. */
export const csvBlock: Task<BlockWork, Uint8Array> = task("synthesis/sample-csv", "csvBlock", (work) => {
  if (known?.key !== work.key) {
    const text = Buffer.from(work.model).toString("utf8");
    known = { key: work.key, model: loadSynthesiser(JSON.parse(text)) };
  }
  const { block, rows, firstRow, where } = work;
  const stream = fromKey(work.stream).fork(`block ${block}`);
  const first = work.first && { block };
  const made = known.model.sample(rows, stream, { firstRow, ...first, ...(where && { where }) });
  return csvOf(made, { ...work.write, header: false });
});

/** Fewer blocks than this are made here: threads have to read the model first. */
const leastBlocks = 3;

/**
 * The rows of `sampleBlocks` as the pieces of a CSV file, header first, in constant memory and by several threads where
 * that pays. The stop signal ends it between two blocks.
 */
export async function* sampleCsv(
  model: Synthesiser,
  n: number,
  rng: Rng,
  options: SampleCsvOptions = {},
): AsyncGenerator<Uint8Array> {
  const { threads = defaultThreads(), delimiter, spreadsheetSafe, ...block } = options;
  const { blockRows: each = blockRows, firstRow = 0, where, signal, progress } = block;
  const write: WriteOptions = {
    ...(delimiter !== undefined && { delimiter }),
    ...(spreadsheetSafe !== undefined && { spreadsheetSafe }),
  };
  checkInteger(n, 0, Number.MAX_SAFE_INTEGER, "sample", "rows");
  checkInteger(each, 1, Number.MAX_SAFE_INTEGER, "sample", "blockRows");
  // Conditions that cannot be are told before any thread begins.
  yield csvOf(model.sample(0, rng, where ? { where } : {}), write);
  if (threads === 1 || n <= each * (leastBlocks - 1)) {
    for await (const made of sampleBlocks(model, n, rng, block))
      yield csvOf(made, { ...write, header: false });
    return;
  }
  const text = Buffer.from(JSON.stringify(model));
  const shared = new Uint8Array(new SharedArrayBuffer(text.length));
  shared.set(text);
  const first = firstRow === 0;
  const work = {
    first,
    key: createHash("sha256").update(text).digest("hex"),
    model: shared,
    stream: rng.key,
  };
  function* works(): Generator<BlockWork> {
    for (let b = 0; b * each < n; b++) {
      signal?.throwIfAborted();
      const done = b * each;
      yield { ...work, block: b, rows: Math.min(each, n - done), firstRow: firstRow + done, where, write };
    }
  }
  let done = 0;
  for await (const piece of streamThreads(csvBlock, works(), threads)) {
    signal?.throwIfAborted();
    yield piece;
    done = Math.min(n, done + each);
    progress?.({ phase: "sample", done, total: n });
  }
}

function csvOf(rows: Table, options: WriteOptions): Uint8Array {
  const pieces: Uint8Array[] = [];
  const writer = csvWriter((bytes) => pieces.push(bytes.slice()), options);
  writer.write(rows);
  writer.end();
  return pieces.length === 1 ? pieces[0] : Buffer.concat(pieces);
}
