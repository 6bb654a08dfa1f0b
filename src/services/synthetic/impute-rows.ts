import type { Watch } from "../../core/model";
import { partsOf } from "../../data/even-rows";
import type { Survey } from "../../data/read/survey-table";
import { cellText, type Table, takeTableRows } from "../../data/table";
import type { Completion } from "../../synthesis/sequential/known/complete";

export interface ImputeOptions {
  /** Whether cells that were there are to be written in the words of the file, as text. */
  readonly asWritten: boolean;
  /** Rows that are held, and filled, at a time; what is drawn for a row depends on it. @default 20000 */
  readonly partRows?: number;
}

/** Writes the rows of a table with their missing cells filled, in its order, part by part. */
export async function imputeRows(
  { columns, kept, batches }: Pick<Survey, "columns" | "kept" | "batches">,
  completion: Completion,
  { asWritten, partRows = 20_000 }: ImputeOptions,
  write: (rows: Table) => void,
  watch: Watch = {},
): Promise<void> {
  const texts = new Map<number, readonly string[]>();
  const heard = asWritten
    ? {
        onCells: (row: number, own: readonly string[]) => void texts.set(row, own),
        onReject: ({ row }: { readonly row: number }) => void texts.delete(row),
      }
    : {};
  let done = 0;
  const fill = async (rows: Table): Promise<void> => {
    const steps = completion.steps(rows);
    let step = steps.next();
    for (; !step.done; step = steps.next()) await stopping(watch);
    const filled = step.value;
    write(asWritten ? inItsWords(filled, rows, taken(texts, rows.rows)) : withoutWords(filled));
    done += rows.rows;
    watch.progress?.({ phase: "impute", done, total: kept });
    await stopping(watch);
  };
  const none = (): Table => takeTableRows({ rows: 0, columns: columns.map(({ column }) => column) }, []);
  if (kept === 0) return fill(none());
  for await (const rows of partsOf(batches(undefined, heard), partRows)) await fill(rows);
}

/** Lets a stop signal in, and ends the work if there was one. */
async function stopping({ signal }: Watch): Promise<void> {
  await new Promise((next) => setImmediate(next));
  signal?.throwIfAborted();
}

/** The cells of the first so many rows, which are no longer held. */
function taken(texts: Map<number, readonly string[]>, rows: number): (readonly string[])[] {
  const found: (readonly string[])[] = [];
  for (const [row, own] of texts) {
    if (found.length === rows) break;
    found.push(own);
    texts.delete(row);
  }
  return found;
}

/** The filled rows with every cell that was not filled as the file has it. */
function inItsWords(filled: Table, known: Table, texts: readonly (readonly string[])[]): Table {
  const columns = filled.columns.map(({ name }, j) => {
    const [before, after] = [known.columns[j], filled.columns[j]];
    const values = texts.map((row, i) => (cellText(before, i) === "" && cellText(after, i)) || row[j]);
    return { name, type: "text" as const, values };
  });
  return { rows: filled.rows, columns };
}

/** The rows whose missing cells are none. */
function withoutWords({ rows, columns }: Table): Table {
  return { rows, columns: columns.map(({ missing: _, ...column }) => column) };
}
