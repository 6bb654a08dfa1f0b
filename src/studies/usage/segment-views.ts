import { count, decimal, percent } from "../../core/format";
import { barChart } from "../../report/charts/bars";
import { dataTable, numeric, type TableColumn } from "../../report/data-table";
import type { UsageSegment } from "./segments";

/** Segments with size, use, cost and churn. */
export function usageSegmentTable(segments: readonly UsageSegment[]): string {
  const number = (
    label: string,
    of: (segment: UsageSegment) => number,
    digits: number,
  ): TableColumn<UsageSegment> => numeric(label, (row) => decimal(of(row), digits));
  return dataTable(
    segments,
    [
      { label: "Segment", text: (row) => row.name },
      numeric("Share", (row) => percent(row.share, 0)),
      number("Minutes", (segment) => segment.minutes, 0),
      number("GB", (segment) => segment.gigabytes, 0),
      number("Service calls", (segment) => segment.contacts, 2),
      number("Revenue, $", (segment) => segment.revenue, 0),
      number("Cost, $", (segment) => segment.cost, 1),
      numeric("Left", (row) => percent(row.churn.estimate), {
        help: "Share that left within the next three months",
      }),
    ],
    {
      caption: `${count(segments.reduce((sum, segment) => sum + segment.customers, 0))} simulated customers who use alike, figures of a month`,
      note: "Left: within the next three months. Segments by k-means on a year of usage; each is named after what sets it apart from all customers by half a standard deviation or more.",
    },
  );
}

/** Churn of the segments. */
export function usageSegmentChart(segments: readonly UsageSegment[]): Promise<string> {
  const dear = dearest(segments);
  return barChart({
    title: segmentChurn(segments),
    description: `Share leaving within three months: ${segments.map((segment) => `${segment.name} ${percent(segment.churn.estimate)}`).join("; ")}.`,
    note: `Lines are 95% intervals. "${dear.name}" cost most to serve: ${decimal(dear.cost, 1)} dollars a month.`,
    value: { label: "Left within three months", format: ".0%" },
    bars: segments.map((segment) => ({
      label: segment.name,
      value: segment.churn.estimate,
      low: segment.churn.low,
      high: segment.churn.high,
      colour: 1,
    })),
  });
}

/** Which segment leaves most, if the intervals of the highest and the lowest lie apart. */
export function segmentChurn(segments: readonly UsageSegment[]): string {
  const most = mostChurn(segments);
  const least = segments.reduce((a, b) => (b.churn.estimate < a.churn.estimate ? b : a));
  const [high, low] = [percent(most.churn.estimate), percent(least.churn.estimate)];
  return most.churn.low > least.churn.high
    ? `"${most.name}" leave most, ${high} in three months; "${least.name}" least, ${low}`
    : `Kinds of users leave about equally often: between ${low} and ${high} in three months`;
}

function mostChurn(segments: readonly UsageSegment[]): UsageSegment {
  return segments.reduce((a, b) => (b.churn.estimate > a.churn.estimate ? b : a));
}

/** The segment that costs most to serve. */
export function dearest(segments: readonly UsageSegment[]): UsageSegment {
  return segments.reduce((a, b) => (b.cost > a.cost ? b : a));
}
