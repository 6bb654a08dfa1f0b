import { runInThread } from "../core/pool";
import { Journal, journalFolder, readSegment, type SyncPolicy } from "../data/store/journal";
import type { Store } from "../data/store/open";
import { addPredictions, type StoredPrediction } from "../data/store/predictions";
import { replaySegment } from "../data/store/replay";
import type { Prediction } from "./score";

/** Keeps predictions: first in an append-only file, then, off the request's path, in the store. */
export interface PredictionLog {
  /**
   * Resolves once the predictions outlive this process, or `patience` has passed; says whether they do. `shadows` are
   * what another model would have said of the same customers.
   */
  add(some: readonly Prediction[], shadows?: readonly Prediction[]): Promise<boolean>;
  /** Resolves at once while few rows wait in memory, else when there is room again: what long work has to wait for. */
  room(): Promise<void>;
  /** Takes what waits into the store, as far as the store is free. */
  flush(): Promise<void>;
  /** Flushes for a last time, at most so long; what then waits does so on the disk, for the next server. */
  close(mostMs: number): Promise<void>;
  /** Why the store did not take rows at the last attempt; undefined where all is well. */
  problem(): { readonly code: string; readonly message: string } | undefined;
  /** Rows that the store does not hold yet, and rows lost since the start. */
  counts(): { readonly waiting: number; readonly inMemory: number; readonly lost: number };
}

/** The rows after which a file is closed for the store to take it, and the longest time that one waits for that. */
const segmentRows = 5000;
const segmentBytes = 1 << 22;
const waitMs = 250;
/** How long to wait before a store that could not be written is tried again. */
const retryMs = 1000;
/** Rows held in memory where no file can be written; beyond them the oldest are lost, and counted. */
const mostInMemory = 20_000;
/** The longest that an answer waits for the file: a disk that stands still must not stop the answers. */
const patienceMs = 2000;

export interface PredictionLogOptions {
  readonly owner: string;
  readonly sync: SyncPolicy;
  /** Hears of rows that could not be kept for now. */
  readonly failed: (error: unknown, rows: number) => void;
  /** Whether a server lives: the files of dead ones are taken over. */
  readonly lives: (owner: string) => boolean;
}

/** A log into `store`. */
export function predictionLog(store: Store, options: PredictionLogOptions): PredictionLog {
  return new StoreLog(store, options);
}

class StoreLog implements PredictionLog {
  private readonly store: Store;
  private readonly options: PredictionLogOptions;
  private readonly inMemory: boolean;
  private readonly folder: string;
  private journal: Journal | undefined;
  private fault: ReturnType<PredictionLog["problem"]>;
  private lost = 0;
  /** What no file could take. */
  private readonly held: StoredPrediction[] = [];
  /** Rows in closed files, by name. */
  private readonly sealed = new Map<string, number>();
  private timer: NodeJS.Timeout | undefined;
  private flushing: Promise<void> | undefined;
  private closed = false;

  constructor(store: Store, options: PredictionLogOptions) {
    this.store = store;
    this.options = options;
    this.inMemory = store.file === ":memory:";
    this.folder = journalFolder(store.file);
    this.begin();
    // What an earlier server left is taken over at once.
    if (!this.inMemory) this.again(0);
  }

  async add(some: readonly Prediction[], shadows: readonly Prediction[] = []): Promise<boolean> {
    const at = new Date().toISOString();
    const rows = [
      ...some.map((answer) => storedOf(answer, at)),
      ...shadows.map((shadow) => ({ ...storedOf(shadow, at), shadow: true })),
    ];
    const file = this.begin();
    if (file) {
      try {
        const written = file.append(rows);
        const kept = await within(written, patienceMs);
        if (file.open.rows >= segmentRows) void this.flush();
        else this.again(waitMs);
        return kept;
      } catch (error) {
        this.fail(error, rows.length);
      }
    }
    const { held } = this;
    held.push(...rows);
    const over = held.length - mostInMemory;
    if (over > 0) {
      held.splice(0, over);
      this.lost += over;
    }
    this.again(this.fault === undefined ? waitMs : retryMs);
    return false;
  }

  room(): Promise<void> {
    return this.held.length < mostInMemory / 2 ? Promise.resolve() : this.flush();
  }

  flush(): Promise<void> {
    this.flushing ??= this.write().finally(() => {
      this.flushing = undefined;
    });
    return this.flushing;
  }

  async close(mostMs: number): Promise<void> {
    // One attempt that was under way may have missed the last rows.
    await within(
      this.flush().then(() => this.flush()),
      mostMs,
    );
    this.closed = true;
    clearTimeout(this.timer);
    await within(this.journal?.close() ?? Promise.resolve(), mostMs);
  }

  problem(): ReturnType<PredictionLog["problem"]> {
    return this.fault;
  }

  counts(): ReturnType<PredictionLog["counts"]> {
    const { held, journal, sealed, lost } = this;
    const waiting = held.length + (journal?.open.rows ?? 0) + sum(sealed.values());
    return { waiting, inMemory: held.length, lost };
  }

  private fail(error: unknown, rows: number): void {
    const { code, message } = error as NodeJS.ErrnoException;
    // What comes from another thread has its code in its words.
    this.fault = { code: code ?? /^SQLITE_\w+/.exec(message)?.[0] ?? "", message };
    this.options.failed(error, rows);
  }

  private begin(): Journal | undefined {
    if (this.inMemory || this.closed) return undefined;
    try {
      this.journal ??= new Journal(this.folder, this.options.owner, this.options.sync);
    } catch (error) {
      this.fail(error, 0);
    }
    return this.journal;
  }

  private again(ms: number): void {
    if (!this.closed) this.timer ??= setTimeout(() => void this.flush(), ms).unref();
  }

  /** Names of closed files, with those of dead servers; each is counted when it is first seen. */
  private findSealed(): string[] {
    const { sealed, folder, options } = this;
    const dead = new Map<string, boolean>();
    const adopt = (owner: string): boolean => {
      const known = dead.get(owner) ?? !options.lives(owner);
      dead.set(owner, known);
      return known;
    };
    const names = this.journal?.sealed(adopt) ?? [];
    for (const name of names) if (!sealed.has(name)) sealed.set(name, readSegment(folder, name).rows.length);
    for (const name of sealed.keys()) if (!names.includes(name)) sealed.delete(name);
    return names;
  }

  private async write(): Promise<void> {
    const { store, folder, held, sealed, journal } = this;
    clearTimeout(this.timer);
    this.timer = undefined;
    try {
      while (held.length > 0) {
        const some = held.slice(0, 500);
        this.lost += addPredictions(store, some);
        held.splice(0, some.length);
      }
      let names = this.findSealed();
      const { rows = 0, bytes = 0 } = journal?.open ?? {};
      // While the store is busy few large files wait for it, not many small ones.
      if (rows > 0 && (names.length === 0 || rows >= segmentRows || bytes >= segmentBytes)) {
        const made = await journal?.seal();
        if (made) sealed.set(made.name, made.rows);
        names = this.findSealed();
      }
      for (const segment of names) {
        const done = await runInThread(replaySegment, { file: store.file, folder, segment });
        this.lost += done.lost;
        sealed.delete(segment);
      }
      this.fault = undefined;
    } catch (error) {
      this.fail(error, held.length + sum(sealed.values()));
      this.again(retryMs);
    }
    if ((this.journal?.open.rows ?? 0) > 0) this.again(waitMs);
  }
}

function storedOf(answer: Prediction, at: string): StoredPrediction {
  const { model, model_id: modelId, customer_id: customer, churn_probability: probability, clv } = answer;
  const { risk_level: risk, recommended_action: action } = answer;
  return { model, modelId, customer, probability, risk, clv, action, at };
}

function sum(values: Iterable<number>): number {
  let total = 0;
  for (const value of values) total += value;
  return total;
}

/** Whether it came to its end within so many milliseconds; a failure is passed on. */
async function within(work: Promise<unknown>, ms: number): Promise<boolean> {
  let late: NodeJS.Timeout | undefined;
  const timeout = new Promise<boolean>((done) => {
    late = setTimeout(() => done(false), ms);
  });
  try {
    return await Promise.race([work.then(() => true), timeout]);
  } finally {
    clearTimeout(late);
  }
}
