import { type Html, html } from "../../report/html";
import { layout } from "./layout";

/** A report that was found, and what the JSON beside it tells of it. */
export interface FoundReport {
  readonly file: string;
  readonly title: string;
  readonly finding?: string;
  /** Its key figures, with the interval in words where there is one. */
  readonly figures: readonly { readonly label: string; readonly value: string; readonly interval?: string }[];
  /** Data, seed and date in a line. */
  readonly origin: string;
}

/** The list of reports. */
export function reportsPage(footer: string, reports: readonly FoundReport[]): string {
  const list: Html =
    reports.length === 0
      ? html`<p class="app-empty">There are no reports yet. Run <code>make reproduce</code>, then load this page again.</p>`
      : html`<ul class="app-reports">${reports.map(reportItem)}</ul>`;
  return layout({
    footer,
    path: "/reports",
    title: "Reports",
    lead: "What the notebooks found, each in one file that opens anywhere.",
    body: list,
  });
}

function reportItem({ file, title, finding, figures, origin }: FoundReport): Html {
  const shown = figures.map(
    ({ label, value, interval }) =>
      html`<div><dt>${label}</dt><dd>${value}</dd>${interval && html`<dd class="app-hint">${interval}</dd>`}</div>`,
  );
  return html`<li><h2><a href="reports/${file}">${title}</a></h2>${finding && html`<p>${finding}</p>`}${shown.length > 0 && html`<dl class="app-figures">${shown}</dl>`}${origin && html`<p class="app-note">${origin}</p>`}</li>`;
}
