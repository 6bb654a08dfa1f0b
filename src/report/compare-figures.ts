import type { Figure } from "./figures";

/** A report, as far as a comparison needs it. */
export interface Compared {
  readonly figures: readonly Figure[];
}

/** How a figure of a later report stands to that of the first. */
export type Change =
  /** Within the figure's tolerance. */
  | "same"
  /** Different, but the two intervals overlap: chance may have done it. */
  | "within intervals"
  | "better"
  | "worse"
  /** Different, and which way is better is not stated. */
  | "different"
  /** Only the first report has it, or only the later one. */
  | "gone"
  | "new";

export interface FigureRow {
  readonly name: string;
  readonly label: string;
  /** The figure of each report, in their order; undefined where one has none. */
  readonly figures: readonly (Figure | undefined)[];
  /** For each report after the first: its value less the first one's. */
  readonly differences: readonly (number | undefined)[];
  readonly changes: readonly Change[];
}

/**
 * The figures of two or more reports side by side, in the order of the first, with those that only later ones have at
 * the end. A difference counts as better or worse only where the intervals, if there are any, lie apart.
 */
export function compareFigures(reports: readonly Compared[]): FigureRow[] {
  const names = [...new Set(reports.flatMap((report) => report.figures.map((figure) => figure.name)))];
  return names.map((name) => {
    const figures = reports.map((report) => report.figures.find((figure) => figure.name === name));
    const [first, ...later] = figures;
    const label = figures.find((figure) => figure !== undefined)?.label ?? name;
    return {
      ...{ name, label, figures },
      differences: later.map((figure) => (first && figure ? figure.value - first.value : undefined)),
      changes: later.map((figure) => changeOf(first, figure)),
    };
  });
}

/** How the later figure stands to the earlier one. */
export function changeOf(before: Figure | undefined, after: Figure | undefined): Change {
  if (!before || !after) return before ? "gone" : "new";
  if (agrees(before, after.value)) return "same";
  if (overlap(before, after)) return "within intervals";
  if (!before.better) return "different";
  return after.value > before.value === (before.better === "higher") ? "better" : "worse";
}

/** Whether a value from another execution is the figure's own, to within its tolerance. */
export function agrees(figure: Figure, value: number): boolean {
  return Math.abs(value - figure.value) <= (figure.tolerance ?? 0);
}

function overlap(a: Figure, b: Figure): boolean {
  if (a.low === undefined || a.high === undefined || b.low === undefined || b.high === undefined)
    return false;
  return a.low <= b.high && b.low <= a.high;
}
