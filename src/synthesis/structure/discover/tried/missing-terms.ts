import { roundestMoment } from "../../date-parts";
import { type Arguments, argumentRange, evaluate, type Formula, type Term } from "../../formulas";
import { spacing } from "../../grids";
import { agrees, enoughKnown, type NumberInput, rowsOf, shortest } from "../search";

/**
 * The rule with what stands in for those of its terms, or factors, without which there is a number all the same, wherever they are missing: nothing
 * for a discount, the day on which the table was closed for the end of a contract. By `dates` columns that are some, and what they
 * are counted in: so much is a millisecond.
 */
export function withStandIns(
  formula: Formula,
  target: NumberInput,
  of: Arguments,
  dates: ReadonlyMap<string, number> = new Map(),
): Formula {
  if (formula.rest !== "none" || formula.each) return formula;
  let rule = formula;
  const factors = formula.factors.filter(({ power, also }) => power === 1 && !also);
  for (const { column } of [...formula.terms, ...factors]) {
    const own = of(column);
    const rows = Int32Array.from(target.values.keys()).filter(
      (i) => Number.isNaN(own[i]) && !Number.isNaN(target.values[i]),
    );
    if (!enoughKnown(target, rows)) continue;
    const there = rowsOf(target, rows);
    const read: Arguments = (name) => Float64Array.from(rows, (i) => of(name)[i]);
    const date = dates.get(column);
    const value = formula.kind === "sum" ? standIn(rule, column, there, read, date) : undefined;
    for (const instead of [{ nothing: true }, value]) {
      if (!instead || ("nothing" in instead && date)) continue;
      const stoodIn = <T extends { readonly column: string }>(one: T): T =>
        one.column === column ? { ...one, ...instead } : one;
      const way = { ...rule, terms: rule.terms.map(stoodIn), factors: rule.factors.map(stoodIn) };
      const predicted = evaluate(way, read, rows.length);
      const known = rows.map((_, k) => k).filter((k) => !Number.isNaN(predicted[k]));
      if (enoughKnown(there, known) && agrees(rowsOf(there, known), (k) => predicted[known[k]])) {
        rule = way;
        break;
      }
    }
  }
  return rule;
}

/** The roundest value of a column, or for dates (of which so much is a millisecond) moment, with which the sum is the target; undefined where none is. */
function standIn(
  formula: Formula,
  name: string,
  { values, grid }: NumberInput,
  read: Arguments,
  units: number | undefined,
): Pick<Term, "instead"> | undefined {
  const half = (spacing(grid) / 2) * (1 - 1e-9);
  const ends = [values.map((value) => value - half), values.map((value) => value + half)] as const;
  const ranges = argumentRange(formula, { name, step: 0 }, ends, read);
  let [low, high] = [-Infinity, Infinity];
  for (let i = 0; i < values.length; i++) {
    if (Number.isNaN(ranges[0][i] + ranges[1][i])) continue;
    low = Math.max(low, ranges[0][i]);
    high = Math.min(high, ranges[1][i]);
  }
  if (!(low <= high) || !Number.isFinite(high - low)) return undefined;
  if (units === undefined) return { instead: shortest((low + high) / 2, (one) => one >= low && one <= high) };
  const moment = roundestMoment(Math.ceil(low / units) - 1, Math.floor(high / units));
  return { instead: moment * units };
}
