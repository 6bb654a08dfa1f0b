import { money } from "../../core/format";
import { dataTable, numeric } from "../../report/data-table";
import type { DataSource, Figure } from "../../report/figures";
import { type Html, html } from "../../report/html";
import { reportPage, today } from "../../report/page";

export interface OwnReport {
  /** The command. */
  readonly name: string;
  readonly title: string;
  readonly finding: string;
  readonly figures: readonly Figure[];
  readonly source: DataSource;
  readonly body: Html;
}

/** The page of a report on customers of one's own, in one file. */
export function ownReport({ source, ...rest }: OwnReport): string {
  return reportPage({
    ...rest,
    sources: [source],
    seeds: [],
    date: today(),
    facts: [],
  });
}

/** Which column was taken for what, and what one ought to know. */
export function notesList(columns: Readonly<Record<string, string>>, notes: readonly string[]): Html {
  return html`<h2 id="read">How the file was read</h2>
<ul>${Object.entries(columns).map(([part, name]) => html`<li>${part}: ${name}</li>`)}</ul>
${notes.length > 0 ? html`<h3>To be known</h3><ul>${notes.map((line) => html`<li>${line}</li>`)}</ul>` : null}`;
}

/** A writer of amounts in a currency, or in none that is known. */
export function moneyText(currency: string | undefined): (value: number) => string {
  return (value) => money(value, currency);
}

/** What the value to come would be: as expected, at higher prices, and in the other cases. */
export function scenarioTable(
  total: number,
  others: readonly (readonly [name: string, value: number])[],
  money: (value: number) => string,
): string {
  return dataTable(
    [["As expected", total] as const, ["Prices 1% higher, nobody minds", 1.01 * total] as const, ...others],
    [
      { label: "Scenario", text: ([name]) => name },
      numeric("Value", ([, value]) => money(value)),
      numeric("Change", ([, value]) => money(value - total)),
    ],
    {
      caption: "What the value to come would be",
      note: "All else held equal; no customer reacts to a price.",
    },
  );
}

/** The key figure of all value to come. */
export function totalFigure(
  total: number,
  valued: { readonly months: number; readonly totalInterval?: readonly [number, number] | undefined },
  currency: string | undefined,
): Figure {
  const { months, totalInterval: ends } = valued;
  return {
    name: "total",
    label: `Expected in ${months} months`,
    value: total,
    digits: 0,
    key: true,
    ...(currency ? { unit: currency } : {}),
    ...(ends ? { low: ends[0], high: ends[1], interval: "95% prediction" } : {}),
  };
}
