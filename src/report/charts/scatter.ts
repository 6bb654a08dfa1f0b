import { decimal } from "../../core/format";
import { type FigureText, figure } from "./figure";
import { type AxisOptions, axis } from "./line";
import { type Colour, colourOf, legendAbove } from "./theme";

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
  const { groups, x, y, size = 12, opacity = 0.5, width = 480, height = 380 } = options;
  // Two decimals of a pixel are more than the eye sees and keep the file small.
  const values = groups.flatMap((group) => group.points.map((p) => ({ ...p, group: group.name })));
  const scaleOf = (options: AxisOptions) => ({
    type: options.scale ?? "linear",
    zero: false,
    ...(options.domain ? { domain: options.domain, clamp: true } : {}),
  });
  const at = {
    x: { field: "x", type: "quantitative", scale: scaleOf(x), axis: { ...axis(x), grid: true } },
    y: { field: "y", type: "quantitative", scale: scaleOf(y), axis: axis(y) },
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
          legend: names.length > 1 ? { ...legendAbove, symbolOpacity: 1, symbolSize: 60 } : null,
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
  const rows = values.map((p) => [
    p.label ? `${p.group}: ${p.label}` : p.group,
    decimal(p.x, 3),
    decimal(p.y, 3),
  ]);
  return figure({ width, height, data: { values }, layer: layers }, options, {
    header: ["Group", x.label, y.label],
    rows,
  });
}
