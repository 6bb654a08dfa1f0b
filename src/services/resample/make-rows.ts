import { check } from "../../core/checks";
import { mean, standardDeviation } from "../../core/math/statistics";
import { column, type Labelled, type Matrix, matrix, takeLabelled } from "../../core/matrix";
import { type Rng, shuffle } from "../../core/rng";
import { type Column, isCategorical, type Table } from "../../data/table";
import { adasyn } from "../../resample/adasyn";
import { borderlineSmote } from "../../resample/borderline-smote";
import type { Oversample } from "../../resample/interpolate";
import { kmeansSmote } from "../../resample/kmeans-smote";
import { smote } from "../../resample/smote";
import { smoteN } from "../../resample/smote-n";
import { smoteNc } from "../../resample/smote-nc";
import { svmSmote } from "../../resample/svm-smote";
import { type Classes, lacking } from "./classes";
import { type Between, rowsWithin, rulesOf, type TableRules } from "./within-rules";

type MakerOptions = { readonly counts: readonly [number, number]; readonly neighbours?: number };

/** Methods that make rows of numbers, of a class against all others. */
export const makers: Readonly<Record<string, (options: MakerOptions) => Oversample>> = {
  smote,
  "borderline-smote": borderlineSmote,
  "svm-smote": svmSmote,
  "kmeans-smote": kmeansSmote,
  adasyn,
};

/** New rows: the row of the table that each starts from, and the columns in which they differ from it. */
export interface Made {
  readonly base: Int32Array;
  readonly columns: ReadonlyMap<string, Column>;
  /** What a person should know of them. */
  readonly remarks: readonly string[];
}

/** Methods that ask so many neighbours of a row's own class, unless told otherwise. */
const amongOwn: readonly string[] = ["smote", "svm-smote", "adasyn"];
const usualNeighbours = 5;

interface MakeOptions {
  readonly method: string;
  readonly target: string;
  readonly ratio: number;
  readonly neighbours?: number;
}

/** Rows between those of a class, for each class that lacks some, as the table's rules have it. */
export function rowsBetween(from: Table, classes: Classes, options: MakeOptions, rng: Rng): Made {
  const { target, method, neighbours } = options;
  const usual = from.columns.filter(
    (one) => one.name === target || one.type === "numeric" || one.type === "date" || isCategorical(one),
  );
  const seen: Table = { rows: from.rows, columns: usual };
  const rules = rulesOf(seen, target, rng.fork("rules"));
  const x = featuresOf(seen, rules, target);
  check(x.columns > 0, `resample by ${method}`, "there must be a column of numbers, levels or dates");
  const remarks: string[] = [];
  const parts = lacking(classes, options.ratio).flatMap(({ name, own, missing }) => {
    const mine = new Set(own);
    const y = Float64Array.from({ length: from.rows }, (_, i) => (mine.has(i) ? 1 : 0));
    const least = neighbours ?? usualNeighbours;
    check(
      own.length > least || !amongOwn.includes(method),
      `resample by ${method}`,
      `class ${JSON.stringify(name)} must have more rows than neighbours are asked, ${least}: ask fewer (neighbours), or copy rows (random-over)`,
      own.length,
    );
    const maker = makerOf(method, x);
    const made = ofClass(name, () => madeWithin({ x, y }, missing, { maker, neighbours }, rng.fork(name)));
    if (made.length > 1)
      remarks.push(
        `neighbours of ${name} were looked for within ${made.length} random parts of the ${from.rows} rows, not among all: their time would grow with the square of the rows`,
      );
    const count = made.reduce((sum, { base }) => sum + base.length, 0);
    if (count < missing / 2)
      remarks.push(
        `${count} of ${missing} rows were made for ${name}: too few of its rows have a neighbour of another class for ${method}`,
      );
    return made;
  });
  const between: Between = {
    base: Int32Array.from(joined(parts.map(({ base }) => base))),
    towards: Int32Array.from(joined(parts.map(({ towards }) => towards))),
    step: joined(parts.map(({ step }) => step)),
  };
  const levels = new Map(
    x.features.flatMap(({ name, levels }, j): [string, Int32Array][] =>
      levels ? [[name, Int32Array.from(joined(parts.map((part) => part.levels[j])))]] : [],
    ),
  );
  const within = rowsWithin(rules, seen, between, levels, rng.fork("rows"));
  const columns = within.table.columns.filter(
    (one, j) => rules.structure.columns[j].kind !== "key" && "codes" in one === "codes" in usual[j],
  );
  return {
    base: between.base,
    columns: new Map(columns.map((one) => [one.name, one])),
    remarks: [...remarks, ...remarksOn(rules, within)],
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

/** What a person should know of rows that were made. */
function remarksOn(
  { structure, lists }: TableRules,
  { table, mended, mendedColumns }: ReturnType<typeof rowsWithin>,
): readonly string[] {
  const listed = (names: readonly string[]): string => names.join(", ");
  const gaps = table.columns.filter(lacksSome).map(({ name }) => name);
  const computed = structure.columns.flatMap(({ name, ...plan }) =>
    ["lookup", "bands", "part"].includes(plan.kind) || ("formula" in plan && plan.formula) ? [name] : [],
  );
  return [
    ...(gaps.length > 0
      ? [`cells are missing in new rows where they are in the row that each starts from: ${listed(gaps)}`]
      : []),
    ...(computed.length > 0
      ? [`computed in new rows as in the others, from other columns: ${listed(computed)}`]
      : []),
    ...(lists.size > 0
      ? [`new rows have the number of one of two rows, nothing in between, in ${listed([...lists.keys()])}`]
      : []),
    ...(mended > 0
      ? [
          `${mended} of ${table.rows} new rows would have broken a rule, or held a pair of levels that no row has: in the columns concerned they are as the row that each starts from (${listed(mendedColumns)})`,
        ]
      : []),
  ];
}

function lacksSome(one: Column): boolean {
  if (isCategorical(one)) return one.codes.includes(-1);
  return one.type === "numeric" ? one.values.includes(Number.NaN) : one.values.includes("");
}

/** Rows among which neighbours are looked for at most, and of the class at least. */
const [mostTogether, leastOwn] = [100_000, 1000];

/** Where the rows to add to the class of 1 lie, and their levels by feature, made within each of some random parts of the rows. */
function madeWithin(
  rows: Labelled,
  missing: number,
  {
    maker,
    neighbours,
  }: { readonly maker: (options: MakerOptions) => Oversample; readonly neighbours: number | undefined },
  rng: Rng,
): (Between & { readonly levels: readonly Float64Array[] })[] {
  const parts = partsOf(rows.y, Math.max(leastOwn, 10 * (neighbours ?? 0)), rng);
  return parts.map((part, k) => {
    const given = parts.length > 1 ? takeLabelled(rows, part) : rows;
    const share = Math.floor(((k + 1) * missing) / parts.length) - Math.floor((k * missing) / parts.length);
    const own = given.y.reduce((sum, label) => sum + label, 0);
    const counts = [given.y.length - own, own + share] as const;
    const stream = parts.length > 1 ? rng.fork(`part ${k}`) : rng;
    const { x, made } = maker({ counts, ...(neighbours && { neighbours }) })(given, stream);
    const at = (positions: (steps: (typeof made)[0]) => Int32Array): Int32Array =>
      Int32Array.from(
        made.flatMap((steps) => Array.from(positions(steps), (i) => part[steps.parents.rows[i]])),
      );
    return {
      base: at(({ base }) => base),
      towards: at(({ towards }) => towards),
      step: joined(made.map(({ step }) => step)),
      levels: x.features.map(({ levels }, j) =>
        levels
          ? column(x, j)
              .slice(given.x.rows)
              .map((code) => (Number.isNaN(code) ? -1 : code))
          : new Float64Array(0),
      ),
    };
  });
}

/** The rows in random parts with alike shares of the class (1 in `y`); all in one where they are not too many for that. */
function partsOf(y: Float64Array, least: number, rng: Rng): Int32Array[] {
  const own = y.reduce((sum, label) => sum + label, 0);
  const count = Math.max(1, Math.min(Math.ceil(y.length / mostTogether), Math.floor(own / least)));
  const parts = Array.from({ length: count }, (): number[] => []);
  const drawn = rng.fork("parts");
  for (const label of [0, 1]) {
    const rows = shuffle(
      drawn,
      Array.from(y.keys()).filter((i) => y[i] === label),
    );
    rows.forEach((i, k) => {
      parts[k % count].push(i);
    });
  }
  return parts.map((rows) => Int32Array.from(rows).sort());
}

/** SMOTE in the form that the features need. */
function makerOf(method: string, { features }: Matrix): (options: MakerOptions) => Oversample {
  const levels = features.filter((one) => one.levels);
  if (levels.length === 0) return makers[method];
  const rule = `columns must be numbers: ${levels[0].name} holds levels (smote takes them; --drop leaves them out)`;
  check(method === "smote", `resample by ${method}`, rule);
  return levels.length === features.length ? smoteN : smoteNc;
}

/** What distances look at: numbers and dates, standardised, the mean in place of missing ones; levels as codes. */
function featuresOf(from: Table, { variables, structure }: TableRules, target: string): Matrix {
  const columns = from.columns.flatMap(
    (one, j): { name: string; levels?: readonly string[]; values: ArrayLike<number> }[] => {
      const { name } = one;
      if (name === target) return [];
      if (isCategorical(one)) return [{ name, levels: one.levels, values: one.codes }];
      if (one.type === "numeric") return [{ name, values: one.values }];
      const dates = variables.find((variable) => variable.name === name);
      return structure.columns[j].kind === "date" && dates?.kind === "number"
        ? [{ name, values: dates.values }]
        : [];
    },
  );
  const values = new Float64Array(from.rows * columns.length);
  columns.forEach((one, j) => {
    const to = values.subarray(j * from.rows, (j + 1) * from.rows);
    if (one.levels)
      for (let i = 0; i < to.length; i++) to[i] = one.values[i] < 0 ? Number.NaN : one.values[i];
    else standardise(one.values as Float64Array, to);
  });
  const features = columns.map(({ name, levels }) => ({ name, ...(levels && { levels }) }));
  return matrix(from.rows, columns.length, values, features);
}

function standardise(values: Float64Array, to: Float64Array): void {
  const present = values.filter((value) => !Number.isNaN(value));
  const width = present.length > 1 ? standardDeviation(present) : 0;
  const centre = present.length > 0 ? mean(present) : 0;
  for (let i = 0; i < to.length; i++)
    to[i] = Number.isNaN(values[i]) ? 0 : (values[i] - centre) / (width > 0 ? width : 1);
}

function joined(parts: readonly ArrayLike<number>[]): Float64Array {
  const out = new Float64Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}
