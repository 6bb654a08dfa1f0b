import type { Rng } from "../../../core/rng";
import { namePeople } from "../../../data/customers";
import { usualEnds } from "../../../data/formats/format";
import { type Column, isCategorical, type NumericColumn } from "../../../data/table";
import { coarserDates, dateReader, writtenDates } from "../dates";
import { tamed } from "../ends";
import { decimalsOf, gridOf, snap, within } from "../grids";
import { checkDigitsOf, withoutCheckDigits } from "../keys/check-digits";
import { keyPlanOf } from "../keys/key-plan-of";
import { countPeople, type People } from "../people";
import { leastDistinctIds } from "../repeated-ids";
import type { ColumnPlan, KeyColumnPlan } from "../structure";
import { apartFrom, grammarOf } from "../texts";

/** Up to this many different values a number is drawn as levels. */
export const fewValues = 6;
/** Where most of what there is is rare, texts are made up; where less is, other levels stand in. */
const mostRareTexts = 0.5;

/** What is not told, and of whom rows are. */
interface Telling {
  readonly least: number;
  readonly people: People | undefined;
}

/** How one column comes back, from what its rows hold. What fewer than `least` people show is not told. */
export function planOf(column: Column, rng: Rng, telling: Telling, kept: boolean): ColumnPlan {
  const { least, people } = telling;
  if (column.type === "numeric") return numberPlan(column, telling);
  const { name } = column;
  const all = kept ? { least: 1, people } : telling;
  if (isCategorical(column)) {
    const texts = Array.from(column.codes, (code) => (code < 0 ? "" : column.levels[code]));
    if (!kept && (areNames(texts) || namePeople(name, texts))) return keyColumn(name, texts, rng, least);
    return levelsPlan(name, texts, column.levels, all, rng);
  }
  const present = column.values.filter((value) => value !== "");
  if (present.length === 0) return { kind: "constant", name, text: "" };
  if (column.type === "id" && new Set(present).size >= leastDistinctIds * present.length)
    return keyColumn(name, column.values, rng, least);
  if (!kept && column.type === "text" && namePeople(name, present))
    return keyColumn(name, column.values, rng, least);
  const written = writtenDates(column.values, least, column.format);
  if (!written) return levelsPlan(name, column.values, [...new Set(present)].sort(), all, rng);
  const format = kept ? written : coarserDates(written, column.values, least, people);
  const times = Float64Array.from(column.values, dateReader(format));
  if (!kept && areFew(times, telling)) return emptyColumn(name, present.length, least);
  if (present.length === column.values.length && present.every((value) => value === present[0]))
    return { kind: "constant", name, text: present[0] };
  const { low, high } = tamed(times, least, people);
  const onStep = (value: number): number => Math.round(value / format.step) * format.step;
  const missing = present.length < column.values.length;
  return { kind: "date", name, missing, format, low: onStep(low), high: onStep(high) };
}

/** Identifiers made up in the form of the texts. How many rows have the same one is not told of fewer than `least`. */
export function keyColumn(name: string, texts: readonly string[], rng: Rng, least: number): KeyColumnPlan {
  const counts = countPeople(texts, undefined);
  counts.delete("");
  const rows = tamed(Float64Array.from(counts.values()), least).values.map(Math.round).sort();
  const repeats = Array.from({ length: 10 }, (_, q) => rows[Math.floor((q + 0.5) * 0.1 * rows.length)]);
  const gaps = texts.reduce((sum, text) => sum + (text === "" ? 1 : 0), 0);
  const check = checkDigitsOf(texts);
  const bare = texts.map((text) => withoutCheckDigits(text, check));
  return {
    kind: "key",
    name,
    keys: keyPlanOf(bare, rng.fork(name), least),
    ...(check && { check }),
    ...(repeats[9] > 1 && { repeats }),
    ...(gaps > 0 && { missing: gaps / texts.length }),
  };
}

/** From so many levels on, levels of which none repeats name the rows. */
const leastNames = 20;

/** Whether levels name single rows, as identifiers do. */
function areNames(texts: readonly string[]): boolean {
  const present = texts.filter((text) => text !== "");
  return (
    present.length >= leastNames &&
    new Set(present).size === present.length &&
    !present.some((text) => /\s/.test(text))
  );
}

function levelsPlan(
  name: string,
  texts: readonly string[],
  levels: readonly string[],
  { least, people }: Telling,
  rng: Rng,
): ColumnPlan {
  const counts = countPeople(texts, people);
  const gaps = texts.reduce((sum, text) => sum + (text === "" ? 1 : 0), 0);
  const used = levels.filter((level) => level !== "" && counts.has(level));
  const known = used.filter((level) => (counts.get(level) as number) >= least);
  const isRare = (text: string): boolean => text !== "" && (counts.get(text) as number) < least;
  const rare = texts.filter(isRare);
  const missing = gaps > 0;
  if (rare.length > mostRareTexts * (texts.length - gaps) || (known.length === 0 && rare.length > 0)) {
    // One text a person: so counting texts counts people.
    const said = new Set<number>();
    const own = people
      ? texts.filter((text, i) => isRare(text) && said.size < said.add(people.of[i]).size)
      : rare;
    const grammar = apartFrom(grammarOf(own, least), rare, rng.fork(`texts of ${name}`));
    return {
      kind: "levels",
      name,
      levels: known,
      missing,
      texts: grammar,
      rare: Math.min(roundedUp(rare.length, least), texts.length),
    };
  }
  const few = rare.length > 0 && { rare: roundedUp(rare.length, least) };
  if (known.length + (missing ? 1 : 0) < 2) return { kind: "constant", name, text: known[0] ?? "", ...few };
  return { kind: "levels", name, levels: known, missing, ...few };
}

/** A count as a multiple of `least`: how many it is exactly might tell of one row. */
function roundedUp(count: number, least: number): number {
  return Math.ceil(count / least) * least;
}

/** Whether fewer people have a value in a column than may be told of. */
function areFew(values: Float64Array, { least, people }: Telling): boolean {
  const own = values.map((value) => (Number.isNaN(value) ? value : 1));
  return (countPeople(own, people).get(1) ?? 0) < least;
}

/** A column of which nothing may be told, since too few have a value there. */
function emptyColumn(name: string, present: number, least: number): ColumnPlan {
  return { kind: "constant", name, text: "", rare: roundedUp(present, least) };
}

/** As many digits after the point as a number can be rounded to. */
const mostDigits = 20;
/** What is no nearer to a step of the grid, of its size, lies off it. */
const onGridWithin = 1e-9;

function numberPlan(column: NumericColumn, { least, people }: Telling): ColumnPlan {
  const { name, values } = column;
  const missing = values.some(Number.isNaN);
  const counts = countPeople(values, people, 4 * fewValues);
  if (counts.size === 0) return { kind: "constant", name, text: "" };
  if (areFew(values, { least, people })) {
    const present = values.reduce((sum, value) => sum + (Number.isNaN(value) ? 0 : 1), 0);
    return emptyColumn(name, present, least);
  }
  const frequent = [...counts].filter(([, rows]) => rows >= least).map(([value]) => value);
  // Up to so many values all were counted; and those that few rows have are not told.
  const listed = counts.size <= 4 * fewValues && frequent.length <= fewValues && frequent.length > 0;
  const rare = [...counts].reduce((sum, [, rows]) => sum + (rows < least ? rows : 0), 0);
  // Rare values that are enough together lie somewhere in between, which a list could not tell.
  const all = listed && rare < Math.max(2, least) ? frequent.sort((a, b) => a - b) : undefined;
  const rareRows = values.reduce((sum, value) => sum + ((counts.get(value) ?? least) < least ? 1 : 0), 0);
  const few = rare > 0 && { rare: roundedUp(rareRows, least) };
  if (all?.length === 1 && !missing) return { kind: "constant", name, text: String(all[0]), ...few };
  const grid = gridOf(values, least, people) ?? gridOf(unrepeatedValues(values, { least, people }), least);
  const decimals = grid ? grid.decimals : Math.min(mostDigits, decimalsOf(values, least, people));
  const ends = tamed(values, least, people);
  const peopleWith = (holds: (value: number) => boolean): number =>
    countPeople(
      values.map((value) => (holds(value) ? 1 : Number.NaN)),
      people,
    ).get(1) ?? 0;
  // Ends that few have lie on the grid, rather too far in: beyond them lie values that may not exist; nor beyond what the way in
  // which they are written means, where few do.
  const endOf = (end: number, usual: number, towards: 1 | -1): number => {
    if (peopleWith((value) => value === end) >= Math.max(2, least)) return end;
    const past = (value: number): boolean => (usual - value) * towards > 0;
    return within(
      past(end) && peopleWith(past) < least ? usual : end,
      grid ?? { decimals, step: 1 },
      towards,
    );
  };
  const [lowest, highest] = usualEnds(column.format);
  const low = all ? all[0] : endOf(ends.low, lowest, 1);
  const high = all ? all[all.length - 1] : endOf(ends.high, highest, -1);
  const rowsWhere = (holds: (value: number) => boolean): number => {
    const rows = values.reduce((sum, value) => sum + (!Number.isNaN(value) && holds(value) ? 1 : 0), 0);
    return Math.min(roundedUp(rows, least), values.length);
  };
  const [far, off] = [
    rowsWhere((value) => high > low && 2 * Math.max(low - value, value - high) > high - low),
    grid
      ? rowsWhere(
          (value) => Math.abs(value - snap(value, grid)) > onGridWithin * Math.max(1, Math.abs(value)),
        )
      : 0,
  ];
  // Where no step of the grid lies between the ends, the nearest one stands for all.
  const only = low > high ? snap((low + high) / 2, grid) : undefined;
  return {
    kind: "number",
    name,
    missing,
    low: only ?? low,
    high: only ?? high,
    atoms: [],
    ...(far > 0 && { far }),
    ...(off > 0 && { off }),
    ...(grid ? { grid } : { decimals }),
    ...(all && { values: all, ...few }),
  };
}

/** The values that fewer people share than may be told, one of each: a mean put in for what was missing lies on no grid. */
function unrepeatedValues(values: Float64Array, { least, people }: Telling): Float64Array {
  const counts = countPeople(values, people);
  const said = new Set<number>();
  return values.filter(
    (value, i) =>
      (counts.get(value) ?? 0) < Math.max(2, least) && (!people || said.size < said.add(people.of[i]).size),
  );
}
