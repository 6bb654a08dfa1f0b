import type { Rng } from "../../core/rng";
import type { ColumnSchema } from "../../data/schema";
import { type Column, columnNamed, isCategorical, type Table, table, takeTableRows } from "../../data/table";
import type { Sequential } from "../sequential/sequential";
import { dateReader } from "../structure/dates";
import { brokenRows } from "../structure/orders/broken";
import { keysOf } from "../structure/restore";
import type { KeyColumnPlan } from "../structure/structure";
import { tieKeys } from "../structure/variables";
import {
  baseOf,
  type ChildPlan,
  contextColumns,
  contextNames,
  countName,
  isOwn,
  meansWith,
  type RowContext,
  roomFrom,
} from "./child-table";
import { type Alone, labelsOf, mostAgain, notAlone, Taken } from "./distinct";
import {
  contextOf,
  drawnNumbers,
  firstName,
  keysOf as namesOf,
  placeName,
  timesIn,
  timesOf,
} from "./families";
import { datePast } from "./pace";
import { type Running, withRunning } from "./running";
import type { ToldLevel } from "./told-levels";
import { type Total, toldByChildren } from "./totals";

/** How often rows that break a rule are drawn again. */
export const mostMended = 20;

/** What children are drawn by. */
export interface RelationalParts {
  readonly key: string;
  readonly parents: Sequential;
  /** Absent where children have nothing but their keys. */
  readonly children?: Sequential;
  readonly plan: ChildPlan;
  /** None where it is left out. */
  readonly totals?: readonly Total[];
  /** None where it is left out. */
  readonly levels?: readonly ToldLevel[];
  /** None where it is left out. */
  readonly running?: readonly Running[];
  /** Columns of which no two children of a parent have the same; none where it is left out. */
  readonly distinct?: readonly (readonly string[])[];
  /** Levels that one child of each parent has, and no other; none where it is left out. */
  readonly alone?: readonly Alone[];
  /** Levels that other columns of the children go with, which is lost; none where it is left out. */
  readonly loose?: readonly string[];
  /** How the identifiers of the children are made up, and what their rows say of them. */
  readonly keys: readonly KeyColumnPlan[];
}

/** Where each child of each parent was drawn. */
interface Drawn {
  readonly drawn: readonly Table[];
  readonly steps: readonly { readonly parent: number; readonly place: number; row: number; step: number }[];
}

/** All first children, then all second ones, each given what came before. */
function familiesDrawn(parts: RelationalParts, parents: Table, rng: Rng): Drawn {
  const { plan } = parts;
  const counts = columnNamed(parents, countName);
  const wanted =
    counts.type === "numeric" ? Array.from(counts.values, (n) => Math.max(0, Math.round(n) || 0)) : [];
  const first = parents.columns.find(({ name }) => name === firstName);
  const read = plan.date && dateReader(plan.date.format);
  const since = Float64Array.from(wanted, (_, p) =>
    read && first && "values" in first ? read(String(first.values[p])) : Number.NaN,
  );
  const firsts = since.slice();
  const { date } = plan;
  const count = wanted.map((n, p) => (date ? roomFrom(date, firsts[p], n) : n));
  if (date)
    firsts.forEach((time, p) => {
      since[p] = datePast(date, time, -date.least, time);
    });
  const context = contextOf(parents, parts.parents, parts);
  const taken = new Taken(parts.distinct ?? []);
  const steps: { parent: number; place: number; row: number; step: number }[] = [];
  const drawn: Table[] = [];
  let before = count.map(() => -1);
  const means: (readonly number[])[] = [];
  for (let place = 1; count.some((n) => n >= place); place++) {
    const alive = count.flatMap((n, p) => (n >= place ? [p] : []));
    const last = drawn.at(-1);
    const model = parts.children;
    const contexts = alive.map(
      (parent): RowContext => ({
        parent,
        place,
        left: count[parent] - place,
        before: before[parent],
        since: since[parent],
        first: firsts[parent],
        means: means[parent] ?? [],
      }),
    );
    const draw =
      model &&
      ((some: readonly RowContext[], by: Rng): Table => {
        const bare = drawStep(model, parts, context, last, some, by);
        const step = { made: bare, last, before: some.map((one) => one.before) };
        const made = withRunning(parts.running ?? [], model, step, by.fork("running"));
        return tieKeys(model.structure, made);
      });
    const broken = (rows: Table): readonly number[] =>
      model ? [...brokenRows(model.structure, rows), ...endless(plan, rows)] : [];
    const apart = { taken, broken, draw };
    const { rows: made, repeated } = drawApart(apart, contexts, rng.fork(`row ${place}`));
    const numbers = made ? drawnNumbers(plan, made) : [];
    const times = (made && timesOf(made, plan)) ?? [];
    const ends = (made && date && timesIn(made, baseOf(date))) ?? [];
    const next = count.map(() => -1);
    alive.forEach((parent, row) => {
      const time = times[row] ?? Number.NaN;
      // Where no distance is short enough the parent has no time for more, and where it has all there is, no more of it.
      if ((date && place > 1 && time > date.end) || repeated.has(row)) {
        count[parent] = place - 1;
        return;
      }
      if (!Number.isNaN(ends[row] ?? Number.NaN)) since[parent] = ends[row];
      else if (date?.from) count[parent] = place;
      steps.push({ parent, place, row, step: place - 1 });
      next[parent] = row;
      const so = means[parent] ?? numbers.map(() => Number.NaN);
      means[parent] = meansWith(
        so,
        place,
        numbers.map((values) => values[row]),
      );
    });
    before = next;
    if (made) drawn.push(made);
  }
  return { drawn, steps };
}

/** The same, all of a parent's drawn again where not just one of them has a level that one alone has. */
function familiesAlone(parts: RelationalParts, parents: Table, rng: Rng): Drawn {
  const { alone = [] } = parts;
  const brokenIn = ({ drawn, steps }: Drawn): readonly number[] => {
    const labels = alone.map(({ column }) => drawn.map((one) => labelsOf([column], one)));
    return notAlone(alone, steps, (rule, { step, row }) => labels[rule][step][row]);
  };
  let { drawn, steps } = familiesDrawn(parts, parents, rng);
  let open = brokenIn({ drawn, steps });
  for (let k = 0; open.length > 0 && k < mostAgain; k++) {
    const again = familiesDrawn(parts, takeTableRows(parents, open), rng.fork(`families again ${k}`));
    const [own, replaced, before] = [open, new Set(open), drawn.length];
    steps = [
      ...steps.filter(({ parent }) => !replaced.has(parent)),
      ...again.steps.map((one) => ({ ...one, parent: own[one.parent], step: one.step + before })),
    ];
    drawn = [...drawn, ...again.drawn];
    open = brokenIn(again).map((parent) => own[parent]);
  }
  return { drawn, steps: [...steps].sort((a, b) => a.parent - b.parent || a.place - b.place) };
}

/** The children of synthetic parents, in their order. */
export function childrenOf(parts: RelationalParts, parents: Table, rng: Rng, firstChild: number): Table {
  const { plan, key } = parts;
  const { drawn, steps } = familiesAlone(parts, parents, rng);
  const names = namesOf(parents, key);
  const rows = table(
    plan.columns.map(({ name, role }): Column => {
      if (role === "key") {
        const own = columnNamed(parents, key);
        const values = steps.map(({ parent }) => names[parent]);
        return own.type === "numeric"
          ? { ...own, values: Float64Array.from(values, Number) }
          : { name, type: "id", values };
      }
      if (role === "identifier") {
        const own = parts.keys.find((one) => one.name === name) as KeyColumnPlan;
        return { name, type: "id", values: keysOf(own, firstChild, steps.length, rng.fork(name)) };
      }
      const own = drawn.map((one) => columnNamed(one, name));
      // No parent, no row: its columns are there all the same.
      return own.length > 0 ? stacked(own, steps) : emptyColumn(schemaNamed(parts.children, name), 0);
    }),
  );
  const others = parts.children?.structure.columns.filter(({ kind }) => kind !== "key") ?? [];
  return tieKeys({ columns: [...others, ...parts.keys] }, rows);
}

/** Parents with children, but of no first date, are drawn it again, so often at most. */
const mostFirsts = 20;

/** The parents with a first date for all that have children, where each real child has one. */
export function withFirsts(parts: RelationalParts, made: Table, rng: Rng): Table {
  const { parents: model, children, plan, totals = [], levels = [] } = parts;
  const own = children?.structure.columns.find(({ name }) => name === plan.date?.name);
  if (own?.kind !== "date" || own.missing) return made;
  const given = new Set(model.columns.map(({ name }) => name));
  // What children tell is but a guess yet, by which there may be none.
  const open = [firstName, placeName, ...toldByChildren({ totals, levels }, model.structure)];
  for (const name of open) given.delete(name);
  let rows = made;
  for (let k = 0; k < mostFirsts; k++) {
    const [counts, firsts] = [columnNamed(rows, countName), columnNamed(rows, firstName)];
    if (counts.type !== "numeric" || firsts.type !== "date") return rows;
    const lacking = firsts.values.flatMap((first, p) => (first === "" && counts.values[p] > 0 ? [p] : []));
    if (lacking.length === 0) return rows;
    const again = model.drawBeside(takeTableRows(rows, lacking), given, rng.fork(`again ${k}`));
    rows = withRedrawn(rows, again, lacking, given);
  }
  return rows;
}

/** The rows that another one is to follow, and that it cannot, as they have no end or end too late. */
function endless({ date }: ChildPlan, rows: Table): readonly number[] {
  const left = columnNamed(rows, contextNames.left);
  const ends = date?.from && timesIn(rows, date.from);
  if (!ends || left.type !== "numeric") return [];
  return [...ends.keys()].filter(
    (row) => left.values[row] > 0 && !(datePast(date, ends[row], date.least, ends[row]) <= date.end),
  );
}

/** What rows are drawn by, and which of them are drawn again. */
interface DrawnApart {
  readonly taken: Taken;
  readonly broken: (rows: Table) => readonly number[];
  readonly draw: ((contexts: readonly RowContext[], rng: Rng) => Table) | undefined;
}

/** A row for each context, drawn again while it breaks a rule or repeats what no two rows of its parent share; and those that still repeat it. */
function drawApart(
  { taken, broken, draw }: DrawnApart,
  contexts: readonly RowContext[],
  rng: Rng,
): { rows: Table | undefined; repeated: ReadonlySet<number> } {
  if (!draw) return { rows: undefined, repeated: new Set() };
  const drawn = [draw(contexts, rng)];
  const from = contexts.map((_, row) => ({ step: 0, row }));
  const all = contexts.map((_, row) => row);
  const parentsOf = (rows: readonly number[]) => rows.map((row) => contexts[row].parent);
  // What it is given can leave a row nothing that breaks no rule; another one of what is there once can be far to find.
  const wrong = (rows: Table, of: readonly number[], k: number): readonly number[] => [
    ...new Set([...taken.repeated(rows, parentsOf(of)), ...(k < mostMended ? broken(rows) : [])]),
  ];
  let open = wrong(drawn[0], all, 0);
  for (let k = 1; open.length > 0 && k <= mostAgain; k++) {
    const again = draw(
      open.map((row) => contexts[row]),
      rng.fork(`again ${k}`),
    );
    open.forEach((at, row) => {
      from[at] = { step: k, row };
    });
    drawn.push(again);
    open = wrong(again, open, k).map((row) => open[row]);
  }
  const rows = table(
    drawn[0].columns.map(({ name }) =>
      stacked(
        drawn.map((one) => columnNamed(one, name)),
        from,
      ),
    ),
  );
  const repeated = new Set(taken.repeated(rows, parentsOf(all)));
  taken.add(rows, parentsOf(all));
  return { rows, repeated };
}

function drawStep(
  model: Sequential,
  { plan, key }: Pick<RelationalParts, "plan" | "key">,
  parents: Table,
  last: Table | undefined,
  contexts: readonly RowContext[],
  rng: Rng,
): Table {
  const own = model.columns.filter(({ name }) => name === contextNames.gap || isOwn(plan, name));
  const empty = (rows: number): Table => table(own.map((schema) => emptyColumn(schema, rows)));
  const first = plan.date && contexts[0]?.place === 1 ? plan.date.least : undefined;
  const before = last ?? empty(0);
  const numbers = drawnNumbers(plan, before).length;
  const filled = contexts.map((one) =>
    one.means.length === numbers ? one : { ...one, means: new Array<number>(numbers).fill(Number.NaN) },
  );
  const context = contextColumns(plan, parents, before, filled);
  // The first child's date is the parent's own.
  const columns = empty(contexts.length).columns.map((column) =>
    column.name === contextNames.gap && column.type === "numeric" && first !== undefined
      ? { ...column, values: column.values.fill(first) }
      : column,
  );
  // The model counts people by their key, which no row has yet.
  const all = [...context, ...columns, emptyColumn({ name: key, type: "id" }, contexts.length)];
  const known = first === undefined ? [] : [contextNames.gap];
  const given = new Set([key, ...known, ...context.map(({ name }) => name)]);
  const rows = table(model.columns.map(({ name }) => all.find((column) => column.name === name) as Column));
  return model.drawBeside(rows, given, rng);
}

function schemaNamed(model: Sequential | undefined, name: string): ColumnSchema {
  return model?.columns.find((one) => one.name === name) ?? { name, type: "text" };
}

export function emptyColumn({ name, type, levels, decimals, format }: ColumnSchema, rows: number): Column {
  if (levels) return { name, type: type as "categorical", levels, codes: new Int32Array(rows).fill(-1) };
  if (type === "numeric")
    return {
      name,
      type,
      values: new Float64Array(rows).fill(Number.NaN),
      ...(decimals !== undefined && { decimals }),
      ...(format && format.kind !== "date" && { format }),
    };
  return { name, type: type as "text", values: new Array<string>(rows).fill("") };
}

/** The table with the rows at these places as they were drawn again, but for what they were given. */
export function withRedrawn(
  made: Table,
  again: Table,
  at: readonly number[],
  given: ReadonlySet<string>,
): Table {
  const from = Array.from({ length: made.rows }, (_, row) => ({ step: 0, row }));
  at.forEach((place, row) => {
    from[place] = { step: 1, row };
  });
  const columns = made.columns.map((one) =>
    given.has(one.name) ? one : stacked([one, columnNamed(again, one.name)], from),
  );
  return { ...made, columns };
}

/** One column of all steps, in the order of the rows. */
function stacked(columns: readonly Column[], steps: readonly { step: number; row: number }[]): Column {
  const [one] = columns;
  if (one.type === "numeric")
    return {
      ...one,
      values: Float64Array.from(steps, ({ step, row }) => (columns[step] as typeof one).values[row]),
    };
  if (isCategorical(one))
    return {
      ...one,
      codes: Int32Array.from(steps, ({ step, row }) => (columns[step] as typeof one).codes[row]),
    };
  return { ...one, values: steps.map(({ step, row }) => (columns[step] as typeof one).values[row]) };
}
