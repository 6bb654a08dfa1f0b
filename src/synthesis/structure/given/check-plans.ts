import { check } from "../../../core/checks";
import { dateUnits } from "../date-parts";
import { checkDates } from "../dates";
import { isGrid } from "../grids";
import { checkDigits } from "../keys/check-digits";
import { keyCount } from "../keys/fresh-keys";
import type { KeyPlan } from "../keys/key-plan";
import { datePatterns, type KeyTie } from "../keys/key-ties";
import { isWriting, type NamePart } from "../keys/name-parts";
import { codeOf } from "../orders/limits";
import {
  type ColumnPlan,
  type DateDays,
  type DatePlaces,
  type DatePlan,
  type KeyColumnPlan,
  levelCount,
  type NumberPlan,
  type Structure,
} from "../structure";
import { cellNamesOf } from "../variables";

/** Throws unless what is said first holds. */
export type Holds = (that: boolean, rule: string, found?: unknown) => void;

/** Throws where what makes a column's cells, which somebody may have written or changed by hand, can't make them. */
export function checkPlan(plan: ColumnPlan, structure: Structure, action: string): void {
  const { kind } = plan;
  const holds: Holds = (that, rule, found) => {
    const shown = typeof found === "object" ? JSON.stringify(found) : found;
    check(that, action, `${plan.name} ${rule}`, shown ?? "none");
  };
  if (kind === "levels" || kind === "lookup" || kind === "bands")
    holds(isListOf("string", plan.levels), "must list as levels texts, each once", plan.levels);
  if (kind === "levels" || kind === "number" || kind === "date")
    holds(typeof plan.missing === "boolean", "must say as missing true or false", plan.missing);
  const by = kind === "levels" ? plan.texts?.by : undefined;
  const other = structure.columns.find(({ name }) => name === by?.of);
  const texted = other?.kind === "key" || (other?.kind === "levels" && other.texts);
  holds(
    !by || (other && !texted) === true,
    "must be written by a column of the table, none of texts",
    by?.of,
  );
  if (kind === "number" || kind === "date") {
    const ranged = Number.isFinite(plan.low) && Number.isFinite(plan.high) && plan.low <= plan.high;
    holds(ranged, "must have numbers as low and high, low not above high", `${plan.low} and ${plan.high}`);
    const { from = [], to = [] } = plan.support ?? {};
    // Two pieces may begin, or end, at one place: a value that repeats, and the stretch beside it.
    const ends = [from, to].every((list) => Array.isArray(list) && list.every(Number.isFinite));
    const pieces = ends && from.length === to.length;
    const forward = pieces && from.every((low, piece) => low <= to[piece]);
    holds(forward, "must have as support as many numbers from as to, none above its own", plan.support);
  }
  if (kind === "date" && plan.atoms !== undefined)
    holds(isListOf("number", plan.atoms), "must list as atoms numbers, each once", plan.atoms);
  if (kind === "number") checkNumber(plan, structure, holds);
  if (kind === "date") {
    checkDates(plan.format, plan.name, action);
    const { shares, monthDay, months } = (plan.days ?? { monthDay: 1 }) as DateDays;
    const other = structure.columns.find(({ name }) => name === months?.from);
    const counted = other?.kind === "date" && other !== plan && !other.days?.months && Number(months?.by) > 0;
    const listed = areShares(shares, 7);
    const within = Number.isInteger(monthDay) && Number(monthDay) >= 1 && Number(monthDay) <= 31;
    holds(
      [shares, monthDay, months].filter((one) => one !== undefined).length === 1 &&
        (shares ? listed : months ? counted && Number.isInteger(months.by) : within),
      "must be on days with seven shares from Monday, none below 0 and some above, a monthDay from 1 to 31, or months from another date by so many",
      plan.days,
    );
    holdHours(plan, structure, holds);
    const places: unknown = plan.places ?? [];
    holds(
      Array.isArray(places) && places.every((one) => isPlaced(one, structure)),
      "must list as places each 7, 12 or 31 shares, none below 0 and some above, and where: a column and its level",
      places,
    );
  }
  if (kind === "constant") holds(typeof plan.text === "string", "must have a text", plan.text);
  if (kind === "key") checkKeys(plan, structure, holds);
  if (kind === "part") holds(dateUnits.includes(plan.unit), "must be a unit of a date", plan.unit);
  if (kind === "lookup") {
    const count = cellNamesOf(structure, plan.of)?.length ?? 0;
    // A last one, of missing cells, stays where these are made after all else; nothing reads it.
    const whole = isPlaces(plan.map, -1, plan.levels) && [count, count + 1].includes(plan.map.length);
    holds(
      whole,
      `must have a map of ${count} of its levels by number, −1 for none: one a level of ${plan.of}`,
    );
  }
  if (kind === "bands") {
    const up = isListOf("number", plan.cuts) && plan.cuts.every((cut, k) => !(cut < plan.cuts[k - 1]));
    holds(up, "must have as cuts numbers that go up", plan.cuts);
    const { nothing, pattern } = plan;
    holds(pattern === undefined || typeof pattern === "string", "must have as pattern a text", pattern);
    holds(
      nothing === undefined || isPlaces([nothing], 0, plan.levels),
      "must have as nothing one of its levels by number",
      nothing,
    );
    const whole = isPlaces(plan.order, 0, plan.levels) && plan.order.length === plan.cuts.length + 1;
    holds(whole, "must have as order its levels by number, one more than cuts", plan.order);
  }
}

function checkKeys(plan: KeyColumnPlan, structure: Structure, holds: Holds): void {
  const { ties = [], goes = [], loose = [] } = plan;
  for (const [name, list] of Object.entries({ goes, loose }))
    holds(isListOf("string", list), `must list as ${name} columns, each once`, list);
  holds(areNames(plan, structure), "must list as names other columns and how they are written", plan.names);
  holds(
    isWritable(plan.keys, structure),
    "must be written by another column: a plan of keys for each of its cells, by number, and a share of each plan",
    plan.keys,
  );
  holds(keyCount(Object(plan.keys)) > 0, "must have keys to be made", plan.keys);
  holds(hasTexts(plan.keys), "must have texts that rows are given", plan.keys);
  const known = plan.check === undefined || checkDigits.includes(plan.check);
  holds(known, `must have as check ${checkDigits.join(", ")} or nothing`, plan.check);
  holds(mayRise(plan, structure), "must rise with a date", plan.rises);
  holds(Array.isArray(ties), "must list as ties what other columns say of its keys", ties);
  for (const tie of ties.map(Object) as readonly KeyTie[]) {
    const { of, at, pattern, texts, otherwise } = tie;
    const other = structure.columns.find((one) => one.name === of);
    holds(other !== undefined && other.kind !== "key", "must be tied to other columns, none of keys", of);
    const written = pattern === undefined || datePatterns.includes(pattern);
    const dated = (other?.kind === "date") === (pattern !== undefined);
    holds(
      written && dated,
      `must be tied to dates, and to nothing else, by ${datePatterns.join(" or ")}`,
      tie,
    );
    const whole = Number.isInteger(at) && at >= 0 && typeof otherwise === "string";
    const listed = texts === undefined || (Array.isArray(texts) && texts.every(isPair));
    holds(whole && listed, "must say of a tie where (at), which texts for which cells, and otherwise", tie);
  }
}

function checkNumber(plan: NumberPlan, structure: Structure, holds: Holds): void {
  holds(isListOf("number", plan.atoms), "must list as atoms numbers, each once", plan.atoms);
  const few = plan.values === undefined || (isListOf("number", plan.values) && plan.values.length > 0);
  holds(few, "must list as values numbers, each once", plan.values);
  const ends = [Math.min, Math.max].map((end) =>
    (plan.values ?? []).reduce((a, b) => end(a, b), plan.values?.[0] ?? 0),
  );
  const listed = !plan.values || (plan.low === ends[0] && plan.high === ends[1]);
  const rule = `must have as low and high the least and greatest of its values, ${ends.join(" and ")}: it is one of these, so change the list`;
  holds(listed, rule, `${plan.low} and ${plan.high}`);
  holds(isGrid(plan.grid), "must have a grid of 0 to 20 decimals and a step above 0", plan.grid);
  holds(areGrids(plan, structure), "must have as grids one, or null, for each level of a column", plan.grids);
}

function areGrids({ grids }: NumberPlan, { columns }: Structure): boolean {
  if (grids === undefined) return true;
  const { column, grids: all } = Object(grids) as Partial<NonNullable<NumberPlan["grids"]>>;
  const of = columns.find(({ name }) => name === column);
  const whole = of?.kind === "levels" && Array.isArray(all) && all.length === of.levels.length;
  return whole && all.every((grid) => grid === null || isGrid(Object(grid)));
}

function mayRise({ rises }: KeyColumnPlan, { columns }: Structure): boolean {
  return rises === undefined || columns.some(({ name, kind }) => name === rises && kind === "date");
}

function isWritable(keys: KeyPlan, structure: Structure): boolean {
  if (keys.style !== "by") return true;
  const { of, plans, cells, shares } = keys;
  if (!Array.isArray(plans) || plans.length === 0) return false;
  const other = structure.columns.some(({ name, kind }) => name === of && kind !== "key" && kind !== "date");
  const placed = ([cell, place]: readonly [string, number]): boolean =>
    typeof cell === "string" && Number.isInteger(place) && place >= 0 && place < plans.length;
  const weighed = Array.isArray(shares) && shares.length === plans.length && shares.every((one) => one > 0);
  return (
    other &&
    weighed &&
    Array.isArray(cells) &&
    cells.every(placed) &&
    plans.every((own) => isWritable(own, structure))
  );
}

function hasTexts(keys: KeyPlan): boolean {
  return keys.style !== "same" || (Array.isArray(keys.texts) && keys.texts.length > 0);
}

function areNames({ name, names = [] }: KeyColumnPlan, { columns }: Structure): boolean {
  const other = (part: Partial<NamePart>): boolean =>
    part.of !== name && columns.some((one) => one.name === part.of) && isWriting(part);
  return Array.isArray(names) && names.every((one) => other(Object(one)));
}

function isPair(one: unknown): boolean {
  return Array.isArray(one) && one.length === 2 && one.every((text) => typeof text === "string");
}

/** Whether it is a list of texts, or of numbers that are finite, each once. */
function isListOf(type: "string" | "number", list: unknown): boolean {
  if (!Array.isArray(list) || new Set(list).size < list.length) return false;
  return list.every((one) => typeof one === type && (type === "string" || Number.isFinite(one)));
}

function isPlaces(list: unknown, from: number, levels: readonly string[]): boolean {
  return (
    Array.isArray(list) && list.every((one) => Number.isInteger(one) && one >= from && one < levels.length)
  );
}

/** Whether it says how often a date is in each place, and in which rows. */
function isPlaced(one: unknown, { columns }: Structure): boolean {
  const { shares, where } = Object(one) as Partial<DatePlaces>;
  return (
    [7, 12, 31].some((count) => areShares(shares, count)) && (!where || codeOf(columns, Object(where)) >= 0)
  );
}

function areShares(list: unknown, count: number): list is number[] {
  return (
    Array.isArray(list) && list.length === count && list.every((share) => share >= 0) && list.some(Boolean)
  );
}

function holdHours({ hours }: DatePlan, structure: Structure, holds: Holds): void {
  if (hours === undefined) return;
  const parts = (list: unknown): boolean => areShares(list, 24);
  const { shares, by } = hours;
  const levels = structure.columns.find(({ name }) => name === by?.column);
  const listedBy =
    levels?.kind === "levels" &&
    Array.isArray(by?.shares) &&
    by.shares.length === levelCount(levels) &&
    by.shares.every((one) => one === null || parts(one));
  holds(
    parts(shares) && (by === undefined || listedBy),
    "must be in hours with 24 shares from midnight, none below 0 and some above, and as many or null for each level of another column",
    hours,
  );
}
