import { count, decimal } from "../../core/format";
import { escapeHtml } from "../html";
import { drawVega, type VegaSpec } from "./draw-vega";
import { type FigureData, frame } from "./figure";
import { drawNarrow } from "./narrow";
import { config, narrowConfig } from "./theme";

/** Whether a MIME type is a Vega or Vega-Lite specification that can be drawn here. */
export function isVega(mime: string): boolean {
  return /^application\/vnd\.vega(lite\.v[3-6]|\.v[3-6])\+json$/.test(mime);
}

export interface VegaFigureOptions {
  /** Adds the specification for the page's script (notebook/vega-script.ts), which makes the chart answer the mouse. */
  readonly interactive?: boolean;
  /** The figure's title where the specification has none. */
  readonly fallbackTitle: string;
  /** A line under the figure. */
  readonly note?: string;
}

/** The class of the element that holds an interactive chart's compiled specification. */
export const specClass = "tl-spec";

/**
 * The figure of a specification that a cell put out: an SVG, its data as a table, and, if it is to be interactive, the
 * specification as inert JSON. Files and addresses that it names are never loaded.
 * @throws Error when it can't be drawn.
 */
export async function vegaFigure(mime: string, spec: VegaSpec, options: VegaFigureOptions): Promise<string> {
  const lite = mime.includes("vegalite");
  const own = spec.config as VegaSpec | undefined;
  // The title stands above the figure already.
  const full = { ...spec, title: undefined, ...(lite ? { config: { ...config, ...own } } : {}) };
  const drawn = await drawVega(full, lite);
  const title = textOf(spec.title) ?? options.fallbackTitle;
  const description = textOf(spec.description) ?? title;
  const narrow = await drawNarrow(drawn, full, { ...narrowConfig, ...own }, lite);
  const html = frame(drawn, narrow, { title, description, note: options.note }, tableOf(drawn.rows));
  if (!options.interactive) return html;
  const json = JSON.stringify(drawn.compiled).replaceAll("<", "\\u003c");
  const held = `<script type="application/json" class="${specClass}">${json}</script>`;
  return html.replace("</figure>", () => `${held}</figure>`);
}

function textOf(given: unknown): string | undefined {
  const text = typeof given === "object" && given !== null ? (given as { text?: unknown }).text : given;
  const joined = Array.isArray(text) ? text.join(" ") : text;
  return typeof joined === "string" && joined.trim() !== "" ? joined : undefined;
}

function tableOf(rows: readonly Readonly<Record<string, unknown>>[]): FigureData {
  const header = Object.keys(rows[0] ?? {}).filter((key) => !key.startsWith("_"));
  const cell = (value: unknown): string =>
    typeof value === "number"
      ? Number.isInteger(value)
        ? count(value)
        : decimal(value, 4)
      : value instanceof Date
        ? value.toISOString().slice(0, 10)
        : typeof value === "object"
          ? ""
          : String(value ?? "");
  return { header, rows: rows.map((row) => header.map((key) => cell(row[key]))) };
}

/** What stands in place of a chart that can't be drawn. */
export function undrawn(reason: string): string {
  return `<p class="tl-cut">This chart can't be drawn: ${escapeHtml(reason)}</p>`;
}
