import type { Rng } from "../../core/rng";
import { type Column, columnNamed, isCategorical, type Table } from "../../data/table";
import { computedInOrder } from "../sequential/known/solve";
import type { Sequential } from "../sequential/sequential";
import { dateWriter } from "../structure/dates";
import { bandReads } from "../structure/discover/bands";
import { argumentsOf, evaluate, rebuild } from "../structure/formulas";
import { snap } from "../structure/grids";
import { formulaOf, gridOfPlan, type Structure } from "../structure/structure";
import { argumentsFrom, missingRows } from "../structure/variables";

/** The rows with the columns `open`, which follow from others, drawn again by the model; what a formula gives exactly is computed. */
export function followed(model: Sequential, rows: Table, open: ReadonlySet<string>, rng: Rng): Table {
  if (open.size === 0) return rows;
  const given = new Set(rows.columns.map(({ name }) => name).filter((name) => !open.has(name)));
  const again = model.drawBeside(rows, given, rng);
  const { structure } = model;
  let columns = rows.columns.map((one) => (open.has(one.name) ? columnNamed(again, one.name) : one));
  // Drawing keeps what is given within the range that was learnt, beyond which it may lie here.
  for (const plan of computedInOrder(structure)) {
    if (!open.has(plan.name)) continue;
    const argument = argumentsFrom(structure.columns, { ...rows, columns });
    const values = evaluate(plan.formula, argument, rows.rows).map((value) =>
      snap(rebuild(plan.formula, value, Number.NaN), gridOfPlan(plan)),
    );
    columns = columns.map((column): Column => {
      if (column.name !== plan.name || isCategorical(column)) return column;
      const missing = missingRows(column);
      const told = values.map((value, i) => (missing[i] === 1 ? Number.NaN : value));
      if (column.type === "numeric") return { ...column, values: told };
      const write = plan.kind === "date" ? dateWriter(plan.format) : String;
      return { ...column, values: Array.from(told, (value) => (Number.isNaN(value) ? "" : write(value))) };
    });
  }
  return { ...rows, columns };
}

/** The columns, and those that follow from them, directly or by others, as levels do that say where one of them ends. */
export function withFollowing(
  { columns, limits = [] }: Structure,
  names: readonly string[],
): ReadonlySet<string> {
  const told = new Set(names);
  for (let before = -1; before < told.size; ) {
    before = told.size;
    for (const plan of columns) {
      const formula = formulaOf(plan);
      const others = "of" in plan ? [plan.of] : formula ? argumentsOf(formula) : [];
      const read = plan.kind === "bands" ? bandReads(plan) : others;
      if (read.some((name) => told.has(name))) told.add(plan.name);
    }
    for (const { column, where } of limits) if (told.has(column)) told.add(where.column);
  }
  return told;
}

/** The rules but those that columns which are known later would have to keep. */
export function rulesWithout(structure: Structure, told: ReadonlySet<string>): Structure {
  const apart = (names: readonly (string | undefined)[]): boolean =>
    !names.some((name) => name !== undefined && told.has(name));
  const { orders, exclusions, later = [] } = structure;
  return {
    ...structure,
    columns: structure.columns.map((plan) => {
      if (plan.kind !== "date") return plan;
      const { hours, places, ...own } = plan;
      return {
        ...own,
        ...(hours && { hours: apart([hours.by?.column]) ? hours : { shares: hours.shares } }),
        ...(places && { places: places.filter(({ where }) => apart([where?.column])) }),
      };
    }),
    orders: orders.filter(({ low, high }) => apart([low, high])),
    later: later.filter(({ low, high, where }) => apart([low, high, where?.column])),
    exclusions: exclusions.filter(({ columns }) => apart(columns)),
  };
}
