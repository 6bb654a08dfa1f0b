import { decimal } from "../../core/format";
import type { Dot } from "./dots";
import type { VegaSpec } from "./draw-vega";
import { type FigureText, figure } from "./figure";
import { type AxisOptions, axis, axisAbove } from "./line";
import { namesAbove } from "./narrow";
import { textWidth } from "./text-width";
import { colourOf, faint, legendAbove, legendBelow } from "./theme";

/** Bars of one label stand side by side by group. */
export type Bar = Omit<Dot, "mark">;

export interface BarChart extends FigureText {
  readonly bars: readonly Bar[];
  readonly value: AxisOptions;
  /** Upright bars keep the labels' order along x; lying ones suit long labels. Lying by default. */
  readonly upright?: boolean;
  readonly width?: number;
  readonly height?: number;
}

/** Bars from zero, in the order given, with intervals where there are any: an HTML figure. */
export async function barChart(options: BarChart): Promise<string> {
  const { bars, value } = options;
  const rows = bars.map((bar) => [
    bar.group ? `${bar.label}, ${bar.group}` : bar.label,
    decimal(bar.value, 4),
  ]);
  return figure((narrow) => barsOf(options, narrow), options, { header: ["Bar", value.label], rows });
}

function barsOf(options: BarChart, narrow: boolean): VegaSpec {
  const { bars, value, width = 520, height = 280 } = options;
  const labels = [...new Set(bars.map((bar) => bar.label))];
  // Names that would run into each other ask for lying bars.
  const fits = labels.every((label) => textWidth(label, 12) < 300 / labels.length);
  const upright = (options.upright ?? false) && (!narrow || fits);
  const groups = [...new Set(bars.map((bar) => bar.group ?? ""))];
  const domain = value.domain ? { domain: value.domain } : {};
  const length = {
    field: "value",
    type: "quantitative",
    scale: { ...domain, zero: true },
    axis: { ...(upright ? axisAbove : axis)(value, narrow), grid: true },
  };
  const above = narrow && !upright ? namesAbove(labels.length, 16 * groups.length) : undefined;
  const place = {
    field: "label",
    type: "nominal",
    sort: labels,
    title: null,
    ...(above && { scale: above.scale }),
    axis: { labelLimit: 320, grid: false, labelAngle: 0, domain: true, ...above?.axis },
  };
  const side =
    groups.length > 1
      ? { [upright ? "xOffset" : "yOffset"]: { field: "group", type: "nominal", sort: groups } }
      : {};
  const key =
    groups.length > 1
      ? {
          field: "group",
          type: "nominal",
          scale: {
            domain: groups,
            range: groups.map((group) =>
              colourOf(bars.find((bar) => (bar.group ?? "") === group)?.colour ?? 1),
            ),
          },
          legend: {
            ...(upright ? legendAbove : { title: null, orient: "top" }),
            ...(narrow && legendBelow(groups)),
          },
        }
      : undefined;
  const colour = key ?? { field: "shown", type: "nominal", scale: null };
  const values = bars.map((bar) => ({ ...bar, group: bar.group ?? "", shown: colourOf(bar.colour) }));
  const along = upright ? { x: place, y: length } : { y: place, x: length };
  const layers: unknown[] = [
    { mark: { type: "bar", cornerRadiusEnd: 2 }, encoding: { ...along, ...side, color: colour } },
  ];
  if (bars.some((bar) => bar.low !== undefined)) {
    const ends = upright
      ? { x: place, y: { ...length, field: "low" }, y2: { field: "high" } }
      : { y: place, x: { ...length, field: "low" }, x2: { field: "high" } };
    layers.push({ mark: { type: "rule", color: faint, strokeWidth: 1.5 }, encoding: { ...ends, ...side } });
  }
  const tall = upright ? Math.min(height, narrow ? 240 : height) : { step: groups.length > 1 ? 16 : 24 };
  return { width: narrow ? 320 : width, height: above?.height ?? tall, data: { values }, layer: layers };
}
