import { createHash, randomUUID } from "node:crypto";
import { type Store, transaction } from "./open";
import { rowOf, rowsOf } from "./rows";

/** How a store is known to the database through which it shares, and how far it has read there. */
export interface Sharing {
  readonly id: string;
  /** What the database wrote down at the last exchange; a copy of the store does not have it. */
  readonly last: string;
  /** What it writes down at the one that is under way. */
  readonly next: string;
  readonly predictions: number;
  readonly outcomes: number;
  readonly forgotten: number;
}

/** A prediction between two stores: its model by name, and by content where it is kept. */
export interface SharedPrediction {
  readonly model: string;
  readonly sha256: string | null;
  readonly customer: string | null;
  readonly probability: number;
  readonly risk: string;
  readonly clv: number | null;
  readonly action: string;
  readonly at: string;
  readonly shadow: number;
}

export interface SharedOutcome {
  readonly customer: string;
  readonly at: string;
  readonly churned: number;
  readonly received: string;
}

/** What the tables of shared rows are called, here and in the database. */
export type SharedTable = "predictions" | "outcomes";

/** How the store shares; undefined where it never did. */
export function sharing(store: Store): Sharing | undefined {
  return rowOf(store, "SELECT * FROM telelink_sharing");
}

/** Makes the store known under a new name, with everything before it. */
export function beginSharing(store: Store): Sharing {
  const made = { id: randomUUID(), last: "", next: "", predictions: 0, outcomes: 0, forgotten: 0 };
  store.db
    .prepare("INSERT OR REPLACE INTO telelink_sharing VALUES (1, ?, ?, ?, ?, ?, ?)")
    .run(...Object.values(made));
  return made;
}

/** Notes what the database wrote down last, and what it is to write down next. */
export function noteTurn(store: Store, last: string, next: string): void {
  store.db.prepare("UPDATE telelink_sharing SET last = ?, next = ?").run(last, next);
}

/** Notes up to where rows of others were read. */
export function noteRead(store: Store, table: SharedTable | "forgotten", to: number): void {
  store.db.prepare(`UPDATE telelink_sharing SET ${table} = ?`).run(to);
}

/** The store's own predictions, with their numbers in it: those that were not sent, or all from a number on. */
export function ownPredictions(
  store: Store,
  id: string,
  most: number,
  after?: number,
): (SharedPrediction & { readonly number: number; readonly key: string })[] {
  const which = after === undefined ? "p.origin IS NULL" : "(p.origin IS NULL OR p.origin = '') AND p.id > ?";
  const rows = store.db
    .prepare(
      `SELECT p.id AS number, p.model, m.sha256, p.customer, p.probability, p.risk, p.clv, p.action, p.at, p.shadow
       FROM telelink_predictions p LEFT JOIN telelink_models m ON m.id = p.model_id
       WHERE ${which} ORDER BY p.id LIMIT ${most}`,
    )
    .all(...(after === undefined ? [] : [after])) as (SharedPrediction & { number: number })[];
  // Numbers come again once the last rows were removed: what a row holds is part of what it is known by.
  return rows.map((row) => {
    const { number, model, customer, probability, at, shadow } = row;
    const content = JSON.stringify([id, number, model, customer, probability, at, shadow]);
    return { ...row, key: createHash("sha256").update(content).digest("base64url") };
  });
}

/** Notes that predictions of the store's own were sent. */
export function notePredictionsSent(store: Store, numbers: readonly number[]): void {
  transaction(store, "note what was sent from", () => {
    const note = store.db.prepare("UPDATE telelink_predictions SET origin = '' WHERE id = ?");
    for (const number of numbers) note.run(number);
  });
}

/** The outcomes that were given to this store and not sent. */
export function unsentOutcomes(store: Store, most: number): SharedOutcome[] {
  return rowsOf(
    store,
    `SELECT customer, at, churned, received FROM telelink_outcomes WHERE origin IS NULL ORDER BY customer, at LIMIT ${most}`,
  );
}

/** Notes that outcomes were sent, those that were given anew meanwhile aside. */
export function noteOutcomesSent(store: Store, rows: readonly SharedOutcome[]): void {
  transaction(store, "note what was sent from", () => {
    const note = store.db.prepare(
      "UPDATE telelink_outcomes SET origin = '' WHERE customer = ? AND at = ? AND received = ?",
    );
    for (const { customer, at, received } of rows) note.run(customer, at, received);
  });
}

/** Keeps predictions of other stores, and up to where they were read: both or neither. */
export function takePredictions(
  store: Store,
  rows: readonly (SharedPrediction & { readonly store: string })[],
  to: number,
): void {
  const models = rowsOf<{ sha256: string; id: number; name: string }>(
    store,
    "SELECT sha256, id, name || '@' || version AS name FROM telelink_models ORDER BY id DESC",
  );
  const kept = new Map(models.map((model) => [model.sha256, model]));
  transaction(store, "keep predictions of others in", () => {
    const insert = store.db.prepare(
      "INSERT INTO telelink_predictions (model_id, model, customer, probability, risk, clv, action, at, shadow, origin) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
    );
    for (const row of rows) {
      const model = kept.get(row.sha256 ?? "");
      const { customer, probability, risk, clv, action, at, shadow } = row;
      const values = [customer, probability, risk, clv, action, at, shadow, row.store];
      insert.run(model?.id ?? null, model?.name ?? row.model, ...values);
    }
    noteRead(store, "predictions", to);
  });
}

/** Keeps outcomes of other stores where they are newer, and up to where they were read. */
export function takeOutcomes(
  store: Store,
  rows: readonly (SharedOutcome & { readonly store: string })[],
  to: number,
): void {
  transaction(store, "keep outcomes of others in", () => {
    const insert = store.db.prepare(
      `INSERT INTO telelink_outcomes (customer, at, churned, received, origin) VALUES (?, ?, ?, ?, ?)
       ON CONFLICT (customer, at) DO UPDATE SET churned = excluded.churned, received = excluded.received,
         origin = excluded.origin WHERE excluded.received > telelink_outcomes.received`,
    );
    for (const { customer, at, churned, received, store: from } of rows)
      insert.run(customer, at, churned, received, from);
    noteRead(store, "outcomes", to);
  });
}

/**
 * Makes a store that was copied, or whose database is another one now, known under a new name: what came from others
 * and what the database has of its own is removed, as it comes back from there; the rest is sent.
 */
export function shareAnew(store: Store, sentNumbers: readonly number[]): Sharing {
  return transaction(store, "begin to share anew", () => {
    store.db.exec("DELETE FROM telelink_predictions WHERE origin <> ''");
    const remove = store.db.prepare("DELETE FROM telelink_predictions WHERE id = ?");
    for (const number of sentNumbers) remove.run(number);
    store.db.exec("UPDATE telelink_predictions SET origin = NULL");
    store.db.exec("UPDATE telelink_outcomes SET origin = NULL");
    return beginSharing(store);
  });
}

/** Notes that a customer was forgotten, for the others with whom the store shares. */
export function noteForgotten(store: Store, customer: string): void {
  if (sharing(store))
    store.db
      .prepare("INSERT OR REPLACE INTO telelink_forgotten (customer, at) VALUES (?, ?)")
      .run(customer, new Date().toISOString());
}

/** The customers whom the others are still to forget, and since when. */
export function forgottenHere(store: Store): { readonly customer: string; readonly at: string }[] {
  return rowsOf(store, "SELECT customer, at FROM telelink_forgotten");
}

/** Notes that the others know of them. */
export function noteForgottenSent(store: Store, customers: readonly string[]): void {
  const remove = store.db.prepare("DELETE FROM telelink_forgotten WHERE customer = ?");
  for (const customer of customers) remove.run(customer);
}
