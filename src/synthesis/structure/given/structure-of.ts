import { check } from "../../../core/checks";
import type { Rng } from "../../../core/rng";
import { columnNamed, type Table } from "../../../data/table";
import { type RuleRows, rulesBrokenBy } from "../../sequential/known/rules-kept";
import { type DiscoverOptions, discoverStructure } from "../discover/discover";
import { keysBeside } from "../keys/stated-keys";
import type { ColumnPlan, Structure } from "../structure";
import { bareKeys } from "../variables";
import { checkRules } from "./check-rules";

/** The share of rows that may break a given rule before nothing is learnt with it. */
const mostBroken = 0.01;

/**
 * The structure to learn a table with: what holds in it, or the given one, whose identifiers are none of the table's. Throws where the
 * given one's rules cannot be kept, or are not by the table itself (`acceptBroken`).
 */
export function structureOf(
  from: Table,
  rng: Rng,
  { structure, ...options }: DiscoverOptions & { readonly structure?: Structure },
): Structure {
  if (!structure) return discoverStructure(from, rng.fork("structure"), options);
  const action = "learn a table";
  checkRules(structure, action);
  // What few share would be counted in rows, in silence.
  if (structure.customer !== undefined) columnNamed(from, structure.customer);
  checkTypes(structure, from, action);
  const [worst] = options.acceptBroken ? [] : tooBroken(rulesBrokenBy(structure, from), from);
  if (worst) {
    const rule = "at most one row in a hundred may break a rule that is given (acceptBroken takes it)";
    check(false, action, `${rule}: ${worst.rule}`, `${worst.rows} of ${from.rows}`);
  }
  const columns = structure.columns.map((plan): ColumnPlan => {
    if (plan.kind !== "key") return plan;
    const bare = bareKeys(plan, structure.columns, from);
    const keys = keysBeside(plan.keys, bare, rng.fork(`keys of ${plan.name}`), `make keys for ${plan.name}`);
    return { ...plan, keys };
  });
  return { ...structure, columns };
}

/**
 * Throws where a column's plan makes other cells than the table's column has: numbers by levels, levels by a range. Numbers that name
 * customers come back as identifiers.
 */
export function checkTypes({ columns, customer }: Structure, from: Table, action: string): void {
  for (const plan of columns) {
    const { type } = columnNamed(from, plan.name);
    const written = plan.kind === "date" || (plan.kind === "part" && plan.format !== undefined);
    const numbers = plan.kind === "number" || (plan.kind === "part" && !written);
    const fits =
      plan.kind === "constant" ||
      (plan.kind === "key" && plan.name === customer) ||
      (type === "numeric" ? numbers : !numbers && (!written || type === "date" || type === "text"));
    const rule = `what ${plan.name} is told as must go with its cells in the table (${type})`;
    check(fits, action, rule, plan.kind);
  }
}

/** The rules that more rows of the table break than may, those that most break first. */
export function tooBroken(broken: readonly RuleRows[], { rows }: Pick<Table, "rows">): readonly RuleRows[] {
  return broken.filter((one) => one.rows > mostBroken * rows).sort((a, b) => b.rows - a.rows);
}
