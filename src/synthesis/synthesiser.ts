import { check, checkInteger } from "../core/checks";
import type { ModelJson, Watch } from "../core/model";
import type { Rng } from "../core/rng";
import type { PolarsFrame } from "../data/polars";
import type { ColumnSchema } from "../data/schema";
import type { Table } from "../data/table";
import type { Where } from "./conditions";

export interface SampleOptions {
  /** What every row has to satisfy, by column: `{ Contract: "Two year", tenure: { from: 12 } }`. */
  readonly where?: Where;
  /** The number of the first row, by which keys stay unique over several calls. @default 0 */
  readonly firstRow?: number;
  /** How many parts of the rows are made before these ones, of rows that are made in parts, from the first one on. */
  readonly block?: number;
}

/** Read-only data that makes new rows. */
export interface Synthesiser {
  readonly kind: string;
  /** The columns that `sample` returns, in order: what those of the training table were, without its rows. */
  readonly columns: readonly ColumnSchema[];
  /**
   * `n` new rows, all of which satisfy `where`. The same stream gives the same rows. Throws when `where` names a
   * column or a value that the model does not know, or asks for something that it holds impossible, and says what
   * is possible.
   */
  sample(n: number, rng: Rng, options?: SampleOptions): Table;
  /** Enough to load the model back bit-identical (`loadSynthesiser`); no training rows. */
  toJSON(): ModelJson;
}

/** A method of synthesis with its options set: `sequential({ … })(table, seeded(1))`. Same rows, same stream: same model. */
export type FitSynthesiser<S extends Synthesiser = Synthesiser> = (
  table: Table | PolarsFrame,
  rng: Rng,
  watch?: Watch,
) => Promise<S>;

/** Throws unless the table has a row and a column: what every method needs before it can fit. */
export function checkTrainable(from: Table, method: string): void {
  check(from.columns.length > 0, `fit ${method}`, "the table must have at least one column", 0);
  check(from.rows > 0, `fit ${method}`, "the table must have at least one row", 0);
}

/** The parts of a model that `toJSON` wrote. Throws where it is of another kind or version. */
export function partsFrom<P>(json: ModelJson, kind: string, version = 1): P {
  check(json.kind === kind, `load ${kind}`, `kind must be ${kind}`, json.kind);
  check(json.version === version, `load ${kind}`, `version must be ${version}; fit it again`, json.version);
  return json as unknown as P;
}

export interface BlockOptions extends Omit<SampleOptions, "block">, Watch {
  /** Rows in a block. Memory grows with it, and nothing else changes much; a stop signal waits for one at most. @default 10000 */
  readonly blockRows?: number;
}

/** Rows in a block where nobody says. */
export const blockRows = 10_000;

/**
 * The same as `sample`, block after block, so that any number of rows fits into constant memory. The stop signal
 * ends it between two blocks. A block's rows depend on its number and the stream, not on the blocks before it.
 */
export async function* sampleBlocks(
  model: Synthesiser,
  n: number,
  rng: Rng,
  options: BlockOptions = {},
): AsyncGenerator<Table> {
  const { blockRows: each = blockRows, firstRow = 0, where, signal, progress } = options;
  checkInteger(n, 0, Number.MAX_SAFE_INTEGER, "sample", "rows");
  checkInteger(each, 1, Number.MAX_SAFE_INTEGER, "sample", "blockRows");
  for (let done = 0, block = 0; done < n; block++) {
    signal?.throwIfAborted();
    const rows = Math.min(each, n - done);
    yield model.sample(rows, rng.fork(`block ${block}`), {
      firstRow: firstRow + done,
      ...(firstRow === 0 && { block }),
      ...(where && { where }),
    });
    done += rows;
    progress?.({ phase: "sample", done, total: n });
    // A stop signal and a server's other requests get their turn only when the loop lets go.
    await new Promise((next) => setImmediate(next));
  }
}
