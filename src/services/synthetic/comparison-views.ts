import { decimal, percent } from "../../core/format";
import { isCategorical, type Table } from "../../data/table";
import { principalPlane } from "../../evaluate/synthetic/projection";
import type { Quality } from "../../evaluate/synthetic/quality";
import { barChart } from "../../report/charts/bars";
import { heatMap } from "../../report/charts/heat-map";
import { lineChart } from "../../report/charts/line";
import { scatterChart } from "../../report/charts/scatter";
import type { Colour } from "../../report/charts/theme";
import { usualMinCount } from "../../synthesis/structure/discover/discover";

/** Rows under a name, in a colour. */
export interface NamedTable {
  readonly name: string;
  readonly table: Table;
  readonly colour: Colour;
}

/** A name as Vega takes it: those that every object of JavaScript has (toString) it looks up where it should not. */
function shown(name: string): string {
  return name in {} ? `${name}\u2060` : name;
}

const bins = 24;
const shownPoints = 700;

/** One column's distribution in several tables: bars of levels, or outlines of histograms; levels and ends that few rows have are not shown. */
export function distributionChart(tables: readonly NamedTable[], column: string): Promise<string> {
  const columns = tables.map(({ table }) => table.columns.find((one) => one.name === column));
  const [first] = columns;
  const names = tables.map((table) => table.name).join(", ");
  if (first && isCategorical(first)) {
    const shares = columns.map((column) => {
      const counts = new Map<string, number>();
      if (column && isCategorical(column)) {
        for (const code of column.codes) {
          const level = code < 0 ? "(missing)" : column.levels[code];
          counts.set(level, (counts.get(level) ?? 0) + 1 / column.codes.length);
        }
      }
      return counts;
    });
    const levels = [...shares[0]]
      .filter(([, share]) => share * (first.codes.length + 0.5) >= usualMinCount)
      .sort((a, b) => b[1] - a[1])
      .slice(0, 8)
      .map(([level]) => level);
    return barChart({
      title: shown(column),
      description: `Shares of the levels of ${column} in ${names}.`,
      value: { label: "Share of rows", format: ".0%" },
      bars: levels.flatMap((label) =>
        tables.map(({ name, colour }, t) => ({
          label: shown(label),
          value: shares[t].get(label) ?? 0,
          group: name,
          colour,
        })),
      ),
    });
  }
  const values = columns.map((column) =>
    column?.type === "numeric" ? column.values.filter((value) => !Number.isNaN(value)) : new Float64Array(0),
  );
  const sorted = [...values[0]].sort((a, b) => a - b);
  const few = Math.min(usualMinCount - 1, Math.max(0, sorted.length - 1) >> 1);
  const [low = 0, high = 0] = [sorted[few], sorted[sorted.length - 1 - few]];
  const width = (high - low) / bins || 1;
  return lineChart({
    title: shown(column),
    description: `Histograms of ${column} in ${names}, ${bins} bins.`,
    x: { label: shown(column) },
    y: { label: "Share of rows", format: ".0%" },
    series: tables.map(({ name, colour }, t) => {
      const counts = new Float64Array(bins);
      for (const value of values[t]) {
        const bin = Math.floor((value - low) / width);
        if (bin >= 0 && bin <= bins) counts[Math.min(bin, bins - 1)] += 1 / values[t].length;
      }
      return { name, colour, points: Array.from(counts, (y, k) => ({ x: low + (k + 0.5) * width, y })) };
    }),
  });
}

/** How much stronger or weaker each pair of columns goes together in the synthetic rows than in the real ones. */
export function associationChart(quality: Quality, name: string): Promise<string> {
  const columns = quality.shapesByColumn.map((shape) => shape.column);
  const off = new Map(
    quality.trendsByPair.map(({ columns: [a, b], real, synthetic }) => [
      [a, b].join("\n"),
      Number.isFinite(synthetic - real) ? synthetic - real : 0,
    ]),
  );
  const all = [...off.values()].map(Math.abs);
  const worst = Math.max(...all, 0);
  const mean = all.reduce((sum, value) => sum + value, 0) / Math.max(1, all.length);
  const label = "synthetic − real";
  return heatMap({
    title: `${name}: pairs go together as in life to within ${decimal(mean, 3)} on average, ${decimal(worst, 2)} at worst`,
    description: `Difference of association (correlation of numbers, else Cramér's V) for every pair of columns, ${name} minus real.`,
    note: "Correlation where both columns are numbers, Cramér's V otherwise.",
    rows: columns.map(shown),
    columns: columns.map(shown),
    values: columns.map((a) =>
      columns.map((b) => off.get([a, b].join("\n")) ?? off.get([b, a].join("\n")) ?? 0),
    ),
    label,
    domain: [-0.3, 0.3],
    cell: 20,
  });
}

/** Real and synthetic rows on the plane along which the real ones differ most. */
export function planeChart(real: NamedTable, synthetic: readonly NamedTable[]): Promise<string> {
  const all = [real, ...synthetic];
  const { points, explained } = principalPlane(all.map((table) => table.table));
  const thinned = (rows: readonly { x: number; y: number }[]): readonly { x: number; y: number }[] => {
    const every = Math.max(1, Math.floor(rows.length / shownPoints));
    return rows.filter((_, i) => i % every === 0);
  };
  return scatterChart({
    title: `Where the rows lie: ${all.map((table) => table.name).join(", ")}`,
    description: `First two principal components of the real rows, ${percent(explained[0] + explained[1], 0)} of their variance, with every table's rows laid on them.`,
    note: `Principal components of ${real.name} (one-hot, standardised); about ${shownPoints} rows of each table.`,
    x: { label: `First component (${percent(explained[0], 0)} of the variance)` },
    y: { label: `Second component (${percent(explained[1], 0)})` },
    groups: all.map((table, k) => ({ name: table.name, colour: table.colour, points: thinned(points[k]) })),
  });
}
