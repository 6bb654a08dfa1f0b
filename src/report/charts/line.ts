import { decimal } from "../../core/format";
import { ends } from "../../core/math/statistics";
import type { SurvivalCurve } from "../../models/survival/kaplan-meier";
import type { VegaSpec } from "./draw-vega";
import { type FigureText, figure } from "./figure";
import { wrapped } from "./narrow";
import { type Colour, colourOf, faint } from "./theme";

export interface Point {
  readonly x: number;
  readonly y: number;
  /** Ends of an interval around y, drawn as a band. */
  readonly low?: number;
  readonly high?: number;
}

export interface Series {
  readonly name: string;
  readonly colour: Colour;
  readonly points: readonly Point[];
  /** Draws the points as dots too; for series of few points. */
  readonly dots?: boolean;
  readonly dashed?: boolean;
}

export interface AxisOptions {
  /** With its unit: "Minutes a month". */
  readonly label: string;
  /** The shown range; that of the data when absent. */
  readonly domain?: readonly [number, number];
  /** A d3-format, such as ".0%". */
  readonly format?: string;
  readonly scale?: "linear" | "log";
}

/** A vertical line with a word. */
export interface Rule {
  readonly x: number;
  readonly label: string;
}

export interface LineChart extends FigureText {
  readonly series: readonly Series[];
  readonly x: AxisOptions;
  readonly y: AxisOptions;
  readonly rules?: readonly Rule[];
  /** In pixels; 560 × 340 by default. */
  readonly width?: number;
  readonly height?: number;
}

/** From corner to corner of shares. */
export const diagonal: readonly (readonly [x: number, y: number])[] = [
  [0, 0],
  [1, 1],
];

/** A grey line to compare with, through the points; dashed unless said otherwise. */
export function referenceLine(
  name: string,
  points: readonly (readonly [x: number, y: number])[],
  { dashed = true }: { readonly dashed?: boolean } = {},
): Series {
  return { name, colour: "grey", dashed, points: points.map(([x, y]) => ({ x, y })) };
}

/** A survival curve with its band: a line from 1. */
export function survivalPoints(curve: SurvivalCurve): readonly Point[] {
  const { times, survival, lower, upper } = curve;
  const points = Array.from(times, (x, k) => ({ x, y: survival[k], low: lower[k], high: upper[k] }));
  return [{ x: 0, y: 1, low: 1, high: 1 }, ...points];
}

/** What calling some customers finds, the most suspected first: a line from 0. */
export function gainPoints(
  gains: readonly { readonly cumulativeRows: number; readonly gain: number }[],
): readonly Point[] {
  return [{ x: 0, y: 0 }, ...gains.map(({ cumulativeRows, gain }) => ({ x: cumulativeRows, y: gain }))];
}

/** Gains to compare with: everybody who leaves first, and customers in any order; `share` of them leave. */
export function gainReferences(share: number): Series[] {
  return [
    referenceLine("Perfect", [diagonal[0], [share, 1], diagonal[1]]),
    referenceLine("In any order", diagonal, { dashed: false }),
  ];
}

/** Lines, labelled where they end, with bands for intervals: an HTML figure. */
export async function lineChart(options: LineChart): Promise<string> {
  const rows = options.series.flatMap((series) =>
    series.points.map((p) => [
      series.name,
      decimal(p.x, 3),
      decimal(p.y, 3),
      ...(p.low === undefined ? ["", ""] : [decimal(p.low, 3), decimal(p.high, 3)]),
    ]),
  );
  const header = ["Series", options.x.label, options.y.label, "Low", "High"];
  return figure((narrow) => linesOf(options, narrow), options, { header, rows });
}

function linesOf(options: LineChart, narrow: boolean): VegaSpec {
  const { series, x, y, rules = [], width = 560 } = options;
  const height = narrow ? Math.min(options.height ?? 260, 260) : (options.height ?? 340);
  const all = series.flatMap((series) => series.points);
  const xDomain = x.domain ?? extent(all.map((p) => p.x).concat(rules.map((r) => r.x)));
  const yDomain = y.domain ?? extent(all.flatMap((p) => [p.y, p.low ?? p.y, p.high ?? p.y]));
  const xScale = { domain: xDomain, type: x.scale ?? "linear", nice: false, clamp: true };
  const yScale = {
    domain: yDomain,
    type: y.scale ?? "linear",
    nice: x.domain === undefined && y.domain === undefined,
    clamp: true,
  };
  const at = {
    x: { field: "x", type: "quantitative", scale: xScale, axis: axis(x, narrow) },
    y: { field: "y", type: "quantitative", scale: yScale, axis: axisAbove(y, narrow) },
  };
  const layers: unknown[] = [];
  for (const [i, rule] of rules.entries()) {
    // Where there is little room the names stand below each other, on the side where there is more of it.
    const back = narrow && rule.x > (xDomain[0] + xDomain[1]) / 2;
    const place = { align: back ? "right" : "left", dx: back ? -4 : 4, dy: 8 + (narrow ? 14 * i : 0) };
    const data = { values: [{ x: rule.x, label: rule.label }] };
    layers.push({ data, mark: { type: "rule", color: faint, strokeDash: [2, 3] }, encoding: { x: at.x } });
    layers.push({
      data,
      mark: { type: "text", ...place, baseline: "top", color: faint, fontSize: 11 },
      encoding: { x: at.x, y: { value: 0 }, text: { field: "label" } },
    });
  }
  for (const one of series) {
    const data = { values: one.points.map((p, order) => ({ ...p, order })) };
    const color = colourOf(one.colour);
    if (one.points.some((p) => p.low !== undefined)) {
      layers.push({
        data,
        mark: { type: "area", color, opacity: 0.16 },
        encoding: { x: at.x, y: { ...at.y, field: "low" }, y2: { field: "high" } },
      });
    }
    layers.push({
      data,
      mark: {
        type: "line",
        color,
        strokeWidth: one.colour === "grey" ? 1.5 : 2,
        strokeDash: one.dashed ? [5, 4] : [1, 0],
      },
      encoding: { ...at, order: { field: "order", type: "quantitative" } },
    });
    if (one.dots)
      layers.push({ data, mark: { type: "point", filled: true, size: 36, color, opacity: 1 }, encoding: at });
  }
  const labels = endLabels(series, yDomain, height);
  if (narrow) {
    // Below the axis and its title, from the highest line to the lowest.
    const top = height + 26 + 15 * wrapped(x.label, titleWidth).length;
    const at = (i: number): number => top + 18 * i + 8;
    for (const [i, label] of labels.reverse().entries()) {
      const { colour, dashed } = series.find((drawn) => drawn.name === label.name) as Series;
      const color = colourOf(colour);
      const one = (mark: VegaSpec, encoding: VegaSpec): VegaSpec => ({
        data: { values: [{ name: label.name }] },
        mark: { ...mark, color },
        encoding: { y: { value: at(i) }, ...encoding },
      });
      const strokes = { strokeWidth: 2.5, strokeDash: dashed ? [5, 4] : [1, 0] };
      layers.push(one({ type: "rule", ...strokes }, { x: { value: 0 }, x2: { value: 22 } }));
      const words = {
        type: "text",
        align: "left",
        baseline: "middle",
        dx: 28,
        fontSize: 12,
        fontWeight: 600,
      };
      layers.push(one(words, { x: { value: 0 }, text: { field: "name" } }));
    }
    return { width: 320, height, layer: layers };
  }
  for (const label of labels) {
    layers.push({
      data: { values: [label] },
      mark: {
        type: "text",
        align: "left",
        baseline: "middle",
        dx: 6,
        color: colourOf(label.colour),
        fontSize: 12,
        fontWeight: 600,
      },
      encoding: { x: at.x, y: at.y, text: { field: "name" } },
    });
  }
  return { width, height, layer: layers };
}

/** Puts each series' name at its last point, moved apart vertically where names would overlap. */
function endLabels(
  series: readonly Series[],
  [low, high]: readonly [number, number],
  height: number,
): { x: number; y: number; name: string; colour: Colour }[] {
  const gap = (15 / height) * (high - low);
  const labels = series
    .filter((series) => series.points.length > 0)
    .map((series) => {
      const last = series.points[series.points.length - 1];
      return { x: last.x, y: last.y, name: series.name, colour: series.colour };
    })
    .reverse()
    .sort((a, b) => a.y - b.y);
  for (let i = 1; i < labels.length; i++) labels[i].y = Math.max(labels[i].y, labels[i - 1].y + gap);
  const over = labels.length > 0 ? labels[labels.length - 1].y - high : 0;
  if (over > 0) {
    labels[labels.length - 1].y -= over;
    for (let i = labels.length - 2; i >= 0; i--) labels[i].y = Math.min(labels[i].y, labels[i + 1].y - gap);
  }
  return labels;
}

/** How wide the title of an axis may be on a narrow screen. */
const titleWidth = 300;

/** An axis of Vega-Lite from ours. */
export function axis(options: AxisOptions, narrow: boolean): Record<string, unknown> {
  const title = narrow ? wrapped(options.label, titleWidth) : options.label;
  return { title, ...(options.format ? { format: options.format } : {}), tickCount: narrow ? 4 : 6 };
}

/** A vertical axis of Vega-Lite, whose title stands above it. */
export function axisAbove(options: AxisOptions, narrow: boolean): Record<string, unknown> {
  const made = axis(options, narrow);
  return narrow ? { ...made, titleY: -10 - 15 * ((made.title as string[]).length - 1) } : made;
}

/** The range of the finite values; [0, 1] when there is none. */
export function extent(values: readonly number[]): [number, number] {
  const [low, high] = ends(values.filter(Number.isFinite));
  return low > high ? [0, 1] : [low, high];
}
