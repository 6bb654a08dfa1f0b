import { decimal, difference, interval, listed, percent } from "../../core/format";
import type { Table } from "../../data/table";
import { sharpestDetector } from "../../evaluate/synthetic/detection";
import { lossSentences } from "../../evaluate/synthetic/losses";
import { adviceTold, aloneTold, verdictOf } from "../../evaluate/synthetic/privacy/verdict";
import type { SyntheticReport } from "../../evaluate/synthetic/report";
import type { Utility } from "../../evaluate/synthetic/utility";
import { dataTable, numeric } from "../../report/data-table";
import { type Figure, ranged } from "../../report/figures";
import { html, raw } from "../../report/html";
import { reportPage, today } from "../../report/page";
import { associationChart, distributionChart, planeChart } from "./comparison-views";

/** Rows, and what was found of them. */
interface Judged {
  readonly found: SyntheticReport;
  readonly real: Table;
  readonly synthetic: Table;
  /** How the model was learnt that made the rows, in sentences. */
  readonly learnt?: readonly string[] | undefined;
}

export interface ReportPage extends Judged {
  readonly sources: readonly {
    readonly file: { readonly name: string; readonly sha256: string };
    readonly rows: number;
  }[];
  readonly seed: number;
}

/** How many columns are drawn, those that fit worst first. */
const mostDrawn = 8;

/** The page of `telelink synth report`: everything that was measured, in the order in which people ask; of two tables the parents' first. */
export async function syntheticReportPage(page: ReportPage, children?: Judged): Promise<string> {
  const { found, sources, seed } = page;
  const body = html`
${raw(await bodyOf(page, children ? "Parents: " : ""))}
${children ? raw(await bodyOf(children, "Children: ", "children-")) : null}`;
  return reportPage({
    name: "synth report",
    title: "Synthetic rows, judged",
    finding: children
      ? `Parents: ${reportFinding(found)} Children, beside their parent and the row before: ${reportFinding(children.found)}`
      : reportFinding(found),
    figures: reportFigures(found),
    sources: sources.map(({ file, rows }) => ({ ...file, rows, simulated: false })),
    seeds: [seed],
    date: today(),
    body,
    facts: [],
  });
}

async function bodyOf(
  { found, real, synthetic, learnt = [] }: Judged,
  what: string,
  id = "",
): Promise<string> {
  const worst = found.quality.shapesByColumn
    .filter((shape) => Number.isFinite(shape.score))
    .slice()
    .sort((a, b) => a.score - b.score)
    .slice(0, mostDrawn);
  const tables = [
    { name: "real", table: real, colour: "grey" as const },
    { name: "synthetic", table: synthetic, colour: 1 as const },
  ];
  const charts: string[] = [];
  for (const one of worst) charts.push(await distributionChart(tables, one.column));
  const lost = lossSentences(found);
  const advice = found.attacks && adviceTold(found, verdictOf(found));
  const body = html`
${lost.length > 0 ? html`<div class="tl-band tl-failed" role="note"><p><strong>Lost, or not judged.</strong></p><ul>${lost.map((one) => html`<li>${one}</li>`)}</ul></div>` : null}
${learnt.length > 0 ? html`<div class="tl-band" role="note"><p><strong>How they were learnt.</strong></p><ul>${learnt.map((one) => html`<li>${one}</li>`)}</ul></div>` : null}
<h2 id="${id}faithful">${what}Are they like the real rows?</h2>
${raw(fidelityTable(found))}
${raw(detectorTable(found))}
${raw(marginTable(found))}
${raw(subgroupTable(found))}
${raw(textTable(found))}
${raw(await associationChart(found.quality, "Synthetic rows"))}
${raw(await planeChart(tables[0], [tables[1]]))}
<h2 id="${id}columns">${what}Columns, the least alike first</h2>
${charts.map(raw)}
<h2 id="${id}useful">${what}Do they teach a model as well?</h2>
${raw(utilityTable(found))}
<h2 id="${id}private">${what}Do they give anybody away?</h2>
${raw(privacyTable(found))}
${raw(attackTable(found))}
${advice === undefined ? null : html`<p>${advice}.</p>`}
${raw(disclosureTable(found))}`;
  return String(body);
}

/** What the figures say, in a sentence: beside what real rows reach, and no more than the intervals do. */
export function reportFinding(found: SyntheticReport): string {
  const { quality, membership, privacy, utility } = found;
  const judge = sharpestDetector(found.detectors);
  const parts: string[] = [];
  if (judge) {
    const { auc } = judge.synthetic;
    const beside = judge.real?.auc;
    const beyond = auc - Math.max(0.5, beside ?? 0);
    const told = [
      "can hardly be told from real ones",
      "can be told from real ones with some effort",
      "are easily told from real ones",
    ][[0.05, 0.25].filter((much) => beyond >= much).length];
    const chance =
      beside === undefined ? "0.5 is guessing" : `real rows against real ones ${decimal(beside, 2)}`;
    parts.push(`${told} (detection AUC ${decimal(auc, 2)}, ${chance})`);
  } else parts.push(`reach a quality of ${decimal(quality.score, 3)}`);
  const [best] = [...(utility ?? [])].sort((a, b) => b.real.estimate - a.real.estimate);
  if (best) {
    const { estimate: off, high } = best.difference;
    const less = high < 0 ? "teach a model less" : "may teach a model less";
    parts.push(
      off > -0.01 ? "teach a model about as well" : `${less} (${shortly(best)} ${difference(off, 3)})`,
    );
  }
  if (membership && privacy) {
    const verdict = verdictOf(found);
    const { attacks, beyondChance } = verdict;
    const alone = aloneTold(verdict);
    const near =
      membership.advantage.low > 0.005 || (privacy.memorisation >= 0.15 && privacy.memorisationLow > 0);
    parts.push(
      beyondChance.length > 0 || near
        ? `give away something about who was in the table (${beyondChance.join(", ") || "they lie near rows learnt from"})`
        : `withstood the ${attacks} attacks that were made${alone && ` (taken together; ${alone})`}`,
    );
  }
  return `The synthetic rows ${listed(parts)}.`;
}

/** A figure's name where there is little room. */
function shortly({ measure }: Utility): string {
  return measure === "R²" ? measure : "ROC AUC";
}

function reportFigures({
  quality,
  detectionHoldout,
  detectors,
  privacy,
  membership,
  utility,
}: SyntheticReport): Figure[] {
  const figures: Figure[] = [];
  const add = (
    name: string,
    label: string,
    better: Figure["better"],
    figure: Omit<Figure, "name" | "label" | "better">,
  ): void => {
    figures.push({ name, label, ...figure, key: true, better });
  };
  add("quality", "Quality (SDMetrics)", "higher", { value: quality.score });
  const judge = detectionHoldout && sharpestDetector(detectors);
  if (judge) {
    const { auc: estimate, low, high } = judge.synthetic;
    const label = `Detection AUC, held-out rows, ${judge.learner}`;
    add("detection", label, "lower", ranged({ estimate, low, high }, "95%, DeLong"));
  }
  const [first] = utility ?? [];
  if (first) {
    const label = `${shortly(first)} against real rows, ${first.learner}`;
    const interval = first.measure === "ROC AUC" ? "95%, DeLong" : "95%, bootstrap";
    add("utility", label, "higher", ranged(first.difference, interval));
  }
  if (membership) {
    const { difference: estimate, low, high } = membership.advantage;
    add(
      "membership",
      "Membership attack beyond chance",
      "lower",
      ranged({ estimate, low, high }, "95%, DeLong"),
    );
  }
  if (privacy) {
    const { memorisation: estimate, memorisationLow: low, memorisationHigh: high, copies } = privacy;
    add("memorisation", "Memorisation", "lower", ranged({ estimate, low, high }, "95%, Wilson"));
    add("copies", "Exact copies", "lower", { value: copies, unit: "%", digits: 2 });
  }
  return figures;
}

/** A measure, its value, and how to read it. */
type Line = readonly [what: string, value: string, reading: string];

function lines(rows: readonly Line[], caption: string, note?: string): string {
  return dataTable(
    rows,
    [
      { label: "Measure", text: ([what]) => what },
      numeric("Value", ([, value]) => value),
      { label: "How to read it", text: ([, , reading]) => reading },
    ],
    { caption, ...(note !== undefined && { note }) },
  );
}

function fidelityTable(found: SyntheticReport): string {
  const { quality, qualityAllPairs, diagnostic, accuracy, support, detection } = found;
  const rows: Line[] = [
    [
      "Quality",
      decimal(quality.score),
      `SDMetrics 0.32: mean of the next two; ${found.fresh ? `held-out rows reach ${decimal(found.fresh.quality.score)}` : "1 is best"}`,
    ],
    ["Column shapes", decimal(quality.shapes), "single columns"],
    [
      "Pair trends",
      decimal(quality.trends),
      `pairs that go together strongly; all pairs ${decimal(qualityAllPairs.trends)}`,
    ],
    [
      "Binned accuracy",
      decimal(accuracy.overall),
      `columns, pairs and triples in bins; a fresh real sample reaches ${decimal(accuracy.attainable.overall)}`,
    ],
    ["α-precision", decimal(support.alphaPrecision), "whether rows lie where real ones do"],
    [
      "β-recall",
      decimal(support.betaRecall),
      "whether all kinds of real rows are covered; fresh real rows reach about 0.5, copies 1",
    ],
    ["Diagnostic", decimal(diagnostic.score), "valid values; 1 is a matter of course"],
  ];
  if (detection)
    rows.push([
      "Detection, rows learnt from",
      decimal(detection.auc),
      `AUC of boosting; 0.5 is guessing; ${interval(detection.low, detection.high, 2)}`,
    ]);
  return lines(rows, "Fidelity");
}

/** By whom synthetic rows are told from real ones. */
function detectorTable({ detectors, detectionHoldout }: SyntheticReport): string {
  if (!detectors || detectors.length === 0) return "";
  return dataTable(
    detectors,
    [
      { label: "Learner", text: (row) => row.learner },
      numeric("Synthetic rows", (row) => decimal(row.synthetic.auc)),
      numeric("95%", (row) => interval(row.synthetic.low, row.synthetic.high, 2)),
      numeric("Real against real", (row) => (row.real ? decimal(row.real.auc) : "–")),
      numeric("95%", (row) => (row.real ? interval(row.real.low, row.real.high, 2) : "–")),
    ],
    {
      caption: `Detection: ROC AUC of telling synthetic rows from ${detectionHoldout ? "held-out" : "the learnt"} ones`,
      note: "0.5 is guessing. What one kind of learner overlooks another may see: the greatest counts.",
    },
  );
}

/** Columns, pairs and triples in bins. */
function marginTable({ margins, fresh }: SyntheticReport): string {
  if (!margins || margins.length === 0) return "";
  return dataTable(
    margins,
    [
      { label: "Columns at a time", text: (row) => String(row.columns) },
      numeric("Synthetic rows", (row) => decimal(row.synthetic.value)),
      numeric("95%", (row) => interval(row.synthetic.low, row.synthetic.high)),
      numeric("Learnt rows", (row) => (row.real ? decimal(row.real.value) : "–")),
      numeric("95%", (row) => (row.real ? interval(row.real.low, row.real.high) : "–")),
    ],
    {
      caption: `Margins: 1 − total variation distance from ${fresh ? "held-out rows" : "the rows learnt from"}, in bins`,
      note: "As many rows of each, so what the rows learnt from reach is what chance leaves.",
    },
  );
}

function utilityTable({ utility }: SyntheticReport): string {
  if (!utility) return "<p>Not judged: what is said first above says why.</p>";
  return dataTable(
    utility,
    [
      { label: "Learner", text: (row) => row.learner },
      numeric("Trained on real", (row) => decimal(row.real.estimate)),
      numeric("Trained on synthetic", (row) => decimal(row.synthetic.estimate)),
      numeric("Difference", (row) => difference(row.difference.estimate)),
      numeric("95%", (row) => interval(row.difference.low, row.difference.high)),
    ],
    { caption: `${utility[0]?.measure} on real held-out rows` },
  );
}

function privacyTable({ privacy, membership, support }: SyntheticReport): string {
  if (!privacy || !membership) return "<p>Held-out rows (--holdout) are needed to say.</p>";
  const { attack, chance, advantage } = membership;
  return lines(
    [
      [
        "Membership attack",
        decimal(attack.auc),
        `AUC; by chance here ${decimal(chance.auc)}; beyond chance ${interval(advantage.low, advantage.high)}`,
      ],
      [
        "Memorisation",
        decimal(privacy.memorisation),
        `${interval(privacy.memorisationLow, privacy.memorisationHigh)}; 0 for independent rows, 1 for copies`,
      ],
      [
        "Nearer to training",
        percent(privacy.closerShare),
        `of rows; without memory ${percent(privacy.expectedShare)}`,
      ],
      [
        "Exact copies",
        percent(privacy.copies, 2),
        `held-out rows equal to a training row: ${percent(privacy.copiesHoldout, 2)}`,
      ],
      [
        "Closest record, median",
        decimal(privacy.closest.median),
        `held-out rows: ${decimal(privacy.closestHoldout.median)}`,
      ],
      [
        "Closest record, lowest 5%",
        decimal(privacy.closest.low),
        `held-out rows: ${decimal(privacy.closestHoldout.low)}`,
      ],
      [
        "Neighbour ratio, lowest 5%",
        decimal(privacy.neighbourRatio),
        `held-out rows: ${decimal(privacy.neighbourRatioHoldout)}`,
      ],
      [
        "Authenticity",
        decimal(support.authenticity),
        "rows no nearer to a real row than that one's own neighbour",
      ],
    ],
    "Privacy",
    "Distances are Gower's, exact and over all rows. A distance proves little by itself: the attack is the test.",
  );
}

/** Small groups, those furthest from held-out rows first. */
function subgroupTable({ subgroups }: SyntheticReport): string {
  if (!subgroups) return "";
  const shown = ({ measure }: { readonly measure: string }, value: number): string =>
    measure === "mean of the target" ? String(Number(value.toPrecision(4))) : percent(value);
  return dataTable(
    subgroups.worst,
    [
      { label: "Group", text: (row) => row.group },
      { label: "Measured", text: (row) => row.measure },
      numeric("Held out", (row) => shown(row, row.holdout)),
      numeric("Learnt from", (row) => shown(row, row.real)),
      numeric("Synthetic", (row) => shown(row, row.synthetic)),
      numeric("z", (row) => difference(row.z, 1)),
      numeric("z, learnt from", (row) => difference(row.zReal, 1)),
    ],
    {
      caption: "Small groups, the furthest from held-out rows first",
      note: `${subgroups.measured} measurements; ${percent(subgroups.beyond)} of them lie beyond two standard errors (rows learnt from: ${percent(subgroups.beyondReal)}; these drawn anew with replacement, which rows made without a fault are like: ${percent(subgroups.beyondDrawn)}); root mean square ${decimal(subgroups.rms, 2)} (${decimal(subgroups.rmsReal, 2)}; ${decimal(subgroups.rmsDrawn, 2)}).`,
    },
  );
}

/** The form of identifiers and texts. */
function textTable({ texts }: SyntheticReport): string {
  if (texts.length === 0) return "";
  const both = ({ real, synthetic }: { real: number; synthetic: number }): string =>
    `${percent(real)} / ${percent(synthetic)}`;
  return dataTable(
    texts,
    [
      { label: "Column", text: (row) => row.column },
      numeric("Form", (row) => decimal(row.score)),
      numeric("Lengths", (row) => decimal(row.lengths)),
      numeric("Characters", (row) => decimal(row.characters)),
      numeric("Formats", (row) => decimal(row.formats)),
      numeric("Different, real / synthetic", (row) => both(row.unique)),
      numeric("Missing, real / synthetic", (row) => both(row.missing)),
      numeric("Real ones among them", (row) => percent(row.known, 2)),
    ],
    { caption: "Identifiers and free text, in shape alone, not in what they say; 1 is best" },
  );
}

function attackTable({ attacks, differencing, canaries, inFile, planted }: SyntheticReport): string {
  if (!attacks || !differencing) return "";
  const rows = attacks.map((attack) => ({
    kind: attack.kind as string,
    attack: attack.attack,
    value: `${decimal(attack.auc)} AUC`,
    chance: decimal(0.5),
    range: interval(attack.low, attack.high),
  }));
  rows.push({
    kind: "differencing",
    attack: `who knows all other rows reads ${differencing.answers} answers off the counts`,
    value: percent(differencing.members),
    chance: percent(differencing.strangers),
    range: `difference ${percent(differencing.low)} to ${percent(differencing.high)}`,
  });
  if (canaries)
    rows.push({
      kind: "canaries",
      attack: "rare levels and texts and the outermost numbers come out again",
      value: `${canaries.found} of ${canaries.planted}`,
      chance: decimal(canaries.expected, 0),
      range: "",
    });
  if (inFile)
    rows.push({
      kind: "canaries",
      attack: "rare levels, texts, dates and numbers stand in the model's file",
      value: `${inFile.found} of ${inFile.planted}`,
      chance: decimal(inFile.expected, 0),
      range: "",
    });
  if (planted)
    rows.push({
      kind: "canaries",
      attack: `planted ones, learnt by ${planted.method} once more, come out again; ${planted.inModel} stand in its file`,
      value: `${planted.found} of ${planted.planted}`,
      chance: "0",
      range: "",
    });
  return dataTable(
    rows,
    [
      { label: "Kind", text: (row) => row.kind },
      { label: "Attack", text: (row) => row.attack },
      numeric("Success", (row) => row.value),
      numeric("By chance", (row) => row.chance),
      numeric("95%", (row) => row.range),
    ],
    {
      caption: "Attacks on single people",
      note: "On as many people learnt from as strangers. Of the chance levels, those of differencing and canaries are the same attack on strangers. An attack that fails proves nothing of others.",
    },
  );
}

function disclosureTable({ disclosure }: SyntheticReport): string {
  if (!disclosure) return "";
  return dataTable(
    disclosure
      .slice()
      .sort((a, b) => b.advantage - a.advantage)
      .slice(0, 10),
    [
      { label: "Column guessed", text: (row) => row.column },
      numeric("Right, people learnt from", (row) => percent(row.members)),
      numeric("Right, strangers", (row) => percent(row.strangers)),
      numeric("Difference", (row) => percent(row.advantage)),
      numeric("95%", (row) => `${percent(row.low)} to ${percent(row.high)}`),
    ],
    {
      caption: "Guessing one column from all others by the nearest synthetic row, largest difference first",
      note: "Of many columns one in twenty lies outside its interval by chance.",
    },
  );
}
