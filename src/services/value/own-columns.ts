import { check } from "../../core/checks";
import { type Column, cellText, columnNamed, type Table } from "../../data/table";

/** The ways in which rows broke rules, collected so that a file is mended in one go. */
export class Faults {
  private readonly action: string;
  private readonly shown: string[] = [];
  private count = 0;

  constructor(action: string) {
    this.action = action;
  }

  /** Row numbers count from 0 here and from 1, header aside, in messages. */
  add(row: number, rule: string, found?: string | number): void {
    this.count++;
    const value =
      found === undefined ? "" : `, got ${typeof found === "string" ? JSON.stringify(found) : found}`;
    if (this.shown.length < 5) this.shown.push(`row ${row + 1}: ${rule}${value}`);
  }

  /** Throws if there were any: the first five, and how many more. */
  throwIfAny(): void {
    if (this.count === 0) return;
    const more = this.count > this.shown.length ? `; and ${this.count - this.shown.length} more` : "";
    throw new RangeError(`Cannot ${this.action}: ${this.shown.join("; ")}${more}`);
  }
}

/** The column for a purpose: the one that is named, else the first whose name is one of `usual`, whatever its case. */
export function findColumn(
  from: Table,
  purpose: string,
  given: string | undefined,
  usual: readonly string[],
  action: string,
): Column {
  if (given !== undefined) return columnNamed(from, given);
  const found = optionalColumn(from, usual);
  check(
    found !== undefined,
    action,
    `a column for the ${purpose} must be named (none is called ${usual.join(", ")}); there are ${from.columns.map((one) => one.name).join(", ")}`,
  );
  return found;
}

/** The first column whose name is one of `usual`, whatever its case and separators. */
export function optionalColumn(from: Table, usual: readonly string[]): Column | undefined {
  const plain = (name: string): string => name.toLowerCase().replace(/[^a-z0-9]/g, "");
  for (const name of usual) {
    const found = from.columns.find((one) => plain(one.name) === plain(name));
    if (found) return found;
  }
  return undefined;
}

/** The cell as a number; NaN where it is none. */
export function cellNumber(one: Column, i: number): number {
  if (one.type === "numeric") return one.values[i];
  const text = cellText(one, i).trim();
  return text === "" ? Number.NaN : Number(text);
}

const datePattern = /^(\d{4})-(\d{2})-(\d{2})(?:[T ].*)?$/;

/** Days since 1970-01-01 of a date such as 2024-01-31 (a time of day is left out); undefined where there is no such day. */
export function dayOf(text: string): number | undefined {
  const match = datePattern.exec(text.trim());
  if (!match) return undefined;
  const [year, month, day] = [Number(match[1]), Number(match[2]), Number(match[3])];
  const at = new Date(Date.UTC(year, month - 1, day));
  if (at.getUTCMonth() !== month - 1 || at.getUTCDate() !== day) return undefined;
  return at.getTime() / 86_400_000;
}

/** The date of a day, as 2024-01-31. */
export function dateText(day: number): string {
  return new Date(day * 86_400_000).toISOString().slice(0, 10);
}

/** The one currency of a column; a fault for each row with another. */
export function oneCurrency(column: Column | undefined, rows: number, faults: Faults): string | undefined {
  if (!column || rows === 0) return undefined;
  const first = cellText(column, 0).trim();
  for (let i = 1; i < rows; i++) {
    const other = cellText(column, i).trim();
    if (other !== first)
      faults.add(i, `amounts must be in one currency, ${JSON.stringify(first)} as in row 1`, other);
  }
  return first;
}
