import { count, decimal, percent } from "../../../core/format";
import { barChart } from "../../../report/charts/bars";
import { heatMap } from "../../../report/charts/heat-map";
import { lineChart, survivalPoints } from "../../../report/charts/line";
import { dataTable, numeric } from "../../../report/data-table";
import type { DataSource, Figure } from "../../../report/figures";
import { html, raw } from "../../../report/html";
import { dateText } from "../cell-values";
import { channelTable } from "../channels";
import { moneyText, notesList, ownReport, scenarioTable, totalFigure } from "../own-report";
import type { Contracts } from "./contracts";
import { reasonTable } from "./reasons";
import type { ValuedContracts } from "./value-contracts";

/** The page of `telelink clv --html` on contracts; the notes of the values are to hold those of the contracts. */
export async function contractsPage(
  contracts: Contracts,
  valued: ValuedContracts,
  source: Omit<DataSource, "rows">,
): Promise<string> {
  const money = moneyText(contracts.currency);
  const total = valued.value.reduce((sum, v) => sum + v, 0);
  const n = valued.customers.length;
  const unit = contracts.currency ? { unit: contracts.currency } : {};
  const monthly = valued.rows.reduce((sum, i) => sum + contracts.revenue[i], 0);
  const leaving = valued.churn.reduce((sum, p) => sum + p, 0);
  const after = valued.curve.at(12);
  const moves = contracts.movements ? monthsOf(contracts) : [];
  const body = html`
<h2 id="stay">How long do customers stay?</h2>
${raw(await survivalChart(valued))}
${contracts.days ? raw(await cohortMap(contracts)) : null}
${valued.reasons ? html`<h2 id="why">Why did they leave?</h2>${raw(reasonTable(valued.reasons))}` : null}
${moves.length > 0 ? html`<h2 id="revenue">How did monthly revenue move?</h2>${raw(await movementChart(moves))}${raw(movementTable(moves, money))}` : null}
<h2 id="worth">Who is worth most, and who is about to leave?</h2>
${raw(topTable(valued, money))}
${valued.channels.length > 0 ? html`<h2 id="channels">Where do customers come from?</h2>${raw(channelTable(valued.channels, money))}` : null}
<h2 id="if">What if?</h2>
${raw(scenarios(total, valued, money))}
${notesList({ ...contracts.columns, ...(valued.covariates.used.length > 0 ? { "leaving depends on": valued.covariates.used.join(", ") } : {}) }, valued.notes)}`;
  const figures: Figure[] = [
    totalFigure(total, valued, contracts.currency),
    { name: "monthly", label: "Revenue a month", value: monthly, digits: 0, key: true, ...unit },
    {
      name: "leaving",
      label: `Leave within ${valued.churnMonths} months`,
      value: leaving / n,
      unit: "%",
      key: true,
    },
    { name: "year", label: "Stay a year", value: after, unit: "%", key: true },
  ];
  return ownReport({
    name: "clv",
    title: "What the contracts are worth",
    finding: `${count(n)} running contracts bring ${money(monthly)} a month and are expected to bring ${money(total)} in the next ${valued.months} months; ${count(leaving)} of them are expected to end within ${valued.churnMonths}.`,
    figures,
    source: { ...source, rows: contracts.customers.length },
    body,
  });
}

function survivalChart({ curve }: ValuedContracts): Promise<string> {
  const half =
    curve.median === Infinity
      ? "More than half outlive the data"
      : `Half are gone after ${decimal(curve.median, 0)} months`;
  return lineChart({
    title: half,
    description: `Kaplan–Meier survival: ${percent(curve.at(6), 0)} after 6 months, ${percent(curve.at(12), 0)} after 12, ${percent(curve.at(24), 0)} after 24.`,
    note: "Band: 95%, pointwise.",
    x: { label: "Months under contract" },
    y: { label: "Share still there", domain: [0, 1], format: ".0%" },
    series: [{ name: "Customers", colour: 1, points: survivalPoints(curve) }],
  });
}

/** Share of each year's half of starts still there after so many half years, as far as all of them could be watched. */
function cohortMap({ days, ended, months }: Contracts): Promise<string> {
  const { from, to } = days as NonNullable<Contracts["days"]>;
  const close = to.reduce((high, day) => Math.max(high, day), 0);
  const steps = [3, 6, 12, 18, 24, 36, 48];
  const halfOf = new Map<number, number>();
  const halves = new Map<number, { members: number; first: number; last: number; there: Float64Array }>();
  from.forEach((day, i) => {
    const half = halfOf.get(day) ?? halfYear(day);
    halfOf.set(day, half);
    const own = halves.get(half) ?? {
      members: 0,
      first: day,
      last: day,
      there: new Float64Array(steps.length),
    };
    halves.set(half, own);
    own.members++;
    own.first = Math.min(own.first, day);
    own.last = Math.max(own.last, day);
    for (const [k, step] of steps.entries()) if (ended[i] === 0 || months[i] >= step) own.there[k]++;
  });
  const watched = (day: number, step: number): boolean => (close - day) / 30.44 >= step;
  // Those of whom nobody could be there for three months yet have nothing to show.
  const cohorts = [...halves]
    .filter(([, { first }]) => watched(first, steps[0]))
    .sort(([a], [b]) => a - b)
    .slice(-12);
  const values = cohorts.map(([, { members, last, there }]) =>
    steps.map((step, k) => (watched(last, step) ? there[k] / members : Number.NaN)),
  );
  const year = cohorts.flatMap(([, { members }], q) =>
    Number.isNaN(values[q][2]) ? [] : [[values[q][2], members] as const],
  );
  const mean =
    year.reduce((sum, [v, n]) => sum + v * n, 0) /
    Math.max(
      1,
      year.reduce((sum, [, n]) => sum + n, 0),
    );
  return heatMap({
    title:
      year.length > 0
        ? `${percent(mean, 0)} of customers are there a year after their start`
        : "How many of each half year's customers are still there",
    description: "Share of the customers of each half year still there after so many months.",
    rows: cohorts.map(
      ([half, { members }]) =>
        `${Math.floor(half / 2)} ${half % 2 ? "Jul–Dec" : "Jan–Jun"} (${count(members)})`,
    ),
    columns: steps.map((step) => `${step} months`),
    values,
    label: "Share still there",
    domain: [0, 1],
    cell: 34,
  });
}

function halfYear(day: number): number {
  const [year, month] = dateText(day).split("-").map(Number);
  return 2 * year + (month > 6 ? 1 : 0);
}

interface Month {
  readonly name: string;
  readonly sums: Readonly<Record<string, number>>;
}

const kinds = ["new", "reactivated", "expansion", "contraction", "churned"] as const;

function monthsOf({ movements = [] }: Contracts): Month[] {
  const by = new Map<string, Record<string, number>>();
  for (const { day, kind, change } of movements) {
    const name = dateText(day).slice(0, 7);
    const sums = by.get(name) ?? {};
    by.set(name, sums);
    sums[kind] = (sums[kind] ?? 0) + change;
  }
  return [...by]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .slice(-12)
    .map(([name, sums]) => ({ name, sums }));
}

function movementChart(months: readonly Month[]): Promise<string> {
  const sum = (kind: string): number => months.reduce((total, one) => total + (one.sums[kind] ?? 0), 0);
  const gained = sum("new") + sum("reactivated") + sum("expansion");
  const lost = -sum("churned") - sum("contraction");
  return barChart({
    title: `Over the last ${months.length} months ${gained >= lost ? "more monthly revenue came than went" : "more monthly revenue went than came"}`,
    description: `Monthly revenue gained ${count(gained)} and lost ${count(lost)}.`,
    upright: true,
    value: { label: "Change of monthly revenue", format: "~s" },
    bars: months.flatMap(({ name, sums }) => [
      {
        label: monthName(name),
        value: (sums.new ?? 0) + (sums.reactivated ?? 0) + (sums.expansion ?? 0),
        group: "gained",
        colour: 1 as const,
      },
      {
        label: monthName(name),
        value: -((sums.churned ?? 0) + (sums.contraction ?? 0)),
        group: "lost",
        colour: 2 as const,
      },
    ]),
  });
}

function movementTable(months: readonly Month[], money: (v: number) => string): string {
  return dataTable(
    months,
    [
      { label: "Month", text: (row) => row.name },
      ...kinds.map((kind) =>
        numeric(kind[0].toUpperCase() + kind.slice(1), (row: Month) => money(row.sums[kind] ?? 0)),
      ),
      numeric("Net", (row) => money(Object.values(row.sums).reduce((a, b) => a + b, 0))),
    ],
    {
      caption: "Movements of monthly recurring revenue",
      note: "Expansion and contraction: contracts that renew or overlap at another price. A price that changes within a row is not seen.",
    },
  );
}

function topTable(valued: ValuedContracts, money: (v: number) => string): string {
  const stake = valued.value.map((v, i) => v * valued.churn[i]);
  const order: number[] = [];
  stake.forEach((most, i) => {
    if (order.length === 15 && most <= stake[order[14]]) return;
    const place = order.findIndex((k) => stake[k] < most);
    order.splice(place < 0 ? order.length : place, 0, i);
    order.length = Math.min(order.length, 15);
  });
  return dataTable(
    order,
    [
      { label: "Customer", text: (i) => valued.customers.at(i) as string },
      numeric(`Leaves in ${valued.churnMonths} months`, (i) => percent(valued.churn[i], 1)),
      numeric("Months expected", (i) => decimal(valued.expectedMonths[i], 1)),
      numeric("Value", (i) => money(valued.value[i])),
      numeric("90% range", (i) => `${money(valued.low[i])} to ${money(valued.high[i])}`),
      numeric("At stake", (i) => money(stake[i])),
    ],
    { caption: "The fifteen customers with most at stake: value times the chance to leave" },
  );
}

function scenarios(
  total: number,
  { valueAtLowerChurn }: ValuedContracts,
  money: (v: number) => string,
): string {
  return scenarioTable(
    total,
    [
      ["Margin one hundredth of revenue lower", 0.99 * total],
      ["Monthly churn one hundredth lower", valueAtLowerChurn],
    ],
    money,
  );
}

const monthNames = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(" ");

/** "2024-01" as "Jan 24", other months without their year: there are twelve at most. */
function monthName(month: string): string {
  const name = monthNames[Number(month.slice(5)) - 1];
  return name === "Jan" ? `${name} ${month.slice(2, 4)}` : name;
}
