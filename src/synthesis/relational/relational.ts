import { check, checkInteger } from "../../core/checks";
import type { ModelJson, Watch } from "../../core/model";
import { permutation, type Rng } from "../../core/rng";
import {
  type Column,
  columnNamed,
  dropColumns,
  isCategorical,
  type Table,
  table,
  takeTableRows,
} from "../../data/table";
import { sampledRows } from "../sampled-rows";
import { loadSequential, type Sequential, sequential } from "../sequential/sequential";
import { dateReader } from "../structure/dates";
import { type DiscoverOptions, usualMinCount } from "../structure/discover/discover";
import { freshKeys, type KeyPlan, keyPlanOf } from "../structure/keys";
import type { Structure } from "../structure/structure";
import type { SampleOptions, Synthesiser } from "../synthesiser";
import {
  type ChildPlan,
  childDates,
  contextColumns,
  contextNames,
  datePast,
  datesAsTexts,
  type Families,
  gapOf,
  meansWith,
  type RowContext,
} from "./child-table";

/** Two tables: one row a parent (a customer), and any number of child rows (months, purchases) that name their parent. */
export interface RelatedTables {
  readonly parents: Table;
  readonly children: Table;
}

export interface RelationalOptions extends Omit<DiscoverOptions, "keep" | "combinations" | "orders"> {
  /** The column that names a parent in both tables. */
  readonly key: string;
  /** Defaults to the processors there are. The model is the same at any number. */
  readonly threads?: number;
}

export interface SampleBothOptions extends SampleOptions {
  /** The number of the first child, by which their identifiers stay unique over several calls; defaults to 0. */
  readonly firstChild?: number;
}

/** A model of parents and their children, that samples both. */
export interface Relational extends Synthesiser {
  readonly kind: "relational";
  /** `n` new parents, with as many children each as parents like them have, in their order. */
  sampleBoth(n: number, rng: Rng, options?: SampleBothOptions): RelatedTables;
  /** The rules of the parents, and of the children beside what they are drawn from. */
  readonly structures: readonly Structure[];
  /** What is not in the synthetic child rows, in sentences. */
  readonly losses: readonly string[];
}

/** How many child rows a parent has, as a column of the parents, and when the first one was. */
const countName = "number of children";
const firstName = "first child's date";

interface Parts {
  readonly key: string;
  readonly parents: Sequential;
  /** Absent where children have nothing but their keys. */
  readonly children?: Sequential;
  readonly plan: ChildPlan;
  readonly keys: readonly (readonly [name: string, plan: KeyPlan])[];
  readonly losses: readonly string[];
}

/**
 * Learns parents and their children: parents with the number of their children and the date of the first, then each child
 * given its parent, the child before it and the means so far, by `sequential`. Every child must name a parent, and every
 * parent stand once. Levels of children that fewer than `minCount` parents have are not told.
 */
export function relational(
  options: RelationalOptions,
): (tables: RelatedTables, rng: Rng, watch?: Watch) => Promise<Relational> {
  return async ({ parents, children }, rng, watch = {}) => {
    const { key, threads, ...discover } = options;
    const least = options.minCount ?? usualMinCount;
    const families = familiesOf(parents, children, key);
    const plan = planOf(children, key, least);
    const { rows: told, losses } = withoutRareLevels(children, families, plan, least);
    const ordered = inOrder(families, told, plan);
    const order = permutation(rng.fork("rows"), parents.rows);
    const kept = sampledRows(numbered(parents.rows), order, rng.fork("left out"));
    const chosen = Array.from((kept.columns[0] as Extract<Column, { type: "numeric" }>).values);
    const whole = withFamilies(parents, ordered, told, plan);
    const settings = { ...discover, leftOut: 0, ...(threads !== undefined && { threads }) };
    const parentModel = await sequential(settings)(takeTableRows(whole, chosen), rng.fork("parents"), watch);
    const context = contextOf(whole, parentModel, key);
    const taught = childRows(
      plan,
      context,
      told,
      chosen.map((p) => ordered[p]),
      chosen,
    );
    const given = taught.context.map(({ name }) => name);
    const childModel =
      taught.own.length > 0 && taught.own[0] !== undefined
        ? await sequential({ ...settings, keep: given, given, target: taught.own.at(-1)?.name as string })(
            table([...taught.context, ...taught.own]),
            rng.fork("children"),
            watch,
          )
        : undefined;
    const keys = plan.columns.flatMap(({ name, role }) => {
      const column = columnNamed(children, name);
      if (role !== "identifier" || !("values" in column) || column.type === "numeric") return [];
      return [[name, keyPlanOf(column.values, rng.fork(`keys ${name}`))] as const];
    });
    return relationalOf({
      key,
      parents: parentModel,
      plan,
      keys,
      losses,
      ...(childModel && { children: childModel }),
    });
  };
}

/** The model that `toJSON` wrote. Throws when the JSON is of another kind or version. */
export function loadRelational(json: ModelJson): Relational {
  check(json.kind === "relational", "load relational", "kind must be relational", json.kind);
  check(json.version === 1, "load relational", "version must be 1; fit it again", json.version);
  const raw = json as unknown as Parts & { parents: ModelJson; children?: ModelJson };
  return relationalOf({
    ...raw,
    parents: loadSequential(raw.parents),
    ...(raw.children && { children: loadSequential(raw.children) }),
  });
}

function relationalOf(parts: Parts): Relational {
  const extras = [countName, firstName];
  const columns = parts.parents.columns.filter(({ name }) => !extras.includes(name));
  const bare = (rows: Table): Table =>
    dropColumns(
      rows,
      extras.filter((name) => rows.columns.some((column) => column.name === name)),
    );
  return {
    kind: "relational",
    columns,
    losses: parts.losses,
    structures: [parts.parents, ...(parts.children ? [parts.children] : [])].map((one) => one.structure),
    sample: (n, rng, options) => bare(parts.parents.sample(n, rng.fork("parents"), options)),
    sampleBoth: (n, rng, options = {}) => {
      checkInteger(n, 0, Number.MAX_SAFE_INTEGER, "sample", "rows");
      const made = parts.parents.sample(n, rng.fork("parents"), options);
      return {
        parents: bare(made),
        children: childrenOf(parts, made, rng.fork("children"), options.firstChild ?? 0),
      };
    },
    toJSON: () => ({
      kind: "relational",
      version: 1,
      ...parts,
      parents: parts.parents.toJSON(),
      ...(parts.children && { children: parts.children.toJSON() }),
    }),
  };
}

/** Each parent's child rows in the file's order. */
function familiesOf(parents: Table, children: Table, key: string): Families {
  const action = "learn two tables";
  const names = keysOf(parents, key);
  const place = new Map(names.map((name, i) => [name, i]));
  check(
    place.size === parents.rows,
    action,
    `each parent must have a ${key} of its own`,
    parents.rows - place.size,
  );
  const families: number[][] = names.map(() => []);
  const strangers: string[] = [];
  keysOf(children, key).forEach((name, i) => {
    const parent = place.get(name);
    if (parent === undefined) strangers.push(name);
    else families[parent].push(i);
  });
  check(
    strangers.length === 0,
    action,
    `each child's ${key} must be that of a parent`,
    `${strangers.length} that are not`,
  );
  return families;
}

/** The keys of a table's rows as texts. */
export function keysOf(from: Table, key: string): string[] {
  const column = columnNamed(from, key);
  if (column.type === "numeric") return Array.from(column.values, String);
  return isCategorical(column)
    ? Array.from(column.codes, (code) => (code < 0 ? "" : column.levels[code]))
    : [...column.values];
}

function planOf(children: Table, key: string, least: number): ChildPlan {
  const dates = children.columns.map((column) =>
    column.name === key ? undefined : childDates(column, least),
  );
  const date = dates.find((one) => one !== undefined);
  return {
    columns: children.columns.map(({ name, type }) => ({
      name,
      role: name === key ? "key" : type === "id" ? "identifier" : name === date?.name ? "date" : "drawn",
    })),
    ...(date && { date }),
  };
}

/** The children without the levels that too few parents have, and what that loses. */
function withoutRareLevels(
  children: Table,
  families: Families,
  plan: ChildPlan,
  least: number,
): { rows: Table; losses: string[] } {
  const losses: string[] = [];
  const columns = children.columns.map((column): Column => {
    if (
      !isCategorical(column) ||
      !plan.columns.some(({ name, role }) => name === column.name && role === "drawn")
    )
      return column;
    const having = new Int32Array(column.levels.length);
    for (const family of families)
      for (const code of new Set(family.map((i) => column.codes[i]))) if (code >= 0) having[code]++;
    const codes = column.codes.map((code) => (code >= 0 && having[code] < least ? -1 : code));
    const rare = codes.reduce((sum, code, i) => sum + (code < 0 && column.codes[i] >= 0 ? 1 : 0), 0);
    if (rare === 0) return column;
    losses.push(
      `${column.name}: ${rare} child rows have a level that fewer than ${least} parents have; it counts as missing`,
    );
    return { ...column, codes };
  });
  return { rows: { rows: children.rows, columns }, losses };
}

/** Families in the order of their dates; rows without one come last. */
function inOrder(families: Families, children: Table, plan: ChildPlan): Families {
  const times = timesOf(children, plan);
  if (!times) return families;
  const at = (i: number): number => (Number.isNaN(times[i]) ? Number.POSITIVE_INFINITY : times[i]);
  return families.map((family) => [...family].sort((a, b) => at(a) - at(b) || a - b));
}

function timesOf(children: Table, { date }: ChildPlan): Float64Array | undefined {
  if (!date) return undefined;
  const column = columnNamed(children, date.name);
  return column.type === "date" ? Float64Array.from(column.values, dateReader(date.format)) : undefined;
}

/** The parents with the number of their children, and the date of the first. */
function withFamilies(parents: Table, families: Families, children: Table, plan: ChildPlan): Table {
  const counts: Column = {
    name: countName,
    type: "numeric",
    values: Float64Array.from(families, (family) => family.length),
    decimals: 0,
  };
  if (!plan.date) return table([...parents.columns, counts]);
  const times = timesOf(children, plan) as Float64Array;
  const firsts = families.map((family) => (family.length > 0 ? times[family[0]] : Number.NaN));
  const [{ format }] = plan.date.format.formats;
  const first: Column = { name: firstName, type: "date", values: datesAsTexts(plan.date, firsts), format };
  return table([...parents.columns, counts, first]);
}

/** What children see of their parents: no identifiers and texts, no level that the parents' model does not tell. */
function contextOf(parents: Table, model: Sequential, key: string): Table {
  const columns = parents.columns.flatMap((column): Column[] => {
    if (column.name === key || column.name === firstName || column.type === "id" || column.type === "text")
      return [];
    if (column.type === "date") return [];
    if (!isCategorical(column)) return [column];
    const plan = model.structure.columns.find(({ name }) => name === column.name);
    const levels = plan && "levels" in plan ? plan.levels : column.levels;
    const map = column.levels.map((level) => levels.indexOf(level));
    return [
      {
        name: column.name,
        type: column.type,
        levels,
        codes: column.codes.map((code) => (code < 0 ? -1 : map[code])),
      },
    ];
  });
  return { rows: parents.rows, columns };
}

/** All child rows as they are learnt: what is known before each, and what is drawn. */
function childRows(
  plan: ChildPlan,
  parents: Table,
  children: Table,
  families: Families,
  places: readonly number[],
): { context: Column[]; own: Column[] } {
  const times = timesOf(children, plan);
  const numbers = drawnNumbers(plan, children);
  const contexts: RowContext[] = [];
  const rows: number[] = [];
  const gaps: number[] = [];
  families.forEach((family, f) => {
    let means: readonly number[] = numbers.map(() => Number.NaN);
    let since = times && family.length > 0 ? times[family[0]] : Number.NaN;
    family.forEach((row, k) => {
      contexts.push({
        parent: places[f],
        place: k + 1,
        left: family.length - k - 1,
        before: k === 0 ? -1 : family[k - 1],
        since,
        means,
      });
      rows.push(row);
      if (times && plan.date) {
        gaps.push(gapOf(plan.date, since, times[row]));
        if (!Number.isNaN(times[row])) since = times[row];
      }
      means = meansWith(
        means,
        k + 1,
        numbers.map((values) => values[row]),
      );
    });
  });
  const context = contextColumns(plan, parents, children, contexts);
  const own = takeTableRows(children, rows).columns.filter(({ name }) =>
    plan.columns.some((column) => column.name === name && column.role === "drawn"),
  );
  const gap: Column = {
    name: contextNames.gap,
    type: "numeric",
    values: Float64Array.from(gaps),
    decimals: 0,
  };
  return { context, own: plan.date ? [gap, ...own] : own };
}

function drawnNumbers(plan: ChildPlan, rows: Table): Float64Array[] {
  return rows.columns.flatMap((column) =>
    column.type === "numeric" &&
    plan.columns.some(({ name, role }) => name === column.name && role === "drawn")
      ? [column.values]
      : [],
  );
}

/** The children of synthetic parents: all first ones, then all second ones, each given what came before. */
function childrenOf(parts: Parts, parents: Table, rng: Rng, firstChild: number): Table {
  const { plan, key } = parts;
  const counts = columnNamed(parents, countName);
  const count =
    counts.type === "numeric" ? Array.from(counts.values, (n) => Math.max(0, Math.round(n) || 0)) : [];
  const first = parents.columns.find(({ name }) => name === firstName);
  const read = plan.date && dateReader(plan.date.format);
  const since = Float64Array.from(count, (_, p) =>
    read && first && "values" in first ? read(String(first.values[p])) : Number.NaN,
  );
  const context = contextOf(parents, parts.parents, key);
  const steps: { parent: number; place: number; time: number; row: number; step: number }[] = [];
  const drawn: Table[] = [];
  let before = count.map(() => -1);
  let means: (readonly number[])[] = [];
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
        means: means[parent] ?? [],
      }),
    );
    const made = model && drawStep(model, plan, context, last, contexts, rng.fork(`row ${place}`));
    const numbers = made ? drawnNumbers(plan, made) : [];
    const gaps = made?.columns.find(({ name }) => name === contextNames.gap);
    const next = count.map(() => -1);
    alive.forEach((parent, row) => {
      const gap = gaps?.type === "numeric" ? gaps.values[row] : Number.NaN;
      // The first child's date is the parent's own.
      const time = plan.date ? datePast(plan.date, since[parent], place === 1 ? 0 : gap) : Number.NaN;
      if (!Number.isNaN(time)) since[parent] = time;
      steps.push({ parent, place, time, row, step: place - 1 });
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
  steps.sort((a, b) => a.parent - b.parent || a.place - b.place);
  means = [];
  const names = keysOf(parents, key);
  return table(
    plan.columns.map(({ name, role }): Column => {
      if (role === "key") {
        const own = columnNamed(parents, key);
        const values = steps.map(({ parent }) => names[parent]);
        return own.type === "numeric"
          ? { ...own, values: Float64Array.from(values, Number) }
          : { name, type: "id", values };
      }
      if (role === "identifier") {
        const own = parts.keys.find(([known]) => known === name)?.[1] as KeyPlan;
        return { name, type: "id", values: freshKeys(own, firstChild, steps.length) };
      }
      if (role === "date" && plan.date) {
        const [{ format }] = plan.date.format.formats;
        const values = datesAsTexts(
          plan.date,
          steps.map(({ time }) => time),
        );
        return { name, type: "date", values, format };
      }
      return stacked(
        drawn.map((one) => columnNamed(one, name)),
        steps,
      );
    }),
  );
}

function drawStep(
  model: Sequential,
  plan: ChildPlan,
  parents: Table,
  last: Table | undefined,
  contexts: readonly RowContext[],
  rng: Rng,
): Table {
  const own = model.columns.filter(
    ({ name }) =>
      name === contextNames.gap || plan.columns.some((one) => one.name === name && one.role === "drawn"),
  );
  const empty = (rows: number): Table => table(own.map((schema) => emptyColumn(schema, rows)));
  const before = last ?? empty(0);
  const numbers = drawnNumbers(plan, before).length;
  const filled = contexts.map((one) =>
    one.means.length === numbers ? one : { ...one, means: new Array<number>(numbers).fill(Number.NaN) },
  );
  const context = contextColumns(plan, parents, before, filled);
  const given = new Set(context.map(({ name }) => name));
  return model.drawBeside(table([...context, ...empty(contexts.length).columns]), given, rng);
}

function emptyColumn(
  { name, type, levels, decimals, format }: Synthesiser["columns"][number],
  rows: number,
): Column {
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

function numbered(rows: number): Table {
  return table([{ name: "row", type: "numeric", values: Float64Array.from({ length: rows }, (_, i) => i) }]);
}
