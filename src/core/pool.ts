import { availableParallelism } from "node:os";
import { resolve } from "node:path";
import { isMainThread, Worker } from "node:worker_threads";
import { checkInteger } from "./checks";
import type { Watch } from "./model";

/**
 * A function that a worker thread can run: `file` is its module below the build folder (no extension), `name` the
 * task's export there. Input and output must survive structured cloning; shared buffers are shared.
 */
export interface Task<In, Out> {
  readonly file: string;
  readonly name: string;
  readonly run: (input: In) => Out | Promise<Out>;
}

/** Declares a task: `export const growTrees = task("models/grow-trees", "growTrees", (input) => …)`. */
export function task<In, Out>(
  file: string,
  name: string,
  run: (input: In) => Out | Promise<Out>,
): Task<In, Out> {
  return { file, name, run };
}

// Workers run the built package, also when this file itself runs from source (in tests).
const built = resolve(__dirname, "..", "..", "dist");

interface Thread {
  readonly worker: Worker;
  /** The call that it works on; none at rest. */
  call?: Call;
  /** Ends it, unless it is wanted before. */
  rest?: NodeJS.Timeout;
}

interface Call {
  readonly name: string;
  readonly done: (value: unknown) => void;
  readonly fail: (error: unknown) => void;
}

/** A thread that has had nothing to do for so long ends, and gives its memory back. */
const restMs = 15_000;

// The one piece of module state here: starting a thread costs 25 ms, so threads outlive a call. They hold no results
// and do not keep the process alive.
const idle: Thread[] = [];

/**
 * The number of threads used when a caller does not say: the processors that this process may use; one within a
 * thread, whose siblings keep the others busy.
 */
export function defaultThreads(): number {
  return isMainThread ? availableParallelism() : 1;
}

export interface MapOptions<Out> {
  /** Called here after each input that is done, in the order in which they end. */
  readonly finished?: (index: number, result: Out) => void;
  /** Once aborted, no further input is started, and the work rejects with the signal's reason. */
  readonly signal?: AbortSignal;
}

/**
 * What `mapThreads` is told to heed the watch's signal, and to tell it how many of `total` are done; an input counts for
 * `each`, by default for one.
 */
export function watched(
  { signal, progress }: Watch = {},
  phase: string,
  total: number,
  each: (index: number) => number = () => 1,
): MapOptions<unknown> {
  let done = 0;
  const finished = (index: number): void => {
    done += each(index);
    progress?.({ phase, done, total });
  };
  return { finished, ...(signal && { signal }) };
}

/**
 * Runs the task on every input, `threads` at a time, and returns the results in the order of the inputs. With one
 * thread, or one input, it runs here. The first failure rejects; later inputs are then not started.
 */
export async function mapThreads<In, Out>(
  work: Task<In, Out>,
  inputs: readonly In[],
  threads: number = defaultThreads(),
  { finished, signal }: MapOptions<Out> = {},
): Promise<Out[]> {
  checkInteger(threads, 1, 1024, `run ${work.name}`, "threads");
  const results = new Array<Out>(inputs.length);
  if (threads === 1 || inputs.length <= 1) {
    for (let i = 0; i < inputs.length; i++) {
      // Work that never waits would keep a timer's or a client's wish to stop from being heard.
      if (signal) await new Promise(setImmediate);
      signal?.throwIfAborted();
      results[i] = await work.run(inputs[i]);
      finished?.(i, results[i]);
    }
    return results;
  }
  let next = 0;
  let failed = false;
  const drain = (): Promise<void> =>
    withThread(async (thread) => {
      try {
        while (next < inputs.length && !failed) {
          signal?.throwIfAborted();
          const i = next++;
          results[i] = await call(thread, work, inputs[i]);
          finished?.(i, results[i]);
        }
      } catch (error) {
        failed = true;
        throw error;
      }
    });
  await Promise.all(Array.from({ length: Math.min(threads, inputs.length) }, drain));
  return results;
}

/** Runs the task in another thread, and never here: it goes on while this thread is busy. */
export function runInThread<In, Out>(work: Task<In, Out>, input: In): Promise<Out> {
  return withThread((thread) => call(thread, work, input));
}

/**
 * Runs the task on inputs as they come, in `threads` other threads, and yields the results in the inputs' order. One
 * input more than there are threads is held ready, no more: memory stays bounded however long the stream is.
 */
export async function* streamThreads<In, Out>(
  work: Task<In, Out>,
  inputs: AsyncIterable<In> | Iterable<In>,
  threads: number = availableParallelism(),
): AsyncGenerator<Out> {
  checkInteger(threads, 1, 1024, `run ${work.name}`, "threads");
  const begun: Promise<Out>[] = [];
  const idleLanes = Array.from({ length: threads }, () => Promise.resolve());
  let lane = 0;
  for await (const input of inputs) {
    const before = idleLanes[lane];
    const result = before.then(() => runInThread(work, input));
    // A failure is told where its result would come; until then it must not count as unhandled.
    idleLanes[lane] = result.then(
      () => {},
      () => {},
    );
    lane = (lane + 1) % threads;
    begun.push(result);
    if (begun.length > threads) yield await (begun.shift() as Promise<Out>);
  }
  while (begun.length > 0) yield await (begun.shift() as Promise<Out>);
}

async function withThread<Out>(use: (thread: Thread) => Promise<Out>): Promise<Out> {
  const thread = idle.pop() ?? start();
  clearTimeout(thread.rest);
  let healthy = true;
  try {
    return await use(thread);
  } catch (error) {
    healthy = !(error instanceof WorkerDied);
    throw error;
  } finally {
    if (healthy) {
      thread.worker.unref();
      idle.push(thread);
      thread.rest = setTimeout(() => {
        if (forget(thread)) void thread.worker.terminate();
      }, restMs).unref();
    }
  }
}

/** Takes a thread from those at rest; whether it was there. */
function forget(thread: Thread): boolean {
  const place = idle.indexOf(thread);
  if (place >= 0) idle.splice(place, 1);
  return place >= 0;
}

/**
 * Ends the idle threads. A program need not call it; a test that counts threads does.
 *
 * @example
 * await closeThreads(); // → undefined
 */
export async function closeThreads(): Promise<void> {
  await Promise.all(idle.splice(0).map((thread) => thread.worker.terminate()));
}

class WorkerDied extends Error {}

function start(): Thread {
  const worker = new Worker(resolve(built, "core", "worker.js"), { workerData: { built } });
  const thread: Thread = { worker };
  const settle = (by: (call: Call) => void): void => {
    const { call } = thread;
    thread.call = undefined;
    if (call) by(call);
  };
  // Listens at rest too: one that died there would leave the next call waiting for an answer.
  const die = (how: string): void => {
    forget(thread);
    settle((call) => call.fail(new WorkerDied(`Cannot finish ${call.name}: its thread ${how}`)));
  };
  worker.on("message", (message: { value?: unknown; error?: Error }) =>
    settle((call) => (message.error ? call.fail(message.error) : call.done(message.value))),
  );
  worker.on("messageerror", (error) => {
    die(`gave a result that cannot be read: ${error.message}`);
    void worker.terminate();
  });
  worker.on("error", (error) => die(`failed: ${String(error)}`));
  worker.on("exit", (code) => die(`ended with code ${code}`));
  return thread;
}

function call<In, Out>(thread: Thread, work: Task<In, Out>, input: In): Promise<Out> {
  const { file, name } = work;
  thread.worker.ref();
  return new Promise<Out>((done, fail) => {
    thread.worker.postMessage({ file, name, input });
    thread.call = { name, done: done as Call["done"], fail };
  });
}
