import type { VegaSpec } from "./draw-vega";
import { type FigureText, figure } from "./figure";
import { type AxisOptions, axis } from "./line";
import { namesAbove } from "./narrow";
import { colourOf, faint, ink } from "./theme";

/** One step of a waterfall. */
export interface Step {
  readonly label: string;
  readonly change: number;
}

export interface WaterfallChart extends FigureText {
  /** Where the steps begin, and what that and their end are called. */
  readonly from: { readonly label: string; readonly value: number };
  readonly to: string;
  readonly steps: readonly Step[];
  readonly value: AxisOptions;
  /** A number on the axis as text. */
  readonly text: (value: number) => string;
  readonly width?: number;
}

/** Lying bars that lead from one value to another step by step, those that raise it and those that lower it in two colours: an HTML figure. */
export async function waterfallChart(options: WaterfallChart): Promise<string> {
  const { from, to, steps, value, text, width = 460 } = options;
  let at = from.value;
  const bars = steps.map(({ label, change }) => {
    const start = at;
    at += change;
    const said = `${change < 0 ? "" : "+"}${text(change)}`;
    return { label, start, end: at, high: Math.max(start, at), said, shown: colourOf(change < 0 ? 1 : 2) };
  });
  const points = [
    { label: from.label, end: from.value, high: from.value, said: text(from.value) },
    { label: to, end: at, high: at, said: text(at) },
  ];
  const labels = [points[0].label, ...bars.map((bar) => bar.label), points[1].label];
  const all = [...bars.flatMap((bar) => [bar.start, bar.end]), from.value];
  const [least, most] = [Math.min(...all), Math.max(...all)];
  const room = (most - least || 1) * 0.16;
  const rows = [
    [points[0].label, "", points[0].said],
    ...bars.map((bar) => [bar.label, bar.said, text(bar.end)]),
    [points[1].label, "", points[1].said],
  ];
  const draw = (narrow: boolean): VegaSpec => {
    const above = narrow ? namesAbove(labels.length, 15) : undefined;
    const x = (field: string): Record<string, unknown> => ({
      field,
      type: "quantitative",
      scale: { domain: [least - room / 4, most + room], zero: false, nice: false },
      axis: { ...axis(value, narrow), grid: true },
    });
    const y = {
      field: "label",
      type: "nominal",
      sort: labels,
      title: null,
      ...(above && { scale: above.scale }),
      axis: { labelLimit: 220, grid: false, domain: true, ...above?.axis },
    };
    return {
      width: narrow ? 320 : width,
      height: above?.height ?? { step: 26 },
      layer: [
        {
          data: { values: bars },
          mark: { type: "bar", height: 15 },
          encoding: {
            y,
            x: x("start"),
            x2: { field: "end" },
            color: { field: "shown", type: "nominal", scale: null },
          },
        },
        {
          data: { values: points },
          mark: { type: "point", shape: "diamond", filled: true, size: 70, color: ink, opacity: 1 },
          encoding: { y, x: x("end") },
        },
        {
          data: { values: [...bars, ...points] },
          mark: { type: "text", align: "left", dx: 7, color: faint, fontSize: 11 },
          encoding: { y, x: x("high"), text: { field: "said", type: "nominal" } },
        },
      ],
    };
  };
  return figure(draw, options, { header: ["Step", "Change", value.label], rows });
}
