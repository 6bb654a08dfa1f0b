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

/** What was predicted so far. */
export interface PredictionStats {
  readonly predictions: number;
  readonly byRisk: Readonly<Record<string, number>>;
  /** Null where nothing was predicted. */
  readonly probability: number | null;
  readonly clv: number | null;
  /** When the first was made. */
  readonly since: string | null;
}

/** Counts and means of all predictions that are kept. */
export function predictionStats(store: Store): PredictionStats {
  const groups = store.db
    .prepare(
      "SELECT risk, count(*) AS n, sum(probability) AS p, sum(clv) AS v, min(at) AS since FROM telelink_predictions GROUP BY risk",
    )
    .all() as { risk: string; n: number; p: number; v: number; since: string }[];
  const sum = (of: (one: (typeof groups)[number]) => number): number =>
    groups.reduce((total, one) => total + of(one), 0);
  const predictions = sum((one) => one.n);
  return {
    predictions,
    byRisk: Object.fromEntries(groups.map(({ risk, n }) => [risk, n])),
    probability: predictions === 0 ? null : sum((one) => one.p) / predictions,
    clv: predictions === 0 ? null : sum((one) => one.v) / predictions,
    since: groups.map((one) => one.since).sort()[0] ?? null,
  };
}

/** The same from another thread: it reads every row that was ever kept. */
export const readPredictionStats: Task<{ readonly file: string }, PredictionStats> = task(
  "data/store/predictions",
  "readPredictionStats",
  ({ file }) => {
    const store = openStore(file);
    try {
      return predictionStats(store);
    } finally {
      store.close();
    }
  },
);

/** Keeps predictions from another thread, which waits for the disk in place of the one that answers requests. */
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
