import { type Store, transaction } from "./open";

/** Rows that were drawn from a generator: what it takes to draw them again. */
export interface Generation {
  readonly model: string;
  /** The generator's number, where the store keeps it. */
  readonly modelId?: number;
  readonly rows: number;
  readonly seed: string;
  /** What every row had to satisfy, by column. */
  readonly conditions: Readonly<Record<string, unknown>>;
}

/** Keeps that rows were drawn. */
export function addGeneration(store: Store, { model, modelId, rows, seed, conditions }: Generation): void {
  transaction(store, "note drawn rows in", () => {
    store.db
      .prepare(
        "INSERT INTO telelink_generations (model_id, model, rows, seed, conditions, at) VALUES (?, ?, ?, ?, ?, ?)",
      )
      .run(modelId ?? null, model, rows, seed, JSON.stringify(conditions), new Date().toISOString());
  });
}
