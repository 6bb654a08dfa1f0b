import { checkInteger } from "../../core/checks";
import type { SchemaName } from "../sources/sources";
import { type Table, takeTableRows } from "../table";
import { type Simulation, simulateChunks } from "./simulate";
import { asChurnBigml, asReference, asTelco } from "./views";

/** The view of a base in a published schema. */
export const viewAs: Readonly<Record<SchemaName, (base: Simulation) => Table>> = {
  "churn-bigml": asChurnBigml,
  telco: asTelco,
  reference: asReference,
};

/** Exactly `rows` simulated customers in a published schema, in tables of at most `chunk` customers. */
export function* viewRows(schema: SchemaName, rows: number, seed: number, chunk = 20_000): Generator<Table> {
  checkInteger(rows, 1, 1_000_000_000, `simulate ${schema}`, "rows");
  let made = 0;
  // Those who left before the view's window are not shown, so more customers are needed than rows.
  for (const base of simulateChunks(
    { customers: 3 * rows + 1000, seed, usage: false },
    Math.min(chunk, 2 * rows + 100),
  )) {
    const view = viewAs[schema](base);
    const wanted = Math.min(view.rows, rows - made);
    made += wanted;
    yield wanted === view.rows
      ? view
      : takeTableRows(
          view,
          Int32Array.from({ length: wanted }, (_, i) => i),
        );
    if (made === rows) return;
  }
  throw new Error(
    `Cannot simulate ${schema}: ${rows} rows must come of ${3 * rows + 1000} customers, got ${made}`,
  );
}
