import { check } from "../core/checks";

/** The MIME type of an output that holds `Figures`. */
export const figuresMime = "application/vnd.telelink.figures+json";
/** The MIME type of an output that holds `Provenance`. */
export const provenanceMime = "application/vnd.telelink.provenance+json";

/** One number that a report stands for: shown on its first screen or kept for comparison between runs. */
export interface Figure {
  /** Its name for programs, the same in every run: "honest.forest.rocAuc". Unique in a report. */
  readonly name: string;
  /** Its name for readers: "ROC AUC, random forest". */
  readonly label: string;
  readonly value: number;
  /** Ends of an interval around the value; both or none. */
  readonly low?: number;
  readonly high?: number;
  /** What the interval is: "95 % of 20 seeds", "95 % bootstrap". */
  readonly interval?: string;
  /** Written after the number: "€", "months"; "%" shows a share as a percentage. None by default. */
  readonly unit?: string;
  /** Decimals shown; 3 by default, 1 for "%". */
  readonly digits?: number;
  /** Among the three to five on the first screen. */
  readonly key?: boolean;
  /** Which way is better, for comparisons; neither when absent. */
  readonly better?: "higher" | "lower";
  /**
   * How far another execution's value may lie off and still be the same: absolute, 0 by default, since equal seeds give
   * equal figures. Durations and what depends on them need one.
   */
  readonly tolerance?: number;
  /** Where it stands when all models are laid side by side: a table's title, a model's row, a measure's column. */
  readonly cell?: {
    readonly table: string;
    readonly row: string;
    readonly column: string;
    /** Whether the row is there for comparison only and never the best. */
    readonly reference?: boolean;
  };
  /** A published value that it stands beside. */
  readonly reference?: { readonly value: number; readonly source: string };
}

/** What a report says in short. A notebook may show several; the first finding counts, the figures add up. */
export interface Figures {
  /** The finding in a sentence that a manager understands. */
  readonly finding?: string;
  readonly figures: readonly Figure[];
}

/** A data set that a report is about. */
export interface DataSource {
  /** As `telelink data` calls it: "churn-bigml". */
  readonly name: string;
  /** SHA-256 of the file's bytes, or of the simulated table written as CSV; hexadecimal. */
  readonly sha256: string;
  readonly rows: number;
  /** Whether the customers are invented. A report on simulated data says so at its head. */
  readonly simulated: boolean;
  /** The data set's name for readers. */
  readonly title?: string;
  readonly url?: string;
  readonly licence?: string;
}

/** Where a report's figures come from. A notebook may show several; sources and seeds add up. */
export interface Provenance {
  readonly sources: readonly DataSource[];
  readonly seeds: readonly (number | string)[];
  /** What its nets were computed on, where it trains some: "simd (…)". */
  readonly nets?: string;
}

/**
 * The arguments of `display.raw` that put figures into a notebook:
 *
 *     display.raw(...figuresOutput({ finding: "…", figures: [{ name: "rocAuc", label: "ROC AUC", value: 0.925 }] }));
 */
export function figuresOutput(content: Figures): readonly [mime: string, content: never] {
  checkFigures(content.figures);
  return [figuresMime, content as never];
}

/** The arguments of `display.raw` that put data sources and seeds into a notebook; paths of this machine stay out. */
export function provenanceOutput(content: Provenance): readonly [mime: string, content: never] {
  checkProvenance(content);
  const sources = content.sources.map(({ name, title, sha256, rows, simulated, url, licence }) => ({
    name,
    title,
    sha256,
    rows,
    simulated,
    url,
    licence,
  }));
  const { seeds, nets } = content;
  return [provenanceMime, { sources, seeds, ...(nets === undefined ? {} : { nets }) } as never];
}

/** An estimate and its interval, as a figure has them; where a bootstrap's interval leaves the estimate out, it is an end. */
export function ranged(
  { estimate, low, high }: { readonly estimate: number; readonly low: number; readonly high: number },
  interval: string,
): Required<Pick<Figure, "value" | "low" | "high" | "interval">> {
  return { value: estimate, low: Math.min(low, estimate), high: Math.max(high, estimate), interval };
}

/** Words as a part of a figure's name: "Logistic regression with SMOTE" → "logistic-regression-with-smote". */
export function figureName(words: string): string {
  return words
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-|-$/g, "");
}

/** Throws unless names differ, values are finite and intervals hold their value. */
export function checkFigures(figures: readonly Figure[]): void {
  const action = "report figures";
  check(Array.isArray(figures), action, "figures must be a list");
  const names = new Set<string>();
  for (const value of figures) {
    check(
      typeof value.name === "string" && /^[\w.-]+$/.test(value.name),
      action,
      "a name must be letters, digits, dots, dashes and underscores",
      value.name,
    );
    check(!names.has(value.name), action, "names must differ", value.name);
    names.add(value.name);
    check(
      typeof value.label === "string" && value.label !== "",
      action,
      `figure ${value.name} must have a label`,
      value.label,
    );
    check(Number.isFinite(value.value), action, `figure ${value.name} must be a finite number`, value.value);
    for (const part of value.cell ? [value.cell.table, value.cell.row, value.cell.column] : [])
      check(
        typeof part === "string" && part !== "",
        action,
        `the cell of ${value.name} must have words`,
        String(part),
      );
    const { low, high } = value;
    if (low === undefined && high === undefined) continue;
    check(
      typeof low === "number" && typeof high === "number" && low <= high,
      action,
      `the interval of ${value.name} must have two ends, the lower first`,
      `${low} to ${high}`,
    );
  }
}

/** Throws unless every source has a name, a SHA-256 and a number of rows. */
export function checkProvenance(content: Provenance): void {
  const action = "report provenance";
  check(Array.isArray(content.sources), action, "sources must be a list");
  check(Array.isArray(content.seeds), action, "seeds must be a list");
  check(
    content.nets === undefined || typeof content.nets === "string",
    action,
    "nets must be a text",
    content.nets,
  );
  for (const value of content.sources) {
    check(
      typeof value.name === "string" && value.name !== "",
      action,
      "a source must have a name",
      value.name,
    );
    check(
      /^[0-9a-f]{64}$/.test(value.sha256),
      action,
      `source ${value.name} must have a SHA-256 of 64 digits`,
      value.sha256,
    );
    check(
      Number.isInteger(value.rows) && value.rows >= 0,
      action,
      `source ${value.name} must have a number of rows`,
      value.rows,
    );
    check(
      typeof value.simulated === "boolean",
      action,
      `source ${value.name} must say whether it is simulated`,
      value.simulated,
    );
  }
}
