import { type Store, withoutWaiting } from "./open";
import { rowsOf } from "./rows";

/** Who did what. It holds no customer's data. */
export interface AuditEntry {
  readonly at: string;
  readonly who: string;
  readonly action: string;
  readonly detail: Readonly<Record<string, unknown>>;
}

/** Notes who did what. */
export function audit(
  store: Store,
  who: string,
  action: string,
  detail: Readonly<Record<string, unknown>> = {},
): void {
  withoutWaiting(store, "note who did what in", () =>
    store.db
      .prepare("INSERT INTO telelink_audit (at, who, action, detail) VALUES (?, ?, ?, ?)")
      .run(new Date().toISOString(), who, action, JSON.stringify(detail)),
  );
}

/** The newest entries first. */
export function auditLog(store: Store, limit = 100): AuditEntry[] {
  const query = "SELECT at, who, action, detail FROM telelink_audit ORDER BY id DESC LIMIT ?";
  return rowsOf(store, query, [limit], { detail: {} });
}
