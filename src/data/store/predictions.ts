import { type Task, task } from "../../core/pool";
import { openStore, type Store, transaction } from "./open";

/** A prediction as the store keeps it. */
export interface StoredPrediction {
  /** What answered, as name@version, and its number in the store where it is kept there. */
  readonly model: string;
  readonly modelId?: number;
  readonly customer?: string;
  readonly probability: number;
  readonly risk: string;
  readonly clv: number;
  readonly action: string;
  /** ISO 8601, UTC. */
  readonly at: string;
}

/** Keeps predictions, all of them or none. */
export function addPredictions(store: Store, rows: readonly StoredPrediction[]): void {
  const insert = store.db.prepare(
    "INSERT INTO telelink_predictions (model_id, model, customer, probability, risk, clv, action, at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
  );
  transaction(store, "keep predictions in", () => {
    for (const { modelId, model, customer, probability, risk, clv, action, at } of rows)
      insert.run(modelId ?? null, model, customer ?? null, probability, risk, clv, action, at);
  });
}

/** The same from another thread, which waits for the disk in place of the one that answers requests. */
export const writePredictions: Task<
  { readonly file: string; readonly rows: readonly StoredPrediction[] },
  void
> = task("data/store/predictions", "writePredictions", ({ file, rows }) => {
  const store = openStore(file);
  try {
    addPredictions(store, rows);
  } finally {
    store.close();
  }
});
