import { html } from "../../report/html";
import { layout } from "./layout";
import { shownBytes } from "./shown-bytes";

/** How customers and predictions differ from training, and predictions from what came. */
export function monitoringPage(footer: string, uploadLimit: number): string {
  return layout({
    footer,
    path: "/monitoring",
    title: "Monitoring",
    lead: "Whether customers still are as in training, and whether as many leave as was predicted.",
    script: "monitoring",
    body: html`<div class="app-row"><label for="days">Looked at</label>
<select id="days"><option value="1">Today</option><option value="7" selected>The last 7 days</option><option value="30">The last 30 days</option><option value="90">The last 90 days</option></select></div>
<section id="report" aria-live="polite"><p class="app-empty">Looking …</p></section>
<h2>What became of customers</h2>
<form id="outcomes" class="app-result" novalidate>
<div class="app-field"><label for="file">File of outcomes</label><input id="file" name="file" type="file" accept=".csv,text/csv" required data-most="${uploadLimit}" aria-describedby="file-hint file-error"><span class="app-hint" id="file-hint">CSV with the columns customer_id, churned (Yes or No) and, if known, at (2026-11-30); up to ${shownBytes(uploadLimit)}</span><span class="app-error" id="file-error"></span></div>
<div class="app-row"><button type="submit">Send Outcomes</button></div>
</form>
<section id="sent" aria-live="polite"></section>`,
  });
}
