import { checkInteger } from "../core/checks";
import type { Watch } from "../core/model";
import { permutation, type Rng } from "../core/rng";

/** What a training loop drives: one net or several, on one engine. */
export interface Training<Snapshot> {
  /**
   * Computes one batch (row numbers) and moves the weights; returns the losses by name. `done` is the share of all
   * steps made before this one. A loss that is not finite stops the training.
   */
  step(batch: Int32Array, done: number): Readonly<Record<string, number>>;
  /** Called after each epoch; lower is better. Without it the last weights are kept. */
  validate?(): number;
  /** Told of each epoch's mean losses, and of its validation. */
  ended?(figures: Readonly<Record<string, number>>): void;
  snapshot(): Snapshot;
  restore(snapshot: Snapshot): void;
}

export interface EpochOptions {
  readonly rows: number;
  readonly epochs: number;
  readonly batch: number;
  /** Leaves out the last, smaller batch of an epoch, as GANs do; an epoch always has one batch. */
  readonly wholeBatches?: boolean;
  /** Ends after so many epochs without a better validation; never when absent. */
  readonly patience?: number;
  /** What the progress callback is told is being done. @default "train" */
  readonly phase?: string;
}

/** How a training went. */
export interface History {
  /** Epochs that were finished. */
  readonly epochs: number;
  /** The epoch whose weights were kept, from 1; 0 for the initial weights. */
  readonly kept: number;
  readonly ended: "all epochs" | "patience" | "stop signal" | "diverged";
  /** Mean losses (and `validation`) of each epoch. */
  readonly figures: readonly Readonly<Record<string, number>>[];
  /** What to change, where the loss stopped being a number. */
  readonly advice?: string;
}

/**
 * Runs the epochs over shuffled rows, watching validation, the stop signal (heeded after each batch) and losses that are
 * not numbers. At the end the net holds its best weights by validation; without one, its last; after a divergence, those
 * of the epoch before. A divergence in the first epoch throws, since nothing good is there to keep.
 */
export async function runEpochs<Snapshot>(
  training: Training<Snapshot>,
  options: EpochOptions,
  rng: Rng,
  watch: Watch = {},
): Promise<History> {
  const { rows, epochs, batch, wholeBatches = false, patience = Infinity, phase = "train" } = options;
  checkInteger(rows, 1, 2 ** 31 - 1, "train a net", "rows");
  checkInteger(epochs, 0, 1e6, "train a net", "epochs");
  checkInteger(batch, 1, 2 ** 31 - 1, "train a net", "batch");
  const size = Math.min(batch, rows);
  const batches = wholeBatches ? Math.max(1, Math.floor(rows / size)) : Math.ceil(rows / size);
  const figures: Record<string, number>[] = [];
  let best = Infinity;
  let kept = 0;
  let good: Snapshot | undefined;
  const end = (ended: History["ended"], advice?: string): History => {
    // Without validation the last weights are the ones to keep, also in the middle of an epoch.
    if (good !== undefined && (training.validate || ended === "diverged")) training.restore(good);
    else kept = figures.length;
    return { epochs: figures.length, kept, ended, figures, ...(advice && { advice }) };
  };
  const diverged = (name: string, value: number): History => {
    const advice = `the ${name} became ${value} in epoch ${figures.length + 1}: lower the rate, or look for extreme values in the columns`;
    if (good === undefined) throw new Error(`Cannot train a net: ${advice}`);
    return end("diverged", advice);
  };
  for (let epoch = 0; epoch < epochs; epoch++) {
    const order = permutation(rng.fork(`epoch ${epoch}`), rows);
    const sums: Record<string, number> = {};
    for (let i = 0; i < batches; i++) {
      // Lets timers, requests and the stop signal have their turn.
      await new Promise((next) => setImmediate(next));
      if (watch.signal?.aborted) return end("stop signal");
      const losses = training.step(
        order.subarray(i * size, Math.min(rows, (i + 1) * size)),
        (epoch + i / batches) / epochs,
      );
      for (const [name, loss] of Object.entries(losses)) {
        if (!Number.isFinite(loss)) return diverged(name, loss);
        sums[name] = (sums[name] ?? 0) + loss / batches;
      }
    }
    if (training.validate) {
      sums.validation = training.validate();
      if (!Number.isFinite(sums.validation)) return diverged("validation", sums.validation);
      if (sums.validation < best) {
        best = sums.validation;
        good = training.snapshot();
        kept = epoch + 1;
      }
    } else {
      good = training.snapshot();
      kept = epoch + 1;
    }
    figures.push(sums);
    training.ended?.(sums);
    watch.progress?.({ phase, done: epoch + 1, total: epochs, figures: sums });
    if (training.validate && epoch + 1 - kept >= patience) return end("patience");
  }
  return end("all epochs");
}
