import type { Rng } from "../../core/rng";
import { customerColumns, customerOf } from "../../data/duplicates";
import type { SampledTable } from "../../data/read/sample-table";
import type { Schema } from "../../data/schema";
import { type Table, takeTableRows } from "../../data/table";
import { type Evaluation, evaluateBatches } from "./evaluate-model";
import { knownSchema, type SavedModel, unjudgedRows } from "./saved-model";

/** What a model that learned from a sample is worth on all other rows. */
export interface OthersJudged {
  /** Undefined where no row could be judged. */
  readonly evaluation?: Evaluation;
  /** Rows left out, because their customer has another in the sample. */
  readonly learned: number;
  /** Rows left out, because their target is missing or none that the model knows. */
  readonly unjudged: number;
  /** Rows left out, because they can't be read. */
  readonly rejected: number;
}

/**
 * The model judged on the rows that its sample left, in one pass: beside a batch only their predictions and targets are
 * held, 16 bytes a row. `given` are the columns that name a customer, else the first identifier does.
 */
export async function judgeOthers(
  model: SavedModel,
  { table, schema, others }: SampledTable,
  given: readonly string[],
  rng: Rng,
): Promise<OthersJudged> {
  const id = customerColumns(table, given);
  const customer = customerOf(table, id);
  const known = new Set(Array.from({ length: table.rows }, (_, i) => customer(i)));
  known.delete(undefined);
  const batches = await others({ schema: withColumns(knownSchema(model), schema, id) });
  let [learned, unjudged] = [0, 0];
  async function* judged(): AsyncGenerator<Table> {
    for await (const batch of batches) {
      const strange = new Set(unjudgedRows(model, batch).map(({ row }) => row));
      const of = customerOf(batch, id);
      const kept: number[] = [];
      for (let i = 0; i < batch.rows; i++)
        if (known.has(of(i))) learned++;
        else if (strange.has(i)) unjudged++;
        else kept.push(i);
      yield kept.length === batch.rows ? batch : takeTableRows(batch, kept);
    }
  }
  const evaluation = await evaluateBatches(model, judged(), rng);
  return { evaluation, learned, unjudged, rejected: batches.rejected };
}

/** The schema and of another the columns named that it lacks. */
function withColumns(schema: Schema, other: Schema, names: readonly string[]): Schema {
  const own = new Set(schema.columns.map((column) => column.name));
  const more = other.columns.filter(({ name }) => names.includes(name) && !own.has(name));
  return { ...schema, columns: [...schema.columns, ...more] };
}
