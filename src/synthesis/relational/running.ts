import { check } from "../../core/checks";
import { takeValues } from "../../core/matrix";
import type { Rng } from "../../core/rng";
import { columnNamed, type Table, takeTableRows } from "../../data/table";
import type { Sequential } from "../sequential/sequential";
import { day } from "../structure/date-parts";
import { exactAmong } from "../structure/discover/find-exact";
import { type Found, type NumberInput, valuesOf } from "../structure/discover/search";
import { findRounded } from "../structure/discover/tried/find-rounded";
import { emptySum, evaluate, type Formula, leadsTo, type Term } from "../structure/formulas";
import { type Grid, gridOf, snap } from "../structure/grids";
import { gridOfPlan, isComputed, type Structure } from "../structure/structure";
import { argumentsFrom } from "../structure/variables";
import { baseOf, type ChildDates, type ChildPlan, contextNames, isTold } from "./child-table";
import { timesIn, timesOf } from "./families";
import { followed, rulesWithout, withFollowing } from "./follow";
import { type Families, gapOf } from "./pace";

/** A number that runs along a parent's rows: each time it is the one before, more by what a formula of the row says. */
export interface Running {
  readonly column: string;
  /** The number of the row before, where that is another one: a meter's reading begins where the last one ended. */
  readonly of?: string;
  /** An exact sum of other numbers of the row, or a constant. */
  readonly more: Formula;
  /** What the first row starts from, or what of its parent it does; left out, its value is drawn. */
  readonly start?: number | string;
  /** What every parent's last row comes to: what is added there is what is left. */
  readonly end?: number;
}

/** In fewer rows that have one before nothing is looked for, nor of fewer parents than may be told. */
const leastRows = 50;

/** The numbers of the children that run along each parent's rows: a balance, a running total, the number of the month, or where the last one ended. */
export function findRunning(
  children: Table,
  families: Families,
  plan: ChildPlan,
  {
    least,
    structure,
    parents,
  }: { readonly least: number; readonly structure: Structure; readonly parents: Table },
): readonly Running[] {
  const plans = new Map(structure.columns.map((one) => [one.name, one]));
  const names = plan.columns.flatMap(({ name, role }) =>
    role === "drawn" && plans.get(name)?.kind === "number" ? [name] : [],
  );
  const numbers = children.columns.flatMap((column) =>
    column.type === "numeric" && names.includes(column.name) && !column.values.some(Number.isNaN)
      ? [{ name: column.name, values: column.values, grid: gridOf(column.values, least) }]
      : [],
  );
  const firsts = families.flatMap((family) => family.slice(0, 1));
  const owners = takeTableRows(
    parents,
    families.flatMap((family, p) => (family.length > 0 ? [p] : [])),
  );
  const pairs = families.flatMap((family) => family.slice(1).map((row, k) => [family[k], row] as const));
  const several = families.filter((family) => family.length > 1).length;
  if (pairs.length < leastRows || several < least) return [];
  const found: Running[] = [];
  for (const { name, values, grid } of numbers) {
    const own = plans.get(name);
    if (!grid || !own || isComputed(own)) continue;
    const changesOf = (from: Float64Array): Float64Array =>
      Float64Array.from(pairs, ([before, row]) => snap(values[row] - from[before], grid));
    const formulas = new Map(found.map(({ column, more }) => [column, more]));
    const others = numbers.filter((one) => one.name !== name && !leadsTo(formulas, one.name, name));
    const more = moreOf({ name, values: changesOf(values), grid }, others, pairs);
    if (!more) {
      const of = numbers.find((one) => one.name !== name && alike(changesOf(one.values)));
      const [constant] = of ? changesOf(of.values) : [];
      if (of && constant !== undefined)
        found.push({ column: name, of: of.name, more: { ...emptySum, constant } });
      continue;
    }
    const added = evaluate(
      more,
      (other) => {
        const { values: own } = numbers.find((one) => one.name === other) as { values: Float64Array };
        return takeValues(own, firsts);
      },
      firsts.length,
    );
    const starts = firsts.map((row, k) => snap(values[row] - added[k], grid));
    const start = starts.every((one) => one === starts[0]) ? starts[0] : startOf(starts, grid, owners);
    const lasts = families.flatMap((family) => family.slice(-1)).map((row) => values[row]);
    const ends = several >= leastRows && singleTerm(more) && lasts.every((one) => one === lasts[0]);
    // Elsewhere it hardly is.
    const there = ends ? pairs.filter(([before]) => values[before] === lasts[0]).length : 0;
    const end = ends && there < 0.1 * pairs.length ? lasts[0] : undefined;
    found.push({
      column: name,
      more,
      ...(start !== undefined && { start }),
      ...(end !== undefined && { end }),
    });
  }
  // What follows from running numbers is known after them.
  const later = followingFrom(structure, found);
  return readersFirst(found.filter(({ more }) => !more.terms.some(({ column }) => later.has(column))));
}

/** The one other number that is added or taken away, where that is all. */
function singleTerm({ terms: [term, ...others], constant, round }: Formula): Term | undefined {
  const alone = others.length === 0 && constant === 0 && !round && Math.abs(term?.weight) === 1;
  return alone ? term : undefined;
}

/** The number of their parents that first rows start from: the amount of a loan. */
function startOf(starts: readonly number[], grid: Grid, owners: Table): string | undefined {
  const found = owners.columns.find(
    (one) => one.type === "numeric" && starts.every((start, k) => snap(one.values[k], grid) === start),
  );
  return found && contextNames.parent(found.name);
}

/** What reads others before these. */
function readersFirst(found: readonly Running[]): readonly Running[] {
  const formulas = new Map(found.map(({ column, more }) => [column, more]));
  const open = [...found];
  const out: Running[] = [];
  while (open.length > 0) {
    const next = open.findIndex(
      ({ column }) => !open.some((one) => one.column !== column && leadsTo(formulas, one.column, column)),
    );
    out.push(...open.splice(Math.max(0, next), 1));
  }
  return out;
}

function alike(values: Float64Array): boolean {
  return values.every((one) => one === values[0]);
}

/** What is added from row to row, exactly; undefined where nothing says it. */
function moreOf(
  target: NumberInput,
  others: readonly Pick<NumberInput, "name" | "values" | "grid">[],
  pairs: readonly (readonly [number, number])[],
): Formula | undefined {
  if (alike(target.values)) return { ...emptySum, constant: target.values[0] };
  const found: Found = new Map();
  const rows = others.map((one) => ({
    ...one,
    given: true,
    values: Float64Array.from(pairs, ([, row]) => one.values[row]),
  }));
  const all = [...rows, target];
  exactAmong(all, found);
  // What is rounded down lies on a line half a step below it, too.
  if (found.get(target.name)?.constant !== 0) {
    found.delete(target.name);
    findRounded(all, found, {
      rows: pairs.length,
      of: valuesOf(all),
      people: undefined,
      tried: 3 * all.length ** 2,
    });
  }
  const more = found.get(target.name);
  return more?.rest === "none" && more.constant === 0 ? more : undefined;
}

/** The plan with the distance between rows that follow each other, where it is always the same: months without a gap. */
export function withEvery(plan: ChildPlan, children: Table, families: Families, least: number): ChildPlan {
  const times = timesOf(children, plan);
  const { date } = plan;
  const since = date && timesIn(children, baseOf(date));
  if (!times || !since || families.filter((family) => family.length > 1).length < least) return plan;
  const gaps = families.flatMap((family) =>
    family.slice(1).map((row, k) => gapOf(date, since[family[k]], times[row])),
  );
  const [every] = gaps;
  const same = gaps.length >= leastRows && every > 0 && gaps.every((gap) => gap === every);
  return same ? { ...plan, date: { ...date, every } } : plan;
}

/** The rules of the children without those that a running number, known after they are drawn, would have to keep. */
export function withoutRunning(structure: Structure, running: readonly Running[]): Structure {
  const told = withFollowing(
    structure,
    running.map(({ column }) => column),
  );
  return rulesWithout(structure, told);
}

/** The columns that follow from running ones, and are none. */
function followingFrom(structure: Structure, running: readonly Running[]): ReadonlySet<string> {
  const runs = running.map(({ column }) => column);
  return new Set([...withFollowing(structure, runs)].filter((name) => !runs.includes(name)));
}

/**
 * The drawn rows with their running numbers computed from the rows before (−1: there is none), and what follows from these with them.
 */
export function withRunning(
  running: readonly Running[],
  model: Sequential,
  {
    made,
    last,
    before,
  }: { readonly made: Table; readonly last: Table | undefined; readonly before: readonly number[] },
  rng: Rng,
): Table {
  if (running.length === 0) return made;
  const { structure } = model;
  let columns = made.columns;
  const changed: string[] = [];
  const left = columnNamed(made, contextNames.left);
  // What one reads of the others stands after it (`findRunning`): it is known before.
  for (const { column, of = column, more, start, end } of running.toReversed()) {
    const plan = structure.columns.find(({ name }) => name === column);
    const grid = plan?.kind === "number" ? gridOfPlan(plan) : undefined;
    const so = last && columnNamed(last, of);
    const own = typeof start === "string" ? columnNamed(made, start) : undefined;
    const first = (i: number) => (own?.type === "numeric" ? own.values[i] : (start as number | undefined));
    const added = evaluate(more, argumentsFrom(structure.columns, { ...made, columns }), made.rows);
    const drawn = columnNamed({ ...made, columns }, column);
    if (drawn.type !== "numeric") continue;
    const term = singleTerm(more);
    const rests = term && new Map<number, number>();
    const values = drawn.values.map((value, i) => {
      const from = before[i] < 0 ? first(i) : so?.type === "numeric" ? so.values[before[i]] : Number.NaN;
      if (from === undefined) return value;
      const sum = snap(from + added[i], grid);
      const over = plan?.kind === "number" && plan.low >= 0 && sum < 0 && from >= 0;
      const ends = end !== undefined && left.type === "numeric" && left.values[i] === 0;
      if (!rests || !(over || ends)) return sum;
      const to = ends ? end : 0;
      if (sum !== to) rests.set(i, (to - from) * term.weight);
      return to;
    });
    const ofTerm = structure.columns.find(({ name }) => name === term?.column);
    const termGrid = ofTerm?.kind === "number" ? gridOfPlan(ofTerm) : undefined;
    if (term && rests && rests.size > 0) changed.push(term.column);
    columns = columns.map((one) => {
      if (one.type !== "numeric") return one;
      if (one.name === column) return { ...one, values };
      if (one.name !== term?.column) return one;
      return { ...one, values: one.values.map((value, i) => snap(rests?.get(i) ?? value, termGrid)) };
    });
  }
  const told = [...running.map(({ column }) => column), ...changed];
  const open = [...withFollowing(structure, told)].filter((name) => !told.includes(name));
  return followed(model, { ...made, columns }, new Set(open), rng);
}

/** Throws where what a file says of rows that follow each other, which somebody may have changed by hand, cannot be computed. */
export function checkRunning(
  { running, plan }: { readonly running?: readonly Running[]; readonly plan: ChildPlan },
  structure: Structure | undefined,
  action: string,
): void {
  const { every = 1 } = Object(Object(plan).date) as Partial<ChildDates>;
  check(every > 0 && Number.isFinite(every), action, "rows must follow each other every so often", every);
  const plans = new Map((structure?.columns ?? []).map((plan) => [plan.name, plan]));
  const isNumber = (name: unknown): boolean => plans.get(name as string)?.kind === "number";
  check(running === undefined || Array.isArray(running), action, "running must be a list", running);
  const rules = ((running ?? []) as Running[]).map((one): Partial<Running> => Object(one));
  const later = structure ? new Set(followingFrom(structure, rules as Running[])) : new Set<string>();
  for (const { column, of = column, more, start, end = 0 } of rules) {
    check(isNumber(of), action, `${column} must run from a number of the row before`, of ?? "none");
    check(Number.isFinite(end), action, `${column} must end in a number`, end);
    later.add(column as string);
    const plan = plans.get(column as string);
    const drawn = plan?.kind === "number" && !isComputed(plan);
    check(drawn, action, "what runs along the rows must be a drawn number of the children", column ?? "none");
    const { kind, constant, terms, factors, effects, by, rest, round } = Object(more) as Partial<Formula>;
    const stepped = round === undefined || (round?.step > 0 && Math.abs(round.towards) === 1);
    const plain = kind === "sum" && rest === "none" && !by && stepped && Number.isFinite(constant);
    const summed =
      plain &&
      [terms, factors, effects].every(Array.isArray) &&
      [factors, effects].every((list) => list?.length === 0) &&
      terms?.every(
        (term) => Number.isFinite(term?.weight) && isNumber(term?.column) && !later.has(term.column),
      );
    check(summed === true, action, `${column} must run by a sum of other numbers of the children`);
    const known = typeof start === "string" ? isTold(start) && isNumber(start) : Number.isFinite(start);
    check(start === undefined || known, action, `${column} must start from a number`, start);
  }
}

/** So many of the steps in which rows follow each other. */
function inSteps({ format, pace }: ChildDates, count: number): string {
  const one = pace.unit === "month" ? "month" : format.step === day ? "day" : `${format.step / 1000} seconds`;
  if (one.endsWith("s")) return count === 1 ? one : `${count} × ${one}`;
  return `${count} ${one}${count === 1 ? "" : "s"}`;
}

/** A rule on the distance between rows with what that is counted in, and without the one that a first row is given. */
export function describeGap(sentence: string, dates: ChildDates): string {
  const [gap, first] = [contextNames.gap, `; often exactly ${dates.least}.`];
  if (!sentence.startsWith(`${gap} lies `)) return sentence;
  return sentence.replace(gap, `${gap}, in steps of ${inSteps(dates, dates.pace.by)},`).replace(first, ".");
}

/** How the dates of rows follow each other, where that is not just in the steps of their format. */
function describePace(dates: ChildDates): readonly string[] {
  const { name, every, from, least, pace } = dates;
  const { unit, by, phase } = pace;
  if (!every && !from && unit === "step" && by === 1) return [];
  const far = (count: number): string => inSteps(dates, count);
  if (from && every) return [`${name} is ${far(every)} after ${from.name} of the row before.`];
  if (from && least > 0) return [`${name} is at least ${far(least)} after ${from.name} of the row before.`];
  if (from) return [`${name} is never before ${from.name} of the row before.`];
  const steps = every
    ? `is ${far(every * by)} after the row before`
    : `is some times ${far(by)} after the row before`;
  const same = unit === "month" ? "on a day of the month" : "on dates such steps apart";
  return [
    `${name} ${steps}, ${same} that ${phase === undefined ? "each parent keeps" : "all parents share"}.`,
  ];
}

/** The rules in sentences. */
export function describeRunning(running: readonly Running[], dates?: ChildDates): readonly string[] {
  const steps = dates ? describePace(dates) : [];
  const sentences = running.map(({ column, of = column, more: { constant, terms, round }, start, end }) => {
    const parts = terms.map(({ column, weight }) =>
      Math.abs(weight) === 1
        ? `${weight < 0 ? "− " : "+ "}${column}`
        : `${weight < 0 ? "− " : "+ "}${Math.abs(weight)} × ${column}`,
    );
    const number = constant === 0 ? [] : [`${constant < 0 ? "−" : "+"} ${Math.abs(constant)}`];
    const from = start === undefined ? "the first is drawn" : `from ${start}`;
    const to = end === undefined ? "" : ` to ${end} in the last`;
    const rounded = round ? `, rounded ${round.towards < 0 ? "down" : "up"} to steps of ${round.step}` : "";
    return `${[`${column} = ${of} of the row before`, ...number, ...parts].join(" ")}${rounded}, ${from}${to}.`;
  });
  return [...steps, ...sentences];
}
