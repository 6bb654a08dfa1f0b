import { describe, expect, test } from "vitest";
import { plotlyChart } from "../../src/report/charts/plotly";
import { vegaFigure } from "../../src/report/charts/vega";

const draw = async (data: readonly object[], layout: object = {}): Promise<string> =>
  vegaFigure("application/vnd.vegalite.v6+json", plotlyChart({ data, layout }).spec, {
    fallbackTitle: "Chart",
  });

const packed = Buffer.from(Float64Array.of(1, 4, 9).buffer).toString("base64");

describe("plotlyChart(figure)", () => {
  test.each<[name: string, data: object[], marks: string[], shown: string]>([
    ["lines and points", [{ x: [1, 2, 3], y: [1, 4, 2] }], ["line", "circle"], "<td>4</td>"],
    [
      "points of packed numbers",
      [{ type: "scattergl", mode: "markers", y: { dtype: "f8", bdata: packed } }],
      ["circle"],
      "<td>9</td>",
    ],
    [
      "a filled line of dates",
      [{ x: ["2026-01-01", "2026-02-01"], y: [1, 2], fill: "tozeroy" }],
      ["area", "line", "circle"],
      "February",
    ],
    ["bars", [{ type: "bar", x: ["a", "b"], y: [1, 2] }], ["bar"], "<td>b</td>"],
    [
      "lying bars of two traces",
      [1, 3].map((i) => ({ type: "bar", orientation: "h", x: [i, 2], y: ["a", "b"], name: `n${i}` })),
      ["bar"],
      ">n3<",
    ],
    ["a histogram", [{ type: "histogram", x: [1, 1, 2, 3, 5, 8] }], ["bar"], ">count<"],
    ["boxes", [{ type: "box", y: [1, 2, 3, 4, 50], name: "n" }], ["boxplot"], ">n<"],
    [
      "a heat map",
      [
        {
          ...{ type: "heatmap", x: ["a", "b"], y: ["p", "q"] },
          z: [
            [1, 2],
            [3, 4],
          ],
        },
      ],
      ["rect"],
      "<td>q</td>",
    ],
    ["a pie", [{ type: "pie", labels: ["a", "b"], values: [3, 1] }], ["arc"], ">b<"],
  ])("draws %s", async (_, data, marks, shown) => {
    const { layer } = plotlyChart({ data }).spec as { layer: { mark: string | { type: string } }[] };
    expect(layer.map(({ mark }) => (typeof mark === "string" ? mark : mark.type))).toEqual(marks);
    expect(await draw(data)).toContain(shown);
  });

  test("keeps titles, names and logarithms, and the groups of bars", async () => {
    const layout = {
      title: { text: "Calls <b>rise</b>" },
      xaxis: { title: { text: "month" } },
      yaxis: { type: "log" },
    };
    const svg = await draw(
      [
        { x: [1, 2], y: [1, 100], name: "day" },
        { x: [1, 2], y: [2, 300], name: "night" },
      ],
      layout,
    );
    for (const word of ["Calls rise", "month", "day", "night"]) expect(svg).toContain(word);
    const bars = [1, 2].map((i) => ({ type: "bar", x: ["a"], y: [i], name: `n${i}` }));
    expect(JSON.stringify(plotlyChart({ data: bars }).spec)).toContain("xOffset");
    expect(JSON.stringify(plotlyChart({ data: bars, layout: { barmode: "stack" } }).spec)).not.toContain(
      "xOffset",
    );
  });

  test("says what it leaves out, and throws where nothing is left", () => {
    const bar = { type: "bar", x: ["a"], y: [1], error_y: { array: [1] } };
    const given = {
      data: [bar, { type: "surface", name: "hills" }, { ...bar, yaxis: "y2" }],
      layout: { shapes: [{}] },
    };
    expect(plotlyChart(given).left).toEqual([
      "hills (of type surface)",
      "trace 2 (on axes of its own)",
      "shapes",
      "error bars",
    ]);
    expect(() => plotlyChart({ data: [{ type: "surface", name: "hills" }] })).toThrow(
      "hills (of type surface)",
    );
    expect(() => plotlyChart({})).toThrow("holds no traces");
  });
});

test("plotlyChart(figure) puts lines over bars on one axis that begins at zero", async () => {
  const data = [
    { x: [70, 71, 72], y: [11, 13, 12], name: "" },
    { type: "bar", x: [70, 71, 72], y: [11, 12, 13], name: "b" },
  ];
  const { spec } = plotlyChart({ data });
  expect((spec.layer as { mark: unknown }[])[0].mark).toBe("bar");
  const [svg] = (await draw(data)).split("</svg>");
  expect(svg).toContain(">0</text>");
  // Each place along x is named once.
  expect(svg.match(/>71<\/text>/g)).toHaveLength(1);
  expect(plotlyChart({ data: [...data, { type: "scatter3d", name: "" }] }).left).toEqual([
    "trace 2 (of type scatter3d)",
  ]);
});
