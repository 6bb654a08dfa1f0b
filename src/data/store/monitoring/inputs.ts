import { type Store, transaction } from "../open";
import { rowsOf, storedJson } from "../rows";

/** What was counted of a column of customers' data on a day: sums over customers, of whom nothing else is kept. */
export interface DayCounts<Counts> {
  /** YYYY-MM-DD, UTC. */
  readonly day: string;
  readonly column: string;
  readonly counts: Counts;
}

/** Adds counts to those of the day, joined to what is there by `add`. */
export function addDayCounts<Counts>(
  store: Store,
  model: string,
  more: readonly DayCounts<Counts>[],
  add: (before: Counts, more: Counts) => Counts,
): void {
  transaction(store, "count inputs in", () => {
    const known = store.db.prepare(
      "SELECT counts FROM telelink_inputs WHERE day = ? AND model = ? AND column_name = ?",
    );
    const put = store.db.prepare(
      "INSERT INTO telelink_inputs (day, model, column_name, counts) VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE SET counts = excluded.counts",
    );
    for (const { day, column, counts } of more) {
      const row = known.get(day, model, column) as { counts: string } | undefined;
      const before = row && storedJson<Counts | undefined>(row.counts, undefined);
      const sum = before === undefined ? counts : add(before, counts);
      put.run(day, model, column, JSON.stringify(sum));
    }
  });
}

/** What was counted for a model, in the order of the days. */
export function dayCounts<Counts>(store: Store, model: string): DayCounts<Counts>[] {
  const query = "SELECT day, column_name AS column, counts FROM telelink_inputs WHERE model = ? ORDER BY day";
  const rows = rowsOf<Partial<DayCounts<Counts>>>(store, query, [model], { counts: undefined });
  return rows.filter((row): row is DayCounts<Counts> => row.counts !== undefined);
}

/** Removes what was counted before a day. */
export function removeDayCounts(store: Store, before: string): void {
  transaction(store, "remove counts from", () =>
    store.db.prepare("DELETE FROM telelink_inputs WHERE day < ?").run(before),
  );
}
