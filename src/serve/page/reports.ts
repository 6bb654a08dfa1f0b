import { type Html, html } from "../../report/html";
import { layout } from "./layout";

/** A report that was found: its file, title and finding. */
export interface FoundReport {
  readonly file: string;
  readonly title: string;
  readonly finding?: string;
}

/** The list of reports. */
export function reportsPage(reports: readonly FoundReport[]): string {
  const list: Html =
    reports.length === 0
      ? html`<p class="app-empty">There are no reports yet. Run <code>make reproduce</code>, then load this page again.</p>`
      : html`<dl>${reports.map((one) => html`<dt><a href="/reports/${one.file}">${one.title}</a></dt><dd>${one.finding ?? ""}</dd>`)}</dl>`;
  return layout({
    path: "/reports",
    title: "Reports",
    lead: "What the notebooks found, each in one file that opens anywhere.",
    body: list,
  });
}
