import { check } from "../../core/checks";
import { decimal } from "../../core/format";
import { escapeHtml, untypeset } from "../html";
import type { FigureText } from "./figure";

/**
 * Customers alike, as one line of what the explorer computes with: how many, their chance of leaving, the money that an
 * offer is believed to save of one of them (effect × value), and the chance to take the offer.
 */
export type Group = readonly [customers: number, churn: number, gain: number, taken: number];

/** Where the sliders stand; threshold in percent, the others in money. */
export interface Setting {
  readonly threshold: number;
  readonly contact: number;
  readonly offer: number;
  readonly budget: number;
}

/** What the page's script reads: nothing but numbers. */
export interface Exploration {
  /** The likeliest leavers first. */
  readonly groups: readonly Group[];
  readonly start: Setting;
}

export interface BudgetExplorer extends FigureText, Exploration {}

/** The attribute of the figure that holds the `Exploration` as JSON. */
export const explorerAttribute = "data-tl-explorer";

/**
 * A chart to play with: threshold, costs and budget as sliders, profit and contacts as they follow. A report brings the
 * script that makes it move (`explorerScript`) and takes numbers alone from the figure; the figure brings the same
 * script for JupyterLab. Where scripts may not run, a table shows the state that it starts in.
 */
export function budgetExplorer(options: BudgetExplorer): string {
  const { title, description, note, groups, start } = options;
  const data = JSON.stringify({ groups, start } satisfies Exploration);
  check(readExploration(data) !== undefined, "draw the explorer", "groups and start must be finite numbers");
  const rows = [5, 10, 20, 30, 50].map((threshold) => {
    const result = outcome(groups, { ...start, threshold });
    const cells = [result.contacts, result.cost, result.profit].map(
      (value) => `<td class="tl-num">${decimal(value, 0)}</td>`,
    );
    return `<tr><th scope="row">${threshold}%</th>${cells.join("")}</tr>`;
  });
  const head = ["Contacts", "Spent, $", "Believed profit, $"].map(
    (label) => `<th scope="col" class="tl-num">${label}</th>`,
  );
  const caption = `At a contact for ${decimal(start.contact, 0)} $, an offer for ${decimal(start.offer, 0)} $ and a budget of ${decimal(start.budget, 0)} $`;
  return `<figure class="tl-figure ${untypeset}" id="budget-explorer" ${explorerAttribute}="${escapeHtml(data)}"><figcaption>${escapeHtml(title)}</figcaption>
<p class="tl-sr">${escapeHtml(description)}</p>
<div class="tl-table" tabindex="0" role="group" aria-label="Profit by threshold"><table><caption>${caption}</caption><thead><tr><th scope="col">Contact from</th>${head.join("")}</tr></thead><tbody>${rows.join("")}</tbody></table></div>
${note ? `<p class="tl-note">${escapeHtml(note)}</p>` : ""}
<script>${explorerScript()}</script></figure>`;
}

/** What an explorer's attribute holds; undefined unless it is an `Exploration` of finite numbers. */
export function readExploration(json: string): Exploration | undefined {
  let held: Partial<Exploration> | null;
  try {
    held = JSON.parse(json) as Partial<Exploration> | null;
  } catch {
    return undefined;
  }
  const { groups, start } = held ?? {};
  const numbers = (list: unknown, count: number): boolean =>
    Array.isArray(list) && list.length === count && list.every(Number.isFinite);
  if (!Array.isArray(groups) || groups.length > 1000 || !groups.every((group) => numbers(group, 4)))
    return undefined;
  if (!start || !numbers([start.threshold, start.contact, start.offer, start.budget], 4)) return undefined;
  return { groups, start };
}

/** Contacts, spending and believed profit of one setting. Runs in the page too: it may use nothing but its arguments. */
export function outcome(
  groups: readonly Group[],
  at: Setting,
): { readonly contacts: number; readonly cost: number; readonly profit: number } {
  let contacts = 0;
  let cost = 0;
  let profit = 0;
  for (const [customers, churn, gain, taken] of groups) {
    if (100 * churn < at.threshold) break;
    const each = at.contact + taken * at.offer;
    const share = each > 0 ? Math.min(customers, (at.budget - cost) / each) : customers;
    if (share <= 0) break;
    contacts += share;
    cost += share * each;
    profit += share * (gain - each);
  }
  return { contacts, cost, profit };
}

/** The script that makes every explorer of a page move; one constant text, whatever the page holds. */
export function explorerScript(): string {
  return `(${explore.toString()})("${explorerAttribute}",${outcome.toString()})`;
}

/** Runs in the page: it may use nothing but its arguments and the browser, and takes only numbers from the figures. */
function explore(attribute: string, compute: typeof outcome): void {
  // biome-ignore lint/suspicious/noExplicitAny: the document is the browser's, which this package's types don't know
  const page = (globalThis as any).document;
  const drawing = "http://www.w3.org/2000/svg";
  // As the page writes numbers elsewhere.
  const text = (value: number, digits = 0): string =>
    value.toLocaleString("en-US", { maximumFractionDigits: digits }).replace("-", "\u2212");
  // biome-ignore lint/suspicious/noExplicitAny: an element of the browser
  const make = (name: string, attributes: Record<string, string | number>, parent: any, words = ""): any => {
    const svg = ["svg", "path", "circle", "text"].includes(name);
    const made = svg ? page.createElementNS(drawing, name) : page.createElement(name);
    for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, String(value));
    made.textContent = words;
    parent.append(made);
    return made;
  };
  for (const root of page.querySelectorAll(`[${attribute}]`)) {
    const { groups, start } = JSON.parse(root.getAttribute(attribute));
    // What moves once does not move twice, also when two scripts find it.
    root.removeAttribute(attribute);
    const form = make("div", { style: "display:grid;gap:.35rem;max-width:560px;margin:.8rem 0" }, root);
    root.querySelector("figcaption").after(form);
    const most = 2 * start.budget;
    const kinds: [name: string, label: string, unit: string, max: number, step: number][] = [
      ["threshold", "Contact from a chance to leave of", "%", 60, 1],
      ["contact", "A contact costs", " $", 20, 0.5],
      ["offer", "The offer costs who takes it", " $", 80, 1],
      ["budget", "Budget", " $", most, most > 1000 ? 500 : 1],
    ];
    const sliders = kinds.map(([name, label, unit, max, step]) => {
      const id = `${root.id}-${name}`;
      make("label", { for: id }, form, label);
      const row = make("span", { style: "display:flex;gap:.8rem;align-items:center" }, form);
      const shape = { type: "range", id, min: 0, max, step, style: "flex:1;min-width:0;min-height:24px" };
      const input = make("input", { ...shape, value: start[name] }, row);
      const style = "min-width:5.5rem;text-align:right;font-variant-numeric:tabular-nums";
      const output = make("output", { for: id, id: `${id}-out`, style }, row);
      return { name, unit, input, output };
    });
    const shown = {
      id: `${root.id}-result`,
      "aria-live": "polite",
      style: "font-size:1.05rem;min-height:3em",
    };
    const result = make("p", shown, form);
    const frame = { role: "img", "aria-label": "Believed profit by threshold" };
    const chart = make("svg", { ...frame, style: "width:100%;max-width:560px;height:auto" }, form);
    // As wide as the screen lets it be: its words keep their size.
    const width = Math.max(280, Math.min(560, form.clientWidth || 560));
    chart.setAttribute("viewBox", `0 0 ${width} 260`);
    const draw = (): void => {
      const at: Record<string, number> = {};
      for (const { name, unit, input, output } of sliders) {
        at[name] = Number(input.value);
        output.textContent = text(at[name], 1) + unit;
      }
      const setting = at as unknown as Setting;
      const { contacts, cost, profit } = compute(groups, setting);
      result.textContent = `${text(contacts)} customers are contacted for ${text(cost)}\u00a0$: believed profit ${text(profit)}\u00a0$.`;
      const curve: number[] = [];
      for (let threshold = 0; threshold <= 60; threshold++)
        curve.push(compute(groups, { ...setting, threshold }).profit);
      const low = Math.min(0, ...curve);
      const high = Math.max(1, ...curve);
      const x = (threshold: number): number => 60 + ((width - 80) / 60) * threshold;
      const y = (value: number): number => 220 - (190 * (value - low)) / (high - low);
      const line = curve.map((value, k) => `${k > 0 ? "L" : "M"}${x(k)},${y(value).toFixed(1)}`).join("");
      const faint = "var(--tl-faint,var(--jp-ui-font-color1,var(--vscode-foreground,#5f6670)))";
      chart.textContent = "";
      make(
        "path",
        { d: `M60,${y(0)}H${width - 20}`, stroke: faint, "stroke-dasharray": "2 3", fill: "none" },
        chart,
      );
      make("path", { d: line, stroke: "var(--tl-1,#0072b2)", "stroke-width": 2, fill: "none" }, chart);
      make("circle", { cx: x(setting.threshold), cy: y(profit), r: 5, fill: "var(--tl-2,#d55e00)" }, chart);
      const words = (left: number, top: number, anchor: string, content: string): void => {
        const font = { "font-size": 12, "font-family": "system-ui,sans-serif", fill: faint };
        make("text", { x: left, y: top, "text-anchor": anchor, ...font }, chart, content);
      };
      words(54, y(high) + 4, "end", text(high));
      words(54, y(0) + 4, "end", "0");
      for (const t of [0, 20, 40, 60]) words(x(t), 240, "middle", `${t}%`);
      words(width / 2 + 20, 257, "middle", "Contact from a chance to leave of");
    };
    for (const { input } of sliders) input.addEventListener("input", draw);
    draw();
  }
}
