import { descending } from "../../evaluate/ranking";
import { budgetExplorer, type Group } from "../../report/charts/explorer";
import type { RetentionStudy } from "./study";

const most = 240;

/** Threshold, costs and budget as sliders, profit and contacts as they follow: a chart to play with, as HTML. */
export function retentionExplorer(study: RetentionStudy): string {
  const groups = groupsOf(study);
  const { contactCost, offerCost } = study.offer;
  return budgetExplorer({
    title: "Whom would you contact? Move the threshold, the costs and the budget",
    description: "Believed profit by the chance to leave from which customers are contacted.",
    note: `Effects as the model believes them, customers of highest chance to leave first until the budget is spent. ${groups.length} groups of customers alike.`,
    groups,
    start: {
      threshold: 10,
      contact: contactCost,
      offer: offerCost,
      budget: 500 * Math.ceil((4 * study.budget) / 500),
    },
  });
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
