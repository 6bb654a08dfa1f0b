import { duration } from "../../core/format";
import { explorerAttribute, explorerScript } from "../../report/charts/explorer";
import { specClass } from "../../report/charts/vega";
import { formulaState } from "../../report/formulas";
import { highlight } from "../../report/highlight";
import { html, raw } from "../../report/html";
import { type Heading, markdown, plainSlug } from "../../report/markdown";
import { reportPage, type Summary } from "../../report/page";
import { sealPage } from "../../report/seal";
import { sortAttribute, sortScript } from "../../report/sort-table";
import { languageOf } from "../language";
import { type Cell, type Notebook, sorted, tagged } from "../nbformat";
import { widgetStates } from "../run/widgets";
import { fitParts, type Part } from "./page-size";
import { collectFigures, collectProvenance } from "./payloads";
import { picturesOf } from "./pictures";
import { type RunMetadata, runOf } from "./run-metadata";
import { type Showing, showOutput, showRaw } from "./show-output";
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
  const models = widgetStates(notebook.metadata.widgets);
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
      const how: Showing = { cell: i, taken, trusted, interactive, formulas, models, omitted };
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
    const body = linked(shown.map((part) => part.html).join("\n"), contents);
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
  const known = new Set(headings.map((heading) => heading.id));
  const byWords = new Map(headings.map((heading) => [plainSlug(heading.id), heading.id]));
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
  const { widgets: ____, ...kept } = notebook.metadata;
  const { run, ...telelink } = (notebook.metadata.telelink ?? {}) as { run?: RunMetadata };
  const { sha256: ___, ...about } = run ?? {};
  const metadata = run ? { ...kept, telelink: { ...telelink, run: about } } : kept;
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
    ...(new RegExp(`<table[^>]* ${sortAttribute}`).test(body) ? [sortScript()] : []),
    ...(body.includes(`class="${specClass}"`) ? [vegaScript()] : []),
  ];
}

const titleLine = /^\s*# +(.+?) *#* *(\n|$)/;

function titleCell(notebook: Notebook): number {
  return notebook.cells.findIndex((cell) => cell.cell_type === "markdown" && titleLine.test(cell.source));
}

function takeTitle(notebook: Notebook): string | undefined {
  return notebook.cells[titleCell(notebook)]?.source
    .match(titleLine)?.[1]
    .replace(/<\/?[a-z][^>]*>|[*_`]/gi, "")
    .replace(/\$([^$]+)\$/g, "$1");
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
