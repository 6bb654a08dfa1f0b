import type { Rng } from "../../../core/rng";
import { cellText, columnNamed, type Table } from "../../../data/table";
import { spacedRows } from "../discover/search";
import { countPeople, type People } from "../people";
import type { ColumnPlan } from "../structure";
import { cellsOfTies } from "../variables";
import { keyPlanOf } from "./key-plan-of";
import { type TyingColumn, tiedKeys } from "./key-ties";

/** On so many rows it is looked which columns may say a part of identifiers. */
const tyingRows = 1000;

/** The plans of identifiers of which each row has its own, with what other columns say of them. */
export function withTiedKeys(
  plans: readonly ColumnPlan[],
  from: Table,
  customer: string | false | undefined,
  rng: Rng,
  { least, people }: { readonly least: number; readonly people: People | undefined },
): ColumnPlan[] {
  const cellsOf = cellsOfTies(plans, from);
  return plans.map((plan) => {
    if (plan.kind !== "key" || plan.repeats || plan.name === customer) return plan;
    const { name } = plan;
    const key = columnNamed(from, name);
    const texts = Array.from({ length: from.rows }, (_, i) => cellText(key, i));
    const rows = Int32Array.from(texts.keys()).filter((i) => texts[i] !== "");
    const among = (names: readonly string[], chosen: Int32Array) => {
      const columns = names.map((of): TyingColumn => {
        const cells = cellsOf({ of });
        if (cells instanceof Float64Array)
          return { name: of, cells: Float64Array.from(chosen, (i) => cells[i]) };
        const told = [...countPeople(cells, people)].flatMap(([cell, count]) =>
          count >= least ? [cell] : [],
        );
        return { name: of, cells: Array.from(chosen, (i) => cells[i]), told: new Set(told) };
      });
      return tiedKeys(
        Array.from(chosen, (i) => texts[i]),
        columns,
        least,
      );
    };
    const others = plans.flatMap((one) => (one.kind === "key" || one.kind === "constant" ? [] : [one.name]));
    const few = spacedRows(rows.length, tyingRows).map((k) => rows[k]);
    const first = among(others, few);
    const { ties, bare, loose } = among(
      [...new Set([...first.ties.map(({ of }) => of), ...first.loose])],
      rows,
    );
    return {
      ...plan,
      ...(ties.length > 0 && { ties, keys: keyPlanOf(bare, rng.fork(name), least) }),
      ...(loose.length > 0 && { loose }),
    };
  });
}
