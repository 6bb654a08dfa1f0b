import { customersIn } from "../../data/customers";
import type { Table } from "../../data/table";

/** Whose rows are whose, where a person may have several. */
export interface People {
  /** The person of each row, numbered from 0. */
  readonly of: Int32Array;
  /** All rows, those of one person side by side. */
  readonly rows: Int32Array;
}

/** The people of a table by the structure's customers; undefined where each row is a person of its own. */
export function peopleOf(
  { customer }: { readonly customer?: string | undefined },
  from: Table,
): People | undefined {
  if (customer === undefined || !from.columns.some(({ name }) => name === customer)) return undefined;
  const of = customersIn(from, customer);
  const ends = new Int32Array(from.rows + 1);
  for (const person of of) ends[person + 1]++;
  for (let person = 0; person < from.rows; person++) ends[person + 1] += ends[person];
  const rows = new Int32Array(from.rows);
  of.forEach((person, i) => {
    rows[ends[person]++] = i;
  });
  return { of, rows };
}

/**
 * How many people have each value (or how many rows, each being a person); missing numbers are left out. Of more than
 * `most` different values some are not counted.
 */
export function countPeople<T>(
  values: ArrayLike<T>,
  people: People | undefined,
  most = Number.POSITIVE_INFINITY,
): Map<T, number> {
  const counts = new Map<T, number>();
  const last = new Map<T, number>();
  for (let at = 0; at < values.length; at++) {
    const i = people ? people.rows[at] : at;
    const value = values[i];
    if (Number.isNaN(value) || (counts.size > most && !counts.has(value))) continue;
    if (people) {
      if (last.get(value) === people.of[i]) continue;
      last.set(value, people.of[i]);
    }
    counts.set(value, (counts.get(value) ?? 0) + 1);
  }
  return counts;
}

/** How many people some rows are of. */
export function personsIn(rows: ArrayLike<number>, people: Int32Array | undefined): number {
  return people ? new Set(Array.from(rows, (i) => people[i])).size : rows.length;
}

/** The rows without the later ones in which a person has the same value again; missing ones are left out. */
export function firstOfEach(values: Float64Array, people: People): Int32Array {
  const last = new Map<number, number>();
  return people.rows.filter((i) => {
    if (Number.isNaN(values[i]) || last.get(values[i]) === people.of[i]) return false;
    last.set(values[i], people.of[i]);
    return true;
  });
}
