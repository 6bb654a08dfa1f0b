import { check } from "../../../core/checks";
import { columnNamed, isCategorical, type Table } from "../../../data/table";
import type { Combination, LookupPlan } from "../structure";
import { levelText } from "../variables";

/** The combinations of the named level columns that the table holds. */
export function findCombination(from: Table, names: readonly string[]): Combination {
  check(
    names.length >= 2,
    "discover structure",
    "a combination must have at least two columns",
    names.length,
  );
  const columns = names.map((name) => {
    const column = columnNamed(from, name);
    check(isCategorical(column), "discover structure", "a combination can only hold columns of levels", name);
    return column;
  });
  const seen = new Map<string, readonly (string | null)[]>();
  for (let i = 0; i < from.rows; i++) {
    const texts = columns.map((column) => levelText(column, i));
    seen.set(JSON.stringify(texts), texts);
  }
  const allowed = [...seen].sort((a, b) => (a[0] < b[0] ? -1 : 1)).map(([, texts]) => texts);
  return { name: names.join(" + "), columns: names, allowed };
}

/** The columns of a combination, as lookups of it. */
export function combinationLookups(combination: Combination): LookupPlan[] {
  return combination.columns.map((name, k): LookupPlan => {
    const levels = [...new Set(combination.allowed.map((texts) => texts[k]))].filter(
      (text): text is string => text !== null,
    );
    const map = combination.allowed.map((texts) => levels.indexOf(texts[k] as string));
    return { kind: "lookup", name, levels, of: combination.name, map };
  });
}
