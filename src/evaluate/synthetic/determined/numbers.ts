import { day } from "../../../synthesis/structure/date-parts";
import { allowed, type LookedAt, type NotDetermined } from "./looked-at";
import {
  type Foretold,
  forward,
  type Groups,
  gramOf,
  leastLearnt,
  leastSquares,
  regress,
  standardised,
} from "./regression";

/** A regression tells a number where it leaves so little of how it varies open, but in this part of the rows. */
const [mostOpen, partOff] = [0.005, 0.03];
/** Off is what is further off than so many times what real rows are; and more than this part of the number's deviation. */
const [further, rounding] = [1.5, 1e-4];
/** In synthetic rows so many more are off: what is only nearly so is learnt nearly. */
const leastMoreOff = 0.05;
/** It asks for rows, for columns, and a column for so much of what is open. */
const [leastRows, mostColumns, leastGain] = [leastLearnt, 24, 0.01];
/** Columns that leave more open over the rows learnt, missing cells at their mean, are no rule. */
const mostOpenLearnt = 0.5;
/** Levels tell this part of what columns leave open, or are not asked. */
const leastOfLevels = 0.1;
/** Of so many columns products are tried, and so many are asked within levels, or of a number that fewer of the rows have. */
const [mostMultiplied, mostNear] = [5, 40];
const mostlyKnown = 0.9;
/** A number is told in so many ways at most; two rules are torn together in so many of the rows. */
const [mostWays, sameRows] = [8, 0.9];
/** A number of so few values is asked as levels are. */
const fewValues = 40;

/** What a regression may ask about. */
interface Asked {
  readonly of: readonly string[];
  readonly values: Float64Array;
}

interface Group extends Groups {
  readonly name: string;
}

/** What does not hold in these synthetic rows. */
interface Torn extends NotDetermined {
  readonly rows: ReadonlySet<number>;
}

/** What tells a number, as it is or by its logarithm. */
interface Told {
  readonly log: boolean;
  readonly y: Float64Array;
  readonly asked: readonly Asked[];
  readonly group?: Group;
  readonly quality: Quality;
}

interface Quality {
  readonly foretold: Foretold;
  /** Of how the number varies, in real rows not learnt from. */
  readonly open: number;
  readonly within: number;
}

/**
 * The numbers that a regression foretells in real rows it did not learn from, and not in synthetic ones: as a sum or a product of other
 * numbers (dates in days), of what one is above another, or of products of two, with a level or a line of its own for each level of one
 * column.
 */
export async function numbersNotDetermined(at: LookedAt): Promise<NotDetermined[]> {
  const groups = groupsOf(at);
  const spaces = [spaceOf(sums(at), at, false), spaceOf(products(at), at, true)];
  const out: Torn[] = [];
  for (const [name, y] of at.values) {
    await at.breathe();
    if (at.dates.has(name) || new Set(y.subarray(0, at.ends[0])).size < 3) continue;
    // What holds in synthetic rows may hide what does not: it is looked for without a column of that, too.
    const without: (readonly string[])[] = [[name]];
    for (let k = 0; k < Math.min(without.length, mostWays); k++) {
      if (k > 0) await at.breathe();
      const best = bestOf(without[k], y, spaces, groups, at);
      if (!best) continue;
      const by = needed(best, at);
      const found = judged(name, best, by, at);
      if (found) {
        out.push(found);
        break;
      }
      for (const one of by) without.push([...without[k], one]);
    }
  }
  return oncePerRule(out);
}

function days(at: LookedAt, name: string, values: Float64Array): Float64Array {
  return at.dates.has(name) ? values.map((value) => value / day) : values;
}

function sums(at: LookedAt): Asked[] {
  const own = [...at.values].map(([name, values]) => ({ of: [name], values: days(at, name, values) }));
  const pairs = at.pairs.map(({ of, difference }) => ({ of, values: days(at, of[0], difference) }));
  const above = pairs
    .filter(({ of }) => !at.dates.has(of[0]))
    .map(({ of, values }) => ({ of, values: values.map((value) => Math.max(value, 0)) }));
  // Hours begun.
  const begun = own
    .filter(({ of, values }) => !at.dates.has(of[0]) && values.some((value) => value % 1 > 0))
    .map(({ of, values }) => ({ of, values: values.map(Math.ceil) }));
  return [...own, ...begun, ...pairs, ...above];
}

function products(at: LookedAt): Asked[] {
  return [...at.values].flatMap(([name, values]) => {
    if (at.dates.has(name)) return [];
    const known = values.subarray(0, at.ends[0]).filter((value) => !Number.isNaN(value));
    const [least, most] = [Math.min(...known), Math.max(...known)];
    const out: Asked[] = [];
    const add = (of: (value: number) => number): void => {
      out.push({ of: [name], values: values.map((value) => logarithm(of(value))) });
    };
    if (most > 0) add((value) => value);
    // Renewals + 1; 1 − a share, and 1 + a rate.
    if (least >= 0 && least < 1) add((value) => 1 + value);
    if (least >= 0 && most < 1) add((value) => 1 - value);
    return out;
  });
}

function logarithm(value: number): number {
  return value > 0 ? Math.log(value) : Number.NaN;
}

/** Levels, and numbers of few values, by each of which a number may be another. */
function groupsOf({ shared, values, dates, ends }: LookedAt): Group[] {
  return shared.flatMap(({ name }) => {
    const own = values.get(name);
    const one = shared.find((other) => other.name === name);
    const cells =
      one?.kind === "levels"
        ? one.codes.flatMap((part) => [...part])
        : dates.has(name)
          ? []
          : [...(own ?? [])];
    const places = new Map<number, number>();
    for (const cell of cells.slice(0, ends[0])) if (!places.has(cell)) places.set(cell, places.size);
    const most = one?.kind === "levels" ? ends[0] / 5 : fewValues;
    if (places.size < 2 || places.size > most) return [];
    const codes = Int32Array.from(cells, (cell) => places.get(cell) ?? places.size);
    return [{ name, codes, count: places.size + 1 }];
  });
}

interface Space {
  readonly log: boolean;
  readonly asked: readonly Asked[];
  readonly gram: Float64Array;
  /** The place of each column by itself. */
  readonly places: ReadonlyMap<string, number>;
}

function spaceOf(all: readonly Asked[], { ends }: LookedAt, log: boolean): Space {
  const varied = all.flatMap((one) => {
    const column = standardised(one.values, ends[0]);
    return column ? [{ one, column }] : [];
  });
  const places = new Map<string, number>();
  varied.forEach(({ one: { of } }, k) => {
    if (of.length === 1 && !places.has(of[0])) places.set(of[0], k);
  });
  const columns = varied.map(({ column }) => column);
  return { log, asked: varied.map(({ one }) => one), gram: gramOf(columns), places };
}

/** What tells a number best, of columns that are not left out; its own name is first of these. */
function bestOf(
  out: readonly string[],
  plain: Float64Array,
  spaces: readonly Space[],
  groups: readonly Group[],
  at: LookedAt,
): Told | undefined {
  let best: Told | undefined;
  const learnt = at.ends[0];
  const enough = (): boolean => best !== undefined && best.quality.open < 1e-6;
  const attempt = (
    { log, y, open }: { readonly log: boolean; readonly y: Float64Array; readonly open: number },
    asked: readonly Asked[],
    group?: Group,
  ): void => {
    if (open > mostOpenLearnt) return;
    const quality = qualityOf(y, asked, at, group);
    if (quality && quality.open < (best?.quality.open ?? mostOpen))
      best = { log, y, asked, ...(group && { group }), quality };
  };
  const limits = { most: Math.min(mostColumns, learnt / 10), least: Math.max(leastGain, 12 / learnt) };
  const begun = spaces.flatMap(({ gram, places, asked, log }) => {
    const place = places.get(out[0]);
    if (place === undefined) return [];
    const others = asked.flatMap(({ of }, k) => (of.some((one) => out.includes(one)) ? [] : [k]));
    const y = log ? plain.map(logarithm) : plain;
    const near = nearest(gram, place, others).map((k) => asked[k]);
    if (knownIn(y, learnt) < mostlyKnown)
      return [{ log, y, near, ...toldBy(y, near.slice(0, mostNear), learnt, limits) }];
    const { chosen, open } = forward(gram, place, others, limits);
    return [{ log, y, near, told: chosen.map((k) => asked[k]), open }];
  });
  for (const one of begun) if (!enough()) attempt(one, one.told);
  for (const { log, y, told, near: others } of begun) {
    if (enough()) break;
    const near = [...new Set([...told, ...others])].slice(0, mostNear);
    const group = tellingGroup(out, y, told, groups, learnt);
    if (group) {
      const apart = near.filter(({ of }) => !of.includes(group.name));
      const within = toldBy(y, apart, learnt, limits, group);
      const some = within.told.length > 0;
      attempt({ log, y, open: some ? within.open : 0 }, within.told, group);
      if (!log && some)
        attempt({ log, y, open: within.open }, within.told.slice(0, 3), { ...group, lines: true });
    }
    if (log || enough()) continue;
    const own = near.filter(({ of }) => of.length === 1).slice(0, mostMultiplied);
    const product = toldBy(y, multiplied(own), learnt, limits);
    attempt({ log, y, open: product.open }, product.told);
  }
  return best;
}

/** Of these columns (in each group) those that tell the number, and the share that they leave open. */
function toldBy(
  y: Float64Array,
  all: readonly Asked[],
  learnt: number,
  limits: { readonly most: number; readonly least: number },
  group?: Group,
): { readonly told: readonly Asked[]; readonly open: number } {
  // Rows without the number say nothing of it.
  const varied = all.flatMap((one) => {
    const values = one.values
      .subarray(0, learnt)
      .map((value, i) => (Number.isNaN(y[i]) ? Number.NaN : value));
    const column = standardised(values, learnt, group);
    return column ? [{ one, column }] : [];
  });
  const own = standardised(y, learnt, group);
  if (!own) return { told: [], open: 1 };
  const gram = gramOf([...varied.map(({ column }) => column), own]);
  const { chosen, open } = forward(gram, varied.length, [...varied.keys()], limits);
  return { told: chosen.map((k) => varied[k].one), open };
}

/** Columns, and their products and squares. */
function multiplied(asked: readonly Asked[]): readonly Asked[] {
  const products = asked.flatMap((a, k) =>
    asked.slice(k).map((b) => ({
      of: [...new Set([...a.of, ...b.of])],
      values: a.values.map((value, i) => value * b.values[i]),
    })),
  );
  return [...asked, ...products];
}

function knownIn(y: Float64Array, learnt: number): number {
  let known = 0;
  for (let i = 0; i < learnt; i++) if (!Number.isNaN(y[i])) known++;
  return known / learnt;
}

/** The columns by how much one alone goes with them. */
function nearest(gram: Float64Array, place: number, others: readonly number[]): readonly number[] {
  const size = Math.sqrt(gram.length);
  return [...others].sort(
    (a, b) => Math.abs(gram[place * size + b]) - Math.abs(gram[place * size + a]) || a - b,
  );
}

/** The levels that tell most of what the columns leave open. */
function tellingGroup(
  out: readonly string[],
  y: Float64Array,
  asked: readonly Asked[],
  groups: readonly Group[],
  learnt: number,
): Group | undefined {
  if (groups.length === 0) return undefined;
  const target = y.subarray(0, learnt);
  const columns = asked.map(({ values }) => values.subarray(0, learnt));
  const known = [...target.keys()].filter((i) => [target, ...columns].every((one) => !Number.isNaN(one[i])));
  const foretold = asked.length > 0 ? leastSquares(target, columns, known) : undefined;
  const left = standardised(foretold ? target.map((value, i) => value - foretold[i]) : target, learnt);
  if (!left) return undefined;
  let best: Group | undefined;
  let most = leastOfLevels;
  for (const group of groups) {
    if (out.includes(group.name)) continue;
    const sums = new Float64Array(group.count);
    const counts = new Float64Array(group.count);
    for (let i = 0; i < learnt; i++) {
      sums[group.codes[i]] += left[i];
      counts[group.codes[i]]++;
    }
    const share = sums.reduce((sum, own, g) => sum + (counts[g] > 0 ? own ** 2 / counts[g] : 0), 0);
    const chance = group.count / learnt;
    const own = (share - chance) / (1 - chance);
    if (own <= most) continue;
    best = group;
    most = own;
  }
  return best;
}

/** How well it foretells real rows that it did not learn from; undefined where that is too few. */
function qualityOf(
  y: Float64Array,
  asked: readonly Asked[],
  { ends: [learnt, judged] }: LookedAt,
  group?: Group,
): Quality | undefined {
  if (asked.length === 0 && !group) return undefined;
  const foretold = regress(
    y,
    asked.map(({ values }) => values),
    learnt,
    group,
  );
  if (!foretold) return undefined;
  const rows: number[] = [];
  for (let i = learnt; i < judged; i++) if (Number.isFinite(y[i] - foretold[i])) rows.push(i);
  if (rows.length < leastRows) return undefined;
  const off = (i: number): number => Math.abs(y[i] - foretold[i]);
  rows.sort((a, b) => off(a) - off(b) || a - b);
  const kept = rows.slice(0, Math.ceil((1 - partOff) * rows.length));
  const mean = kept.reduce((sum, i) => sum + y[i], 0) / kept.length;
  const varied = kept.reduce((sum, i) => sum + (y[i] - mean) ** 2, 0);
  const open = kept.reduce((sum, i) => sum + off(i) ** 2, 0) / varied;
  const last = off(kept[kept.length - 1]);
  return varied > 0 && open < mostOpen
    ? { foretold, open, within: further * last + rounding * Math.sqrt(varied / kept.length) }
    : undefined;
}

function judged(name: string, told: Told, by: readonly string[], at: LookedAt): Torn | undefined {
  const { log, y, quality } = told;
  const [learnt, judged, all] = at.ends;
  const rounded = at.rounded.get(name) ?? 0;
  const off = (i: number): boolean => {
    const [own, foretold] = [y[i], quality.foretold[i]];
    const apart = log ? Math.exp(own) - Math.exp(foretold) : own - foretold;
    return Math.abs(own - foretold) > quality.within && Math.abs(apart) > rounded;
  };
  const share = (from: number, to: number) => {
    let [right, rows] = [0, 0];
    for (let i = from; i < to; i++) {
      if (Number.isNaN(y[i] - quality.foretold[i])) continue;
      rows++;
      if (!off(i)) right++;
    }
    return { rows, right: right / rows };
  };
  const [real, synthetic] = [share(learnt, judged), share(judged, all)];
  if (synthetic.rows < leastRows) return undefined;
  const more = real.right - synthetic.right;
  if (more < Math.max(leastMoreOff, allowed(real.right, real.rows, synthetic.right, synthetic.rows)))
    return undefined;
  const rows = new Set<number>();
  for (let i = judged; i < all; i++) if (off(i)) rows.add(i);
  return {
    what: name,
    of: [name],
    by,
    within: log ? Math.expm1(quality.within) : quality.within,
    ...(log && { relative: true }),
    real: real.right,
    synthetic: synthetic.right,
    rows,
  };
}

/** Of what is torn in the same rows and has two columns in common, what fewest columns tell: a sum tells each of its parts. */
function oncePerRule(all: readonly Torn[]): NotDetermined[] {
  const kept: Torn[] = [];
  for (const one of [...all].sort((a, b) => a.by.length - b.by.length)) {
    const names = [one.what, ...one.by];
    const same = ({ what, by, rows }: Torn): boolean =>
      [what, ...by].filter((name) => names.includes(name)).length > 1 &&
      [...rows].filter((i) => one.rows.has(i)).length > sameRows * Math.max(rows.size, one.rows.size);
    if (!kept.some(same)) kept.push(one);
  }
  return kept.map(({ rows: _, ...one }) => one);
}

/** The columns without which it would not be told as well. */
function needed({ asked, group, y, quality }: Told, at: LookedAt): readonly string[] {
  let [left, levels] = [asked, group];
  const names = [...new Set([...asked.flatMap(({ of }) => of), ...(group ? [group.name] : [])])];
  for (const name of [...names].reverse()) {
    const fewer = left.filter(({ of }) => !of.includes(name));
    const other = levels?.name === name ? undefined : levels;
    const without = qualityOf(y, fewer, at, other);
    if (!without || without.open > 1.2 * quality.open + 1e-9) continue;
    left = fewer;
    levels = other;
  }
  return names.filter((name) => levels?.name === name || left.some(({ of }) => of.includes(name)));
}
