import { cellText, columnNamed, type Table } from "../../../data/table";
import { describeCombination, describeRule } from "../../structure/describe";
import { mayMiss } from "../../structure/formulas";
import { cellNamed, gapCauses, labelled } from "../../structure/orders/broken-exclusions";
import { isComputed, missingLabel, type Structure } from "../../structure/structure";
import { reduceTable } from "../../structure/variables";
import { cellsOfColumns, toldBy } from "./deduce";
import type { RuleRows } from "./rules-kept";
import { formulaBroken } from "./settle";
import type { Open } from "./solve";

/** Cells of a column that have to be missing, by what another column says. */
export interface StaysEmpty extends RuleRows {
  readonly name: string;
  readonly all: readonly number[];
}

/**
 * The missing cells of which a rule says that they are: they are not to be filled. The gap of another cell says so only where that
 * one has a reason itself: cells that are missing together are no reason for each other.
 */
export function emptyByRule(structure: Structure, table: Table, missing: Open): readonly StaysEmpty[] {
  const columns = structure.columns.map(({ name }) => columnNamed(table, name));
  const cells = cellsOfColumns(structure, columns, table.rows);
  const of = labelled(structure, reduceTable({ ...structure, gaps: [] }, table, "none"), table);
  const taken = new Set<string>();
  const found: StaysEmpty[] = [];
  const add = (name: string, rule: string, says: (i: number) => boolean): void => {
    const all: number[] = [];
    for (let i = 0; i < table.rows; i++) {
      const key = `${i} ${name}`;
      if (!missing(name, i) || taken.has(key) || !says(i)) continue;
      taken.add(key);
      all.push(i);
    }
    if (all.length === 0) return;
    const same = found.find((one) => one.name === name && one.rule === rule);
    if (same) found.splice(found.indexOf(same), 1);
    const every = [...(same?.all ?? []), ...all].sort((a, b) => a - b);
    found.push({ name, rule, rows: every.length, first: every[0], all: every });
  };
  const { causes } = gapCauses(structure);
  const emptied = (gaps: boolean): void => {
    for (const { name, other: by, label } of causes) {
      const [own, other] = [of(name), of(by)];
      if ((label === missingLabel) !== gaps || own?.columns.length !== 1) continue;
      // Whether a cell has a reason for its gap is not known of the cells that are to be filled.
      if (structure.gaps?.some(({ variable }) => variable === by)) continue;
      const hasReason = (i: number): boolean =>
        !gaps || (other?.columns ?? []).every((one) => taken.has(`${i} ${one}`));
      const is = (i: number): boolean =>
        (other ? other.at(i) : cellText(columnNamed(table, by), i)) === label;
      add(own.columns[0], `${name} is missing where ${cellNamed(by, label)}.`, (i) => is(i) && hasReason(i));
    }
  };
  emptied(false);
  for (const plan of structure.columns.filter(isComputed)) {
    const broken = new Set(formulaBroken(cells, plan));
    // What something stands in for where it is missing, and is.
    for (const term of plan.formula.terms)
      if (mayMiss(term))
        add(
          term.column,
          describeRule(structure, plan),
          (i) => !Number.isNaN(cells.of(plan.name)[i]) && !broken.has(i),
        );
  }
  for (const plan of structure.columns) {
    const told = toldBy(cells, plan);
    if (told) add(plan.name, describeRule(structure, plan), (i) => told[i] === "");
  }
  for (const combination of structure.combinations) {
    const { name, columns: own, allowed } = combination;
    const drawn = of(name);
    for (const [k, one] of own.entries())
      add(one, describeCombination(combination), (i) => {
        const row = allowed[drawn?.cells[i] ?? -1];
        const others = allowed.filter((other) => row?.every((text, at) => at === k || text === other[at]));
        // Where nothing of it is known, none is missing for another.
        if (row?.every((text) => text === null)) return false;
        return row?.[k] === null && others.every((other) => other[k] === null);
      });
  }
  // Gaps last, and again until no cell more has a reason.
  for (let before = -1; before < taken.size; ) {
    before = taken.size;
    emptied(true);
  }
  return found;
}

/** Columns of which nothing but the gaps of each other says why they are missing, and the rows in which two of them were filled. */
export function filledTogether(structure: Structure, rows: number, filled: Open): readonly RuleRows[] {
  const groups: Set<string>[] = [];
  for (const { name, other } of gapCauses(structure).together) {
    const own = new Set([name, other]);
    const met = groups.filter((group) => group.has(name) || group.has(other));
    for (const group of met) {
      for (const one of group) own.add(one);
      groups.splice(groups.indexOf(group), 1);
    }
    groups.push(own);
  }
  return groups.flatMap((group): RuleRows[] => {
    const names = structure.columns.flatMap(({ name }) => (group.has(name) ? [name] : []));
    const both = [...Array(rows).keys()].filter((i) => names.filter((name) => filled(name, i)).length > 1);
    return both.length > 0 ? [{ rule: names.join(", "), rows: both.length, first: both[0] }] : [];
  });
}
