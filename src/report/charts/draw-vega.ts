import { textWidth } from "./text-width";

export type VegaSpec = Readonly<Record<string, unknown>>;

/** A specification that has been drawn. */
export interface Drawn {
  readonly svg: string;
  /** Of the whole, and of its plot alone; the plot's is undefined where several stand beside each other. In pixels. */
  readonly width: number;
  readonly plotWidth: number | undefined;
  /** As Vega, which a page's script can run. */
  readonly compiled: VegaSpec;
  /** The rows of its first data set that has any. */
  readonly rows: readonly Readonly<Record<string, unknown>>[];
}

/** What Vega asks for the width of a text; replacing it is how Vega takes another measure. */
interface TextMetrics {
  width: (
    item: { readonly text?: unknown; readonly fontSize?: number; readonly fontWeight?: string | number },
    text?: unknown,
  ) => number;
}

/**
 * Draws a Vega-Lite or Vega specification without a browser. Nothing is loaded, neither from the network nor from files,
 * and its expressions are interpreted, not compiled: a specification is data, whoever wrote it.
 */
export async function drawVega(spec: VegaSpec, lite: boolean): Promise<Drawn> {
  // Vega comes as ES modules only, hence the dynamic imports.
  const [vega, { compile }, { expressionInterpreter }] = await Promise.all([
    import("vega"),
    import("vega-lite"),
    import("vega-interpreter"),
  ]);
  const { textMetrics } = vega as unknown as { textMetrics: TextMetrics };
  textMetrics.width = (item, text) => {
    const bold = item.fontWeight === "bold" || Number(item.fontWeight) >= 600;
    return textWidth(String(text ?? item.text ?? ""), item.fontSize ?? 11, bold);
  };
  const logger = vega.logger(vega.Error);
  const compiled = (lite ? compile(spec as never, { logger }).spec : spec) as VegaSpec;
  const failures: unknown[] = [];
  const refuse = async (address: string): Promise<never> => {
    // Vega itself would go on without the data.
    failures.push(new Error(`it asks for ${address}, and a report loads nothing`));
    throw failures[0];
  };
  const view = new vega.View(vega.parse(compiled as never, undefined, { ast: true } as never), {
    renderer: "none",
    expr: expressionInterpreter,
    loader: { load: refuse, sanitize: refuse, http: refuse, file: refuse },
    logger: { ...logger, error: (...about: unknown[]) => failures.push(...about) },
  } as never);
  try {
    const svg = tidySvg(await view.toSVG());
    if (failures.length > 0) throw failures[0];
    const names = ((compiled.data ?? []) as { name?: string }[]).map((one) => one.name ?? "");
    const sets = names.map((name) => view.data(name) as Drawn["rows"]);
    const width = Number(svg.match(/ width="([\d.]+)"/)?.[1] ?? 0);
    const plotWidth =
      "width" in view.getState({ signals: (name) => name === "width" }).signals
        ? Number(view.signal("width"))
        : undefined;
    return { svg, width, plotWidth, compiled, rows: sets.find((rows) => rows.length > 0) ?? [] };
  } finally {
    view.finalize();
  }
}

/** A dot as Vega writes it, three times as long as needed: a chart may hold thousands. */
const dot =
  /<path transform="translate\((-?[\d.]+),(-?[\d.]+)\)" d="M([\d.]+),0A\3,\3,0,1,1,-\3,0A\3,\3,0,1,1,\3,0"/g;

/** Leaves out what is not drawn, and what would make the same chart differ from run to run or read out mark by mark. */
function tidySvg(svg: string): string {
  const ids = [...svg.matchAll(/ id="([^"]+)"/g)].map((match) => match[1]);
  let out = svg;
  ids.forEach((id, i) => {
    out = out.replaceAll(` id="${id}"`, ` id="local-${i}"`).replaceAll(`url(#${id})`, `url(#local-${i})`);
  });
  return out
    .replace(/<path d=""[^>]*\/>/g, "")
    .replace(/<path d="M0,0h0v0h0Z"\/>/g, "")
    .replace(/ (aria-[a-z]+|pointer-events|class)="[^"]*"/g, "")
    .replace(/ role="graphics-[a-z]*"/g, "")
    .replace(/ opacity="1"/g, "")
    .replace(/(\d+\.\d{2})\d+/g, "$1")
    .replace(dot, '<circle cx="$1" cy="$2" r="$3"');
}
