import { check } from "../../../core/checks";
import { dateParser, plainDates } from "../../../data/formats/date-format";
import {
  type Column,
  columnNamed,
  isCategorical,
  type NumericColumn,
  type Table,
  table,
} from "../../../data/table";
import { argumentsOf, evaluate, rebuild, restOf } from "../../structure/formulas";
import { snap } from "../../structure/grids";
import { boundOf, type ColumnDomain, type Domain } from "./domain";
import { breaks, checkLevels, levelRule } from "./level-rules";
import { parseRule, type Rule } from "./parse-rule";

/** The rules of a domain for the columns of a table; throws where one contradicts them or another. */
function rulesFor({ rules: texts = [], columns: known }: Domain, columns: readonly Column[]): Rule[] {
  const computed = new Map<string, string>();
  const rules = texts.map((text): Rule => {
    const action = `use the rule ${JSON.stringify(text)}`;
    const levels = levelRule(text, columns, action);
    if (levels) {
      checkLevels(levels, (name) => known.find((one) => one.name === name)?.levels);
      return levels;
    }
    const rule = parseRule(
      text,
      columns.map(({ name }) => name),
      action,
    );
    const typeOf = (name: string): string => columns.find((one) => one.name === name)?.type ?? "";
    if (rule.kind === "order") {
      const types = [typeOf(rule.low), typeOf(rule.high)];
      const alike = types[0] === types[1] && ["numeric", "date"].includes(types[0]);
      check(alike, action, "both columns must be numbers, or both dates", types.join(" and "));
      return rule;
    }
    const used = argumentsOf(rule.formula);
    for (const name of [rule.column, ...used])
      check(typeOf(name) === "numeric", action, `${name} must be a column of numbers`, typeOf(name));
    check(!computed.has(rule.column), action, "a column can be computed once only", rule.column);
    computed.set(rule.column, action);
    const own = columns.find((one) => one.name === rule.column);
    const found: Partial<NumericColumn> = own?.type === "numeric" ? own : {};
    const stated = known.find((one) => one.name === rule.column);
    const decimals = stated?.decimals ?? found.decimals;
    const format = (stated?.format ?? found.format) as typeof found.format;
    const { minimum, maximum, required = false } = stated ?? {};
    return {
      ...rule,
      // About nothing is nothing, where there has to be a value.
      ...(required && rule.formula.rest !== "none" && { formula: { ...rule.formula, otherwise: 0 } }),
      ...(decimals !== undefined && { decimals }),
      ...(format && { format }),
      ...(minimum !== undefined && { bounds: [Number(minimum), Number(maximum)] }),
      ...(required && { required }),
    };
  });
  // What a rule computes may stand in others: these come after it.
  const ordered: Rule[] = rules.filter((rule) => rule.kind !== "formula");
  for (let open = rules.filter((rule) => rule.kind === "formula"); open.length > 0; ) {
    const waits = (name: string): boolean => open.some(({ column }) => column === name);
    const next = open.find(({ formula }) => !argumentsOf(formula).some(waits));
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

/** Of more, not all corners are tried. */
const mostArguments = 12;

/** Throws where bounds that the domain states leave no row that keeps the rule: it would be learnt for nothing, and ε spent. */
function checkReachable(rule: Rule, { columns }: Domain): void {
  const endsOf = (name: string): readonly number[] => {
    const { minimum, maximum, format } = columns.find((one) => one.name === name) ?? {};
    return [minimum, maximum].map((end) => (end === undefined ? Number.NaN : boundOf(end, format)));
  };
  if (rule.kind === "order") {
    const { low, high } = rule;
    const never = endsOf(low)[0] > endsOf(high)[1];
    check(
      !never,
      `use the rule "${low} <= ${high}"`,
      `the least ${low} must not be above the greatest ${high}`,
    );
  }
  if (rule.kind !== "formula" || !rule.bounds || rule.formula.rest !== "none") return;
  const { column, formula, bounds, decimals } = rule;
  const names = argumentsOf(formula);
  const plain = new Set(names).size === names.length && formula.factors.every(({ power }) => power === 1);
  if (!plain || names.length > mostArguments) return;
  // Sums and products are greatest and least at corners; where an end is not stated, nothing is known.
  const corners = Array.from({ length: 2 ** names.length }, (_, corner) => corner);
  const at = (name: string): number[] =>
    corners.map((corner) => endsOf(name)[(corner >> names.indexOf(name)) & 1]);
  const grid = decimals === undefined ? undefined : { decimals, step: 1 };
  const values = evaluate(formula, at, corners.length).map((value) => snap(value, grid));
  const [least, most] = [Math.min(...values), Math.max(...values)];
  check(
    !(least > bounds[1] || most < bounds[0]),
    `compute ${column} by a rule`,
    `it must be possible between ${bounds.join(" and ")}, as the domain states, where what it is computed from makes it lie between ${least} and ${most}`,
  );
}

/**
 * The rules for a table of these columns; what takes out of its rows what rules compute, row by row, so that neighbouring
 * tables stay neighbours; and what is known of its columns: bounds and decimals of a computed column are not those of its
 * ratio, which is missing where it is.
 */
export function ruledColumns(columns: readonly Column[], domain: Domain, target: string | null | undefined) {
  const rules = rulesFor(domain, columns);
  const computed = new Set(rules.flatMap((rule) => (rule.kind === "formula" ? [rule.column] : [])));
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

function numbersIn(from: Table): (name: string) => Float64Array {
  return (name) => {
    const column = columnNamed(from, name);
    if (column.type === "numeric") return column.values;
    if (isCategorical(column)) return new Float64Array(0);
    return Float64Array.from(column.values, dateParser(column.format ?? plainDates));
  };
}

/** The table without what rules compute, row by row: exact columns are gone, of the others the ratio stays. */
function withoutComputed(from: Table, rules: readonly Rule[]): Table {
  const formulas = new Map(
    rules.flatMap((rule) => (rule.kind === "formula" ? [[rule.column, rule.formula]] : [])),
  );
  const columns = from.columns.flatMap((column): Column[] => {
    const formula = formulas.get(column.name);
    if (!formula || column.type !== "numeric") return [column];
    if (formula.rest === "none") return [];
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
    if (rule.kind !== "formula") continue;
    const { column: name, formula, decimals, format } = rule;
    const predicted = evaluate(formula, numbersIn(done), done.rows);
    const rest = done.columns.find((column) => column.name === name);
    const grid = decimals === undefined ? undefined : { decimals, step: 1 };
    // What is computed from a missing value is missing.
    const values = predicted.map((value, i) =>
      Number.isNaN(value)
        ? value
        : snap(rebuild(formula, value, rest?.type === "numeric" ? rest.values[i] : value), grid),
    );
    const written = { ...(decimals !== undefined && { decimals }), ...(format && { format }) };
    const own: Column = { name, type: "numeric", values, ...written };
    done = table([...done.columns.filter((column) => column.name !== name), own]);
  }
  return table(names.map((name) => columnNamed(done, name)));
}

/** A rule that says something of drawn rows: what it says, and whether a row breaks it. */
interface Said {
  readonly text: string;
  readonly broken: (row: number) => boolean;
}

/** All that the rules say of rows, whatever they were drawn by: orders, levels, and what the domain states of computed columns. */
export function saidOf(rules: readonly Rule[], rows: Table): readonly Said[] {
  const of = numbersIn(rows);
  return rules.flatMap((rule): Said[] => {
    if (rule.kind === "levels") return [{ text: rule.text, broken: breaks(rule, rows) }];
    if (rule.kind === "order") {
      const [below, above] = [of(rule.low), of(rule.high)];
      return [{ text: `${rule.low} <= ${rule.high}`, broken: (i) => below[i] > above[i] }];
    }
    const { column, bounds, required } = rule;
    const values = of(column);
    const said: Said[] = [];
    if (required) said.push({ text: `${column} in every row`, broken: (i) => Number.isNaN(values[i]) });
    if (bounds) {
      const [low, high] = bounds;
      // What a value may lie beside its bound by rounding alone.
      const slack = 1e-9 * Math.max(Math.abs(low), Math.abs(high));
      const broken = (i: number): boolean => values[i] < low - slack || values[i] > high + slack;
      said.push({ text: `${low} <= ${column} <= ${high}`, broken });
    }
    return said;
  });
}
