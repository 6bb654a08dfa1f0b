import { textWidth } from "./text-width";

/** A series' colour: one of six that colour-blind readers tell apart (Okabe and Ito), or grey for references. */
export type Colour = 1 | 2 | 3 | 4 | 5 | 6 | "grey";

const fallback: Record<Colour, string> = {
  1: "#0072b2",
  2: "#d55e00",
  3: "#009e73",
  4: "#cc79a7",
  5: "#b58900",
  6: "#56b4e9",
  grey: "#8a8f98",
};

/** The colour as a CSS variable of the page, with a fallback for places that have no style of ours. */
export function colourOf(colour: Colour): string {
  return `var(--tl-${colour}, ${fallback[colour]})`;
}

/** One model, one colour, in every chart of every report. */
export const modelColours: Readonly<Record<string, Colour>> = {
  "Logistic regression": 1,
  "Random forest": 2,
  "Tuned random forest": 5,
  "Gradient boosting": 3,
  "Deep network": 4,
  "Automatic blend": 6,
};

// In a page of ours its own colours, in JupyterLab and VS Code those of the theme, elsewhere those of the text around.
export const ink = "var(--tl-ink, var(--jp-ui-font-color1, var(--vscode-foreground, currentColor)))";
export const faint = "var(--tl-faint, var(--jp-ui-font-color1, var(--vscode-foreground, currentColor)))";
export const grid =
  "var(--tl-grid, var(--jp-border-color2, var(--vscode-editorIndentGuide-background, rgb(128 128 128 / 0.3))))";

const font = "system-ui, sans-serif";

/** A legend above a chart whose vertical axis has its title there too: it stands above that title. */
export const legendAbove: Record<string, unknown> = { title: null, orient: "top", offset: 30 };

/** A legend below a chart on a narrow screen, with as many entries beside each other as fit. */
export function legendBelow(names: readonly string[]): Record<string, unknown> {
  const widest = Math.max(...names.map((name) => textWidth(name, 12) + 34));
  return {
    title: null,
    orient: "bottom",
    offset: 12,
    columns: Math.max(1, Math.floor(330 / widest)),
    labelLimit: 300,
  };
}

/** Vega-Lite's config: quiet axes, no frame, text in the page's own colours. */
export const config: Record<string, unknown> = {
  background: null,
  font,
  view: { stroke: null },
  mark: { color: colourOf(1) },
  range: { category: ([1, 2, 3, 4, 5, 6] as const).map(colourOf) },
  axis: {
    domainColor: faint,
    tickColor: faint,
    gridColor: grid,
    labelColor: faint,
    titleColor: ink,
    labelFontSize: 12,
    titleFontSize: 12,
    titleFontWeight: "normal",
    titlePadding: 8,
    labelFont: font,
    titleFont: font,
    tickSize: 4,
  },
  axisX: { grid: false },
  axisY: {
    domain: false,
    ticks: false,
    titleAngle: 0,
    titleAlign: "left",
    titleAnchor: "end",
    titleY: -10,
    titleX: 0,
  },
  legend: {
    labelColor: ink,
    titleColor: ink,
    labelFont: font,
    titleFont: font,
    labelFontSize: 12,
    titleFontSize: 12,
  },
  header: { labelColor: ink, titleColor: ink, labelFontSize: 12, labelFont: font, labelPadding: 24 },
  text: { font, fontSize: 12, color: ink },
};

/** For a screen as narrow as a phone's, where a specification says nothing of it: legends below, fewer ticks. */
export const narrowConfig: Record<string, unknown> = {
  ...config,
  axisXQuantitative: { tickCount: 4 },
  axisXTemporal: { tickCount: 4 },
  legend: { ...(config.legend as object), orient: "bottom", columns: 2, labelLimit: 140 },
};
