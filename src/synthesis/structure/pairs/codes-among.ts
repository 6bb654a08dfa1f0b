import { isReckoned } from "../../../data/infer/reckoned";
import { columnNamed } from "../../../data/table";
import { isWritten, screenOf, weightedSum } from "../discover/find-exact";
import type { Look } from "../discover/look";
import type { ColumnPlan } from "../structure";
import { ownCells } from "../variables";
import { findCodes } from "./find-codes";

/** Of so many numbers a code may be the sum of some. */
const mostTerms = 60;

/** Numbers that are codes, as levels; those that are reckoned with are amounts. */
export function codesAmong(
  plans: readonly ColumnPlan[],
  { from, keep, least, people, numbers: read }: Look,
): ColumnPlan[] {
  const numbers = plans.flatMap((plan) => {
    const column = columnNamed(from, plan.name);
    const plain = plan.kind === "number" && !plan.values && column.type === "numeric" && !column.format;
    return plain && !keep.includes(plan.name) && !isReckoned(column, from.columns)
      ? [{ plan, name: plan.name, values: read(plan) }]
      : [];
  });
  const found = findCodes(numbers, ownCells(plans, from), least, people);
  const all = plans.flatMap((plan) =>
    plan.kind === "number" ? [{ name: plan.name, values: read(plan), grid: plan.grid }] : [],
  );
  const whole = all.filter(({ values }) => !values.some(Number.isNaN));
  // What others add up to is an amount, be it a score of hundreds, tens and ones.
  const isSum = (name: string): boolean => {
    const at = whole.findIndex((one) => one.name === name);
    const others = [...whole.keys()].filter((k) => k !== at).slice(0, mostTerms);
    const sum = at >= 0 && others.length > 1 && weightedSum(screenOf(whole), at, others, "digit");
    return sum ? isWritten(sum) : false;
  };
  return numbers.flatMap(({ plan, name, values }): ColumnPlan[] => {
    const codes = found.get(name);
    if (!codes || isSum(name)) return [];
    const known = new Set(codes);
    const rare = values.reduce((sum, value) => sum + (Number.isNaN(value) || known.has(value) ? 0 : 1), 0);
    const { kind, missing } = plan;
    const [low, high] = [codes[0], codes[codes.length - 1]];
    return [
      {
        ...{ kind, name, missing, low, high, atoms: [], grid: { decimals: 0, step: 1 }, values: codes },
        ...(rare > 0 && { rare: Math.ceil(rare / least) * least }),
      },
    ];
  });
}
