import { count, percent } from "../../core/format";
import { mean } from "../../core/math/statistics";
import { profile } from "../../data/profile";
import { isCategorical } from "../../data/table";
import { wilson } from "../../evaluate/intervals";
import { type Bar, barChart } from "../../report/charts/bars";
import { dataTable, numeric } from "../../report/data-table";
import type { ChurnData, Customers } from "../../services/churn-data";

/** Every column of the training customers in a line: type, missing values, what it holds. */
export function columnsTable(data: ChurnData): string {
  const rows = profile(data.train.rows);
  return dataTable(
    rows,
    [
      { label: "Column", text: (row) => row.name },
      { label: "Type", text: (row) => row.type },
      numeric("Missing", (row) => count(row.missing)),
      numeric("Distinct", (row) => count(row.distinct)),
      { label: "Holds", text: (row) => row.summary },
    ],
    {
      caption: `${count(data.train.rows.rows)} training customers, ${rows.length} columns, ${percent(shareOf(data.train.labels))} left`,
    },
  );
}

/** The share that left, by what stands out in this table. */
export function driversChart(data: ChurnData): Promise<string> {
  const { train } = data;
  const base = shareOf(train.labels);
  const groups = [
    ...byLevel(train, "International plan", (level) => `International plan: ${level.toLowerCase()}`),
    ...byLevel(train, "Voice mail plan", (level) => `Voice mail plan: ${level.toLowerCase()}`),
    ...byRange(train, "Customer service calls", [0, 1, 2, 3, 4, 5, Infinity], (low, high) =>
      high === Infinity ? `${low} or more service calls` : `${low} service ${low === 1 ? "call" : "calls"}`,
    ),
    ...byRange(train, "Total day minutes", [0, 100, 150, 200, 250, Infinity], (low, high) =>
      high === Infinity ? `${low} or more day minutes` : `${low} to ${high} day minutes`,
    ),
  ];
  const highest = groups.reduce((best, group) => (group.value > best.value ? group : best));
  return barChart({
    title: `${percent(base, 0)} of all customers left; of those with ${lowered(highest.label)}, ${percent(highest.value, 0)} did`,
    description: `Share of training customers that left, by group: ${groups.map((group) => `${group.label} ${percent(group.value, 0)}`).join(", ")}.`,
    note: "Lines: 95% intervals (Wilson).",
    value: { label: "Share that left", format: ".0%" },
    bars: groups,
  });
}

function byLevel(customers: Customers, name: string, label: (level: string) => string): Bar[] {
  const one = customers.rows.columns.find((column) => column.name === name);
  if (!one || !isCategorical(one)) return [];
  return one.levels.map((level, code) => bar(label(level), customers.labels, (i) => one.codes[i] === code));
}

function byRange(
  customers: Customers,
  name: string,
  edges: readonly number[],
  label: (low: number, high: number) => string,
): Bar[] {
  const one = customers.rows.columns.find((column) => column.name === name);
  if (one?.type !== "numeric") return [];
  return edges
    .slice(0, -1)
    .map((low, k) =>
      bar(
        label(low, edges[k + 1]),
        customers.labels,
        (i) => one.values[i] >= low && one.values[i] < edges[k + 1],
      ),
    );
}

function bar(label: string, labels: Float64Array, inside: (i: number) => boolean): Bar {
  let rows = 0;
  let left = 0;
  labels.forEach((value, i) => {
    if (!inside(i)) return;
    rows++;
    left += value;
  });
  const [low, high] = rows > 0 ? wilson(left, rows) : [0, 0];
  return { label, value: rows > 0 ? left / rows : 0, low, high, colour: 1 };
}

function shareOf(labels: Float64Array): number {
  return mean(labels);
}

function lowered(label: string): string {
  return label.charAt(0).toLowerCase() + label.slice(1).replace(": yes", "").replace(": no", " not taken");
}
