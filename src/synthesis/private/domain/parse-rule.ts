import { check } from "../../../core/checks";
import type { DateFormat } from "../../../data/formats/date-format";
import type { ValueFormat } from "../../../data/formats/format";
import { argumentsOf, emptySum, type Formula, type Term } from "../../structure/formulas";
import type { BandRule } from "./band-rule";
import { datedFormula, type Summand, unitWords } from "./dated-formula";
import type { LevelRule } from "./level-rules";

/** What is publicly known to hold between columns of every row. */
export type Rule =
  | {
      readonly kind: "formula";
      readonly column: string;
      readonly formula: Formula;
      /** As the column writes its numbers. */
      readonly decimals?: number;
      readonly format?: ValueFormat;
      /** Of its own multiples alone. */
      readonly step?: number;
      /** For a column of dates: how they are written. */
      readonly dates?: DateFormat;
      /** As the domain states them. */
      readonly bounds?: readonly [low: number, high: number];
      readonly required?: true;
    }
  | { readonly kind: "order"; readonly low: string; readonly high: string; readonly strict?: true }
  | BandRule
  | LevelRule;

/** A rule that computes a column. */
export type ComputingRule = Extract<Rule, { readonly column: string }>;

/**
 * A rule in words of the columns: `total = 100 - a - b`, `mid = 0.5 * low + 0.5 * high`, `amount = quantity * price` (exact), `total ~ tenure * monthly` (about:
 * their ratio is learnt), `start <= end` (or `<`), `end = start + term months` of dates; those of levels: `levelRule`, `bandRule`. Throws
 * where it names no column or cannot be read.
 */
export function parseRule(
  text: string,
  columns: readonly string[],
  action: string,
  isDate: (column: string) => boolean = () => false,
): Exclude<Rule, LevelRule | BandRule> {
  const parts = tokens(text, columns, action);
  const sign = parts.findIndex((one) => ["=", "~", "<=", "<"].includes(one.text) && !one.column);
  const form =
    "it must be COLUMN = …, COLUMN ~ … or COLUMN <= COLUMN of the table's numbers, or COLUMN=LEVEL => COLUMN=LEVEL";
  const [left, right] = [parts.slice(0, sign), parts.slice(sign + 1)];
  check(sign === 1 && left[0].column === true && right.length > 0, action, form, text);
  if (parts[sign].text.startsWith("<")) {
    check(right.length === 1 && right[0].column === true, action, form, text);
    check(left[0].text !== right[0].text, action, "it must be about two columns", text);
    const strict = parts[sign].text === "<" && { strict: true as const };
    return { kind: "order", low: left[0].text, high: right[0].text, ...strict };
  }
  const exact = parts[sign].text === "=";
  // "in days" at the end says what is counted.
  const [before, last] = right.slice(-2);
  const unit = before.text === "in" && last?.unit ? last.text : undefined;
  const summands = summandsOf(unit === undefined ? right : right.slice(0, -2), action, text);
  const date = isDate(left[0].text);
  const dated =
    date ||
    unit !== undefined ||
    summands.some((one) => one.unit !== undefined || one.factors.some(({ column }) => isDate(column)));
  check(exact || !dated, action, "a rule of dates must be exact (=)", text);
  const formula = dated
    ? datedFormula(summands, { date, isDate, ...(unit !== undefined && { unit }) }, action, text)
    : formulaOf(
        summands,
        { exact, isProduct: right.some((one) => !one.column && /^[*/]$/.test(one.text)) },
        action,
        text,
      );
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
  /** A length of time, after a number or a column. */
  readonly unit?: boolean;
}

/** Names of columns (the longest that fits), numbers and signs. */
function tokens(text: string, columns: readonly string[], action: string): Token[] {
  const names = [...columns].sort((a, b) => b.length - a.length);
  const out: Token[] = [];
  let rest = text.trim();
  while (rest !== "") {
    const before = out[out.length - 1];
    // After a number or a column the word is the unit, whatever columns are called.
    const unit =
      before && (before.column || /^(?:\d|in$)/.test(before.text)) ? rest.match(unitWords)?.[0] : undefined;
    const name = unit === undefined ? names.find((one) => rest.startsWith(one)) : undefined;
    const found = unit ?? name ?? rest.match(/^(?:<=|≤|≈|−|×|[<=~+\-*/]|\d+(?:\.\d+)?|in(?=\s))/)?.[0];
    check(found !== undefined && found !== "", action, `it may only name ${columns.join(", ")}`, rest);
    const plain: Record<string, string> = { "≤": "<=", "≈": "~", "−": "-", "×": "*" };
    if (unit !== undefined) out.push({ text: unit, unit: true });
    else out.push(name === undefined ? { text: plain[found] ?? found } : { text: name, column: true });
    rest = rest.slice(found.length).trim();
  }
  return out;
}

function summandsOf(parts: readonly Token[], action: string, text: string): Summand[] {
  const signed: Token[] = /^[+-]$/.test(parts[0].text) ? [...parts] : [{ text: "+" }, ...parts];
  const summands: Summand[] = [];
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
    if (!signed[k + 2]?.unit) continue;
    check(own.unit === undefined, action, "a length of time may have one unit", text);
    own.unit = signed.splice(k + 2, 1)[0].text;
  }
  const finite = summands.every(({ weight }) => Number.isFinite(weight));
  check(finite, action, "its numbers must be finite", text);
  return summands;
}

/** A product of columns and numbers, or a sum of columns, numbers and numbers times columns. */
function formulaOf(
  summands: readonly Summand[],
  { exact, isProduct }: { readonly exact: boolean; readonly isProduct: boolean },
  action: string,
  text: string,
): Formula {
  const rest = exact ? "none" : "factor";
  if (summands.length === 1 && isProduct) {
    const [{ weight: constant, factors }] = summands;
    // Nothing times a price is nothing; what is learnt as a ratio to it is missing there.
    const otherwise = exact && factors.every(({ power }) => power === 1) ? 0 : null;
    return { ...emptySum, kind: "product", constant, factors, rest, otherwise };
  }
  const isPlain = ({ factors }: Summand): boolean =>
    factors.length < 3 && factors.every(({ power }) => power === 1);
  check(
    summands.every(isPlain),
    action,
    "a sum may add columns, numbers and numbers times up to two columns",
    text,
  );
  const terms = summands.flatMap(({ weight, factors: [one, other] }): Term[] =>
    one ? [{ column: one.column, weight, ...(other && { times: { column: other.column, plus: 0 } }) }] : [],
  );
  const constant = summands.reduce(
    (sum, { weight, factors }) => sum + (factors.length === 0 ? weight : 0),
    0,
  );
  return { ...emptySum, constant, terms, rest };
}
