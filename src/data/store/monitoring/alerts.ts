import { type Store, transaction } from "../open";

/** Something that is not as it should be, and since when. */
export interface Alert {
  readonly what: string;
  readonly since: string;
  readonly detail: string;
  /** When it was sent; null where it was not yet. */
  readonly sent: string | null;
}

/** Sets which alerts there are: those that are new wait to be sent, those that ended are removed and returned. */
export function setAlerts(store: Store, now: ReadonlyMap<string, string>): { readonly ended: Alert[] } {
  return transaction(store, "note alerts in", () => {
    const known = alerts(store);
    const ended = known.filter((alert) => !now.has(alert.what));
    const remove = store.db.prepare("DELETE FROM telelink_alerts WHERE what = ?");
    for (const { what } of ended) remove.run(what);
    const put = store.db.prepare(
      "INSERT INTO telelink_alerts (what, since, detail) VALUES (?, ?, ?) ON CONFLICT (what) DO UPDATE SET detail = excluded.detail",
    );
    for (const [what, detail] of now) put.run(what, new Date().toISOString(), detail);
    return { ended };
  });
}

/** Takes an alert to be sent, so that of several servers one sends it; false where another has it. */
export function takeAlert(store: Store, what: string): boolean {
  return transaction(
    store,
    "note alerts in",
    () =>
      Number(
        store.db
          .prepare("UPDATE telelink_alerts SET sent = ? WHERE what = ? AND sent IS NULL")
          .run(new Date().toISOString(), what).changes,
      ) > 0,
  );
}

/** Lets an alert wait again that could not be sent. */
export function putBackAlert(store: Store, what: string): void {
  transaction(store, "note alerts in", () =>
    store.db.prepare("UPDATE telelink_alerts SET sent = NULL WHERE what = ?").run(what),
  );
}

/** The alerts there are, the oldest first. */
export function alerts(store: Store): Alert[] {
  return store.db.prepare("SELECT * FROM telelink_alerts ORDER BY since, what").all() as Alert[];
}
