import type { VegaSpec } from "./draw-vega";

export const plotlyMime = "application/vnd.plotly.v1+json";

/** A Plotly figure as a Vega-Lite specification, and what of it is not drawn, in words. */
export interface PlotlyChart {
  readonly spec: VegaSpec;
  readonly left: readonly string[];
}

type Given = Readonly<Record<string, unknown>>;
type Row = Record<string, unknown>;

/** Traces of one kind, drawn together: grouping and stacking are between them. */
interface Kind {
  /** A trace's values, a row a mark. */
  rows(trace: Given, name: string): Row[];
  layers(rows: Row[], figure: Axes, traces: readonly Given[]): VegaSpec[];
}

interface Axes {
  readonly layout: Given;
  readonly x: VegaSpec;
  readonly y: VegaSpec;
  /** The colour that tells traces apart; empty where there is one. */
  readonly colour: VegaSpec;
  /** Whether the vertical axis begins at zero, because bars share it. */
  readonly zero: boolean;
}

/**
 * The common traces of a Plotly figure as Vega-Lite: scatter and lines, bars, histograms, boxes, heat maps, pies. What
 * moves or answers the mouse stays out, as do colours of its own.
 * @throws Error when none of its traces can be drawn.
 */
export function plotlyChart(figure: Given): PlotlyChart {
  const traces = (Array.isArray(figure.data) ? figure.data : []).filter(isGiven);
  if (traces.length === 0) throw new Error("the Plotly figure holds no traces");
  const layout = isGiven(figure.layout) ? figure.layout : {};
  const left: string[] = [];
  const named = traces.map((trace, i) => ({ trace, name: String(trace.name || `trace ${i}`) }));
  const drawn = named.filter(({ trace, name }) => {
    const type = typeOf(trace);
    const elsewhere = [trace.xaxis ?? "x", trace.yaxis ?? "y"].join() !== "x,y";
    if (type in kinds && !elsewhere && trace.visible !== false) return true;
    const why = trace.visible === false ? "hidden" : elsewhere ? "on axes of its own" : `of type ${type}`;
    left.push(`${name} (${why})`);
    return false;
  });
  if (drawn.length === 0)
    throw new Error(`traces of a Plotly figure that are not drawn here: ${left.join(", ")}`);
  // Bars lie below what is drawn over them.
  const types = [...new Set(drawn.map(({ trace }) => typeOf(trace)))].sort(
    (a, b) => Number(b === "bar") - Number(a === "bar"),
  );
  const layers = types.flatMap((type) => {
    const own = drawn.filter(({ trace }) => typeOf(trace) === type);
    const rows = own.flatMap(({ trace, name }) => kinds[type].rows(trace, name));
    const colour =
      named.length > 1 ? { color: { field: "series", type: "nominal", title: null, sort: null } } : {};
    const [x, y] = [axis(layout, "x", rows), axis(layout, "y", rows)];
    // Points and lines over bars stand where these do, and bars begin at zero.
    const over = type !== "bar" && types.includes("bar");
    const axes = { layout, x: over ? discrete(x) : x, y, colour, zero: over };
    return kinds[type]
      .layers(
        rows,
        axes,
        own.map(({ trace }) => trace),
      )
      .map((layer) => ({
        data: { values: rows },
        ...layer,
      }));
  });
  for (const key of ["annotations", "shapes", "sliders", "updatemenus"])
    if (Array.isArray(layout[key]) && layout[key].length > 0) left.push(key);
  if (Array.isArray(figure.frames) && figure.frames.length > 0) left.push("frames");
  if (drawn.some(({ trace }) => trace.error_x || trace.error_y)) left.push("error bars");
  const title = titleOf(layout.title);
  const size = types.every((type) => type === "pie")
    ? { width: 300, height: 300 }
    : { width: 560, height: 320 };
  return { spec: { ...(title && { title }), ...size, layer: layers }, left };
}

const kinds: Readonly<Record<string, Kind>> = {
  scatter: {
    rows: (trace, series) => {
      const { x, y } = pairs(trace);
      // Names that begin with a dash below are not part of the table under the chart.
      const how = { _mode: modeOf(trace), _filled: /tozero|tonext/.test(String(trace.fill)) };
      return y.map((value, _at) => ({ x: x[_at], y: value, series, _at, ...how }));
    },
    layers: (rows, { x, y, colour, zero }, traces) => {
      const encoding = { x: free(x), y: zero ? y : free(y), ...colour, detail: { field: "series" } };
      const steps = traces.some((trace) => isGiven(trace.line) && String(trace.line.shape).startsWith("hv"));
      const line = { type: "line", interpolate: steps ? "step-after" : "linear" };
      const layer = (mark: VegaSpec, which: (row: Row) => unknown, more: VegaSpec = {}): VegaSpec[] => {
        const shown = rows.filter(which);
        return shown.length === 0
          ? []
          : [{ data: { values: shown }, mark, encoding: { ...encoding, ...more } }];
      };
      return [
        ...layer({ type: "area", opacity: 0.25 }, (row) => row._filled, { y }),
        ...layer(line, (row) => String(row._mode).includes("lines"), { order: { field: "_at" } }),
        ...layer({ type: "circle", size: 40 }, (row) => String(row._mode).includes("markers")),
      ];
    },
  },
  bar: {
    rows: (trace, series) => {
      const { x, y } = pairs(trace);
      return y.map((value, i) => ({ x: x[i], y: value, series }));
    },
    layers: (_, { layout, x, y, colour }, traces) => {
      const lying = traces.some((trace) => trace.orientation === "h");
      const stacked = ["stack", "relative"].includes(String(layout.barmode));
      const beside = "color" in colour && !stacked && layout.barmode !== "overlay";
      const offset = { field: "series", sort: null };
      return [
        {
          mark: "bar",
          encoding: {
            x: lying ? { ...x, ...(stacked ? {} : { stack: null }) } : discrete(x),
            y: lying ? discrete(y) : { ...y, ...(stacked ? {} : { stack: null }) },
            ...colour,
            ...(beside ? { [lying ? "yOffset" : "xOffset"]: offset } : {}),
          },
        },
      ];
    },
  },
  histogram: {
    rows: (trace, series) => (values(trace.x) ?? values(trace.y) ?? []).map((x) => ({ x, series })),
    layers: (_, { x, y, colour }, traces) => {
      const most = Number(traces[0].nbinsx ?? 0);
      const bin = x.type === "quantitative" ? { bin: most > 0 ? { maxbins: most } : true } : {};
      const height = { title: y.title ?? "count", aggregate: "count", type: "quantitative", stack: null };
      return [
        {
          mark: { type: "bar", opacity: "color" in colour ? 0.6 : 1 },
          encoding: { x: { ...x, ...bin }, y: height, ...colour },
        },
      ];
    },
  },
  box: {
    rows: (trace, series) => {
      const y = values(trace.y);
      const group = values(trace.x);
      return y
        ? y.map((value, i) => ({ x: group?.[i] ?? series, y: value, series }))
        : (group ?? []).map((value) => ({ x: value, y: series, series }));
    },
    layers: (_, { x, y }) => [
      { mark: { type: "boxplot", extent: 1.5 }, encoding: { x: free(x), y: free(y) } },
    ],
  },
  heatmap: {
    rows: (trace) => {
      const z = Array.isArray(trace.z) ? trace.z : [];
      const [across, down] = [values(trace.x), values(trace.y)];
      return z.flatMap((line: unknown, i: number) =>
        (values(line) ?? []).map((value, j) => ({ x: across?.[j] ?? j, y: down?.[i] ?? i, value })),
      );
    },
    layers: (_, { x, y }) => [
      {
        mark: "rect",
        encoding: {
          x: discrete(x),
          // Plotly's first row lies at the bottom.
          y: { ...discrete(y), sort: "descending" },
          color: { field: "value", type: "quantitative", title: null },
        },
      },
    ],
  },
  pie: {
    rows: (trace) => {
      const sizes = values(trace.values) ?? [];
      return (values(trace.labels) ?? []).map((label, i) => ({ label: String(label), size: sizes[i] ?? 1 }));
    },
    layers: (_, __, [trace]) => [
      {
        mark: { type: "arc", innerRadius: 150 * Number(trace.hole ?? 0) },
        encoding: {
          theta: { field: "size", type: "quantitative" },
          color: { field: "label", type: "nominal", title: null, sort: null },
        },
      },
    ],
  },
};

function typeOf(trace: Given): string {
  const type = String(trace.type ?? "scatter");
  return type === "scattergl" ? "scatter" : type === "heatmapgl" ? "heatmap" : type;
}

function modeOf(trace: Given): string {
  if (typeof trace.mode === "string") return trace.mode;
  return (values(trace.y) ?? values(trace.x) ?? []).length < 20 ? "lines+markers" : "lines";
}

/** Both coordinates; the one that is not given counts from 0. */
function pairs(trace: Given): { x: unknown[]; y: unknown[] } {
  const [x, y] = [values(trace.x), values(trace.y)];
  const count = (other: unknown[] | undefined): unknown[] => (other ?? []).map((_, i) => i);
  return { x: x ?? count(y), y: y ?? count(x) };
}

const arrays: Readonly<Record<string, { new (bytes: ArrayBuffer): ArrayLike<number> }>> = {
  f8: Float64Array,
  f4: Float32Array,
  i4: Int32Array,
  u4: Uint32Array,
  i2: Int16Array,
  u2: Uint16Array,
  i1: Int8Array,
  u1: Uint8Array,
};

/** The values of a list as Plotly writes it: plain, or packed as base64; undefined for what is none. */
function values(given: unknown): unknown[] | undefined {
  if (Array.isArray(given)) return given;
  if (!isGiven(given) || typeof given.bdata !== "string") return undefined;
  const kind = arrays[String(given.dtype)];
  if (!kind) return undefined;
  const bytes = Buffer.from(given.bdata, "base64");
  return Array.from(
    new kind(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) as ArrayBuffer),
  );
}

/** An axis with its title and the kind of value that lies on it. */
function axis(layout: Given, name: "x" | "y", rows: readonly Row[]): VegaSpec {
  const own = isGiven(layout[`${name}axis`]) ? (layout[`${name}axis`] as Given) : {};
  const found = rows.map((row) => row[name]).filter((value) => value !== null && value !== undefined);
  const type = found.every((value) => typeof value === "number")
    ? "quantitative"
    : found.every((value) => typeof value === "string" && /^\d{4}-\d\d(-\d\d([T ][\d:.]+Z?)?)?$/.test(value))
      ? "temporal"
      : "nominal";
  const scale = {
    ...(own.type === "log" ? { type: "log" } : {}),
    ...(own.autorange === "reversed" ? { reverse: true } : {}),
  };
  return {
    field: name,
    type,
    title: titleOf(own.title) ?? null,
    ...(type === "nominal" ? { sort: null } : { scale }),
  };
}

/** The axis whose values need not begin at zero. */
function free(axis: VegaSpec): VegaSpec {
  return axis.type === "quantitative"
    ? { ...axis, scale: { ...(axis.scale as VegaSpec), zero: false } }
    : axis;
}

/** The axis of things that stand beside each other. */
function discrete({ scale: _, ...axis }: VegaSpec): VegaSpec {
  return axis.type === "quantitative" ? { ...axis, type: "ordinal" } : axis;
}

function titleOf(given: unknown): string | undefined {
  const text = isGiven(given) ? given.text : given;
  return typeof text === "string" && text !== ""
    ? text.replace(/<br\s*\/?>/gi, " ").replace(/<[^>]*>/g, "")
    : undefined;
}

function isGiven(value: unknown): value is Given {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
