import { count, decimal, difference, duration, percent } from "../../core/format";
import { referenceThresholds } from "../../evaluate/decision/rules";
import { type Consequence, sensitivity } from "../../evaluate/decision/sensitivity";
import { dotChart, tenthDots } from "../../report/charts/dots";
import { heatMap } from "../../report/charts/heat-map";
import { lineChart } from "../../report/charts/line";
import type { Colour } from "../../report/charts/theme";
import { dataTable, numeric, scored } from "../../report/data-table";
import type { RetentionData } from "./campaign";
import { type EffectModel, type RetentionStudy, type RuleResult, ruleNames } from "./study";

/** What the campaign itself shows, before any model. */
export function campaignTable(data: RetentionData): string {
  const groups = [1, 0].map((treated) => {
    const rows = [...data.past.y.keys()].filter((i) => data.past.treated[i] === treated);
    const share = (of: Float64Array): number => rows.reduce((sum, i) => sum + of[i], 0) / rows.length;
    return {
      name: treated === 1 ? "Offered" : "Held back",
      customers: rows.length,
      left: 1 - share(data.past.y),
      accepted: treated === 1 ? share(data.past.accepted) : undefined,
    };
  });
  return dataTable(
    groups,
    [
      { label: "Group", text: (row) => row.name },
      numeric("Customers", (row) => count(row.customers)),
      numeric("Left", (row) => percent(row.left)),
      numeric("Took the offer", (row) => (row.accepted === undefined ? "" : percent(row.accepted))),
    ],
    {
      caption: `The past campaign: ${data.months} months, customers drawn by lot`,
      note: "Because the lot decided, the difference between the groups is what the offer did, and nothing else.",
    },
  );
}

/** How well each way tells whom the offer changes. */
export function effectTable(study: RetentionStudy): string {
  return dataTable(
    study.effects,
    [
      { label: "Learner", text: (row) => row.name },
      scored(
        "Qini",
        "highest",
        (row) => row.qini,
        (value) => decimal(value, 4),
        { help: "Area over random contacts, relative to the perfect order" },
      ),
      scored(
        "AUUC",
        "highest",
        (row) => row.auuc,
        (value) => decimal(value, 4),
        { help: "The same on the uplift curve" },
      ),
      scored(
        "True rank",
        "highest",
        (row) => row.trueRank,
        (value) => decimal(value, 3),
        { help: "Rank correlation with the true effects" },
      ),
      numeric("Time", (row) => duration(row.milliseconds), { varies: true }),
    ],
    {
      caption: `Effects foretold for ${count(study.value.length)} customers whom the learners did not see`,
      note: "Qini and AUUC count what happened in the campaign, as one can outside a simulation; true rank is the rank correlation with the true effects, which only a simulator knows. Values far below 1 are usual: nobody can know who is saved.",
    },
  );
}

const colours: readonly Colour[] = [1, 2, 3, 4, 5, 6];

/** Customers kept per number contacted, by each learner's order. */
export function qiniChart(study: RetentionStudy): Promise<string> {
  const best = bestEffect(study);
  const end = best.curve.gain[best.curve.gain.length - 1];
  const total = best.curve.rows[best.curve.rows.length - 1];
  return lineChart({
    title: `Contacting the third ranked first by "${best.name}" keeps ${percent(best.keptByThird, 0)} of all who can be kept, by the simulator's truth`,
    description: `Qini curves on the customers not learned from: ${study.effects.map((effect) => `${effect.name} ${decimal(effect.qini, 3)}`).join(", ")}.`,
    note: `The curves count what the campaign shows: leavers avoided among those offered, over what held-back customers of the same rank show. They end at the net effect, from which customers whom the offer drives away are taken off, and so are no share of those who can be kept. ${study.effects.map((effect) => `${effect.name}: ${percent(effect.keptByThird, 0)} of these in its first third`).join("; ")}. The straight line is contacting at random.`,
    x: { label: "Customers contacted, the highest predicted effect first", domain: [0, total], format: ",d" },
    y: { label: "Customers kept" },
    series: [
      ...study.effects.map(({ name, curve }, k) => ({
        name,
        colour: colours[k % colours.length],
        points: thinned(curve.rows, curve.gain),
      })),
      {
        name: "At random",
        colour: "grey" as const,
        dashed: true,
        points: [
          { x: 0, y: 0 },
          { x: total, y: end },
        ],
      },
    ],
  });
}

/** Predicted and observed effect in tenths, for the learner chosen. */
export function effectBinsChart(study: RetentionStudy): Promise<string> {
  const { name, bins } = bestEffect(study);
  const [first, last] = [bins[0].observed?.effect ?? 0, bins[bins.length - 1].observed?.effect ?? 0];
  return dotChart({
    title: `In the top tenth the offer keeps ${percent(first, 0)} of the customers, in the bottom tenth ${percent(last, 0)}`,
    description: `Effect of the offer on staying by tenth of predicted effect: ${bins.map((bin) => `tenth ${bin.bin} predicted ${percent(bin.predicted)}, observed ${percent(bin.observed?.effect)}`).join("; ")}.`,
    note: `${name}. Dot and line: stayed among the offered less stayed among the held back, with its 95% interval. Diamond: predicted.`,
    x: { label: "Effect on the chance of staying", format: ".0%" },
    zero: 0,
    dots: tenthDots(
      bins.map(({ bin, predicted, observed }) => ({ bin, predicted, actual: observed?.effect, ...observed })),
      "predicted",
    ),
  });
}

/** The learner that the past campaign chose. */
export function bestEffect(study: RetentionStudy): EffectModel {
  return study.effects.find((effect) => effect.name === study.chosen.effect) ?? study.effects[0];
}

/** The rule that the past campaign chose for the budget. */
export function bestRule(study: RetentionStudy): RuleResult {
  return ruleNamed(study, study.chosen.withinBudget);
}

/** The model of profit that the past campaign chose where money does not bind. */
export function bestUnlimited(study: RetentionStudy): RuleResult {
  return ruleNamed(study, study.chosen.unlimited);
}

export function ruleNamed(study: RetentionStudy, name: string): RuleResult {
  const found = study.rules.find((rule) => rule.name === name);
  if (!found) throw new RangeError(`Cannot find a rule: it must be one of the study's, got ${name}`);
  return found;
}

/** What every rule was said to bring by the past campaign, and what it truly brings, with the budget and without. */
export function ruleTable(study: RetentionStudy): string {
  const ceiling = ruleNamed(study, ruleNames.ceiling);
  const money = ({ value, high }: { value: number; high: number }): string =>
    `${count(value)} ± ${count(high - value)}`;
  const chosen = (result: RuleResult): string => {
    const uses = [
      ...(result.name === study.chosen.withinBudget ? ["the budget"] : []),
      ...(result.name === study.chosen.unlimited ? ["no limit"] : []),
    ];
    return uses.length > 0 ? ` (chosen for ${uses.join(" and ")})` : "";
  };
  return dataTable(
    study.rules,
    [
      { label: "Whom to contact", text: (row) => `${row.name}${chosen(row)}` },
      numeric("Tested, $", (row) => (row.tested ? money(row.tested.withinBudget) : ""), {
        help: "By the past campaign within the budget: doubly robust, cross-fitted, with half of its 95% interval",
      }),
      numeric("Contacts", (row) => count(row.withinBudget.contacted)),
      numeric("True profit, $", (row) => count(row.withinBudget.profit)),
      numeric("Of ceiling", (row) => percent(row.withinBudget.profit / ceiling.withinBudget.profit, 0)),
      numeric("No limit: tested, $", (row) => (row.tested ? money(row.tested.unlimited) : "")),
      numeric("Contacts", (row) => count(row.contacted)),
      numeric("True profit, $", (row) => count(row.profit)),
      numeric("Of ceiling", (row) => percent(row.profit / ceiling.profit, 0)),
    ],
    {
      caption: `What each rule was said to bring, and truly brings: ${count(study.value.length)} customers, a budget of ${count(study.budget)} dollars, a contact at ${decimal(study.offer.contactCost, 0)} and an offer at ${decimal(study.offer.offerCost, 0)}`,
      muted: (row) => row.kind === "oracle" || row.kind === "ceiling",
      note: `Rules are chosen by what the past campaign says of them, the simplest of those that it does not tell from the best; the truth only reports. True profit: revenue that the offer adds over twelve months times margin, less costs. The ceiling is a model of the same columns that was taught the true effects; the oracle sees each customer's hidden mood and response, which no column shows. The reference rule asks for values above ${count(referenceThresholds.value[0])} and ${count(referenceThresholds.value[1])} of a unit of its own; no customer here comes near (the greatest value at stake is ${count(Math.max(...study.value))}).`,
    },
  );
}

/** True profit by number of contacts, for the rules worth telling apart. */
export function profitChart(study: RetentionStudy): Promise<string> {
  const [best, everybody] = [bestUnlimited(study), ruleNamed(study, ruleNames.everybody)];
  const shown = [
    ruleNamed(study, ruleNames.ceiling),
    ruleNamed(study, ruleNames.plain),
    best,
    everybody,
    ruleNamed(study, ruleNames.valuable),
  ].filter((result, k, all) => all.indexOf(result) === k);
  return lineChart({
    title: `"${best.name}" brings ${count(best.profit)} dollars, contacting everybody ${count(everybody.profit)}`,
    description: `True profit by number of contacts: ${shown.map((result) => `${result.name} ends at ${count(result.profit)} dollars with ${count(result.contacted)} contacts`).join("; ")}.`,
    note: "Each rule contacts in its own order and ends where it would stop by itself.",
    x: { label: "Customers contacted", format: ",d" },
    y: { label: "True profit, $", format: ",d" },
    series: shown.map((result, k) => ({
      name: result.name,
      colour: result.kind === "ceiling" ? ("grey" as const) : colours[(k + 3) % colours.length],
      dashed: result.kind === "ceiling",
      points: thinned(result.curve.contacted, result.curve.profit),
    })),
  });
}

const factors: readonly number[] = [0.25, 0.5, 0.75, 1, 1.5, 2, 4];

/** What wrong beliefs about cost and effect cost: each pair of factors, by the truth. */
export function beliefs(study: RetentionStudy): readonly Consequence[] {
  const pairs = factors.flatMap((gain) => factors.map((cost) => ({ cost, gain })));
  return sensitivity(study.truth, pairs, { believed: study.believed });
}

export function sensitivityChart(study: RetentionStudy): Promise<string> {
  const found = beliefs(study);
  const name = (factor: number): string => (factor === 1 ? "right" : `× ${factor}`);
  const at = (gain: number, cost: number): number =>
    found.find((consequence) => consequence.gain === gain && consequence.cost === cost)?.kept ?? 0;
  return heatMap({
    title: `Believing costs twice too high changes the profit by ${difference(100 * (at(1, 2) - 1), 0)}%, effects twice too high by ${difference(100 * (at(2, 1) - 1), 0)}%`,
    description: `Share of profit kept when costs (columns) and effects (rows) are believed wrong by a factor: ${[0.5, 2].flatMap((f) => [`cost ${name(f)}: ${percent(at(1, f), 0)}`, `effect ${name(f)}: ${percent(at(f, 1), 0)}`]).join("; ")}.`,
    note: "Customers are chosen by the wrong figures, profit counts by the true ones; changes are against what the model's own figures bring; colours end where a third of the profit is lost. A factor common to both changes nothing: only their ratio matters.",
    rows: factors.map((f) => `effect ${name(f)}`),
    columns: factors.map((f) => `cost ${name(f)}`),
    values: factors.map((gain) => factors.map((cost) => at(gain, cost) - 1)),
    label: "Change of profit",
    domain: [-0.3, 0.1],
    cell: 44,
    text: (change) => `${difference(100 * change, 0)}%`,
  });
}

function thinned(x: Float64Array, y: Float64Array, most = 150): { x: number; y: number }[] {
  const step = Math.max(1, Math.floor(x.length / most));
  const points: { x: number; y: number }[] = [];
  for (let k = 0; k < x.length; k++)
    if (k % step === 0 || k === x.length - 1) points.push({ x: x[k], y: y[k] });
  return points;
}
