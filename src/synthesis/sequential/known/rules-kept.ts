import { cellText, columnNamed, type Table } from "../../../data/table";
import { dateReader } from "../../structure/dates";
import { describeCombination, describeRule } from "../../structure/describe";
import { argumentsOf, neededBy } from "../../structure/formulas";
import { endsPassed } from "../../structure/given/given-ends";
import { describeTie, type KeyTie, withoutTies } from "../../structure/keys/key-ties";
import { brokenComparisons, brokenOrders } from "../../structure/orders/broken";
import { type Broken, exclusionsBroken, labelled } from "../../structure/orders/broken-exclusions";
import { countPeople, peopleOf } from "../../structure/people";
import {
  type ColumnPlan,
  cellsOf,
  formulaOf,
  isComputed,
  type Structure,
  type Variable,
} from "../../structure/structure";
import { cellsOfTies, missingRows, reduceTable } from "../../structure/variables";
import type { Cells, Open } from "./cells";
import { cellsOfColumns, toldBy } from "./deduce";
import { formulaBroken } from "./settle";
import { withoutRate } from "./solve";

/** Rows of which something is said by a rule, and the first of them, counted from 0. */
export interface RuleRows {
  readonly rule: string;
  readonly rows: number;
  readonly first: number;
}

/**
 * Every rule that rows break: those that something filled in breaks, those that cells of the file break among themselves, and those
 * that no value of what is left empty keeps.
 */
export function brokenRules(
  structure: Structure,
  table: Table,
  missing: Open,
  left: Open,
): Record<"broken" | "contradicting" | "unsolved", readonly RuleRows[]> {
  const cells = cellsOfTable(structure, table);
  const all = breaksIn(cells, table, false);
  const touched = ({ columns }: Broken, i: number): boolean => columns.some((name) => missing(name, i));
  return {
    broken: counted(all, touched),
    contradicting: counted(all, (one, i) => !touched(one, i)),
    unsolved: counted(unsolved(cells, left), () => true),
  };
}

/** The rows in which what was filled in breaks a rule, or is left out as no value keeps it. */
export function brokenFilled(
  structure: Structure,
  table: Table,
  missing: Open,
  left: Open,
): readonly number[] {
  const cells = cellsOfTable(structure, table);
  const broken = breaksIn(cells, table, false).flatMap(({ columns, rows }) =>
    rows.filter((i) => columns.some((name) => missing(name, i))),
  );
  const open = unsolved(cells, left).flatMap(({ rows }) => rows);
  return [...new Set([...broken, ...open])].sort((a, b) => a - b);
}

/**
 * Every rule that the table's rows break as they are, missing cells among them, and cells that the rules have no place for: beyond the
 * ends of their column, or left out as rare where they are not.
 */
export function rulesBrokenBy(structure: Structure, table: Table): readonly RuleRows[] {
  return brokenIn(structure, table, [...leftOut(structure, table), ...endsPassed(structure, table)]);
}

function brokenIn(structure: Structure, table: Table, more: readonly Broken[]): readonly RuleRows[] {
  const cells = cellsOfTable(structure, table);
  return counted([...breaksIn(cells, table, true), ...strangeCells(structure, table), ...more], () => true);
}

/**
 * The rules that rows which come batch by batch break; the first is counted over all. Of what is rare, or beyond the ends, these alone
 * don't tell.
 */
export async function rulesBrokenIn(
  structure: Structure,
  batches: AsyncIterable<Table>,
): Promise<readonly RuleRows[]> {
  const found = new Map<string, RuleRows>();
  let before = 0;
  for await (const batch of batches) {
    for (const { rule, rows, first } of brokenIn(structure, batch, [])) {
      const known = found.get(rule) ?? { rows: 0, first: before + first };
      found.set(rule, { rule, rows: known.rows + rows, first: known.first });
    }
    before += batch.rows;
  }
  return [...found.values()];
}

/** Rules of columns, those of some names, and of what is less than other columns, with the rows that break them. */
export function rulesBrokenAmong(
  structure: Structure,
  table: Table,
  of: (name: string) => boolean = () => true,
): readonly Broken[] {
  const cells = cellsOfTable(structure, table);
  return [...brokenPlans(cells, table, of), ...brokenComparisons(structure, cells.of)];
}

function cellsOfTable(structure: Structure, table: Table): Cells {
  const columns = structure.columns.map(({ name }) => columnNamed(table, name));
  return cellsOfColumns(structure, columns, table.rows);
}

/** The rows that break each rule; with `gaps`, a missing cell is one of which rules may say something. */
function breaksIn(cells: Cells, table: Table, gaps: boolean): readonly Broken[] {
  // That a cell was missing is known of it, whatever is filled in.
  const variables = reduceTable({ ...cells.structure, gaps: [] }, table, "none");
  return [
    ...brokenPlans(cells, table),
    ...brokenTies(cells.structure, table),
    ...brokenOrders(cells.structure, cells.of),
    ...exclusionsBroken(cells.structure, labelled(cells.structure, variables, table), gaps),
    ...brokenCombinations(cells.structure, variables, table),
  ];
}

/** Rules with how many of their rows are meant, those of the same words together; none of which no row is. */
function counted(all: readonly Broken[], of: (one: Broken, i: number) => boolean): readonly RuleRows[] {
  const found = new Map<string, RuleRows>();
  for (const one of all) {
    const rows = one.rows.filter((i) => of(one, i));
    const { rows: more = 0, first = Infinity } = found.get(one.rule) ?? {};
    if (rows.length > 0)
      found.set(one.rule, { rule: one.rule, rows: more + rows.length, first: Math.min(first, rows[0]) });
  }
  return [...found.values()];
}

/** The rows in which a number is there and a part of it was left out, as no value of it gives the number, or that has no rate. */
function unsolved(cells: Cells, left: Open): Broken[] {
  const { structure, of, rows } = cells;
  return structure.columns.filter(isComputed).map((plan) => {
    const columns = neededBy(plan.formula);
    const own = of(plan.name);
    const open = [...Array(rows).keys()].filter(
      (i) => !Number.isNaN(own[i]) && columns.some((name) => left(name, i)),
    );
    const all = [...open, ...withoutRate(cells, plan, left)].sort((a, b) => a - b);
    return { rule: describeRule(structure, plan), columns, rows: all };
  });
}

function brokenPlans(cells: Cells, table: Table, of: (name: string) => boolean = () => true): Broken[] {
  const { structure } = cells;
  return structure.columns.flatMap((plan): Broken[] => {
    if (!of(plan.name)) return [];
    const rule = describeRule(structure, plan);
    if (isComputed(plan)) {
      const columns = [plan.name, ...argumentsOf(plan.formula)];
      return [{ rule, columns, rows: formulaBroken(cells, plan) }];
    }
    const told = toldBy(cells, plan);
    if (!told || !("of" in plan)) return [];
    const own = columnNamed(table, plan.name);
    const rows = told.flatMap((text, i) => {
      const is = own.type === "numeric" ? String(own.values[i]) : cellText(own, i);
      // Who has a level that too few share gets the one that follows.
      if ("rare" in plan && plan.rare && !plan.levels.includes(is)) return [];
      return text === undefined || is === "" || is === "NaN" || is === text ? [] : [i];
    });
    return [{ rule, columns: [plan.name, plan.of], rows }];
  });
}

/** The identifiers in which something else stands than other columns say. */
function brokenTies({ columns }: Structure, table: Table): Broken[] {
  const cellsOf = cellsOfTies(columns, table);
  return columns.flatMap((plan): Broken[] => {
    if (plan.kind !== "key" || !plan.ties) return [];
    const own = columnNamed(table, plan.name);
    const odd = new Map(plan.ties.map((tie): [KeyTie, number[]] => [tie, []]));
    const texts = Array.from({ length: table.rows }, (_, i) => cellText(own, i));
    withoutTies(texts, plan.ties, cellsOf, (tie, i) => odd.get(tie)?.push(i));
    return [...odd].map(([tie, rows]) => ({
      rule: `${plan.name} ${describeTie(tie)}.`,
      columns: [plan.name, tie.of],
      rows,
    }));
  });
}

function brokenCombinations(structure: Structure, variables: readonly Variable[], table: Table): Broken[] {
  return structure.combinations.map((one) => {
    const { name, columns } = one;
    const codes = cellsOf(variables.find((one) => one.name === name) as Variable);
    const whole = columns.map((own) => missingRows(columnNamed(table, own)));
    const rows = [...codes.keys()].filter((i) => codes[i] < 0 && whole.every((gap) => gap[i] === 0));
    return { rule: describeCombination(one), columns, rows };
  });
}

/** Up to this share of a column's dates may be written in ways that too few share to be learnt. */
const mostOddDates = 0.05;

/** Cells that a column does not have by its rules: none where these say that some are rare. */
function strangeCells(structure: Structure, table: Table): Broken[] {
  return structure.columns.flatMap((plan): Broken[] => {
    if (("rare" in plan && plan.rare) || ("texts" in plan && plan.texts)) return [];
    const own = columnNamed(table, plan.name);
    const known = knows(plan);
    const missing = missingRows(own);
    const filled = plan.kind === "constant" ? plan.text !== "" : "missing" in plan && plan.missing === false;
    const gap = structure.gaps?.some(({ column }) => column === plan.name) === true;
    const mayMiss = !filled || gap || formulaOf(plan) !== undefined;
    const rows = [...missing.keys()].filter((i) =>
      missing[i] === 1 ? !mayMiss : !known(own.type === "numeric" ? own.values[i] : cellText(own, i)),
    );
    const few = plan.kind === "date" && rows.length <= mostOddDates * table.rows;
    return [{ rule: ownCells(structure, plan), columns: [plan.name], rows: few ? [] : rows }];
  });
}

/** Cells that a column's rules leave out as rare, and that more people have than such may. */
function leftOut(structure: Structure, table: Table): Broken[] {
  const people = peopleOf(structure, table);
  return structure.columns.flatMap((plan): Broken[] => {
    if (!("rare" in plan && plan.rare) || ("texts" in plan && plan.texts)) return [];
    const own = columnNamed(table, plan.name);
    const known = knows(plan);
    const missing = missingRows(own);
    const cells = [...missing.keys()].map((i) => (own.type === "numeric" ? own.values[i] : cellText(own, i)));
    const counts = countPeople(cells, people);
    const rows = [...cells.keys()].filter(
      (i) => missing[i] === 0 && !known(cells[i]) && (counts.get(cells[i]) ?? 0) >= structure.minCount,
    );
    return [{ rule: ownCells(structure, plan), columns: [plan.name], rows }];
  });
}

/** Whether a cell that is not missing is one that its column may have. */
function knows(plan: ColumnPlan): (cell: string | number) => boolean {
  if (plan.kind === "constant") return (cell) => String(cell) === plan.text || cell === Number(plan.text);
  if (plan.kind === "number" && plan.values) {
    const values = new Set<unknown>(plan.values);
    return (cell) => values.has(cell);
  }
  if (plan.kind === "date") {
    const read = dateReader(plan.format);
    return (cell) => !Number.isNaN(read(String(cell)));
  }
  if (!("levels" in plan)) return () => true;
  const levels = new Set<unknown>(plan.levels);
  return (cell) => levels.has(cell);
}

/** What cells a column has, in a sentence. */
function ownCells(structure: Structure, plan: ColumnPlan): string {
  if (!("levels" in plan)) return describeRule(structure, plan);
  const { name, levels } = plan;
  const more = levels.length > mostNamed ? `, … (${levels.length} in all)` : "";
  const gap = plan.kind === "levels" && plan.missing ? " or missing" : "";
  return `${name} is one of ${levels.slice(0, mostNamed).join(", ")}${more}${gap}.`;
}

const mostNamed = 5;
