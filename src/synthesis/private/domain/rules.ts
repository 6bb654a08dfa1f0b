import { check } from "../../../core/checks";
import { type DateFormat, dateParser, plainDates } from "../../../data/formats/date-format";
import {
  type Column,
  cellText,
  columnNamed,
  isCategorical,
  type NumericColumn,
  type Table,
  table,
} from "../../../data/table";
import { dateWriter } from "../../structure/dates";
import { argumentsOf, evaluate, rebuild, restOf } from "../../structure/formulas";
import { type Grid, snap } from "../../structure/grids";
import { bandColumn, bandRule } from "./band-rule";
import { datesStated, datesWritten, decimalsStated } from "./columns";
import { boundOf, type ColumnDomain, type Domain } from "./domain";
import { breaks, checkLevels, levelRule } from "./level-rules";
import { type ComputingRule, parseRule, type Rule } from "./parse-rule";

/** The rules of a domain for the columns of a table; throws where one contradicts them or another. */
function rulesFor({ rules: texts = [], columns: known }: Domain, columns: readonly Column[]): Rule[] {
  const computed = new Map<string, string>();
  const knownOf = (name: string): ColumnDomain | undefined => known.find((one) => one.name === name);
  const typeOf = (name: string): string => columns.find((one) => one.name === name)?.type ?? "";
  const computing = <R extends ComputingRule>(rule: R, action: string): R => {
    check(!computed.has(rule.column), action, "a column can be computed once only", rule.column);
    computed.set(rule.column, action);
    return rule;
  };
  const rules = texts.map((text): Rule => {
    const action = `use the rule ${JSON.stringify(text)}`;
    const bands = bandRule(text, columns, knownOf, action);
    if (bands) return computing(bands, action);
    const levels = levelRule(text, columns, action);
    if (levels) {
      checkLevels(levels, knownOf);
      return levels;
    }
    const names = columns.map(({ name }) => name);
    const rule = parseRule(text, names, action, (name) => typeOf(name) === "date");
    if (rule.kind === "order") {
      const types = [typeOf(rule.low), typeOf(rule.high)];
      const alike = types[0] === types[1] && ["numeric", "date"].includes(types[0]);
      check(alike, action, "both columns must be numbers, or both dates", types.join(" and "));
      return rule;
    }
    // Dates stand where rules of dates have them.
    for (const name of [rule.column, ...argumentsOf(rule.formula)])
      check(
        ["numeric", "date"].includes(typeOf(name)),
        action,
        `${name} must be a column of numbers`,
        typeOf(name),
      );
    const own = columns.find((one) => one.name === rule.column);
    const stated = knownOf(rule.column);
    const { minimum, maximum, required = false, step } = stated ?? {};
    const bound = (end: number | string): number => boundOf(end, stated?.format);
    if (own?.type === "date") {
      return computing(
        {
          ...rule,
          dates: datesStated(own, stated),
          ...(minimum !== undefined && maximum !== undefined && { bounds: [bound(minimum), bound(maximum)] }),
          ...(required && { required }),
        },
        action,
      );
    }
    const found: Partial<NumericColumn> = own?.type === "numeric" ? own : {};
    const decimals = decimalsStated(found, stated);
    const format = (stated?.format ?? found.format) as typeof found.format;
    const done: Rule = {
      ...rule,
      // About nothing is nothing, where there has to be a value.
      ...(required && rule.formula.rest !== "none" && { formula: { ...rule.formula, otherwise: 0 } }),
      ...(decimals !== undefined && { decimals }),
      ...(format && { format }),
      ...(minimum !== undefined && { bounds: [Number(minimum), Number(maximum)] }),
      ...(step !== undefined && { step }),
      ...(required && { required }),
    };
    return computing(done, action);
  });
  // What a rule computes may stand in others: these come after it.
  const ordered: Rule[] = rules.filter((rule) => !isComputing(rule));
  for (let open = rules.filter(isComputing); open.length > 0; ) {
    const waits = (name: string): boolean => open.some(({ column }) => column === name);
    const next = open.find((rule) => !usedBy(rule).some(waits));
    if (!next) {
      check(
        false,
        computed.get(open[0].column) as string,
        "a column must not be computed from itself over others",
        open[0].column,
      );
      break;
    }
    ordered.push(next);
    open = open.filter((rule) => rule !== next);
  }
  return ordered;
}

/** Whether the rule computes a column. */
export function isComputing(rule: Rule): rule is ComputingRule {
  return "column" in rule;
}

function usedBy(rule: ComputingRule): readonly string[] {
  return rule.kind === "bands" ? [rule.of] : argumentsOf(rule.formula);
}

/** What a computed number is rounded to. */
function gridOf({ decimals, step }: Extract<Rule, { kind: "formula" }>): Grid | undefined {
  if (decimals === undefined) return undefined;
  return { decimals, step: step === undefined ? 1 : Math.round(step * 10 ** decimals) };
}

function orderText({ low, high, strict }: Extract<Rule, { kind: "order" }>): string {
  return `${low} ${strict ? "<" : "<="} ${high}`;
}

/** Of more, not all corners are tried. */
const mostArguments = 12;

/** Throws where bounds that the domain states leave no row that keeps the rule: it would be learnt for nothing, and ε spent. */
function checkReachable(rule: Rule, { columns }: Domain): void {
  const endsOf = (name: string): readonly number[] => {
    const { minimum, maximum, format } = columns.find((one) => one.name === name) ?? {};
    return [minimum, maximum].map((end) => (end === undefined ? Number.NaN : boundOf(end, format)));
  };
  if (rule.kind === "order") {
    const { low, high, strict = false } = rule;
    const [least, most] = [endsOf(low)[0], endsOf(high)[1]];
    const never = strict ? least >= most : least > most;
    check(
      !never,
      `use the rule "${orderText(rule)}"`,
      `the least ${low} must ${strict ? "be below" : "not be above"} the greatest ${high}`,
    );
  }
  if (rule.kind !== "formula" || !rule.bounds || rule.formula.rest !== "none") return;
  const { column, formula, bounds, dates } = rule;
  const names = argumentsOf(formula);
  const { factors, terms } = formula;
  const squares =
    new Set(factors.map((factor) => factor.column)).size < factors.length ||
    terms.some((term) => term.times?.column === term.column);
  const divided = factors.some(({ power }) => power === -1);
  if (squares || divided || names.length > mostArguments) return;
  // Sums and products without squares are greatest and least at corners; where an end is not stated, nothing is known.
  const corners = Array.from({ length: 2 ** names.length }, (_, corner) => corner);
  const at = (name: string): number[] =>
    corners.map((corner) => endsOf(name)[(corner >> names.indexOf(name)) & 1]);
  const grid = gridOf(rule);
  const values = evaluate(formula, at, corners.length).map((value) => snap(value, grid));
  const [least, most] = [Math.min(...values), Math.max(...values)];
  check(
    !(least > bounds[1] || most < bounds[0]),
    `compute ${column} by a rule`,
    `it must be possible between ${bounds.map((end) => shown(end, dates)).join(" and ")}, as the domain states, where what it is computed from makes it lie between ${shown(least, dates)} and ${shown(most, dates)}`,
  );
}

/**
 * The rules for a table of these columns; what takes out of its rows what rules compute, row by row, so that neighbouring
 * tables stay neighbours; and what is known of its columns: bounds and decimals of a computed column are not those of its
 * ratio, which is missing where it is.
 */
export function ruledColumns(columns: readonly Column[], domain: Domain, target: string | null | undefined) {
  const rules = rulesFor(domain, columns);
  const computed = new Set(rules.filter(isComputing).map(({ column }) => column));
  for (const rule of rules) checkReachable(rule, domain);
  const free = typeof target !== "string" || !computed.has(target);
  check(free, "fit mst", "the target must not be computed by a rule", target);
  const known = (name: string): ColumnDomain | undefined => {
    const stated = domain.columns.find((column) => column.name === name);
    return stated && computed.has(name) ? { name, required: stated.required ?? false } : stated;
  };
  const without = (rows: Table): Table => (rules.length > 0 ? withoutComputed(rows, rules) : rows);
  return { without, rules, known };
}

function shown(value: number, dates: DateFormat | undefined): string {
  return dates ? dateWriter(datesWritten(dates))(value) : String(value);
}

/** By column its numbers; of dates milliseconds since 1970, of levels their places. */
export function numbersIn(from: Table): (name: string) => Float64Array {
  return (name) => {
    const column = columnNamed(from, name);
    if (column.type === "numeric") return column.values;
    if (isCategorical(column)) return Float64Array.from(column.codes);
    return Float64Array.from(column.values, dateParser(column.format ?? plainDates));
  };
}

/** The table without what rules compute, row by row: exact columns are gone, of the others the ratio stays. */
function withoutComputed(from: Table, rules: readonly Rule[]): Table {
  const computed = new Map(rules.filter(isComputing).map((rule) => [rule.column, rule]));
  const columns = from.columns.flatMap((column): Column[] => {
    const rule = computed.get(column.name);
    if (!rule) return [column];
    if (rule.kind === "bands" || rule.formula.rest === "none" || column.type !== "numeric") return [];
    const { formula } = rule;
    const predicted = evaluate(formula, numbersIn(from), from.rows);
    const values = column.values.map((value, i) => restOf(formula, value, predicted[i]));
    return [
      {
        name: column.name,
        type: "numeric",
        values: values.map((one) => (Number.isFinite(one) ? one : Number.NaN)),
      },
    ];
  });
  return table(columns);
}

/** Rows that are drawn without what rules compute, with it, in the order of `names`. */
export function withComputed(made: Table, rules: readonly Rule[], names: readonly string[]): Table {
  let done = made;
  for (const rule of rules) {
    if (!isComputing(rule)) continue;
    const own = computedColumn(rule, done);
    done = table([...done.columns.filter((column) => column.name !== rule.column), own]);
  }
  return table(names.map((name) => columnNamed(done, name)));
}

function computedColumn(rule: ComputingRule, done: Table): Column {
  if (rule.kind === "bands") return bandColumn(rule, numbersIn(done)(rule.of));
  const { column: name, formula, decimals, format, dates } = rule;
  const predicted = evaluate(formula, numbersIn(done), done.rows);
  if (dates) {
    const written = datesWritten(dates);
    const write = dateWriter(written);
    // A part of a day belongs to the day.
    const floor = (value: number): number => Math.floor(value / written.step + 1e-9) * written.step;
    return {
      name,
      type: "date",
      values: Array.from(predicted, (value) => write(floor(value))),
      format: dates,
    };
  }
  const rest = done.columns.find((column) => column.name === name);
  const grid = gridOf(rule);
  // What is computed from a missing value is missing.
  const values = predicted.map((value, i) =>
    Number.isNaN(value)
      ? value
      : snap(rebuild(formula, value, rest?.type === "numeric" ? rest.values[i] : value), grid),
  );
  const written = { ...(decimals !== undefined && { decimals }), ...(format && { format }) };
  return { name, type: "numeric", values, ...written };
}

/** A rule that says something of drawn rows: what it says, and whether a row breaks it. */
export interface Said {
  readonly text: string;
  readonly broken: (row: number) => boolean;
}

/** All that the rules say of rows, whatever they were drawn by: orders, levels, and what the domain states of computed columns. */
export function saidOf(rules: readonly Rule[], rows: Table): readonly Said[] {
  const of = numbersIn(rows);
  return rules.flatMap((rule): Said[] => {
    if (rule.kind === "levels") return [{ text: rule.text, broken: breaks(rule, rows, rules) }];
    if (rule.kind === "order") {
      const [below, above] = [of(rule.low), of(rule.high)];
      const broken = (i: number): boolean =>
        below[i] > above[i] || (rule.strict === true && below[i] === above[i]);
      return [{ text: orderText(rule), broken }];
    }
    const { column, required } = rule;
    const said: Said[] = [];
    const own = columnNamed(rows, column);
    if (required) said.push({ text: `${column} in every row`, broken: (i) => cellText(own, i) === "" });
    if (rule.kind === "bands") return said;
    const { bounds, dates } = rule;
    const values = of(column);
    if (bounds) {
      const [low, high] = bounds;
      // What a value may lie beside its bound by rounding alone.
      const slack = 1e-9 * Math.max(Math.abs(low), Math.abs(high));
      const broken = (i: number): boolean => values[i] < low - slack || values[i] > high + slack;
      said.push({ text: `${shown(low, dates)} <= ${column} <= ${shown(high, dates)}`, broken });
    }
    return said;
  });
}
