import { describe, expect, test } from "vitest";
import { barChart } from "../../src/report/charts/bars";
import { dotChart } from "../../src/report/charts/dots";
import { budgetExplorer } from "../../src/report/charts/explorer";
import { heatMap } from "../../src/report/charts/heat-map";
import { lineChart } from "../../src/report/charts/line";
import { scatterChart } from "../../src/report/charts/scatter";
import { vegaFigure } from "../../src/report/charts/vega";
import { waterfallChart } from "../../src/report/charts/waterfall";

const words = {
  title: "What <it> shows",
  description: 'Two lines that </desc><b title="x">cross',
  note: "Of <b>all customers",
};
const charts: Record<string, () => Promise<string>> = {
  line: () =>
    lineChart({
      ...words,
      x: { label: "False positive rate", domain: [0, 1] },
      y: { label: "True positive rate", domain: [0, 1] },
      rules: [{ x: 0.3, label: "0.3" }],
      series: [
        {
          name: "Random <b>forest",
          colour: 2,
          points: [
            { x: 0, y: 0 },
            { x: 0.2, y: 0.8, low: 0.7, high: 0.9 },
            { x: 1, y: 1, low: 1, high: 1 },
          ],
        },
        {
          name: "No skill",
          colour: "grey",
          dashed: true,
          points: [
            { x: 0, y: 0 },
            { x: 1, y: 1 },
          ],
        },
      ],
    }),
  dots: () =>
    dotChart({
      ...words,
      x: { label: "F1" },
      zero: 0,
      dots: [
        { label: "<b>LR", value: 0.3, low: 0.2, high: 0.4, colour: 1 },
        { label: "LR", value: 0.31, colour: "grey", mark: "diamond", group: "published" },
      ],
    }),
  bars: () =>
    barChart({
      ...words,
      value: { label: "Share" },
      bars: [
        { label: "<b>a", value: 1, colour: 1, group: "x" },
        { label: "a", value: 2, colour: 2, group: "y", low: 1, high: 3 },
      ],
    }),
  heat: () =>
    heatMap({
      ...words,
      rows: ["<b>a"],
      columns: ["b", "<b>c"],
      values: [[0.1, -0.2]],
      label: "Difference",
      domain: [-1, 1],
    }),
  scatter: () =>
    scatterChart({
      ...words,
      x: { label: "x" },
      y: { label: "y" },
      groups: [{ name: "<b>real", colour: "grey", points: [{ x: 1, y: 2, label: "p" }] }],
    }),
};

describe.each(Object.entries(charts))("%s chart", (_, draw) => {
  test("is one accessible SVG with title, description and a data table, and follows the page's colours", async () => {
    const text = await draw();
    expect(text.match(/<svg (?![^>]*tl-narrow)/g)).toHaveLength(1);
    expect(text).toMatch(
      /<svg [^>]*role="img" aria-labelledby="(\S+)-t \1-d"><title id="\1-t">What &lt;it&gt; shows<\/title><desc id="\1-d">Two lines that &lt;\/desc&gt;&lt;b title=&quot;x&quot;&gt;cross<\/desc>/,
    );
    expect(text).toContain("<summary>Data</summary>");
    expect(text).toContain('<p class="tl-note">Of &lt;b&gt;all customers</p>');
    expect(text).not.toMatch(/<b[ >]/);
    expect(text).not.toMatch(
      /NaN|undefined|\[object|<script|xlink:href|url\((?!#)|https?:(?!\/\/www.w3.org\/2000\/svg)/,
    );
    expect(text.match(/aria-roledescription/)).toBeNull();
    expect(text).toContain("var(--tl-");
  });

  test("draws the same bytes twice", async () => {
    expect(await draw()).toBe(await draw());
  });
});

test("the explorer's words are words, whatever signs they hold", () => {
  const text = budgetExplorer({
    ...words,
    groups: [[100, 0.6, 90, 0.3]],
    start: { threshold: 10, contact: 2, offer: 15, budget: 5000 },
  });
  expect(text.match(/&lt;(?:it|b title=&quot;x&quot;|b)&gt;/g)).toHaveLength(3);
  expect(text).not.toMatch(/<b[ >]/);
});

const long = ["Logistic regression with balanced classes", "Calls to the service in a month", "Tariff"];
const wide: Record<string, () => Promise<string>> = {
  line: () =>
    lineChart({
      ...words,
      x: { label: "Share of all customers that are called in a month" },
      y: { label: "Share of all who leave and are found by these calls" },
      series: long.map((name, i) => ({ name, colour: 1, dashed: i === 1, points: curve(i) })),
    }),
  dots: () =>
    dotChart({ ...words, x: { label: "F1" }, dots: long.map((label) => ({ label, value: 0.3, colour: 1 })) }),
  bars: () =>
    barChart({
      ...words,
      value: { label: "F1" },
      bars: long.map((label) => ({ label, value: 0.3, colour: 1 })),
    }),
  "upright bars by group": () =>
    barChart({
      ...{ ...words, upright: true, value: { label: "F1" } },
      bars: long.flatMap((label) => long.map((group) => ({ label, group, value: 1, colour: 1 as const }))),
    }),
  heat: () =>
    heatMap({
      ...{ ...words, label: "Difference", domain: [-1, 1] },
      rows: [...long, ...letters],
      columns: [...long, ...letters],
      values: [...long, ...letters].map((_, i, all) => all.map((_, j) => Math.sin(i * j))),
    }),
  scatter: () =>
    scatterChart({
      ...{ ...words, x: { label: "x" }, y: { label: "y" } },
      groups: long.map((name, i) => ({ name, colour: 1, points: curve(i, 400) })),
    }),
  waterfall: () =>
    waterfallChart({
      ...{ ...words, value: { label: "Chance" }, text: (v: number) => v.toFixed(2) },
      ...{ from: { label: "Average", value: 0.1 }, to: "This customer" },
      steps: long.map((label) => ({ label, change: 0.1 })),
    }),
  "a cell's": () =>
    vegaFigure(
      "application/vnd.vegalite.v6+json",
      {
        width: 500,
        data: { values: long.map((name, i) => ({ name, i })) },
        mark: "bar",
        encoding: { y: { field: "name", type: "nominal" }, x: { field: "i", type: "quantitative" } },
      },
      { fallbackTitle: "x" },
    ),
  "cells' charts beside each other": () =>
    vegaFigure(
      "application/vnd.vegalite.v6+json",
      {
        data: { values: curve(1) },
        hconcat: [1, 2].map(() => ({
          ...{ width: 300, mark: "line" },
          encoding: { x: { field: "x", type: "quantitative" }, y: { field: "y", type: "quantitative" } },
        })),
      },
      { fallbackTitle: "x" },
    ),
};
const letters = [..."abcdefghijkl"];
const curve = (i: number, n = 40) => Array.from({ length: n }, (_, k) => ({ x: k / n, y: Math.sin(i + k) }));

test.each(Object.entries(wide))(
  "%s has a second drawing for a phone, with all its words",
  async (kind, draw) => {
    const html = await draw();
    const [first, second] = html.match(/<svg [\s\S]*?<\/svg>/g) as string[];
    expect(second).toMatch(/class="tl-narrow" style="display:none" role="img" aria-labelledby="\S+-t \S+-d"/);
    // What is a little wider is scaled to 358 px.
    expect(Number(second.match(/width="([\d.]+)"/)?.[1])).toBeLessThan(375);
    const wordsOf = (svg: string): string[] =>
      [...svg.matchAll(/<(?:text|tspan)[^>]*>([^<]+)</g)].flatMap(([, text]) => text.split(" "));
    const names = wordsOf(first).filter((word) => /^[A-Za-z]{3,}$/.test(word));
    expect(wordsOf(second)).toEqual(expect.arrayContaining(names));
    if (kind === "scatter") expect(second).toContain("(one point in 4 is drawn)");
    const ids = [...html.matchAll(/ id="([^"]+)"/g)].map((match) => match[1]);
    expect(new Set(ids).size).toBe(ids.length);
  },
);

test("a chart that fits into a phone is drawn once", async () => {
  const bars = [{ label: "a", value: 1, colour: 1 as const }];
  expect(
    (await barChart({ ...words, value: { label: "n" }, bars, width: 200 })).match(/<svg /g),
  ).toHaveLength(1);
});

test("a figure of many rows thins its data table and says so", async () => {
  const points = Array.from({ length: 1000 }, (_, i) => ({ x: i, y: i }));
  const text = await lineChart({
    ...words,
    x: { label: "x" },
    y: { label: "y" },
    series: [{ name: "s", colour: 1, points }],
  });
  expect(text).toContain("One row in 17 of 1000.");
  expect(text.match(/<tr>/g)?.length).toBeLessThan(65);
});

test.each<[string, (label: string) => Promise<string>]>([
  [
    "dotChart",
    (label) => dotChart({ ...words, x: { label: "F1" }, dots: [{ label, value: 0.3, colour: 1 }] }),
  ],
  [
    "barChart",
    (label) => barChart({ ...words, value: { label: "Share" }, bars: [{ label, value: 0.3, colour: 1 }] }),
  ],
])("%s shows a label of 40 characters whole", async (_, draw) => {
  const label = "Logistic regression with balanced classes";
  const [svg] = (await draw(label)).match(/<svg[\s\S]*<\/svg>/) ?? [];
  expect(svg).toContain(`>${label}</text>`);
});

test("a legend stands above the title of the vertical axis, not on it", async () => {
  const chart = await scatterChart({
    ...words,
    x: { label: "x" },
    y: { label: "A long title of the vertical axis" },
    groups: ["real", "synthetic"].map((name) => ({ name, colour: 1, points: [{ x: 1, y: 2 }] })),
  });
  // Vertical places, summed over the groups around each text.
  const heights = new Map<string, number>();
  const shifts: number[] = [];
  for (const [tag, close, end, text] of chart
    .split("</svg>")[0]
    .matchAll(/<(\/?)g\b[^>]*?(\/?)>|<text[^>]*>([^<]*)<\/text>/g)) {
    const shift = Number(tag.match(/translate\([-\d.]+,([-\d.]+)\)/)?.[1] ?? 0);
    if (text !== undefined)
      heights.set(
        text,
        shifts.reduce((a, b) => a + b, shift),
      );
    else if (close) shifts.pop();
    else if (!end) shifts.push(shift);
  }
  const title = heights.get("A long title of the vertical axis") as number;
  expect(title - (heights.get("real") as number)).toBeGreaterThan(14);
});
