import { html } from "../../report/html";
import { layout } from "./layout";

/** How customers and predictions differ from training, and predictions from what came. */
export function monitoringPage(footer: string): string {
  return layout({
    footer,
    path: "/monitoring",
    title: "Monitoring",
    lead: "Whether customers still are as in training, and whether as many leave as was predicted.",
    script: "monitoring",
    body: html`<div class="app-row"><label for="days">Looked at</label>
<select id="days"><option value="1">Today</option><option value="7" selected>The last 7 days</option><option value="30">The last 30 days</option><option value="90">The last 90 days</option></select></div>
<section id="report" aria-live="polite"><p class="app-empty">Looking …</p></section>`,
  });
}
