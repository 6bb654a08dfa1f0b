import { check, checkInteger } from "../../../core/checks";
import { countUpTo } from "../../../core/math/sorted";
import { takeValues } from "../../../core/matrix";
import type { Rng } from "../../../core/rng";
import { repeatedCustomers } from "../../../data/customers";
import { asTable, type PolarsFrame } from "../../../data/polars";
import { type Column, cellText, columnNamed, type Table } from "../../../data/table";
import { day } from "../date-parts";
import { tamed } from "../ends";
import { evaluate } from "../formulas";
import { findGaps, findKeyGaps, withoutMissing } from "../gaps/find-gaps";
import { findHoles } from "../gaps/find-holes";
import { snap, withCoarser } from "../grids";
import { referringKeys } from "../keys/referring-keys";
import { withTiedKeys } from "../keys/with-tied-keys";
import { withoutBeyond } from "../orders/limits";
import { oddRows, oddRules, withoutRows } from "../orders/odd-rows";
import { codesAmong } from "../pairs/codes-among";
import { findPairs, withPairs } from "../pairs/find-pairs";
import { countPeople, firstOfEach, peopleOf } from "../people";
import {
  type BandsPlan,
  type ColumnPlan,
  type DatePlan,
  formulaOf,
  gridOfPlan,
  isComputed,
  type LevelsPlan,
  type LookupPlan,
  levelCount,
  type NumberPlan,
  type Order,
  type Structure,
} from "../structure";
import { supportOf, unrepeated } from "../support";
import {
  argumentsFrom,
  codesOf,
  drawnCodes,
  drawnNumbers,
  levelNames,
  lookupsAmong,
  numbersOf,
  ownCells,
  reduceTable,
  tellingGaps,
} from "../variables";
import { atomsOf } from "./atoms";
import { findBands } from "./bands";
import { combinationLookups, findBlocks, findCombination } from "./combinations";
import { findExclusions } from "./exclusions";
import { findFormulas } from "./find-formulas";
import type { Decider } from "./find-rates";
import { type Finder, type Look, readerOf, type Telling } from "./look";
import { findApart, findOrders, findStrict, holds } from "./orders";
import { findDateParts } from "./parts-of-dates";
import { keyColumn, planOf } from "./plan-column";
import { withRepeats } from "./repeats";
import { type Found, type LevelsInput, valuesOf } from "./search";
import { findDates } from "./tried/dates/find-dates";
import { findDays } from "./tried/dates/find-days";
import { findPlaces } from "./tried/dates/find-places";
import { findCounts } from "./tried/find-counts";
import { findDistances } from "./tried/find-distances";
import { findLater } from "./tried/find-later";
import { findLevelGrids } from "./tried/find-level-grids";
import { findLevels } from "./tried/find-levels";
import { findLimits } from "./tried/find-limits";
import { findPieces } from "./tried/find-pieces";
import { findPrices, findSteps, findTables } from "./tried/find-told";
import { findWritten } from "./tried/find-written";

export interface DiscoverOptions {
  /**
   * Columns that are always drawn, never computed from others; none by default. Levels of which none repeats are taken
   * for names, replaced by new ones, unless their column is kept.
   */
  readonly keep?: readonly string[];
  /** Columns of which rules neither compute nor read numbers; none by default. */
  readonly given?: readonly string[];
  /** Columns of `keep` that may decide rates all the same; none by default. */
  readonly deciding?: readonly string[];
  /** Lists of level columns of which only the combinations seen in training may appear; none by default. */
  readonly combinations?: readonly (readonly string[])[];
  /** Orders to hold beside those found; an error when a training row breaks one. */
  readonly orders?: readonly Order[];
  /** With `false` no rules are searched for; only the given ones hold. @default true */
  readonly search?: boolean;
  /** Whether a given `structure` is kept in what is made though more than 1 % of the rows break one of its rules. @default false */
  readonly acceptBroken?: boolean;
  /**
   * How many people must share a level, a word, a repeated value, an end or a grid for it to be told. With 1
   * everything is, whomever it names.
   * @default 5
   */
  readonly minCount?: number;
  /**
   * The column that names people (customers) of whom some have several rows: they are counted in place of rows, and their
   * names are made up. `false`: each row is a person. Left out, it is found by its name and values (`repeatedCustomers`).
   */
  readonly customer?: string | false;
  /**
   * Whether the rules are for `sequential`: it alone makes holes where cells are missing at random (`Structure.holes`; what is known
   * of rows then makes the rules), and repeats values of other columns (`NumberPlan.repeats`). @default false
   */
  readonly sequential?: boolean;
}

/** What columns follow from, in the order in which it is looked for: what one finds is drawn no more when the next looks. */
const finders: readonly Finder[] = [
  findWritten,
  (plans, { from, keep, whose }) => lookupsAmong(plans, from, keep, whose),
  findPrices,
  codesAmong,
  findDateParts,
  bandsAmong,
  formulasAmong,
  findDates,
  findDistances,
  findDays,
  findLevels,
  findSteps,
  findTables,
  findCounts,
  findLevelGrids,
  findPlaces,
];

/** What `minCount` is when nobody says. */
export const usualMinCount = 5;

/**
 * What holds in every row of the table: types, grids and ranges, columns that follow from others, pairs of values that
 * never meet, orders. Each rule held in so many rows that chance is ruled out.
 *
 * @example
 * const lines = Array.from({ length: 200 }, (_, i) => `${i % 12},${i % 7},${(i % 12) * (i % 7)}`);
 * const { table: bills } = parseCsv(`months,price,total\n${lines.join("\n")}\n`);
 * discoverStructure(bills, seeded(1)).columns.length; // → 3
 */
export function discoverStructure(
  rows: Table | PolarsFrame,
  rng: Rng,
  options: DiscoverOptions = {},
): Structure {
  const from = asTable(rows);
  const { keep = [], combinations: asked = [], orders: given = [], search = true } = options;
  const { minCount = usualMinCount, sequential: missing = false } = options;
  checkInteger(minCount, 1, 1e9, "discover structure", "minCount");
  const { customer = repeatedCustomers(from) } = options;
  const telling = { least: minCount, people: peopleOf(customer ? { customer } : {}, from) };
  const count = telling.people ? new Set(telling.people.of).size : from.rows;
  const subject = telling.people ? `${customer} must name` : "the table must have";
  const rule = `${subject} twice the ${minCount} ${telling.people ? "customers" : "rows"} that share whatever is told (minCount)`;
  check(minCount === 1 || from.rows === 0 || count >= 2 * minCount, "learn a table", rule, count);
  const named = [...keep, ...asked.flat(), ...given.flatMap((order) => [order.low, order.high])];
  for (const name of customer ? [customer, ...named] : named) columnNamed(from, name);
  const joined = asked.map((names) => findCombination(from, names));
  const names = (column: Column): string[] =>
    Array.from({ length: from.rows }, (_, i) => cellText(column, i));
  let plans = from.columns.map((column) =>
    column.name === customer
      ? keyColumn(customer, names(column), rng, minCount)
      : planOf(column, rng, telling, keep.includes(column.name)),
  );
  plans = replaced(plans, referringKeys(plans, from, [...keep, ...asked.flat()], rng, minCount));
  plans = replaced(plans, joined.flatMap(combinationLookups));
  let holes = search && options.sequential ? findHoles(plans, from) : [];
  let torn = new Set(holes.map(({ column }) => column));
  const { given: unread = [], deciding = [] } = options;
  const whose = telling.people?.of;
  const drawn = [...keep, ...given.flatMap((order) => [order.low, order.high])];
  const lookAt = (rows: Table): Look => {
    const people = peopleOf(customer ? { customer } : {}, rows);
    const read = { ...readerOf(rows), least: minCount, people, whose: people?.of };
    return { ...read, keep, drawn, given: unread, deciding, torn };
  };
  const told = { version: 1, minCount, ...(customer && { customer }) } as const;
  const open: Structure = { ...told, columns: plans, combinations: [], exclusions: [], orders: [] };
  const { look, odd, columns } = search
    ? searched(open, from, lookAt, rng.fork("odd rows"))
    : { look: lookAt(from), odd: [], columns: plans };
  plans = [...columns];
  // Cells of which a rule says what follows where they are missing are so for a reason.
  const reasons = new Set(plans.flatMap((plan) => tellingGaps(plan, plans)));
  holes = holes.filter(({ column }) => !reasons.has(column));
  torn = new Set(holes.map(({ column }) => column));
  const stays = [...keep, ...unread, ...torn];
  const combinations = [...joined, ...(search ? findBlocks(plans, from, stays, telling) : [])];
  plans = replaced(plans, combinations.flatMap(combinationLookups));
  let gaps = search ? findGaps(plans, from, torn) : [];
  plans = withoutMissing(plans, gaps);
  if (search) {
    plans = withTiedKeys(plans, from, customer, rng, { ...telling, keep: [...keep, ...asked.flat()] });
    const ofKeys = findKeyGaps(plans, from, minCount);
    plans = withoutMissing(plans, ofKeys);
    gaps = [...gaps, ...ofKeys];
  }
  plans = withSupport(withAtoms(plans, from, telling), from, telling, rng.fork("support"));
  const repeating = search && options.sequential ? withRepeats(plans, from) : plans;
  const bare: Structure = {
    ...told,
    columns: repeating,
    combinations,
    exclusions: [],
    orders: [],
    ...(gaps.length > 0 && { gaps }),
  };
  checkOrders(given, from, plans);
  const orders = new Map(
    [...given, ...(search ? findOrders(look.from, bare) : [])].map((one) => [
      JSON.stringify([one.low, one.high]),
      one,
    ]),
  );
  const combined = combinations.flatMap(({ columns }) => columns);
  const free = plans.filter(({ name }) => !combined.includes(name));
  const later = search
    ? [...findLater(free, look), ...findStrict([...orders.values()], plans, look), ...findApart(free, look)]
    : [];
  const limits = search ? findLimits(free, { ...look, missing }) : [];
  const pairs = search
    ? findPairs(ownCells(free, from), minCount, telling.people, keep)
    : { kept: [], open: [] };
  const zeros = search
    ? zerosAmong({ ...bare, columns: plans, exclusions: pairs.kept, limits }, from, whose)
    : pairs.kept;
  const found: Structure = {
    ...bare,
    exclusions: zeros,
    orders: [...orders.values()],
    ...(later.length > 0 && { later }),
    ...(limits.length > 0 && { limits }),
    ...(pairs.open.length > 0 && { open: pairs.open }),
    ...(holes.length > 0 && { holes }),
  };
  return odd.length > 0 ? { ...found, odd: oddRules(found, from, odd) } : found;
}

/** The cells that never meet beside the pairs that belong together, but for what ends by level say already. */
function zerosAmong(
  structure: Structure,
  from: Table,
  people: Int32Array | undefined,
): Structure["exclusions"] {
  const numbers = structure.columns.filter((plan): plan is NumberPlan => plan.kind === "number");
  const zeros = findExclusions(reduceTable(structure, from), {
    people,
    rests: numbers.filter(({ formula }) => formula).map(({ name }) => name),
    ordered: numbers.filter(({ values }) => values).map(({ name }) => name),
  });
  return withoutBeyond(withPairs(zeros, structure.exclusions), structure);
}

/** What columns follow from, whose rows were set aside for that as few are other than a rule says, and the look at the others. */
function searched(
  open: Structure,
  from: Table,
  lookAt: (rows: Table) => Look,
  rng: Rng,
): { readonly columns: readonly ColumnPlan[]; readonly odd: readonly number[]; readonly look: Look } {
  const among = (look: Look, columns = open.columns): readonly ColumnPlan[] =>
    finders.reduce((found, find) => replaced(found, find(found, look)), [...columns]);
  const look = lookAt(from);
  const whole = { ...open, columns: among(look) };
  const search = (rows: Table, columns?: readonly ColumnPlan[]): Structure => {
    const found = { ...open, columns: among(lookAt(rows), columns) };
    return { ...found, orders: findOrders(rows, found) };
  };
  const odd = oddRows({ from, people: look.whose, whole, search }, rng);
  if (odd.length === 0) return { columns: whole.columns, odd, look };
  const others = lookAt(withoutRows(from, odd));
  return { columns: among(others), odd, look: others };
}

function bandsAmong(plans: readonly ColumnPlan[], look: Look): readonly ColumnPlan[] {
  const { from, keep, whose } = look;
  const lookups = plans.filter((plan) => plan.kind === "lookup");
  // Levels that others follow from stay drawn, but where these can follow from the number as well.
  const roots = new Set(
    lookups
      .filter(({ name, map, rare }) => rare || keep.includes(name) || map.some((code) => code < 0))
      .map(({ of }) => of),
  );
  for (const plan of plans)
    if (plan.kind === "levels" && plan.missing && lookups.some(({ of }) => of === plan.name))
      roots.add(plan.name);
  const free = plans.filter(
    (plan): plan is LevelsPlan =>
      plan.kind === "levels" &&
      !plan.texts &&
      !plan.rare &&
      !keep.includes(plan.name) &&
      !roots.has(plan.name),
  );
  const numbers = plans.flatMap((plan) =>
    plan.kind === "date" || (plan.kind === "number" && !plan.values && !plan.formula)
      ? [
          {
            name: plan.name,
            values: look.numbers(plan),
            people: whose,
            given: look.given.includes(plan.name),
            ...(plan.kind === "date" ? { date: true } : plan.grid && { grid: plan.grid }),
          },
        ]
      : [],
  );
  const inputs = free.map((plan) => levelsInput(plan, from, plans));
  // Where numbers and dates both tell, steps of numbers leave no doubt where a band ends.
  const ordered = numbers.sort((a, b) => Number("date" in a) - Number("date" in b));
  const found = [...findBands(inputs, free, ordered).values()];
  return [
    ...found,
    ...found.flatMap((bands) =>
      lookups.filter(({ of }) => of === bands.name).map((one) => bandsOver(bands, one)),
    ),
  ];
}

/** What follows from the levels of bands as bands of the same number. */
function bandsOver(bands: BandsPlan, { name, levels, map }: LookupPlan): BandsPlan {
  const codes = bands.order.map((code) => map[code]);
  const cuts = bands.cuts.filter((_, b) => codes[b] !== codes[b + 1]);
  const order = codes.filter((code, b) => code !== codes[b - 1]);
  return { kind: "bands", name, levels, of: bands.of, cuts, order };
}

function formulasAmong(plans: readonly ColumnPlan[], look: Look): readonly ColumnPlan[] {
  const { from, keep, given, deciding: told, torn: holes, whose: people } = look;
  const free = plans.filter((plan) => !given.includes(plan.name));
  const numbers = free.filter((plan): plan is NumberPlan => plan.kind === "number");
  const levels = free.filter(
    (plan): plan is LevelsPlan => plan.kind === "levels" && !plan.texts && !keep.includes(plan.name),
  );
  const dates = plans.filter((plan): plan is DatePlan => plan.kind === "date");
  const decides = ({ name }: ColumnPlan): boolean => !keep.includes(name) || told.includes(name);
  const deciding = [
    ...free.filter((plan): plan is LevelsPlan => plan.kind === "levels" && !plan.texts && decides(plan)),
    ...numbers.filter((plan) => plan.values && decides(plan)),
  ];
  const decider = (plan: LevelsPlan | NumberPlan, loose: boolean): Decider =>
    deciderOf(plan, look, loose || holes.has(plan.name));
  const stretches = free.flatMap((plan) =>
    plan.kind === "bands" && !plan.value && numbers.some(({ name }) => name === plan.of)
      ? [stretchesOf(plan, look)]
      : [],
  );
  const inputs = numbers.map((plan) => ({
    name: plan.name,
    values: look.numbers(plan),
    people,
    ...(plan.grid && { grid: plan.grid }),
    ...((plan.values || plan.formula || keep.includes(plan.name)) && { given: true }),
    ...(plan.values && plan.rare === undefined && !keep.includes(plan.name) && { few: true }),
  }));
  const formulas: Found = new Map(
    findFormulas(
      [
        ...inputs,
        ...dates.map((plan) => ({
          name: plan.name,
          values: look.numbers(plan).map((moment) => moment / day),
          given: true,
          date: true,
          people,
        })),
      ],
      levels.map((plan) => ({
        ...levelsInput(plan, from, plans),
        ...(holes.has(plan.name) && { hole: levelCount(plan) - 1 }),
      })),
      [...deciding.map((plan) => decider(plan, false)), ...stretches],
      deciding.filter((plan) => plan.missing && !holes.has(plan.name)).map((plan) => decider(plan, true)),
    ),
  );
  const trials = { rows: from.rows, of: valuesOf(inputs), people, tried: 3 * inputs.length ** 2 };
  findPieces(inputs, formulas, trials);
  return numbers.flatMap((plan) => {
    const formula = formulas.get(plan.name);
    const { values, ...computed } = plan;
    return formula ? [{ ...computed, ...(values && { atoms: [] }), formula }] : [];
  });
}

/** The column's cells as codes of the values it is told with; a cell missing at random is none of them. */
function deciderOf(
  plan: LevelsPlan | NumberPlan,
  { numbers, codes: codesOf, least, whose: people }: Look,
  torn: boolean,
): Decider {
  const values = plan.kind === "number" ? (plan.values ?? []) : undefined;
  const gap = plan.missing && !torn ? levelNames(plan).length - 1 : -1;
  const codes =
    plan.kind === "levels"
      ? codesOf(plan).map((code) => (torn && code === levelCount(plan) - 1 ? -1 : code))
      : Int32Array.from(numbers(plan), (value) =>
          Number.isNaN(value) ? gap : (values ?? []).indexOf(value),
        );
  return {
    name: plan.name,
    codes,
    count: levelNames(plan).length - (torn ? 1 : 0),
    least,
    ...(values && { values }),
    ...(people && { people }),
  };
}

/** The stretches of a number that are another column's levels, as codes. */
function stretchesOf({ of, cuts }: BandsPlan, { from, least, whose: people }: Look): Decider {
  const { values } = columnNamed(from, of) as { readonly values: Float64Array };
  const codes = Int32Array.from(values, (own) => (Number.isNaN(own) ? -1 : countUpTo(cuts, own)));
  return { name: of, codes, count: cuts.length + 1, least, cuts, ...(people && { people }) };
}

/** Settles the frequent values of what is drawn, and whether it can be missing where its formula is defined. */
function withAtoms(plans: readonly ColumnPlan[], from: Table, { least, people }: Telling): ColumnPlan[] {
  const argument = argumentsFrom(plans, from);
  return plans.map((plan) => {
    if ((plan.kind !== "number" && !formulaOf(plan)) || isComputed(plan)) return plan;
    if ((plan.kind !== "number" && plan.kind !== "date") || (plan.kind === "number" && plan.values))
      return plan;
    const drawn = drawnNumbers(plan, from, argument);
    const { formula } = plan;
    if (!formula) return { ...plan, atoms: atomsOf(drawn, gridOfPlan(plan), least, people) };
    return {
      ...plan,
      missing: plan.missing && missingWhereDefined(plan, from, argument),
      atoms: atomsOf(drawn, undefined, least, people),
    };
  });
}

/** Settles where the values of numbers and dates lie that are drawn as such. */
function withSupport(
  plans: readonly ColumnPlan[],
  from: Table,
  { least, people }: Telling,
  rng: Rng,
): ColumnPlan[] {
  return plans.map((plan) => {
    if ((plan.kind !== "date" && (plan.kind !== "number" || plan.values)) || plan.formula) return plan;
    const step = plan.kind === "date" ? plan.format.step : 1;
    const [low, high] = [plan.low / step, plan.high / step];
    const atoms = plan.kind === "number" ? plan.atoms : [];
    const grid = plan.kind === "date" ? { decimals: 0, step: 1 } : plan.grid;
    const all = numbersOf(columnNamed(from, plan.name), plan);
    const counts = countPeople(all, people);
    const held = tamed(all, least, people).values.map((value) => {
      if (atoms.includes(value)) return Number.NaN;
      const inside = Math.min(high, Math.max(low, value / step));
      return (counts.get(value) ?? 0) >= Math.max(2, least) ? inside : snap(inside, grid);
    });
    const rows = people && firstOfEach(held, people).sort((a, b) => held[a] - held[b]);
    // Numbers alone sort many times as fast.
    const sorted = rows ? takeValues(held, rows) : held.filter((value) => !Number.isNaN(value)).sort();
    const owners = rows?.map((i) => people?.of[i] ?? i);
    const support = supportOf(sorted, grid, least, rng.fork(plan.name), owners);
    const own = support ? { ...plan, support } : plan;
    if (own.kind === "date" || !own.grid) return own;
    // What lies on a level's own grid says nothing of the others.
    const by = own.grids && plans.find(({ name }) => name === own.grids?.column);
    const codes = by && codesOf(columnNamed(from, by.name), by as LevelsPlan);
    const loose = codes
      ? all.filter((value, i) => !Number.isNaN(value) && !own.grids?.grids[codes[i]]).sort()
      : sorted;
    return { ...own, grid: withCoarser(own.grid, unrepeated(loose, support)) };
  });
}

function missingWhereDefined(
  plan: NumberPlan | DatePlan,
  from: Table,
  argument: ReturnType<typeof argumentsFrom>,
): boolean {
  const values = numbersOf(columnNamed(from, plan.name), plan);
  const formula = plan.formula as NonNullable<NumberPlan["formula"]>;
  const predicted = evaluate(formula, argument, values.length);
  return values.some((value, i) => Number.isNaN(value) && predicted[i] !== 0 && !Number.isNaN(predicted[i]));
}

function checkOrders(given: readonly Order[], from: Table, plans: readonly ColumnPlan[]): void {
  const values = (name: string): Float64Array => {
    const plan = plans.find((plan) => plan.name === name);
    const numeric = plan?.kind === "number" || plan?.kind === "date";
    check(numeric, "discover structure", "an order needs columns of numbers or dates", name);
    return numbersOf(columnNamed(from, name), plan as NumberPlan | DatePlan);
  };
  for (const { low, high } of given) {
    const rule = `${low} must never be above ${high} in the training rows`;
    check(holds(values(low), values(high)), "discover structure", rule);
  }
}

function levelsInput(plan: LevelsPlan, from: Table, plans: readonly ColumnPlan[]): LevelsInput {
  return { name: plan.name, codes: drawnCodes(plan, from, plans), count: levelCount(plan) };
}

function replaced(plans: readonly ColumnPlan[], by: readonly ColumnPlan[]): ColumnPlan[] {
  const named = new Map(by.map((plan) => [plan.name, plan]));
  return plans.map((plan) => named.get(plan.name) ?? plan);
}
