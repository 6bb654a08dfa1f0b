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
<h2>Challenger</h2>
<section id="challenger" aria-live="polite"><p class="app-empty">No model is tried out beside the one that answers.</p></section>
<form id="challenge" novalidate>
<div class="app-fields">
<div class="app-field"><label for="rival">Model to try out</label><select id="rival" name="model"></select></div>
<div class="app-field"><label for="mode">How</label><select id="mode" name="mode"><option value="shadow">In shadow</option><option value="share">By share</option></select><span class="app-hint">In shadow it is asked and answers nobody; by share it answers some</span></div>
<div class="app-field" id="share-field" hidden><label for="share">Share of customers, %</label><input id="share" name="share" type="number" min="0.1" max="99.9" step="any" value="10" required aria-describedby="share-hint share-error"><span class="app-hint" id="share-hint">0.1 to 99.9</span><span class="app-error" id="share-error"></span></div>
<div class="app-field app-wide"><label for="why">Reason</label><input id="why" name="why" maxlength="500"></div>
</div>
<div class="app-row"><button type="submit" class="app-second">Try It Out</button><button type="button" id="end" disabled>End the Trial</button></div>
</form>
<section id="trial" aria-live="polite"></section>
<h2>Who promoted what, and why</h2><div id="history"><p class="app-empty">Looking …</p></div>`,
  });
}
