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

/** The groups of a model's own fields: what is chosen, then what is counted. */
const ownGroups: typeof groups = [
  { title: "Choices", holds: (field) => field.kind !== "number" && field.kind !== "words" },
  { title: "Dates and words", holds: (field) => field.kind === "words" },
  { title: "Numbers", holds: (field) => field.kind === "number" },
];

/** Examples of the reference's customers, or of a model's own: the one that its training rows were like. */
function exampleRow(fields: readonly DeskField[]): Html {
  const own =
    fields === deskFields
      ? html`<option value="calm">A content customer</option><option value="upset">Many calls to customer service</option><option value="abroad">International plan, few calls abroad</option><option value="heavy">Very high daytime use</option>`
      : html`<option value="usual">The usual customer, as the model learned it</option>`;
  return html`<p class="app-row"><label for="example">Load an example</label>
<select id="example"><option value="">Choose …</option>${own}</select></p>`;
}

/** The customer's form, made from the fields of the model that answers. */
export function analyzePage(footer: string, settings: Settings, fields: readonly DeskField[]): string {
  const fieldsets = (fields === deskFields ? groups : ownGroups)
    .filter((group) => fields.some(group.holds))
    .map(
      (group) =>
        html`<fieldset><legend>${group.title}</legend><div class="app-fields">${fields.filter(group.holds).map(fieldOf)}</div></fieldset>`,
    );
  return layout({
    footer,
    path: "/",
    title: "Analyze Customer",
    lead: "Enter what is known of a customer: how likely they leave, what they are worth, and what to do.",
    script: "analyze",
    body: html`<div class="app-split">
<form id="customer" novalidate>
${exampleRow(fields)}
${fieldsets}
<div class="app-row"><button type="submit">Analyze Customer</button><button type="reset">Clear</button></div>
</form>
<section class="app-side" aria-label="Result">
<div id="result" class="app-result" tabindex="-1" aria-live="polite" data-high="${settings.riskHigh}" data-medium="${settings.riskMedium}" data-currency="${settings.currency}"><p class="app-empty">The answer appears here: probability of leaving, risk, value, and the recommended action. Fill in the form, or load an example.</p></div>
</section>
</div>`,
  });
}

/** A name that an element may have, whatever the column is called. */
function idOf(key: string): string {
  return /^[\w-]+$/.test(key) ? key : `f-${Buffer.from(key).toString("hex")}`;
}

function fieldOf(field: DeskField): Html {
  const id = idOf(field.key);
  const unknown = field.kind !== "yes-no" && field.unknown === true;
  const error = html`<span class="app-error" id="${id}-error"></span>`;
  if (field.kind === "number") {
    const seen = field.seen ? `${field.seen[0]} to ${field.seen[1]} in training` : "a number";
    const range = field.high >= 1e12 ? seen : `${field.low} to ${field.high}`;
    const hint = `${field.unit ? `${field.unit}, ` : ""}${range}${unknown ? "; empty where not known" : ""}`;
    const step = field.step === 0 || unknown ? "any" : field.step;
    return html`<div class="app-field"><label for="${id}">${field.label}</label><input id="${id}" name="${field.key}" type="number" inputmode="decimal" min="${field.low}" max="${field.high}" step="${step}" placeholder="${field.example}" data-usual="${field.example}" aria-describedby="${id}-hint ${id}-error"${unknown && html` data-unknown="1"`}${!field.optional && !unknown && html` required`}><span class="app-hint" id="${id}-hint">${hint}</span>${error}</div>`;
  }
  if (field.kind === "words")
    return html`<div class="app-field"><label for="${id}">${field.label}</label><input id="${id}" name="${field.key}" type="text" placeholder="${field.example}" data-usual="${field.example}" aria-describedby="${id}-hint ${id}-error" data-unknown="1"><span class="app-hint" id="${id}-hint">${field.type === "date" ? `such as ${field.example}; ` : ""}empty where not known</span>${error}</div>`;
  const choices =
    field.kind === "choice"
      ? field.choices.map((choice) => html`<option>${choice}</option>`)
      : ["No", "Yes"].map((text) => html`<option>${text}</option>`);
  return html`<div class="app-field"><label for="${id}">${field.label}</label><select id="${id}" name="${field.key}" data-usual="${String(field.example)}" aria-describedby="${id}-error"${unknown ? html` data-unknown="1"` : html` required`}><option value="">${unknown ? "Not known" : "Choose …"}</option>${choices}</select>${error}</div>`;
}
