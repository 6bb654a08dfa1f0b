import type { Rng } from "../../core/rng";
import { dropColumns, isCategorical, type Table, table, takeTableRows } from "../../data/table";
import { describeNotDetermined, notDetermined } from "../../evaluate/synthetic/determined/determined";
import { describeLeaning, describeShifted, shifted } from "../../evaluate/synthetic/shifted/shifted";
import { describeShiftedGroups, shiftedGroups } from "../../evaluate/synthetic/shifted/shifted-groups";
import { describeShiftedPairs, shiftedPairs } from "../../evaluate/synthetic/shifted/shifted-pairs";
import { describeTornUnits, tornUnits } from "../../evaluate/synthetic/shifted/torn-units";
import type { Unlearnt } from "../../synthesis/learning";
import { contextNames } from "../../synthesis/relational/child-table";
import { keysOf, planOf } from "../../synthesis/relational/families";
import type { RelatedTables, Relational } from "../../synthesis/relational/relational";
import type { Units } from "../../synthesis/relational/units";
import type { Told } from "../../synthesis/structure/describe";
import { keyCount } from "../../synthesis/structure/keys/fresh-keys";
import type { Synthesiser } from "../../synthesis/synthesiser";
import { familyFigures, isMean } from "./families-judged";

/** Rows that a model makes to be looked at; parents, each with children, are fewer. */
const [lookedAt, parentsLookedAt] = [2000, 1000];
/** … and so many at most, as many as were learnt from, to be compared by group. */
const mostCompared = 5000;

/** What a model's own rows lack. */
export interface NotLearnt {
  /** What follows from other columns in the rows learnt alone, and means and shares that come out as others: a sentence each, by kind. */
  readonly lost: readonly Told[];
  /** Of what follows from other columns in the rows learnt alone the names. */
  readonly unlearnt: readonly Unlearnt[];
  /** The columns by which the rows are of another kind: a level that many have is gone, or other cells are missing. */
  readonly unlike: readonly string[];
}

/** What is in the rows learnt and not in rows that the model makes, of which there may be a most. */
export async function notLearntBy(
  model: Synthesiser & { readonly most?: number },
  real: Table,
  rng: Rng,
  customer: string | undefined,
): Promise<NotLearnt> {
  const { most = Infinity } = model;
  const made = model.sample(Math.min(lookedAt, most), rng.fork("rows looked at"));
  // What is rarer than a group shows in more rows.
  const many = Math.min(most, mostCompared, Math.max(lookedAt, real.rows));
  return describe(real, made, rng, customer, {
    many: model.sample(many, rng.fork("rows compared by group")),
  });
}

/** The same of parents and their children. */
export async function notLearntByBoth(
  model: Relational,
  real: RelatedTables,
  rng: Rng,
  key: string,
): Promise<NotLearnt> {
  const made = madeBy(model, rng);
  const [parents, children] = await Promise.all([
    describe(real.parents, made.parents, rng, undefined),
    describe(besideParents(real, key), besideParents(made, key), rng, key, { related: true }),
  ]);
  const together = familiesShifted(real, made, rng.fork("families"), key);
  // What children say of their parent is their parent's, once for all of them.
  const rows = ["all", "no two"].map((some) => `${some} rows with the same `);
  const above = ["", "the mean of ", "the share of ", "the correlation of ", ...rows].map(
    (begin) => `${begin}${contextNames.parent("")}`,
  );
  const own = (sentence: string): boolean => !above.some((begin) => sentence.startsWith(begin));
  return {
    lost: [...parents.lost, ...together, ...children.lost.filter(({ text }) => own(text))],
    unlearnt: [...parents.unlearnt, ...children.unlearnt],
    unlike: [...parents.unlike, ...children.unlike.filter(own)],
  };
}

/**
 * What the children of a parent are together that comes out as another: how many they are and what their numbers change by at the end, and
 * these and their means by the parent's levels.
 */
function familiesShifted(real: RelatedTables, made: RelatedTables, rng: Rng, key: string): Told[] {
  const plan = planOf(real.children, key, 1);
  const figures = [real, made].map((both) => familyFigures(both, key, plan));
  const [own, others] = [real, made].map(({ parents }, t) =>
    table([...parents.columns.filter(isCategorical), ...figures[t]]),
  );
  // Their means are looked at among the children.
  const off = shifted(table(figures[0]), table(figures[1]), rng).filter(({ column }) => !isMean(column));
  const open = figures[0].filter(({ name }) => !off.some(({ column }) => column === name));
  const groups = shiftedGroups(own, others).filter(({ column }) => open.some(({ name }) => name === column));
  const told = [
    ...off.map((one) => ({ ...one, text: describeShifted(one) })),
    ...groups.map((one) => ({ ...one, text: describeShiftedGroups(one) })),
  ];
  return told
    .filter(({ level }) => level === undefined)
    .map(({ column, text }): Told => ({ group: "families", column, text }));
}

/** Parents with their children that the model makes to be looked at: parents cannot share a key. */
function madeBy(model: Relational, rng: Rng): RelatedTables {
  const free = model.structures[0].columns.map((plan) =>
    plan.kind === "key" ? keyCount(plan.keys) : Infinity,
  );
  return model.sampleBoth(Math.min(parentsLookedAt, ...free), rng.fork("rows looked at"));
}

/** The same of the rows of units, and of what these are together. */
export async function notLearntByUnits(
  units: Units,
  real: Table,
  rng: Rng,
  tables: RelatedTables,
): Promise<NotLearnt> {
  const { unit, model } = units;
  const rows = await notLearntBy(units, real, rng, unit);
  const together = familiesShifted(tables, madeBy(model, rng), rng.fork("families"), unit);
  return { ...rows, lost: [...rows.lost, ...together] };
}

/** The children with the columns of their parents. */
function besideParents({ parents, children }: RelatedTables, key: string): Table {
  const places = new Map(keysOf(parents, key).map((name, p) => [name, p]));
  const own = keysOf(children, key).map((name) => places.get(name) as number);
  const above = takeTableRows(dropColumns(parents, [key]), own).columns;
  // The last columns are looked at first.
  return table([
    ...above.map((column) => ({ ...column, name: contextNames.parent(column.name) })),
    ...children.columns,
  ]);
}

/** That the rows made are of another kind, beside what says that they were learnt; "" where they are not. */
export function describeUnlike({ unlike }: NotLearnt): string {
  return unlike.length > 0 ? `, whose rows are unlike those learnt in ${unlike.join(", ")} (said above)` : "";
}

async function describe(
  real: Table,
  made: Table,
  rng: Rng,
  customer: string | undefined,
  { many = made, related = false } = {},
): Promise<NotLearnt> {
  const { found, notLookedAt } = await notDetermined(real, made, rng, { customer });
  const off = shifted(real, made, rng.fork("means"), { customer });
  const grave = off.filter((one) => one.grave);
  const groups = shiftedGroups(real, many, { customer });
  const reversed = groups.filter((one) => one.reversed);
  const torn = tornUnits(real, made);
  const means = off.filter((one) => !one.grave && one.customers === undefined);
  const pairs = shiftedPairs(real, many, { customer });
  const bare = (group: string, texts: readonly string[]): Told[] => texts.map((text) => ({ group, text }));
  const of = <T>(group: string, some: readonly T[], column: (one: T) => string, text: (one: T) => string) =>
    some.map((one): Told => ({ group, column: column(one), text: text(one) }));
  const columnOf = ({ column }: { readonly column: string }): string => column;
  return {
    lost: [
      ...of("grave", grave, columnOf, describeShifted),
      ...of("reversed", reversed, columnOf, describeShiftedGroups),
      ...bare("torn", describeTornUnits(torn)),
      ...of(
        "determined",
        found,
        ({ what }) => what,
        (one) => describeNotDetermined(one),
      ),
      ...of("means", means, columnOf, describeShifted),
      ...bare("leaning", describeLeaning(off, related ? "" : undefined)),
      ...bare("pairs", describeShiftedPairs(pairs)),
      ...of(
        "groups",
        groups.filter((one) => !one.reversed),
        columnOf,
        describeShiftedGroups,
      ),
      ...bare("not looked at", notLookedAt ? [notLookedAt] : []),
    ],
    unlearnt: found.map(({ what, of: columns, by }) => ({ what, of: columns, by })),
    unlike: [...new Set([...grave, ...reversed].map(({ column }) => column))],
  };
}
