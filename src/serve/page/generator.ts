import { type Html, html } from "../../report/html";
import { type Method, netMethods, privateMethods } from "../../synthesis/method-names";
import { layout } from "./layout";
import { shownBytes } from "./shown-bytes";

/** What one calls each method on a page, in the order of the list: the GAN first, which the page trains by default. */
const methodTitles: Readonly<Record<Method, string>> = {
  gan: "GAN (quantile bins, discovered rules)",
  sequential: "Sequential (the most faithful, and fast)",
  vae: "VAE (quantile bins, discovered rules)",
  copula: "Copula (margins and correlations)",
  trees: "Trees (very faithful, near to training rows)",
  aim: "AIM (differentially private, with a proven ε)",
  mst: "MST (differentially private, with a proven ε)",
  ctgan: "CTGAN (as published)",
  tvae: "TVAE (as published)",
  vanilla: "Plain GAN (for comparison)",
};
const listed = Object.keys(methodTitles) as Method[];
const open = listed.filter((one) => !privateMethods.includes(one));

/** A field of the form that only some methods use; it is hidden while another is chosen. */
function option(methods: readonly Method[], field: Html): Html {
  return html`<div class="app-field" data-methods="${methods.join(" ")}">${field}</div>`;
}

/** Which data a generator learns from. */
export function configPage(footer: string, uploadLimit: number): string {
  return layout({
    footer,
    path: "/config",
    title: "Model Config",
    lead: "Choose the customers that a generator learns from. The file is checked before anything is trained.",
    script: "config",
    body: html`<form id="config" class="app-result" novalidate>
<div class="app-field"><label for="path">Path of the training data, inside the server's data folder</label><input id="path" name="path" list="files" placeholder="data/master" maxlength="500" required autocomplete="off" aria-describedby="path-hint path-error"><span class="app-hint" id="path-hint">Looking for CSV files …</span><span class="app-error" id="path-error"></span><datalist id="files"></datalist></div>
<div class="app-row"><button type="submit">Check</button><button type="button" id="use" class="app-first">Use this Data Path</button></div>
</form>
<form id="upload" novalidate>
<div class="app-field"><label for="file">Or send a CSV file to the data folder</label><input id="file" name="file" type="file" accept=".csv,text/csv" data-most="${uploadLimit}" aria-describedby="file-hint file-error"><span class="app-hint" id="file-hint">CSV with a header, up to ${shownBytes(uploadLimit)}; a file of the same name is not replaced</span><span class="app-error" id="file-error"></span></div>
<div class="app-row"><button type="submit" class="app-second">Send File</button></div>
</form>
<section id="result" aria-live="polite"><p class="app-empty">What the file holds appears here: rows, columns, and what is wrong with it.</p></section>`,
  });
}

/** Training, with its progress. */
export function trainingPage(footer: string): string {
  return layout({
    footer,
    path: "/training",
    title: "Model Training",
    lead: "Train a generator on the data path you chose. Training goes on if you close this page, and one runs at a time.",
    script: "training",
    body: html`<form id="training" class="app-result" novalidate>
<p>Data path: <strong id="data">none chosen yet</strong> <a href="config">Change</a></p>
<div class="app-fields">
<div class="app-field app-wide"><label for="method">Method</label><select id="method" name="method">${listed.map((one) => html`<option value="${one}">${methodTitles[one]}</option>`)}</select></div>
${option(netMethods, html`<label for="epochs">Epochs</label><input id="epochs" name="epochs" type="number" min="1" max="10000" step="1" value="60" required aria-describedby="epochs-hint epochs-error"><span class="app-hint" id="epochs-hint">1 to 10000</span><span class="app-error" id="epochs-error"></span>`)}
${option(privateMethods, html`<label for="epsilon">ε, the privacy budget</label><input id="epsilon" name="epsilon" type="number" min="0.001" max="1000" step="any" value="1" required aria-describedby="epsilon-hint epsilon-error"><span class="app-hint" id="epsilon-hint">0.001 to 1000; less is more private</span><span class="app-error" id="epsilon-error"></span>`)}
${option(open, html`<label for="seed">Seed</label><input id="seed" name="seed" value="1" maxlength="100" required aria-describedby="seed-hint seed-error"><span class="app-hint" id="seed-hint">The same seed gives the same model</span><span class="app-error" id="seed-error"></span>`)}
${option(open, html`<label for="held_out">Held out, %</label><input id="held_out" name="held_out" type="number" min="0" max="50" step="1" value="20" required aria-describedby="held_out-hint held_out-error"><span class="app-hint" id="held_out-hint">0 to 50; customers it does not see, for privacy to be measured</span><span class="app-error" id="held_out-error"></span>`)}
<div class="app-field"><label for="name">Name</label><input id="name" name="name" value="self-trained" maxlength="100" required aria-describedby="name-error"><span class="app-error" id="name-error"></span></div>
</div>
<div class="app-row"><button type="submit">Train GAN Model</button><button type="button" id="stop" disabled>Stop</button></div>
</form>
<section aria-label="Progress"><div id="status" aria-live="polite"><p class="app-empty">Nothing is being trained.</p></div><progress id="bar" max="1" value="0" hidden aria-label="Training"></progress><div id="chart" class="app-losses"></div></section>
<h2>Trainings</h2><div id="jobs"><p class="app-empty">There were none yet.</p></div>`,
  });
}

/** Rows from a generator. */
export function generationPage(footer: string): string {
  return layout({
    footer,
    path: "/generation",
    title: "Data Generation",
    lead: "Draw synthetic customers from a generator, all of whom satisfy the conditions you set.",
    script: "generation",
    body: html`<form id="generation" class="app-result" novalidate>
<div class="app-fields">
<div class="app-field"><label for="rows">Number of samples</label><input id="rows" name="rows" type="number" min="1" max="10000000" step="1" value="1000" required aria-describedby="rows-hint rows-error"><span class="app-hint" id="rows-hint">1 to 10000000</span><span class="app-error" id="rows-error"></span></div>
<div class="app-field app-wide"><label for="model">Generator</label><select id="model" name="model" required aria-describedby="model-hint model-error"></select><span class="app-hint" id="model-hint"></span><span class="app-error" id="model-error"></span></div>
<div class="app-field"><label for="seed">Seed</label><input id="seed" name="seed" value="1" maxlength="100" required aria-describedby="seed-error"><span class="app-error" id="seed-error"></span></div>
<div class="app-field app-wide"><label for="where">Conditions</label><input id="where" name="where" placeholder="Contract=Two year, tenure>=12" maxlength="2000" aria-describedby="where-hint where-error"><span class="app-hint" id="where-hint">Column=Value, Column&gt;=Number or Column&lt;=Number, with commas between</span><span class="app-error" id="where-error"></span></div>
</div>
<div class="app-row"><button type="submit">Generate Fake Data</button><button type="button" id="download" disabled>Download Data</button><button type="button" id="compare" disabled>Compare with the Real</button></div>
</form>
<section id="result" aria-live="polite"><p class="app-empty">The first rows appear here.</p></section>
<section id="comparison" aria-live="polite"></section>`,
  });
}
