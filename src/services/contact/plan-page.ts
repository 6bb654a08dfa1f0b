import { count, decimal, percent } from "../../core/format";
import { cellText } from "../../data/table";
import { descending } from "../../evaluate/ranking";
import { lineChart } from "../../report/charts/line";
import { dataTable, numeric, scored } from "../../report/data-table";
import type { DataSource, Figure } from "../../report/figures";
import { html, raw } from "../../report/html";
import { moneyText, notesList, ownReport } from "../value/own-report";
import type { RetentionPlan } from "./plan";
import type { Customers } from "./prospects";

/** The page of `telelink retain --html`: whom to call first, and why. */
export async function planPage(
  plan: RetentionPlan,
  prospects: Customers,
  limits: { readonly budget?: number; readonly contacts?: number },
  source: Omit<DataSource, "rows">,
): Promise<string> {
  const money = moneyText(undefined);
  const order = new Uint32Array(plan.contacted);
  plan.rank.forEach((rank, i) => {
    if (rank > 0) order[rank - 1] = i;
  });
  const within = [
    ...(limits.budget === undefined ? [] : [`a budget of ${money(limits.budget)}`]),
    ...(limits.contacts === undefined ? [] : [`at most ${count(limits.contacts)} contacts`]),
  ].join(" and ");
  const several = new Set(plan.offer.codes).size > 1;
  const figures: Figure[] = [
    { name: "contacts", label: "Customers to contact", value: plan.contacted, digits: 0, key: true },
    { name: "profit", label: "Expected profit", value: plan.totalProfit, digits: 0, key: true },
    { name: "cost", label: "Expected spending", value: plan.totalCost, digits: 0, key: true },
    ...(limits.budget === undefined
      ? []
      : [
          {
            name: "within",
            label: "Chance to stay within the budget",
            value: plan.withinBudget,
            unit: "%",
            key: true,
          } as const,
        ]),
  ];
  const body = html`
<h2 id="whom">Whom to contact first, and why</h2>
${raw(
  dataTable(
    [...order.subarray(0, 40)],
    [
      numeric("Rank", (i) => String(plan.rank[i])),
      { label: "Customer", text: (i) => plan.customers.at(i) as string },
      ...(several ? [{ label: "Offer", text: (i: number) => cellText(plan.offer, i) }] : []),
      numeric("Chance to leave", (i) => percent(plan.churn[i], 1)),
      numeric("Value", (i) => money(plan.value[i])),
      numeric("Cost", (i) => money(plan.cost[i])),
      numeric("Expected profit", (i) => money(plan.profit[i])),
    ],
    {
      caption: order.length > 40 ? `The first 40 of ${count(order.length)}` : "All who are to be contacted",
      note: "Expected profit is what is kept of the value at stake, less the contact and the offers taken, by stayers too.",
    },
  ),
)}
<h2 id="far">How far does the money go?</h2>
${raw(await profitChart(plan, order))}
${raw(
  dataTable(
    [
      { name: "This plan", contacted: plan.contacted, profit: plan.totalProfit, cost: plan.totalCost },
      ...plan.rules,
    ],
    [
      { label: "Rule, same limits", text: (row) => row.name },
      numeric("Contacts", (row) => count(row.contacted)),
      numeric("Cost", (row) => money(row.cost)),
      scored("Expected profit", "highest", (row) => row.profit, money),
    ],
    { caption: "What other rules would bring, by the same figures" },
  ),
)}
${notesList(prospects.columns, prospects.notes)}`;
  return ownReport({
    name: "retain",
    title: "Whom to keep",
    finding:
      plan.contacted === 0
        ? `No contact is expected to bring more than it costs among ${count(plan.customers.length)} customers${within ? ` within ${within}` : ""}.`
        : `Contact ${count(plan.contacted)} of ${count(plan.customers.length)} customers${within ? ` within ${within}` : ""}: ${money(plan.totalProfit)} of profit expected for ${money(plan.totalCost)}, ${decimal(plan.totalProfit / Math.max(1e-9, plan.totalCost), 1)} for each unit of money spent.`,
    figures,
    source: { ...source, rows: plan.customers.length },
    body,
  });
}

/** Expected profit by spending: the plan's contacts in their order, and then everybody else by profit. */
function profitChart(plan: RetentionPlan, order: Uint32Array): Promise<string> {
  const others = descending(plan.profit).filter((i) => plan.rank[i] === 0);
  const customers = order.length + others.length;
  const step = Math.max(1, Math.floor(customers / 200));
  let [profit, cost] = [0, 0];
  const points = [{ x: 0, y: 0 }];
  for (let k = 0; k < customers; k++) {
    const i = k < order.length ? order[k] : others[k - order.length];
    profit += plan.profit[i];
    cost += plan.cost[i];
    if ((k + 1) % step === 0 || k + 1 === customers || k + 1 === order.length)
      points.push({ x: cost, y: profit });
  }
  const end = points[points.length - 1].y;
  return lineChart({
    title:
      end < plan.totalProfit
        ? `Contacting everybody would bring ${count(end)} instead of ${count(plan.totalProfit)}`
        : "Every contact pays",
    description: `Expected profit by expected spending: ${count(plan.totalProfit)} at ${count(plan.totalCost)}, ${count(end)} with everybody contacted.`,
    x: { label: "Expected spending", format: "~s" },
    y: { label: "Expected profit", format: "~s" },
    rules: [{ x: plan.totalCost, label: "this plan" }],
    series: [{ name: "Profit", colour: 1, points }],
  });
}
