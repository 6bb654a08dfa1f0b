import { escapeHtml, untypeset } from "../html";
import { type Drawn, drawVega, type VegaSpec } from "./draw-vega";
import { drawNarrow } from "./narrow";
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
 * the page, a second one for screens as narrow as a phone's, and its data as a table that unfolds. `draw` makes the
 * specification for either.
 */
export async function figure(
  draw: (narrow: boolean) => VegaSpec,
  text: FigureText,
  data: FigureData,
): Promise<string> {
  const drawn = await drawVega({ ...draw(false), config, autosize: { type: "pad" } }, true);
  return frame(drawn, await drawNarrow(drawn, draw(true), config), text, data);
}

/** The figure around an SVG of Vega's, and around the one that takes its place on a narrow screen. */
export function frame(drawn: Drawn, narrow: Drawn | undefined, text: FigureText, data: FigureData): string {
  const { svg } = drawn;
  const id = `tl-${hash(text.title + svg)}`;
  const label = `<title id="${id}-t">${escapeHtml(text.title)}</title><desc id="${id}-d">${escapeHtml(text.description)}</desc>`;
  const named = `role="img" aria-labelledby="${id}-t ${id}-d"`;
  const wide = within(svg, `${narrow ? 'class="tl-wide" ' : ""}${named}`, id, label);
  // Where no style of ours is, as in JupyterLab, the wide one alone is seen.
  const other = narrow && within(narrow.svg, `class="tl-narrow" style="display:none" ${named}`, `${id}-n`);
  const note = text.note ? `<p class="tl-note">${escapeHtml(text.note)}</p>` : "";
  return (
    `<figure class="tl-figure ${untypeset}"><figcaption>${escapeHtml(text.title)}</figcaption>` +
    `<div class="tl-chart" tabindex="0" role="group" aria-label="${escapeHtml(text.title)}">${wide}${other ?? ""}</div>${note}${dataOf(data)}</figure>`
  );
}

/** The SVG with these attributes, and with ids of its own. */
function within(svg: string, attributes: string, id: string, label = ""): string {
  return svg
    .replace(/<svg [^>]*?width="([\d.]+)" height="([\d.]+)"[^>]*>/, (_, width: string, height: string) => {
      const size = `viewBox="0 0 ${width} ${height}" width="${width}" height="${height}"`;
      return `<svg xmlns="http://www.w3.org/2000/svg" ${size} ${attributes}>${label}`;
    })
    .replaceAll("local-", `${id}-`);
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
  const thinned = step > 1 ? `<p class="tl-note">One row in ${step} of ${data.rows.length}.</p>` : "";
  const head = data.header.map((cell) => `<th scope="col">${escapeHtml(cell)}</th>`).join("");
  const body = rows
    .map((row) => `<tr>${row.map((cell) => `<td>${escapeHtml(cell)}</td>`).join("")}</tr>`)
    .join("");
  return `<details class="tl-data"><summary>Data</summary>${thinned}<div class="tl-table" tabindex="0" role="group" aria-label="Data of the figure"><table><thead><tr>${head}</tr></thead><tbody>${body}</tbody></table></div></details>`;
}
