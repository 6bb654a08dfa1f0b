import { check } from "../../core/checks";
import { ends } from "../../core/math/statistics";
import { asTable, type PolarsFrame } from "../../data/polars";
import { schemaOf } from "../../data/schema";
import { isCategorical, type Table } from "../../data/table";
import { dateReader, writtenDates } from "../../synthesis/structure/dates";
import { alignTables, type Shared } from "./align";

export interface Validity {
  readonly column: string;
  readonly metric: "BoundaryAdherence" | "CategoryAdherence" | "KeyUniqueness" | "DatetimeFormatAdherence";
  readonly score: number;
}

/** SDMetrics' Diagnostic report. */
export interface Diagnostic {
  readonly score: number;
  readonly validity: number;
  readonly structure: number;
  readonly byColumn: readonly Validity[];
}

/**
 * Whether synthetic values are valid at all (in range, known levels, unique keys, readable dates) and the columns are
 * those of the real table, as SDMetrics 0.32.0's Diagnostic report defines it. 1 is a matter of course.
 *
 * @example
 * const { table: real } = parseCsv("plan,months\nbasic,3\nplus,24\n");
 * const { table: beyond } = parseCsv("plan,months\nbasic,3\nplus,240\n");
 * diagnosticScore(real, real).score; // → 1
 * diagnosticScore(real, beyond).validity; // → 0.75
 */
export function diagnosticScore(
  givenReal: Table | PolarsFrame,
  givenSynthetic: Table | PolarsFrame,
): Diagnostic {
  const real = asTable(givenReal);
  const synthetic = asTable(givenSynthetic, schemaOf(real));
  const action = "score diagnostic";
  check(real.rows > 0 && synthetic.rows > 0, action, "both tables must have rows");
  const columns = new Map(alignTables([real, synthetic], action).map((column) => [column.name, column]));
  const byColumn = synthetic.columns.flatMap((made): Validity[] => {
    const { name: column } = made;
    const own = real.columns.find((one) => one.name === column);
    if (made.type === "id") {
      const distinct = new Set(made.values).size;
      return [{ column, metric: "KeyUniqueness", score: distinct / made.values.length }];
    }
    const one = columns.get(column);
    if (!one) return [];
    if (one.kind === "levels")
      return [{ column, metric: "CategoryAdherence", score: categoryAdherence(one) }];
    const inside: Validity = {
      column,
      metric: "BoundaryAdherence",
      score: boundaryAdherence(one.values[0], one.values[1]),
    };
    if (made.type !== "date" || own?.type !== "date") return [inside];
    const format = writtenDates(own.values, 1, own.format);
    const read = format && dateReader(format);
    const fits = made.values.filter((text) => text === "" || (read && !Number.isNaN(read(text)))).length;
    return [inside, { column, metric: "DatetimeFormatAdherence", score: fits / made.values.length }];
  });
  const names = (from: Table): Set<string> =>
    new Set(
      from.columns.map((column) => `${column.name}\n${isCategorical(column) ? "levels" : column.type}`),
    );
  const [a, b] = [names(real), names(synthetic)];
  const both = [...a].filter((name) => b.has(name)).length;
  const structure = both / new Set([...a, ...b]).size;
  const validity = byColumn.reduce((sum, validity) => sum + validity.score, 0) / byColumn.length;
  return { score: (validity + structure) / 2, validity, structure, byColumn };
}

/** Missing values count only where the real column has none. */
function boundaryAdherence(real: Float64Array, synthetic: Float64Array): number {
  const [low, high] = ends(real);
  const judged = real.some(Number.isNaN) ? synthetic.filter((value) => !Number.isNaN(value)) : synthetic;
  return judged.filter((value) => value >= low && value <= high).length / judged.length;
}

function categoryAdherence(levels: Extract<Shared, { kind: "levels" }>): number {
  const known = new Set(levels.codes[0]);
  return levels.codes[1].filter((code) => known.has(code)).length / levels.codes[1].length;
}
