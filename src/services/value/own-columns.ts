import { check } from "../../core/checks";
import { plainName } from "../../data/infer/names";
import { type Column, cellText, columnNamed, type Table } from "../../data/table";

const mostKept = 1000;

/** The ways in which rows broke rules, collected so that a file is mended in one go. */
export class Faults {
  readonly action: string;
  private readonly skip: boolean;
  private readonly kept: { readonly row: number; readonly text: string }[] = [];
  private readonly rules = new Map<string, number>();
  private readonly broken = new Set<number>();

  /** With `skip` rows with faults are left out and counted, else they are an error. */
  constructor(action: string, skip = false) {
    this.action = action;
    this.skip = skip;
  }

  /** Row numbers count from 0 here and from 1, header aside, in messages. */
  add(row: number, rule: string, found?: string | number): void {
    this.broken.add(row);
    this.rules.set(rule, (this.rules.get(rule) ?? 0) + 1);
    const value =
      found === undefined ? "" : `, got ${typeof found === "string" ? JSON.stringify(found) : found}`;
    if (this.kept.length < mostKept) this.kept.push({ row, text: `row ${row + 1}: ${rule}${value}` });
  }

  /** Whether a row broke a rule. */
  has(row: number): boolean {
    return this.broken.has(row);
  }

  /** What is left out, in a sentence, if rows may be; throws if they may not: the first five faults, and how many more. */
  settle(): string[] {
    if (this.broken.size === 0) return [];
    const faults = [...this.rules.values()].reduce((sum, n) => sum + n, 0);
    const shown = [...this.kept]
      .sort((a, b) => a.row - b.row)
      .slice(0, 5)
      .map((one) => one.text);
    if (!this.skip) {
      const more = faults > shown.length ? `; and ${faults - shown.length} more` : "";
      const way = faults > 1 ? " (these rows can be left out by skipping bad rows)" : "";
      throw new RangeError(`Cannot ${this.action}: ${shown.join("; ")}${more}${way}`);
    }
    const why = [...this.rules].map(([rule, n]) => `${rule} (${n})`).join("; ");
    return [`${this.broken.size} rows are left out: ${why}; the first: ${shown[0]}`];
  }
}

/** What a column is wanted for. */
export interface Wanted {
  /** In words, for messages. */
  readonly purpose: string;
  /** The name that was given. */
  readonly given?: string | undefined;
  /** What such columns are called. */
  readonly usual: readonly string[];
  /** Whether its values may be it; any may when left out. */
  readonly maybe?: (column: Column) => boolean;
}

/** The column for a purpose: the one that is named, else the first of a usual name whose values may be it. */
export function findColumn(from: Table, { purpose, given, usual, maybe }: Wanted, action: string): Column {
  if (given !== undefined) return columnNamed(from, given);
  // A column of the name whose values are none is better than no column: its rows are then told of.
  const found = optionalColumn(from, usual, maybe) ?? optionalColumn(from, usual);
  check(
    found !== undefined,
    action,
    `a column for the ${purpose} must be named (none is called ${usual.slice(0, 6).join(", ")} or the like); there are ${from.columns.map((column) => column.name).join(", ")}`,
  );
  return found;
}

/** The first column whose name is one of `usual`, whatever its case and separators, and whose values may be it. */
export function optionalColumn(
  from: Table,
  usual: readonly string[],
  maybe: (column: Column) => boolean = () => true,
): Column | undefined {
  for (const name of usual) {
    const found = from.columns.find((column) => plainName(column.name) === plainName(name) && maybe(column));
    if (found) return found;
  }
  return undefined;
}

/** The one currency of a column; a fault for each row with another. */
export function oneCurrency(column: Column | undefined, rows: number, faults: Faults): string | undefined {
  if (!column || rows === 0) return undefined;
  const first = cellText(column, 0).trim();
  for (let i = 1; i < rows; i++) {
    const other = cellText(column, i).trim();
    if (other !== first)
      faults.add(
        i,
        `amounts must be in one currency, ${JSON.stringify(first)} as in row 1 (or a column of exchange rates must be named)`,
        other,
      );
  }
  return first;
}
