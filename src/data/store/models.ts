import { check } from "../../core/checks";
import { sha256Of } from "../../core/sha256";
import { audit } from "./audit";
import { type Store, StoreError, transaction } from "./open";
import { rowOf, rowsOf } from "./rows";

/** A model that the store keeps: its bytes and what is known about it. */
export interface StoredModel {
  readonly id: number;
  readonly name: string;
  /** Counts up from 1 for each name. */
  readonly version: number;
  readonly kind: string;
  readonly sha256: string;
  /** Data, seed, metrics, schema: whatever the trainer found worth keeping. */
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly at: string;
  /** Names that point at it, such as "champion". */
  readonly aliases: readonly string[];
}

/** Keeps a model as the next version of its name, or as the one that is wished for where it is free. */
export function saveModel(
  store: Store,
  model: {
    readonly name: string;
    readonly kind: string;
    readonly content: Uint8Array;
    readonly metadata?: Readonly<Record<string, unknown>>;
    readonly version?: number;
  },
): StoredModel {
  checkName(model.name, "save the model", "its name");
  return transaction(store, "save a model in", () => {
    const { next } = store.db
      .prepare("SELECT coalesce(max(version), 0) + 1 AS next FROM telelink_models WHERE name = ?")
      .get(model.name) as { next: number };
    const { name, version: wished } = model;
    const free = wished !== undefined && findModel(store, `${name}@${wished}`) === undefined;
    const made = store.db
      .prepare(
        "INSERT INTO telelink_models (name, version, kind, sha256, metadata, content, at) VALUES (?, ?, ?, ?, ?, ?, ?)",
      )
      .run(
        name,
        free ? wished : next,
        model.kind,
        sha256Of(model.content),
        JSON.stringify(model.metadata ?? {}),
        Buffer.from(model.content),
        new Date().toISOString(),
      );
    return modelsWhere(store, "id = ?", made.lastInsertRowid)[0];
  });
}

/** Points `alias` ("champion") at a model; an earlier target loses it. */
export function setAlias(store: Store, alias: string, id: number, at = new Date().toISOString()): void {
  checkName(alias, "set the alias", "it");
  transaction(store, "set an alias in", () => {
    check(modelWithId(store, id) !== undefined, "set the alias", "the model's number must be known", id);
    store.db
      .prepare(
        "INSERT INTO telelink_aliases (alias, model_id, at) VALUES (?, ?, ?) ON CONFLICT (alias) DO UPDATE SET model_id = excluded.model_id, at = excluded.at",
      )
      .run(alias, id, at);
  });
}

/** Every model, the newest first. */
export function listModels(store: Store): StoredModel[] {
  return modelsWhere(store, "1 = 1 ORDER BY id DESC");
}

/** The model that "name", "name@3" or an alias stands for; undefined when there is none. */
export function findModel(store: Store, reference: string): StoredModel | undefined {
  const [, name, version] = /^(.*?)(?:@(\d+))?$/s.exec(reference) as unknown as [
    string,
    string,
    string | undefined,
  ];
  if (version !== undefined) return modelsWhere(store, "name = ? AND version = ?", name, Number(version))[0];
  return (
    modelWithAlias(store, reference) ??
    modelsWhere(store, "name = ? ORDER BY version DESC LIMIT 1", reference)[0]
  );
}

/** The model of that number; undefined when there is none. */
export function modelWithId(store: Store, id: number): StoredModel | undefined {
  return modelsWhere(store, "id = ?", id)[0];
}

function modelWithAlias(store: Store, alias: string): StoredModel | undefined {
  const target = aliasOf(store, alias);
  return target && modelWithId(store, target.id);
}

/** The number of the model that an alias stands for, and since when; undefined where it stands for nothing. */
export function aliasOf(
  store: Store,
  alias: string,
): { readonly id: number; readonly at: string } | undefined {
  return rowOf(store, "SELECT model_id AS id, at FROM telelink_aliases WHERE alias = ?", [alias]);
}

/** The model's bytes, checked against their hash. */
export function modelContent(store: Store, id: number): Uint8Array {
  const row = store.db.prepare("SELECT content, sha256 FROM telelink_models WHERE id = ?").get(id) as
    | { content: Uint8Array; sha256: string }
    | undefined;
  check(row !== undefined, "read the model", "its number must be known", id);
  const found = sha256Of(row.content);
  if (found !== row.sha256) {
    throw new StoreError(
      `Cannot read model ${id} of the store ${store.file}: its bytes must have the SHA-256 ${row.sha256}, got ${found}`,
      "SQLITE_CORRUPT",
    );
  }
  return row.content;
}

function modelsWhere(store: Store, condition: string, ...values: unknown[]): StoredModel[] {
  return rowsOf(
    store,
    `SELECT id, name, version, kind, sha256, metadata, at,
       (SELECT json_group_array(alias) FROM telelink_aliases WHERE model_id = telelink_models.id) AS aliases
     FROM telelink_models WHERE ${condition}`,
    values,
    { metadata: {}, aliases: [] },
  );
}

function checkName(name: string, action: string, what: string): void {
  check(
    /^[\p{L}\p{N}][\p{L}\p{N} ._-]{0,99}$/u.test(name),
    action,
    `${what} must begin with a letter or digit and hold at most 100 letters, digits, spaces, dots, dashes and underscores`,
    name,
  );
}

/** One change of what an alias stands for. */
export interface Promotion {
  readonly at: string;
  readonly who: string;
  /** name@version. */
  readonly model: string;
  readonly before?: string;
  readonly reason: string;
}

/** Points the alias at a model and notes who did it and why; what it stood for can be gone back to. */
export function promote(
  store: Store,
  alias: string,
  model: StoredModel,
  {
    who,
    reason,
    at = new Date().toISOString(),
  }: Pick<Promotion, "who" | "reason"> & { readonly at?: string },
): void {
  transaction(store, "promote a model in", () => {
    const before = modelWithAlias(store, alias);
    setAlias(store, alias, model.id, at);
    audit(store, who, promoted(alias), {
      model: nameOf(model),
      ...(before ? { before: nameOf(before) } : {}),
      reason,
    });
  });
}

/** The changes of what an alias stands for, the newest first. */
export function promotions(store: Store, alias: string): Promotion[] {
  const query = "SELECT at, who, detail FROM telelink_audit WHERE action = ? ORDER BY id DESC LIMIT 100";
  type Row = Pick<Promotion, "at" | "who"> & { readonly detail: Omit<Promotion, "at" | "who"> };
  const rows = rowsOf<Row>(store, query, [promoted(alias)], { detail: { model: "unknown", reason: "" } });
  return rows.map(({ at, who, detail }) => ({ at, who, ...detail }));
}

function promoted(alias: string): string {
  return `promote ${alias}`;
}

function nameOf({ name, version }: StoredModel): string {
  return `${name}@${version}`;
}
