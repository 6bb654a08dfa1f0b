import { argumentsOf } from "../structure/formulas";
import { asMissing, gapsRead } from "../structure/gaps/as-missing";
import { fewValues, restoreNumber } from "../structure/restore";
import { isComputed } from "../structure/structure";
import type { Candidates } from "./candidates";
import type { DrawnParts } from "./wishes";

/** Adds what was drawn of the next variable; columns are rebuilt where it is said (`restores`) or rules bind numbers. */
export function addCells(
  pool: Candidates,
  parts: Pick<DrawnParts, "structure" | "variables">,
  cells: Int32Array,
  values: Float64Array | undefined,
  restores: boolean,
): void {
  pool.cells.push(cells);
  pool.values.push(values);
  const { orders, limits, columns } = parts.structure;
  if (restores || orders.length > 0 || limits !== undefined || columns.some(isComputed))
    restoreKnown(pool, parts);
}

/** Rebuilds the columns whose parts are all drawn by now. */
export function restoreKnown(pool: Candidates, parts: Pick<DrawnParts, "structure" | "variables">): void {
  const { restored, rows } = pool;
  const drawn = new Map(parts.variables.slice(0, pool.cells.length).map((variable, k) => [variable.name, k]));
  const gap = (name: string) => pool.cells[drawn.get(name) ?? -1];
  let changed = true;
  while (changed) {
    changed = false;
    for (const plan of parts.structure.columns) {
      if (restored.has(plan.name)) continue;
      const k = drawn.get(plan.name);
      if (plan.kind === "levels") {
        if (k === undefined) continue;
        restored.set(plan.name, pool.cells[k]);
      } else if (plan.kind === "date" && !plan.formula) {
        if (k === undefined) continue;
        restored.set(
          plan.name,
          (pool.values[k] as Float64Array).map((value) => value * plan.format.step),
        );
      } else if (plan.kind === "number" && plan.values) {
        if (k === undefined) continue;
        restored.set(plan.name, fewValues(plan, pool.cells[k]));
      } else if (plan.kind === "number" || plan.kind === "date") {
        const { formula } = plan;
        if (k === undefined && !isComputed(plan)) continue;
        if (plan.kind === "number" && plan.grids && !restored.has(plan.grids.column)) continue;
        if (formula && !argumentsOf(formula).every((name) => restored.has(name))) continue;
        if (formula && !gapsRead(parts.structure, formula).every((name) => drawn.has(name))) continue;
        const own = k === undefined ? undefined : pool.values[k];
        const of = (name: string) => restored.get(name) as Float64Array;
        const reads = formula ? asMissing(parts.structure, formula, of, gap) : of;
        restored.set(plan.name, restoreNumber(plan, own, reads, rows));
      } else continue;
      changed = true;
    }
  }
}
