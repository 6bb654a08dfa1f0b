import { decimal, percent } from "../../report/format";
import { html, untypeset } from "../../report/html";
import type { ChurnData } from "../../services/churn-data";
import type { HonestModel } from "./honest";
import { honestConclusion } from "./honest-views";
import type { ReferenceModel } from "./reference";

/** What follows from both protocols, in words, each sentence from this run's numbers. */
export function churnConclusion(
  data: ChurnData,
  reference: readonly ReferenceModel[],
  honest: readonly HonestModel[],
): string {
  const plain = honest.filter((one) => !one.resampled);
  const best = plain.reduce((a, b) =>
    b.test.averagePrecision.estimate > a.test.averagePrecision.estimate ? b : a,
  );
  const forest = plain.find((one) => one.name === "Random forest") ?? best;
  const same = reference.find((one) => one.name === forest.name);
  const smote = honest.find((one) => one.name === forest.name && one.resampled);
  const inside = reference.filter((one) => one.verdict.inside).map((one) => one.name.toLowerCase());
  const stayers = data.test.labels.reduce((sum, label) => sum + 1 - label, 0) / data.test.labels.length;
  return html`<ul class="${untypeset}">
<li>${honestConclusion(honest, data.test)}</li>
${same && html`<li>The random forest under the reference protocol reaches a ROC AUC of ${decimal(same.band.rocAuc.median, 2)} instead of ${decimal(forest.test.rocAuc.estimate, 2)}: what customers use and pay, which that protocol drops, is what tells leavers apart. Its accuracy of ${percent(same.band.accuracy.median, 0)} sounds good until one sees that calling nobody a leaver is right ${percent(stayers, 0)} of the time.</li>`}
${!data.simulated && html`<li>The published figures can be reproduced for ${inside.length === 0 ? "none of the models here" : inside.join(" and ")}.</li>`}
${best.notes.map((note) => html`<li>Found in the training customers alone, without column names: ${note}</li>`)}
${smote && html`<li>SMOTE moves the forest's F1 from ${decimal(forest.test.f1.estimate, 2)} to ${decimal(smote.test.f1.estimate, 2)} (intervals overlap: ${overlap(forest, smote) ? "yes" : "no"}) and the calibration error from ${decimal(forest.test.calibrationError.estimate, 2)} to ${decimal(smote.test.calibrationError.estimate, 2)}; moving the threshold needs neither.</li>`}
</ul>`.text;
}

function overlap(a: HonestModel, b: HonestModel): boolean {
  return a.test.f1.low <= b.test.f1.high && b.test.f1.low <= a.test.f1.high;
}
