import { inspect } from "node:util";
import type { Display } from "tslab";
import type { VegaSpec } from "../../report/charts/draw-vega";
import { vegaFigure } from "../../report/charts/vega";
import { escapeHtml, untypeset } from "../../report/html";
import { asTable } from "./as-table";
import { tableHtml } from "./table-html";

/** What a notebook's kernel lets this package reach; the stock tslab has it too. */
interface Cells {
  require(id: "tslab"): { readonly display: Display; newDisplay(): Display };
}

function tslab(): ReturnType<Cells["require"]> {
  const { __tslab__ } = globalThis as { __tslab__?: Cells };
  if (!__tslab__) throw new RangeError("Cannot show the value: it must be called in a notebook under tslab");
  return __tslab__.require("tslab");
}

/**
 * Shows a value in the cell's output: tables (ours, polars, Arrow, Arquero, arrays of objects or of arrays) and matrices
 * as an HTML table, Vega-Lite and Vega specifications as a chart, models as a card, anything else as text. Await it, so
 * that charts stand where they were asked for. `title` names a table, or a
 * chart that has no title of its own.
 * @throws RangeError outside notebooks.
 */
export async function show(value: unknown, title?: string): Promise<void> {
  const { display } = tslab();
  const spec = specOf(value);
  if (spec) {
    const mime = spec.lite ? "application/vnd.vegalite.v6+json" : "application/vnd.vega.v6+json";
    // Drawn into the page and not as a picture, so that its text has the theme's colours.
    display.html(await vegaFigure(mime, spec.spec, { fallbackTitle: title ?? "Chart" }));
    return;
  }
  const table = asTable(value);
  if (table) display.html(tableHtml(table, title));
  else if (isModel(value)) display.html(modelHtml(value));
  else display.text(typeof value === "string" ? value : inspect(value));
}

/** Shows how far a work is, and takes each later state in the same place: `const at = showProgress("Training")`. */
export function showProgress(label: string): (done: number, of: number) => void {
  const place = tslab().newDisplay();
  const draw = (done: number, of: number): void => {
    const text = `${escapeHtml(label)}: ${done} of ${of}`;
    place.html(
      `<p class="${untypeset}"><label>${text} <progress value="${done}" max="${of}">${text}</progress></label></p>`,
    );
  };
  return draw;
}

function specOf(value: unknown): { readonly spec: VegaSpec; readonly lite: boolean } | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  const own = value as { toSpec?: () => unknown; toJSON?: () => unknown };
  const spec = (typeof own.toSpec === "function" ? own.toSpec() : value) as Record<string, unknown>;
  const schema = String(spec.$schema ?? "");
  if (/\/vega-lite\//.test(schema)) return { spec, lite: true };
  if (/\/vega\//.test(schema)) return { spec, lite: false };
  const drawn = ["layer", "hconcat", "vconcat", "concat", "facet"].some((key) => key in spec);
  return ("mark" in spec && "encoding" in spec) || (drawn && "data" in spec)
    ? { spec, lite: true }
    : undefined;
}

interface Card {
  readonly kind: string;
  toJSON(): Record<string, unknown>;
}

function isModel(value: unknown): value is Card {
  const { kind, toJSON } = (value ?? {}) as Partial<Card>;
  return typeof kind === "string" && typeof toJSON === "function";
}

/** The card of a model: what it is, and what its file says in single values. */
function modelHtml(model: Card): string {
  const facts = Object.entries(model.toJSON()).filter(
    ([name, one]) => name !== "kind" && ["string", "number", "boolean"].includes(typeof one),
  );
  const rows = facts.map(
    ([name, one]) => `<tr><th scope="row">${escapeHtml(name)}</th><td>${escapeHtml(String(one))}</td></tr>`,
  );
  return `<div class="tl-table ${untypeset}"><table><caption>Model: ${escapeHtml(model.kind)}</caption><tbody>${rows.join("")}</tbody></table></div>`;
}
