import { check } from "../../core/checks";
import { count, percent } from "../../core/format";
import { wordList } from "../../data/infer/names";
import { type Column, cellText, columnNamed, type Table } from "../../data/table";
import { dataTable, numeric } from "../../report/data-table";
import { numbersOf } from "./cell-values";
import { optionalColumn } from "./own-columns";

/** By which way customers come, and what it costs to win one. */
export interface ChannelOptions {
  /** Column of the way by which a customer came; one of the usual names is used when there is one. */
  readonly channel?: string;
  /** What it cost to win a customer: a column, an amount for each, or amounts by channel as "web=12,shop=5". */
  readonly acquisitionCost?: string;
}

/** The channel of each row, and what its customer cost; NaN where nothing says. */
export interface Acquired {
  readonly channel?: Column;
  readonly cost?: Column;
  readonly costOf?: (row: number) => number;
}

/** What the options say of each row. */
export function acquiredOf(
  table: Table,
  { channel, acquisitionCost }: ChannelOptions,
  action: string,
): Acquired {
  const found = channel === undefined ? optionalColumn(table, channelNames) : columnNamed(table, channel);
  const own = found ? { channel: found } : {};
  if (acquisitionCost === undefined) return own;
  const cost = table.columns.find((one) => one.name === acquisitionCost);
  if (cost) {
    const { values, missing } = numbersOf(cost);
    const wrong = values.findIndex((v, i) => (Number.isNaN(v) ? !missing(i) : v < 0));
    check(
      wrong < 0,
      action,
      `${cost.name} must hold costs of at least 0, or nothing`,
      wrong < 0 ? undefined : cellText(cost, wrong),
    );
    return { ...own, cost, costOf: (i) => values[i] };
  }
  const amount = Number(acquisitionCost);
  if (acquisitionCost.trim() !== "" && amount >= 0 && amount < Infinity)
    return { ...own, costOf: () => amount };
  const pairs = acquisitionCost.split(",").map((part) => part.split("="));
  const costs = new Map(
    pairs.map(([name, value]) => [name.trim(), value?.trim() ? Number(value) : Number.NaN]),
  );
  check(
    pairs.every((pair) => pair.length === 2) && [...costs.values()].every((v) => v >= 0 && v < Infinity),
    action,
    'acquisitionCost must be a column, an amount of at least 0, or amounts by channel as "web=12,shop=5"',
    acquisitionCost,
  );
  check(found !== undefined, action, "a column of channels must be named for costs by channel");
  const names = new Set(Array.from({ length: table.rows }, (_, i) => cellText(found, i).trim()));
  const strange = [...costs.keys()].filter((name) => !names.has(name));
  check(
    strange.length === 0,
    action,
    `${found.name} must have the channels that cost something`,
    strange.join(", "),
  );
  return { ...own, costOf: (i) => costs.get(cellText(found, i).trim()) ?? Number.NaN };
}

export const channelNames: readonly string[] = wordList(
  "channel, acquisition channel, marketing channel, source, utm source, kanal",
);

/** The customers of a channel. */
export interface ChannelRow {
  readonly name: string;
  readonly customers: number;
  /** What they have paid until now, and are expected to bring. */
  readonly revenue: number;
  readonly value: number;
  /** Mean cost to win one, over those `costSaid` whose cost is said; undefined where nothing says. */
  readonly cost?: number;
  readonly costSaid: number;
  /** After how many months a customer had brought the cost as margin, on average; undefined where not within `seen`. */
  readonly payback?: number;
  readonly seen: number;
}

/** One customer or contract, as far as channels ask. */
export interface AcquiredCustomers {
  readonly channels?: readonly string[];
  readonly costs?: Float64Array;
  readonly revenue: ArrayLike<number>;
  readonly value: ArrayLike<number>;
  /** Mean margin that a customer of these rows had brought by the end of each month since being won, as far as seen. */
  readonly marginByMonth: (rows: readonly number[]) => readonly number[];
}

/** Revenue, value, cost and payback by channel, the highest revenue first; all together where there are no channels. */
export function channelRows(of: AcquiredCustomers): readonly ChannelRow[] {
  const byName = new Map<string, number[]>();
  for (let i = 0; i < of.revenue.length; i++) {
    const name = of.channels?.[i] ?? "All";
    const own = byName.get(name);
    if (own) own.push(i);
    else byName.set(name, [i]);
  }
  return [...byName]
    .map(([name, rows]) => {
      const sum = (values: ArrayLike<number>): number => rows.reduce((total, i) => total + values[i], 0);
      const said = rows.filter((i) => of.costs && !Number.isNaN(of.costs[i]));
      const cost =
        said.length > 0
          ? said.reduce((total, i) => total + (of.costs?.[i] ?? 0), 0) / said.length
          : undefined;
      const margins = cost === undefined ? [] : of.marginByMonth(said);
      const month = margins.findIndex((margin) => margin >= (cost as number));
      return {
        name,
        customers: rows.length,
        revenue: sum(of.revenue),
        value: sum(of.value),
        ...(cost === undefined ? {} : { cost }),
        costSaid: said.length,
        ...(month >= 0 ? { payback: month + 1 } : {}),
        seen: margins.length,
      };
    })
    .sort((a, b) => b.revenue - a.revenue);
}

/** What is to be said of costs that not all customers of a channel have. */
export function costNotes(rows: readonly ChannelRow[]): string[] {
  const partly = rows.filter(({ costSaid, customers }) => costSaid > 0 && costSaid < customers);
  if (partly.length === 0) return [];
  const said = partly.map(({ name, costSaid, customers }) => `${costSaid} of ${customers} (${name})`);
  return [
    `what it cost to win a customer is said of ${said.join(", ")}: means are over those, and so is payback`,
  ];
}

/** The table of channels in a report. */
export function channelTable(rows: readonly ChannelRow[], money: (v: number) => string): string {
  const total = rows.reduce((sum, row) => sum + row.revenue, 0);
  const costs = rows.some((row) => row.cost !== undefined);
  return dataTable(
    rows,
    [
      { label: "Channel", text: (row) => row.name },
      numeric("Customers", (row) => count(row.customers)),
      numeric("Revenue so far", (row) => money(row.revenue)),
      numeric("Share", (row) => percent(row.revenue / Math.max(total, 1e-9), 0)),
      numeric("Expected value", (row) => money(row.value)),
      numeric("Each", (row) => money(row.value / row.customers)),
      ...(costs
        ? [
            numeric("Cost to win one", (row: ChannelRow) => costText(row, money)),
            numeric("Paid back", paybackText),
          ]
        : []),
    ],
    {
      caption: "Customers by the way they came",
      note: costs
        ? "Paid back: the month by which customers of the channel had brought their cost as margin, on average, of those watched that long."
        : "",
    },
  );
}

/** A channel's mean cost, and over how many where not over all. */
export function costText({ cost, costSaid, customers }: ChannelRow, money: (v: number) => string): string {
  if (cost === undefined) return "not said";
  return costSaid < customers ? `${money(cost)} (of ${count(costSaid)})` : money(cost);
}

/** When a channel's cost is back, in words. */
export function paybackText({ cost, payback, seen }: ChannelRow): string {
  if (cost === undefined) return "not said";
  if (payback === undefined) return `not within ${seen} months`;
  return payback === 1 ? "in the first month" : `after ${payback} months`;
}
