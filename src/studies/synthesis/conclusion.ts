import { capital, decimal, duration, percent } from "../../core/format";
import { type Figure, type Figures, figureName } from "../../report/figures";
import { type Html, html, untypeset } from "../../report/html";
import type { Judgement, Measure, SynthesisStudy } from "./study";
import { leastOf, methodsOf } from "./study-views";

/** Beyond these a need is not met: rows that a model tells apart, or that remember customers. */
const tellsApart = 0.55;
const remembers = 0.1;

/** The finding in a sentence that a manager understands. */
export function synthesisFinding(study: SynthesisStudy): string {
  const best =
    study.judgements.find((judgement) => judgement.contender.name === "sequential") ??
    leastOf(study, "detection");
  const { detection, memorisation, logistic } = best.mean;
  const alike = detection.estimate <= tellsApart ? "can hardly be told from" : "can still be told from";
  const private_ =
    memorisation.estimate <= remembers
      ? "remember next to nothing of single customers"
      : "remember single customers";
  return `Customers made by ${best.contender.name} ${alike} real ones (detection ${decimal(detection.estimate, 2)}, where 0.5 is guessing), teach a churn model all but ${decimal(Math.max(0, -logistic.estimate), 3)} of its ROC AUC, and ${private_} (memorisation ${decimal(memorisation.estimate, 2)}).`;
}

/** Which method for which need, each sentence from this run's numbers. */
export function synthesisConclusion(study: SynthesisStudy): string {
  const methods = methodsOf(study);
  const good = methods.filter(
    (method) =>
      method.mean.detection.estimate <= tellsApart && method.mean.memorisation.estimate <= remembers,
  );
  const fastest = leastOf(study, "seconds");
  const forgetful = leastOf(study, "memorisation");
  const copier = methods.reduce((a, b) =>
    b.mean.memorisation.estimate > a.mean.memorisation.estimate ? b : a,
  );
  const proven = methods.find((method) => method.contender.epsilon !== undefined);
  const noise = study.judgements.find((judgement) => judgement.contender.name === "uniform noise");
  const shuffled = study.judgements.find((judgement) => judgement.contender.name === "shuffled columns");
  const vanilla = study.judgements.find((judgement) => judgement.contender.name === "vanilla");
  return html`<ul class="${untypeset}">
<li>${synthesisFinding(study)}</li>
<li>${good.length > 0 ? html`<strong>To share or to test with:</strong> ${list(good)}: rows that a model hardly tells from real ones and that remember no one.` : html`No method here is both faithful and forgetful.`}</li>
<li class="tl-varies"><strong>In a hurry:</strong> ${fastest.contender.name} needs ${duration(1000 * fastest.mean.seconds.estimate)}; its rows are detected with ${decimal(fastest.mean.detection.estimate, 2)} and memorise ${decimal(fastest.mean.memorisation.estimate, 2)}.</li>
<li><strong>When nothing may leak:</strong> ${proven ? provenSentence(proven, methods) : html`${forgetful.contender.name} memorises least (${decimal(forgetful.mean.memorisation.estimate, 2)}). None of these methods proves a bound: measured privacy is not a guarantee.`}</li>
${copier.mean.memorisation.estimate > remembers && html`<li><strong>Inside the house only:</strong> ${copier.contender.name} remembers (${decimal(copier.mean.memorisation.estimate, 2)}), and ${percent(copier.mean.copies.estimate, 1)} of its rows are training customers.</li>`}
${vanilla && html`<li>The reference system's GAN: Quality ${decimal(vanilla.mean.quality.estimate, 2)}, detection ${decimal(vanilla.mean.detection.estimate, 2)}, ${percent(vanilla.mean.violations.estimate, 0)} of its rows break a rule; a churn model taught by it loses ${decimal(-vanilla.mean.logistic.estimate, 2)} of ROC AUC.</li>`}
${noise && html`<li>Uniform noise, as in the reference system's file, has Quality ${decimal(noise.mean.quality.estimate, 2)}: ${percent(noise.mean.violations.estimate, 0)} of its rows are customers that cannot exist.</li>`}
${shuffled && html`<li>A Quality score alone proves little: columns shuffled at random still reach ${decimal(shuffled.mean.allPairs.estimate, 2)} over all pairs and ${decimal(shuffled.mean.shapes.estimate, 2)} on shapes.</li>`}
</ul>`.text;
}

/** What a proven bound says, and what it costs beside the most faithful method without one. */
function provenSentence(proven: Judgement, methods: readonly Judgement[]): Html {
  const { name, epsilon = 0 } = proven.contender;
  const others = methods.filter((method) => method.contender.epsilon === undefined);
  const guarantee = html`measured privacy is no guarantee, and only ${name} proves one: with or without any single customer, every outcome is at most e<sup>${epsilon}</sup> = ${decimal(Math.exp(epsilon), 1)} times as likely.`;
  if (others.length === 0) return guarantee;
  const best = others.reduce((a, b) => (b.mean.quality.estimate > a.mean.quality.estimate ? b : a));
  const beside = (measure: Measure): string =>
    `${decimal(proven.mean[measure].estimate, 2)} against ${decimal(best.mean[measure].estimate, 2)}`;
  return html`${guarantee} Beside ${best.contender.name} it costs Quality (${beside("quality")}), is told from real customers (detection ${beside("detection")}), and teaches a churn model that loses ${decimal(Math.max(0, -proven.mean.logistic.estimate), 2)} of ROC AUC.`;
}

function list(all: readonly Judgement[]): string {
  return all.map((judgement) => judgement.contender.name).join(", ");
}

const shown: readonly { measure: Measure; label: string; better: Figure["better"] }[] = [
  { measure: "quality", label: "Quality", better: "higher" },
  { measure: "detection", label: "detection", better: "lower" },
  { measure: "logistic", label: "logistic regression taught by it", better: "higher" },
  { measure: "boosting", label: "boosting taught by it", better: "higher" },
  { measure: "memorisation", label: "memorisation", better: "lower" },
  { measure: "copies", label: "exact copies", better: "lower" },
  { measure: "membership", label: "membership attack", better: "lower" },
  { measure: "violations", label: "broken rules", better: "lower" },
];

/** The study in numbers; those of the default method on the first screen. */
export function synthesisFigures(study: SynthesisStudy): Figures {
  const figures = study.judgements.flatMap(({ contender, mean, runs }) =>
    shown.map(
      ({ measure, label, better }): Figure => ({
        name: `synthesis.${figureName(contender.name.replaceAll("ε", "epsilon"))}.${measure}`,
        label: `${capital(label)}, ${contender.name}`,
        value: mean[measure].estimate,
        ...(runs.length > 1 && {
          low: mean[measure].low,
          high: mean[measure].high,
          interval: `95% of ${runs.length} splits`,
        }),
        ...(better && { better }),
        cell: {
          table: "Synthetic customers",
          row: capital(contender.name),
          column: capital(label),
          reference: contender.yardstick === true,
        },
        key:
          contender.name === "sequential" &&
          ["quality", "detection", "logistic", "memorisation"].includes(measure),
      }),
    ),
  );
  return { finding: synthesisFinding(study), figures };
}
