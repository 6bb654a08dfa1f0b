import { money } from "../../core/format";
import type { DataSource, Figure } from "../../report/figures";
import { type Html, html } from "../../report/html";
import { reportPage } from "../../report/page";

export interface OwnReport {
  /** The command. */
  readonly name: string;
  readonly title: string;
  readonly finding: string;
  readonly figures: readonly Figure[];
  readonly source: DataSource;
  readonly body: Html;
  /** Identifiers and texts of the headings. */
  readonly contents: readonly (readonly [id: string, text: string])[];
}

/** The page of a report on customers of one's own, in one file. */
export function ownReport({ contents, source, ...rest }: OwnReport): string {
  return reportPage({
    ...rest,
    sources: [source],
    seeds: [],
    date: new Date().toLocaleDateString("en-GB", { day: "numeric", month: "long", year: "numeric" }),
    contents: contents.map(([id, text]) => ({ level: 2, id, text })),
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
