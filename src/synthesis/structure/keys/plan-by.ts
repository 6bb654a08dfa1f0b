import type { Rng } from "../../../core/rng";
import { spacedRows } from "../discover/search";
import { personsIn } from "../people";
import { apartFrom, grammarOf, type TextGrammar } from "../texts";
import { alike, formsGoWith, leastRows, looks, placesBy } from "./forms-go-with";
import { freshKeys, keyCount } from "./fresh-keys";
import type { KeyPlan } from "./key-plan";
import { writtenPlan } from "./key-plan-of";

/** So many rows are looked at for the columns by which keys may be written. */
const lookedAt = 1000;
/** Cells that have fewer of the keys that begin alike are exceptions. */
const leastShared = 0.05;
/** So many made keys must look as those of their part. */
const tried = 100;

/** Keys of the rows `at`, and what else is known of a row. */
export interface WrittenKeys {
  readonly keys: readonly string[];
  readonly at: Int32Array;
  /** Columns of levels. */
  readonly columns: readonly string[];
  /** Their cells in some rows; those that too few people have are undefined. */
  readonly cellsOf: (column: string, rows: Int32Array) => readonly (string | undefined)[];
  /** Whose each row is. */
  readonly persons: Int32Array | undefined;
  readonly least: number;
}

/**
 * The plan of keys that are written by what other columns say: landlines with the town's number in front, mobiles with the operator's.
 * Undefined where none of the columns says it, or too few such keys are free; `goes` tells of the columns that say it nearly.
 */
export function planBy(
  from: WrittenKeys,
  rng: Rng,
): { readonly plan?: KeyPlan; readonly goes: readonly string[] } {
  const { keys, at, columns } = from;
  const goes = goWith(from);
  for (const of of goes) {
    const parts = partsOf(from, of);
    if (!parts) continue;
    const others = columns.filter((name) => name !== of);
    const plans = parts.rows.map((rows, p): KeyPlan => {
      const own = {
        ...from,
        keys: rows.map((k) => keys[k]),
        at: Int32Array.from(rows, (k) => at[k]),
        columns: others,
      };
      return (
        planBy(own, rng.fork(`part ${p}`)).plan ?? writtenPlan(own.keys, rng.fork(`keys ${p}`), from.least)
      );
    });
    // Keys of two parts are different where they look as those of their own.
    const apart = plans.every((plan, p) => looksAs(plan, parts.looks[p], keys.length));
    const shares = parts.rows.map(({ length }) => length);
    if (apart) return { plan: { style: "by", of, plans, cells: parts.cells, shares }, goes };
  }
  return { goes };
}

/** The grammar with those of the texts by what another column says, where it says how they are written. */
export function grammarBy(from: WrittenKeys, grammar: TextGrammar, rng: Rng): TextGrammar {
  for (const of of goWith(from)) {
    const parts = partsOf(from, of);
    if (!parts) continue;
    const grammars = parts.rows.map((rows, p) => {
      const texts = rows.map((k) => from.keys[k]);
      return apartFrom(grammarOf(texts, from.least), texts, rng.fork(`part ${p}`));
    });
    return { ...grammar, by: { of, grammars, cells: parts.cells } };
  }
  return grammar;
}

/** The columns with which it goes how keys are written, as a part of the rows shows. */
function goWith({ keys, at, columns, cellsOf }: WrittenKeys): readonly string[] {
  const few = spacedRows(at.length, lookedAt);
  const rows = few.map((k) => at[k]);
  return formsGoWith(
    Array.from(few, (k) => keys[k]),
    columns.map((name) => ({ name, cells: cellsOf(name, rows).map((cell) => cell ?? "") })),
  );
}

/** The columns by which keys are written. */
export function columnsOfPlan(plan: KeyPlan | undefined): readonly string[] {
  return plan?.style === "by" ? [plan.of, ...plan.plans.flatMap(columnsOfPlan)] : [];
}

/** Whether the keys of all rows are different, and look as they should. */
function looksAs(plan: KeyPlan, look: (key: string) => boolean, rows: number): boolean {
  const leaves = (one: KeyPlan): readonly KeyPlan[] =>
    one.style === "by" ? one.plans.flatMap(leaves) : [one];
  return (
    keyCount(plan) >= 2 * rows &&
    leaves(plan).every((leaf) =>
      Array.from(
        { length: tried },
        (_, k) => freshKeys(leaf, Math.floor((2 * rows * k) / tried), 1)[0],
      ).every(look),
    )
  );
}

interface Parts {
  /** The places of the keys of each. */
  readonly rows: readonly (readonly number[])[];
  readonly looks: readonly ((key: string) => boolean)[];
  /** Of each cell the part. */
  readonly cells: readonly (readonly [cell: string, part: number])[];
}

/** As many parts as can be told of the keys, of which each cell has those of one; undefined where there is one, or exceptions are many. */
function partsOf(from: WrittenKeys, of: string): Parts | undefined {
  const cells = from.cellsOf(of, from.at);
  const found = looks.flatMap((look) => partsBy(from, cells, look) ?? []);
  return found.reduce<Parts | undefined>(
    (best, one) => (best && best.rows.length >= one.rows.length ? best : one),
    undefined,
  );
}

function partsBy(
  { keys, at, persons, least }: WrittenKeys,
  cells: readonly (string | undefined)[],
  look: (key: string) => string,
): Parts | undefined {
  const labels = keys.map(look);
  const ofLabel = placesBy(labels);
  // Each label and each cell begins as a part of its own.
  const above = new Map<string, string>();
  const top = (one: string): string => {
    const next = above.get(one);
    return next === undefined || next === one ? one : top(next);
  };
  for (const [label, rows] of ofLabel) {
    if (rows.length < leastRows) ofLabel.delete(label);
    else
      for (const [cell, own] of placesBy(rows.map((k) => cells[k])))
        if (cell !== undefined && own.length > leastShared * rows.length)
          above.set(top(`cell ${cell}`), top(`label ${label}`));
  }
  const tops = new Map([...ofLabel.keys()].map((label) => [label, top(`label ${label}`)]));
  const parts = [...new Set(tops.values())].sort();
  const places = new Map(parts.map((name, p) => [name, p]));
  const partOf = (label: string): number => places.get(tops.get(label) ?? "") ?? -1;
  const part = labels.map(partOf);
  let kept = 0;
  const told = [...placesBy(cells)].flatMap(([cell, rows]): (readonly [string, number])[] => {
    if (cell === undefined) return [];
    const [most, own] = [...placesBy(rows.map((k) => part[k]))].reduce((a, b) =>
      b[1].length > a[1].length ? b : a,
    );
    const known = personsIn(
      own.map((j) => at[rows[j]]),
      persons,
    );
    if (most < 0 || own.length < alike * rows.length || known < least) return [];
    kept += own.length;
    return [[cell, most]];
  });
  if (new Set(told.map(([, one]) => one)).size < 2 || kept < alike * keys.length) return undefined;
  return {
    rows: parts.map((_, p) => [...keys.keys()].filter((k) => part[k] === p)),
    looks: parts.map((name) => (key) => tops.get(look(key)) === name),
    cells: told.sort(),
  };
}
