import { html } from "../../report/html";
import { layout } from "./layout";

/** The models there are, which of them answers, and since when and why. */
export function modelsPage(footer: string): string {
  return layout({
    footer,
    path: "/registry",
    title: "Models",
    lead: "The models that can answer, what is known of each, and which one answers now. Compare two, promote one, or go back.",
    script: "models",
    body: html`<section id="serving" aria-live="polite"><p class="app-empty">Looking for the models …</p></section>
<form id="promote" class="app-result" novalidate>
<div class="app-fields">
<div class="app-field"><label for="model">Model</label><select id="model" name="model"></select></div>
<div class="app-field"><label for="other">Compared with</label><select id="other" name="other"></select></div>
<div class="app-field app-wide"><label for="reason">Reason for promoting it</label><input id="reason" name="reason" maxlength="500" required aria-describedby="reason-error"><span class="app-error" id="reason-error"></span></div>
</div>
<div class="app-row"><button type="submit">Promote</button><button type="button" id="rollback">Roll Back</button></div>
</form>
<section id="result" aria-live="polite"></section>
<section id="comparison" aria-live="polite"></section>
<h2>Who promoted what, and why</h2><div id="history"><p class="app-empty">Nothing was promoted yet: the model trained at the start answers.</p></div>`,
  });
}
