import { check } from "../../core/checks";
import { type Store, transaction, withoutWaiting } from "./open";
import { rowOf, rowsOf } from "./rows";

export type JobState = "queued" | "running" | "done" | "failed" | "stopped" | "interrupted";

/** Long work that outlives the request, and the process, that asked for it. */
export interface Job {
  readonly id: number;
  readonly kind: string;
  readonly state: JobState;
  readonly input: unknown;
  readonly result?: unknown;
  readonly error?: string;
  readonly created: string;
  readonly started?: string;
  readonly ended?: string;
  /** The server that runs it, and how often it was begun. */
  readonly owner?: string;
  readonly attempts: number;
}

/** What happened in a job, numbered from 1 without gaps: what a client that comes back asks on from. */
export interface JobEvent {
  readonly number: number;
  readonly event: unknown;
}

/** Puts a job into the queue. */
export function addJob(store: Store, kind: string, input: unknown): Job {
  return transaction(store, "add a job to", () => {
    const made = store.db
      .prepare("INSERT INTO telelink_jobs (kind, state, input, created) VALUES (?, 'queued', ?, ?)")
      .run(kind, JSON.stringify(input), now());
    return jobWith(store, Number(made.lastInsertRowid));
  });
}

/** The job with this number; an error when there is none. */
export function jobWith(store: Store, id: number): Job {
  const [job] = jobsWhere(store, "id = ?", id);
  check(job !== undefined, "find the job", "its number must be known", id);
  return job;
}

/** The newest jobs first. */
export function listJobs(store: Store, limit = 50): Job[] {
  return jobsWhere(store, "1 = 1 ORDER BY id DESC LIMIT ?", limit);
}

/** Takes the oldest queued job for this owner and marks it running, unless one is running already: one at a time. */
export function startNextJob(store: Store, owner?: string): Job | undefined {
  // Whoever only looks does not keep others from writing.
  if (!oldest(store, "queued")) return undefined;
  return transaction(store, "start a job of", () => {
    const next = oldest(store, "queued");
    if (!next || oldest(store, "running")) return undefined;
    store.db
      .prepare(
        "UPDATE telelink_jobs SET state = 'running', started = ?, owner = ?, attempts = attempts + 1 WHERE id = ?",
      )
      .run(now(), owner ?? null, next.id);
    return jobWith(store, next.id);
  });
}

/** Asks the server that runs the job to stop it. */
export function askToStop(store: Store, id: number): void {
  transaction(store, "stop a job of", () =>
    store.db.prepare("UPDATE telelink_jobs SET stop_asked = 1 WHERE id = ?").run(id),
  );
}

/** Whether somebody asked for the job to be stopped. */
export function stopAsked(store: Store, id: number): boolean {
  return jobsWhere(store, "id = ? AND stop_asked = 1", id).length > 0;
}

/** Ends a job that is queued or running; one that has ended already stays as it is. */
export function endJob(
  store: Store,
  id: number,
  state: "done" | "failed" | "stopped" | "interrupted",
  outcome: { readonly result?: unknown; readonly error?: string } = {},
): Job {
  return transaction(store, "end a job of", () => {
    store.db
      .prepare(
        "UPDATE telelink_jobs SET state = ?, result = ?, error = ?, ended = ? WHERE id = ? AND state IN ('queued', 'running')",
      )
      .run(
        state,
        outcome.result === undefined ? null : JSON.stringify(outcome.result),
        outcome.error ?? null,
        now(),
        id,
      );
    return jobWith(store, id);
  });
}

/** How often a job is begun whose server ends meanwhile: one that takes its server with it must not do so for ever. */
const mostAttempts = 3;

/** Puts a running job back into the queue, as its server ends; after the third time it is given up. */
export function requeueJob(store: Store, id: number): Job {
  return transaction(store, "put a job back into", () => {
    const { attempts } = jobWith(store, id);
    if (attempts >= mostAttempts)
      return endJob(store, id, "interrupted", {
        error: `The server ended ${attempts} times while this job was running; ask for it again.`,
      });
    store.db
      .prepare(
        "UPDATE telelink_jobs SET state = 'queued', owner = NULL, started = NULL WHERE id = ? AND state = 'running'",
      )
      .run(id);
    return jobWith(store, id);
  });
}

/** Puts back what servers left running that are no more; `lives` answers for an owner. Returns those jobs. */
export function requeueOrphans(store: Store, lives: (owner: string) => boolean): Job[] {
  const running = jobsWhere(store, "state = 'running'");
  return running
    .filter(({ owner }) => owner === undefined || !lives(owner))
    .map(({ id }) => requeueJob(store, id));
}

/** Keeps an event of a job and returns its number. */
export function addJobEvent(store: Store, id: number, event: unknown): number {
  // What a power cut may take of these is no more than what was seen of a job's progress.
  return withoutWaiting(store, "add an event to", () => {
    const { next } = store.db
      .prepare("SELECT coalesce(max(number), 0) + 1 AS next FROM telelink_job_events WHERE job_id = ?")
      .get(id) as { next: number };
    store.db
      .prepare("INSERT INTO telelink_job_events (job_id, number, event) VALUES (?, ?, ?)")
      .run(id, next, JSON.stringify(event));
    return next;
  });
}

/** The events of a job after number `after`, in order. */
export function jobEvents(store: Store, id: number, after = 0, limit = 100_000): JobEvent[] {
  const query =
    "SELECT number, event FROM telelink_job_events WHERE job_id = ? AND number > ? ORDER BY number LIMIT ?";
  return rowsOf<JobEvent>(store, query, [id, after, limit], { event: {} });
}

function jobsWhere(store: Store, condition: string, ...values: unknown[]): Job[] {
  const columns = "id, kind, state, input, result, error, created, started, ended, owner, attempts";
  const query = `SELECT ${columns} FROM telelink_jobs WHERE ${condition}`;
  return rowsOf<Job>(store, query, values, { input: {}, result: {} });
}

function oldest(store: Store, state: JobState): { readonly id: number } | undefined {
  return rowOf(store, "SELECT id FROM telelink_jobs WHERE state = ? ORDER BY id LIMIT 1", [state]);
}

function now(): string {
  return new Date().toISOString();
}
