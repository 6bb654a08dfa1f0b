import { count } from "../../core/format";
import { ansiToHtml } from "../../report/ansi";
import { explorerAttribute } from "../../report/charts/explorer";
import { plotlyChart, plotlyMime } from "../../report/charts/plotly";
import { isVega, undrawn, vegaFigure } from "../../report/charts/vega";
import { figuresMime, provenanceMime } from "../../report/figures";
import { type FormulaState, mathml } from "../../report/formulas";
import { escapeHtml } from "../../report/html";
import { markdown } from "../../report/markdown";
import { sanitize, uniqueIds } from "../../report/sanitize";
import { sortAttribute } from "../../report/sort-table";
import type { Cell, DataOutput, Fields, Output } from "../nbformat";
import { withTables } from "./foreign-tables";
import { widgetView, widgetViewMime } from "./widget-view";

/** How outputs of a cell are shown. */
export interface Showing {
  readonly cell: number;
  readonly taken: Set<string>;
  readonly trusted: boolean;
  readonly interactive: boolean;
  readonly formulas: FormulaState;
  /** The states of widgets by id. */
  readonly models?: Fields;
  /** What is not shown, in words. */
  readonly omitted: string[];
}

/** An output as HTML; empty where there is nothing to see. */
export async function showOutput(output: Output, how: Showing): Promise<string> {
  if (output.output_type === "stream") {
    if (output.text.trim() === "") return "";
    return text(output.text, `tl-stream${output.name === "stderr" ? " tl-stderr" : ""}`, how);
  }
  if (output.output_type === "error") {
    const trace = output.traceback.length > 0 ? text(output.traceback.join("\n"), "", how) : "";
    return `<div class="tl-error"><p>${escapeHtml(output.ename)}: ${escapeHtml(output.evalue)}</p>${trace}</div>`;
  }
  const { data } = output;
  if (figuresMime in data || provenanceMime in data) return "";
  const shown = (await showChart(data, how)) ?? showData(output, how);
  return shown === "" ? "" : uniqueIds(shown, how.taken);
}

/** A chart of Vega, or what of one of Plotly can be drawn, as a figure; undefined for other data. */
async function showChart(data: DataOutput["data"], how: Showing): Promise<string | undefined> {
  const mime = Object.keys(data).find((one) => isVega(one) || one === plotlyMime);
  // What Plotly brings along answers the mouse, where its scripts may run.
  if (mime === undefined || (mime === plotlyMime && how.trusted && "text/html" in data)) return undefined;
  const { interactive, cell, omitted } = how;
  const options = { interactive, fallbackTitle: `Chart of cell ${cell + 1}` };
  try {
    const given = data[mime];
    const spec = (typeof given === "string" ? JSON.parse(given) : given) as Record<string, unknown>;
    if (mime !== plotlyMime) return await vegaFigure(mime, spec, options);
    const chart = plotlyChart(spec);
    const note = `A still picture of a Plotly chart${chart.left.length > 0 ? `; not drawn: ${chart.left.join(", ")}` : ""}.`;
    const drawn = await vegaFigure("application/vnd.vegalite.v6+json", chart.spec, { ...options, note });
    omitted.push(`cell ${cell + 1}: ${note.charAt(0).toLowerCase()}${note.slice(1, -1)}`);
    return drawn;
  } catch (error) {
    const { message } = error as Error;
    // What only says where a program stumbled tells a reader nothing.
    const reason = /\bundefined\b/.test(message)
      ? "its specification is not one that Vega understands"
      : message;
    omitted.push(`cell ${cell + 1}: a chart that can't be drawn: ${reason}`);
    return undrawn(reason);
  }
}

/** The richest form that a page can hold; a word where it can hold none. */
function showData(output: DataOutput, how: Showing): string {
  const { cell, trusted, formulas, omitted } = how;
  const { data } = output;
  const widget = widgetViewMime in data ? widgetView(data[widgetViewMime], how.models ?? {}) : undefined;
  if (widget !== undefined) {
    omitted.push(`cell ${cell + 1}: a widget stands as it was at the end of the run, and does not answer`);
    return widget;
  }
  const of = (mime: string): string | undefined => {
    const value = data[mime];
    return typeof value === "string" ? value : undefined;
  };
  const markup = (of("text/html") ?? of("image/svg+xml"))?.replace(
    /^\s*<\?xml[^>]*>\s*(<!DOCTYPE[^>]*>)?/i,
    "",
  );
  if (markup !== undefined && trusted) return markup;
  const clean = markup === undefined ? "" : sanitize(withInlineStyles(markup));
  // Where nothing but scripts was there, another form may say something.
  const scripted = markup !== undefined && /<(script|iframe|canvas|video|audio|object|embed)\b/i.test(markup);
  if (hasContent(clean)) {
    // The scripts of explorers and of tables that can be sorted stand in the page itself.
    if (scripted && !clean.includes(explorerAttribute) && !clean.includes(sortAttribute))
      omitted.push(`cell ${cell + 1}: what an output shows by scripts, frames or sound`);
    return withTables(clean);
  }
  const picture = showPicture(output, cell);
  if (picture !== undefined) return picture;
  const formula = of("text/latex");
  if (formula !== undefined) return mathml(formula.replace(/^\s*\$+|\$+\s*$/g, ""), true, formulas);
  const prose = of("text/markdown");
  const omit = (what: string): void => {
    omitted.push(`cell ${cell + 1}: ${what}`);
  };
  if (prose !== undefined) return markdown(prose, { taken: new Set(), omit, formulas }).html;
  const kinds = Object.keys(data).filter((mime) => mime !== "text/plain");
  // A form that only a script could show, with a few words that stand for it.
  const unseen = kinds.filter((mime) => !/^(application\/json|text\/.*)$/.test(mime));
  if (scripted || unseen.length > 0) {
    const what = scripted
      ? "an output that needs scripts, frames or sound"
      : `an output of ${unseen.join(", ")}`;
    omit(`${what} is not drawn`);
    const said = `<p class="tl-cut">${escapeHtml(`${what.replace(/^an/, "An")} is not drawn here.`)}</p>`;
    const plain = of("text/plain") ?? "";
    // An object's address says nothing, and is another in the next run.
    return said + (plain === "" || nameless.test(plain) ? "" : text(plain, "tl-stream", how));
  }
  const plain = of("text/plain");
  const json = data["application/json"];
  if (plain !== undefined && (json === undefined || !nameless.test(plain)))
    return text(plain, "tl-stream", how);
  return json === undefined ? "" : text(JSON.stringify(json, undefined, 2), "tl-stream", how);
}

/** What Python writes of an object that has no words of its own. */
const nameless = /^<[\w.]+ (object|at 0x[\da-f]+|object at 0x[\da-f]+)>$/;

/** A raw cell: HTML as HTML, a text of no format as it stands; what is for other formats is not for this one. */
export function showRaw(cell: Cell, index: number, taken: Set<string>, omitted: string[]): string {
  const format = cell.metadata.format ?? cell.metadata.raw_mimetype ?? "";
  if (format === "text/html" || format === "html") return uniqueIds(sanitize(cell.source), taken);
  if (format === "") return text(cell.source, "tl-stream", { cell: index, omitted });
  omitted.push(`cell ${index + 1}: raw text for ${String(format)}`);
  return "";
}

function hasContent(markup: string): boolean {
  return /<(img|svg|hr|meter|progress)\b/i.test(markup) || markup.replace(/<[^>]*>/g, "").trim() !== "";
}

/** The rules of a style sheet that name elements by id, as pandas' Styler writes them, put into these elements. */
function withInlineStyles(markup: string): string {
  const rules = new Map<string, string>();
  for (const [, sheet] of markup.matchAll(/<style\b[^>]*>([\s\S]*?)<\/style>/gi))
    for (const [, selectors, declarations] of sheet.matchAll(/([^{}]+)\{([^{}]*)\}/g))
      for (const selector of selectors.split(","))
        if (/^\s*#[\w-]+\s*$/.test(selector)) {
          const id = selector.trim().slice(1);
          rules.set(
            id,
            `${rules.get(id) ?? ""}${declarations.trim().replace(/\s+/g, " ").replaceAll('"', "'")};`,
          );
        }
  if (rules.size === 0) return markup;
  return markup.replace(/\bid="([\w-]+)"/g, (whole, id: string) =>
    rules.has(id) ? `${whole} style="${rules.get(id)}"` : whole,
  );
}

function showPicture({ data, metadata }: DataOutput, cell: number): string | undefined {
  for (const mime of ["image/png", "image/jpeg", "image/gif", "image/webp"]) {
    const picture = data[mime];
    if (typeof picture !== "string") continue;
    const about = (metadata[mime] ?? metadata) as { width?: unknown; height?: unknown; alt?: unknown };
    const plain = String(data["text/plain"] ?? "");
    // "<Figure size 640x480 with 1 Axes>" says nothing to a reader.
    const words =
      typeof about.alt === "string" && about.alt !== "" ? about.alt : /^<.*>$/.test(plain) ? "" : plain;
    const sizes = (["width", "height"] as const)
      .filter((one) => Number(about[one]) > 0)
      .map((one) => ` ${one}="${Math.round(Number(about[one]))}"`);
    const alt = escapeHtml(words || `Picture from cell ${cell + 1}`);
    return `<img src="data:${mime};base64,${picture.replace(/\s/g, "")}" alt="${alt}"${sizes.join("")}>`;
  }
  return undefined;
}

// A page is for reading: of a longer text its beginning and end are shown. The notebook file holds all of it.
const headLines = 150;
const tailLines = 30;
const longestLine = 2000;

function text(content: string, style: string, { cell, omitted }: Pick<Showing, "cell" | "omitted">): string {
  const omit = (what: string): void => {
    omitted.push(`cell ${cell + 1}: ${what}`);
  };
  const block = (part: string): string => {
    const lines = part.split("\n").map((line) => {
      if (line.length <= longestLine) return line;
      const more = `${count(line.length - longestLine)} more characters of a line`;
      omit(more);
      return `${line.slice(0, longestLine)} … (${more} are in the notebook file)`;
    });
    return `<pre tabindex="0"${style ? ` class="${style}"` : ""}>${ansiToHtml(lines.join("\n").replaceAll("\r", ""))}</pre>`;
  };
  const whole = content.replace(/\r?\n$/, "");
  let lines = 1;
  let head = whole.length;
  for (let at = whole.indexOf("\n"); at >= 0; at = whole.indexOf("\n", at + 1))
    if (lines++ === headLines) head = at;
  const cut = lines - headLines - tailLines;
  if (cut <= 0) return block(whole);
  let tail = whole.length;
  for (let i = 0; i < tailLines; i++) tail = whole.lastIndexOf("\n", tail - 1);
  omit(`${count(cut)} more lines of text`);
  const note = `<p class="tl-cut">${count(cut)} more lines are in the notebook file.</p>`;
  return `${block(whole.slice(0, head))}${note}${block(whole.slice(tail + 1))}`;
}
