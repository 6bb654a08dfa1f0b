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
  startNextJob,
} from "../../data/store/jobs";
import { saveModel } from "../../data/store/models";
import type { Store } from "../../data/store/open";
import type { FromChild, ToChild } from "./messages";

// The child is always the built one, also when this file runs from source.
const entry = resolve(__dirname, "..", "..", "..", "dist", "serve", "jobs", "child.js");

/** How long a job that was told to stop may take before its process is ended. */
const graceMs = 5000;

/**
 * Runs the store's jobs one after the other, each in a process of its own, so that training never holds up an answer and
 * a crash in it harms nothing. Progress is kept in the store as numbered events.
 */
export class JobQueue {
  private readonly store: Store;
  private readonly told = new EventEmitter();
  private running: { readonly job: Job; readonly child: ChildProcess; stopping: boolean } | undefined;
  private closed = false;

  constructor(store: Store) {
    this.store = store;
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

  /** Stops a queued or running job; one that has ended stays as it is. */
  stop(id: number): Job {
    const job = jobWith(this.store, id);
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

  /** The events of a job after number `after`, those kept and those to come, until it has ended or the signal says so. */
  async *follow(id: number, after: number, signal: AbortSignal): AsyncGenerator<JobEvent> {
    let last = after;
    for (;;) {
      const events = jobEvents(this.store, id, last);
      for (const one of events) {
        last = one.number;
        yield one;
      }
      if (signal.aborted) return;
      const { state } = jobWith(this.store, id);
      if (state !== "queued" && state !== "running") {
        // The last event may have come between the two reads.
        yield* jobEvents(this.store, id, last);
        return;
      }
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
    if (!running) return;
    const gone = new Promise<void>((done) => running.child.once("close", () => done()));
    running.child.kill("SIGKILL");
    await gone;
  }

  private next(): void {
    if (this.closed || this.running) return;
    const job = startNextJob(this.store);
    if (!job) return;
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
      this.end(
        job,
        done,
        stopping,
        `its process ended (${signal ?? `code ${code}`})${errors ? `: ${errors.trim().split("\n").pop()}` : ""}`,
      );
      setImmediate(() => this.next());
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
    try {
      if (done?.type === "done") {
        const { model, ...result } = done.result;
        const saved = model && saveModel(this.store, { ...model, content: readFileSync(model.file) });
        if (model) rmSync(model.file, { force: true });
        const told = saved ? { ...result, model: saved.name, version: saved.version } : result;
        // A job that was stopped and still has a good model keeps it, and says that it was stopped.
        const state = stopping ? "stopped" : "done";
        endJob(this.store, job.id, state, { result: told });
        this.tell(job.id, { state, result: told });
      } else if (stopping) {
        endJob(this.store, job.id, "stopped");
        this.tell(job.id, { state: "stopped" });
      } else if (this.closed) {
        endJob(this.store, job.id, "interrupted", {
          error: "The server was stopped while this job was running.",
        });
        this.tell(job.id, { state: "interrupted" });
      } else {
        const error = done?.type === "failed" ? done.error : `Cannot finish the job: ${fate}`;
        endJob(this.store, job.id, "failed", { error });
        this.tell(job.id, { state: "failed", error });
      }
    } catch (error) {
      endJob(this.store, job.id, "failed", { error: error instanceof Error ? error.message : String(error) });
      this.tell(job.id, { state: "failed", error: "The result could not be kept." });
    }
  }

  private tell(id: number, event: unknown): void {
    addJobEvent(this.store, id, event);
    this.told.emit(`${id}`);
  }
}

/** Lets answers go first where processors are short: a training that takes longer hurts nobody. */
function giveWay({ pid }: ChildProcess): void {
  if (pid === undefined) return;
  try {
    setPriority(pid, constants.priority.PRIORITY_LOW);
  } catch {
    // Where a system does not allow it, or the process has ended already.
  }
}

function send(child: ChildProcess, message: ToChild): void {
  if (child.connected) child.send(message, () => {});
}
