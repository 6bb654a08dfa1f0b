import { decimal } from "../../core/format";
import type { VegaSpec } from "./draw-vega";
import { type FigureText, figure } from "./figure";
import { type AxisOptions, axis, axisAbove } from "./line";
import { type Colour, colourOf, legendAbove, legendBelow } from "./theme";

export interface ScatterGroup {
  readonly name: string;
  readonly colour: Colour;
  readonly points: readonly { readonly x: number; readonly y: number; readonly label?: string }[];
}

export interface ScatterChart extends FigureText {
  /** Drawn in this order, so the last lies on top. */
  readonly groups: readonly ScatterGroup[];
  readonly x: AxisOptions;
  readonly y: AxisOptions;
  /** Area of a dot in square pixels; 12 by default. */
  readonly size?: number;
  readonly opacity?: number;
  readonly width?: number;
  readonly height?: number;
}

/** Points by group, with a legend or, where points carry labels, their words beside them: an HTML figure. */
export async function scatterChart(options: ScatterChart): Promise<string> {
  const rows = options.groups.flatMap((group) =>
    group.points.map((p) => [
      p.label ? `${group.name}: ${p.label}` : group.name,
      decimal(p.x, 3),
      decimal(p.y, 3),
    ]),
  );
  const header = ["Group", options.x.label, options.y.label];
  return figure((narrow) => pointsOf(options, narrow), options, { header, rows });
}

/** Beyond this many points a narrow screen shows some of them; they would lie on each other, and the page grow. */
const mostPoints = 300;

function pointsOf(options: ScatterChart, narrow: boolean): VegaSpec {
  const { groups, x, size = 12, opacity = 0.5, width = 480, height = 380 } = options;
  const all = groups.flatMap((group) => group.points.map((p) => ({ ...p, group: group.name })));
  const step = narrow ? Math.ceil(all.length / mostPoints) : 1;
  const values = all.filter((_, i) => i % step === 0);
  const y =
    step > 1 ? { ...options.y, label: `${options.y.label} (one point in ${step} is drawn)` } : options.y;
  const scaleOf = (options: AxisOptions) => ({
    type: options.scale ?? "linear",
    zero: false,
    ...(options.domain ? { domain: options.domain, clamp: true } : {}),
  });
  const at = {
    x: { field: "x", type: "quantitative", scale: scaleOf(x), axis: { ...axis(x, narrow), grid: true } },
    y: { field: "y", type: "quantitative", scale: scaleOf(y), axis: axisAbove(y, narrow) },
  };
  const names = groups.map((group) => group.name);
  const layers: unknown[] = [
    {
      mark: { type: "point", filled: true, size, opacity },
      encoding: {
        ...at,
        color: {
          field: "group",
          type: "nominal",
          scale: { domain: names, range: groups.map((group) => colourOf(group.colour)) },
          legend:
            names.length > 1
              ? { ...(narrow ? legendBelow(names) : legendAbove), symbolOpacity: 1, symbolSize: 60 }
              : null,
        },
      },
    },
  ];
  if (values.some((p) => p.label)) {
    layers.push({
      mark: { type: "text", align: "left", dx: 7, fontSize: 11 },
      encoding: { ...at, text: { field: "label" } },
    });
  }
  return { width: narrow ? 320 : width, height: narrow ? 300 : height, data: { values }, layer: layers };
}
