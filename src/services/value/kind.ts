import { customerNames, plainName } from "../../data/infer/names";
import type { Column, Table } from "../../data/table";
import { daysOf, numbersOf } from "./cell-values";
import { endedNames, endNames, startNames, tenureNames } from "./contracts/contract-columns";
import { isFlag } from "./contracts/read-lifetimes";
import { optionalColumn } from "./own-columns";

/** What a table of customers is about. */
export type TableKind = "customers" | "contracts" | "transactions";

/**
 * What a table is about, by names and values: contracts have a start and an end, or tenure and whether it has ended;
 * customers to be contacted a chance to leave and a value, where `customers` are among the `kinds`; all else is a log.
 */
export function kindOfTable(table: Table, kinds: readonly TableKind[]): TableKind {
  const numeric = (column: Column): boolean => numbersOf(column).share > 0.5;
  const called = (column: Column): boolean => /churn|^score$|^probability$/i.test(column.name);
  const chance = table.columns.find(
    (column) => called(column) && numbersOf(column).values.some((v) => v >= 0 && v <= 1),
  );
  const value = table.columns.find(
    (column) => /value|clv/i.test(column.name) && column !== chance && numeric(column),
  );
  const start = optionalColumn(table, startNames, (column) => daysOf(column).share > 0.5);
  const end = optionalColumn(table, endNames);
  const tenure = optionalColumn(table, tenureNames, numeric);
  const flag = optionalColumn(table, endedNames, isFlag);
  if (kinds.includes("customers") && chance && value && !(start && end)) return "customers";
  const begins = /^(start|joined|signup|begin|contractstart|subscription)/;
  if ((start && (end || begins.test(plainName(start.name)))) || (tenure && flag)) return "contracts";
  // Without dates it is no log: what is called churn and value may be written in another way, and is refused by its rule.
  const scored = kinds.includes("customers") && table.columns.some(called) && value;
  return scored && table.columns.every((column) => daysOf(column).share <= 0.5)
    ? "customers"
    : "transactions";
}

/**
 * The columns to be kept as written: all of a log, so that equal rows are told by all they say; else customers, whose
 * "1e3" and "1000" are two, dates and flags, of which a wrong cell must not pass for an empty one.
 */
export function keptAsWritten(
  table: Table,
  kind: TableKind,
  named: readonly (string | undefined)[],
): string[] {
  const all = table.columns.map((column) => column.name);
  if (kind === "transactions") return all;
  const usual = new Set(
    [...customerNames, ...(kind === "contracts" ? [...startNames, ...endNames, ...endedNames] : [])].map(
      plainName,
    ),
  );
  return all.filter((name) => named.includes(name) || usual.has(plainName(name)));
}
