import { make, shown } from "./dom.js";

const [width, height] = [320, 130];
const [left, right, top, bottom] = [44, 8, 8, 20];

/** A small chart for each loss, as each has a scale of its own. */
export function lossCharts(losses: Readonly<Record<string, readonly number[]>>): HTMLElement[] {
  return Object.entries(losses)
    .filter(([, values]) => values.length > 1)
    .map(([name, values]) => chartOf(name, values));
}

/** The most points that a line is drawn with: more than the screen has columns show nothing. */
const mostPoints = 600;

/** The places of a long line's lowest and highest value in each of its parts, in order: what one sees of it. */
function seen(values: readonly number[]): number[] {
  if (values.length <= mostPoints) return values.map((_, i) => i);
  const parts = mostPoints / 2;
  return Array.from({ length: parts }, (_, k) => {
    const from = Math.floor((k * values.length) / parts);
    const to = Math.floor(((k + 1) * values.length) / parts);
    let [low, high] = [from, from];
    for (let i = from; i < to; i++) {
      if (values[i] < values[low]) low = i;
      if (values[i] > values[high]) high = i;
    }
    return low <= high ? [low, high] : [high, low];
  }).flat();
}

function chartOf(name: string, values: readonly number[]): HTMLElement {
  const points = seen(values);
  const low = Math.min(...points.map((i) => values[i]));
  const high = Math.max(...points.map((i) => values[i]));
  const x = (i: number): number => left + ((width - left - right) * i) / (values.length - 1);
  const y = (value: number): number =>
    top + (height - top - bottom) * (1 - (high > low ? (value - low) / (high - low) : 0.5));
  const last = values[values.length - 1];
  // As many digits as it takes to tell the ends of the scale apart.
  const digits = Math.min(6, Math.max(0, 2 - Math.floor(Math.log10(high - low || 1))));
  const svg = draw("svg", {
    viewBox: `0 0 ${width} ${height}`,
    role: "img",
    "aria-label": `${name}: ${shown(values[0], 3)} at first, ${shown(last, 3)} now, after ${values.length} steps`,
  });
  for (const value of high > low ? [low, high] : [low]) {
    svg.append(
      draw("line", { class: "app-grid", x1: left, x2: width - right, y1: y(value), y2: y(value) }),
      draw("text", { x: left - 6, y: y(value) + 4, "text-anchor": "end" }, shown(value, digits)),
    );
  }
  svg.append(
    draw("text", { x: left, y: height - 4 }, "1"),
    draw("text", { x: width - right, y: height - 4, "text-anchor": "end" }, `step ${shown(values.length)}`),
    draw("polyline", {
      points: points.map((i) => `${x(i).toFixed(1)},${y(values[i]).toFixed(1)}`).join(" "),
    }),
  );
  const figure = make("figure", {}, make("figcaption", {}, `${name}: now ${shown(last, digits)}`));
  figure.append(svg);
  return figure;
}

/** An SVG element with attributes and text. */
export function draw(
  tag: string,
  attributes: Readonly<Record<string, string | number>>,
  text = "",
): SVGElement {
  const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, String(value));
  if (text) element.textContent = text;
  return element;
}
