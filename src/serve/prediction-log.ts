import { runInThread } from "../core/pool";
import type { Store } from "../data/store/open";
import { addPredictions, type StoredPrediction, writePredictions } from "../data/store/predictions";
import type { Prediction } from "./score";

/** Keeps predictions in the store, many in one transaction, off the request's path. */
export interface PredictionLog {
  add(one: Prediction): void;
  /** Resolves at once while few rows wait, else when there is room again: what long work has to wait for. */
  room(): Promise<void>;
  /** Writes what is still held back. */
  flush(): Promise<void>;
  /** Whether rows could not be kept within the last minute. */
  failing(): boolean;
}

/** Rows written together, the longest time that one waits, and the rows that may wait. */
const most = 2000;
const waitMs = 250;
const mostWaiting = 20_000;

/** A log into `store`; `failed` hears of rows that could not be kept. */
export function predictionLog(store: Store, failed: (error: unknown, rows: number) => void): PredictionLog {
  const waiting: StoredPrediction[] = [];
  let timer: NodeJS.Timeout | undefined;
  let writing: Promise<void> | undefined;
  let lost = -Infinity;
  const write = async (): Promise<void> => {
    clearTimeout(timer);
    timer = undefined;
    while (waiting.length > 0) {
      const rows = waiting.splice(0, most);
      try {
        // What lies in memory has no file that another thread could open.
        if (store.file === ":memory:") addPredictions(store, rows);
        else await runInThread(writePredictions, { file: store.file, rows });
      } catch (error) {
        lost = performance.now();
        failed(error, rows.length);
      }
    }
  };
  const flush = (): Promise<void> => {
    writing ??= write().finally(() => {
      writing = undefined;
    });
    return writing;
  };
  return {
    add(one) {
      waiting.push({
        model: one.model,
        modelId: one.model_id,
        customer: one.customer_id,
        probability: one.churn_probability,
        risk: one.risk_level,
        clv: one.clv,
        action: one.recommended_action,
        at: new Date().toISOString(),
      });
      if (waiting.length >= most) void flush();
      else timer ??= setTimeout(flush, waitMs);
    },
    room: () => (waiting.length < mostWaiting ? Promise.resolve() : flush()),
    flush,
    failing: () => performance.now() - lost < 60_000,
  };
}
