import { capital, decimal, difference, percent } from "../../core/format";
import type { Comparison } from "../../evaluate/compare";
import { type Figure, type Figures, figureName, ranged } from "../../report/figures";
import { html, untypeset } from "../../report/html";
import { againstMoving, learnersOf, meanOf, remediesOf, trialOf, verdict } from "./compare";
import type { FoldFigure } from "./fold-figures";
import type { MarketStudy } from "./run";

interface Cell {
  readonly study: MarketStudy;
  readonly learner: string;
}

/** What the studies say together, each sentence from this run's numbers. */
export function imbalanceConclusion(studies: readonly MarketStudy[]): string {
  const cells = cellsOf(studies);
  const tries = cells.flatMap((cell) =>
    remediesOf(cell.study)
      .slice(1)
      .map((remedy) => ({ ...cell, remedy })),
  );
  const moved = tries.map(({ study, learner, remedy }) => ({
    study,
    learner,
    remedy,
    ...againstMoving(study, trialOf(study, learner, remedy), "f1"),
  }));
  const better = moved.filter((one) => one.low > 0);
  const worse = moved.filter((one) => one.high < 0);
  const brierWorse = tries.filter(
    ({ study, learner, remedy }) => againstMoving(study, trialOf(study, learner, remedy), "brier").low > 0,
  );
  const profitWorse = tries.filter(
    ({ study, learner, remedy }) => againstMoving(study, trialOf(study, learner, remedy), "profit").high < 0,
  );
  const slowest = tries.reduce((a, b) => (extraTime(b) > extraTime(a) ? b : a));
  return html`<ul class="${untypeset}">
<li>${imbalanceFinding(studies)}</li>
<li>With the threshold moved in both, a remedy is clearly better than none in ${better.length} of ${tries.length} cases${better.length > 0 && ` (${better.map(named).join("; ")})`} and clearly worse in ${worse.length}.</li>
<li>Probabilities suffer in ${brierWorse.length} of ${tries.length} cases: the Brier score is clearly higher. Believing them then loses money: the profit is clearly lower in ${profitWorse.length}.</li>
<li class="tl-varies">Moving the threshold takes no time. ${slowest.remedy} makes a fit of ${slowest.learner.toLowerCase()} on ${slowest.study.name} ${decimal(extraTime(slowest), 1)} times as long.</li>
</ul>`.text;
}

/** The finding in a sentence that a manager understands: SMOTE against nothing, both with their thresholds tuned. */
export function imbalanceFinding(studies: readonly MarketStudy[]): string {
  const cells = cellsOf(studies);
  const against = (figure: FoldFigure): Comparison[] =>
    cells.map(({ study, learner }) => againstMoving(study, trialOf(study, learner, "SMOTE"), figure));
  const f1 = against("f1");
  const brier = cells.map(({ study, learner }) => {
    const [nothing, smote] = ["Nothing", "SMOTE"].map((remedy) =>
      meanOf(trialOf(study, learner, remedy), "brier"),
    );
    return smote / nothing - 1;
  });
  const change = (share: number): string => `${share > 0 ? "+" : ""}${percent(share, 0)}`;
  return `With the threshold tuned on both sides, SMOTE finds leavers ${tally(f1, "higher")} of ${cells.length} cases than the threshold alone (F1 ${difference(Math.min(...f1.map((comparison) => comparison.difference)))} to ${difference(Math.max(...f1.map((comparison) => comparison.difference)))}); the error of its probabilities is ${tally(against("brier"), "lower")} (Brier score ${change(Math.min(...brier))} to ${change(Math.max(...brier))}).`;
}

/** "clearly better in 0, clearly worse in 2 and without a clear difference in 2". */
function tally(all: readonly Comparison[], better: "higher" | "lower"): string {
  const of = (word: string): number =>
    all.filter((comparison) => verdict(comparison, better) === word).length;
  return `clearly better in ${of("better")}, clearly worse in ${of("worse")} and not clearly different in ${of("no clear difference")}`;
}

const shown: readonly { figure: FoldFigure; label: string; better: Figure["better"] }[] = [
  { figure: "f1AtHalf", label: "F1 at one half", better: "higher" },
  { figure: "f1", label: "F1, threshold moved", better: "higher" },
  { figure: "recallAtHalfPrecision", label: "recall at precision one half", better: "higher" },
  { figure: "brier", label: "Brier score", better: "lower" },
  { figure: "calibrationError", label: "calibration error", better: "lower" },
  { figure: "profit", label: "profit a customer", better: "higher" },
];

/** The report in numbers: every mean by name, and SMOTE against moving the threshold on the first screen. */
export function imbalanceFigures(studies: readonly MarketStudy[]): Figures {
  const figures: Figure[] = [];
  for (const { study, learner } of cellsOf(studies)) {
    const place = `${figureName(study.name)}.${figureName(learner)}`;
    const where = `${learner.toLowerCase()}, ${study.name}`;
    for (const name of remediesOf(study)) {
      for (const { figure, label, better } of shown) {
        figures.push({
          name: `${place}.${figureName(name)}.${figure}`,
          label: `${label}, ${name}, ${where}`,
          cell: {
            table: `Few leavers: ${where}`,
            row: name,
            column: capital(label),
          },
          value: meanOf(trialOf(study, learner, name), figure),
          better,
        });
      }
    }
    const smote = againstMoving(study, trialOf(study, learner, "SMOTE"), "f1");
    figures.push({
      name: `${place}.smote-against-threshold`,
      label: `F1 of SMOTE less that of moving the threshold, tuned in both, ${where}`,
      ...ranged({ ...smote, estimate: smote.difference }, "95% over folds, corrected for their overlap"),
      key: true,
    });
  }
  return { finding: imbalanceFinding(studies), figures };
}

function cellsOf(studies: readonly MarketStudy[]): Cell[] {
  return studies.flatMap((study) => learnersOf(study).map((learner) => ({ study, learner })));
}

/** How many times as long a fit takes with the remedy. */
function extraTime({ study, learner, remedy }: Cell & { readonly remedy: string }): number {
  const time = (name: string): number => meanOf(trialOf(study, learner, name), "milliseconds");
  return time(remedy) / time("Nothing");
}

function named({ study, learner, remedy }: Cell & { readonly remedy: string }): string {
  return `${remedy}, ${learner.toLowerCase()}, ${study.name}`;
}
