import { type Store, transaction } from "../open";
import { countOf, rowOf } from "../rows";

/** What became of a customer. */
export interface Outcome {
  readonly customer: string;
  readonly churned: boolean;
  /** When that was known, ISO 8601 in UTC: predictions made until then are judged by it. */
  readonly at: string;
}

/** Keeps outcomes; one of the same customer and time takes the place of an earlier one. Returns how many were new. */
export function addOutcomes(store: Store, outcomes: readonly Outcome[]): number {
  return transaction(store, "keep outcomes in", () => {
    const before = countOf(store, "telelink_outcomes");
    const insert = store.db.prepare(
      "INSERT INTO telelink_outcomes (customer, at, churned, received) VALUES (?, ?, ?, ?) ON CONFLICT (customer, at) DO UPDATE SET churned = excluded.churned, received = excluded.received, origin = NULL",
    );
    const now = new Date().toISOString();
    for (const { customer, at, churned } of outcomes) insert.run(customer, at, churned ? 1 : 0, now);
    return countOf(store, "telelink_outcomes") - before;
  });
}

/** How many outcomes there are, how many of them left, and when the newest came: what has changed when this has. */
export function outcomeState(store: Store): {
  readonly outcomes: number;
  readonly left: number;
  readonly newest: string | null;
} {
  return store.db
    .prepare(
      "SELECT count(*) AS outcomes, total(churned) AS left, max(received) AS newest FROM telelink_outcomes",
    )
    .get() as { outcomes: number; left: number; newest: string | null };
}

/** Removes the outcomes of a customer, or those before a time; returns how many they were. */
export function removeOutcomes(
  store: Store,
  which: { readonly customer: string } | { readonly before: string },
): number {
  const [condition, value] =
    "customer" in which ? ["customer = ?", which.customer] : ["at < ?", which.before];
  return transaction(store, "remove outcomes from", () =>
    Number(store.db.prepare(`DELETE FROM telelink_outcomes WHERE ${condition}`).run(value).changes),
  );
}

/** Predictions of a model whose outcomes are known. */
export interface JudgedPredictions {
  /** Names customer and outcome: two models are compared on the keys that both have. */
  readonly keys: readonly string[];
  readonly probabilities: Float64Array;
  /** 1 for those who left. */
  readonly labels: Float64Array;
}

/** For each outcome of the newest `most` the last prediction that the model made until then, shadows included. */
export function judgedPredictions(store: Store, model: string, most: number): JudgedPredictions {
  const rows = store.db
    .prepare(
      `SELECT o.customer AS customer, o.at AS at, o.churned AS churned, p.probability AS probability, max(p.at)
       FROM (SELECT * FROM telelink_outcomes ORDER BY received DESC, customer LIMIT ?) o
       JOIN telelink_predictions p ON p.customer = o.customer AND p.at <= o.at
       WHERE p.model = ? GROUP BY o.customer, o.at ORDER BY o.customer, o.at`,
    )
    .all(most, model) as { customer: string; at: string; churned: number; probability: number }[];
  return {
    keys: rows.map((row) => JSON.stringify([row.customer, row.at])),
    probabilities: Float64Array.from(rows, (row) => row.probability),
    labels: Float64Array.from(rows, (row) => row.churned),
  };
}

/** What a model said since a time: how often it answered and how often it was only asked, by risk. */
export interface SaidByModel {
  readonly answered: number;
  readonly shadow: number;
  readonly meanProbability: number | null;
  readonly byRisk: Readonly<Record<string, number>>;
}

export function saidByModel(store: Store, modelId: number, since: string): SaidByModel {
  const said = rowOf<Partial<SaidByModel>>(
    store,
    `SELECT sum(n) - sum(shadow) AS answered, sum(shadow) AS shadow, sum(p) / sum(n) AS meanProbability,
       json_group_object(risk, n) AS byRisk
     FROM (SELECT risk, count(*) AS n, sum(shadow) AS shadow, sum(probability) AS p FROM telelink_predictions
       WHERE model_id = ? AND at >= ? GROUP BY risk)`,
    [modelId, since],
    { byRisk: {} },
  );
  return { answered: 0, shadow: 0, meanProbability: null, byRisk: {}, ...said };
}

/** How two models agree on the customers of whom both were asked in one request. */
export interface Agreement {
  readonly customers: number;
  readonly sameRisk: number;
  readonly meanDifference: number | null;
}

export function agreement(store: Store, value: number, other: number, since: string): Agreement {
  return store.db
    .prepare(
      `SELECT count(*) AS customers, total(a.risk = b.risk) AS sameRisk, avg(abs(a.probability - b.probability)) AS meanDifference
       FROM telelink_predictions a JOIN telelink_predictions b
         ON b.customer = a.customer AND b.at = a.at AND b.model_id = ?
       WHERE a.model_id = ? AND a.at >= ?`,
    )
    .get(other, value, since) as Agreement;
}
