import { escapeHtml, untypeset } from "../html";
import { textWidth } from "./text-width";
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
export async function figure(spec: VegaSpec, text: FigureText, data: FigureData): Promise<string> {
  const drawn = await drawVega({ ...spec, config, autosize: { type: "pad" } }, true);
  return frame(drawn.svg, text, data);
}

/** The figure around an SVG of Vega's. */
export function frame(drawn: string, text: FigureText, data: FigureData): string {
  const svg = tidySvg(drawn);
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
    `<figure class="tl-figure ${untypeset}"><figcaption>${escapeHtml(text.title)}</figcaption>` +
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
  const thinned = step > 1 ? `<p class="tl-note">One row in ${step} of ${data.rows.length}.</p>` : "";
  const head = data.header.map((cell) => `<th scope="col">${escapeHtml(cell)}</th>`).join("");
  const body = rows
    .map((row) => `<tr>${row.map((cell) => `<td>${escapeHtml(cell)}</td>`).join("")}</tr>`)
    .join("");
  return `<details class="tl-data"><summary>Data</summary>${thinned}<div class="tl-table" tabindex="0" role="group" aria-label="Data of the figure"><table><thead><tr>${head}</tr></thead><tbody>${body}</tbody></table></div></details>`;
}

export type VegaSpec = Readonly<Record<string, unknown>>;

/** A specification that has been drawn. */
export interface Drawn {
  readonly svg: string;
  /** As Vega, which a page's script can run. */
  readonly compiled: VegaSpec;
  /** The rows of its first data set that has any. */
  readonly rows: readonly Readonly<Record<string, unknown>>[];
}

/** What Vega asks for the width of a text; replacing it is how Vega takes another measure. */
interface TextMetrics {
  width: (
    item: { readonly text?: unknown; readonly fontSize?: number; readonly fontWeight?: string | number },
    text?: unknown,
  ) => number;
}

/**
 * Draws a Vega-Lite or Vega specification without a browser. Nothing is loaded, neither from the network nor from files,
 * and its expressions are interpreted, not compiled: a specification is data, whoever wrote it.
 */
export async function drawVega(spec: VegaSpec, lite: boolean): Promise<Drawn> {
  // Vega comes as ES modules only, hence the dynamic imports.
  const [vega, { compile }, { expressionInterpreter }] = await Promise.all([
    import("vega"),
    import("vega-lite"),
    import("vega-interpreter"),
  ]);
  const { textMetrics } = vega as unknown as { textMetrics: TextMetrics };
  textMetrics.width = (item, text) => {
    const bold = item.fontWeight === "bold" || Number(item.fontWeight) >= 600;
    return textWidth(String(text ?? item.text ?? ""), item.fontSize ?? 11, bold);
  };
  const logger = vega.logger(vega.Error);
  const compiled = (lite ? compile(spec as never, { logger }).spec : spec) as VegaSpec;
  const failures: unknown[] = [];
  const refuse = async (address: string): Promise<never> => {
    // Vega itself would go on without the data.
    failures.push(new Error(`it asks for ${address}, and a report loads nothing`));
    throw failures[0];
  };
  const view = new vega.View(vega.parse(compiled as never, undefined, { ast: true } as never), {
    renderer: "none",
    expr: expressionInterpreter,
    loader: { load: refuse, sanitize: refuse, http: refuse, file: refuse },
    logger: { ...logger, error: (...about: unknown[]) => failures.push(...about) },
  } as never);
  try {
    const svg = await view.toSVG();
    if (failures.length > 0) throw failures[0];
    const names = ((compiled.data ?? []) as { name?: string }[]).map((one) => one.name ?? "");
    const sets = names.map((name) => view.data(name) as Drawn["rows"]);
    return { svg, compiled, rows: sets.find((rows) => rows.length > 0) ?? [] };
  } finally {
    view.finalize();
  }
}
