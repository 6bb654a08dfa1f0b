import { createHash, randomBytes } from "node:crypto";
import { check } from "../../core/checks";
import { storedJson } from "./names";
import { type Store, transaction } from "./open";

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
    const text = `tl_${randomBytes(24).toString("base64url")}`;
    const made = store.db
      .prepare("INSERT INTO telelink_keys (name, scopes, sha256, created) VALUES (?, ?, ?, ?)")
      .run(name, JSON.stringify(given), digestOf(text), new Date().toISOString());
    return { key: keyWhere(store, "id = ?", Number(made.lastInsertRowid)) as StoredKey, text };
  });
}

/** A new text for the key of that name, in place of the one before, which opens nothing any more. */
export function rotateKey(store: Store, name: string): string {
  return transaction(store, "rotate a key of", () => {
    const text = `tl_${randomBytes(24).toString("base64url")}`;
    const { changes } = store.db
      .prepare("UPDATE telelink_keys SET sha256 = ? WHERE name = ? AND revoked IS NULL")
      .run(digestOf(text), name);
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
  return (store.db.prepare("SELECT * FROM telelink_keys ORDER BY id").all() as KeyRow[]).map(fromRow);
}

/** Whether there is a key that opens something. */
export function anyKey(store: Store): boolean {
  return store.db.prepare("SELECT 1 FROM telelink_keys WHERE revoked IS NULL LIMIT 1").get() !== undefined;
}

/** The key of that text, unless it is revoked. */
export function keyOf(store: Store, text: string): StoredKey | undefined {
  return keyWhere(store, "revoked IS NULL AND sha256 = ?", digestOf(text));
}

/** The key of that number, unless it is revoked, and the beginning of its hash: another text is another key. */
export function keyNumbered(
  store: Store,
  id: number,
): { readonly key: StoredKey; readonly mark: string } | undefined {
  const row = store.db.prepare("SELECT * FROM telelink_keys WHERE revoked IS NULL AND id = ?").get(id) as
    | KeyRow
    | undefined;
  return row && { key: fromRow(row), mark: row.sha256.slice(0, 16) };
}

/** A secret that all servers of a store share; it is made where there is none. */
export function storeSecret(store: Store, name: string): string {
  const read = (): string | undefined =>
    (
      store.db.prepare("SELECT value FROM telelink_secrets WHERE name = ?").get(name) as
        | { value: string }
        | undefined
    )?.value;
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

interface KeyRow {
  id: number;
  name: string;
  scopes: string;
  sha256: string;
  created: string;
  revoked: string | null;
}

function keyWhere(store: Store, condition: string, value: unknown): StoredKey | undefined {
  const row = store.db.prepare(`SELECT * FROM telelink_keys WHERE ${condition}`).get(value) as
    | KeyRow
    | undefined;
  return row && fromRow(row);
}

function fromRow(row: KeyRow): StoredKey {
  return {
    id: row.id,
    name: row.name,
    // One whose scopes are damaged opens nothing.
    scopes: storedJson<Scope[]>(row.scopes, []),
    created: row.created,
    ...(row.revoked === null ? {} : { revoked: row.revoked }),
  };
}

// A key has 192 random bits: no salt and no slow hash can make it harder to guess.
function digestOf(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
