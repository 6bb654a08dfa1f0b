import type { Store } from "../data/store/open";
import type { Prediction } from "./score";

/** Keeps predictions in the store, many in one transaction, off the request's path. */
export interface PredictionLog {
  add(one: Prediction): void;
  /** Writes what is still held back. */
  flush(): void;
}

/** Rows written together, and the longest time that one waits. */
const most = 2000;
const waitMs = 250;

/** A log into `store`; `failed` hears of rows that could not be kept. */
export function predictionLog(store: Store, failed: (error: unknown, rows: number) => void): PredictionLog {
  const insert = store.db.prepare(
    "INSERT INTO telelink_predictions (model, customer, probability, risk, clv, action, at) VALUES (?, ?, ?, ?, ?, ?, ?)",
  );
  let waiting: { one: Prediction; at: string }[] = [];
  let timer: NodeJS.Timeout | undefined;
  const flush = (): void => {
    clearTimeout(timer);
    timer = undefined;
    const rows = waiting;
    waiting = [];
    if (rows.length === 0) return;
    try {
      store.db
        .transaction(() => {
          for (const { one, at } of rows) {
            insert.run(
              one.model,
              one.customer_id ?? null,
              one.churn_probability,
              one.risk_level,
              one.clv,
              one.recommended_action,
              at,
            );
          }
        })
        .immediate();
    } catch (error) {
      failed(error, rows.length);
    }
  };
  return {
    add(one) {
      waiting.push({ one, at: new Date().toISOString() });
      if (waiting.length >= most) flush();
      else timer ??= setTimeout(flush, waitMs);
    },
    flush,
  };
}
