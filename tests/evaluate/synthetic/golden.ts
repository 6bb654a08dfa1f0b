import { type Column, type Table, table } from "../../../src/data/table";

/** A table as scripts/reference/sdmetrics.py writes it. */
export interface GoldenColumn {
  readonly name: string;
  readonly kind: string;
  readonly values: readonly (string | number | null)[];
}

export interface GoldenQuality {
  readonly score: number;
  readonly shapes: number;
  readonly trends: number;
  readonly by_column: readonly (number | null)[];
  readonly by_pair: readonly (number | null)[];
}

export interface GoldenReport {
  readonly default: GoldenQuality;
  readonly zero: GoldenQuality;
  readonly diagnostic: { readonly score: number; readonly validity: readonly number[] };
  readonly new_rows: number | null;
  readonly cut?: number;
}

export interface Golden {
  readonly demo: GoldenReport & {
    readonly real: readonly GoldenColumn[];
    readonly synthetic: readonly GoldenColumn[];
    readonly dcr: readonly number[];
    readonly overfitting: { readonly rows: number; readonly score: number };
  };
  readonly gaps: GoldenReport & {
    readonly real: readonly GoldenColumn[];
    readonly synthetic: readonly GoldenColumn[];
    readonly dcr: readonly number[];
  };
  readonly telco: GoldenReport;
  readonly bigml: GoldenReport;
}

export function tableOf(columns: readonly GoldenColumn[]): Table {
  return table(
    columns.map(({ name, kind, values }): Column => {
      if (kind === "numerical") {
        return {
          name,
          type: "numeric",
          values: Float64Array.from(values, (v) => (v === null ? Number.NaN : Number(v))),
        };
      }
      const texts = values.map((value) => (value === null ? "" : String(value)));
      if (kind === "id") return { name, type: "id", values: texts };
      if (kind === "datetime") return { name, type: "date", values: texts };
      const levels = [...new Set(texts.filter((text) => text !== ""))].sort();
      return {
        name,
        type: "categorical",
        codes: Int32Array.from(texts, (text) => levels.indexOf(text)),
        levels,
      };
    }),
  );
}
