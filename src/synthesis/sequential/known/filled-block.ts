import type { Rng } from "../../../core/rng";
import { type Column, type Table, takeTableRows } from "../../../data/table";
import { type ColumnPlan, isComputed, type Structure } from "../../structure/structure";
import type { SequentialParts } from "../parts";
import { copied, empty, isMissing, type Open, put } from "./cells";
import { cellsOfColumns, deduce } from "./deduce";
import { completeBlock } from "./draw-block";
import { brokenFilled } from "./rules-kept";
import { settle } from "./settle";
import { withoutRate } from "./solve";
import { emptyByRule, staying } from "./stays-empty";

/** So often a row is filled again in which what was drawn breaks a rule. */
const mostTries = 24;

/** Rows with their missing cells filled, and how many hold what never goes together. */
interface Filled {
  readonly columns: readonly Column[];
  readonly unlikely: number;
}

/**
 * The rows filled, those in which that breaks a rule, or finds no value, once more: what is solved for by one rule (a date by its due date and drawn terms)
 * may break another (an order, what never goes together, the year in an identifier), and other draws may not.
 */
export function keptBlock(
  parts: SequentialParts,
  rows: Table,
  stays: Open,
  candidates: number,
  rng: (label: string) => Rng,
): Filled {
  const { structure } = parts;
  const made = filledBlock(parts, rows, stays, candidates, rng);
  const brokenIn = (from: Table, { columns }: Filled): readonly number[] =>
    brokenFilled(
      structure,
      { rows: from.rows, columns },
      openIn(structure, from.columns),
      openIn(structure, columns),
    );
  let left = brokenIn(rows, made);
  for (let k = 1; left.length > 0 && k <= mostTries; k++) {
    const from = takeTableRows(rows, left);
    const places = left;
    const still: Open = (name, at) => stays(name, places[at]);
    const again = filledBlock(parts, from, still, candidates, (label) => rng(`${label} again ${k}`));
    const broken = new Set(brokenIn(from, again));
    // A cell left empty breaks nothing, and is no better.
    const better = (at: number): boolean =>
      !broken.has(at) &&
      made.columns.every((column, j) => isMissing(column, places[at]) || !isMissing(again.columns[j], at));
    const mended = new Set([...places.keys()].filter(better));
    for (const at of mended)
      made.columns.forEach((column, j) => void put(column, places[at], again.columns[j], at));
    left = places.filter((_, at) => !mended.has(at));
  }
  return made;
}

/** Whether a cell of these is missing. */
export function openIn({ columns }: Structure, cells: readonly Column[]): Open {
  const place = new Map(columns.map(({ name }, j) => [name, j]));
  return (name, i) => {
    const j = place.get(name);
    return j !== undefined && isMissing(cells[j], i);
  };
}

/** The rows with what was drawn beside what is known, numbers so that rules hold; keys stay missing, and what `stays`. */
function filledBlock(
  parts: SequentialParts,
  rows: Table,
  stays: Open,
  candidates: number,
  rng: (label: string) => Rng,
): Filled {
  const { structure } = parts;
  const { table: made, unlikely } = completeBlock(parts, rows, candidates, rng("block"), { stays });
  const columns = rows.columns.map((column, j) => copied(column, parts.schema[j].levels));
  const take = (from: Table, takes: (plan: ColumnPlan) => boolean): void => {
    structure.columns.forEach((plan, j) => {
      if (plan.kind === "key" || !takes(plan)) return;
      for (let i = 0; i < rows.rows; i++)
        if (isMissing(columns[j], i) && !stays(plan.name, i)) put(columns[j], i, from.columns[j], i);
    });
  };
  take(made, (plan) => !follows(plan));
  const late = new Map(parts.variables.map(({ name }, j) => [name, j]));
  const cells = cellsOfColumns(structure, columns, rows.rows, stays);
  const missing = openIn(structure, rows.columns);
  const open: Open = (name, i) => missing(name, i) && !stays(name, i);
  const emptied = [...settle(cells, open, (name) => late.get(name) ?? -1)];
  deduce(cells);
  structure.columns.forEach((plan, column) => {
    for (const row of isComputed(plan) ? withoutRate(cells, plan, openIn(structure, columns)) : [])
      emptied.push({ column, row });
  });
  take(made, follows);
  for (const { column, row } of emptied) empty(columns[column], row);
  // What was drawn as missing, as if a rule would say so, is drawn again where none does.
  const ruled = structure.exclusions.flatMap(({ columns: pair }) => pair);
  const all: Table = { rows: rows.rows, columns };
  const isEmpty = staying(emptyByRule(structure, all, openIn(structure, columns)), stays);
  const spared = new Set(emptied.map(({ column, row }) => `${row} ${structure.columns[column].name}`));
  const again = structure.columns.flatMap(({ name, kind }, j) =>
    kind === "key" || !ruled.includes(name)
      ? []
      : [...Array(rows.rows).keys()].filter(
          (i) => isMissing(columns[j], i) && !isEmpty(name, i) && !spared.has(`${i} ${name}`),
        ),
  );
  if (again.length === 0) return { columns, unlikely };
  const places = [...new Set(again)];
  const second = completeBlock(parts, takeTableRows(all, places), candidates, rng("again"), {
    stays: (name, k) => stays(name, places[k]),
  }).table;
  structure.columns.forEach(({ name, kind }, j) => {
    if (kind === "key" || !ruled.includes(name)) return;
    places.forEach((i, k) => {
      if (isMissing(columns[j], i) && !spared.has(`${i} ${name}`) && !stays(name, i))
        put(columns[j], i, second.columns[j], k);
    });
  });
  return { columns, unlikely };
}

/** Whether the column is no draw, but what others say. */
function follows(plan: ColumnPlan): boolean {
  return isComputed(plan) || plan.kind === "lookup" || plan.kind === "bands" || plan.kind === "part";
}
