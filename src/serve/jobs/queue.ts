import { type ChildProcess, fork } from "node:child_process";
import { EventEmitter } from "node:events";
import { readFileSync, rmSync } from "node:fs";
import { constants, setPriority } from "node:os";
import { dirname, resolve } from "node:path";
import {
  addJob,
  addJobEvent,
  askToStop,
  endJob,
  type Job,
  type JobEvent,
  jobEvents,
  jobWith,
  listJobs,
  requeueJob,
  requeueOrphans,
  startNextJob,
  stopAsked,
} from "../../data/store/jobs";
import { saveModel } from "../../data/store/models";
import type { Store } from "../../data/store/open";
import type { FromChild, JobResult, ToChild } from "./messages";

// The child is always the built one, also when this file runs from source.
const entry = resolve(__dirname, "..", "..", "..", "dist", "serve", "jobs", "child.js");

/** How long a job that was told to stop may take before its process is ended. */
const graceMs = 15_000;

/** How long to wait before the store is written again where it could not be. */
const retryMs = 2000;

/** How often to look whether another server's job has gone on, or another server was asked to stop ours. */
const lookMs = 1000;

const again = "The server ended while this training was running: it begins again, as the next in the queue.";

export interface JobQueueOptions {
  /** The number of this server's lease: the owner of what it runs. */
  readonly owner?: string;
  /** Whether a server lives; what a dead one was running is put back into the queue. */
  readonly lives?: (owner: string) => boolean;
  /** Hears of what could not be written into the store: it is tried again, and no request suffers from it. */
  readonly failed?: (error: unknown) => void;
}

/**
 * Runs the store's jobs one after the other, each in a process of its own, so that training never holds up an answer and
 * a crash in it harms nothing. Progress is kept in the store as numbered events.
 */
export class JobQueue {
  private readonly store: Store;
  private readonly owner: string | undefined;
  private readonly lives: (owner: string) => boolean;
  private readonly failed: (error: unknown) => void;
  private readonly changes = new EventEmitter();
  private running: { readonly job: Job; readonly child: ChildProcess; stopping: boolean } | undefined;
  private closed = false;
  /** How jobs ended that the store does not know of yet. */
  private readonly unsettled = new Map<number, Pick<Job, "state" | "result" | "error">>();
  private readonly look: NodeJS.Timeout;

  constructor(store: Store, { owner, lives = () => false, failed = () => {} }: JobQueueOptions = {}) {
    this.store = store;
    this.owner = owner;
    this.lives = lives;
    this.failed = failed;
    this.changes.setMaxListeners(0);
    this.takeOver();
    this.look = setInterval(() => this.lookAround(), lookMs).unref();
  }

  /** Puts back into the queue what dead servers were running, and begins the next job. */
  takeOver(): void {
    try {
      for (const { id, state, error } of requeueOrphans(this.store, this.lives))
        this.tell(id, state === "queued" ? { state, note: again } : { state, error });
    } catch (error) {
      this.failed(error);
    }
    this.next();
  }

  /** Sees what other servers did to the store's jobs. */
  private lookAround(): void {
    try {
      const running = this.running;
      if (running && !running.stopping && stopAsked(this.store, running.job.id)) this.stop(running.job.id);
      // Those who follow another server's job.
      for (const name of this.changes.eventNames())
        if (name !== `${running?.job.id}`) this.changes.emit(name);
      this.next();
    } catch (error) {
      this.failed(error);
    }
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
    return listJobs(this.store).map((job) => this.known(job));
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
    if (job.state === "running" && job.owner !== undefined && job.owner !== this.owner) {
      askToStop(this.store, id);
      return job;
    }
    const ended = endJob(this.store, id, "stopped");
    if (job.state === "queued") this.tell(id, { state: "stopped" });
    return ended;
  }

  /**
   * The events of a job after number `after`, in lots, those kept and those to come, until the job has ended (then it returns
   * true), the signal says so, or the queue is closed.
   */
  async *follow(id: number, after: number, signal: AbortSignal): AsyncGenerator<JobEvent[], boolean> {
    let last = after;
    for (;;) {
      const some = jobEvents(this.store, id, last);
      if (some.length > 0) {
        last = some[some.length - 1].number;
        yield some;
      }
      if (signal.aborted) return false;
      const end = this.unsettled.get(id);
      if (end) {
        yield [{ number: last + 1, event: end }];
        return true;
      }
      const { state } = jobWith(this.store, id);
      if (state !== "queued" && state !== "running") {
        // The last event may have come between the two reads.
        yield jobEvents(this.store, id, last);
        return true;
      }
      if (this.closed && this.running?.job.id !== id) return false;
      await new Promise<void>((done) => {
        const go = (): void => {
          this.changes.off(`${id}`, go);
          signal.removeEventListener("abort", go);
          done();
        };
        this.changes.on(`${id}`, go);
        signal.addEventListener("abort", go);
      });
    }
  }

  /** Ends the running job's process; the job goes back into the queue. */
  async close(): Promise<void> {
    this.closed = true;
    clearInterval(this.look);
    const running = this.running;
    // Those who follow a job that waits are let go; they may come back.
    for (const name of this.changes.eventNames()) this.changes.emit(name);
    if (!running) return;
    const gone = new Promise<void>((done) => running.child.once("close", () => done()));
    running.child.kill("SIGKILL");
    await gone;
  }

  private next(): void {
    if (this.closed || this.running) return;
    let job: Job | undefined;
    try {
      job = startNextJob(this.store, this.owner);
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
    reason: string,
  ): void {
    // Another server took it over, as after a jump of the clock: what that one makes counts, and counts once.
    if (jobWith(this.store, job.id).owner !== this.owner) {
      if (done?.type === "done" && done.result.model) rmSync(done.result.model.file, { force: true });
      this.next();
      return;
    }
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
    else error = `Cannot finish the job: ${reason}`;
    // A job that was stopped and still has a good model keeps it, and says that it was stopped.
    if (stopping && (result || done?.type !== "done")) this.settle(job.id, "stopped", { result });
    else if (result) this.settle(job.id, "done", { result });
    else if (this.closed) this.putBack(job.id);
    else this.settle(job.id, "failed", { error });
  }

  private putBack(id: number): void {
    try {
      const { state, error } = requeueJob(this.store, id);
      this.tell(id, state === "queued" ? { state, note: again } : { state, error });
    } catch (error) {
      // The next server finds it without an owner that lives.
      this.failed(error);
      this.changes.emit(`${id}`);
    }
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
    state: "done" | "stopped" | "failed",
    outcome: { readonly result?: unknown; readonly error?: string },
  ): void {
    try {
      endJob(this.store, id, state, outcome);
    } catch (error) {
      if (!this.unsettled.has(id)) this.failed(error);
      this.unsettled.set(id, { state, ...outcome });
      this.changes.emit(`${id}`);
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
    this.changes.emit(`${id}`);
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
