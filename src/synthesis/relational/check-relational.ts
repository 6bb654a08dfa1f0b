import { check } from "../../core/checks";
import type { ColumnSchema } from "../../data/schema";
import { checkDates } from "../structure/dates";
import { checkPlan } from "../structure/given/check-plans";
import { isGrid } from "../structure/grids";
import type { Structure } from "../structure/structure";
import { type ChildPlan, contextNames, countName, isContext, isOwn } from "./child-table";
import { checkDistinct } from "./distinct";
import type { RelationalParts } from "./draw-children";
import type { Pace } from "./pace";
import { levelKinds, type ToldLevel } from "./told-levels";
import { dateKinds, kinds, type Total } from "./totals";

const roles: readonly string[] = ["key", "identifier", "date", "text", "drawn"];

/**
 * Throws where what ties two tables together in a model's file, which somebody may have changed by hand, can't be: children of no
 * plan, totals of columns that are not there or of another kind, dates of no format.
 */
export function checkRelational(parts: RelationalParts, action: string): void {
  const { key, parents, children, plan, totals = [], levels = [], keys } = parts;
  const named = (columns: readonly ColumnSchema[]) => new Map(columns.map((one) => [one.name, one]));
  const [above, below] = [named(parents.columns), named(children?.columns ?? [])];
  check(above.has(key), action, "its key must be a column of the parents", key ?? "none");
  const counted = above.get(countName)?.type === "numeric";
  check(counted, action, `its parents must have a column of numbers called "${countName}"`);
  checkPlanOf(plan, key, below, action);
  const own = plan.columns.filter(({ role }) => role === "identifier").map(({ name }) => name);
  const listed = Array.isArray(keys) ? keys.map((one) => one?.name) : [];
  const rule = "its keys must be those of the children's identifiers";
  check(Array.isArray(keys) && listed.join("\n") === own.join("\n"), action, rule, listed.join(", "));
  for (const one of keys)
    checkPlan(
      one,
      { columns: [...(children?.structure.columns ?? []), ...keys] } as unknown as Structure,
      action,
    );
  check(Array.isArray(totals), action, "its totals must be a list", totals);
  for (const total of totals) checkTotal(Object(total), parts, { above, below }, action);
  check(Array.isArray(levels), action, "the levels that children tell must be a list", levels);
  for (const told of levels) checkLevel(Object(told), plan, above, below, action);
  const { loose = [] } = parts;
  const listedLoose = Array.isArray(loose) && loose.every((name) => below.has(name));
  check(listedLoose, action, "loose must be a list of columns of the children", loose);
  checkDistinct(parts, new Set([...below.keys()].filter((name) => isOwn(plan, name))), action);
  const columns = [...totals, ...levels].map(({ column }) => column);
  const twice = columns.find((name, k) => columns.indexOf(name) < k);
  check(twice === undefined, action, "each column must have one total", twice);
}

/** Throws where children are told to be made of what their model does not draw. */
function checkPlanOf(
  plan: ChildPlan,
  key: string,
  below: ReadonlyMap<string, ColumnSchema>,
  action: string,
): void {
  const { columns, date } = Object(plan) as Partial<ChildPlan>;
  check(Array.isArray(columns), action, "its plan must list the children's columns", columns ?? "none");
  for (const { name, role } of columns.map(Object)) {
    check(roles.includes(role), action, `the role of ${name} must be one of ${roles.join(", ")}`, role);
    const drawn = role === "drawn" || role === "text";
    check(
      !drawn || below.has(name),
      action,
      "its plan must name columns that the children's model draws",
      name,
    );
  }
  const planned = new Set(columns.map(({ name }) => name));
  check(planned.size === columns.length, action, "its plan must list each column of the children once");
  const lacking = [...below.keys()].find(
    (name) => !planned.has(name) && !isContext(name) && name !== contextNames.gap && name !== key,
  );
  check(lacking === undefined, action, "its plan must list what the children's model draws", lacking);
  for (const role of ["key", "date"]) {
    const own = columns.filter((one) => one.role === role).map(({ name }) => name);
    const expected = role === "key" ? key : (date?.name ?? "");
    check(own.join() === expected, action, `its plan must have the ${role} of children once`, own.join());
  }
  if (!date) return;
  checkDates(date.format, `the dates of ${date.name}`, action);
  if (date.from !== undefined) {
    const { name, format } = Object(date.from);
    checkDates(format, `the dates of ${name}`, action);
    const other = name !== date.name && below.get(name)?.type === "date" && isOwn(plan, name);
    check(other, action, `the dates of ${date.name} must be from another date of the children`, name);
  }
  const { unit, by, phase = 0 }: Partial<Pace> = Object(date.pace);
  const paced = (unit === "step" || unit === "month") && Number.isInteger(by) && Number(by) > 0;
  const told = [date.end, date.least, phase].every(Number.isFinite);
  check(paced && told, action, `the dates of ${date.name} must have an end and steps in which they follow`);
  check(
    below.get(date.name)?.type === "date",
    action,
    "the children's model must draw their dates",
    date.name,
  );
}

/** Throws where a level of the parents is told by what the children do not have, or is none. */
function checkLevel(
  { column, kind, of, level, levels }: ToldLevel,
  plan: ChildPlan,
  above: ReadonlyMap<string, ColumnSchema>,
  below: ReadonlyMap<string, ColumnSchema>,
  action: string,
): void {
  const who = `what children tell of ${column}`;
  const own = above.get(column)?.levels;
  check(own !== undefined, action, `${who} must be a column of levels of the parents`, column ?? "none");
  check(levelKinds.includes(kind), action, `${who} must be one of ${levelKinds.join(", ")}`, kind);
  check(below.has(of) && isOwn(plan, of), action, `${who} must be of a column of the children`, of ?? "none");
  const some = (kind === "some") === (typeof level === "string");
  check(some, action, `${who} must name a cell where it is about some child`, level ?? "none");
  const paired = Array.isArray(levels) && levels.every((pair) => Array.isArray(pair) && pair.length === 2);
  check(paired, action, `${who} must list a level for each cell`, levels);
  const odd = levels.find(([, one]) => !own?.includes(one));
  check(odd === undefined, action, `${who} must be levels of that column`, odd?.[1]);
}

/** Throws where a column of the parents is told by children who can't tell it. */
function checkTotal(
  { column, kind, of, where, dates, none, grid }: Total,
  { plan }: RelationalParts,
  { above, below }: Record<"above" | "below", ReadonlyMap<string, ColumnSchema>>,
  action: string,
): void {
  const who = `the total ${column}`;
  const own = above.get(column);
  const typed = own?.type === (dates ? "date" : "numeric") && column !== countName;
  check(
    typed,
    action,
    `${who} must be a column of the parents of ${dates ? "dates" : "numbers"}`,
    own?.type ?? "none",
  );
  check(
    [...kinds, "number"].includes(kind),
    action,
    `${who} must be one of number, ${kinds.join(", ")}`,
    kind,
  );
  const usual = none === null || Number.isFinite(none);
  check(usual, action, `${who} must have as none a number or null`, none);
  check(isGrid(grid), action, `${who} must have a grid of 0 to 20 decimals and a step above 0`);
  const child = of === undefined ? undefined : below.get(of);
  const isDate = of !== undefined && of === plan.date?.name;
  check(
    of === undefined || isDate || (child !== undefined && isOwn(plan, of)),
    action,
    `${who} must be of a column of the children`,
    of,
  );
  const { of: by = "", level } = where ?? {};
  const some = where === undefined || (below.has(by) && isOwn(plan, by) && typeof level === "string");
  check(some, action, `${who} must be of children with a cell of a column of theirs`, by || "no column");
  if (kind === "number") {
    check(!dates && of === undefined, action, `${who} must count children, and be no date`, of);
    return;
  }
  check(of !== undefined, action, `${who} must be of a column`, "no column");
  if (!dates) {
    check(child?.type === "numeric", action, `${who} must be of a column of numbers`, child?.type);
    return;
  }
  const told = dateKinds.some((one) => one === kind);
  check(told, action, `${who} must be the first or last of dates`, kind);
  check(isDate || child?.type === "date", action, `${who} must be of a column of dates`, child?.type);
  for (const one of [dates.from, dates.to]) checkDates(one, `the dates of ${who}`, action);
}
