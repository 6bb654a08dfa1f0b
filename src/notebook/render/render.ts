import { count, duration } from "../../core/format";
import { ansiToHtml } from "../../report/ansi";
import { explorerAttribute, explorerScript } from "../../report/charts/explorer";
import { plotlyChart, plotlyMime } from "../../report/charts/plotly";
import { isVega, specClass, undrawn, vegaFigure } from "../../report/charts/vega";
import { figuresMime, provenanceMime } from "../../report/figures";
import { type FormulaState, formulaState, mathml } from "../../report/formulas";
import { highlight } from "../../report/highlight";
import { escapeHtml, html, raw } from "../../report/html";
import { type Heading, markdown, plainSlug } from "../../report/markdown";
import { reportPage, type Summary } from "../../report/page";
import { sanitize, uniqueIds } from "../../report/sanitize";
import { sealPage } from "../../report/seal";
import { languageOf } from "../language";
import { type Cell, type DataOutput, type Notebook, type Output, sorted, tagged } from "../nbformat";
import { fitParts, type Part } from "./page-size";
import { collectFigures, collectProvenance } from "./payloads";
import { picturesOf } from "./pictures";
import { type RunMetadata, runOf } from "./run-metadata";
import { variesTag } from "./varies";
import { vegaScript } from "./vega-script";

export interface RenderOptions {
  /** The notebook's file, as readers know it. */
  readonly name: string;
  /** The notebook's folder, in which the pictures of its texts lie; without it they are left out, and said to be. */
  readonly folder?: string;
  /** The bytes that the page may take; 1 MB by default. */
  readonly maxBytes?: number;
  /** When the figures were made. */
  readonly date: string;
  /** Further lines of the provenance block: label and text. */
  readonly facts?: readonly (readonly [string, string])[];
  /** Why the run is not complete. */
  readonly failure?: string;
  /** What is not on the page for reasons that lie before it, in words. */
  readonly leftOut?: readonly string[];
  /** How long each cell took, by its place; not shown when absent. */
  readonly milliseconds?: ReadonlyMap<number, number>;
  /** Leaves outputs as they are and lets their scripts run; for notebooks whose data and code one vouches for. */
  readonly trusted?: boolean;
  /** Lets Vega charts answer the mouse, as those of cells tagged `interactive` do: adds 0.54 MB. Off by default. */
  readonly interactive?: boolean;
}

/** What is sealed into a page: all that it takes to make it anew from another run. */
export interface Sealed {
  readonly summary: Summary;
  readonly options: Omit<RenderOptions, "milliseconds"> & {
    readonly milliseconds?: readonly (readonly [cell: number, milliseconds: number])[];
  };
  /** The notebook as it was run, without outputs and attachments. */
  readonly notebook: Notebook;
}

export interface Report {
  readonly html: string;
  /** What the notebook holds and the page does not, in words. */
  readonly omitted: readonly string[];
  readonly summary: Summary;
}

/**
 * An executed notebook as a page of its own, of at most 1 MB, and what stands at its head. Outputs that would make it
 * larger are named in the page and left to the notebook's file.
 */
export async function renderNotebook(notebook: Notebook, options: RenderOptions): Promise<Report> {
  const { name, date, facts = [], failure, trusted = false } = options;
  const taken = new Set(["content", "provenance"]);
  const contents: Heading[] = [];
  const title = takeTitle(notebook) ?? name.replace(/\.ipynb$/, "");
  const language = languageOf(notebook);
  const parts: Part[] = [];
  const omitted: string[] = [...(options.leftOut ?? [])];
  const formulas = formulaState();
  // The code of cells that show nothing is folded together with that of the next cell.
  let folded: number[] = [];
  const fold = (): void => {
    if (folded.length > 0)
      parts.push({ kind: "code", html: codeBlock(notebook, folded, language, options.milliseconds) });
    folded = [];
  };
  for (const [i, cell] of notebook.cells.entries()) {
    if (tagged(cell, "remove-cell") || cell.source.trim() === "") continue;
    if (cell.cell_type === "markdown") {
      fold();
      const source = i === titleCell(notebook) ? cell.source.replace(titleLine, "") : cell.source;
      const omit = (what: string): void => {
        omitted.push(`cell ${i + 1}: ${what}`);
      };
      const picture = picturesOf(cell, options.folder);
      const text = markdown(source, { taken, picture, omit, formulas });
      contents.push(...text.headings);
      if (text.html.trim() !== "")
        parts.push({
          kind: "text",
          html: `<div class="tl-text" data-part="text of cell ${i + 1}">${text.html}</div>`,
        });
    } else if (cell.cell_type === "raw") {
      fold();
      const shown = showRaw(cell, i, taken, omitted);
      if (shown !== "")
        parts.push({
          kind: "text",
          html: `<div class="tl-text" data-part="text of cell ${i + 1}">${shown}</div>`,
        });
    } else {
      if (!tagged(cell, "remove-input")) folded.push(i);
      const outputs = tagged(cell, "remove-output") ? [] : (cell.outputs ?? []);
      const interactive = options.interactive || tagged(cell, "interactive");
      const how: Showing = { cell: i, taken, trusted, interactive, formulas, omitted };
      const shown: string[] = [];
      for (const one of outputs) shown.push(await showOutput(one, how));
      const seen = shown.filter((one) => one !== "");
      if (seen.length === 0) continue;
      fold();
      parts.push(
        ...seen.map((one, j): Part => {
          const part = `output ${j + 1} of cell ${i + 1}`;
          const varies = tagged(cell, variesTag) ? " tl-varies" : "";
          return { kind: "output", html: `<div class="tl-output${varies}" data-part="${part}">${one}</div>` };
        }),
      );
    }
  }
  fold();
  const { finding, figures } = collectFigures(notebook);
  const provenance = collectProvenance(notebook);
  const summary: Summary = { title, finding, figures, ...provenance, date, failure };
  contents.push({ level: 2, id: "provenance", text: "Where this comes from" });
  const { milliseconds, folder: _, ...rest } = options;
  const seal: Sealed = {
    summary,
    options: { ...rest, ...(milliseconds && { milliseconds: [...milliseconds] }) },
    notebook: withoutOutputs(notebook),
  };
  let cutParts: readonly string[] = [];
  const page = (shown: readonly Part[], cut: readonly string[] = []): string => {
    cutParts = cut;
    const body = linked(shown.map((one) => one.html).join("\n"), contents);
    const scripts = scriptsFor(body);
    return reportPage({
      ...summary,
      name,
      run: runOf(notebook),
      body: raw(body),
      contents,
      facts,
      trusted,
      scripts,
      seal,
      omitted: [...omitted, ...cut],
    });
  };
  const html = sealPage(await fitParts(parts, page, options.maxBytes));
  return { summary, html, omitted: [...omitted, ...cutParts] };
}

/** The body with links to headings made to find them, however the notebook writes them. */
function linked(body: string, headings: readonly Heading[]): string {
  const known = new Set(headings.map((one) => one.id));
  const byWords = new Map(headings.map((one) => [plainSlug(one.id), one.id]));
  return inOrder(body).replace(
    /(<a href="#)([^"]+)(")/g,
    (whole, start: string, given: string, end: string) => {
      let id = given;
      try {
        id = decodeURIComponent(given);
      } catch {
        // As it stands.
      }
      if (known.has(id)) return `${start}${id}${end}`;
      const meant = byWords.get(plainSlug(id));
      return meant === undefined ? whole : `${start}${meant}${end}`;
    },
  );
}

/** The notebook's cells as they are run: without outputs, counts and attachments. */
export function withoutOutputs(notebook: Notebook): Notebook {
  const cells = notebook.cells.map(({ attachments: _, ...cell }): Cell => {
    const { execution: __, ...metadata } = cell.metadata;
    return cell.cell_type === "code"
      ? { ...cell, metadata, execution_count: null, outputs: [] }
      : { ...cell, metadata };
  });
  const { run, ...telelink } = (notebook.metadata.telelink ?? {}) as { run?: RunMetadata };
  const { sha256: ___, ...about } = run ?? {};
  const metadata = run ? { ...notebook.metadata, telelink: { ...telelink, run: about } } : notebook.metadata;
  // As in a file, so that a notebook read back is the same.
  return sorted({ ...notebook, metadata, cells }) as Notebook;
}

/** The body with headings that leave out no level: those who listen to a page go from one to the next. */
function inOrder(body: string): string {
  let level = 1;
  return body.replace(/<(\/?)h([1-6])\b/g, (_, close: string, given: string) => {
    if (close === "") level = Math.min(Number(given), level + 1);
    return `<${close}h${level}`;
  });
}

/** The scripts that the figures of a page need, each once. */
function scriptsFor(body: string): string[] {
  return [
    ...(body.includes(`${explorerAttribute}="`) ? [explorerScript()] : []),
    ...(body.includes(`class="${specClass}"`) ? [vegaScript()] : []),
  ];
}

const titleLine = /^\s*# +(.+?) *#* *(\n|$)/;

function titleCell(notebook: Notebook): number {
  return notebook.cells.findIndex((cell) => cell.cell_type === "markdown" && titleLine.test(cell.source));
}

function takeTitle(notebook: Notebook): string | undefined {
  return notebook.cells[titleCell(notebook)]?.source.match(titleLine)?.[1].replace(/[*_`]/g, "");
}

/** The code of some cells, folded away, with the time they took. */
function codeBlock(
  notebook: Notebook,
  cells: readonly number[],
  language: string,
  milliseconds: RenderOptions["milliseconds"],
): string {
  const counts = cells.map((i) => notebook.cells[i].execution_count).filter((one) => typeof one === "number");
  const [first] = counts;
  const last = counts[counts.length - 1];
  const label = first === undefined ? "Code" : first === last ? `Code ${first}` : `Code ${first} to ${last}`;
  const spent = cells.map((i) => milliseconds?.get(i)).filter((one) => one !== undefined);
  const took = spent.length > 0 ? ` · ${duration(spent.reduce((a, b) => a + b, 0))}` : "";
  const code = cells.map((i) => {
    const marked = raw(highlight(notebook.cells[i].source, language));
    return html`<pre tabindex="0"><code>${marked}</code></pre>`;
  });
  const part = `code of cell ${cells.map((i) => i + 1).join(", ")}`;
  return html`<details class="tl-code" data-part="${part}"><summary>${label}${took}</summary>${code}</details>`
    .text;
}

/** How outputs of a cell are shown. */
interface Showing {
  readonly cell: number;
  readonly taken: Set<string>;
  readonly trusted: boolean;
  readonly interactive: boolean;
  readonly formulas: FormulaState;
  /** What is not shown, in words. */
  readonly omitted: string[];
}

async function showOutput(output: Output, how: Showing): Promise<string> {
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
  if (hasContent(clean)) return withTables(clean);
  const scripted = markup !== undefined && /<(script|iframe|canvas|video|audio|object|embed)\b/i.test(markup);
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
    const what = scripted ? "an output that needs scripts or frames" : `an output of ${unseen.join(", ")}`;
    omit(`${what} is not drawn`);
    const said = `<p class="tl-cut">${escapeHtml(`${what.replace(/^an/, "An")} is not drawn here.`)}</p>`;
    return said + (of("text/plain") ? text(of("text/plain") as string, "tl-stream", how) : "");
  }
  const plain = of("text/plain");
  if (plain !== undefined) return text(plain, "tl-stream", how);
  const json = data["application/json"];
  return json === undefined ? "" : text(JSON.stringify(json, undefined, 2), "tl-stream", how);
}

/** A raw cell: HTML as HTML, a text of no format as it stands; what is for other formats is not for this one. */
function showRaw(cell: Cell, index: number, taken: Set<string>, omitted: string[]): string {
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

/** Tables of others get what our own have: they scroll in themselves, and their numbers stand at the right. */
function withTables(markup: string): string {
  if (!/<table\b/i.test(markup) || markup.includes('class="tl-table"')) return markup;
  return markup
    .replace(/<table\b/gi, '<div class="tl-table" tabindex="0" role="group" aria-label="Table"><table')
    .replace(/<\/table>/gi, "</table></div>")
    .replace(/<th\b[^>]*>\s*<\/th>/gi, "<td></td>")
    .replace(/<(t[dh])>(?=\s*[-\u2212+]?[\d.,]*\d(?:e[-+]?\d+)?\s*%?\s*<\/t[dh]>)/gi, '<$1 class="tl-num">');
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
