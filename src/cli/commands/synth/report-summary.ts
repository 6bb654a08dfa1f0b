import { decimal, percent } from "../../../core/format";
import { sharpestDetector } from "../../../evaluate/synthetic/detection";
import { aloneTold, type Verdict } from "../../../evaluate/synthetic/privacy/verdict";
import type { SyntheticReport } from "../../../evaluate/synthetic/report";

const three = (value: number): string => value.toFixed(3);

/** The figures that matter most, with what they should be. */
export function summary(
  found: SyntheticReport,
  target: string | undefined,
  verdict: Verdict | undefined,
): string[][] {
  const { quality, qualityAllPairs, accuracy, detection, privacy, utility } = found;
  const { fresh, texts, subgroups } = found;
  const rows = [
    [
      "quality",
      three(quality.score),
      fresh ? `SDMetrics; held-out rows reach ${three(fresh.quality.score)}` : "SDMetrics; 1 is best",
    ],
    ["  column shapes", three(quality.shapes), ""],
    ["  pair trends", `${decimal(quality.trends)} (all pairs ${decimal(qualityAllPairs.trends)})`, ""],
    [
      "binned accuracy",
      three(accuracy.overall),
      `a fresh real sample reaches ${three(accuracy.attainable.overall)}`,
    ],
    ...(found.margins ?? []).map(({ columns, synthetic, real }) => [
      `  margins of ${columns} column${columns > 1 ? "s" : ""}`,
      three(synthetic.value),
      `${three(synthetic.low)} to ${three(synthetic.high)}${real ? `; rows learnt from ${three(real.value)}, ${three(real.low)} to ${three(real.high)}` : ""}`,
    ]),
  ];
  if (detection)
    rows.push([
      "detection, learnt rows",
      three(detection.auc),
      `${three(detection.low)} to ${three(detection.high)}; 0.5 cannot be told apart`,
    ]);
  rows.push(...detectionRows(found));
  for (const one of texts)
    rows.push([
      `form of ${one.column}`,
      three(one.score),
      `its shape alone, not what it says (length, characters, format, different, missing); ${percent(one.known, 2)} are real ones`,
    ]);
  if (subgroups)
    rows.push([
      "subgroups beyond 2 errors",
      percent(subgroups.beyond),
      `of ${subgroups.measured} figures of small groups, against held-out rows; rows learnt from ${percent(subgroups.beyondReal)}, these drawn anew ${percent(subgroups.beyondDrawn)}`,
    ]);
  if (privacy) {
    rows.push([
      "memorisation",
      three(privacy.memorisation),
      `${three(privacy.memorisationLow)} to ${three(privacy.memorisationHigh)}; 0 independent, 1 copies; privacy is 1 less it`,
    ]);
    rows.push([
      "exact copies",
      percent(privacy.copies, 2),
      `held-out rows: ${percent(privacy.copiesHoldout, 2)}`,
    ]);
  }
  rows.push(...attackRows(found, verdict));
  for (const { learner, measure, synthetic, real } of utility ?? [])
    rows.push([
      learner,
      three(synthetic.estimate),
      `${target}: ${measure}, on held-out rows; trained on real ones ${three(real.estimate)}`,
    ]);
  return rows;
}

/** What each attack reaches, and all of them together. */
function attackRows(found: SyntheticReport, verdict: Verdict | undefined): string[][] {
  const { membership, attacks, differencing, canaries, inFile, planted } = found;
  const rows: string[][] = [];
  if (membership) {
    const { difference, low, high } = membership.advantage;
    rows.push(["membership attack", three(difference), `AUC beyond chance, ${three(low)} to ${three(high)}`]);
  }
  const strongest = verdict?.strongest;
  if (attacks && strongest) {
    const { attack, kind, auc, low, high } = strongest;
    const all = `the strongest of ${attacks.length} (--html tells all)`;
    rows.push([
      "  strongest attack",
      three(auc),
      `AUC, 0.5 by chance; ${three(low)} to ${three(high)}; ${kind}, ${attack}: ${all}`,
    ]);
  }
  if (differencing) {
    const { members, strangers, low, high, answers } = differencing;
    rows.push([
      "  differencing",
      percent(members),
      `of ${answers} answers read off; by chance ${percent(strangers)}; difference ${percent(low)} to ${percent(high)}`,
    ]);
  }
  if (canaries) {
    const { planted, found: hits, expected } = canaries;
    rows.push([
      "  canaries",
      `${hits} of ${planted}`,
      `rare values that come out again; as many of strangers' ${decimal(expected, 0)}`,
    ]);
  }
  if (inFile)
    rows.push([
      "  canaries in the model's file",
      `${inFile.found} of ${inFile.planted}`,
      `rare values that stand in it; as many of strangers' ${decimal(inFile.expected, 0)}`,
    ]);
  if (planted)
    rows.push([
      "  planted canaries",
      `${planted.found} of ${planted.planted}`,
      `come out when ${planted.method} learns once more with them; in its file ${planted.inModel}`,
    ]);
  if (verdict) {
    const { attacks: made, beyondChance } = verdict;
    rows.push([
      "attacks beyond chance",
      `${beyondChance.length} of ${made}`,
      [...beyondChance, "all together at 5% (Holm)", aloneTold(verdict)].filter(Boolean).join("; "),
    ]);
  }
  return rows;
}

/** By whom synthetic rows are told from real ones, the best of them first. */
function detectionRows({ detectors, detectionHoldout }: SyntheticReport): string[][] {
  const rows: string[][] = [];
  const worst = sharpestDetector(detectors);
  if (detectors && worst) {
    const against = detectionHoldout ? "held-out" : "learnt";
    rows.push([
      `detection, ${against} rows`,
      three(worst.synthetic.auc),
      `by ${worst.learner}, the best of ${detectors.length}; 0.5 cannot be told apart`,
    ]);
  }
  for (const { learner, synthetic, real } of detectors ?? [])
    rows.push([
      `  ${learner}`,
      three(synthetic.auc),
      `${three(synthetic.low)} to ${three(synthetic.high)}${real ? `; real rows against real ones ${three(real.auc)}, ${three(real.low)} to ${three(real.high)}` : ""}`,
    ]);
  return rows;
}
