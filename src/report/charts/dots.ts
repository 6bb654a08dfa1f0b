import { decimal } from "../../core/format";
import type { VegaSpec } from "./draw-vega";
import { type FigureText, figure } from "./figure";
import { type AxisOptions, axis, extent } from "./line";
import { namesAbove } from "./narrow";
import { type Colour, colourOf, faint } from "./theme";

export interface Dot {
  /** The row it stands in. */
  readonly label: string;
  readonly value: number;
  readonly low?: number;
  readonly high?: number;
  readonly colour: Colour;
  /** What this dot is, when a row has several: "ours", "published". */
  readonly group?: string;
  /** A published or reference value is a hollow diamond. */
  readonly mark?: "dot" | "diamond";
}

export interface DotChart extends FigureText {
  readonly dots: readonly Dot[];
  readonly x: AxisOptions;
  /** A vertical line that means "no difference" or "the reference". */
  readonly zero?: number;
  readonly width?: number;
}

/** A tenth of the customers, the highest predicted first: what was foretold of them, and what came, where it was seen. */
export interface Tenth {
  readonly bin: number;
  readonly predicted: number;
  readonly actual?: number | undefined;
  readonly standardError?: number;
}

/** Of each tenth a dot for what came, with its 95% interval, and a grey diamond for what was `foretold`. */
export function tenthDots(tenths: readonly Tenth[], foretold: string): Dot[] {
  return tenths.flatMap(({ bin, predicted, actual, standardError = 0 }): Dot[] => {
    const label = `${bin === 1 ? "Top" : bin === tenths.length ? "Bottom" : `${bin}.`} tenth`;
    const diamond = { label, value: predicted, colour: "grey", mark: "diamond", group: foretold } as const;
    if (actual === undefined) return [diamond];
    const error = 1.96 * standardError;
    return [{ label, value: actual, low: actual - error, high: actual + error, colour: 1 }, diamond];
  });
}

/** Values with intervals, one row a label: an HTML figure. */
export async function dotChart(options: DotChart): Promise<string> {
  const { dots, x } = options;
  const rows = dots.map((d) => [
    d.group ? `${d.label}, ${d.group}` : d.label,
    decimal(d.value, 4),
    d.low === undefined ? "" : decimal(d.low, 4),
    d.high === undefined ? "" : decimal(d.high, 4),
  ]);
  const header = ["Row", x.label, "Low", "High"];
  return figure((narrow) => dotsOf(options, narrow), options, { header, rows });
}

function dotsOf(options: DotChart, narrow: boolean): VegaSpec {
  const { dots, x, zero, width = 520 } = options;
  const rows = [...new Set(dots.map((dot) => dot.label))];
  const domain =
    x.domain ??
    padded(
      extent(
        dots
          .flatMap((d) => [d.value, d.low ?? d.value, d.high ?? d.value])
          .concat(zero === undefined ? [] : [zero]),
      ),
    );
  const above = narrow ? namesAbove(rows.length, 10) : undefined;
  const at = {
    x: {
      field: "value",
      type: "quantitative",
      scale: { domain, nice: false, zero: false },
      axis: { ...axis(x, narrow), grid: true },
    },
    y: {
      field: "label",
      type: "nominal",
      sort: rows,
      title: null,
      ...(above && { scale: above.scale }),
      axis: { labelLimit: 320, grid: false, labelFontSize: 13, ...above?.axis },
    },
  };
  const layers: unknown[] = [];
  if (zero !== undefined)
    layers.push({
      data: { values: [{ value: zero }] },
      mark: { type: "rule", color: faint },
      encoding: { x: at.x },
    });
  for (const one of dots) {
    const data = { values: [one] };
    const color = colourOf(one.colour);
    if (one.low !== undefined) {
      layers.push({
        data,
        mark: { type: "rule", color, strokeWidth: 2, opacity: 0.7 },
        encoding: { x: { ...at.x, field: "low" }, x2: { field: "high" }, y: at.y },
      });
    }
    const hollow = one.mark === "diamond";
    layers.push({
      data,
      mark: {
        type: "point",
        shape: hollow ? "diamond" : "circle",
        filled: !hollow,
        size: hollow ? 90 : 60,
        color,
        strokeWidth: 2,
        opacity: 1,
      },
      encoding: at,
    });
  }
  return { width: narrow ? 320 : width, height: above?.height ?? { step: 26 }, layer: layers };
}

function padded([low, high]: [number, number]): [number, number] {
  const room = (high - low || 1) * 0.05;
  return [low - room, high + room];
}
