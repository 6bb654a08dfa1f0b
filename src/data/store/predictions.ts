import { type Store, transaction } from "./open";

/** A prediction as the store keeps it. */
export interface StoredPrediction {
  /** What answered, as name@version, and its number in the store where it is kept there. */
  readonly model: string;
  readonly modelId?: number;
  readonly customer?: string;
  readonly probability: number;
  readonly risk: string;
  /** Absent where the model knows no value. */
  readonly clv?: number;
  readonly action: string;
  /** ISO 8601, UTC. */
  readonly at: string;
}

/** Keeps predictions and adds them to the running totals; returns how many could not be kept, each alone. */
export function addPredictions(store: Store, rows: readonly StoredPrediction[]): number {
  return transaction(store, "keep predictions in", () => insertPredictions(store, rows));
}

function insertPredictions(store: Store, rows: readonly StoredPrediction[]): number {
  const insert = store.db.prepare(
    "INSERT INTO telelink_predictions (model_id, model, customer, probability, risk, clv, action, at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
  );
  const totals = new Map<string, { n: number; p: number; valued: number; v: number; since: string }>();
  let lost = 0;
  for (const { modelId, model, customer, probability, risk, clv, action, at } of rows) {
    try {
      insert.run(modelId ?? null, model, customer ?? null, probability, risk, clv ?? null, action, at);
    } catch (error) {
      // A row that the store does not take costs itself; a store that takes none is told of.
      if ((error as { code?: string }).code?.startsWith("SQLITE_CONSTRAINT") !== true) throw error;
      lost++;
      continue;
    }
    const sum = totals.get(risk) ?? { n: 0, p: 0, valued: 0, v: 0, since: at };
    sum.n++;
    sum.p += probability;
    if (clv !== undefined) {
      sum.valued++;
      sum.v += clv;
    }
    if (at < sum.since) sum.since = at;
    totals.set(risk, sum);
  }
  const add = store.db.prepare(
    "INSERT INTO telelink_totals (risk, n, probability, valued, clv, since) VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (risk) DO UPDATE SET n = n + excluded.n, probability = probability + excluded.probability, valued = valued + excluded.valued, clv = clv + excluded.clv, since = min(coalesce(since, excluded.since), excluded.since)",
  );
  for (const [risk, { n, p, valued, v, since }] of totals) add.run(risk, n, p, valued, v, since);
  return lost;
}

/** Keeps what a file of the journal holds, once: a file that was kept before adds nothing. */
export function addSegment(store: Store, segment: string, rows: readonly StoredPrediction[]): number {
  return transaction(store, "keep predictions in", () => {
    const known = store.db.prepare("SELECT 1 FROM telelink_journals WHERE segment = ?").get(segment);
    if (known) return 0;
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

/** Removes predictions for good, at most so many, and takes them out of the totals; returns how many they were. */
function removeSome(store: Store, condition: string, value: string, most: number): number {
  return transaction(store, "remove predictions from", () => {
    const chosen = `SELECT id FROM telelink_predictions WHERE ${condition} LIMIT ${most}`;
    const sums = store.db
      .prepare(
        `SELECT risk, count(*) AS n, sum(probability) AS p, count(clv) AS valued, total(clv) AS v FROM telelink_predictions WHERE id IN (${chosen}) GROUP BY risk`,
      )
      .all(value) as { risk: string; n: number; p: number; valued: number; v: number }[];
    const take = store.db.prepare(
      "UPDATE telelink_totals SET n = n - ?, probability = probability - ?, valued = valued - ?, clv = clv - ? WHERE risk = ?",
    );
    for (const { risk, n, p, valued, v } of sums) take.run(n, p, valued, v, risk);
    store.db.prepare(`DELETE FROM telelink_predictions WHERE id IN (${chosen})`).run(value);
    return sums.reduce((total, one) => total + one.n, 0);
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
  let removed = 0;
  for (let last = removedTogether; last === removedTogether; removed += last)
    last = removeSome(store, condition, value, removedTogether);
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
  const groups = store.db.prepare("SELECT * FROM telelink_totals WHERE n > 0").all() as {
    risk: string;
    n: number;
    probability: number;
    valued: number;
    clv: number;
    since: string;
  }[];
  const sum = (of: (one: (typeof groups)[number]) => number): number =>
    groups.reduce((total, one) => total + of(one), 0);
  const predictions = sum((one) => one.n);
  const valued = sum((one) => one.valued);
  return {
    predictions,
    byRisk: Object.fromEntries(groups.map(({ risk, n }) => [risk, n])),
    probability: predictions === 0 ? null : sum((one) => one.probability) / predictions,
    clv: valued === 0 ? null : sum((one) => one.clv) / valued,
    since: groups.map((one) => one.since).sort()[0] ?? null,
  };
}
