import { check, checkInteger } from "../../core/checks";
import type { ModelJson, Watch } from "../../core/model";
import { permutation, type Rng } from "../../core/rng";
import { columnNamed, dropColumns, type Table, table, takeTableRows } from "../../data/table";
import { resolveWhere } from "../conditions";
import { sampledOrder } from "../sampled-rows";
import { type Chosen, loadSequential, sequential } from "../sequential/sequential";
import { type Shares, withShares } from "../shares";
import { type DiscoverOptions, discoverStructure, usualMinCount } from "../structure/discover/discover";
import { keyColumn } from "../structure/discover/plan-column";
import { keyCount } from "../structure/keys/fresh-keys";
import { keyPlanOf } from "../structure/keys/key-plan-of";
import { areNumbered } from "../structure/keys/name-parts";
import { keysBeside } from "../structure/keys/stated-keys";
import { withTiedKeys } from "../structure/keys/with-tied-keys";
import { peopleOf } from "../structure/people";
import { type ColumnPlan, isDrawnBands, type KeyColumnPlan, type Structure } from "../structure/structure";
import { bareKeys } from "../structure/variables";
import { partsFrom, type SampleOptions, type Synthesiser } from "../synthesiser";
import { checkRelational } from "./check-relational";
import { type ChildDates, type ChildPlan, contextNames, countName, isTold, withDate } from "./child-table";
import { type Alone, findAlone, findDistinct } from "./distinct";
import { childrenOf, type RelationalParts, withFirsts } from "./draw-children";
import { withEnding } from "./endings";
import {
  childRows,
  contextOf,
  familiesOf,
  firstName,
  inOrder,
  placeName,
  planOf,
  shortName,
  withBase,
  withFamilies,
  withPace,
  withPlace,
} from "./families";
import type { Families } from "./pace";
import { checkRunning, findRunning, type Running, withEvery, withoutRunning } from "./running";
import { findToldLevels, type ToldLevel } from "./told-levels";
import { findTotals, type Total, toldByChildren, toldByTotals, withoutTold, withTotals } from "./totals";

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
  /** Which share of the parents has which level of a column; as learnt when left out. */
  readonly shares?: Shares;
}

/** A model of parents and their children, that samples both. */
export interface Relational extends Synthesiser {
  readonly kind: "relational";
  /** `n` new parents, with as many children each as parents like them have, in their order. */
  sampleBoth(n: number, rng: Rng, options?: SampleBothOptions): RelatedTables;
  /** The rules of the parents, and of the children beside what they are drawn from. */
  readonly structures: readonly Structure[];
  /** How both were learnt. */
  readonly chosen: readonly Chosen[];
  /** The columns of the parents that their children tell. */
  readonly totals: readonly Total[];
  readonly levels: readonly ToldLevel[];
  /** The numbers of the children that run along a parent's rows. */
  readonly running: readonly Running[];
  /** The columns of the children of which no two of a parent have the same. */
  readonly distinct: readonly (readonly string[])[];
  /** Levels that one child of each parent has, and no other. */
  readonly alone: readonly Alone[];
  /** Levels of the children that a part of a date says, known after what goes with them: that is lost. */
  readonly loose: readonly string[];
  /** The date that orders them, if there is one, and the number. */
  readonly dates?: ChildDates;
  readonly by?: string;
}

/**
 * Learns parents and their children: parents with the number of their children and the date of the first, then each child
 * given its parent, the child before it and the means so far, by `sequential`. Every child must name a parent, and every
 * parent stand once. What fewer than `minCount` parents show is not told, in however many children.
 */
export function relational(
  options: RelationalOptions,
): (tables: RelatedTables, rng: Rng, watch?: Watch) => Promise<Relational> {
  return async ({ parents, children }, rng, watch = {}) => {
    const { key, threads, ...discover } = options;
    const least = options.minCount ?? usualMinCount;
    check(children.rows > 0, "learn two tables", "there must be children", children.rows);
    const families = familiesOf(parents, children, key);
    const first = planOf(children, key, least);
    const ordered = inOrder(families, children, first);
    const plan = pacedPlan(first, children, ordered, { key, least, search: searching(options) });
    const order = permutation(rng.fork("rows"), parents.rows);
    const chosen = Array.from(sampledOrder(parents, order, rng.fork("left out"), { minCount: least }));
    const whole = withFamilies(parents, ordered, children, plan);
    const telling = { plan, least };
    const { totals, sources } = searching(options)
      ? findTotals(parents, children, ordered, telling)
      : noTotals;
    const levels = searching(options) ? findToldLevels(parents, children, ordered, telling) : [];
    const settings = {
      ...discover,
      customer: false as const,
      leftOut: 0,
      ...(threads !== undefined && { threads }),
    };
    const learnt = takeTableRows(whole, chosen);
    const found = discoverStructure(learnt, rng.fork("parents").fork("structure"), {
      ...settings,
      keep: keptOf(learnt, totals, sources),
      given: [placeName, shortName],
      sequential: true,
    });
    const structure = withPlace(
      withoutTold(withAllKeys(found, parents, rng, { key, least }), [...totals, ...levels]),
      plan,
    );
    const told = toldByChildren({ totals, levels }, structure);
    // The last of the file's own columns, of which their number and first date are none.
    const target = parents.columns.findLast(({ name }) => !told.has(name) && name !== key)?.name;
    const parentModel = await sequential({ ...settings, structure, told, ...(target && { target }) })(
      learnt,
      rng.fork("parents"),
      watch,
    );
    const context = contextOf(whole, parentModel, { key, totals, levels });
    const some = chosen.map((p) => ordered[p]);
    const childPlan = searching(options)
      ? withEnding(plan, takeTableRows(context, chosen), children, some)
      : plan;
    const taught = childRows({ plan: childPlan, key, least }, context, children, some, chosen);
    const given = taught.context.map(({ name }) => name);
    const rows =
      taught.own.length > 0 && taught.own[0] !== undefined
        ? table([taught.parent, ...taught.context, ...taught.own])
        : undefined;
    const ruled = { ...settings, customer: key, given, acceptBroken: true };
    const within =
      rows &&
      discoverStructure(rows, rng.fork("children").fork("structure"), {
        ...settings,
        customer: key,
        keep: [...given, ...(plan.date ? [plan.date.name, contextNames.gap] : [])],
        given: given.filter((name) => !isTold(name)),
        deciding: given.filter(isTold),
        sequential: false,
      });
    const rules = within && withDate(within, plan);
    const loose = (within?.columns ?? []).flatMap((one, j) =>
      isDrawnBands(one) && !isDrawnBands(rules?.columns[j]) ? [one.name] : [],
    );
    const searched = rules && searching(options) ? { least, structure: rules, parents: context } : undefined;
    const running = searched ? findRunning(children, ordered, plan, searched) : [];
    const distinct = searched ? findDistinct(children, ordered, plan, { ...searched, running }) : [];
    const apart = new Set([...distinct.flat(), ...running.map(({ column }) => column)]);
    const alone = searched ? findAlone(children, ordered, { ...searched, apart }) : [];
    const childModel =
      rows &&
      rules &&
      (await sequential({
        ...ruled,
        structure: withoutRunning(rules, running),
        bases: basesIn(rules),
        target: taught.own.at(-1)?.name as string,
      })(rows, rng.fork("children"), watch));
    const keys = keysOfChildren(children, rules, { plan, key, least }, rng);
    return relationalOf({
      key,
      parents: parentModel,
      plan: childPlan,
      keys,
      ...(totals.length > 0 && { totals }),
      ...(levels.length > 0 && { levels }),
      ...(running.length > 0 && { running }),
      ...(distinct.length > 0 && { distinct }),
      ...(alone.length > 0 && { alone }),
      ...(loose.length > 0 && { loose }),
      ...(childModel && { children: childModel }),
    });
  };
}

/** The plan with how dates follow each other: always so far apart, else from another date than their own, else in whole steps. */
function pacedPlan(
  plan: ChildPlan,
  children: Table,
  families: Families,
  { search, ...telling }: { readonly key: string; readonly least: number; readonly search: boolean },
): ChildPlan {
  const paced = withPace(plan, children, families, telling);
  if (!search) return paced;
  const regular = (one: ChildPlan) => withEvery(one, children, families, telling.least);
  const own = regular(paced);
  if (own.date?.every) return own;
  const based = withBase(plan, children, families, telling.least);
  return based.date?.from ? regular(withPace(based, children, families, telling)) : own;
}

const searching = ({ search }: RelationalOptions): boolean => search !== false;
/** Whether a total is how many children a parent has. */
const isNumber = ({ of, where }: Total): boolean => of === undefined && where === undefined;
const noTotals = { totals: [], sources: [] };

/** What is computed from nothing else of the parents: what their children tell, and what these are drawn by. */
function keptOf({ columns }: Table, totals: readonly Total[], sources: readonly string[]): readonly string[] {
  const there = columns.flatMap(({ name }) => ([placeName, shortName].includes(name) ? [name] : []));
  // What says the number of children is computed from it, and whether there is a first date goes with what is drawn.
  return [
    ...totals.filter((one) => !isNumber(one)).map(({ column }) => column),
    ...sources,
    countName,
    ...(there.length > 0 ? [firstName, ...there] : []),
  ];
}

/** What each number of the children may be a multiple of: its mean in the parent's rows before, or its last one. */
function basesIn({ columns }: Structure): (name: string) => readonly string[] {
  const numbers = new Set(columns.flatMap(({ kind, name }) => (kind === "number" ? [name] : [])));
  return (name) => (numbers.has(name) ? [contextNames.mean(name), contextNames.before(name)] : []);
}

/** The rules with keys that are none of any parent's, of those that are left out either. */
function withAllKeys(
  found: Structure,
  parents: Table,
  rng: Rng,
  { key, least }: { readonly key: string; readonly least: number },
): Structure {
  const columns = found.columns.map((one) => {
    // No two parents share their key, whatever their names.
    if (one.kind !== "key" || (one.name !== key && one.keys.style === "same")) return one;
    const bare = bareKeys(one, found.columns, parents);
    const own = rng.fork(`keys of ${one.name}`);
    const named = one.names !== undefined && !areNumbered(one.names);
    const keys =
      one.keys.style === "by"
        ? keysBeside(one.keys, bare, own, `make keys for ${one.name}`)
        : keyPlanOf(bare, own, least, named);
    return { ...one, keys };
  });
  return { ...found, columns };
}

/** How the identifiers of the children are made up: none of them is any child's, of those that are left out either. */
function keysOfChildren(
  children: Table,
  rules: Structure | undefined,
  { plan, key, least }: { readonly plan: ChildPlan; readonly key: string; readonly least: number },
  rng: Rng,
): readonly KeyColumnPlan[] {
  const plans = plan.columns.flatMap(({ name, role }): ColumnPlan[] => {
    const column = columnNamed(children, name);
    if (role === "identifier" && "values" in column && column.type !== "numeric") {
      const { repeats: _, ...own } = keyColumn(name, column.values, rng.fork("keys"), least);
      return [own];
    }
    return rules?.columns.filter((one) => one.name === name && name !== key) ?? [];
  });
  const telling = { least, people: peopleOf({ customer: key }, children), keep: [] };
  const made = new Set(plan.columns.flatMap(({ name, role }) => (role === "identifier" ? [name] : [])));
  const tied = withTiedKeys(plans, children, key, rng.fork("tied keys"), telling);
  return tied.filter((one): one is KeyColumnPlan => one.kind === "key" && made.has(one.name));
}

/** The model that `toJSON` wrote. Throws when the JSON is of another kind or version. */
export function loadRelational(json: ModelJson): Relational {
  const raw = partsFrom<RelationalParts & { parents: ModelJson; children?: ModelJson }>(
    json,
    "relational",
    3,
  );
  const parts = {
    ...raw,
    parents: loadSequential(Object(raw.parents)),
    ...(raw.children && { children: loadSequential(raw.children) }),
  };
  checkRelational(parts, "load relational");
  checkRunning(parts, parts.children?.structure, "load relational");
  return relationalOf(parts);
}

function relationalOf(parts: RelationalParts): Relational {
  const { totals = [], levels = [] } = parts;
  const told = toldByTotals([...totals, ...levels], parts.parents.structure);
  const models = [parts.parents, ...(parts.children ? [parts.children] : [])];
  const extras = [countName, firstName, placeName, shortName];
  const columns = parts.parents.columns.filter(({ name }) => !extras.includes(name));
  const bare = (rows: Table): Table =>
    dropColumns(
      rows,
      extras.filter((name) => rows.columns.some((column) => column.name === name)),
    );
  return {
    kind: "relational",
    columns,
    totals,
    levels,
    running: parts.running ?? [],
    distinct: parts.distinct ?? [],
    alone: parts.alone ?? [],
    loose: parts.loose ?? [],
    ...(parts.plan.date && { dates: parts.plan.date }),
    ...(parts.plan.by !== undefined && { by: parts.plan.by }),
    structures: models.map((one) => one.structure),
    chosen: models,
    sample: (n, rng, options) => bare(parts.parents.sample(n, rng.fork("parents"), options)),
    sampleBoth: (n, rng, options = {}) => {
      checkInteger(n, 0, Number.MAX_SAFE_INTEGER, "sample", "rows");
      const own = parts.parents.structure.columns.find(({ name }) => name === parts.key);
      const free = own?.kind === "key" ? keyCount(own.keys) : Infinity;
      const last = (options?.firstRow ?? 0) + n;
      check(
        last <= free,
        "sample",
        `only ${free} keys of the form of ${parts.key} are free: make no more parents`,
        last,
      );
      const { where, shares } = options;
      const asked = resolveWhere(where, parts.parents.columns).map(({ column }) => column);
      for (const name of asked.map((column) => parts.parents.columns[column].name)) {
        const rule = "where must name columns of the parents that their children do not tell";
        check(!told.has(name), "sample parents and children", rule, name);
      }
      if (shares) {
        const rule = "shares must be of a column of the parents that their children do not tell";
        check(!told.has(shares.column), "sample parents and children", rule, shares.column);
      }
      const from = shares ? withShares(parts.parents, shares) : parts.parents;
      const drawn = from.sample(n, rng.fork("parents"), options);
      const made = withFirsts(parts, drawn, rng.fork("firsts"));
      const children = childrenOf(parts, made, rng.fork("children"), options.firstChild ?? 0);
      const parents = withTotals(
        totals,
        levels,
        { parents: made, children, families: familiesOf(made, children, parts.key) },
        parts.parents,
        rng.fork("totals"),
      );
      return { parents: bare(parents), children };
    },
    toJSON: () => ({
      kind: "relational",
      version: 3,
      ...parts,
      parents: parts.parents.toJSON(),
      ...(parts.children && { children: parts.children.toJSON() }),
    }),
  };
}
