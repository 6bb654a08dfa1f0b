import type { z } from "zod";
import type { Table } from "../../data/table";
import type { DeskField } from "../../services/score/columns";
import { type DeskCustomer, deskTable } from "../../services/score/rows";
import { ruleOf } from "../rule";
import { customerSchema, type rowErrorSchema } from "../schemas";
import { idOf } from "../score";

export type RowError = z.infer<typeof rowErrorSchema>;

/** What a row of a batch was sent as: its own cells, in the order of its own columns. */
export interface SentRows {
  readonly names: readonly string[];
  /** One list for each row of the lot; undefined for a row that could not be split into cells. */
  readonly cells: readonly (readonly string[] | undefined)[];
}

/** How the rows of a batch are read. */
export interface RowsOptions {
  readonly fields: readonly DeskField[];
  /** Whether each row's own cells are wanted too, for an answer that repeats them. */
  readonly sent: boolean;
  /** Hears of columns that the file has and no model reads, and of optional ones that it lacks. */
  readonly columns?: (unused: readonly string[], lacking: readonly string[]) => void;
  /** Hears in the end of the encoding in which a file was read that is no UTF-8. */
  readonly encoding?: (name: string) => void;
}

/** Some rows of a batch, one after the other. */
export interface CustomerRows {
  /** How many rows stand before these, and how many they are, those that can't be used included. */
  readonly before: number;
  readonly count: number;
  /** Those that can be used, in the desk's columns, and what they are called. */
  readonly rows: Table;
  readonly ids: readonly (string | undefined)[];
  /** Why the others can't be used, in their order: each row that is named here is not among `rows`. */
  readonly errors: readonly RowError[];
  readonly sent?: SentRows;
}

/** The column that names a customer. */
export const idColumn = "customer_id";

/** A column's name by its letters alone: what people write in many ways. */
export function namedAlike(name: string): string {
  return name.toLowerCase().replace(/[^a-z]/g, "");
}

/** Rows that are scored together: little enough that other requests are answered between two lots. */
export const lotRows = 500;

/** The longest that one row may be, in bytes. */
export const mostRowBytes = 1 << 18;

/** Bodies of JSON, cut into lots of rows; a row is checked as the body of /predict is. */
export class RowLot {
  private good: DeskCustomer[] = [];
  private errors: RowError[] = [];
  private before = 0;
  private count = 0;
  private cells: (readonly string[] | undefined)[] = [];
  private readonly fields: readonly DeskField[];
  private readonly names: readonly string[];

  constructor(private readonly options: RowsOptions) {
    this.fields = options.fields;
    this.names = [idColumn, ...this.fields.map((field) => field.key)];
  }

  get full(): boolean {
    return this.count >= lotRows;
  }

  add(value: unknown): void {
    this.count++;
    if (this.options.sent) this.cells.push(cellsOf(value, this.names));
    const checked = customerSchema(this.fields).safeParse(value, { reportInput: true });
    if (checked.success) this.good.push(checked.data as DeskCustomer);
    else
      for (const issue of checked.error.issues)
        this.refuse(issue.path.join(".") || "customer", `${ruleOf(issue)}${foundOf(issue)}`);
  }

  /** A row that could not even be read. */
  addBroken(rule: string): void {
    this.count++;
    this.cells.push(undefined);
    this.refuse("customer", rule);
  }

  /** The rows added since the last time. */
  take(): CustomerRows {
    const { before, count, errors, good, cells, names } = this;
    this.before += count;
    this.count = 0;
    this.errors = [];
    this.good = [];
    this.cells = [];
    const rows = deskTable(good, this.fields);
    const sent = this.options.sent ? { sent: { names, cells } } : {};
    return { before, count, rows, ids: good.map(idOf), errors, ...sent };
  }

  private refuse(field: string, rule: string): void {
    this.errors.push({ row: this.before + this.count, field, rule });
  }
}

/** The value that broke a rule, in the words of a CSV file's rows; nothing where none was given or it is no cell. */
function foundOf(issue: z.core.$ZodIssue): string {
  const value: unknown = "input" in issue ? issue.input : undefined;
  if (value === undefined || (typeof value === "object" && value !== null)) return "";
  const text = typeof value === "string" ? JSON.stringify(value) : String(value);
  return `, got ${text.length > 60 ? `${text.slice(0, 60)}…` : text}`;
}

/** What a customer's members are as the cells of a row. */
function cellsOf(value: unknown, names: readonly string[]): readonly string[] | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  const members = value as Record<string, unknown>;
  return names.map((name) => {
    const cell = members[name];
    // What is no cell was refused already; a NUL can't be written.
    return typeof cell === "object" || cell === undefined ? "" : String(cell).replaceAll("\0", "");
  });
}
