import { check } from "../../../core/checks";
import type { Rng } from "../../../core/rng";
import { dateParser, plainDates } from "../../../data/formats/date-format";
import type { ValueFormat } from "../../../data/formats/format";
import {
  type Column,
  columnNamed,
  isCategorical,
  type NumericColumn,
  type Table,
  table,
  takeTableRows,
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
    const { decimals, format: found }: Partial<NumericColumn> = own?.type === "numeric" ? own : {};
    const format = (known.find((one) => one.name === rule.column)?.format ?? found) as typeof found;
    return { ...rule, ...(decimals !== undefined && { decimals }), ...(format && { format }) };
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

/** The columns that rules compute. */
export function computedBy(rules: readonly Rule[]): ReadonlySet<string> {
  return new Set(rules.flatMap((rule) => (rule.kind === "formula" ? [rule.column] : [])));
}

/**
 * The table without what rules compute, row by row, so that neighbouring tables stay neighbours; the rules; and what is
 * known of its columns: bounds and decimals of a computed column are not those of its ratio.
 */
export function ruledTable(whole: Table, domain: Domain, target: string | null | undefined) {
  const rules = rulesFor(domain, whole.columns);
  const computed = computedBy(rules);
  const free = typeof target !== "string" || !computed.has(target);
  check(free, "fit mst", "the target must not be computed by a rule", target);
  const known = (name: string): ColumnDomain | undefined =>
    computed.has(name) ? undefined : domain.columns.find((column) => column.name === name);
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
    const values = predicted.map((value, i) =>
      snap(rebuild(formula, value, rest?.type === "numeric" ? rest.values[i] : Number.NaN), grid),
    );
    const written = { ...(decimals !== undefined && { decimals }), ...(format && { format }) };
    const own: Column = { name, type: "numeric", values, ...written };
    done = table([...done.columns.filter((column) => column.name !== name), own]);
  }
  return table(names.map((name) => columnNamed(done, name)));
}

/** How often rows that break an order, or a rule of levels, are drawn again. */
const mostRounds = 20;

/**
 * Rows that break no order and no rule of levels: those that do are drawn again. What still breaks an order at the end is raised;
 * throws where rows still break a rule of levels, since conditions can contradict it.
 */
export function keepingRules(
  first: Table,
  rules: readonly Rule[],
  more: (rows: number, rng: Rng) => Table,
  rng: Rng,
): Table {
  const orders = rules.flatMap((rule) => (rule.kind === "order" ? [rule] : []));
  const levels = rules.flatMap((rule) => (rule.kind === "levels" ? [rule] : []));
  const broken = (from: Table): number[] => {
    const of = numbersIn(from);
    const pairs = orders.map(({ low, high }) => [of(low), of(high)] as const);
    const wrong = levels.map((rule) => breaks(rule, from));
    return Array.from({ length: from.rows }, (_, i) => i).filter(
      (i) => pairs.some(([a, b]) => a[i] > b[i]) || wrong.some((one) => one(i)),
    );
  };
  let made = first;
  let bad = broken(made);
  for (let round = 0; bad.length > 0 && round < mostRounds; round++) {
    const extra = more(2 * bad.length + 16, rng.fork(`again ${round}`));
    const out = new Set(broken(extra));
    const good = Array.from({ length: extra.rows }, (_, i) => i).filter((i) => !out.has(i));
    made = replacedRows(made, bad.slice(0, good.length), takeTableRows(extra, good));
    bad = bad.slice(good.length);
  }
  for (const rule of levels) {
    const kept = !bad.some(breaks(rule, made));
    check(kept, "sample", `the conditions must leave the rule ${JSON.stringify(rule.text)} possible`);
  }
  if (bad.length === 0) return made;
  // What is computed from a number that was raised is computed again.
  const exact = rules.filter((rule) => rule.kind === "formula" && rule.formula.rest === "none");
  const names = made.columns.map(({ name }) => name);
  const done = withComputed(raised(made, orders, bad), exact, names);
  const left = broken(done).length;
  check(
    left === 0,
    "sample",
    "orders and computed columns must leave every row something to be",
    `${left} rows`,
  );
  return done;
}

/** The rows with those at `places` replaced by the others' first ones; identifiers stay. */
function replacedRows(rows: Table, places: readonly number[], others: Table): Table {
  const columns = rows.columns.map((column, j): Column => {
    const by = others.columns[j];
    if (column.type === "id") return column;
    if (isCategorical(column)) {
      const codes = column.codes.slice();
      places.forEach((i, k) => {
        codes[i] = isCategorical(by) ? by.codes[k] : -1;
      });
      return { ...column, codes };
    }
    if (column.type === "numeric") {
      const values = column.values.slice();
      places.forEach((i, k) => {
        values[i] = by.type === "numeric" ? by.values[k] : Number.NaN;
      });
      return { ...column, values };
    }
    const values = [...column.values];
    places.forEach((i, k) => {
      values[i] = "values" in by ? String(by.values[k]) : "";
    });
    return { ...column, values };
  });
  return { rows: rows.rows, columns };
}

function raised(
  rows: Table,
  orders: readonly { low: string; high: string }[],
  places: readonly number[],
): Table {
  let done = rows;
  for (const { low, high } of orders) {
    const of = numbersIn(done);
    const [below, above] = [of(low), of(high)];
    const columns = done.columns.map((column): Column => {
      if (column.name !== high || isCategorical(column)) return column;
      const from = columnNamed(done, low);
      const at = places.filter((i) => below[i] > above[i]);
      if (column.type === "numeric") {
        const values = column.values.slice();
        for (const i of at) values[i] = below[i];
        return { ...column, values };
      }
      const values = [...column.values];
      for (const i of at) values[i] = "values" in from ? String(from.values[i]) : values[i];
      return { ...column, values };
    });
    done = { rows: done.rows, columns };
  }
  return done;
}
