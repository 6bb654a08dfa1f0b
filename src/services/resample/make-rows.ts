import { check } from "../../core/checks";
import { mean, standardDeviation } from "../../core/math/statistics";
import { column, type Feature, type Matrix, matrix } from "../../core/matrix";
import type { Rng } from "../../core/rng";
import { type Column, isCategorical, type Table, table } from "../../data/table";
import type { PackedTable } from "../../data/tally/packed-table";
import { adasyn } from "../../resample/adasyn";
import { borderlineSmote } from "../../resample/borderline-smote";
import type { Oversample } from "../../resample/interpolate";
import { kmeansSmote } from "../../resample/kmeans-smote";
import { smote } from "../../resample/smote";
import { smoteN } from "../../resample/smote-n";
import { smoteNc } from "../../resample/smote-nc";
import { svmSmote } from "../../resample/svm-smote";
import { inBlock } from "../../synthesis/structure/describe";
import type { ColumnPlan } from "../../synthesis/structure/structure";
import { reduceTable } from "../../synthesis/structure/variables";
import { type Classes, lacking } from "./classes";
import { inParts } from "./parts";
import { type Between, nearerLevels, rowsWithin, type TableRules, type Within } from "./within-rules";

type MakerOptions = { readonly counts: readonly [number, number]; readonly neighbours?: number };

/** Methods that make rows of numbers, of a class against all others. */
export const makers: Readonly<Record<string, (options: MakerOptions) => Oversample>> = {
  smote,
  "borderline-smote": borderlineSmote,
  "svm-smote": svmSmote,
  "kmeans-smote": kmeansSmote,
  adasyn,
};

/** Methods that ask so many neighbours of a row's own class, unless told otherwise. */
const amongOwn: readonly string[] = ["smote", "svm-smote", "adasyn"];
const usualNeighbours = 5;

interface MakeOptions {
  readonly method: string;
  readonly ratio: number;
  readonly neighbours?: number;
}

/** Makes the rows that classes lack, some at a time and the same whenever it is called; returns what a person should know of them. */
export type RowMaker = (write: (made: Table) => void) => readonly string[];

/** Makes rows between those of a class, for each class that lacks some, as the table's rules have it. */
export function rowMaker(
  held: PackedTable,
  rules: TableRules,
  classes: Classes,
  options: MakeOptions,
  rng: Rng,
): RowMaker {
  const { method, neighbours } = options;
  const features = featuresOf(held, rules);
  check(features.length > 0, `resample by ${method}`, "there must be a column of numbers, levels or dates");
  // Later ones may be made.
  const { rows: given } = held;
  return (write) => {
    const told = new Told(rules);
    const stream = continued(rng.fork("rows"));
    const remarks = lacking(classes, options.ratio).flatMap(({ name, own, missing }) => {
      const least = neighbours ?? usualNeighbours;
      check(
        own.length > least || !amongOwn.includes(method),
        `resample by ${method}`,
        `class ${JSON.stringify(name)} must have more rows than neighbours are asked, ${least}: ask fewer (neighbours), or copy rows (random-over)`,
        own.length,
      );
      const maker = makerOf(method, features);
      const y = new Float64Array(given);
      for (const i of own) y[i] = 1;
      const parts = inParts(y, Math.max(leastOwn, 10 * (neighbours ?? 0)), mostTogether, rng.fork(name));
      let count = 0;
      parts.forEach(({ rows, rng: drawn }, k) => {
        const share =
          Math.floor(((k + 1) * missing) / parts.length) - Math.floor((k * missing) / parts.length);
        const levelled = matrixOf(held, features, rows);
        const x = method === "smote" ? levelled : spread(levelled, `resample by ${method}`);
        const labels = Float64Array.from({ length: rows.length }, (_, i) => y[rows[i]]);
        const made = ofClass(name, () => madeWithin({ x, y: labels }, share, { maker, neighbours }, drawn));
        count += made.base.length;
        for (let from = 0; from < made.base.length; from += mostAtOnce)
          write(
            told.add(
              writtenRows(held, rows, rules, sliced(made, from, from + mostAtOnce), told.rows, stream),
            ),
          );
      });
      return [
        ...(parts.length > 1
          ? [
              `neighbours of ${name} were looked for within ${parts.length} random parts of the ${given} rows, not among all: their time would grow with the square of the rows`,
            ]
          : []),
        ...(count < missing / 2
          ? [
              `${count} of ${missing} rows were made for ${name}: too few of its rows have a neighbour of another class for ${method}`,
            ]
          : []),
      ];
    });
    return [...remarks, ...told.remarks()];
  };
}

/** New rows between rows of a part, by their places there, and the levels of each feature that has any. */
interface Steps extends Between {
  readonly levels: ReadonlyMap<string, Int32Array>;
}

function sliced({ base, towards, step, levels }: Steps, from: number, to: number): Steps {
  return {
    base: base.subarray(from, to),
    towards: towards.subarray(from, to),
    step: step.subarray(from, to),
    levels: new Map([...levels].map(([name, codes]) => [name, codes.subarray(from, to)])),
  };
}

/** New rows within the rules, the first of them number `first`. */
function writtenRows(
  held: PackedTable,
  part: Int32Array,
  rules: TableRules,
  { base, towards, step, levels }: Steps,
  first: number,
  rng: Rng,
): Within {
  const count = base.length;
  const ends = new Int32Array(2 * count);
  for (let i = 0; i < count; i++) {
    ends[i] = part[base[i]];
    ends[count + i] = part[towards[i]];
  }
  const places = ends.map((_, i) => i);
  const between = { base: places.subarray(0, count), towards: places.subarray(count), step };
  const from = held.take(ends);
  // Methods that take levels as numbers say none.
  const own = levels.size > 0 ? levels : nearerLevels(from, between);
  return rowsWithin(rules, from, between, { levels: own, first }, rng);
}

/** The stream, whose forks go on where they were when they are asked for again. */
function continued(rng: Rng): Rng {
  const forks = new Map<string | number, Rng>();
  return {
    key: rng.key,
    uniform: () => rng.uniform(),
    fork: (label) => {
      const own = forks.get(label) ?? rng.fork(label);
      forks.set(label, own);
      return own;
    },
  };
}

/** What the work gives; where it fails, the error says which class was meant by 1. */
function ofClass<T>(name: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    const said = error instanceof Error ? error.message : String(error);
    throw new RangeError(
      `${said}; class 1 is ${JSON.stringify(name)}, class 0 all others (smote asks for neighbours of its own alone, random-over for none)`,
      { cause: error },
    );
  }
}

/** What a person should know of rows that were made, some after others. */
class Told {
  rows = 0;
  private readonly rules: TableRules;
  private mended = 0;
  private copies = 0;
  private readonly mendedColumns = new Map<string, number>();
  private readonly gaps = new Set<string>();
  private readonly repeated = new Set<string>();

  constructor(rules: TableRules) {
    this.rules = rules;
  }

  add({ table, mended, mendedColumns }: Within): Table {
    this.rows += table.rows;
    for (const drawn of mended) {
      if (drawn > 0) this.mended++;
      if (drawn === mendedColumns.size) this.copies++;
    }
    for (const [name, rows] of mendedColumns)
      this.mendedColumns.set(name, (this.mendedColumns.get(name) ?? 0) + rows);
    for (const one of table.columns) if (lacksSome(one)) this.gaps.add(one.name);
    for (const one of table.columns)
      if (one.type === "id" || one.type === "text") this.repeated.add(one.name);
    return table;
  }

  remarks(): readonly string[] {
    const { structure, lists, keys, together, alike } = this.rules;
    const listed = (names: Iterable<string>): string => [...names].join(", ");
    const gaps = structure.columns.map(({ name }) => name).filter((name) => this.gaps.has(name));
    const computed = structure.columns.flatMap(({ name, ...plan }) =>
      !inBlock(name, structure) &&
      (["lookup", "bands", "part"].includes(plan.kind) || ("formula" in plan && plan.formula))
        ? [name]
        : [],
    );
    const drawn = structure.columns.filter(({ name, kind }) => kind !== "key" && computed.includes(name));
    for (const name of [...keys.names, ...drawn.map((one) => one.name)]) this.repeated.delete(name);
    const mendedColumns = [...this.mendedColumns]
      .filter(([, rows]) => rows > 0)
      .sort(([, a], [, b]) => b - a)
      .map(([name]) => name);
    return [
      ...(gaps.length > 0
        ? [`cells are missing in new rows where they are in the row that each starts from: ${listed(gaps)}`]
        : []),
      ...(computed.length > 0
        ? [`computed in new rows as in the others, from other columns: ${listed(computed)}`]
        : []),
      ...(lists.size > 0
        ? [`new rows have the number of one of two rows, nothing in between, in ${listed(lists)}`]
        : []),
      ...(together.size > 0
        ? [
            `what goes with what is no rule that is known in ${listed(together)}: new rows have them as the row that each starts from`,
          ]
        : []),
      ...[...alike].flatMap(([unit, columns], k) =>
        [...alike.values()].slice(0, k).some((one) => one.includes(unit))
          ? []
          : `all rows with the same ${unit} have the same ${columns.join(", ")}: new rows have both as the row that each starts from`,
      ),
      ...(this.mended > 0
        ? [
            `${this.mended} of ${this.rows} new rows would have broken a rule: in the columns concerned they are as the row that each starts from (${listed(mendedColumns)})${this.copies > 0 ? `, ${this.copies} in all columns` : ""}`,
          ]
        : []),
      ...(this.rows > 0 ? keys.remarks(this.rows) : []),
      ...(this.repeated.size > 0
        ? [`new rows repeat the row that each starts from in ${listed(this.repeated)}`]
        : []),
    ];
  }
}

function lacksSome(one: Column): boolean {
  if (isCategorical(one)) return one.codes.includes(-1);
  return one.type === "numeric" ? one.values.includes(Number.NaN) : one.values.includes("");
}

/** Rows among which neighbours are looked for at most, and of the class at least; and new rows made at once. */
const [mostTogether, leastOwn, mostAtOnce] = [100_000, 1000, 65_536];

/** Where the rows to add to the class of 1 lie, and their levels by feature. */
function madeWithin(
  { x, y }: { readonly x: Matrix; readonly y: Float64Array },
  missing: number,
  {
    maker,
    neighbours,
  }: { readonly maker: (options: MakerOptions) => Oversample; readonly neighbours: number | undefined },
  rng: Rng,
): Steps {
  const own = y.reduce((sum, label) => sum + label, 0);
  const counts = [y.length - own, own + missing] as const;
  const { x: all, made } = maker({ counts, ...(neighbours && { neighbours }) })({ x, y }, rng);
  const at = (positions: (steps: (typeof made)[0]) => Int32Array): Int32Array =>
    Int32Array.from(made.flatMap((steps) => Array.from(positions(steps), (i) => steps.parents.rows[i])));
  const levels = all.features.flatMap(({ name, levels }, j): [string, Int32Array][] => {
    if (!levels) return [];
    const codes = column(all, j).subarray(x.rows);
    return [[name, Int32Array.from(codes, (code) => (Number.isNaN(code) ? -1 : code))]];
  });
  return {
    base: at(({ base }) => base),
    towards: at(({ towards }) => towards),
    step: Float64Array.from(made.flatMap(({ step }) => Array.from(step))),
    levels: new Map(levels),
  };
}

/** The method in the form that the features need: SMOTE takes levels as they are, the others as numbers. */
function makerOf(method: string, features: readonly Feature[]): (options: MakerOptions) => Oversample {
  const levels = features.filter((one) => one.levels);
  if (method !== "smote" || levels.length === 0) return makers[method];
  return levels.length === features.length ? smoteN : smoteNc;
}

/** Two rows that differ in a level, which shows in two columns, are as far apart there as numbers usually are. */
const apart = Math.SQRT1_2;
/** Levels of so many columns in all are spread over one each at most. */
const mostSpread = 1000;

/** The rows' levels as one column each, beside their numbers. */
function spread(x: Matrix, action: string): Matrix {
  const columns = x.features.flatMap(({ levels }, j) =>
    levels ? levels.map((_, code) => [j, code] as const) : [[j, -1] as const],
  );
  const rule = `columns must have at most ${mostSpread} levels in all (smote takes more; --drop leaves columns out)`;
  check(columns.length <= mostSpread + x.columns, action, rule, columns.length);
  const values = new Float64Array(x.rows * columns.length);
  columns.forEach(([j, code], to) => {
    const own = column(x, j);
    for (let i = 0; i < x.rows; i++)
      values[to * x.rows + i] = code < 0 ? own[i] : own[i] === code ? apart : 0;
  });
  return matrix(x.rows, columns.length, values);
}

/** What distances look at in a column: levels by their codes; numbers and dates standardised, the mean in place of missing ones. */
interface ColumnFeature extends Feature {
  readonly centre: number;
  readonly width: number;
  readonly numbers: (one: Column) => Float64Array;
}

function featuresOf(held: PackedTable, { structure, target }: TableRules): readonly ColumnFeature[] {
  return structure.columns.flatMap((plan): ColumnFeature[] => {
    const { name } = plan;
    if (name === target) return [];
    const one = held.column(name);
    if (isCategorical(one))
      return [{ name, levels: one.levels, centre: 0, width: 1, numbers: () => new Float64Array(0) }];
    if (one.type !== "numeric" && plan.kind !== "date") return [];
    // A date that others give is near another one all the same.
    const drawn = plan.kind === "date" ? { ...plan, formula: undefined } : plan;
    const alone = { ...structure, columns: [drawn as ColumnPlan], combinations: [], gaps: [] };
    const numbers = (own: Column): Float64Array => {
      if (own.type === "numeric") return own.values;
      const [dates] = reduceTable(alone, table([own]), "none");
      return dates.kind === "number" ? dates.values : new Float64Array(0);
    };
    const present = numbers(one).filter((value) => !Number.isNaN(value));
    const width = present.length > 1 ? standardDeviation(present) : 0;
    return [{ name, centre: present.length > 0 ? mean(present) : 0, width: width > 0 ? width : 1, numbers }];
  });
}

function matrixOf(held: PackedTable, features: readonly ColumnFeature[], rows: Int32Array): Matrix {
  const values = new Float64Array(rows.length * features.length);
  const { columns } = held.take(
    rows,
    features.map(({ name }) => name),
  );
  columns.forEach((one, j) => {
    const { centre, width, numbers } = features[j];
    const to = values.subarray(j * rows.length, (j + 1) * rows.length);
    if (isCategorical(one))
      for (let i = 0; i < to.length; i++) to[i] = one.codes[i] < 0 ? Number.NaN : one.codes[i];
    else {
      const own = numbers(one);
      for (let i = 0; i < to.length; i++) to[i] = Number.isNaN(own[i]) ? 0 : (own[i] - centre) / width;
    }
  });
  const named = features.map(({ name, levels }) => ({ name, ...(levels && { levels }) }));
  return matrix(rows.length, features.length, values, named);
}
