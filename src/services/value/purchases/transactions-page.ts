import { count, decimal, percent } from "../../../core/format";
import { barChart } from "../../../report/charts/bars";
import { concentrationChart, concentrationOf, heldBy } from "../../../report/charts/concentration";
import { heatMap } from "../../../report/charts/heat-map";
import { lineChart } from "../../../report/charts/line";
import { dataTable, numeric } from "../../../report/data-table";
import type { DataSource, Figure } from "../../../report/figures";
import { html, raw } from "../../../report/html";
import { channelTable } from "../channels";
import { moneyText, notesList, ownReport, scenarioTable, totalFigure } from "../own-report";
import { type PurchaseCohorts, purchaseCohorts } from "./cohorts";
import type { HoldoutCheck } from "./holdout";
import { segmentsOf } from "./segments";
import type { Transactions } from "./transactions";
import type { ValuedTransactions } from "./value-transactions";

/** The page of `telelink clv --html` on a log of transactions; the notes of the values are to hold those of the log. */
export async function transactionsPage(
  log: Transactions,
  valued: ValuedTransactions,
  source: Omit<DataSource, "rows">,
): Promise<string> {
  const total = valued.value.reduce((sum, v) => sum + v, 0);
  const n = valued.customers.length;
  const there = valued.alive.reduce((sum, p) => sum + p, 0);
  const money = moneyText(log.currency);
  const cohorts = purchaseCohorts(log);
  const { holdout } = valued;
  const body = html`
<h2 id="worth">Who is it worth with?</h2>
${raw(await concentration(valued.value))}
${raw(segmentTable(log, valued))}
<h2 id="cohorts">Do customers come back?</h2>
${raw(await cohortMap(cohorts))}
${raw(await cohortRevenue(cohorts, money))}
${valued.channels.length > 0 ? html`<h2 id="channels">Where do customers come from?</h2>${raw(channelTable(valued.channels, money))}` : null}
${holdout ? html`<h2 id="check">Can the figures be believed?</h2>${raw(await trackingChart(holdout))}${raw(frequencyTable(holdout))}` : null}
<h2 id="if">What if?</h2>
${raw(scenarios(total, valued, money))}
${notesList(log.columns, valued.notes)}`;
  const figures: Figure[] = [
    totalFigure(total, valued, log.currency),
    {
      name: "each",
      label: "A customer",
      value: total / n,
      digits: 2,
      key: true,
      ...(log.currency ? { unit: log.currency } : {}),
    },
    { name: "alive", label: "Still customers", value: there / n, unit: "%", key: true },
    ...(holdout
      ? [
          {
            name: "gain",
            label: "Differences explained, held out",
            value: holdout.judged.gain,
            unit: "%",
            key: true,
          } as const,
        ]
      : []),
  ];
  return ownReport({
    name: "clv",
    title: "What the customers are worth",
    finding: `${count(n)} customers are expected to bring ${money(total)} in the next ${valued.months} months; about ${count(there)} of them are customers still. ${holdout ? `Checked on ${decimal(holdout.weeks, 0)} weeks it had not seen, the model expected ${percent(holdout.judged.expected / holdout.judged.actual, 0)} of the purchases that were made.` : "The log is too short to check the model."}`,
    figures,
    source: { ...source, rows: log.rows },
    body,
  });
}

/** How much of all value sits with how few customers. */
function concentration(value: Float64Array): Promise<string> {
  const points = concentrationOf(value);
  const fifth = percent(heldBy(points, 0.2), 0);
  return concentrationChart(points, {
    title: `A fifth of the customers holds ${fifth} of the value to come`,
    description: `Cumulative share of expected value by customers, the most valuable first: the first fifth holds ${fifth}.`,
  });
}

function segmentTable(log: Transactions, valued: ValuedTransactions): string {
  const rows = segmentsOf(log.history, valued.alive)
    .filter((segment) => segment.rows.length > 0)
    .map((segment) => {
      const sum = (of: ArrayLike<number>): number => segment.rows.reduce((total, i) => total + of[i], 0);
      return { ...segment, alive: sum(valued.alive) / segment.rows.length, value: sum(valued.value) };
    });
  const total = valued.value.reduce((sum, v) => sum + v, 0);
  return dataTable(
    rows,
    [
      { label: "Segment", text: (row) => row.name },
      numeric("Customers", (row) => count(row.rows.length)),
      numeric("Still there", (row) => percent(row.alive, 0)),
      numeric("Expected value", (row) => count(row.value)),
      numeric("Share", (row) => percent(row.value / total, 0)),
      { label: "What to do", text: (row) => row.meaning },
    ],
    {
      caption: "Customers by how lately, how often and for how much they bought",
      note:
        valued.model.kind === "bg-nbd"
          ? "BG/NBD lets customers leave after a repeat purchase only: those without one count as still there, at a low rate."
          : "",
    },
  );
}

function cohortMap({ names, customers, active }: PurchaseCohorts): Promise<string> {
  const shown = names.map((_, q) => q).filter((q) => customers[q] > 0 && active[q].length > 1);
  const width = Math.max(2, ...shown.map((q) => active[q].length)) - 1;
  const values = shown.map((q) => Array.from({ length: width }, (_, k) => active[q][k + 1] ?? Number.NaN));
  const most = Math.max(0.01, ...values.flat().filter((v) => !Number.isNaN(v)));
  const second = values.map((row) => row[0]).filter((v) => !Number.isNaN(v));
  const mean = second.reduce((a, b) => a + b, 0) / Math.max(1, second.length);
  return heatMap({
    title: `${percent(mean, 0)} of new customers buy again in the quarter after their first`,
    description: "Share of each quarter's new customers that bought in each later quarter.",
    rows: shown.map((q) => `${names[q]} (${count(customers[q])})`),
    columns: Array.from({ length: width }, (_, k) => `+${k + 1}`),
    values,
    label: "Share that bought",
    domain: [0, most],
    cell: 30,
  });
}

function cohortRevenue({ names, revenue }: PurchaseCohorts, money: (v: number) => string): Promise<string> {
  const all = names.map((_, at) => revenue.reduce((sum, row) => sum + row[at], 0));
  const fresh = names.map((_, at) => revenue[at][at]);
  const share =
    1 -
    fresh.reduce((a, b) => a + b, 0) /
      Math.max(
        1e-9,
        all.reduce((a, b) => a + b, 0),
      );
  return barChart({
    title: `${percent(share, 0)} of all revenue came from customers of earlier quarters`,
    description: `Revenue by quarter from new customers and from those of earlier quarters: ${names.map((name, at) => `${name} ${money(fresh[at])} new, ${money(all[at] - fresh[at])} earlier`).join("; ")}.`,
    upright: true,
    value: { label: "Revenue", format: "~s" },
    // Twelve quarters, without their century, are as many as have room below the bars.
    bars: names.slice(-12).flatMap((name, k) => {
      const [label, at] = [name.slice(2), Math.max(0, names.length - 12) + k];
      return [
        { label, value: fresh[at], group: "new customers", colour: 2 as const },
        { label, value: all[at] - fresh[at], group: "of earlier quarters", colour: 1 as const },
      ];
    }),
  });
}

export function trackingChart({ tracking, weeks, until }: HoldoutCheck): Promise<string> {
  const { week, expected, actual } = tracking;
  const at = actual.length - 1;
  const off = expected[at] / actual[at] - 1;
  const points = (of: Float64Array): { x: number; y: number }[] =>
    Array.from(of, (y, x) => ({ x: x + 1, y }));
  return lineChart({
    title: `${decimal(weeks, 0)} weeks on, expected repeat purchases are ${percent(Math.abs(off), 0)} ${off < 0 ? "below" : "above"} those made`,
    description: `Cumulative repeat purchases by week of customers known by ${until}, made and expected.`,
    x: { label: "Week" },
    y: { label: "Repeat purchases so far", format: "~s" },
    rules: [{ x: week, label: "not seen from here" }],
    series: [
      { name: "Made", colour: "grey", points: points(actual) },
      { name: "Expected", colour: 1, points: points(expected) },
    ],
  });
}

export function frequencyTable({ byFrequency, models, judged }: HoldoutCheck): string {
  return dataTable(
    byFrequency,
    [
      {
        label: "Repeat purchases before",
        text: (row) => (row.frequency === 7 ? "7 or more" : String(row.frequency)),
      },
      numeric("Customers", (row) => count(row.customers)),
      numeric("Expected after", (row) => decimal(row.expected, 2)),
      numeric("Made after", (row) => decimal(row.actual, 2)),
    ],
    {
      caption: "Purchases a customer in the weeks held out, by those before",
      note: `Chosen by mean deviance on half of the customers: ${models.map((model) => `${model.kind} ${decimal(model.loss)}`).join(", ")}. On the other half ${models[0].kind} explains ${percent(judged.gain)} of the differences between customers, "as often as until now" ${percent(judged.gainAsBefore)}.`,
    },
  );
}

function scenarios(total: number, valued: ValuedTransactions, money: (v: number) => string): string {
  const best = valued.value.map((v, i) => (valued.alive[i] > 0 ? v / valued.alive[i] : 0));
  const kept = best.reduce((sum, v, i) => sum + 0.01 * valued.alive[i] * Math.min(1, valued.churn[i]) * v, 0);
  return scenarioTable(
    total,
    [
      ["Margin one hundredth of revenue lower", total - 0.01 * total],
      ["One in a hundred coming departures averted", total + kept],
    ],
    money,
  );
}
