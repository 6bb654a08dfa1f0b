import { matrixFromRows } from "../../../src/core/matrix";
import type { Censored, SurvivalData } from "../../../src/models/survival/censored";
import { reference } from "../../support";

interface CoxGolden {
  readonly coefficients: number[];
  readonly standardErrors: number[];
  readonly logLikelihood: number;
}

interface Predicted extends CoxGolden {
  readonly times: number[];
  /** Row by row. */
  readonly survival: number[];
}

interface Golden {
  readonly waltons: { time: number[]; event: number[]; entry: number[]; weights: number[] };
  readonly groups: { two: number[]; three: number[] };
  readonly kaplanMeier: {
    times: number[];
    survival: number[];
    lower: number[];
    upper: number[];
    median: number;
    restrictedMean50: number;
    sksurvTimes: number[];
    sksurvSurvival: number[];
    sksurvBand: number[];
    truncated: [number[], number[]];
    weighted: number[];
  };
  readonly nelsonAalen: { smooth: number[]; discrete: number[] };
  readonly logRank: Record<"log-rank" | "wilcoxon" | "tarone-ware" | "peto", number[]>;
  readonly weibull: number[];
  readonly rossi: {
    columns: string[];
    rows: number[][];
    time: number[];
    event: number[];
    entry: number[];
    weights: number[];
    predicted: number[];
  };
  readonly cox: Predicted & { p: number[]; risk: number[] };
  readonly coxPenalised: Predicted;
  readonly coxTruncated: CoxGolden;
  readonly coxWeighted: CoxGolden;
  readonly likelihoodRatio: number;
  readonly proportionalHazards: Record<"rank" | "km" | "identity" | "log", [number[], number[]]>;
  readonly schoenfeld: number[];
  readonly aft: Record<"weibull" | "log-normal" | "log-logistic", Predicted & { median: number[] }>;
  readonly aftTruncated: Predicted & { median: number[] };
}

export const golden: Golden = reference<Golden>("survival");

const { time, event } = golden.waltons;
/** Walton's flies: how long 163 of them lived. */
export const flies: Censored = { time: Float64Array.from(time), event: Float64Array.from(event) };

/** Rossi's data: weeks from release until 432 prisoners were arrested again, with seven columns. */
export const rossi: SurvivalData = {
  x: matrixFromRows(
    golden.rossi.rows,
    golden.rossi.columns.map((name) => ({ name })),
  ),
  time: Float64Array.from(golden.rossi.time),
  event: Float64Array.from(golden.rossi.event),
};

/** Small deviations of `got` from `expected`, each relative to max(1, |expected|). */
export function largestGap(got: ArrayLike<number>, expected: ArrayLike<number>): number {
  if (got.length !== expected.length) return Infinity;
  let gap = 0;
  for (let i = 0; i < got.length; i++) {
    const off = Math.abs(got[i] - expected[i]) / Math.max(1, Math.abs(expected[i]));
    gap = Number.isNaN(off) ? Infinity : Math.max(gap, off);
  }
  return gap;
}
