import { html } from "../../report/html";
import { deskFields } from "../../studies/desk/columns";
import { layout } from "./layout";

/** The page for many customers at once. */
export function batchPage(bodyLimit: number): string {
  const needed = deskFields.filter((field) => !(field.kind === "number" && field.optional));
  const optional = deskFields.filter((field) => field.kind === "number" && field.optional);
  return layout({
    path: "/batch",
    title: "Batch",
    lead: "Send a CSV file of customers and get it back with probability, risk, value and action for each.",
    script: "batch",
    body: html`<form id="batch" class="app-result" novalidate>
<div class="app-field"><label for="file">CSV file, up to ${Math.floor(bodyLimit / 2 ** 20)} MB</label><input id="file" name="file" type="file" accept=".csv,text/csv" required aria-describedby="file-error"><span class="app-error" id="file-error"></span></div>
<div class="app-row"><button type="submit">Analyze Customers</button></div>
</form>
<div id="progress" hidden><label for="bar">Sending and predicting …</label><progress id="bar"></progress></div>
<section id="result" aria-live="polite"></section>
<details><summary>Which columns the file needs</summary>
<p>A header with these names, or with the names that churn-bigml uses:</p>
<p><code>${needed.map((field) => field.key).join(", ")}</code></p>
<p>These may be left out, but make the answers much better: <code>${optional.map((field) => field.key).join(", ")}</code>. A column <code>customer_id</code> comes back as it is.</p>
</details>`,
  });
}
