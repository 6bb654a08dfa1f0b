import type { Rng } from "../../../core/rng";
import { type Table, takeTableRows } from "../../../data/table";
import { gapCauses } from "../../structure/orders/broken-exclusions";
import type { ColumnPlan } from "../../structure/structure";
import type { SequentialParts } from "../parts";
import type { Open } from "./cells";
import { gapChances } from "./draw-block";
import { openIn } from "./filled-block";

/** From this chance on a gap is as it should be: rows like these hardly ever have the cell. */
const nearlyAlways = 0.95;

/**
 * From which chance on a column's gaps stay. The gap of a flag that has one value is its other one: it stays but where rows like it
 * nearly always have the flag.
 */
export function gapsStayFrom(plan: ColumnPlan): number {
  const values = plan.kind === "levels" && !plan.texts ? plan.levels : plan.kind === "number" && plan.values;
  return values && values.length === 1 ? 1 - nearlyAlways : nearlyAlways;
}

/**
 * By column that may miss cells in the model, how likely each missing cell is as it should be, and no hole: so likely rows like
 * these are without it. Cells that stay empty by a rule are not asked for.
 */
export function gapsBeside(
  parts: SequentialParts,
  rows: Table,
  stays: Open,
  candidates: number,
  rng: Rng,
): ReadonlyMap<string, Float64Array> {
  const { columns, combinations, gaps = [] } = parts.structure;
  const names = new Set([
    ...columns.flatMap((plan) =>
      "missing" in plan && plan.missing && plan.kind !== "key" ? [plan.name] : [],
    ),
    ...combinations.flatMap((one) =>
      one.columns.filter((_, k) => one.allowed.some((texts) => texts[k] === null)),
    ),
    ...gaps.map(({ column }) => column),
  ]);
  const missing = openIn(parts.structure, rows.columns);
  // Where a rule goes by a cell that is to be filled, that one says it then.
  const { causes } = gapCauses(parts.structure);
  const isLater = (name: string, i: number): boolean =>
    causes.some((one) => one.name === name && missing(one.other, i) && !stays(one.other, i));
  const asked = (name: string, i: number): boolean =>
    missing(name, i) && !stays(name, i) && !isLater(name, i);
  const places = [...Array(rows.rows).keys()].filter((i) => [...names].some((name) => asked(name, i)));
  if (places.length === 0) return new Map();
  const chances = gapChances(parts, takeTableRows(rows, places), candidates, rng, (name, k) =>
    stays(name, places[k]),
  );
  return new Map(
    columns.flatMap(({ name }, j): [string, Float64Array][] => {
      if (!names.has(name)) return [];
      const own = new Float64Array(rows.rows);
      places.forEach((i, k) => {
        if (asked(name, i)) own[i] = chances[j][k];
      });
      return [[name, own]];
    }),
  );
}
