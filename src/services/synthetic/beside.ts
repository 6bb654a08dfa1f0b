import { ends } from "../../core/math/statistics";
import { type Task, task } from "../../core/pool";
import { seeded } from "../../core/rng";
import type { SchemaName } from "../../data/sources/sources";
import { type Column, cellText, columnNamed, isCategorical, type Table } from "../../data/table";
import { distancePrivacy } from "../../evaluate/synthetic/privacy/privacy";
import { qualityScore } from "../../evaluate/synthetic/quality";
import { type Draw, generatorOf } from "./draw";
import { type HeldOut, type RealRows, rowsOfFile, rowsOfSimulator } from "./real-rows";

export interface BesideWork {
  /** Where the rows that the generator learned from are to be had. */
  readonly real:
    | {
        readonly kind: "file";
        readonly path: string;
        readonly file: string;
        readonly sha256: string;
        readonly heldOut?: HeldOut;
      }
    | {
        readonly kind: "simulator";
        readonly schema: SchemaName;
        readonly rows: number;
        readonly seed: number;
        readonly fresh: number;
      };
  /** The rows to be drawn beside them, as one block. */
  readonly made: Draw;
}

/** What rows that the generator never saw tell of it. */
export interface BesideHeldOut {
  /** The quality score that they themselves reach beside the learned ones: what a fresh sample can reach. */
  readonly quality: number;
  /** 1 − memorisation, from 0 (copies) to 1 (no nearer to learned rows than to those never seen). */
  readonly privacy: number;
  /** The ends of its 95 % interval (Wilson), for as many independent rows as the fewer of drawn and unseen ones. */
  readonly privacyLow: number;
  readonly privacyHigh: number;
  /** (share of rows nearer to a learned than to an unseen row − the share by chance) ÷ (1 − that by chance). */
  readonly memorisation: number;
  /** Median distance to the closest learned row (Gower, 0 is equal), of made rows and of those never seen. */
  readonly closest: number;
  readonly closestHeldOut: number;
  /** The share that equals a learned row, of made rows and of those never seen: some do by chance. */
  readonly copies: number;
  readonly copiesHeldOut: number;
}

/** A value, or a range of numbers, and the share of rows that have it. */
export interface Share {
  readonly value: string;
  readonly real: number;
  readonly synthetic: number;
}

export interface ColumnBeside {
  readonly column: string;
  /** SDMetrics' column shape, 1 is best; undefined where nothing can be compared. */
  readonly likeness?: number;
  readonly shares: readonly Share[];
}

/** Synthetic rows beside the real ones that their generator learnt from. */
export interface Beside {
  readonly rows: { readonly real: number; readonly synthetic: number; readonly heldOut: number };
  /** SDMetrics' quality score and its two halves, 1 is best. */
  readonly quality: number;
  readonly shapes: number;
  readonly trends: number;
  /** Synthetic rows that equal a real one in every column but identifiers. */
  readonly copies: number;
  /** Absent where no rows were set aside: privacy is then not measured. */
  readonly heldOut?: BesideHeldOut;
  /** The least alike first. */
  readonly columns: readonly ColumnBeside[];
}

/** Most values of a column shown, and ranges that numbers are counted in. */
const most = 6;

/** Compares drawn rows with the real ones, away from the thread that answers requests. */
export const besideReal: Task<BesideWork, Beside> = task(
  "services/synthetic/beside",
  "besideReal",
  async ({ real, made }) =>
    beside(realRows(real), (await generatorOf(made.source)).sample(made.rows, seeded(made.seed))),
);

function realRows(from: BesideWork["real"]): RealRows {
  if (from.kind === "file") return rowsOfFile(from.path, from.file, from.sha256, from.heldOut);
  return rowsOfSimulator(from.schema, from.rows, from.seed, from.fresh);
}

/** Held-out rows whose own distances to the learned ones are measured. */
const comparedHeldOut = 2000;

/** Compares synthetic rows with the real ones that their generator learned from, and with those that it never saw. */
export async function beside({ learnt: real, heldOut }: RealRows, synthetic: Table): Promise<Beside> {
  const { score, shapes, trends, shapesByColumn } = qualityScore(real, synthetic);
  const columns = shapesByColumn.map(({ column, score: likeness }): ColumnBeside => {
    const shares = sharesOf(columnNamed(real, column), columnNamed(synthetic, column));
    return { column, shares, ...(Number.isNaN(likeness) ? {} : { likeness }) };
  });
  columns.sort((a, b) => (a.likeness ?? 2) - (b.likeness ?? 2));
  return {
    rows: { real: real.rows, synthetic: synthetic.rows, heldOut: heldOut?.rows ?? 0 },
    quality: score,
    shapes,
    trends,
    copies: copiesOf(real, synthetic),
    ...(heldOut ? { heldOut: await besideHeldOut(real, heldOut, synthetic) } : {}),
    columns,
  };
}

async function besideHeldOut(real: Table, heldOut: Table, synthetic: Table): Promise<BesideHeldOut> {
  const found = await distancePrivacy(real, heldOut, synthetic, { compared: comparedHeldOut });
  const private_ = (memorised: number): number => 1 - Math.max(0, memorised);
  return {
    privacyLow: private_(found.memorisationHigh),
    privacyHigh: private_(found.memorisationLow),
    quality: qualityScore(real, heldOut).score,
    privacy: private_(found.memorisation),
    memorisation: found.memorisation,
    closest: found.closest.median,
    closestHeldOut: found.closestHoldout.median,
    copies: found.copies,
    copiesHeldOut: found.copiesHoldout,
  };
}

function copiesOf(real: Table, synthetic: Table): number {
  const names = real.columns
    .filter((column) => column.type === "numeric" || isCategorical(column))
    .map((column) => column.name);
  const keys = (rows: Table): string[] => {
    const columns = names.map((name) => columnNamed(rows, name));
    return Array.from({ length: rows.rows }, (_, i) =>
      JSON.stringify(
        columns.map((column) => (column.type === "numeric" ? column.values[i] : cellText(column, i))),
      ),
    );
  };
  const known = new Set(keys(real));
  return keys(synthetic).filter((key) => known.has(key)).length;
}

function sharesOf(real: Column, synthetic: Column): Share[] {
  const range = real.type === "numeric" ? ranges(real.values) : undefined;
  const [ours, theirs] = [real, synthetic].map((column) => counted(column, range));
  const total = (counts: Map<string, number>): number =>
    Math.max(
      1,
      [...counts.values()].reduce((sum, count) => sum + count, 0),
    );
  const [all, made] = [total(ours), total(theirs)];
  const values = range
    ? [...ours.keys()].sort((a, b) => range.labels.indexOf(a) - range.labels.indexOf(b))
    : [...ours.keys()].sort((a, b) => (ours.get(b) ?? 0) - (ours.get(a) ?? 0)).slice(0, most);
  return values.map((value) => ({
    value: value === "" ? "(missing)" : value,
    real: (ours.get(value) ?? 0) / all,
    synthetic: (theirs.get(value) ?? 0) / made,
  }));
}

interface Ranges {
  readonly low: number;
  readonly width: number;
  readonly labels: readonly string[];
}

/** Ranges of equal width from the least to the greatest number. */
function ranges(values: Float64Array): Ranges {
  const [low, high] = ends(values);
  const width = (high - low) / most || 1;
  const word = (value: number): string => String(Number(value.toPrecision(3)));
  const labels = Array.from(
    { length: most },
    (_, k) => `${word(low + k * width)} to ${word(low + (k + 1) * width)}`,
  );
  return { low, width, labels };
}

function counted(column: Column, range: Ranges | undefined): Map<string, number> {
  const counts = new Map<string, number>();
  const rows = isCategorical(column) ? column.codes.length : column.values.length;
  for (let i = 0; i < rows; i++) {
    let value = cellText(column, i);
    if (range && column.type === "numeric" && value !== "") {
      const place = Math.floor((column.values[i] - range.low) / range.width);
      value = range.labels[Math.max(0, Math.min(most - 1, place))];
    }
    counts.set(value, (counts.get(value) ?? 0) + 1);
  }
  return counts;
}
