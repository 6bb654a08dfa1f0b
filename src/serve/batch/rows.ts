import type { z } from "zod";
import type { Table } from "../../data/table";
import type { DeskField } from "../../services/score/columns";
import { type DeskCustomer, deskTable } from "../../services/score/rows";
import { ruleOf } from "../rule";
import { customerSchema, type rowErrorSchema } from "../schemas";
import { idOf } from "../score";

export type RowError = z.infer<typeof rowErrorSchema>;

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

  constructor(private readonly fields: readonly DeskField[]) {}

  get full(): boolean {
    return this.count >= lotRows;
  }

  add(value: unknown): void {
    this.count++;
    const checked = customerSchema(this.fields).safeParse(value, { reportInput: true });
    if (checked.success) this.good.push(checked.data as DeskCustomer);
    else
      for (const issue of checked.error.issues)
        this.refuse(issue.path.join(".") || "customer", ruleOf(issue));
  }

  /** A row that could not even be read. */
  addBroken(rule: string): void {
    this.count++;
    this.refuse("customer", rule);
  }

  /** The rows added since the last time. */
  take(): CustomerRows {
    const { before, count, errors, good } = this;
    this.before += count;
    this.count = 0;
    this.errors = [];
    this.good = [];
    const ids = good.map(idOf);
    return { before, count, rows: deskTable(good, this.fields), ids, errors };
  }

  private refuse(field: string, rule: string): void {
    this.errors.push({ row: this.before + this.count, field, rule });
  }
}
