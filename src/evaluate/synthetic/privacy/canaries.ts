import { normalCdf } from "../../../core/math/normal-distribution";
import { type Column, isCategorical, type Table } from "../../../data/table";
import { dateReader, writtenDates } from "../../../synthesis/structure/dates";
import { countPeople, peopleOf } from "../../../synthesis/structure/people";
import type { WholeTables } from "../whole";

/** How many values that name single people come out again. */
export interface Canaries {
  /** Values that fewer than `minCount` people have, all of them learnt from. */
  readonly planted: number;
  /** How many of them are found, */
  readonly found: number;
  /** and how many of as many of strangers' values would be, of the same columns and of as many people each. */
  readonly expected: number;
  /** How many of strangers' such values are found. */
  readonly strangers: { readonly planted: number; readonly found: number };
  /** How probable as many are by chance: of one column, or of all columns of numbers, of as many as were looked at. */
  readonly chance: number;
  /** The same by column, where any is found; first the one with the most beyond chance. */
  readonly columns: readonly {
    readonly column: string;
    readonly planted: number;
    readonly found: number;
    readonly expected: number;
  }[];
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
 * to the last digit, that are in the synthetic rows.
 */
export function canaryTest(
  train: Table,
  holdout: Table,
  synthetic: Table,
  { minCount = 5, customer, seen: all }: CanaryOptions = {},
): Canaries {
  const rare = rareIn(train, holdout, minCount, customer).flatMap(({ column, values }) => {
    const made = synthetic.columns.find(({ name }) => name === column.name);
    if (!made) return [];
    const seen = all?.get(column.name) ?? new Set(valuesOf(made));
    const present = values.filter(({ value }) => value !== "");
    const sorted =
      column.type === "numeric" ? present.map(({ value }) => Number(value)).sort((a, b) => a - b) : [];
    const ends = new Set<Rare["value"]>([...sorted.slice(0, outermost), ...sorted.slice(-outermost)]);
    const standOut = present.filter(
      ({ rare, value }) => rare && (column.type !== "numeric" || ends.has(value)),
    );
    return [{ column, rare: standOut.map((one) => ({ ...one, hit: seen.has(one.value) })) }];
  });
  return canariesOf(rare);
}

/** Fewer digits of a number, or letters of a text, stand in any file by chance. */
const leastCharacters = 4;

/**
 * The canary test on a model's file: the rare levels, texts, dates and numbers of the rows learnt from that stand anywhere in it,
 * however far in they lie, and those of held-out rows beside them: means and cuts happen to be somebody's value.
 */
export function fileCanaries(
  train: Table,
  holdout: Table,
  file: unknown,
  { minCount = 5, customer }: Omit<CanaryOptions, "seen"> = {},
): Canaries {
  const stands = valuesIn(file);
  const columns = rareIn(train, holdout, minCount, customer);
  const usual = new Set(
    columns.flatMap(({ values }) =>
      values.flatMap(({ value, people }) => (people >= minCount ? [value] : [])),
    ),
  );
  return canariesOf(
    columns.map(({ column, values }) => {
      const dates = column.type === "date" ? writtenDates(column.values, minCount, column.format) : undefined;
      const time = dates && dateReader(dates);
      const written = (value: string | number): (string | number)[] => {
        const moment = time ? time(String(value)) : Number.NaN;
        return [value, ...(dates ? [moment, moment / dates.step] : [])];
      };
      const rare = values
        .filter(
          (one) =>
            one.rare &&
            !usual.has(one.value) &&
            String(one.value).replace(/^-|\./g, "").length >= leastCharacters,
        )
        .map((one) => ({ ...one, hit: written(one.value).some((text) => stands.has(text)) }));
      return { column, rare };
    }),
  );
}

/** The rare values of a column, and which of them were found. */
interface Searched {
  readonly column: Column;
  readonly rare: readonly (Rare & { readonly hit: boolean })[];
}

/** A value of a column, and who has it. */
interface Rare {
  readonly value: string | number;
  /** How many people have it, learnt from and strangers. */
  readonly people: number;
  /** Whether they are few, and all learnt from (`own`) or all strangers. */
  readonly rare: boolean;
  readonly own: boolean;
}

/**
 * The values of each column that two tables share. A value that people of both kinds have is no canary: among those of as many people
 * on one side alone nothing but having been learnt from tells the ones from the others, of whichever side there are more rows.
 */
function rareIn(train: Table, holdout: Table, minCount: number, customer: string | undefined) {
  return train.columns.flatMap((column) => {
    const other = holdout.columns.find(({ name }) => name === column.name);
    if (!other) return [];
    const own = countPeople(valuesOf(column), peopleOf({ customer }, train));
    const strangers = countPeople(valuesOf(other), peopleOf({ customer }, holdout));
    const values = [...new Set([...own.keys(), ...strangers.keys()])].map((value): Rare => {
      const [ours, theirs] = [own.get(value) ?? 0, strangers.get(value) ?? 0];
      const people = ours + theirs;
      return { value, people, rare: people < minCount && (ours === 0 || theirs === 0), own: ours > 0 };
    });
    return [{ column: dated(column, other), values }];
  });
}

/** The column, with the values of both tables where it holds dates: one of them alone may be empty. */
function dated(column: Column, other: Column): Column {
  if (column.type !== "date" || other.type !== "date") return column;
  return { ...column, values: [...column.values, ...other.values] };
}

/**
 * What was found, beside what chance finds: by column and by how many people have a value (Mantel and Haenszel 1959). Columns are
 * looked at each by itself, since identifiers that are kept apart from the real ones would outweigh another column's; those of
 * numbers together, of which each has few ends.
 */
function canariesOf(columns: readonly Searched[]): Canaries {
  const strangers = { planted: 0, found: 0 };
  const beyond = new Map<string, { found: number; variance: number }>();
  const found = columns.map(({ column, rare }) => {
    const sums = { column: column.name, planted: 0, found: 0, expected: 0 };
    let variance = 0;
    for (const people of new Set(rare.map((one) => one.people))) {
      const alike = rare.filter((one) => one.people === people);
      const hits = alike.filter((one) => one.hit);
      const [all, own] = [alike.length, alike.filter((one) => one.own).length];
      const ownHits = hits.filter((one) => one.own).length;
      sums.planted += own;
      sums.found += ownHits;
      sums.expected += (own * hits.length) / all;
      strangers.planted += all - own;
      strangers.found += hits.length - ownHits;
      if (all > 1)
        variance += (own * (all - own) * hits.length * (all - hits.length)) / (all * all * (all - 1));
    }
    const group = column.type === "numeric" ? "" : column.name;
    const before = beyond.get(group) ?? { found: 0, variance: 0 };
    beyond.set(group, {
      found: before.found + sums.found - sums.expected,
      variance: before.variance + variance,
    });
    return sums;
  });
  const judged = [...beyond.values()].filter(({ variance }) => variance > 0);
  // Counts are whole: half of one is taken off.
  const chances = judged.map((one) => normalCdf((0.5 - one.found) / Math.sqrt(one.variance)));
  const sum = (key: "planted" | "found" | "expected"): number =>
    found.reduce((total, one) => total + one[key], 0);
  return {
    planted: sum("planted"),
    found: sum("found"),
    expected: sum("expected"),
    chance: Math.min(1, ...chances.map((chance) => chance * judged.length)),
    strangers,
    columns: found
      .filter((one) => one.found > 0)
      .sort((a, b) => b.found - b.expected - (a.found - a.expected)),
  };
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
