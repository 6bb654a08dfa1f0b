import { type Column, isCategorical, type Table } from "../../../data/table";
import { dateReader, writtenDates } from "../../../synthesis/structure/dates";
import { countPeople, type People, peopleOf } from "../../../synthesis/structure/people";
import type { WholeTables } from "../whole";

/** How many values that name single people come out again. */
export interface Canaries {
  /** Values (levels, texts, numbers at the ends of their columns) that fewer than `minCount` real people have. */
  readonly planted: number;
  /** How many of them are in the synthetic rows, and how many of strangers' such values are: the chance level. */
  readonly found: number;
  readonly strangers: { readonly planted: number; readonly found: number };
  readonly columns: readonly { readonly column: string; readonly planted: number; readonly found: number }[];
}

export interface CanaryOptions {
  /** What so many people have names nobody. @default 5 */
  readonly minCount?: number;
  /** The column that names people of whom some have several rows; left out, each row is a person. */
  readonly customer?: string | undefined;
  /** Values of synthetic rows by column, where these are more than the table holds. */
  readonly seen?: WholeTables["seen"];
}

/** So many values at each end of a column of numbers stand out. */
const outermost = 3;

/**
 * The canary test on a table's own canaries: rare levels, rare texts (identifiers too), and the outermost numbers, exact
 * to the last digit. Of held-out rows the same is counted, without the values that rows learnt from have: as often a rare
 * value is hit by chance.
 */
export function canaryTest(
  train: Table,
  holdout: Table,
  synthetic: Table,
  { minCount = 5, customer, seen: all }: CanaryOptions = {},
): Canaries {
  const [people, others] = [train, holdout].map((from) => peopleOf({ customer }, from));
  const columns: { column: string; planted: number; found: number }[] = [];
  const strangers = { planted: 0, found: 0 };
  for (const column of train.columns) {
    const [other, made] = [holdout, synthetic].map((from) =>
      from.columns.find(({ name }) => name === column.name),
    );
    if (!other || !made) continue;
    const seen = all?.get(column.name) ?? new Set(valuesOf(made));
    const known = new Set(valuesOf(column));
    const own = standOut(column, minCount, people);
    const hits = (values: readonly (string | number)[]): number =>
      values.filter((value) => seen.has(value)).length;
    columns.push({ column: column.name, planted: own.length, found: hits(own) });
    const foreign = standOut(other, minCount, others).filter((value) => !known.has(value));
    strangers.planted += foreign.length;
    strangers.found += hits(foreign);
  }
  const sum = (key: "planted" | "found"): number => columns.reduce((total, column) => total + column[key], 0);
  return {
    planted: sum("planted"),
    found: sum("found"),
    strangers,
    columns: columns.filter(({ found }) => found > 0),
  };
}

/** Fewer digits of a number, or letters of a text, stand in any file by chance. */
const leastCharacters = 4;

/**
 * The canary test on a model's file: the rare levels, texts, dates and numbers of the rows learnt from that stand anywhere in it,
 * however far in they lie, and those of held-out rows beside them: means and cuts happen to be somebody's value. What rows of both
 * kinds have is left out, so that nothing but having been learnt from tells the ones from the others.
 */
export function fileCanaries(
  train: Table,
  holdout: Table,
  file: unknown,
  { minCount = 5, customer }: Omit<CanaryOptions, "seen"> = {},
): Canaries {
  const stands = valuesIn(file);
  const [own, strangers] = [train, holdout].map((from) => {
    const known = new Set((from === train ? holdout : train).columns.flatMap(valuesOf));
    return rareIn(from, minCount, peopleOf({ customer }, from)).map(({ column, rare }) => {
      const values = rare.filter(({ value }) => !known.has(value));
      const found = values.filter(({ written }) => written.some((one) => stands.has(one)));
      return { column, planted: values.length, found: found.length };
    });
  });
  const sums = (columns: Canaries["columns"]) => ({
    planted: columns.reduce((sum, { planted }) => sum + planted, 0),
    found: columns.reduce((sum, { found }) => sum + found, 0),
  });
  return { ...sums(own), strangers: sums(strangers), columns: own.filter(({ found }) => found > 0) };
}

/** A value that few people have, and how a file may write it. */
interface Rare {
  readonly value: string | number;
  readonly written: readonly (string | number)[];
}

/** Of each column the values that few people have, but those that are usual in another. */
function rareIn(from: Table, minCount: number, people: People | undefined) {
  const counts = from.columns.map((column) => countPeople(valuesOf(column), people));
  const usual = new Set(
    counts.flatMap((own) => [...own].flatMap(([value, count]) => (count >= minCount ? [value] : []))),
  );
  return from.columns.map((column, j) => {
    const dates = column.type === "date" ? writtenDates(column.values, minCount, column.format) : undefined;
    const time = dates && dateReader(dates);
    const rare = [...counts[j].keys()]
      .filter((value) => !usual.has(value) && String(value).replace(/^-|\./g, "").length >= leastCharacters)
      .map((value): Rare => {
        const moment = time ? time(String(value)) : Number.NaN;
        return { value, written: [value, ...(dates ? [moment, moment / dates.step] : [])] };
      });
    return { column: column.name, rare };
  });
}

/** All numbers and texts that stand in a file, texts also between the slashes of combined levels. */
function valuesIn(file: unknown): ReadonlySet<string | number> {
  const found = new Set<string | number>();
  const open: unknown[] = [file];
  while (open.length > 0) {
    const one = open.pop();
    if (typeof one === "number") found.add(one);
    else if (typeof one === "string") {
      found.add(one);
      for (const part of one.split(" / ")) found.add(part);
      const number = Number(one.replace(/^= /, ""));
      if (!Number.isNaN(number)) found.add(number);
    } else if (one && typeof one === "object")
      for (const [key, value] of Object.entries(one)) open.push(key, value);
  }
  return found;
}

function valuesOf(column: Column): (string | number)[] {
  if (isCategorical(column)) return Array.from(column.codes, (code) => (code < 0 ? "" : column.levels[code]));
  return Array.from(column.values as Iterable<string | number>);
}

/** The values that name single rows. */
function standOut(column: Column, minCount: number, people: People | undefined): (string | number)[] {
  const counts = countPeople(valuesOf(column), people);
  counts.delete("");
  const rare = [...counts].filter(([, count]) => count < minCount).map(([value]) => value);
  if (column.type !== "numeric") return rare;
  const sorted = [...counts.keys()].sort((a, b) => Number(a) - Number(b));
  const ends = new Set([...sorted.slice(0, outermost), ...sorted.slice(-outermost)]);
  return rare.filter((value) => ends.has(value));
}
