import { type Store, transaction } from "./open";
import { countOf, rowOf } from "./rows";

/** A prediction as the store keeps it. */
export interface StoredPrediction {
  /** What answered, as name@version, and its number in the store where it is kept there. */
  readonly model: string;
  readonly modelId?: number | undefined;
  readonly customer?: string | undefined;
  readonly probability: number;
  readonly risk: string;
  /** Absent where the model knows no value. */
  readonly clv?: number | undefined;
  readonly action: string;
  /** ISO 8601, UTC. */
  readonly at: string;
  /** What a model beside the one that answered would have said. */
  readonly shadow?: boolean;
}

/** Keeps predictions and adds them to the running totals; returns how many could not be kept, each alone. */
export function addPredictions(store: Store, rows: readonly StoredPrediction[]): number {
  return transaction(store, "keep predictions in", () => insertPredictions(store, rows));
}

/** The totals follow by a trigger. */
function insertPredictions(store: Store, rows: readonly StoredPrediction[]): number {
  const insert = store.db.prepare(
    "INSERT INTO telelink_predictions (model_id, model, customer, probability, risk, clv, action, at, shadow) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
  );
  let lost = 0;
  for (const { modelId, model, customer, probability, risk, clv, action, at, shadow } of rows) {
    try {
      const known = [modelId ?? null, model, customer ?? null, probability, risk, clv ?? null, action, at];
      insert.run(...known, shadow ? 1 : 0);
    } catch (error) {
      // A row that the store does not take costs itself; a store that takes none is told of.
      if ((error as { code?: string }).code?.startsWith("SQLITE_CONSTRAINT") !== true) throw error;
      lost++;
    }
  }
  return lost;
}

/** Keeps what a file of the journal holds, once: a file that was kept before adds nothing. */
export function addSegment(store: Store, segment: string, rows: readonly StoredPrediction[]): number {
  return transaction(store, "keep predictions in", () => {
    if (countOf(store, "telelink_journals WHERE segment = ?", segment) > 0) return 0;
    const lost = insertPredictions(store, rows);
    store.db
      .prepare("INSERT INTO telelink_journals (segment, at) VALUES (?, ?)")
      .run(segment, new Date().toISOString());
    // What was kept long ago has no file any more.
    store.db
      .prepare("DELETE FROM telelink_journals WHERE at < ?")
      .run(new Date(Date.now() - 30 * 86_400_000).toISOString());
    return lost;
  });
}

/** Rows removed in one transaction: others write between two. */
const removedTogether = 5000;

/** Removes what was kept of a customer; returns how many predictions they were. */
export function forgetPredictions(store: Store, customer: string): number {
  return removeAll(store, "customer = ?", customer);
}

/** Removes the predictions that were made before a time; returns how many they were. */
export function removeOldPredictions(store: Store, before: string): number {
  return removeAll(store, "at < ?", before);
}

function removeAll(store: Store, condition: string, value: string): number {
  const some = `SELECT id FROM telelink_predictions WHERE ${condition} LIMIT ${removedTogether}`;
  let removed = 0;
  for (let last = removedTogether; last === removedTogether; removed += last)
    last = transaction(
      store,
      "remove predictions from",
      () => store.db.prepare(`DELETE FROM telelink_predictions WHERE id IN (${some})`).run(value).changes,
    );
  return removed;
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

/** Counts and means of all predictions that are kept, from the running totals: as quick for millions as for one. */
export function predictionStats(store: Store): PredictionStats {
  const kept = rowOf<Partial<PredictionStats>>(
    store,
    `SELECT sum(n) AS predictions, json_group_object(risk, n) AS byRisk,
       sum(probability) / sum(n) AS probability, sum(clv) / nullif(sum(valued), 0) AS clv, min(since) AS since
     FROM telelink_totals WHERE n > 0`,
    [],
    { byRisk: {} },
  );
  const none = { predictions: 0, byRisk: {}, probability: null, clv: null, since: null };
  return { ...none, ...kept };
}
