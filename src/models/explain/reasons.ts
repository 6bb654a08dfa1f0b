import { column } from "../../core/matrix";
import { asTable, type PolarsFrame } from "../../data/polars";
import { cellText, columnNamed, type Table } from "../../data/table";
import type { Pipeline } from "../pipeline";
import { contributionsOf } from "./contributions";
import type { Contributions } from "./rescale";

/** What each column of the table, and each feature discovered, adds to each row's score. */
export interface TableContributions extends Pick<Contributions, "unit" | "expected" | "exact"> {
  readonly columns: readonly string[];
  /** One array a column, one entry a row. */
  readonly values: readonly Float64Array[];
  /** The row's value of a column as the file says it. */
  text(column: number, row: number): string;
}

/** One column's part in one row's prediction. */
export interface Reason {
  readonly column: string;
  /** As the file says it; of a discovered feature, its number. */
  readonly value: string;
  /** Above 0: raises the prediction. */
  readonly contribution: number;
}

/** Why a row gets its prediction. */
export interface RowReasons extends Pick<Contributions, "unit" | "expected" | "exact"> {
  /** The largest contributions first. */
  readonly reasons: readonly Reason[];
}

/**
 * The `top` reasons of each row, in the rows' order; undefined if the model has no contributions (`contributionsOf`).
 *
 * @example
 * const { table: customers } = parseCsv("calls,months\n9,3\n1,24\n8,5\n2,20\n9,2\n1,30\n");
 * const fit = pipeline({ encode: encode(), learner: logisticRegression() });
 * const model = await fit(customers, Float64Array.of(1, 0, 1, 0, 1, 0), seeded(1));
 * reasons(model, customers, 1)?.[0].reasons.length; // → 1
 */
export function reasons(
  model: Pick<Pipeline, "encoder" | "model">,
  given: Table | PolarsFrame,
  top = 5,
): RowReasons[] | undefined {
  const rows = asTable(given);
  const parts = tableContributions(model, rows);
  if (!parts) return undefined;
  const { columns, values, unit, expected, exact, text } = parts;
  const order = columns.map((_, c) => c);
  return Array.from({ length: rows.rows }, (_, i) => ({
    unit,
    expected,
    exact,
    reasons: order
      .slice()
      .sort((a, b) => Math.abs(values[b][i]) - Math.abs(values[a][i]))
      .slice(0, top)
      .map((c) => ({ column: columns[c], value: text(c, i), contribution: values[c][i] })),
  }));
}

/**
 * Contributions by the table's columns: those of the matrix columns made from one (its levels, its missing mark) added
 * up. Undefined if the model has none.
 *
 * @example
 * const { table: customers } = parseCsv("calls,months\n9,3\n1,24\n8,5\n2,20\n9,2\n1,30\n");
 * const fit = pipeline({ encode: encode(), learner: logisticRegression() });
 * const model = await fit(customers, Float64Array.of(1, 0, 1, 0, 1, 0), seeded(1));
 * const why = tableContributions(model, customers);
 * [why?.columns, why?.unit]; // → [["calls", "months"], "log odds"]
 */
export function tableContributions(
  { encoder, model }: Pick<Pipeline, "encoder" | "model">,
  given: Table | PolarsFrame,
): TableContributions | undefined {
  const rows = asTable(given);
  const found = contributionsOf(model, encoder.transform(rows));
  if (!found) return undefined;
  const { unit, expected, exact, values: parts, x } = found;
  const places = new Map<string, number>();
  const columns: string[] = [];
  const values: Float64Array[] = [];
  const texts: ((row: number) => string)[] = [];
  const add = (name: string, text: (row: number) => string): number => {
    texts.push(text);
    values.push(new Float64Array(rows.rows));
    return columns.push(name) - 1;
  };
  for (const { name } of encoder.parts) {
    const from = columnNamed(rows, name);
    places.set(
      name,
      add(name, (i) => cellText(from, i)),
    );
  }
  x.features.forEach((feature, j) => {
    // Columns after the encoder's are features discovered.
    const discovered = j >= encoder.features.length;
    const to = discovered
      ? add(feature.name, (i) => numberText(column(x, j)[i]))
      : (places.get(feature.source ?? feature.name) as number);
    const own = column(parts, j);
    for (let i = 0; i < own.length; i++) values[to][i] += own[i];
  });
  return { unit, expected, exact, columns, values, text: (c, i) => texts[c](i) };
}

function numberText(value: number): string {
  return Number.isNaN(value) ? "" : String(Number(value.toPrecision(6)));
}
