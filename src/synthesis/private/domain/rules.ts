import { check } from "../../../core/checks";
import { dateParser, plainDates } from "../../../data/formats/date-format";
import type { ValueFormat } from "../../../data/formats/format";
import {
  type Column,
  columnNamed,
  isCategorical,
  type NumericColumn,
  type Table,
  table,
} from "../../../data/table";
import { argumentsOf, emptySum, evaluate, type Formula, rebuild, restOf } from "../../structure/formulas";
import { snap } from "../../structure/grids";
import type { ColumnDomain, Domain } from "./domain";
import { breaks, checkLevels, type LevelRule, levelRule } from "./level-rules";

/** What is publicly known to hold between columns of every row. */
export type Rule =
  | {
      readonly kind: "formula";
      readonly column: string;
      readonly formula: Formula;
      /** As the column writes its numbers. */
      readonly decimals?: number;
      readonly format?: ValueFormat;
      /** As the domain states them. */
      readonly bounds?: readonly [low: number, high: number];
      readonly required?: true;
    }
  | { readonly kind: "order"; readonly low: string; readonly high: string }
  | LevelRule;

/**
 * A rule in words of the columns: `total = 100 - a - b`, `mid = 0.5 * low + 0.5 * high`, `amount = quantity * price` (exact), `total ~ tenure * monthly` (about:
 * their ratio is learnt), `start <= end`; those of levels: `levelRule`. Throws where it names no column or cannot be read.
 */
export function parseRule(
  text: string,
  columns: readonly string[],
  action: string,
): Exclude<Rule, LevelRule> {
  const parts = tokens(text, columns, action);
  const sign = parts.findIndex((one) => ["=", "~", "<="].includes(one.text) && !one.column);
  const form =
    "it must be COLUMN = …, COLUMN ~ … or COLUMN <= COLUMN of the table's numbers, or COLUMN=LEVEL => COLUMN=LEVEL";
  const [left, right] = [parts.slice(0, sign), parts.slice(sign + 1)];
  check(sign === 1 && left[0].column === true && right.length > 0, action, form, text);
  if (parts[sign].text === "<=") {
    check(right.length === 1 && right[0].column === true, action, form, text);
    return { kind: "order", low: left[0].text, high: right[0].text };
  }
  const exact = parts[sign].text === "=";
  const formula = formulaOf(right, exact, action, text);
  const own = argumentsOf(formula);
  check(
    own.length > 0 && !own.includes(left[0].text),
    action,
    "it must name other columns on its right",
    text,
  );
  return { kind: "formula", column: left[0].text, formula };
}

interface Token {
  readonly text: string;
  readonly column?: boolean;
}

/** Names of columns (the longest that fits), numbers and signs. */
function tokens(text: string, columns: readonly string[], action: string): Token[] {
  const names = [...columns].sort((a, b) => b.length - a.length);
  const out: Token[] = [];
  let rest = text.trim();
  while (rest !== "") {
    const name = names.find((one) => rest.startsWith(one));
    const found = name ?? rest.match(/^(?:<=|≤|≈|−|×|[=~+\-*/]|\d+(?:\.\d+)?)/)?.[0];
    check(found !== undefined && found !== "", action, `it may only name ${columns.join(", ")}`, rest);
    const plain: Record<string, string> = { "≤": "<=", "≈": "~", "−": "-", "×": "*" };
    out.push(name === undefined ? { text: plain[found] ?? found } : { text: name, column: true });
    rest = rest.slice(found.length).trim();
  }
  return out;
}

/** A product of columns and numbers, or a sum of columns, numbers and numbers times columns. */
function formulaOf(parts: readonly Token[], exact: boolean, action: string, text: string): Formula {
  const signed = /^[+-]$/.test(parts[0].text) ? parts : [{ text: "+" }, ...parts];
  const summands: { weight: number; readonly factors: { column: string; power: 1 | -1 }[] }[] = [];
  for (let k = 0; k < signed.length; k += 2) {
    const [sign, one] = [signed[k], signed[k + 1]];
    const readable =
      !sign.column && /^[-+*/]$/.test(sign.text) && one && (one.column || /^\d/.test(one.text));
    check(readable, action, "a sign must stand between two columns or numbers", text);
    const power = sign.text === "/" ? -1 : 1;
    if (/[-+]/.test(sign.text)) summands.push({ weight: sign.text === "-" ? -1 : 1, factors: [] });
    const own = summands[summands.length - 1];
    if (one.column) own.factors.push({ column: one.text, power });
    else own.weight *= Number(one.text) ** power;
  }
  const finite = summands.every(({ weight }) => Number.isFinite(weight));
  check(finite, action, "its numbers must be finite", text);
  const rest = exact ? "none" : "factor";
  if (summands.length === 1 && signed.some(({ text }) => text === "*" || text === "/")) {
    const [{ weight: constant, factors }] = summands;
    // Nothing times a price is nothing; what is learnt as a ratio to it is missing there.
    const otherwise = exact && factors.every(({ power }) => power === 1) ? 0 : null;
    return { ...emptySum, kind: "product", constant, factors, rest, otherwise };
  }
  const plain = summands.every(
    ({ factors }) => factors.length === 0 || (factors.length === 1 && factors[0].power === 1),
  );
  check(plain, action, "a sum may add columns, numbers and numbers times columns", text);
  const terms = summands.flatMap(({ weight, factors }) => factors.map(({ column }) => ({ column, weight })));
  const constant = summands.reduce(
    (sum, { weight, factors }) => sum + (factors.length === 0 ? weight : 0),
    0,
  );
  return { ...emptySum, constant, terms, rest };
}

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

/**
 * The table without what rules compute, row by row, so that neighbouring tables stay neighbours; the rules; and what is
 * known of its columns: bounds and decimals of a computed column are not those of its ratio, which is missing where it is.
 */
export function ruledTable(whole: Table, domain: Domain, target: string | null | undefined) {
  const rules = rulesFor(domain, whole.columns);
  const computed = new Set(rules.flatMap((rule) => (rule.kind === "formula" ? [rule.column] : [])));
  const free = typeof target !== "string" || !computed.has(target);
  check(free, "fit mst", "the target must not be computed by a rule", target);
  const known = (name: string): ColumnDomain | undefined => {
    const stated = domain.columns.find((column) => column.name === name);
    return stated && computed.has(name) ? { name, required: stated.required ?? false } : stated;
  };
  return { from: rules.length > 0 ? withoutComputed(whole, rules) : whole, rules, known };
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
