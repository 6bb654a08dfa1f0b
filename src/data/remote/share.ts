import { randomUUID } from "node:crypto";
import type postgres from "postgres";
import { check } from "../../core/checks";
import { sha256Of } from "../../core/sha256";
import { forgetIn } from "../store/forget";
import {
  aliasOf,
  findModel,
  listModels,
  modelContent,
  promote,
  promotions,
  saveModel,
} from "../store/models";
import type { Store } from "../store/open";
import {
  beginSharing,
  forgottenHere,
  noteForgottenSent,
  noteOutcomesSent,
  notePredictionsSent,
  noteRead,
  noteTurn,
  ownPredictions,
  type SharedOutcome,
  type SharedPrediction,
  type SharedTable,
  shareAnew,
  sharing,
  takeOutcomes,
  takePredictions,
  unsentOutcomes,
} from "../store/sharing";
import { connected, quoted } from "./postgres";

/** Rows that are sent or taken in one transaction. */
const together = 5000;

/** Days for which the database knows whom to forget: a store that looks less often keeps them. */
const forgottenDays = 90;

const champion = "champion";

const predictionColumns = "model, sha256, customer, probability, risk, clv, action, at, shadow";

/** The layout there. */
const layout = `
  CREATE TABLE stores (id text PRIMARY KEY, turn text NOT NULL, seen text NOT NULL);
  CREATE TABLE models (sha256 text PRIMARY KEY, name text NOT NULL, version int NOT NULL, kind text NOT NULL,
    metadata text NOT NULL, content bytea NOT NULL, store text NOT NULL);
  CREATE TABLE champion (one int PRIMARY KEY CHECK (one = 1), sha256 text NOT NULL, at text NOT NULL,
    who text NOT NULL, reason text NOT NULL);
  CREATE TABLE predictions (seq bigserial PRIMARY KEY, key text NOT NULL UNIQUE, store text NOT NULL,
    model text NOT NULL, sha256 text, customer text, probability float8 NOT NULL, risk text NOT NULL, clv float8,
    action text NOT NULL, at text NOT NULL, shadow int NOT NULL);
  CREATE INDEX predictions_customer ON predictions (customer);
  CREATE TABLE outcomes (customer text NOT NULL, at text NOT NULL, churned int NOT NULL,
    received text NOT NULL, store text NOT NULL, seq bigserial UNIQUE, PRIMARY KEY (customer, at));
  CREATE TABLE forgotten (seq bigserial PRIMARY KEY, customer text NOT NULL, at text NOT NULL,
    store text NOT NULL);
  CREATE INDEX forgotten_customer ON forgotten (customer);
`;

/** What was exchanged. */
export interface Shared {
  readonly sent: Readonly<Record<"models" | SharedTable, number>>;
  readonly received: Readonly<Record<"models" | SharedTable, number>>;
  /** Customers whom others asked to forget, and who were forgotten here. */
  readonly forgotten: number;
  /** The model that was promoted elsewhere and answers here now. */
  readonly champion?: string;
  /** Models whose name and version stood for another one here. */
  readonly renamed: readonly { readonly there: string; readonly here: string }[];
}

/**
 * Exchanges with the other stores of a PostgreSQL schema what they have in common: models and which is champion,
 * predictions, outcomes, and whom to forget. Each row counts once, however often it is tried.
 */
export async function shareThrough(
  store: Store,
  address: { readonly url: string; readonly schema: string; readonly shown: string },
  anew: boolean,
): Promise<Shared> {
  const action = `share through ${address.shown}`;
  return connected(action, address.url, async (sql) => {
    await sql.begin(async (step) => {
      await step.unsafe(`SELECT pg_advisory_xact_lock(${lock(address.schema)})`);
      const [{ there }] = await step.unsafe<{ there: boolean }[]>(
        "SELECT to_regclass($1) IS NOT NULL AS there",
        [`${quoted(address.schema)}.forgotten`],
      );
      // Making what is there asks for rights that only its maker needs.
      if (there) return;
      await step.unsafe(`CREATE SCHEMA IF NOT EXISTS ${quoted(address.schema)}`);
      await step.unsafe(`SET LOCAL search_path TO ${quoted(address.schema)}`);
      await step.unsafe(layout);
    });
    await sql.unsafe(`SET search_path TO ${quoted(address.schema)}`);
    const exchange = new Exchange(store, sql, lock(address.schema), action);
    await exchange.begin(anew);
    const forgotten = await exchange.forget();
    const models = await exchange.models();
    const promoted = await exchange.champion();
    const outcomes = await exchange.outcomes();
    const predictions = await exchange.predictions();
    await exchange.end();
    return {
      sent: { models: models.sent, predictions: predictions.sent, outcomes: outcomes.sent },
      received: { models: models.received, predictions: predictions.received, outcomes: outcomes.received },
      forgotten,
      ...(promoted === undefined ? {} : { champion: promoted }),
      renamed: models.renamed,
    };
  });
}

/** A number for the database's lock of that name. */
function lock(name: string): string {
  return `hashtext('telelink ${name.replaceAll("'", "''")}')`;
}

/** One exchange of a store. */
class Exchange {
  private id = "";
  private turn = "";

  constructor(
    private readonly store: Store,
    private readonly sql: postgres.Sql,
    private readonly lock: string,
    private readonly action: string,
  ) {}

  /** Makes the store known there, or finds that it is the one that is known. */
  async begin(anew: boolean): Promise<void> {
    const { store, sql, action } = this;
    let own = sharing(store) ?? beginSharing(store);
    const [{ free }] = await sql.unsafe<{ free: boolean }[]>(
      `SELECT pg_try_advisory_lock(${lock(own.id)}) AS free`,
    );
    check(free, action, "no other exchange of this store may be under way");
    own = sharing(store) ?? own;
    const turns = await sql.unsafe<{ turn: string }[]>("SELECT turn FROM stores WHERE id = $1", [own.id]);
    const there = turns[0]?.turn ?? "";
    const known = there === own.last || there === own.next;
    check(
      known || anew,
      action,
      there === ""
        ? "the database must be the one through which this store shares, and does not know it (where it was made anew, --anew sends everything)"
        : "the store must be the one that is known there, and not a copy of it or an older state (--anew makes it known as a new one and takes what was shared from there)",
      store.file,
    );
    if (!known) {
      own = shareAnew(store, await this.sentBefore(own.id));
      await sql.unsafe(`SELECT pg_advisory_lock(${lock(own.id)})`);
    }
    this.id = own.id;
    this.turn = randomUUID();
    noteTurn(store, known ? there : "", this.turn);
    await sql.unsafe(
      "INSERT INTO stores VALUES ($1, $2, $3) ON CONFLICT (id) DO UPDATE SET turn = excluded.turn, seen = excluded.seen",
      [own.id, this.turn, new Date().toISOString()],
    );
  }

  async end(): Promise<void> {
    noteTurn(this.store, this.turn, this.turn);
  }

  /** The predictions of this store that are there, under the name that it had. */
  private async sentBefore(id: string): Promise<number[]> {
    const sent: number[] = [];
    for (let after = 0; ; ) {
      const rows = ownPredictions(this.store, id, together, after);
      if (rows.length === 0) return sent;
      const found = await this.sql.unsafe<{ key: string }[]>(
        "SELECT key FROM predictions WHERE key = ANY($1)",
        [rows.map((row) => row.key)],
      );
      const keys = new Set(found.map((row) => row.key));
      for (const row of rows) if (keys.has(row.key)) sent.push(row.number);
      after = rows[rows.length - 1].number;
    }
  }

  /** Writers take turns, so that rows become visible in the order of their numbers: readers go on from the last one. */
  private async write(work: (step: postgres.TransactionSql) => Promise<unknown>): Promise<void> {
    await this.sql.begin(async (step) => {
      await step.unsafe(`SELECT pg_advisory_xact_lock(${this.lock})`);
      await work(step);
    });
  }

  /** Tells the others whom to forget, and forgets whom they tell of; returns how many those were. */
  async forget(): Promise<number> {
    const own = forgottenHere(this.store);
    if (own.length > 0) {
      await this.write(async (step) => {
        for (const { customer, at } of own) {
          await step.unsafe("DELETE FROM predictions WHERE customer = $1", [customer]);
          await step.unsafe("DELETE FROM outcomes WHERE customer = $1", [customer]);
          await step.unsafe("INSERT INTO forgotten (customer, at, store) VALUES ($1, $2, $3)", [
            ...[customer, at, this.id],
          ]);
        }
        await step.unsafe("DELETE FROM forgotten WHERE at < $1", [
          new Date(Date.now() - 86_400_000 * forgottenDays).toISOString(),
        ]);
      });
      noteForgottenSent(
        this.store,
        own.map((one) => one.customer),
      );
    }
    const after = sharing(this.store)?.forgotten ?? 0;
    const rows = await this.sql.unsafe<{ seq: number; customer: string; store: string }[]>(
      "SELECT seq::float8 AS seq, customer, store FROM forgotten WHERE seq > $1 ORDER BY seq",
      [after],
    );
    const others = rows.filter((row) => row.store !== this.id);
    for (const { customer } of others) forgetIn(this.store, customer, "telelink share");
    if (rows.length > 0) noteRead(this.store, "forgotten", rows[rows.length - 1].seq);
    return others.length;
  }

  /** Exchanges models: each once by its content, under its name and version where these are free. */
  async models(): Promise<{ sent: number; received: number; renamed: Shared["renamed"] }> {
    const { store, sql } = this;
    const there = await sql.unsafe<{ sha256: string; name: string; version: number }[]>(
      "SELECT sha256, name, version FROM models ORDER BY name, version",
    );
    const known = new Set(there.map((row) => row.sha256));
    const own = listModels(store);
    let sent = 0;
    for (const { id, sha256, name, version, kind, metadata } of own) {
      if (known.has(sha256)) continue;
      known.add(sha256);
      const content = Buffer.from(modelContent(store, id));
      await sql.unsafe("INSERT INTO models VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING", [
        sha256,
        name,
        version,
        kind,
        JSON.stringify(metadata),
        content,
        this.id,
      ]);
      sent++;
    }
    const here = new Set(own.map((model) => model.sha256));
    const missing = there.filter((row) => !here.has(row.sha256));
    const renamed: { there: string; here: string }[] = [];
    for (const { sha256, name, version } of missing) {
      const [row] = await sql.unsafe<{ kind: string; metadata: string; content: Uint8Array }[]>(
        "SELECT kind, metadata, content FROM models WHERE sha256 = $1",
        [sha256],
      );
      const found = sha256Of(row.content);
      check(found === sha256, this.action, `${name}@${version} must have the SHA-256 ${sha256}`, found);
      const metadata = JSON.parse(row.metadata) as Record<string, unknown>;
      const made = saveModel(store, { name, version, kind: row.kind, content: row.content, metadata });
      if (made.version !== version)
        renamed.push({ there: `${name}@${version}`, here: `${name}@${made.version}` });
    }
    return { sent, received: missing.length, renamed };
  }

  /** The promotion that was made last, here or there, counts on both sides; returns the model that was promoted there. */
  async champion(): Promise<string | undefined> {
    const { store, sql } = this;
    const own = aliasOf(store, champion)?.at;
    const model = own === undefined ? undefined : findModel(store, champion);
    if (own !== undefined && model) {
      const [last] = promotions(store, champion);
      await sql.unsafe(
        `INSERT INTO champion AS c VALUES (1, $1, $2, $3, $4) ON CONFLICT (one) DO UPDATE SET sha256 = excluded.sha256,
           at = excluded.at, who = excluded.who, reason = excluded.reason WHERE excluded.at > c.at`,
        [model.sha256, own, last?.who ?? "unknown", last?.reason ?? ""],
      );
    }
    const [there] = await sql.unsafe<{ sha256: string; at: string; who: string; reason: string }[]>(
      "SELECT sha256, at, who, reason FROM champion",
    );
    if (!there || (own !== undefined && there.at <= own)) return undefined;
    const found = listModels(store).find((one) => one.sha256 === there.sha256);
    check(
      found !== undefined,
      this.action,
      "the champion there must be among the models there",
      there.sha256,
    );
    promote(store, champion, found, { who: there.who, reason: there.reason, at: there.at });
    return `${found.name}@${found.version}`;
  }

  async outcomes(): Promise<{ sent: number; received: number }> {
    const { store } = this;
    let sent = 0;
    for (;;) {
      const rows = unsentOutcomes(store, together);
      if (rows.length === 0) break;
      await this.write((step) =>
        step.unsafe(
          `INSERT INTO outcomes AS o (customer, at, churned, received, store)
           SELECT r.customer, r.at, r.churned, r.received, $2
           FROM json_to_recordset($1::text::json) AS r(customer text, at text, churned int, received text)
           WHERE NOT EXISTS (SELECT FROM forgotten f WHERE f.customer = r.customer AND f.at >= r.received)
           ON CONFLICT (customer, at) DO UPDATE SET churned = excluded.churned, received = excluded.received,
             store = excluded.store, seq = excluded.seq
           WHERE excluded.received > o.received AND excluded.churned <> o.churned`,
          [JSON.stringify(rows), this.id],
        ),
      );
      noteOutcomesSent(store, rows);
      sent += rows.length;
    }
    const columns = "customer, at, churned, received";
    const received = await this.take<SharedOutcome>("outcomes", columns, takeOutcomes);
    return { sent, received };
  }

  async predictions(): Promise<{ sent: number; received: number }> {
    const { store } = this;
    let sent = 0;
    for (;;) {
      const rows = ownPredictions(store, this.id, together);
      if (rows.length === 0) break;
      await this.write((step) =>
        step.unsafe(
          `INSERT INTO predictions (key, store, ${predictionColumns}) SELECT r.key, $2, ${predictionColumns}
           FROM json_to_recordset($1::text::json) AS r(key text, model text, sha256 text, customer text,
             probability float8, risk text, clv float8, action text, at text, shadow int)
           WHERE NOT EXISTS (SELECT FROM forgotten f WHERE f.customer = r.customer AND f.at >= r.at)
           ON CONFLICT (key) DO NOTHING`,
          [JSON.stringify(rows), this.id],
        ),
      );
      notePredictionsSent(
        store,
        rows.map((row) => row.number),
      );
      sent += rows.length;
    }
    const received = await this.take<SharedPrediction>("predictions", predictionColumns, takePredictions);
    return { sent, received };
  }

  /** Takes the rows that others sent since the last time; returns how many they were. */
  private async take<Row>(
    table: SharedTable,
    columns: string,
    keep: (store: Store, rows: readonly (Row & { readonly store: string })[], to: number) => void,
  ): Promise<number> {
    const { store, sql } = this;
    const [{ top }] = await sql.unsafe<{ top: number }[]>(
      `SELECT coalesce(max(seq), 0)::float8 AS top FROM ${table}`,
    );
    let received = 0;
    for (let from = sharing(store)?.[table] ?? 0; from < top; ) {
      const rows = await sql.unsafe<(Row & { seq: number; store: string })[]>(
        `SELECT seq::float8 AS seq, store, ${columns} FROM ${table}
         WHERE seq > $1 AND seq <= $2 AND store <> $3 ORDER BY seq LIMIT ${together}`,
        [from, top, this.id],
      );
      from = rows.length < together ? top : rows[rows.length - 1].seq;
      keep(store, rows, from);
      received += rows.length;
    }
    return received;
  }
}
