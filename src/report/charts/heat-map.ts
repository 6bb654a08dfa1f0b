import { decimal } from "../../core/format";
import type { VegaSpec } from "./draw-vega";
import { type FigureText, figure } from "./figure";
import { wrapped } from "./narrow";

export interface HeatMap extends FigureText {
  /** Names of the rows, top to bottom, and of the columns, left to right. */
  readonly rows: readonly string[];
  readonly columns: readonly string[];
  /** values[i][j] belongs to row i and column j. */
  readonly values: readonly (readonly number[])[];
  /** What a cell's number is. */
  readonly label: string;
  /** The ends of the colour scale; a scale that goes below zero is drawn in two colours that meet at zero. */
  readonly domain: readonly [number, number];
  /** Side of a cell in pixels; 22 by default. */
  readonly cell?: number;
  /** A number written into each cell, in few characters; without, cells hold colour alone. */
  readonly text?: (value: number) => string;
}

/** A grid of coloured cells: an HTML figure. */
export async function heatMap(options: HeatMap): Promise<string> {
  const { rows, columns, values, label, domain, cell = 22, text } = options;
  const cells = rows.flatMap((row, i) =>
    columns.map((column, j) => ({
      row,
      column,
      value: values[i][j],
      ...(text ? { text: text(values[i][j]) } : {}),
    })),
  );
  const [low, high] = domain;
  const range = low < 0 ? ["#b2182b", "#d8d8d8", "#0072b2"] : ["#e6edf3", "#0072b2", "#04304f"];
  const middle = low < 0 ? 0 : (low + high) / 2;
  const draw = (narrow: boolean): VegaSpec => {
    const lines = Math.max(...rows.map((row) => wrapped(row, nameWidth, 11).length));
    return {
      width: { step: cell },
      height: { step: narrow ? Math.max(cell, 13 * lines) : cell },
      data: { values: cells },
      layer: [
        {
          mark: { type: "rect" },
          encoding: {
            color: {
              field: "value",
              type: "quantitative",
              scale: { domain: [low, middle, high], range, clamp: true, interpolate: "rgb" },
              legend: {
                ...{ title: label, gradientLength: 120, titleFontWeight: "normal", titleLimit: 320 },
                ...(narrow && { orient: "top", direction: "horizontal", gradientLength: 200 }),
              },
            },
          },
        },
        ...(text
          ? [
              {
                mark: { type: "text", fontSize: 11 },
                encoding: { text: { field: "text" }, color: inkOn(low, high) },
              },
            ]
          : []),
      ],
      encoding: {
        x: {
          field: "column",
          type: "nominal",
          sort: columns,
          title: null,
          axis: { labelAngle: narrow ? -90 : -45, labelLimit: 240, ticks: false, domain: false },
        },
        y: {
          field: "row",
          type: "nominal",
          sort: rows,
          title: null,
          axis: { labelLimit: 300, ticks: false, domain: false, ...(narrow && inLines(rows)) },
        },
      },
    };
  };
  return figure(draw, options, {
    header: ["Row", "Column", label],
    rows: cells.map((cell) => [cell.row, cell.column, decimal(cell.value, 3)]),
  });
}

/** How wide the name of a row may be on a narrow screen. */
const nameWidth = 104;

/** An axis whose names stand in lines. */
function inLines(names: readonly string[]): VegaSpec {
  const lines = Object.fromEntries(names.map((name) => [name, wrapped(name, nameWidth, 11)]));
  return { labelExpr: `${JSON.stringify(lines)}[datum.label]`, labelFontSize: 11 };
}

/** Light figures on the dark ends of the scale, dark ones elsewhere. */
function inkOn(low: number, high: number): object {
  const dark =
    low < 0
      ? `datum.value < ${0.6 * low} || datum.value > ${0.6 * high}`
      : `datum.value > ${low + 0.4 * (high - low)}`;
  return { condition: { test: dark, value: "#ffffff" }, value: "#1b1f24" };
}
