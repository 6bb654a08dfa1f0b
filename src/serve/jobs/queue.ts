import { type ChildProcess, fork } from "node:child_process";
import { EventEmitter } from "node:events";
import { readFileSync, rmSync } from "node:fs";
import { constants, setPriority } from "node:os";
import { dirname, resolve } from "node:path";
import {
  addJob,
  addJobEvent,
  endJob,
  interruptOrphans,
  type Job,
  type JobEvent,
  jobEvents,
  jobWith,
  listJobs,
  startNextJob,
} from "../../data/store/jobs";
import { saveModel } from "../../data/store/models";
import type { Store } from "../../data/store/open";
import type { FromChild, JobResult, ToChild } from "./messages";

// The child is always the built one, also when this file runs from source.
const entry = resolve(__dirname, "..", "..", "..", "dist", "serve", "jobs", "child.js");

/** How long a job that was told to stop may take before its process is ended. */
const graceMs = 5000;

/** How long to wait before the store is written again where it could not be. */
const retryMs = 2000;

/**
 * Runs the store's jobs one after the other, each in a process of its own, so that training never holds up an answer and
 * a crash in it harms nothing. Progress is kept in the store as numbered events.
 */
export class JobQueue {
  private readonly store: Store;
  private readonly failed: (error: unknown) => void;
  private readonly told = new EventEmitter();
  private running: { readonly job: Job; readonly child: ChildProcess; stopping: boolean } | undefined;
  private closed = false;
  /** How jobs ended that the store does not know of yet. */
  private readonly unsettled = new Map<number, Pick<Job, "state" | "result" | "error">>();

  /** `failed` hears of what could not be written into the store: it is tried again, and no request suffers from it. */
  constructor(store: Store, failed: (error: unknown) => void = () => {}) {
    this.store = store;
    this.failed = failed;
    this.told.setMaxListeners(0);
    // A job that a dead process left running can't be resumed within an epoch: it is marked, and may be asked for again.
    for (const job of interruptOrphans(store))
      addJobEvent(store, job.id, { state: "interrupted", error: job.error });
    this.next();
  }

  /** Puts a job into the queue; it starts when those before it have ended. */
  add(kind: string, input: unknown): Job {
    const job = addJob(this.store, kind, input);
    this.tell(job.id, { state: "queued" });
    setImmediate(() => this.next());
    return job;
  }

  /** The newest jobs first. */
  list(): Job[] {
    return listJobs(this.store).map((one) => this.known(one));
  }

  /** The job of this number; an error when there is none. */
  find(id: number): Job {
    return this.known(jobWith(this.store, id));
  }

  private known(job: Job): Job {
    return { ...job, ...this.unsettled.get(job.id) };
  }

  /** Stops a queued or running job; one that has ended stays as it is. */
  stop(id: number): Job {
    const job = this.find(id);
    if (this.unsettled.has(id)) return job;
    if (this.running?.job.id === id) {
      const { child } = this.running;
      this.running.stopping = true;
      send(child, { type: "stop" });
      setTimeout(() => child.kill("SIGKILL"), graceMs).unref();
      return job;
    }
    const ended = endJob(this.store, id, "stopped");
    if (job.state === "queued") this.tell(id, { state: "stopped" });
    return ended;
  }

  /**
   * The events of a job after number `after`, those kept and those to come, until the job has ended (then it returns
   * true), the signal says so, or the queue is closed.
   */
  async *follow(id: number, after: number, signal: AbortSignal): AsyncGenerator<JobEvent, boolean> {
    let last = after;
    for (;;) {
      for (const one of jobEvents(this.store, id, last)) {
        last = one.number;
        yield one;
      }
      if (signal.aborted) return false;
      const end = this.unsettled.get(id);
      if (end) {
        yield { number: last + 1, event: end };
        return true;
      }
      const { state } = jobWith(this.store, id);
      if (state !== "queued" && state !== "running") {
        // The last event may have come between the two reads.
        yield* jobEvents(this.store, id, last);
        return true;
      }
      if (this.closed && this.running?.job.id !== id) return false;
      await new Promise<void>((done) => {
        const go = (): void => {
          this.told.off(`${id}`, go);
          signal.removeEventListener("abort", go);
          done();
        };
        this.told.on(`${id}`, go);
        signal.addEventListener("abort", go);
      });
    }
  }

  /** Ends the running job's process; the job is marked as interrupted. */
  async close(): Promise<void> {
    this.closed = true;
    const running = this.running;
    // Those who follow a job that waits are let go; they may come back.
    for (const name of this.told.eventNames()) this.told.emit(name);
    if (!running) return;
    const gone = new Promise<void>((done) => running.child.once("close", () => done()));
    running.child.kill("SIGKILL");
    await gone;
  }

  private next(): void {
    if (this.closed || this.running) return;
    let job: Job | undefined;
    try {
      job = startNextJob(this.store);
    } catch (error) {
      this.failed(error);
      setTimeout(() => this.next(), retryMs).unref();
    }
    if (!job) return;
    this.start(job);
  }

  private start(job: Job): void {
    this.tell(job.id, { state: "running" });
    const child = fork(entry, [], { stdio: ["ignore", "ignore", "pipe", "ipc"], serialization: "advanced" });
    this.running = { job, child, stopping: false };
    giveWay(child);
    let errors = "";
    child.stderr?.on("data", (piece: Buffer) => {
      errors = (errors + piece.toString()).slice(-2000);
    });
    let done: Extract<FromChild, { type: "done" | "failed" }> | undefined;
    child.on("message", (message: FromChild) => {
      if (message.type === "progress") this.tell(job.id, message.step);
      else done = message;
    });
    child.on("close", (code, signal) => {
      const stopping = this.running?.stopping ?? false;
      this.running = undefined;
      const why = errors ? `: ${errors.trim().split("\n").pop()}` : "";
      this.end(job, done, stopping, `its process ended (${signal ?? `code ${code}`})${why}`);
    });
    const folder = this.store.file === ":memory:" ? undefined : dirname(this.store.file);
    send(child, {
      type: "start",
      job: job.id,
      kind: job.kind,
      input: job.input,
      ...(folder ? { folder } : {}),
    });
  }

  private end(
    job: Job,
    done: Extract<FromChild, { type: "done" | "failed" }> | undefined,
    stopping: boolean,
    fate: string,
  ): void {
    let result: Record<string, unknown> | undefined;
    let error: string | undefined;
    if (done?.type === "done") {
      try {
        result = this.keep(done.result);
      } catch (cause) {
        this.failed(cause);
        error = `The result could not be kept: ${(cause as Error).message}`;
      }
    } else if (done?.type === "failed") error = done.error;
    else error = `Cannot finish the job: ${fate}`;
    // A job that was stopped and still has a good model keeps it, and says that it was stopped.
    if (stopping && (result || done?.type !== "done")) this.settle(job.id, "stopped", { result });
    else if (result) this.settle(job.id, "done", { result });
    else if (this.closed)
      this.settle(job.id, "interrupted", { error: "The server was stopped while this job was running." });
    else this.settle(job.id, "failed", { error });
  }

  /** What a job came to, its model taken over into the store. */
  private keep({ model, ...result }: JobResult): Record<string, unknown> {
    if (!model) return result;
    try {
      const saved = saveModel(this.store, { ...model, content: readFileSync(model.file) });
      return { ...result, model: saved.name, version: saved.version };
    } finally {
      rmSync(model.file, { force: true });
    }
  }

  /** Writes how a job ended, if need be once more, and goes on with the next. */
  private settle(
    id: number,
    state: "done" | "stopped" | "interrupted" | "failed",
    outcome: { readonly result?: unknown; readonly error?: string },
  ): void {
    try {
      endJob(this.store, id, state, outcome);
    } catch (error) {
      if (!this.unsettled.has(id)) this.failed(error);
      this.unsettled.set(id, { state, ...outcome });
      this.told.emit(`${id}`);
      setTimeout(() => !this.closed && this.settle(id, state, outcome), retryMs).unref();
      return;
    }
    this.unsettled.delete(id);
    this.tell(id, { state, ...outcome });
    setImmediate(() => this.next());
  }

  private tell(id: number, event: unknown): void {
    try {
      addJobEvent(this.store, id, event);
    } catch (error) {
      this.failed(error);
    }
    this.told.emit(`${id}`);
  }
}

/** Lets answers go first where processors are short: a training that takes longer hurts nobody. */
function giveWay({ pid }: ChildProcess): void {
  if (pid === undefined) return;
  try {
    setPriority(pid, constants.priority.PRIORITY_BELOW_NORMAL);
  } catch {
    // Where a system does not allow it, or the process has ended already.
  }
}

function send(child: ChildProcess, message: ToChild): void {
  if (child.connected) child.send(message, () => {});
}
