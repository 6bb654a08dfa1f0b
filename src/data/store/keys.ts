import { randomBytes } from "node:crypto";
import { check } from "../../core/checks";
import { sha256Of } from "../../core/sha256";
import { type Store, transaction } from "./open";
import { rowOf, rowsOf } from "./rows";

/**
 * What a key lets its holder do: read customers' data, files, jobs, models and metrics; predict; write (train, draw,
 * upload, tell outcomes); admin (promote models). Each is given by itself, but for admin, which holds them all.
 */
export const scopes = ["read", "predict", "write", "admin"] as const;
export type Scope = (typeof scopes)[number];

/** A key as the store keeps it: the key itself is shown once, and only its hash is kept. */
export interface StoredKey {
  readonly id: number;
  readonly name: string;
  readonly scopes: readonly Scope[];
  readonly created: string;
  readonly revoked?: string;
}

/** One that opens something, with the beginning of its hash: another text is another key. */
export interface UsableKey extends StoredKey {
  readonly mark: string;
}

/** A new key of that name; its text is returned here and nowhere else. */
export function addKey(
  store: Store,
  name: string,
  given: readonly Scope[],
): { readonly key: StoredKey; readonly text: string } {
  check(
    /^[\p{L}\p{N}][\p{L}\p{N} ._@-]{0,99}$/u.test(name),
    "add the key",
    "its name must begin with a letter or digit and hold at most 100 letters, digits, spaces and ._@-",
    name,
  );
  check(given.length > 0, "add the key", `it must have a scope of ${scopes.join(", ")}`);
  return transaction(store, "add a key to", () => {
    const taken = store.db.prepare("SELECT 1 FROM telelink_keys WHERE name = ?").get(name);
    check(!taken, "add the key", "its name must be new; telelink keys list shows those there are", name);
    // It has 192 random bits: no salt and no slow hash can make it harder to guess.
    const text = `tl_${randomBytes(24).toString("base64url")}`;
    const made = store.db
      .prepare("INSERT INTO telelink_keys (name, scopes, sha256, created) VALUES (?, ?, ?, ?)")
      .run(name, JSON.stringify(given), sha256Of(text), new Date().toISOString());
    return { key: keysWhere(store, "id = ?", made.lastInsertRowid)[0], text };
  });
}

/** A new text for the key of that name, in place of the one before, which opens nothing any more. */
export function rotateKey(store: Store, name: string): string {
  return transaction(store, "rotate a key of", () => {
    const text = `tl_${randomBytes(24).toString("base64url")}`;
    const { changes } = store.db
      .prepare("UPDATE telelink_keys SET sha256 = ? WHERE name = ? AND revoked IS NULL")
      .run(sha256Of(text), name);
    check(changes === 1, "rotate the key", "there must be one of that name that is not revoked", name);
    return text;
  });
}

/** Lets the key of that name open nothing any more, from the next request on. */
export function revokeKey(store: Store, name: string): void {
  transaction(store, "revoke a key of", () => {
    const { changes } = store.db
      .prepare("UPDATE telelink_keys SET revoked = ? WHERE name = ? AND revoked IS NULL")
      .run(new Date().toISOString(), name);
    check(changes === 1, "revoke the key", "there must be one of that name that is not revoked", name);
  });
}

/** The keys, revoked ones too, in the order in which they were made. */
export function listKeys(store: Store): StoredKey[] {
  return keysWhere(store, "1 = 1 ORDER BY id");
}

/** Whether there is a key that opens something. */
export function anyKey(store: Store): boolean {
  return store.db.prepare("SELECT 1 FROM telelink_keys WHERE revoked IS NULL LIMIT 1").get() !== undefined;
}

/** The key of that text, unless it is revoked. */
export function keyOf(store: Store, text: string): UsableKey | undefined {
  return usableKey(store, "sha256 = ?", sha256Of(text));
}

/** The key of that number, unless it is revoked. */
export function keyNumbered(store: Store, id: number): UsableKey | undefined {
  return usableKey(store, "id = ?", id);
}

/** A secret that all servers of a store share; it is made where there is none. */
export function storeSecret(store: Store, name: string): string {
  const read = (): string | undefined =>
    rowOf<{ value: string }>(store, "SELECT value FROM telelink_secrets WHERE name = ?", [name])?.value;
  return (
    read() ??
    transaction(store, "keep a secret in", () => {
      store.db
        .prepare("INSERT OR IGNORE INTO telelink_secrets (name, value) VALUES (?, ?)")
        .run(name, randomBytes(32).toString("hex"));
      return read() as string;
    })
  );
}

const columns = "id, name, scopes, created, revoked";

function keysWhere(store: Store, condition: string, ...values: unknown[]): StoredKey[] {
  // One whose scopes are damaged opens nothing.
  return rowsOf(store, `SELECT ${columns} FROM telelink_keys WHERE ${condition}`, values, { scopes: [] });
}

function usableKey(store: Store, condition: string, value: unknown): UsableKey | undefined {
  const query = `SELECT ${columns}, substr(sha256, 1, 16) AS mark FROM telelink_keys WHERE revoked IS NULL AND ${condition}`;
  return rowOf(store, query, [value], { scopes: [] });
}
