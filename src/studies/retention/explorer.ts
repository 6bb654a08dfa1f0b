import { descending } from "../../evaluate/ranking";
import { decimal } from "../../report/format";
import { escapeHtml } from "../../report/html";
import type { RetentionStudy } from "./study";

/**
 * Customers alike, as one line of what the explorer computes with: how many, their chance of leaving, the money that an
 * offer is believed to save of one of them (effect × value), and the chance to take the offer.
 */
type Group = readonly [customers: number, churn: number, gain: number, taken: number];

/** Where the sliders stand; threshold in percent. */
interface Setting {
  readonly threshold: number;
  readonly contact: number;
  readonly offer: number;
  readonly budget: number;
}

const most = 240;

/**
 * A chart to play with: threshold, costs and budget as sliders, profit and contacts as they follow. One script of its
 * own, no network. Where scripts may not run, the state that it starts in stays readable as a table.
 */
export function retentionExplorer(study: RetentionStudy): string {
  const groups = groupsOf(study);
  const { contactCost, offerCost } = study.offer;
  const start: Setting = {
    threshold: 10,
    contact: contactCost,
    offer: offerCost,
    budget: 500 * Math.ceil((4 * study.budget) / 500),
  };
  const id = "retention-explorer";
  const slider = (
    name: string,
    label: string,
    unit: string,
    max: number,
    step: number,
    value: number,
  ): string =>
    `<label for="${id}-${name}">${escapeHtml(label)}</label><span class="tlx-row"><input id="${id}-${name}" type="range" min="0" max="${max}" step="${step}" value="${value}"><output for="${id}-${name}" id="${id}-${name}-out">${value}${unit}</output></span>`;
  const rows = [5, 10, 20, 30, 50].map((threshold) => {
    const result = outcome(groups, { ...start, threshold });
    return `<tr><th scope="row">${threshold} %</th><td class="tl-num">${decimal(result.contacts, 0)}</td><td class="tl-num">${decimal(result.cost, 0)}</td><td class="tl-num">${decimal(result.profit, 0)}</td></tr>`;
  });
  return `<figure class="tl-figure" id="${id}"><figcaption>Whom would you contact? Move the threshold, the costs and the budget</figcaption>
<style>#${id} .tlx-form{display:none}#${id}.tlx-live .tlx-form{display:grid;gap:.35rem;max-width:560px;margin:.8rem 0}#${id} .tlx-row{display:flex;gap:.8rem;align-items:center}#${id} input{flex:1;min-height:24px}#${id} output{min-width:5.5rem;text-align:right;font-variant-numeric:tabular-nums}#${id} .tlx-result{font-size:1.05rem;min-height:3em}</style>
<div class="tlx-form">${slider("threshold", "Contact from a chance to leave of", " %", 60, 1, 10)}${slider("contact", "A contact costs", " $", 20, 0.5, contactCost)}${slider("offer", "The offer costs who takes it", " $", 80, 1, offerCost)}${slider("budget", "Budget", " $", 2 * start.budget, 500, start.budget)}
<p class="tlx-result" id="${id}-result" aria-live="polite"></p><svg id="${id}-chart" viewBox="0 0 560 260" width="560" height="260" role="img" aria-label="Believed profit by threshold" style="max-width:100%;height:auto"></svg></div>
<div class="tl-table" tabindex="0" role="region" aria-label="Profit by threshold"><table><caption>At a contact for ${decimal(contactCost, 0)} $, an offer for ${decimal(offerCost, 0)} $ and a budget of ${decimal(start.budget, 0)} $</caption><thead><tr><th scope="col">Contact from</th><th scope="col" class="tl-num">Contacts</th><th scope="col" class="tl-num">Spent, $</th><th scope="col" class="tl-num">Believed profit, $</th></tr></thead><tbody>${rows.join("")}</tbody></table></div>
<p class="tl-note">Effects as the model believes them, customers of highest chance to leave first until the budget is spent. ${groups.length} groups of customers alike.</p>
<script>(${explorerScript.toString()})(${JSON.stringify(id)},${JSON.stringify(groups)},${outcome.toString()})</script></figure>`;
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

/** Customers in at most 240 groups by chance of leaving, the likeliest leavers first. */
export function groupsOf(study: RetentionStudy): readonly Group[] {
  const order = descending(study.churn);
  const count = Math.min(most, order.length);
  return Array.from({ length: count }, (_, g) => {
    const rows = order.subarray(
      Math.round((g * order.length) / count),
      Math.round(((g + 1) * order.length) / count),
    );
    const mean = (of: (i: number) => number): number =>
      Number((rows.reduce((sum, i) => sum + of(i), 0) / rows.length).toPrecision(4));
    return [
      rows.length,
      mean((i) => study.churn[i]),
      mean((i) => study.effect[i] * study.value[i]),
      mean((i) => study.taken[i]),
    ] as const;
  });
}

/** Runs in the page: it may use nothing but its arguments and the browser. */
function explorerScript(id: string, groups: readonly Group[], compute: typeof outcome): void {
  // biome-ignore lint/suspicious/noExplicitAny: the document is the browser's, which this package's types don't know
  const page = (globalThis as any).document;
  const root = page.getElementById(id);
  if (!root) return;
  root.classList.add("tlx-live");
  const sliders = [
    ["threshold", " %"],
    ["contact", " $"],
    ["offer", " $"],
    ["budget", " $"],
  ];
  const read = (name: string): number => Number(page.getElementById(`${id}-${name}`).value);
  const text = (value: number, digits = 0): string =>
    value.toLocaleString("en-US", { maximumFractionDigits: digits });
  const draw = (): void => {
    for (const [name, unit] of sliders)
      page.getElementById(`${id}-${name}-out`).textContent = text(read(name), 1) + unit;
    const at = {
      threshold: read("threshold"),
      contact: read("contact"),
      offer: read("offer"),
      budget: read("budget"),
    };
    const { contacts, cost, profit } = compute(groups, at);
    page.getElementById(`${id}-result`).textContent =
      `${text(contacts)} customers are contacted for ${text(cost)} $: believed profit ${text(profit)} $.`;
    const curve: number[] = [];
    for (let threshold = 0; threshold <= 60; threshold++)
      curve.push(compute(groups, { ...at, threshold }).profit);
    const low = Math.min(0, ...curve);
    const high = Math.max(1, ...curve);
    const x = (threshold: number): number => 60 + 8 * threshold;
    const y = (value: number): number => 220 - (190 * (value - low)) / (high - low);
    const line = curve.map((value, k) => `${k > 0 ? "L" : "M"}${x(k)},${y(value).toFixed(1)}`).join("");
    const faint = "var(--tl-faint,#5f6670)";
    const words = (left: number, top: number, anchor: string, content: string): string =>
      `<text x="${left}" y="${top}" text-anchor="${anchor}" font-size="12" fill="${faint}" font-family="system-ui,sans-serif">${content}</text>`;
    page.getElementById(`${id}-chart`).innerHTML =
      `<path d="M60,${y(0)}H540" stroke="${faint}" stroke-dasharray="2 3" fill="none"/>` +
      `<path d="${line}" stroke="var(--tl-1,#0072b2)" stroke-width="2" fill="none"/>` +
      `<circle cx="${x(at.threshold)}" cy="${y(profit)}" r="5" fill="var(--tl-2,#d55e00)"/>` +
      words(54, y(high) + 4, "end", text(high)) +
      words(54, y(0) + 4, "end", "0") +
      [0, 20, 40, 60].map((t) => words(x(t), 240, "middle", `${t} %`)).join("") +
      words(300, 257, "middle", "Contact from a chance to leave of");
  };
  for (const [name] of sliders) page.getElementById(`${id}-${name}`).addEventListener("input", draw);
  draw();
}
