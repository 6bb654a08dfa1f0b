import type { Rng } from "../../core/rng";
import { type ColumnSchema, schemaOf } from "../../data/schema";
import { type Column, type Table, table } from "../../data/table";
import { writeDate } from "./dates";
import { type Arguments, evaluate, rebuild } from "./formulas";
import { snap } from "./grids";
import { freshKeys } from "./keys";
import { raiseToOrders } from "./raise";
import type { ColumnPlan, DatePlan, LookupPlan, NumberPlan, Structure } from "./structure";
import { writeTexts } from "./texts";

/** What a method drew for a variable: codes for levels, values for numbers. */
export type Drawn = Int32Array | Float64Array;

/** The names of what has to be drawn, in the order of `reduceTable`. */
export function variableNames(structure: Structure): readonly string[] {
  const combined = new Set(structure.combinations.flatMap((one) => one.columns));
  const own = structure.columns.filter((plan) => !combined.has(plan.name) && isDrawn(plan));
  return [...structure.combinations.map((one) => one.name), ...own.map((plan) => plan.name)];
}

/**
 * The table that the drawn variables (in the order of `reduceTable`) stand for: numbers on their grids and in their
 * ranges, computed columns computed, orders kept, keys fresh. `firstRow` numbers the keys.
 */
export function restoreTable(
  structure: Structure,
  schema: readonly ColumnSchema[],
  drawn: readonly Drawn[],
  rows: number,
  rng: Rng,
  firstRow = 0,
): Table {
  const parts = new Map<string, Drawn>(variableNames(structure).map((name, k) => [name, drawn[k]]));
  const numbers = restoreNumbers(structure, parts, rows);
  raiseToOrders(structure, numbers);
  const columns = structure.columns.map((plan, j): Column => {
    const { name, type } = schema[j];
    if (plan.kind === "number" && !plan.values) return numeric(schema[j], numbers.get(name) as Float64Array);
    if (plan.kind === "number") {
      const codes = parts.get(name) as Int32Array;
      const values = plan.values ?? [];
      return numeric(
        schema[j],
        Float64Array.from(codes, (code) => values[code] ?? Number.NaN),
      );
    }
    if (plan.kind === "levels" || plan.kind === "lookup") return levelColumn(schema[j], plan, parts);
    if (plan.kind === "constant") return constantColumn(schema[j], plan.text, rows);
    const texts = textType(type, plan);
    if (plan.kind === "key") return { name, type: texts, values: freshKeys(plan.keys, firstRow, rows) };
    if (plan.kind === "text") return { name, type: texts, values: writeTexts(plan, rows, rng.fork(name)) };
    const dates = numbers.get(name) as Float64Array;
    return { name, type: texts, values: Array.from(dates, (value) => writeDate(value, plan.format)) };
  });
  return table(columns);
}

/** The schema of what comes out: the table's own, but for levels that were names, which come back as identifiers or text. */
export function syntheticSchema(from: Table, structure: Structure): readonly ColumnSchema[] {
  return schemaOf(from).columns.map((one, j): ColumnSchema => {
    const plan = structure.columns[j];
    const names = one.levels && (plan.kind === "key" || plan.kind === "text");
    return names ? { name: one.name, type: textType(one.type, plan) } : one;
  });
}

function textType(type: ColumnSchema["type"], { kind }: ColumnPlan): "id" | "date" | "text" {
  if (type === "id" || type === "date" || type === "text") return type;
  return kind === "key" ? "id" : "text";
}

/** All numbers and dates by name, rebuilt from what was drawn. */
function restoreNumbers(
  structure: Structure,
  parts: ReadonlyMap<string, Drawn>,
  rows: number,
): Map<string, Float64Array> {
  const plans = new Map(structure.columns.map((plan) => [plan.name, plan]));
  const done = new Map<string, Float64Array>();
  const of = (name: string): ArrayLike<number> => {
    const plan = plans.get(name) as ColumnPlan;
    if (plan.kind === "levels") return parts.get(name) as Int32Array;
    const known = done.get(name);
    if (known) return known;
    const made =
      plan.kind === "date"
        ? restoreDates(plan, parts)
        : restoreNumber(plan as NumberPlan, parts.get(name), of, rows);
    done.set(name, made);
    return made;
  };
  for (const plan of structure.columns) {
    if (plan.kind === "date" || (plan.kind === "number" && !plan.values)) of(plan.name);
  }
  return done;
}

/** A number's values from what was drawn for it (nothing, for an exact formula) and from its formula's arguments. */
export function restoreNumber(
  plan: NumberPlan,
  own: Drawn | undefined,
  of: Arguments,
  rows: number,
): Float64Array {
  const { formula, grid, low, high } = plan;
  const out = new Float64Array(rows);
  if (formula) {
    const predicted = evaluate(formula, of, rows);
    for (let i = 0; i < rows; i++) out[i] = rebuild(formula, predicted[i], own ? own[i] : Number.NaN);
  } else out.set(own as Float64Array);
  // An exact formula is not bent to the training range: that would break it.
  const [least, most] = formula?.rest === "none" ? [-Infinity, Infinity] : [low, high];
  for (let i = 0; i < rows; i++) out[i] = Math.min(most, Math.max(least, snap(out[i], grid)));
  return out;
}

function restoreDates(plan: DatePlan, parts: ReadonlyMap<string, Drawn>): Float64Array {
  const drawn = parts.get(plan.name) as Float64Array;
  return drawn.map((value) => Math.min(plan.high, Math.max(plan.low, Math.round(value) * plan.format.step)));
}

function levelColumn(
  schema: ColumnSchema,
  plan: Extract<ColumnPlan, { kind: "levels" | "lookup" }>,
  parts: ReadonlyMap<string, Drawn>,
): Column {
  const levels = schema.levels ?? [];
  const place = plan.levels.map((level) => levels.indexOf(level));
  const source = parts.get(plan.kind === "lookup" ? plan.of : plan.name) as Int32Array;
  const map = plan.kind === "lookup" ? plan.map.map((code) => (code < 0 ? -1 : place[code])) : place;
  return {
    name: schema.name,
    type: schema.type as "categorical" | "boolean",
    codes: source.map((code) => map[code] ?? -1),
    levels,
  };
}

function constantColumn(schema: ColumnSchema, text: string, rows: number): Column {
  const { name, type, levels } = schema;
  if (type === "numeric")
    return numeric(schema, new Float64Array(rows).fill(text === "" ? Number.NaN : Number(text)));
  if (levels) {
    return {
      name,
      type: type as "categorical",
      codes: new Int32Array(rows).fill(levels.indexOf(text)),
      levels,
    };
  }
  return { name, type: type as "text", values: new Array<string>(rows).fill(text) };
}

function numeric(schema: ColumnSchema, values: Float64Array): Column {
  const { name, decimals } = schema;
  return { name, type: "numeric", values, ...(decimals !== undefined && { decimals }) };
}

function isDrawn(plan: ColumnPlan): plan is Exclude<ColumnPlan, LookupPlan> {
  if (plan.kind === "number") return plan.formula?.rest !== "none";
  return plan.kind === "levels" || plan.kind === "date";
}
