import type { Rng } from "../../../core/rng";
import { mayBeId } from "../../../data/infer/names";
import { cellText, type Table } from "../../../data/table";
import { keyColumn } from "../discover/plan-column";
import type { ColumnPlan, KeyColumnPlan } from "../structure";

/** Cells of a column that refers to another's keys are such keys, but for so few. */
const leastFound = 0.98;
/** Fewer different ones may be keys by chance. */
const fewest = 3;

/**
 * Plans of columns whose cells are keys of another column, as a manager's number is that of an employee: made up as those are, so that
 * none is a real one and each is the key of an early row; as many rows share one as in the data. None of `keep`.
 */
export function referringKeys(
  plans: readonly ColumnPlan[],
  from: Table,
  keep: readonly string[],
  rng: Rng,
  least: number,
): KeyColumnPlan[] {
  const textsOf = (place: number): string[] =>
    Array.from({ length: from.rows }, (_, i) => cellText(from.columns[place], i));
  const keys = plans.flatMap((plan, place) =>
    plan.kind === "key" ? [{ plan, set: new Set(textsOf(place)) }] : [],
  );
  if (keys.length === 0) return [];
  return plans.flatMap((plan, place): KeyColumnPlan[] => {
    const { name } = plan;
    if (plan.kind === "constant" || keep.includes(name) || from.columns[place].type === "numeric") return [];
    // Read beside gaps, a whole number may have got a decimal point.
    const texts = textsOf(place).map((text) => text.replace(/^(\d+)\.0$/, "$1"));
    const there = texts.filter((text) => text !== "");
    const own = [...new Set(there)];
    if (own.length < fewest) return [];
    const of = keys.find(({ plan: key, set }) => {
      if (key.name === name || set.size <= own.length + 1) return false;
      const [cells, found] = [there, own].map((some) => some.filter((text) => set.has(text)));
      const most = cells.length >= leastFound * there.length && found.length >= leastFound * own.length;
      return most && (!found.every((text) => /^\d+$/.test(text)) || (mayBeId(name) && !dense(found, set)));
    });
    if (!of) return [];
    const { check: _, ...as } = keyColumn(name, texts, rng, least);
    const { keys: written, check } = of.plan;
    return [{ ...as, keys: written, ...(check && { check }) }];
  });
}

/** Whether most whole numbers up to the greatest of these are keys: any small number would be one. */
function dense(own: readonly string[], keys: ReadonlySet<string>): boolean {
  const high = own.reduce((most, text) => Math.max(most, Number(text)), 0);
  let below = 0;
  for (const key of keys) if (key !== "" && Number(key) <= high) below++;
  return 2 * below > high + 1;
}
