/**
 * The store's schema, one step after the other; a step that was released is never changed. Times are ISO 8601 in UTC,
 * hashes SHA-256 in hex. Tables of ingested data stand beside these under their own names.
 */
export const migrations: readonly string[] = [
  `
  CREATE TABLE telelink_files (
    id INTEGER PRIMARY KEY,
    table_name TEXT NOT NULL,
    name TEXT NOT NULL,
    sha256 TEXT NOT NULL,
    rows INTEGER NOT NULL,
    rejected INTEGER NOT NULL,
    duplicates INTEGER NOT NULL,
    schema TEXT NOT NULL,
    at TEXT NOT NULL,
    UNIQUE (table_name, sha256)
  );
  CREATE TABLE telelink_rejects (
    file_id INTEGER NOT NULL REFERENCES telelink_files (id) ON DELETE CASCADE,
    line INTEGER NOT NULL,
    column_name TEXT,
    rule TEXT NOT NULL,
    value TEXT
  );
  CREATE INDEX telelink_rejects_file ON telelink_rejects (file_id);
  CREATE TABLE telelink_models (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL,
    version INTEGER NOT NULL,
    kind TEXT NOT NULL,
    sha256 TEXT NOT NULL,
    metadata TEXT NOT NULL,
    content BLOB NOT NULL,
    at TEXT NOT NULL,
    UNIQUE (name, version)
  );
  CREATE TABLE telelink_aliases (
    alias TEXT PRIMARY KEY,
    model_id INTEGER NOT NULL REFERENCES telelink_models (id),
    at TEXT NOT NULL
  );
  CREATE TABLE telelink_predictions (
    id INTEGER PRIMARY KEY,
    model_id INTEGER REFERENCES telelink_models (id),
    model TEXT NOT NULL,
    customer TEXT,
    probability REAL NOT NULL,
    risk TEXT NOT NULL,
    clv REAL,
    action TEXT NOT NULL,
    at TEXT NOT NULL
  );
  CREATE INDEX telelink_predictions_at ON telelink_predictions (at);
  CREATE TABLE telelink_generations (
    id INTEGER PRIMARY KEY,
    model_id INTEGER REFERENCES telelink_models (id),
    model TEXT NOT NULL,
    rows INTEGER NOT NULL,
    seed TEXT NOT NULL,
    conditions TEXT NOT NULL,
    sha256 TEXT,
    at TEXT NOT NULL
  );
  CREATE TABLE telelink_jobs (
    id INTEGER PRIMARY KEY,
    kind TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('queued', 'running', 'done', 'failed', 'stopped', 'interrupted')),
    input TEXT NOT NULL,
    result TEXT,
    error TEXT,
    created TEXT NOT NULL,
    started TEXT,
    ended TEXT
  );
  CREATE INDEX telelink_jobs_state ON telelink_jobs (state);
  CREATE TABLE telelink_job_events (
    job_id INTEGER NOT NULL REFERENCES telelink_jobs (id) ON DELETE CASCADE,
    number INTEGER NOT NULL,
    event TEXT NOT NULL,
    PRIMARY KEY (job_id, number)
  ) WITHOUT ROWID;
  `,
  // Predictions name their model in words alone up to here; those of models that are kept can be led back to them.
  `
  UPDATE telelink_predictions SET model_id =
    (SELECT id FROM telelink_models WHERE name || '@' || version = telelink_predictions.model)
  WHERE model_id IS NULL;
  CREATE INDEX telelink_predictions_model ON telelink_predictions (model_id);
  `,
  // Several servers, keys, running totals, files that are loaded in parts.
  `
  ALTER TABLE telelink_jobs ADD COLUMN owner TEXT;
  ALTER TABLE telelink_jobs ADD COLUMN attempts INTEGER NOT NULL DEFAULT 0;
  ALTER TABLE telelink_jobs ADD COLUMN stop_asked INTEGER NOT NULL DEFAULT 0;
  CREATE TABLE telelink_servers (
    id TEXT PRIMARY KEY,
    host TEXT NOT NULL,
    pid INTEGER NOT NULL,
    started TEXT NOT NULL,
    seen TEXT NOT NULL
  );
  CREATE TABLE telelink_journals (segment TEXT PRIMARY KEY, at TEXT NOT NULL);
  CREATE TABLE telelink_totals (
    risk TEXT PRIMARY KEY,
    n INTEGER NOT NULL,
    probability REAL NOT NULL,
    valued INTEGER NOT NULL,
    clv REAL NOT NULL,
    since TEXT
  );
  INSERT INTO telelink_totals
    SELECT risk, count(*), sum(probability), count(clv), total(clv), min(at) FROM telelink_predictions GROUP BY risk;
  CREATE INDEX telelink_predictions_customer ON telelink_predictions (customer);
  CREATE TABLE telelink_loading (
    table_name TEXT PRIMARY KEY,
    file_id INTEGER NOT NULL REFERENCES telelink_files (id) ON DELETE CASCADE,
    first_row INTEGER NOT NULL,
    host TEXT NOT NULL,
    pid INTEGER NOT NULL
  );
  CREATE TABLE telelink_keys (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    scopes TEXT NOT NULL,
    sha256 TEXT NOT NULL UNIQUE,
    created TEXT NOT NULL,
    revoked TEXT
  );
  CREATE TABLE telelink_audit (
    id INTEGER PRIMARY KEY,
    at TEXT NOT NULL,
    who TEXT NOT NULL,
    action TEXT NOT NULL,
    detail TEXT NOT NULL
  );
  CREATE INDEX telelink_audit_at ON telelink_audit (at);
  CREATE TABLE telelink_secrets (name TEXT PRIMARY KEY, value TEXT NOT NULL);
  `,
];
