import { columnNamed, type Table } from "../../../data/table";
import { dateWriter } from "../dates";
import { tamed } from "../ends";
import { spacing } from "../grids";
import { countPeople, peopleOf } from "../people";
import { type DatePlan, gridOfPlan, type NumberPlan, type Structure } from "../structure";
import { numbersOf } from "../variables";

/** An end of a column as its rules have it, and the rows beyond it. */
interface GivenEnd {
  readonly rule: string;
  readonly columns: readonly string[];
  readonly rows: readonly number[];
}

/** The ends of numbers and dates beyond which more people lie than ends that are found leave out. */
export function endsPassed(structure: Structure, table: Table): readonly GivenEnd[] {
  const people = peopleOf(structure, table);
  return ranged(structure).flatMap((plan) => {
    const values = numbersOf(columnNamed(table, plan.name), plan);
    return ([-1, 1] as const).flatMap((sign): GivenEnd[] => {
      const { end, written, slack } = endOf(plan, sign);
      const out = values.map((value) => ((value - end) * sign > slack ? 1 : Number.NaN));
      const rows = [...out.keys()].filter((i) => out[i] === 1);
      if (rows.length === 0 || (countPeople(out, people).get(1) ?? 0) < structure.minCount) return [];
      const rule = `${plan.name} is never ${sign < 0 ? "below" : "above"} ${written}.`;
      return [{ rule, columns: [plan.name], rows }];
    });
  });
}

/** The ends that rules give numbers and dates further out than the table's rows tell of, in sentences. */
export function endsNotReached(structure: Structure, table: Table): readonly string[] {
  const people = peopleOf(structure, table);
  return ranged(structure).flatMap((plan) => {
    const values = numbersOf(columnNamed(table, plan.name), plan);
    const { low, high } = tamed(values, structure.minCount, people);
    if (values.every(Number.isNaN)) return [];
    return ([-1, 1] as const).flatMap((sign) => {
      const { end, written, slack } = endOf(plan, sign);
      return (end - (sign < 0 ? low : high)) * sign > slack
        ? [
            `${plan.name}: too few rows come near ${written}, its ${sign < 0 ? "least" : "greatest"} by the rules: rows that are made come about as far as those that are learnt`,
          ]
        : [];
    });
  });
}

function ranged({ columns }: Structure): readonly (NumberPlan | DatePlan)[] {
  return columns.filter(
    (plan): plan is NumberPlan | DatePlan =>
      plan.kind === "date" || (plan.kind === "number" && plan.values === undefined),
  );
}

/** Where values end on a side, as it is told, and how far beyond is on the way to the next value. */
function endOf(plan: NumberPlan | DatePlan, sign: 1 | -1) {
  const end = sign < 0 ? plan.low : plan.high;
  const written = plan.kind === "date" ? dateWriter(plan.format)(end) : String(Number(end.toPrecision(6)));
  return { end, written, slack: spacing(gridOfPlan(plan)) + 1e-9 * Math.abs(end) };
}
