import { type Html, html } from "../../report/html";
import { type DeskField, deskFields } from "../../services/score/columns";
import type { Settings } from "../settings";
import { layout } from "./layout";

const groups: readonly { readonly title: string; readonly holds: (field: DeskField) => boolean }[] = [
  { title: "Contract", holds: (field) => ["account_length", "state", "area_code"].includes(field.key) },
  { title: "Plans", holds: (field) => /plan|vmail/.test(field.key) },
  { title: "Calls", holds: (field) => /calls$/.test(field.key) },
  {
    title: "Minutes, if you know them (they make the answer much better)",
    holds: (field) => /minutes$/.test(field.key),
  },
];

/** The customer's form. */
export function analyzePage(settings: Settings): string {
  const fieldsets = groups.map(
    (group) =>
      html`<fieldset><legend>${group.title}</legend><div class="app-fields">${deskFields.filter(group.holds).map(fieldOf)}</div></fieldset>`,
  );
  return layout({
    path: "/",
    title: "Analyze Customer",
    lead: "Enter what is known of a customer: how likely they leave, what they are worth, and what to do.",
    script: "analyze",
    body: html`<div class="app-split">
<form id="customer" novalidate>
<p class="app-row"><label for="example">Load an example</label>
<select id="example"><option value="">Choose …</option><option value="calm">A content customer</option><option value="upset">Many calls to customer service</option><option value="abroad">International plan, few calls abroad</option><option value="heavy">Very high daytime use</option></select></p>
${fieldsets}
<div class="app-row"><button type="submit">Analyze Customer</button><button type="reset">Clear</button></div>
</form>
<section class="app-side" aria-label="Result">
<div id="result" class="app-result" tabindex="-1" aria-live="polite" data-high="${settings.riskHigh}" data-medium="${settings.riskMedium}"><p class="app-empty">The answer appears here: probability of leaving, risk, value, and the recommended action. Fill in the form, or load an example.</p></div>
</section>
</div>`,
  });
}

function fieldOf(field: DeskField): Html {
  const error = html`<span class="app-error" id="${field.key}-error"></span>`;
  if (field.kind === "number") {
    const hint = `${field.unit ? `${field.unit}, ` : ""}${field.low} to ${field.high}`;
    return html`<div class="app-field"><label for="${field.key}">${field.label}</label><input id="${field.key}" name="${field.key}" type="number" inputmode="decimal" min="${field.low}" max="${field.high}" step="${field.step}" placeholder="${field.example}" aria-describedby="${field.key}-hint ${field.key}-error"${!field.optional && html` required`}><span class="app-hint" id="${field.key}-hint">${hint}</span>${error}</div>`;
  }
  const choices =
    field.kind === "choice"
      ? field.choices.map((one) => html`<option>${one}</option>`)
      : ["No", "Yes"].map((one) => html`<option>${one}</option>`);
  return html`<div class="app-field"><label for="${field.key}">${field.label}</label><select id="${field.key}" name="${field.key}" aria-describedby="${field.key}-error" required><option value="">Choose …</option>${choices}</select>${error}</div>`;
}
