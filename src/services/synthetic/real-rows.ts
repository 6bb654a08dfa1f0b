import { check, checkNumber } from "../../core/checks";
import { permutation, type Rng, seeded } from "../../core/rng";
import { customersIn, repeatedCustomers } from "../../data/customers";
import { readHashed } from "../../data/files";
import { parseCsv } from "../../data/read/read-csv";
import { viewRows } from "../../data/simulate/view-rows";
import type { SchemaName } from "../../data/sources/sources";
import { type Table, takeTableRows } from "../../data/table";
import { csvText } from "../../data/write/write-csv";
import { rowsToLearn } from "./rows-to-learn";

/** How rows were set aside before a generator learned: enough to find them again. */
export interface HeldOut {
  /** The share of the customers asked for, and the seed that chose them. */
  readonly share: number;
  readonly seed: string;
  readonly rows: number;
}

/** The rows that a generator learned from, and those of the same kind that it never saw. */
export interface RealRows {
  readonly learnt: Table;
  readonly heldOut?: Table;
}

/** Fewer rows than these tell nothing of privacy; then all are learned from. */
const leastHeldOut = 50;

/** The least share and the greatest, and the usual one. */
export const heldOutShares = { least: 0, most: 0.5, usual: 0.2 } as const;

/**
 * Sets a share of the rows aside, chosen by the seed: what a generator never saw is what its privacy is measured
 * against. Both parts keep the order of the table.
 */
export function setAside(table: Table, share: number, seed: string): RealRows & { readonly how?: HeldOut } {
  checkNumber(share, heldOutShares.least, heldOutShares.most, "set rows aside", "share");
  const rows = Math.round(share * table.rows);
  if (rows < leastHeldOut) return { learnt: table };
  const order = permutation(rngOf(seed), table.rows);
  const customer = repeatedCustomers(table);
  // Of a customer with several rows all are set aside or none.
  const people = customer === undefined ? Int32Array.from(order.keys()) : customersIn(table, customer);
  const counts = new Int32Array(table.rows);
  for (const person of people) counts[person]++;
  const aside = new Set<number>();
  let held = 0;
  for (const i of order) {
    if (held >= rows) break;
    if (aside.size < aside.add(people[i]).size) held += counts[people[i]];
  }
  const part = (left: boolean): Table =>
    takeTableRows(table, order.filter((i) => aside.has(people[i]) === left).sort());
  return { heldOut: part(true), learnt: part(false), how: { share, seed, rows: held } };
}

function rngOf(seed: string): Rng {
  return seeded(seed).fork("held out");
}

/** The rows of a CSV file that a generator learned from, and those set aside then; throws when the file has changed. */
export function rowsOfFile(path: string, file: string, sha256: string, how?: HeldOut): RealRows {
  const found = readHashed(path);
  check(
    found.sha256 === sha256,
    "compare with the real customers",
    `${file} must be as it was when the generator learned from it (SHA-256 ${sha256.slice(0, 8)})`,
    found.sha256.slice(0, 8),
  );
  const { table } = rowsToLearn(parseCsv(found.bytes, {}, file).table);
  return how ? setAside(table, how.share, how.seed) : { learnt: table };
}

/** What the simulator made for a pretrained generator to learn from, and as many fresh customers as it never saw. */
export function rowsOfSimulator(schema: SchemaName, rows: number, seed: number, fresh: number): RealRows {
  return { learnt: simulated(schema, rows, seed), heldOut: simulated(schema, fresh, seed + 1) };
}

function simulated(schema: SchemaName, rows: number, seed: number): Table {
  // Read from text, as a generator reads its data.
  const pieces = [...viewRows(schema, rows, seed)].map((table, k) => {
    const text = csvText(table);
    return k === 0 ? text : text.slice(text.indexOf("\n") + 1);
  });
  return parseCsv(pieces.join("")).table;
}
