import { createHash } from "node:crypto";
import { count } from "../core/format";
import { comparisonTables } from "./comparison";
import { figureText, intervalText } from "./figure-text";
import type { DataSource, Figure } from "./figures";
import { type Html, html, raw } from "./html";
import type { Heading } from "./markdown";
import { sealBlock, sealPlace, sealScript } from "./seal";
import { pageStyle } from "./style";

/** What stands at the head of a report and of its entry on the start page. */
export interface Summary {
  readonly title: string;
  /** The finding in a sentence; left out when absent. */
  readonly finding?: string;
  readonly figures: readonly Figure[];
  readonly sources: readonly DataSource[];
  readonly seeds: readonly (number | string)[];
  /** What nets were computed on. */
  readonly nets?: string;
  /** When the figures were made, as a reader's date: "21 November 2026". */
  readonly date: string;
  /** Why the report is not complete, when its run failed. */
  readonly failure?: string;
}

export interface ReportContent extends Summary {
  /** The notebook's file, for the line above the title. */
  readonly name: string;
  readonly body: Html;
  /** Left out, the headings of the second level that the body holds. */
  readonly contents?: readonly Heading[];
  /** What the provenance block says besides the data: label and text. */
  readonly facts: readonly (readonly [string, string])[];
  /** Which run wrote it, as the files of that run say it. */
  readonly run?: { readonly origin: string; readonly status: string };
  /** Whether scripts in outputs may run, because the reader vouches for the notebook. */
  readonly trusted?: boolean;
  /** What the notebook holds and the page does not, in words. */
  readonly omitted?: readonly string[];
  /** What is sealed into the page beside what it shows. */
  readonly seal?: unknown;
  /** Scripts of this package's own that stand at the page's end; no others run unless `trusted`. */
  readonly scripts?: readonly string[];
}

/** At most this many figures stand on the first screen. */
const mostKeys = 5;
// On the start page, where a report is one of several.
const mostIndexKeys = 3;
/** Of what is left out, at most this many lines stand at the head. */
const mostOmitted = 50;

/** Today as reports have it: 29 November 2026. */
export function today(): string {
  return new Date().toLocaleDateString("en-GB", { day: "numeric", month: "long", year: "numeric" });
}

/** The whole page of a report: one file that needs nothing else. */
export function reportPage(content: ReportContent): string {
  const { name, title, body, contents = headingsOf(body) } = content;
  const main = html`
<div class="tl-page tl-body${contents.length > 1 ? "" : " tl-alone"}">
${contents.length > 1 ? toc(contents) : null}
<main class="tl-main" id="content">
${body}
${provenance(content)}
</main>
</div>`;
  const head = html`<p class="tl-kicker">telelink report · ${name}</p>`;
  // The page's check reads it before any other script changes it; where outputs bring scripts, nothing can be read.
  const scripts = content.seal === undefined || content.trusted ? [] : [sealScript()];
  return document(title, html`${header(content, head)}${main}`, {
    ...content,
    scripts: [...scripts, ...(content.scripts ?? [])],
  });
}

export interface Entry extends Summary {
  /** The report's file beside the start page. */
  readonly href: string;
  /** The moment of its run, ISO 8601. */
  readonly made: string;
  /** Its figures as JSON. */
  readonly json: string;
  /** The page of a later run that failed. */
  readonly failedHref?: string;
}

/** The start page: every report with its finding and key figures. */
export function indexPage(entries: readonly Entry[], facts: readonly string[]): string {
  const items = entries.map(
    (entry) => html`
<li><h2><a href="${entry.href}">${entry.title}</a> ${badges(entry)}</h2>
${entry.failure ? html`<p class="tl-failure">The last run failed: <a href="${entry.failedHref ?? entry.href}">${entry.failure}</a></p>` : null}
${entry.finding ? html`<p class="tl-finding">${entry.finding}</p>` : null}
${keyFigures(entry.figures, mostIndexKeys)}
<p class="tl-meta">${metaLine(entry, false)} · <a href="${entry.json}">figures as JSON<span class="tl-sr"> of ${entry.title}</span></a></p></li>`,
  );
  const simulated = entries.some((entry) => entry.sources.some((source) => source.simulated));
  const band = simulated
    ? html`<div class="tl-band" role="note"><p><strong>Simulated data.</strong> Reports marked so stand, in whole or in part, on customers made up by the built-in simulator; each names its data. There the figures show how the methods behave, not what real customers do.</p></div>`
    : null;
  const list =
    items.length > 0
      ? html`<ol class="tl-reports">${items}</ol>${comparisonTables(entries)}`
      : html`<p>There is no report yet. Put a notebook into <code>notebooks/</code> and run <code>telelink reproduce</code>.</p>`;
  return document(
    "Reports",
    html`<header>${band}<div class="tl-head"><div class="tl-page"><p class="tl-kicker">telelink</p><h1>Reports</h1>${entries.length > 0 ? html`<p class="tl-finding">${overview(entries)}</p>` : null}</div></div></header>
<div class="tl-page"><main class="tl-main" id="content">${list}</main><footer>${facts.join(" · ")}</footer></div>`,
  );
}

/** "3 reports, the last made on 21 November 2026. One stands on simulated data." */
function overview(entries: readonly Entry[]): string {
  const count = (n: number, one: string, many: string): string => (n === 1 ? `One ${one}` : `${n} ${many}`);
  const last = entries.reduce((a, b) => (a.made > b.made ? a : b)).date;
  const simulated = entries.filter((entry) => entry.sources.some((source) => source.simulated)).length;
  const failed = entries.filter((entry) => entry.failure).length;
  return [
    `${count(entries.length, "report", "reports")}, the last made on ${last}.`,
    simulated > 0 ? `${count(simulated, "stands", "stand")} on simulated data.` : "",
    failed > 0 ? `${count(failed, "failed", "failed")} when run last.` : "",
  ]
    .filter((text) => text !== "")
    .join(" ");
}

/** What a page may do: nothing but its own styles and embedded pictures, and the scripts that it is given, by hash. */
function policyOf(scripts: readonly string[], trusted: boolean): string {
  const hashes = scripts.map((text) => `'sha256-${createHash("sha256").update(text).digest("base64")}'`);
  // A hash beside 'unsafe-inline' would switch that off.
  const allowed = trusted ? "'unsafe-inline' 'unsafe-eval'" : hashes.join(" ");
  const rules =
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'";
  return allowed === "" ? rules : `${rules}; script-src ${allowed}`;
}

function document(
  title: string,
  content: Html,
  { trusted = false, scripts = [], run, seal }: Partial<ReportContent> = {},
): string {
  const policy = policyOf(scripts, trusted);
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="generator" content="telelink">
${run ? `<meta name="telelink-run" content='${JSON.stringify({ origin: run.origin, status: run.status })}'>\n` : ""}<link rel="icon" href="data:,">
<title>${html`${title}`}</title>
<style>${pageStyle}</style>
</head>
<body>
<a class="tl-skip" href="#content">Skip to the content</a>
${content}
${seal === undefined ? "" : sealBlock(seal)}${scripts.map((text) => `<script>${text}</script>\n`).join("")}</body>
</html>
`;
}

function bands(content: Summary): (Html | null)[] {
  const simulated = content.sources.filter((source) => source.simulated);
  const real = content.sources.filter((source) => !source.simulated);
  return [
    content.failure
      ? html`<div class="tl-band tl-failed" role="note"><p><strong>This report is not complete.</strong> ${content.failure}</p></div>`
      : null,
    simulated.length > 0
      ? html`<div class="tl-band" role="note"><p><strong>Simulated data${real.length > 0 ? " in part" : ""}.</strong> ${real.length > 0 ? `Real: ${real.map((source) => source.name).join(", ")}. Made up by the built-in simulator: ${simulated.map((source) => source.name).join(", ")}. Figures of the latter` : `The customers in this report are made up by the built-in simulator (${simulated.map((source) => source.name).join(", ")}). The figures`} show how the methods behave, not what real customers do, and can't be compared with published ones.</p></div>`
      : null,
  ];
}

/** What is not on the page, said where it begins. */
function omissions(omitted: readonly string[]): Html | null {
  if (omitted.length === 0) return null;
  const count = omitted.length === 1 ? "One thing is" : `${omitted.length} things are`;
  const shown = omitted.slice(0, mostOmitted).map((text) => html`<li>${text}</li>`);
  const rest = omitted.length - shown.length;
  return html`<details class="tl-omitted tl-varies"><summary>${count} in the notebook and not on this page</summary><ul>${shown}${rest > 0 ? html`<li>and ${rest} more</li>` : null}</ul></details>`;
}

function header(content: Summary & Pick<ReportContent, "omitted">, above: Html): Html {
  return html`<header>${bands(content)}<div class="tl-head"><div class="tl-page">${above}<h1>${content.title}</h1>
${content.finding ? html`<p class="tl-finding">${content.finding}</p>` : null}
${keyFigures(content.figures)}
<p class="tl-meta">${metaLine(content)}</p>${omissions(content.omitted ?? [])}</div></div></header>`;
}

function badges(content: Summary): Html {
  const simulated = content.sources.some((source) => source.simulated);
  return html`${simulated ? html`<span class="tl-badge">simulated data</span>` : null}
${content.failure ? html`<span class="tl-badge tl-failed">last run failed</span>` : null}`;
}

/** The figures marked as key, at most so many of them. */
function keyFigures(figures: readonly Figure[], most = mostKeys): Html | null {
  const keys = figures.filter((figure) => figure.key).slice(0, most);
  if (keys.length === 0) return null;
  // What all intervals are is said once.
  const kinds = new Set(keys.map((key) => key.interval ?? ""));
  const [kind = ""] = kinds;
  const shared = kinds.size === 1 && kind !== "" && keys.length > 1;
  const items = keys.map((key) => {
    const range = intervalText(shared ? { ...key, interval: undefined } : key);
    const more = [range, referenceText(key)].filter((text) => text !== "").join("; ");
    return html`<div class="tl-key"><dt>${key.label}</dt><dd>${figureText(key)}</dd>${more ? html`<dd>${more}</dd>` : null}</div>`;
  });
  const note = shared ? html`<p class="tl-note">Intervals: ${kind}.</p>` : null;
  return html`<dl class="tl-keys">${items}</dl>${note}`;
}

function referenceText(figure: Figure): string {
  return figure.reference ? `${figure.reference.source}: ${figureText(figure, figure.reference.value)}` : "";
}

function metaLine(content: Summary, hashes = true): string {
  const data = content.sources.map((source) => {
    const kind = source.simulated ? "simulated, " : "";
    const hash = hashes && source.sha256 !== "" ? `, SHA-256 ${source.sha256.slice(0, 8)}…` : "";
    return `${source.name} (${kind}${count(source.rows)} rows${hash})`;
  });
  const seeds = seedText(content.seeds);
  return [
    data.length > 0 ? `Data: ${data.join(", ")}` : "Data: none stated",
    seeds === "" ? "" : seeds,
    content.date,
  ]
    .filter((part) => part !== "")
    .join(" · ");
}

/** "seed 42", "seeds 1 to 20", "seeds 1, 5, 9". */
export function seedText(seeds: readonly (number | string)[]): string {
  if (seeds.length === 0) return "";
  if (seeds.length === 1) return `seed ${seeds[0]}`;
  const numbers = seeds.filter((seed): seed is number => typeof seed === "number").sort((a, b) => a - b);
  const inRow = numbers.length === seeds.length && numbers.every((number, i) => number === numbers[0] + i);
  return inRow && seeds.length > 2
    ? `seeds ${numbers[0]} to ${numbers[numbers.length - 1]}`
    : `seeds ${seeds.join(", ")}`;
}

function headingsOf({ text }: Html): Heading[] {
  const found = text.matchAll(/<h2 id="([^"]+)">([^<&]*)<\/h2>/g);
  return Array.from(found, ([, id, text]) => ({ level: 2, id, text }));
}

function toc(contents: readonly Heading[]): Html {
  const top = Math.min(...contents.map((content) => content.level));
  const item = (heading: Heading): Html =>
    html`<li${raw(heading.level > top ? ' class="tl-sub"' : "")}><a href="#${heading.id}">${heading.text}</a></li>`;
  const shown = contents.filter((content) => content.level <= top + 1);
  return html`<nav class="tl-toc tl-toc-wide" data-part="contents" aria-label="Contents"><ol>${shown.map(item)}</ol></nav>
<nav class="tl-toc tl-toc-small" data-part="contents" aria-label="Contents"><details><summary>Contents</summary><ol>${shown.map(item)}</ol></details></nav>`;
}

function provenance(content: ReportContent): Html {
  const { sources, seeds, nets, facts } = content;
  const rows = sources.map(
    (
      source,
    ) => html`<tr><th scope="row">${source.url ? html`<a href="${source.url}">${source.name}</a>` : source.name}</th>
<td>${source.simulated ? "simulated" : "real"}</td><td class="tl-num">${count(source.rows)}</td><td class="tl-hash">${source.sha256}</td><td>${source.licence ?? "–"}</td></tr>`,
  );
  const table =
    rows.length > 0
      ? html`<div class="tl-table" tabindex="0" role="group" aria-label="Data sets"><table><caption>Data</caption><thead><tr><th scope="col">Data set</th><th scope="col">Kind</th><th scope="col" class="tl-num">Rows</th><th scope="col">SHA-256</th><th scope="col">Licence</th></tr></thead><tbody>${rows}</tbody></table></div>`
      : html`<p>The notebook names no data set.</p>`;
  const all: (readonly [string, string])[] = [
    ...(seeds.length > 0 ? [["Seeds", seeds.join(", ")] as const] : []),
    ...(nets === undefined ? [] : [["Nets computed on", nets] as const]),
    ...facts,
  ];
  return html`<section class="tl-provenance" data-part="where this comes from" aria-labelledby="provenance"><h2 id="provenance">Where this comes from</h2>
${table}
<div class="tl-table" tabindex="0" role="group" aria-label="Run"><table><caption>Run</caption><tbody>${all.map(
    ([label, text]) => html`<tr><th scope="row">${label}</th><td>${text}</td></tr>`,
  )}</tbody></table></div>${content.seal === undefined ? null : html`<p class="tl-note" id="${sealPlace}">Sealed when it was made: <code>telelink verify ${content.name.replace(/\.ipynb$/, ".html")}</code> runs the code that stands here and compares every number; <code>--static</code> only tells whether the page was edited. </p>`}</section>`;
}
