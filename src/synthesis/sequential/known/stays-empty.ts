import { cellText, columnNamed, type Table } from "../../../data/table";
import { describeCombination, describeRule } from "../../structure/describe";
import { decidersOf, mayMiss } from "../../structure/formulas";
import { toldMissing } from "../../structure/gaps/as-missing";
import { cellNamed, gapCauses, labelled } from "../../structure/orders/broken-exclusions";
import { gapLabels, isComputed, levelCount, missingLabel, type Structure } from "../../structure/structure";
import { reduceTable } from "../../structure/variables";
import type { Cells, Open } from "./cells";
import { cellsOfColumns, decided, toldBy } from "./deduce";
import type { RuleRows } from "./rules-kept";
import { formulaBroken } from "./settle";

/** Cells of a column that have to be missing, by what another column says. */
export interface StaysEmpty extends RuleRows {
  readonly name: string;
  readonly all: readonly number[];
}

/**
 * The missing cells of which a rule says that they are: they are not to be filled. The gap of another cell says so only where that
 * one has a reason itself: cells that are missing together are no reason for each other. Before anything is filled, what is
 * "known" alone says so.
 */
export function emptyByRule(
  structure: Structure,
  table: Table,
  missing: Open,
  stage: "filled" | "known" = "filled",
): readonly StaysEmpty[] {
  const columns = structure.columns.map(({ name }) => columnNamed(table, name));
  const cells = cellsOfColumns(structure, columns, table.rows);
  const of = labelled(structure, reduceTable({ ...structure, gaps: [] }, table, "none"), table);
  const taken = new Set<string>();
  const found: StaysEmpty[] = [];
  const add: Add = (name, rule, says) => {
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
  const labelAt = (by: string, i: number): string | undefined => {
    const other = of(by);
    return other ? other.at(i) : cellText(columnNamed(table, by), i);
  };
  wholeMissing(structure, labelAt, add);
  const emptied = (gaps: boolean): void => {
    for (const { name, other: by, label } of causes) {
      const [own, other] = [of(name), of(by)];
      if ((label === missingLabel) !== gaps || own?.columns.length !== 1) continue;
      // Whether a cell has a reason for its gap is not known of the cells that are to be filled.
      if (structure.gaps?.some(({ variable }) => variable === by)) continue;
      const hasReason = (i: number): boolean =>
        !gaps || (other?.columns ?? []).every((one) => taken.has(`${i} ${one}`));
      add(
        own.columns[0],
        `${name} is missing where ${cellNamed(by, label)}.`,
        (i) => labelAt(by, i) === label && hasReason(i),
      );
    }
  };
  emptied(false);
  numbersMissing(cells, labelAt, add);
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
        if (stage === "known" && own.some((other, at) => at !== k && missing(other, i))) return false;
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

/** Leaves the missing cells of a column empty where a rule says so. */
type Add = (name: string, rule: string, says: (i: number) => boolean) => void;
/** What a variable's cell is called in a row; undefined where it is not known. */
type LabelAt = (variable: string, i: number) => string | undefined;

/** Columns that are drawn whole are missing where no other cell goes with that they are. */
function wholeMissing(structure: Structure, labelAt: LabelAt, add: Add): void {
  const gapOf = new Map(structure.gaps?.map(({ column, variable }) => [variable, column]));
  for (const { columns: pair, never } of structure.exclusions)
    for (const place of [0, 1]) {
      const [own, by] = [gapOf.get(pair[place]), pair[1 - place]];
      if (own === undefined || gapOf.has(by)) continue;
      for (const said of never)
        if (said[place] === gapLabels[0] && said[1 - place] !== missingLabel)
          add(
            own,
            `${own} is missing where ${cellNamed(by, said[1 - place])}.`,
            (i) => labelAt(by, i) === said[1 - place],
          );
    }
}

/** What numbers, and levels that tell a gap, say of what they are computed from. */
function numbersMissing(cells: Cells, labelAt: LabelAt, add: Add): void {
  const { structure } = cells;
  const apart = structure.exclusions.flatMap(({ columns: pair, never }) =>
    [0, 1].flatMap((place) =>
      never.flatMap((said) =>
        said[place] === missingLabel && said[1 - place] !== missingLabel
          ? [{ name: pair[place], by: pair[1 - place], label: said[1 - place] }]
          : [],
      ),
    ),
  );
  /** Whether a known cell never goes with the gap. */
  const isThere = (name: string, i: number): boolean =>
    apart.some((one) => one.name === name && labelAt(one.by, i) === one.label);
  for (const plan of structure.columns.filter(isComputed)) {
    const broken = new Set(formulaBroken(cells, plan));
    // What something stands in for where it is missing, and is.
    for (const term of plan.formula.terms)
      if (mayMiss(term))
        add(
          term.column,
          describeRule(structure, plan),
          (i) => !Number.isNaN(cells.of(plan.name)[i]) && !broken.has(i) && !isThere(term.column, i),
        );
    // Nothing but its gap gives the number that is there.
    for (const by of structure.columns)
      if (by.kind === "levels" && by.missing && decidersOf(plan.formula).includes(by.name)) {
        const fitting = decided(cells, by);
        const gap = levelCount(by) - 1;
        add(by.name, describeRule(structure, plan), (i) => String(fitting.get(i) ?? "") === String(gap));
      }
  }
  for (const plan of structure.columns) {
    if (plan.kind !== "bands" || plan.nothing === undefined || plan.order.includes(plan.nothing)) continue;
    const text = plan.levels[plan.nothing];
    const own = toldMissing(plan).filter((name) =>
      structure.columns.some((one) => one.name === name && "missing" in one && one.missing),
    );
    if (own.length === 1)
      add(own[0], describeRule(structure, plan), (i) => cellText(cells.column(plan.name), i) === text);
  }
}

/** Whether one of the rules says that a cell stays empty. */
export function staying(found: readonly StaysEmpty[], more: Open = () => false): Open {
  const all = new Map<string, Set<number>>();
  for (const { name, all: rows } of found) all.set(name, new Set([...(all.get(name) ?? []), ...rows]));
  return (name, i) => all.get(name)?.has(i) === true || more(name, i);
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
