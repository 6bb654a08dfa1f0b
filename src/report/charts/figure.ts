import { escapeHtml } from "../html";
import { config } from "./theme";

/** What stands around every chart. */
export interface FigureText {
  /** What the figure shows, as a sentence: "Moving the threshold does what SMOTE does". */
  readonly title: string;
  /** What a reader who cannot see it should know: axes, series, the main numbers. */
  readonly description: string;
  /** A line under the figure: how it was made, what the bands are. */
  readonly note?: string;
}

/** The numbers behind a figure: a header and rows of text. */
export interface FigureData {
  readonly header: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** Rows beyond this are thinned out in the data table under a figure, and the table says so. */
const mostRows = 60;

/**
 * A self-contained HTML figure from a Vega-Lite specification: an SVG with title and description whose colours follow
 * the page, and its data as a table that unfolds.
 */
export async function figure(
  spec: Record<string, unknown>,
  text: FigureText,
  data: FigureData,
): Promise<string> {
  const svg = tidySvg(await drawSvg(spec));
  const id = `tl-${hash(text.title + svg)}`;
  const label = `<title id="${id}-t">${escapeHtml(text.title)}</title><desc id="${id}-d">${escapeHtml(text.description)}</desc>`;
  const named = svg
    .replace(/<svg [^>]*?width="([\d.]+)" height="([\d.]+)"[^>]*>/, (_, width: string, height: string) => {
      const size = `viewBox="0 0 ${width} ${height}" width="${width}" height="${height}"`;
      return `<svg xmlns="http://www.w3.org/2000/svg" ${size} role="img" aria-labelledby="${id}-t ${id}-d">${label}`;
    })
    .replaceAll("local-", `${id}-`);
  const note = text.note ? `<p class="tl-note">${escapeHtml(text.note)}</p>` : "";
  return (
    `<figure class="tl-figure"><figcaption>${escapeHtml(text.title)}</figcaption>` +
    `<div class="tl-chart" tabindex="0" role="group" aria-label="${escapeHtml(text.title)}">${named}</div>${note}${dataOf(data)}</figure>`
  );
}

/** Leaves out what is not drawn, and what would make the same chart differ from run to run or read out mark by mark. */
function tidySvg(svg: string): string {
  const ids = [...svg.matchAll(/ id="([^"]+)"/g)].map((match) => match[1]);
  let out = svg;
  ids.forEach((id, i) => {
    out = out.replaceAll(` id="${id}"`, ` id="local-${i}"`).replaceAll(`url(#${id})`, `url(#local-${i})`);
  });
  return out
    .replace(/<path d=""[^>]*\/>/g, "")
    .replace(/<path d="M0,0h0v0h0Z"\/>/g, "")
    .replace(/ (aria-[a-z]+|pointer-events|class)="[^"]*"/g, "")
    .replace(/ role="graphics-[a-z]*"/g, "")
    .replace(/ opacity="1"/g, "")
    .replace(/(\d+\.\d{2})\d+/g, "$1");
}

/** The same text gives the same id, so that a rerun writes the same bytes. */
function hash(text: string): string {
  let out = 2166136261;
  for (let i = 0; i < text.length; i++) out = Math.imul(out ^ text.charCodeAt(i), 16777619);
  return (out >>> 0).toString(36);
}

function dataOf(data: FigureData): string {
  const step = Math.ceil(data.rows.length / mostRows);
  const rows = data.rows.filter((_, i) => i % step === 0 || i === data.rows.length - 1);
  const thinned = step > 1 ? `<p class="tl-note">Every ${step}th of ${data.rows.length} rows.</p>` : "";
  const head = data.header.map((cell) => `<th scope="col">${escapeHtml(cell)}</th>`).join("");
  const body = rows
    .map((row) => `<tr>${row.map((cell) => `<td>${escapeHtml(cell)}</td>`).join("")}</tr>`)
    .join("");
  return `<details class="tl-data"><summary>Data</summary>${thinned}<div class="tl-table" tabindex="0" role="group" aria-label="Data of the figure"><table><thead><tr>${head}</tr></thead><tbody>${body}</tbody></table></div></details>`;
}

/** Draws the specification without a browser. Vega comes as ES modules only, hence the dynamic import. */
async function drawSvg(spec: Record<string, unknown>): Promise<string> {
  const [vega, lite] = await Promise.all([import("vega"), import("vega-lite")]);
  const full = { ...spec, config, autosize: { type: "pad" } } as unknown as Parameters<
    typeof lite.compile
  >[0];
  const view = new vega.View(vega.parse(lite.compile(full).spec), { renderer: "none" });
  try {
    return await view.toSVG();
  } finally {
    view.finalize();
  }
}
