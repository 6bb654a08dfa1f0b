import { permutation, type Rng } from "../../core/rng";
import { plainDates } from "../../data/formats/date-format";
import { type ColumnSchema, schemaOf } from "../../data/schema";
import { type Column, cellText, isCategorical, type Table, type TextColumn, table } from "../../data/table";
import { dateWriter, type WrittenDates } from "./dates";
import { bandCodes } from "./discover/bands";
import { partsOf } from "./discover/parts-of-dates";
import { type Arguments, evaluate, type Formula, leavesRest, rebuild } from "./formulas";
import { asMissing } from "./gaps/as-missing";
import { snap, spacing, within } from "./grids";
import { freshKeys } from "./keys/fresh-keys";
import { moveDates } from "./move-dates";
import { raiseToOrders } from "./orders/raise";
import {
  type BandsPlan,
  type ColumnPlan,
  type DatePlan,
  formulaOf,
  gridOfPlan,
  isComputed,
  isDrawnBands,
  type KeyColumnPlan,
  type LevelsPlan,
  type LookupPlan,
  levelCount,
  type NumberPlan,
  repeatsName,
  type Structure,
} from "./structure";
import { settling } from "./support";
import { type TextGrammar, writeTextsBy } from "./texts";
import { drawnUnit, emptied, missingRows } from "./variables";

/** What a method drew for a variable: codes for levels, values for numbers. */
export type Drawn = Int32Array | Float64Array;

/** The names of what has to be drawn, in the order of `reduceTable`. */
export function variableNames(structure: Structure): readonly string[] {
  const combined = new Set(structure.combinations.flatMap((combination) => combination.columns));
  const own = structure.columns.filter((plan) => !combined.has(plan.name) && isDrawn(plan));
  const names = own.flatMap((plan) =>
    plan.kind === "number" && plan.repeats ? [repeatsName(plan.name), plan.name] : [plan.name],
  );
  const gaps = (structure.gaps ?? []).map(({ variable }) => variable);
  return [...structure.combinations.map((combination) => combination.name), ...names, ...gaps];
}

/**
 * The table that the drawn variables (in the order of `reduceTable`) stand for: numbers on their grids and in their
 * ranges, computed columns computed, orders kept, keys fresh. `firstRow` numbers the keys; `whole` leaves the gaps out.
 */
export function restoreTable(
  structure: Structure,
  schema: readonly ColumnSchema[],
  drawn: readonly Drawn[],
  { rows, firstRow = 0, whole = false }: { rows: number; firstRow?: number; whole?: boolean },
  rng: Rng,
): Table {
  const named = new Map<string, Drawn>(variableNames(structure).map((name, k) => [name, drawn[k]]));
  const parts = moveDates(structure, named, rng);
  const numbers = restoreNumbers(structure, parts, rows);
  const gapOf = (name: string): Int32Array | undefined => {
    const gap = whole ? undefined : structure.gaps?.find(({ column }) => column === name);
    return gap && (parts.get(gap.variable) as Int32Array);
  };
  const byOf = ({ by }: TextGrammar): Column | undefined => {
    const at = structure.columns.findIndex(({ name }) => name === by?.of);
    return at < 0 ? undefined : finished(at);
  };
  const finished = (j: number): Column => {
    const column = columnOf(structure.columns[j], j);
    const gap = gapOf(column.name);
    return gap ? emptied(column, gap) : column;
  };
  const columnOf = (plan: ColumnPlan, j: number): Column => {
    const { name, type } = schema[j];
    if (plan.kind === "number") return numeric(schema[j], numbers.get(name) as Float64Array);
    if (plan.kind === "levels" && plan.texts)
      return withTexts(
        schema[j],
        plan,
        (parts.get(plan.name) ?? new Int32Array(rows)) as Int32Array,
        byOf(plan.texts),
        rng.fork(name),
      );
    if (plan.kind === "levels" || plan.kind === "lookup") return levelColumn(schema[j], plan, parts, rows);
    if (plan.kind === "bands")
      return bandColumn(
        schema[j],
        plan,
        asMissing(
          structure,
          plan,
          (of) => (numbers.get(of) ?? parts.get(of)) as Drawn,
          (gap) => parts.get(gap),
        ),
      );
    if (plan.kind === "constant") return constantColumn(schema[j], plan.text, rows);
    if (plan.kind === "part" && !plan.format)
      return numeric(schema[j], partsOf(plan, numbers.get(plan.of) as Float64Array));
    const texts = textType(type, plan);
    if (plan.kind === "key")
      return {
        ...writtenAs(schema[j]),
        type: texts,
        values: keysOf(plan, firstRow, rows, rng.fork(name), gapOf(name)),
      };
    const dates =
      plan.kind === "part"
        ? partsOf(plan, numbers.get(plan.of) as Float64Array)
        : (numbers.get(name) as Float64Array);
    const format = plan.format as WrittenDates;
    const write = dateWriter(format);
    const formats = rng.fork(name);
    const mixed = format.formats.length > 1;
    const values = Array.from(dates, (value) => write(value, mixed ? formats.uniform() : 0));
    return { ...writtenAs(schema[j]), type: texts, values, ...toldFormat(format) };
  };
  return table(structure.columns.map((_, j) => finished(j)));
}

/**
 * The schema of what comes out: the table's own, but that texts and identifiers that repeat come back as levels, and levels
 * that hardly do as texts.
 */
export function syntheticSchema(from: Table, structure: Structure): readonly ColumnSchema[] {
  return schemaOf(from).columns.map((column, j): ColumnSchema => {
    const plan = structure.columns[j];
    const { name } = column;
    if ((plan.kind === "bands" || (plan.kind === "levels" && !plan.texts)) && !column.levels)
      return {
        name,
        type: "categorical",
        levels: plan.levels,
        ...(column.missing && { missing: column.missing }),
      };
    if (plan.kind === "key" || (plan.kind === "levels" && plan.texts))
      return { name, type: textType(column.type, plan), ...(column.missing && { missing: column.missing }) };
    if (plan.kind === "date" || (plan.kind === "part" && plan.format))
      return { ...column, type: "date", ...toldFormat(plan.format as WrittenDates) };
    // Of what a date is written as all between its ends is told.
    if (plan.kind === "bands" && plan.pattern && column.levels) return { ...column, levels: plan.levels };
    // A level that is not told must not stand in the model's file either. The words of a boolean are everybody's.
    const told = plan.kind === "constant" ? [plan.text] : "levels" in plan ? plan.levels : undefined;
    if (column.levels && column.type !== "boolean" && told)
      return { ...column, levels: column.levels.filter((level) => told.includes(level)) };
    return column;
  });
}

function textType(type: ColumnSchema["type"], { kind }: ColumnPlan): "id" | "date" | "text" {
  if (type === "id" || type === "date" || type === "text") return type;
  return kind === "key" ? "id" : "text";
}

/** What is moved may move what is computed from it, and that others: so often at most. Rows that then break an order are to be drawn again. */
const mostPasses = 8;

/** All numbers and dates by name, rebuilt from what was drawn, in their orders; what is computed is so from what the others are in the end. */
export function restoreNumbers(
  structure: Structure,
  parts: ReadonlyMap<string, Drawn>,
  rows: number,
): Map<string, Float64Array> {
  const plans = new Map(structure.columns.map((plan) => [plan.name, plan]));
  const done = new Map<string, Float64Array>();
  const of = (name: string): ArrayLike<number> => {
    const plan = plans.get(name) as ColumnPlan;
    if (plan.kind === "levels") return parts.get(name) as Int32Array;
    if (plan.kind === "number" && plan.values) return fewValues(plan, parts.get(name) as Int32Array);
    const known = done.get(name);
    if (known) return known;
    const made =
      plan.kind === "date" && !plan.formula
        ? restoreDates(plan, parts)
        : restoreNumber(plan as NumberPlan | DatePlan, parts.get(name), reads(plan), rows);
    const codes = parts.get(repeatsName(name));
    if (plan.kind === "number" && codes) repeat(plan, made, codes, of);
    done.set(name, made);
    return made;
  };
  const reads = (plan: ColumnPlan): Arguments => {
    const formula = formulaOf(plan);
    return formula ? asMissing(structure, formula, of, (gap) => parts.get(gap)) : of;
  };
  const own = structure.columns.filter(
    (plan) => plan.kind === "date" || (plan.kind === "number" && !plan.values),
  );
  for (let pass = 0; pass === 0 || (pass < mostPasses && raiseToOrders(structure, done)); pass++) {
    for (const plan of own) if (isComputed(plan)) done.delete(plan.name);
    for (const plan of own) of(plan.name);
  }
  for (const plan of structure.columns)
    if (plan.kind === "number" && plan.values) done.set(plan.name, of(plan.name) as Float64Array);
  return done;
}

/** The values of a number that is drawn as levels. */
export function fewValues({ values = [] }: NumberPlan, codes: Int32Array): Float64Array {
  return Float64Array.from(codes, (code) => values[code] ?? Number.NaN);
}

/** A number's values from what was drawn for it (nothing, for an exact formula) and from its formula's arguments. */
export function restoreNumber(
  plan: NumberPlan | DatePlan,
  own: Drawn | undefined,
  of: Arguments,
  rows: number,
): Float64Array {
  const { formula, low, high, support } = plan;
  const [grid, atoms] = [gridOfPlan(plan), plan.kind === "number" ? plan.atoms : []];
  const out = new Float64Array(rows);
  if (formula) {
    const predicted = evaluate(formula, of, rows);
    const unit = drawnUnit(plan);
    const drawn = leavesRest(formula, of);
    const exact: Formula = { ...formula, rest: "none" };
    for (let i = 0; i < rows; i++)
      out[i] = rebuild(drawn(i) ? formula : exact, predicted[i], own ? own[i] * unit : Number.NaN);
  } else out.set(own as Float64Array);
  // A formula is not bent to the training range where that would break it: an exact one, or a date's distance, which has its own range.
  const free = formula?.rest === "none" || (plan.kind === "date" && formula !== undefined);
  const [least, most] = free ? [-Infinity, Infinity] : [low, high];
  // Whatever drew it, a value lies where values lie.
  const settled = settling({ low: least, high: most, atoms: formula ? [] : atoms, grid, support });
  // So is a date the days later that enough rows are: beside a first date at its end the range would add days.
  const days = new Set(formula && plan.kind === "date" ? plan.atoms : []);
  const byLevel = plan.kind === "number" ? plan.grids : undefined;
  const codes = byLevel && of(byLevel.column);
  const decimals = plan.kind === "number" && !grid ? plan.decimals : undefined;
  for (let i = 0; i < rows; i++) {
    if (!own || !days.has(own[i])) out[i] = settled(out[i]);
    if (decimals !== undefined) out[i] = Number(out[i].toFixed(decimals));
    const coarser = codes && byLevel.grids[codes[i]];
    if (coarser) out[i] = within(snap(out[i], coarser), coarser, out[i] > most - spacing(coarser) ? -1 : 1);
  }
  return out;
}

/** Puts the values of other columns where a number repeats them, within its own range. */
export function repeat(
  { repeats = [], low, high }: Pick<NumberPlan, "repeats" | "low" | "high">,
  values: Float64Array,
  codes: ArrayLike<number>,
  of: Arguments,
): void {
  repeats.forEach((name, r) => {
    const others = of(name);
    for (let i = 0; i < values.length; i++)
      if (codes[i] === r + 1 && others[i] >= low && others[i] <= high) values[i] = others[i];
  });
}

function restoreDates(plan: DatePlan, parts: ReadonlyMap<string, Drawn>): Float64Array {
  const drawn = parts.get(plan.name) as Float64Array;
  return drawn.map((value) => Math.min(plan.high, Math.max(plan.low, Math.round(value) * plan.format.step)));
}

/** The rows with fresh keys where there are some, of columns of which it is drawn whether there are. */
export function withKeysWhere(
  { columns: plans, gaps = [] }: Structure,
  rows: Table,
  firstRow: number,
  rng: Rng,
): Table {
  const columns = rows.columns.map((column): Column => {
    const plan = plans.find(({ name }) => name === column.name);
    const drawn = gaps.some((gap) => gap.column === column.name);
    if (plan?.kind !== "key" || !drawn || column.type === "numeric" || isCategorical(column)) return column;
    return {
      ...column,
      values: keysOf(plan, firstRow, rows.rows, rng.fork(plan.name), missingRows(column)),
    };
  });
  return { ...rows, columns };
}

/** Fresh keys, as many rows with the same one, and as many without one, as there were; none where it is known that there is none. */
export function keysOf(
  { keys, repeats, missing = 0 }: KeyColumnPlan,
  firstRow: number,
  rows: number,
  rng: Rng,
  none?: ArrayLike<number>,
): string[] {
  const fresh = freshKeys(keys, firstRow, rows);
  if (!repeats && missing === 0) return none ? fresh.map((key, i) => (none[i] === 1 ? "" : key)) : fresh;
  const order = permutation(rng.fork("order"), rows).filter((i) => none?.[i] !== 1);
  const out = new Array<string>(rows).fill("");
  for (let at = 0, key = 0; at < order.length; key++) {
    const times = repeats ? repeats[Math.floor(rng.uniform() * repeats.length)] : 1;
    for (let t = 0; t < times && at < order.length; t++, at++)
      if (rng.uniform() >= missing) out[order[at]] = fresh[key];
  }
  return out;
}

/** The levels that are told, and made-up texts in place of the others, written as the cells of `by` say. */
function withTexts(
  schema: ColumnSchema,
  plan: LevelsPlan,
  codes: Int32Array,
  by: Column | undefined,
  rng: Rng,
): Column {
  const { levels, texts } = plan;
  const rows = [...codes.keys()].filter((i) => codes[i] === levels.length);
  const cells = rows.map((i) => (by ? cellText(by, i) : ""));
  const values = Array.from(codes, (code) => levels[code] ?? "");
  writeTextsBy(texts as TextGrammar, cells, rng).forEach((text, k) => {
    values[rows[k]] = text;
  });
  return { ...writtenAs(schema), type: textType(schema.type, plan), values };
}

function levelColumn(
  schema: ColumnSchema,
  plan: Extract<ColumnPlan, { kind: "levels" | "lookup" }>,
  parts: ReadonlyMap<string, Drawn>,
  rows: number,
): Column {
  const levels = schema.levels ?? [];
  const place = plan.levels.map((level) => levels.indexOf(level));
  // What has one level is not drawn.
  const source = (parts.get(plan.kind === "lookup" ? plan.of : plan.name) ??
    new Int32Array(rows)) as Int32Array;
  const map = plan.kind === "lookup" ? plan.map.map((code) => (code < 0 ? -1 : place[code])) : place;
  return {
    ...writtenAs(schema),
    type: schema.type as "categorical" | "boolean",
    codes: source.map((code) => map[code] ?? -1),
    levels,
  };
}

function bandColumn(schema: ColumnSchema, plan: BandsPlan, numbers: Arguments): Column {
  const { type, levels = [] } = schema;
  const place = plan.levels.map((level) => levels.indexOf(level));
  const codes = bandCodes(plan, numbers).map((code) => place[code] ?? -1);
  return { ...writtenAs(schema), type: type as "categorical" | "boolean", codes, levels };
}

function constantColumn(schema: ColumnSchema, text: string, rows: number): Column {
  const { type, levels } = schema;
  if (type === "numeric")
    return numeric(schema, new Float64Array(rows).fill(text === "" ? Number.NaN : Number(text)));
  if (levels) {
    return {
      ...writtenAs(schema),
      type: type as "categorical",
      codes: new Int32Array(rows).fill(levels.indexOf(text)),
      levels,
    };
  }
  return { ...writtenAs(schema), type: type as "text", values: new Array<string>(rows).fill(text) };
}

/** How dates are written, where that is not the standard's way. */
function toldFormat({ formats }: WrittenDates): Pick<TextColumn, "format"> {
  const [{ format }] = formats;
  return format.pattern === plainDates.pattern && format.offset === undefined ? {} : { format };
}

/** A column's name, and what it writes for missing cells. */
function writtenAs({ name, missing }: ColumnSchema): Pick<Column, "name" | "missing"> {
  return missing ? { name, missing } : { name };
}

function numeric(schema: ColumnSchema, values: Float64Array): Column {
  const { decimals, format } = schema;
  return {
    ...writtenAs(schema),
    type: "numeric",
    values,
    ...(decimals !== undefined && { decimals }),
    ...(format && format.kind !== "date" && { format }),
  };
}

function isDrawn(plan: ColumnPlan): plan is Exclude<ColumnPlan, LookupPlan> {
  if (plan.kind === "number" || plan.kind === "date") return !isComputed(plan);
  return isDrawnBands(plan) || (plan.kind === "levels" && levelCount(plan) > 1);
}
