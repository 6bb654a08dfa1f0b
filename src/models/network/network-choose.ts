import type { Labelled } from "../../core/matrix";
import type { Watch } from "../../core/model";
import type { Rng } from "../../core/rng";
import { kFold, type Split, stratifiedKFold } from "../../data/split";
import type { NetworkSettings } from "./network-options";
import {
  type Candidate,
  chooseCandidate,
  distinctColumns,
  type Search,
  selectColumns,
  withColumns,
} from "./network-select";

/**
 * Settings that are tried where the caller leaves them open: smooth effects; steps and ranges; many small effects. The
 * rates are those of one cycle; schedules that begin with the full rate take half.
 */
const settings = [
  { frequencyScale: 0.3, rate: 0.02, bins: 0 },
  { frequencyScale: 1, rate: 0.03, bins: 0 },
  { frequencyScale: 1, rate: 0.008, bins: 8 },
] as const;

/** Steps of a training whose epochs nobody set, and its fewest epochs. */
const usualSteps = 400;
const fewestEpochs = 4;

/** What is tried where the caller leaves it open. */
function candidates(asked: NetworkSettings, rows: number): Candidate[] {
  const { hidden, activation, shared, frequencies, loss, focalGamma, schedule, decay, batch } = asked;
  const { patience, maxLevels } = asked;
  const epochs =
    asked.epochs ?? Math.max(fewestEpochs, Math.round((usualSteps * Math.min(batch, rows)) / rows));
  const found = new Map<string, Candidate>();
  for (const one of settings) {
    const bins = asked.bins ?? (frequencies === 0 ? 0 : one.bins);
    const rate = asked.rate ?? (schedule === "one-cycle" ? one.rate : one.rate / 2);
    const waves = bins > 0 ? 0 : frequencies;
    const frequencyScale = waves > 0 ? (asked.frequencyScale ?? one.frequencyScale) : 1;
    const shape = {
      hidden,
      activation,
      // Two are enough to tell settings apart.
      members: Math.min(2, asked.members),
      shared: shared ? ("all" as const) : ("none" as const),
      frequencies: waves,
      sums: 3,
      frequencyScale,
      scaled: true,
    };
    const training = { loss, focalGamma, rate, epochs, batch, schedule, decay, epsilon: 1e-8 };
    const plan = { shape, ...training, dropout: asked.dropout };
    found.set(`${bins} ${rate} ${frequencyScale}`, {
      inputs: { maxLevels, bins },
      plan: { ...plan, ...(patience !== undefined && { patience }) },
    });
  }
  return [...found.values()];
}

/** Columns and setting, by the loss on held-out folds. */
export async function choose(
  asked: NetworkSettings,
  rows: Pick<Search, "x" | "targets" | "weights">,
  train: Labelled,
  rng: Rng,
  watch?: Watch,
): Promise<{ candidate: Candidate; columns: readonly number[] }> {
  const tried = candidates(asked, train.x.rows);
  const all = Array.from({ length: train.x.columns }, (_, j) => j);
  const folds = searchFolds(train, asked.task, asked.folds, rng.fork("folds"));
  if (!folds || (asked.columns === "all" && tried.length === 1)) return { candidate: tried[0], columns: all };
  const search: Search = {
    ...rows,
    folds,
    rng: rng.fork("search"),
    ...(asked.threads !== undefined && { threads: asked.threads }),
    ...(watch && { watch }),
  };
  const found =
    asked.columns === "select"
      ? await selectColumns(tried[0], distinctColumns(train.x), search)
      : { columns: all, loss: undefined };
  const settled = tried.map((candidate) => withColumns(candidate, found.columns));
  const best = tried.length === 1 ? 0 : await chooseCandidate(settled, search, [found.loss]);
  return { candidate: tried[best], columns: found.columns };
}

/** Stratified folds, or none where there are too few rows to learn anything from them. */
function searchFolds(
  { y }: Labelled,
  task: NetworkSettings["task"],
  folds: number,
  rng: Rng,
): readonly Split[] | undefined {
  const fewest = 10 * folds;
  if (task === "regression") return y.length < fewest ? undefined : kFold(y.length, folds, rng);
  const ones = y.reduce((sum, label) => sum + label, 0);
  return Math.min(ones, y.length - ones) < fewest ? undefined : stratifiedKFold(y, folds, rng);
}
