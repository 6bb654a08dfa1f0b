import { check, checkNumber } from "../../core/checks";
import type { Rng } from "../../core/rng";
import { customerColumns, OncePerCustomer } from "../../data/duplicates";
import { trainValidationTestSplit } from "../../data/split";
import { type Column, columnNamed, type Table, takeTableRows } from "../../data/table";
import { positiveLevel, TargetReader } from "../../data/target";

export const partNames = ["train", "validation", "test"] as const;
export type PartName = (typeof partNames)[number];

export interface DivideOptions {
  /** The column to predict; rows of each class are then spread evenly over the parts. */
  readonly target?: string;
  readonly positive?: string;
  /** Columns that name the customer; left out, the first identifier. */
  readonly id?: readonly string[];
  readonly drop?: readonly string[];
  /** Shares of the rows for validation and for the test; both default to 0.2. */
  readonly validation?: number;
  readonly test?: number;
}

/** Which part each row belongs to. */
export interface Divided {
  readonly id: readonly string[];
  readonly target?: { readonly column: string; readonly positive?: string };
  /** Columns that are not encoded: of the customer's name, left out, and the target. */
  readonly left: readonly string[];
  readonly split: Readonly<Record<PartName | "duplicates", number>>;
  /** The rows of a part among `rows`, before which so many stood. */
  rowsOf(rows: Table, before: number, name: PartName): Table;
}

/** Divides rows that come batch by batch into three parts, each customer's first row into one: a byte a row is held. */
export class Division {
  private readonly once: OncePerCustomer;
  private readonly id: readonly string[];
  private readonly aim: Divided["target"];
  private readonly targets: TargetReader | undefined;
  private readonly options: DivideOptions;
  private readonly kept: Uint8Array[] = [];
  private readonly labels: Uint8Array[] = [];

  /** `columns` are those of the rows, with all their levels. */
  constructor(columns: readonly Column[], options: DivideOptions) {
    const all: Table = { rows: 0, columns };
    const { target: aim, positive, drop = [], validation = 0.2, test = 0.2 } = options;
    for (const [name, share] of Object.entries({ validation, test }))
      checkNumber(share, 0.001, 0.9, "prepare", name);
    const rule = "validation and test must leave rows to train on";
    check(validation + test < 1, "prepare", rule, validation + test);
    this.id = customerColumns(all, options.id);
    for (const name of [...this.id, ...drop]) columnNamed(all, name);
    this.once = new OncePerCustomer(this.id);
    this.options = options;
    if (aim === undefined) return;
    // A target of numbers has no level that counts as 1.
    const numbers = columnNamed(all, aim).type === "numeric";
    const chosen = positive ?? (numbers ? undefined : positiveLevel(all, aim));
    this.aim = { column: aim, ...(chosen === undefined ? {} : { positive: chosen }) };
    this.targets = new TargetReader(aim, chosen);
  }

  take(rows: Table): void {
    const places = this.once.places(rows);
    const kept = new Uint8Array(rows.rows);
    for (const i of places) kept[i] = 1;
    this.kept.push(kept);
    if (this.targets) this.labels.push(Uint8Array.from(this.targets.take(takeTableRows(rows, places))));
  }

  divide(rng: Rng): Divided {
    const { id, aim, once } = this;
    const { validation = 0.2, test = 0.2, drop = [] } = this.options;
    this.targets?.settle();
    const part = Buffer.concat(this.kept);
    const rows = part.length - once.duplicates;
    const strata = aim?.positive === undefined ? undefined : Buffer.concat(this.labels);
    const split = trainValidationTestSplit(rows, { validation, test, strata }, rng);
    const parts = new Uint8Array(rows);
    partNames.forEach((name, k) => {
      for (const i of split[name]) parts[i] = k + 1;
    });
    let next = 0;
    for (let i = 0; i < part.length; i++) if (part[i] === 1) part[i] = parts[next++];
    return {
      id,
      ...(aim ? { target: aim } : {}),
      left: [...new Set([...id, ...drop, ...(aim ? [aim.column] : [])])],
      split: {
        train: split.train.length,
        validation: split.validation.length,
        test: split.test.length,
        duplicates: once.duplicates,
      },
      rowsOf: (batch, before, name) => {
        const wanted = partNames.indexOf(name) + 1;
        const places: number[] = [];
        for (let i = 0; i < batch.rows; i++) if (part[before + i] === wanted) places.push(i);
        return takeTableRows(batch, places);
      },
    };
  }
}
