import { type Drawn, drawVega, type VegaSpec } from "./draw-vega";
import { textWidth } from "./text-width";

/** What a page leaves for a drawing on a screen of 390 px. */
const narrowest = 358;
/** Below this a plot says nothing; what is still wider scrolls. */
const leastPlot = 120;
/** Below this the names of its rows stand better above than beside it. */
const goodPlot = 200;
/** A second drawing of more characters would make a page much larger. */
const mostCharacters = 60_000;
/** Around each name that stands above its row. */
const roomForName = 22;

/**
 * A drawing in place of `wide` for a screen as narrow as a phone's: its plot is as much narrower as the whole asks for.
 * Undefined where the wide one fits already, or where a second one would be large.
 */
export async function drawNarrow(
  wide: Drawn,
  spec: VegaSpec,
  config: VegaSpec,
  lite = true,
): Promise<Drawn | undefined> {
  if (wide.width <= narrowest) return undefined;
  const all = { ...below(spec), ...(lite ? { config, autosize: { type: "pad" } } : {}) };
  let drawn = await fitted(all, lite);
  const named = lite && (drawn.plotWidth ?? Infinity) < goodPlot ? rowsNamedAbove(all) : undefined;
  if (named) drawn = await fitted(named, lite);
  return drawn.svg.length > mostCharacters || drawn.width >= wide.width ? undefined : drawn;
}

/** The drawing with a plot as narrow as it takes for the whole to fit, down to `leastPlot`. */
async function fitted(spec: VegaSpec, lite: boolean): Promise<Drawn> {
  let drawn = await drawVega(spec, lite);
  // A narrower plot has other ticks, which may take more room beside it.
  for (let tries = 0; tries < 3 && drawn.width > narrowest; tries++) {
    if (drawn.plotWidth === undefined || drawn.plotWidth <= leastPlot) break;
    const width = Math.floor(Math.max(leastPlot, drawn.plotWidth - (drawn.width - narrowest)));
    drawn = await drawVega({ ...spec, width }, lite);
  }
  return drawn;
}

/** The specification with the names of its rows above them; undefined where it has no rows of names. */
function rowsNamedAbove(spec: VegaSpec): VegaSpec | undefined {
  const { scale, axis } = namesAbove(1, 16);
  let found = false;
  const change = (one: VegaSpec): VegaSpec => {
    const out: Record<string, unknown> = { ...one };
    const { y, yOffset, row } = (one.encoding ?? {}) as Record<string, Record<string, unknown> | undefined>;
    if (y && y.field !== undefined && !y.aggregate && !y.bin && !y.timeUnit && !yOffset && !row) {
      const discrete = ["nominal", "ordinal", undefined].includes(y.type as string | undefined);
      if (!discrete || y.axis === null) return out;
      found = true;
      const own = {
        ...y,
        scale: { ...(y.scale as object), ...scale },
        axis: { ...(y.axis as object), ...axis },
      };
      out.encoding = { ...(one.encoding as object), y: own };
    }
    if (Array.isArray(one.layer)) out.layer = one.layer.map(change);
    return out;
  };
  const changed = change(spec);
  return found ? { ...changed, width: 320, height: { step: 16 + roomForName } } : undefined;
}

/** A specification whose charts stand below each other, none wider than the screen. */
function below(spec: VegaSpec): VegaSpec {
  const { hconcat, ...rest } = spec;
  const out: Record<string, unknown> = hconcat ? { ...rest, vconcat: hconcat } : rest;
  for (const key of ["vconcat", "concat"])
    if (Array.isArray(out[key])) out[key] = (out[key] as VegaSpec[]).map(below);
  if ("spec" in out) out.spec = below(out.spec as VegaSpec);
  if ("concat" in out || "spec" in out) out.columns = 1;
  const { column, ...others } = (out.encoding ?? {}) as Record<string, object>;
  if (column)
    out.encoding = { ...others, ...("row" in others ? { column } : { facet: { ...column, columns: 1 } }) };
  if (typeof out.width === "number") out.width = Math.min(out.width, 320);
  return out;
}

/** The text in lines that are not wider than so many pixels; a word that is stays whole. */
export function wrapped(text: string, width: number, fontSize = 12): string[] {
  const lines: string[] = [];
  for (const word of text.split(" ")) {
    const longer = lines.length > 0 ? `${lines[lines.length - 1]} ${word}` : word;
    if (lines.length > 0 && textWidth(longer, fontSize) <= width) lines[lines.length - 1] = longer;
    else lines.push(word);
  }
  return lines;
}

/** Rows of a plot whose names stand above them, at its left edge: what their scale and axis need, and their height. */
export function namesAbove(
  rows: number,
  thickness: number,
): { scale: VegaSpec; axis: VegaSpec; height: number } {
  const step = thickness + roomForName;
  const padding = roomForName / step;
  return {
    scale: { paddingInner: padding, paddingOuter: padding },
    axis: {
      ...{ labelAlign: "left", labelPadding: 0, tickSize: 0, ticks: false, labelLimit: 340 },
      labelOffset: -thickness / 2 - roomForName / 2 + 2,
    },
    height: step * (rows + padding),
  };
}
