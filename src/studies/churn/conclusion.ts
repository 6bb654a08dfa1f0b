import { decimal, interval, percent } from "../../core/format";
import type { Interval } from "../../evaluate/bootstrap";
import { html, untypeset } from "../../report/html";
import type { ChurnData } from "../../services/churn-data";
import { chosenModel, type HonestModel, type SmoteEffect, smoteEffects } from "./honest";
import { honestConclusion } from "./honest-views";
import type { ReferenceModel } from "./reference";

/** What follows from both protocols, in words, each sentence from this run's numbers. */
export function churnConclusion(
  data: ChurnData,
  reference: readonly ReferenceModel[],
  honest: readonly HonestModel[],
): string {
  const plain = honest.filter((model) => !model.resampled);
  const best = chosenModel(honest);
  const forest = plain.find((model) => model.name === "Random forest") ?? best;
  const same = reference.find((model) => model.name === forest.name);
  const effects = smoteEffects(honest, data.test.labels);
  const judged = reference.filter((model) => model.verdict.inside !== undefined);
  const inside = judged.filter((model) => model.verdict.inside).map((model) => model.name.toLowerCase());
  const few = reference.filter((model) => model.verdict.tooFew).map((model) => model.name.toLowerCase());
  const stayers = data.test.labels.reduce((sum, label) => sum + 1 - label, 0) / data.test.labels.length;
  return html`<ul class="${untypeset}">
<li>${honestConclusion(honest, data.test)}</li>
${same && html`<li>The random forest under the reference protocol reaches a ROC AUC of ${decimal(same.band.rocAuc.median, 2)} instead of ${decimal(forest.test.rocAuc.estimate, 2)}: what customers use and pay, which that protocol drops, is what tells leavers apart. Its accuracy of ${percent(same.band.accuracy.median, 0)} sounds good until one sees that calling nobody a leaver is right ${percent(stayers, 0)} of the time.</li>`}
${!data.simulated && html`<li>The published figures can be reproduced for ${inside.length === 0 ? "none of the models here" : inside.join(" and ")}${few.length > 0 && `; there are too few seeds for a verdict on ${few.join(" and ")}`}.</li>`}
${best.notes.map((note) => html`<li>Found in the training customers alone, without column names: ${note}</li>`)}
${effects.map((effect) => html`<li>${effectSentence(effect)}</li>`)}
</ul>`.text;
}

/** Both sides of SMOTE for one learner, each at the threshold of best F1 on the training customers. */
function effectSentence({ plain, smote, f1, brier }: SmoteEffect): string {
  const moved = (key: "f1" | "brier", change: Interval, better: "higher" | "lower"): string =>
    `${decimal(plain.test[key].estimate)} to ${decimal(smote.test[key].estimate)} (difference ${interval(change.low, change.high)}: ${verdict(change, better)})`;
  return `SMOTE, with the threshold tuned on both sides, moves the F1 of ${plain.name.toLowerCase()} from ${moved("f1", f1, "higher")} and its Brier score from ${moved("brier", brier, "lower")}.`;
}

function verdict({ low, high }: Interval, better: "higher" | "lower"): string {
  if (low <= 0 && high >= 0) return "no clear difference";
  return low > 0 === (better === "higher") ? "better" : "worse";
}
