import { html } from "../../report/html";
import { type DeskField, deskFields } from "../../services/score/columns";
import { layout } from "./layout";
import { shownBytes } from "./shown-bytes";

/** The page for many customers at once. */
export function batchPage(footer: string, batchLimit: number, fields: readonly DeskField[]): string {
  const needed = fields.filter((field) => !(field.kind === "number" && field.optional));
  const optional = fields.filter((field) => field.kind === "number" && field.optional);
  const own = fields !== deskFields;
  return layout({
    footer,
    path: "/batch",
    title: "Batch",
    lead: "Send a file of customers and get it back with probability, risk, value and action for each.",
    script: "batch",
    body: html`<form id="batch" class="app-result" novalidate>
<div class="app-field"><label for="file">File of customers</label><input id="file" name="file" type="file" accept=".csv,.json,.ndjson,.jsonl,text/csv,application/json" required data-most="${batchLimit}" aria-describedby="file-hint file-error"><span class="app-hint" id="file-hint">CSV, or JSON (a list, or a customer a line); up to ${shownBytes(batchLimit)}</span><span class="app-error" id="file-error"></span></div>
<div class="app-row"><button type="submit">Analyze Customers</button></div>
</form>
<div id="progress" class="app-progress" hidden><label for="bar" id="progress-words" aria-live="polite">Sending …</label><progress id="bar" max="1" value="0"></progress><button type="button" id="cancel">Stop</button></div>
<section id="result" aria-live="polite"></section>
<details><summary>Which columns the file needs</summary>
<p>A header with these names${own ? "; a cell may be empty where it is not known" : ", or with the names that churn-bigml uses"}:</p>
<p><code>${needed.map((field) => field.key).join(", ")}</code></p>
<p>${optional.length > 0 && html`These may be left out, but make the answers much better: <code>${optional.map((field) => field.key).join(", ")}</code>. `}A column <code>customer_id</code> (or its like, as <code>customerID</code>) names the customers, so that outcomes find them.</p>
</details>`,
  });
}
