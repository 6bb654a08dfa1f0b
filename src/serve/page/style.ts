import { pageStyle } from "../../report/style";

/** The style of the app: the reports' own, and what forms need beside it. */
export const appStyle: string = `${pageStyle}
.app-bar { display: flex; flex-wrap: wrap; align-items: baseline; gap: .4rem 2rem; padding: 1.1rem 0; border-bottom: 1px solid var(--tl-line); }
.app-name { font-weight: 680; letter-spacing: -.01em; color: var(--tl-ink); text-decoration: none; font-size: 1.1rem; }
.app-tabs { display: flex; flex-wrap: wrap; gap: .2rem 1.3rem; margin: 0; padding: 0; list-style: none; }
.app-tabs li { margin: 0; }
.app-tabs a { display: block; padding: .35rem 0; color: var(--tl-faint); text-decoration: none; border-bottom: 2px solid transparent; }
.app-tabs a:hover { color: var(--tl-ink); }
.app-tabs a[aria-current] { color: var(--tl-ink); border-color: var(--tl-accent); font-weight: 600; }
.app-main { padding: 2.2rem 0 4rem; max-width: 66rem; }
.app-main > h1 { font-size: clamp(1.5rem, 1.2rem + 1.4vw, 2.1rem); }
.app-lead { max-width: 60ch; color: var(--tl-faint); margin-top: .6rem; }
.app-split { display: grid; grid-template-columns: minmax(0, 1fr); gap: 2.5rem 4rem; margin-top: 2rem; }
@media (min-width: 960px) { .app-split { grid-template-columns: minmax(0, 1.2fr) minmax(0, 1fr); align-items: start; } .app-side { position: sticky; top: 2rem; } }
fieldset { border: 0; margin: 0 0 1.6rem; padding: 0; min-width: 0; }
legend { font-weight: 640; padding: 0; margin-bottom: .7rem; }
.app-fields { display: grid; grid-template-columns: repeat(auto-fill, minmax(11.5rem, 1fr)); gap: 1rem 1.4rem; }
.app-field label, .app-field .app-label { display: block; font-size: .9rem; margin-bottom: .25rem; }
.app-hint { display: block; font-size: .78rem; color: var(--tl-faint); }
input, select, textarea, button { font: inherit; color: inherit; }
input:not([type=checkbox], [type=radio], [type=range]), select { width: 100%; padding: .5rem .65rem; background: var(--tl-paper); border: 1px solid var(--tl-faint); border-radius: 5px; min-height: 2.7rem; }
input[aria-invalid=true], select[aria-invalid=true] { border-color: var(--tl-bad); }
.app-error { display: block; color: var(--tl-bad); font-size: .84rem; margin-top: .2rem; }
.app-error:empty { display: none; }
.app-row { display: flex; flex-wrap: wrap; gap: .8rem; align-items: center; margin-top: 1.4rem; }
button, .app-button { display: inline-block; padding: .6rem 1.2rem; border-radius: 5px; border: 1px solid var(--tl-accent); background: var(--tl-paper); color: var(--tl-accent); cursor: pointer; min-height: 2.7rem; text-decoration: none; }
button[type=submit], .app-first { background: var(--tl-accent); color: var(--tl-paper); font-weight: 600; }
button.app-second { background: var(--tl-paper); color: var(--tl-accent); font-weight: 400; }
button:disabled { opacity: .55; cursor: default; }
.app-result { border-top: 2px solid var(--tl-accent); padding-top: 1rem; }
.app-result:empty { border: 0; }
.app-figure { font-size: 2.6rem; line-height: 1.1; font-weight: 660; letter-spacing: -.02em; font-variant-numeric: tabular-nums; margin: .2rem 0 0; }
.app-meter { position: relative; height: .9rem; background: var(--tl-grid); border-radius: 99px; margin: .8rem 0 .3rem; }
.app-meter span { position: absolute; inset: 0 auto 0 0; background: var(--tl-1); border-radius: 99px; }
.app-meter.app-High span { background: var(--tl-2); } .app-meter.app-Medium span { background: var(--tl-5); }
.app-meter i { position: absolute; top: -.25rem; bottom: -.25rem; width: 2px; background: var(--tl-ink); opacity: .55; }
.app-scale { position: relative; height: 1.3rem; font-size: .78rem; color: var(--tl-faint); }
.app-scale span { position: absolute; white-space: nowrap; } .app-scale span:first-child { left: 0; } .app-scale span:last-child { right: 0; }
.app-action { font-size: 1.15rem; font-weight: 600; margin: 1.2rem 0 .2rem; }
.app-facts { display: grid; grid-template-columns: auto 1fr; gap: .3rem 1.2rem; margin: 1rem 0; font-variant-numeric: tabular-nums; }
.app-facts dt { color: var(--tl-faint); } .app-facts dd { margin: 0; }
.app-part { display: inline-block; height: .7rem; border-radius: 2px; margin-right: .5rem; min-width: 2px; vertical-align: baseline; }
.app-real { background: var(--tl-faint); } .app-made { background: var(--tl-1); }
.app-raises { background: var(--tl-2); } .app-lowers { background: var(--tl-1); }
.app-heading { font-size: 1.05rem; margin: 1.4rem 0 .3rem; }
.app-wide { grid-column: span 2; min-width: 0; }
@media (max-width: 480px) { .app-wide { grid-column: auto; } }
.app-main .tl-table { max-height: none; } .app-main .tl-table th { overflow-wrap: normal; white-space: nowrap; } .app-main .tl-table tbody th { white-space: normal; font-weight: 600; }
.app-main .tl-table table { width: auto; } .app-main .tl-table td { overflow-wrap: anywhere; } .app-main .tl-table td.tl-num { overflow-wrap: normal; }
@media (max-width: 480px) {
  .app-main .tl-table { overflow: visible; background: none; }
  .app-main .tl-table table, .app-main .tl-table tbody, .app-main .tl-table tr, .app-main .tl-table td { display: block; width: auto; }
  .app-main .tl-table caption { display: block; text-align: left; }
  .app-main .tl-table thead { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
  .app-main .tl-table tr { padding: .5rem 0; border-bottom: 1px solid var(--tl-line); }
  .app-main .tl-table td { display: flex; flex-wrap: wrap; justify-content: space-between; gap: 0 1rem; border: 0; padding: .12rem 0; text-align: right; white-space: normal; max-width: none; }
  .app-main .tl-table td::before { content: attr(data-label); color: var(--tl-faint); text-align: left; }
}
.app-reports { list-style: none; margin: 2rem 0 0; padding: 0; display: grid; gap: 2.2rem; }
.app-reports li { margin: 0; padding-top: 1.1rem; border-top: 1px solid var(--tl-line); }
.app-reports h2 { margin: 0 0 .4rem; font-size: 1.2rem; }
.app-reports p { margin: .2rem 0; max-width: 66ch; }
.app-reports .app-figures { margin: .9rem 0 .6rem; } .app-reports .app-figures dt + dd { font-size: 1.25rem; }
.app-losses { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 20rem), 1fr)); gap: 1.4rem 2rem; margin: 1.4rem 0 2rem; max-width: 60rem; }
.app-losses figure { margin: 0; min-width: 0; max-width: 30rem; } .app-losses figcaption { font-size: .9rem; margin-bottom: .3rem; } .app-losses svg { width: 100%; height: auto; display: block; overflow: visible; }
.app-losses text { font-size: 11px; fill: var(--tl-faint); font-variant-numeric: tabular-nums; } .app-losses .app-grid { stroke: var(--tl-grid); } .app-losses polyline { fill: none; stroke: var(--tl-1); stroke-width: 1.8; stroke-linejoin: round; } .app-losses .app-interval { stroke: var(--tl-1); stroke-width: 1.6; } .app-losses .app-point { fill: var(--tl-1); }
dialog { border: 1px solid var(--tl-line); border-radius: 8px; background: var(--tl-paper); color: var(--tl-ink); padding: 1.4rem 1.6rem; max-width: min(28rem, calc(100vw - 2rem)); }
dialog::backdrop { background: rgb(0 0 0 / .45); } dialog h2 { margin: 0 0 .6rem; font-size: 1.15rem; }
.app-empty { color: var(--tl-faint); max-width: 46ch; }
.app-problem { background: var(--tl-bad-surface); color: var(--tl-bad); padding: .8rem 1rem; border-radius: 5px; }
form + form { margin-top: 2rem; }
#comparison td, #history td { overflow-wrap: anywhere; }
.app-foot { border-top: 1px solid var(--tl-line); padding: .8rem 0 1.6rem; overflow-wrap: anywhere; }
.app-note { font-size: .86rem; color: var(--tl-faint); }
.app-progress { display: grid; gap: .5rem; justify-items: start; max-width: 40rem; margin-top: 1.4rem; }
.app-progress[hidden] { display: none; }
.app-figures { display: flex; flex-wrap: wrap; gap: 1rem 2.4rem; margin: .8rem 0 1.4rem; }
.app-figures dt { color: var(--tl-faint); font-size: .9rem; } .app-figures dd { margin: 0; } .app-figures dt + dd { font-size: 1.7rem; font-weight: 640; letter-spacing: -.01em; font-variant-numeric: tabular-nums; }
progress { width: 100%; height: .9rem; accent-color: var(--tl-accent); }
`;
