import { count, decimal, difference, duration, percent } from "../../core/format";
import { type Consequence, sensitivity } from "../../evaluate/decision/sensitivity";
import { type Dot, dotChart } from "../../report/charts/dots";
import { heatMap } from "../../report/charts/heat-map";
import { lineChart } from "../../report/charts/line";
import type { Colour } from "../../report/charts/theme";
import { dataTable } from "../../report/data-table";
import type { RetentionData } from "./campaign";
import type { EffectModel, RetentionStudy, RuleResult } from "./study";

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
      { label: "Group", text: (one) => one.name },
      { label: "Customers", align: "right", text: (one) => count(one.customers) },
      { label: "Left", align: "right", text: (one) => percent(one.left) },
      {
        label: "Took the offer",
        align: "right",
        text: (one) => (one.accepted === undefined ? "" : percent(one.accepted)),
      },
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
      { label: "Learner", text: (one) => one.name },
      {
        label: "Qini",
        align: "right",
        best: "highest",
        value: (one) => one.qini,
        text: (one) => decimal(one.qini, 4),
        help: "Area over random contacts, relative to the perfect order",
      },
      {
        label: "AUUC",
        align: "right",
        best: "highest",
        value: (one) => one.auuc,
        text: (one) => decimal(one.auuc, 4),
        help: "The same on the uplift curve",
      },
      {
        label: "True rank",
        help: "Rank correlation with the true effects",
        align: "right",
        best: "highest",
        value: (one) => one.trueRank,
        text: (one) => decimal(one.trueRank, 3),
      },
      { label: "Time", align: "right", varies: true, text: (one) => duration(one.milliseconds) },
    ],
    {
      caption: `Effects foretold for ${count(study.value.length)} customers whom the learners did not see`,
      note: "Qini and AUUC count what happened in the campaign, as one can outside a simulation; true rank is the rank correlation with the true effects, which only a simulator knows. Values far below 1 are usual: nobody can know who is saved.",
    },
  );
}

const colours: readonly Colour[] = [1, 2, 3, 4];

/** Customers kept per number contacted, by each learner's order. */
export function qiniChart(study: RetentionStudy): Promise<string> {
  const best = bestEffect(study);
  const end = best.curve.gain[best.curve.gain.length - 1];
  const total = best.curve.rows[best.curve.rows.length - 1];
  const third = best.curve.gain[best.curve.rows.findIndex((n) => n >= total / 3)];
  return lineChart({
    title: `Contacting the third that the ${best.name} ranks first keeps ${percent(third / end, 0)} of all who can be kept`,
    description: `Qini curves on the customers not learned from: ${study.effects.map((one) => `${one.name} ${decimal(one.qini, 3)}`).join(", ")}.`,
    note: "Leavers avoided among those offered, over what the held-back customers of the same rank show. The straight line is contacting at random.",
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

/** Predicted and observed effect in tenths, for the learner of the highest Qini. */
export function effectBinsChart(study: RetentionStudy): Promise<string> {
  const { name, bins } = bestEffect(study);
  const [first, last] = [bins[0].observed?.effect ?? 0, bins[bins.length - 1].observed?.effect ?? 0];
  return dotChart({
    title: `In the top tenth the offer keeps ${percent(first, 0)} of the customers, in the bottom tenth ${percent(last, 0)}`,
    description: `Effect of the offer on staying by tenth of predicted effect: ${bins.map((bin) => `tenth ${bin.bin} predicted ${percent(bin.predicted)}, observed ${percent(bin.observed?.effect)}`).join("; ")}.`,
    note: `${name}. Dot and line: stayed among the offered less stayed among the held back, with its 95% interval. Diamond: predicted.`,
    x: { label: "Effect on the chance of staying", format: ".0%" },
    zero: 0,
    dots: bins.flatMap((bin): Dot[] => {
      const label = `${bin.bin === 1 ? "Top" : bin.bin === bins.length ? "Bottom" : `${bin.bin}.`} tenth`;
      const predicted: Dot = {
        label,
        value: bin.predicted,
        colour: "grey",
        mark: "diamond",
        group: "predicted",
      };
      if (!bin.observed) return [predicted];
      const { effect, standardError } = bin.observed;
      const error = 1.96 * standardError;
      return [{ label, value: effect, low: effect - error, high: effect + error, colour: 1 }, predicted];
    }),
  });
}

/** The learner of the highest Qini. */
export function bestEffect(study: RetentionStudy): EffectModel {
  return study.effects.reduce((a, b) => (b.qini > a.qini ? b : a));
}

/** The rule that brings most with the budget, whoever knows the truth aside. */
export function bestRule(study: RetentionStudy, kind?: RuleResult["kind"]): RuleResult {
  return study.rules
    .filter((one) => one.kind !== "oracle" && (kind === undefined || one.kind === kind))
    .reduce((a, b) => (b.withinBudget.profit > a.withinBudget.profit ? b : a));
}

/** True profit of every rule, with the budget and without. */
export function ruleTable(study: RetentionStudy): string {
  const oracle = study.rules.find((one) => one.kind === "oracle");
  return dataTable(
    study.rules,
    [
      { label: "Whom to contact", text: (one) => one.name },
      { label: "Contacts", align: "right", text: (one) => count(one.withinBudget.contacted) },
      {
        label: "Profit, $",
        align: "right",
        best: "highest",
        value: (one) => one.withinBudget.profit,
        text: (one) => count(one.withinBudget.profit),
      },
      {
        label: "Of best",
        align: "right",
        text: (one) => percent(one.withinBudget.profit / (oracle?.withinBudget.profit ?? 1), 0),
      },
      { label: "Unlimited", align: "right", text: (one) => count(one.contacted) },
      {
        label: "Profit, $",
        align: "right",
        best: "highest",
        value: (one) => one.profit,
        text: (one) => count(one.profit),
      },
    ],
    {
      caption: `What each rule truly brings: ${count(study.value.length)} customers, a budget of ${count(study.budget)} dollars, a contact at ${decimal(study.offer.contactCost, 0)} and an offer at ${decimal(study.offer.offerCost, 0)}`,
      muted: (one) => one.kind === "oracle",
      note: `The first three figures are within the budget, the last two without. Profit by the simulator's truth: revenue that the offer adds over twelve months times margin, less costs. The reference rule asks for values above 30,000 and 40,000 of a unit of its own; no customer here comes near (the greatest value at stake is ${count(Math.max(...study.value))}).`,
    },
  );
}

/** True profit by number of contacts, for the rules worth telling apart. */
export function profitChart(study: RetentionStudy): Promise<string> {
  const shown = [
    study.rules.find((one) => one.kind === "oracle"),
    study.rules.find((one) => one.name === "Profit from churn and value"),
    bestUnlimited(study),
    study.rules.find((one) => one.name.startsWith("Everybody")),
    study.rules.find((one) => one.name === "Top tenth by value"),
  ].filter((one, k, all): one is RuleResult => one !== undefined && all.indexOf(one) === k);
  const [best, everybody] = [bestUnlimited(study), shown.find((one) => one.name.startsWith("Everybody"))];
  return lineChart({
    title: `Choosing by ${best.name.replace("Profit by ", "the ").replace("Profit from", "profit from")} brings ${count(best.profit)} dollars, contacting everybody ${count(everybody?.profit)}`,
    description: `True profit by number of contacts: ${shown.map((one) => `${one.name} ends at ${count(one.profit)} dollars with ${count(one.contacted)} contacts`).join("; ")}.`,
    note: "Each rule contacts in its own order and ends where it would stop by itself.",
    x: { label: "Customers contacted", format: ",d" },
    y: { label: "True profit, $", format: ",d" },
    series: shown.map((one, k) => ({
      name: one.name,
      colour: one.kind === "oracle" ? ("grey" as const) : colours[(k + 3) % colours.length],
      dashed: one.kind === "oracle",
      points: thinned(one.curve.contacted, one.curve.profit),
    })),
  });
}

/** The model of expected profit that brings most when money does not bind. */
export function bestUnlimited(study: RetentionStudy): RuleResult {
  return study.rules.filter((one) => one.kind === "model").reduce((a, b) => (b.profit > a.profit ? b : a));
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
    found.find((one) => one.gain === gain && one.cost === cost)?.kept ?? 0;
  return heatMap({
    title: `Believing costs twice too high changes the profit by ${difference(100 * (at(1, 2) - 1), 0)}%, effects twice too high by ${difference(100 * (at(2, 1) - 1), 0)}%`,
    description: `Share of profit kept when costs (columns) and effects (rows) are believed wrong by a factor: ${[0.5, 2].flatMap((f) => [`cost ${name(f)}: ${percent(at(1, f), 0)}`, `effect ${name(f)}: ${percent(at(f, 1), 0)}`]).join("; ")}.`,
    note: "Customers are chosen by the wrong figures, profit counts by the true ones; 1 is what the model's own figures bring. A factor common to both changes nothing: only their ratio matters.",
    rows: factors.map((f) => `effect ${name(f)}`),
    columns: factors.map((f) => `cost ${name(f)}`),
    values: factors.map((gain) => factors.map((cost) => at(gain, cost))),
    label: "Profit kept",
    domain: [Math.min(0, ...found.map((one) => one.kept)), Math.max(1, ...found.map((one) => one.kept))],
    cell: 44,
    text: (kept) => percent(kept, 0),
  });
}

function thinned(x: Float64Array, y: Float64Array, most = 150): { x: number; y: number }[] {
  const step = Math.max(1, Math.floor(x.length / most));
  const points: { x: number; y: number }[] = [];
  for (let k = 0; k < x.length; k++)
    if (k % step === 0 || k === x.length - 1) points.push({ x: x[k], y: y[k] });
  return points;
}
