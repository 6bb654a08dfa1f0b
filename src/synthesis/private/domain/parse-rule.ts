import { check } from "../../../core/checks";
import type { ValueFormat } from "../../../data/formats/format";
import { argumentsOf, emptySum, type Formula } from "../../structure/formulas";
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
