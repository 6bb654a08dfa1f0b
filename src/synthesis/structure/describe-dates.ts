import { day, evenMonth, momentAt } from "./date-parts";
import type { Formula, Term } from "./formulas";
import { type ColumnPlan, levelCount } from "./structure";
import { levelNames } from "./variables";

const lengths = [
  ["week", 7 * day],
  ["day", day],
  ["hour", 3_600_000],
  ["minute", 60_000],
  ["second", 1000],
  ["millisecond", 1],
] as const;

/** A stretch of time in words: "12 months", "1 week"; by a calendar of even months or in milliseconds. */
function stretch(time: number, calendar: boolean): string {
  const [name, width] = calendar
    ? (["month", evenMonth] as const)
    : (lengths.find(([name, width]) => name !== "week" && time % width === 0) ??
      (["millisecond", 1] as const));
  const count = Number((time / width).toPrecision(12));
  return `${count} ${name}${Math.abs(count) === 1 ? "" : "s"}`;
}

/** The day, or the moment. */
export function dateOf(moment: number): string {
  return new Date(Math.round(moment))
    .toISOString()
    .replace(/T00:00:00.000Z$/, "")
    .replace(/(\.000)?Z$/, "");
}

/** What a formula says that computes a date, or counts calendar units or rounded stretches of dates; undefined where it is none. */
export function describeDated(
  name: string,
  formula: Formula,
  columns: readonly ColumnPlan[],
): string | undefined {
  const isDate = (one: string): boolean => columns.some((plan) => plan.name === one && plan.kind === "date");
  const dated = formula.terms.filter(({ column }) => isDate(column));
  if (isDate(name)) {
    const own = formula.rest === "none" || formula.each ? "" : " + a stretch of time that is drawn";
    return `${name} = ${laterThan(formula, dated[0], columns)}${own}.`;
  }
  const special =
    formula.round || dated.some(({ from, calendar, weight }) => from || calendar || !plainDays(weight));
  const exact = dated.every(({ from }) => from);
  const { least } = formula;
  return special && dated.length > 0 && dated.length === formula.terms.length
    ? `${name} = ${least === undefined ? "" : `the greater of ${least} and `}${countOf(formula, dated)}${exact ? "" : rounding(formula)}.`
    : undefined;
}

/** Whether dates are counted in days, hours, minutes, seconds or milliseconds. */
function plainDays(weight: number): boolean {
  return lengths.some(([unit, width]) => unit !== "week" && Math.abs(Math.abs(weight * width) - 1) < 1e-9);
}

/** How the result of a formula is rounded, in words. */
export function rounding({ round }: Pick<Formula, "round">): string {
  return round ? `, rounded ${round.towards < 0 ? "down" : "up"}` : ", rounded";
}

function named({ column, from, instead }: Term): string {
  const own = from ? `the start of the ${from} of ${column}` : column;
  return instead === undefined ? own : `${own} (${dateOf(instead)} where missing)`;
}

function laterThan(
  formula: Formula,
  source: Term | undefined,
  columns: readonly ColumnPlan[],
  more: readonly string[] = [],
): string {
  const { terms, effects, constant, calendar, each } = formula;
  const decides = columns.find((plan) => plan.name === each?.column);
  if (each && (decides?.kind === "levels" || decides?.kind === "number")) {
    const told = each.formulas.filter((own) => own !== null);
    const dateOf = (own: Formula | undefined): Term | undefined =>
      own?.terms.find(({ column }) => columns.some((one) => one.name === column && one.kind === "date"));
    const options = (text: (own: Formula) => string): string => {
      const all = levelNames(decides).map((level, k) => [level, each.formulas[k]] as const);
      return `(by ${each.column}: ${all.flatMap(([level, own]) => (own ? [`${level} → ${own.rest === "none" ? text(own) : "drawn"}`] : [])).join(", ")})`;
    };
    // What all have in common is said once.
    if (new Set(told.map((own) => JSON.stringify({ ...own, constant: 0 }))).size > 1)
      return options((own) => laterThan(own, dateOf(own), columns));
    const [first] = told;
    const lengths = options((own) => stretch(own.constant, own.calendar !== undefined));
    return laterThan({ ...first, constant: 0 }, dateOf(first), columns, [`+ ${lengths}`]);
  }
  const even = calendar !== undefined;
  const signed = (time: number, months: boolean): string[] =>
    time === 0 ? [] : [`${time < 0 ? "−" : "+"} ${stretch(Math.abs(time), months)}`];
  const counted = terms.flatMap((term) => {
    if (term === source) return [];
    const one = stretch(term.weight, even);
    const { column, times } = term;
    const by = times && (times.plus === 0 ? times.column : `(${times.column} + ${times.plus})`);
    const count = by ? `${column} × ${by}` : column;
    return [one.startsWith("1 ") ? `+ ${count} ${one.slice(2)}s` : `+ ${count} × ${one}`];
  });
  const decided = effects.map(({ column, effects: own }) => {
    const plan = columns.find((one) => one.name === column);
    const levels = plan?.kind === "levels" ? plan.levels.slice(0, levelCount(plan)) : [];
    const told = levels.map(
      (level, k) => `${level} → ${own[k] === null ? "none" : stretch(own[k] as number, even)}`,
    );
    return `+ (by ${column}: ${told.join(", ")})`;
  });
  return [
    source ? named(source) : dateOf(constant),
    ...counted,
    ...decided,
    ...more,
    ...(source ? signed(constant, even) : []),
    ...signed(calendar?.plus ?? 0, false),
  ].join(" ");
}

function countOf({ terms, constant }: Formula, dated: readonly Term[]): string {
  const [later, earlier] = [...dated].sort((a, b) => b.weight - a.weight);
  const width = 1 / Math.abs(later.weight);
  const unit = unitOf(width, later.calendar === true);
  const more = (by: number): string => {
    const rest = Number(by.toPrecision(6));
    return rest === 0 ? "" : rest > 0 ? ` + ${rest}` : ` − ${-rest}`;
  };
  if (terms.length === 2 && later.column === earlier.column)
    return `the number of the ${later.from} in the ${earlier.from} of ${later.column}, from ${Number(constant.toPrecision(6))}`;
  if (terms.length === 3)
    return `100 × the ${terms[0].from} of ${later.column} + the number of its ${terms[1].from}, from ${Number(constant.toPrecision(6))}`;
  if (terms.length === 2) return `${unit} from ${named(earlier)} to ${named(later)}${more(constant)}`;
  const fixed = Math.abs(constant * width);
  const moment = dateOf(later.calendar ? momentAt(Math.round(fixed)) : fixed);
  if (later.from === "year")
    return later.weight > 0
      ? `the year of ${later.column}${more(constant)}`
      : `${Number(constant.toPrecision(6))} − the year of ${later.column}`;
  return later.weight < 0
    ? `${unit} from ${named(later)} to ${moment}`
    : `${unit} from ${moment} to ${named(later)}`;
}

/** What so many milliseconds, or places in a calendar of even months, are called: days. */
export function unitOf(width: number, calendar: boolean): string {
  if (calendar) return width > 11 * evenMonth ? "years" : width > 2 * evenMonth ? "quarters" : "months";
  const [name] = lengths.find(([, own]) => Math.abs(width / own - 1) < 1e-9) ?? ["", 1];
  return name ? `${name}s` : `stretches of ${Number((width / day).toPrecision(8))} days`;
}
