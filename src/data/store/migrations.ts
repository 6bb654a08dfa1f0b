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
  // A challenger beside the champion, outcomes, what inputs were like; totals follow by themselves.
  `
  ALTER TABLE telelink_predictions ADD COLUMN shadow INTEGER NOT NULL DEFAULT 0;
  DELETE FROM telelink_totals;
  INSERT INTO telelink_totals
    SELECT risk, count(*), sum(probability), count(clv), total(clv), min(at) FROM telelink_predictions GROUP BY risk;
  CREATE TRIGGER telelink_totals_add AFTER INSERT ON telelink_predictions WHEN NEW.shadow = 0 BEGIN
    INSERT INTO telelink_totals (risk, n, probability, valued, clv, since)
      VALUES (NEW.risk, 1, NEW.probability, NEW.clv IS NOT NULL, coalesce(NEW.clv, 0), NEW.at)
      ON CONFLICT (risk) DO UPDATE SET n = n + 1, probability = probability + excluded.probability,
        valued = valued + excluded.valued, clv = clv + excluded.clv,
        since = min(coalesce(since, excluded.since), excluded.since);
  END;
  CREATE TRIGGER telelink_totals_take AFTER DELETE ON telelink_predictions WHEN OLD.shadow = 0 BEGIN
    UPDATE telelink_totals SET n = n - 1, probability = probability - OLD.probability,
      valued = valued - (OLD.clv IS NOT NULL), clv = clv - coalesce(OLD.clv, 0) WHERE risk = OLD.risk;
  END;
  CREATE TABLE telelink_challenge (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    model_id INTEGER NOT NULL REFERENCES telelink_models (id),
    mode TEXT NOT NULL CHECK (mode IN ('shadow', 'share')),
    share REAL NOT NULL,
    since TEXT NOT NULL
  );
  CREATE TABLE telelink_outcomes (
    customer TEXT NOT NULL,
    at TEXT NOT NULL,
    churned INTEGER NOT NULL CHECK (churned IN (0, 1)),
    received TEXT NOT NULL,
    PRIMARY KEY (customer, at)
  ) WITHOUT ROWID;
  CREATE INDEX telelink_outcomes_received ON telelink_outcomes (received);
  CREATE TABLE telelink_inputs (
    day TEXT NOT NULL,
    model TEXT NOT NULL,
    column_name TEXT NOT NULL,
    counts TEXT NOT NULL,
    PRIMARY KEY (day, model, column_name)
  ) WITHOUT ROWID;
  CREATE TABLE telelink_alerts (what TEXT PRIMARY KEY, since TEXT NOT NULL, detail TEXT NOT NULL, sent TEXT);
  `,
  // Commands by the clock.
  `
  CREATE TABLE telelink_schedules (
    name TEXT PRIMARY KEY,
    cron TEXT NOT NULL,
    zone TEXT NOT NULL,
    command TEXT NOT NULL,
    folder TEXT NOT NULL,
    minutes INTEGER NOT NULL,
    due TEXT NOT NULL,
    owner TEXT,
    started TEXT,
    ended TEXT,
    exit_code INTEGER,
    said TEXT,
    missed INTEGER NOT NULL
  );
  `,
  // What servers with stores of their own share. origin: NULL is this store's own and not sent yet, '' own and sent, else the store it came from.
  `
  ALTER TABLE telelink_predictions ADD COLUMN origin TEXT;
  CREATE INDEX telelink_predictions_unsent ON telelink_predictions (id) WHERE origin IS NULL;
  ALTER TABLE telelink_outcomes ADD COLUMN origin TEXT;
  CREATE TABLE telelink_sharing (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    id TEXT NOT NULL,
    last TEXT NOT NULL,
    next TEXT NOT NULL,
    predictions INTEGER NOT NULL,
    outcomes INTEGER NOT NULL,
    forgotten INTEGER NOT NULL
  );
  CREATE TABLE telelink_forgotten (customer TEXT PRIMARY KEY, at TEXT NOT NULL) WITHOUT ROWID;
  `,
];
