import type { Language } from "../language";
import { type Declared, type Kind, kindOf, type ParameterValue, readNumber } from "./kinds";
import { pythonLiteral, unescaped } from "./python-literal";

/** How a language other than TypeScript writes a declaration at the beginning of a line, up to its value. */
interface Grammar {
  /** Groups: keyword, name, annotation. */
  readonly start: RegExp;
  readonly comment: "#" | "//";
}

const python: Grammar = {
  start:
    /()([\p{L}_][\p{L}\p{N}_]*)[ \t]*(?::[ \t]*((?:[^=\n#"']|"[^"\n]*"|'[^'\n]*')+?))?[ \t]*=(?!=)[ \t]*/uy,
  comment: "#",
};

const grammars: Readonly<Record<Exclude<Language, "typescript" | "javascript">, Grammar>> = {
  python,
  r: { start: /()([\p{L}.][\p{L}\p{N}._]*)[ \t]*()(?:<-|=(?!=))[ \t]*/uy, comment: "#" },
  julia: {
    start: /((?:const[ \t]+)?)([\p{L}_][\p{L}\p{N}_!]*)[ \t]*(?:::[ \t]*([^=\n#]+?))?[ \t]*=(?!=)[ \t]*/uy,
    comment: "#",
  },
  scala: { start: /(val|var)[ \t]+(\w+)[ \t]*(?::[ \t]*([^=\n]+?))?[ \t]*=(?!=)[ \t]*/y, comment: "//" },
  bash: { start: /((?:export[ \t]+)?)([A-Za-z_]\w*)()=/y, comment: "#" },
  powershell: { start: /((?:\[[\w.[\]]+\][ \t]*)?)\$(\w+)[ \t]*()=[ \t]*/y, comment: "#" },
  "f#": {
    start: /(let(?:[ \t]+mutable)?)[ \t]+(\w+)[ \t]*(?::[ \t]*([^=\n]+?))?[ \t]*=[ \t]*/y,
    comment: "//",
  },
  "c#": {
    start: /((?:const[ \t]+)?[A-Za-z_][\w.]*(?:<[^=\n]*>)?(?:\[\])?\??)[ \t]+(\w+)[ \t]*()=(?!=)[ \t]*/y,
    comment: "//",
  },
};

/** The declarations of the languages that are read line by line; of a name that comes twice, the last. */
export function declaredLines(source: string, language: keyof typeof grammars): Declared[] {
  const { start, comment } = grammars[language];
  const found = new Map<string, Declared>();
  let above: string | undefined;
  for (let at = 0; at < source.length; ) {
    start.lastIndex = at;
    const match = start.exec(source);
    const end = endOfStatement(source, match ? start.lastIndex : at, comment);
    const help = commentIn(source.slice(end.text, end.line), comment);
    if (match) {
      const [, keyword, name, annotation] = match;
      const text = source.slice(start.lastIndex, end.text).trim();
      const { value, kind } = literal(text, language);
      found.delete(name);
      found.set(name, {
        ...{ name, keyword: keyword.trim(), annotation: annotation || undefined, text, value },
        kind: (annotation && annotated(annotation, kind)) || kind,
        help: help ?? above,
      });
    }
    const own = source.slice(at, end.text).trim();
    above = own === "" ? help : undefined;
    at = end.next;
  }
  return [...found.values()];
}

/** Where a statement's text ends, where its line does, and where the next one begins. Brackets and quotes are skipped. */
function endOfStatement(
  source: string,
  from: number,
  comment: string,
): { text: number; line: number; next: number } {
  let depth = 0;
  let at = from;
  const lineEnd = (i: number): number => {
    const end = source.indexOf("\n", i);
    return end < 0 ? source.length : end;
  };
  while (at < source.length) {
    const sign = source[at];
    if (sign === '"' || sign === "'") {
      at = endOfQuote(source, at);
      continue;
    }
    if (source.startsWith(comment, at)) {
      const end = lineEnd(at);
      if (depth === 0) return { text: at, line: end, next: end + 1 };
      at = end;
      continue;
    }
    if ("([{".includes(sign)) depth++;
    else if (")]}".includes(sign)) depth--;
    else if (sign === "\\" && source[at + 1] === "\n") at++;
    else if (depth <= 0 && sign === ";") {
      const end = lineEnd(at);
      const rest = source.slice(at + 1, end);
      // What follows on the line is a statement of its own, unless it is only a comment.
      if (rest.trim() === "" || rest.trim().startsWith(comment))
        return { text: at, line: end, next: end + 1 };
      return { text: at, line: at, next: at + 1 + (rest.length - rest.trimStart().length) };
    } else if (depth <= 0 && sign === "\n") return { text: at, line: at, next: at + 1 };
    at++;
  }
  return { text: source.length, line: source.length, next: source.length };
}

function endOfQuote(source: string, from: number): number {
  const triple = source.slice(from, from + 3);
  const quote = triple === '"""' || triple === "'''" ? triple : source[from];
  for (let at = from + quote.length; at < source.length; at++) {
    if (source[at] === "\\") at++;
    else if (source.startsWith(quote, at)) return at + quote.length;
    // A quote that stays open is an apostrophe.
    else if (source[at] === "\n" && quote.length === 1) return from + 1;
  }
  return from + 1;
}

function commentIn(text: string, comment: string): string | undefined {
  const at = text.indexOf(comment);
  if (at < 0) return undefined;
  return (
    text
      .slice(at)
      .replace(/^[#/]+/, "")
      .trim() || undefined
  );
}

const none: { value: undefined; kind: Kind } = { value: undefined, kind: { is: "any" } };

/** The value of a literal, with the words and quotes of the language. */
function literal(
  text: string,
  language: keyof typeof grammars,
): { value: ParameterValue | undefined; kind: Kind } {
  if (language === "python") return pythonLiteral(text) ?? none;
  const found = (value: ParameterValue): { value: ParameterValue; kind: Kind } => ({
    value,
    kind: kindOf(value),
  });
  if (language === "bash") {
    const quotedText = text.match(/^"([^"$`\\]*)"$|^'([^']*)'$|^([^\s"'$`\\(;|&]*)$/);
    return quotedText
      ? { value: quotedText[1] ?? quotedText[2] ?? quotedText[3], kind: { is: "string" } }
      : none;
  }
  if (/^(\$?true|TRUE|\$?True)$/.test(text)) return found(true);
  if (/^(\$?false|FALSE|\$?False)$/.test(text)) return found(false);
  if (/^(null|NULL|\$null|None|nothing|NA)$/.test(text)) return none;
  const number = readNumber(text.replace(/^(-?[\d._]+)(?:[LlIfFdDmM]|UL)$/, "$1"));
  if (number !== undefined) return found(number);
  const quoted = text.match(/^@?"((?:[^"\\]|\\.)*)"$/) ?? text.match(/^'([^']*)'$/);
  if (!quoted || (/[$`]/.test(quoted[1]) && (language === "julia" || language === "powershell"))) return none;
  return found(unescaped(quoted[1]));
}

const types: readonly (readonly [RegExp, Kind])[] = [
  [/^(str|String|string|AbstractString)$/, { is: "string" }],
  [/^(int|Int|Int32|Int64|Integer|Long|BigInt|BigInteger|bigint)$/, { is: "whole" }],
  [/^(float|double|Double|Float|Float64|Real|decimal|Number)$/, { is: "number" }],
  [/^(bool|Bool|Boolean)$/, { is: "boolean" }],
  [/^(tuple|Tuple)\b/, { is: "tuple" }],
  [/^(set|frozenset|Set)\b/, { is: "set" }],
  [/^(list|List|Sequence|Iterable|Seq|Vector|Array)\b/, { is: "list" }],
  [/^(dict|Dict|Mapping|Map)\b/, { is: "object" }],
];

/** What an annotation accepts; undefined where it does not tell. */
function annotated(annotation: string, ofDefault: Kind): Kind | undefined {
  const optional = annotation.match(/^(?:typing\.)?Optional\[(.*)\]$/);
  const union = optional ? [optional[1], "None"] : annotation.split("|").map((text) => text.trim());
  const choices = annotation.match(/^(?:typing\.)?Literal\[(.*)\]$/);
  if (choices) {
    const values = pythonLiteral(`[${choices[1]}]`)?.value;
    if (!Array.isArray(values)) return undefined;
    return { is: "one of", kinds: values.map((value): Kind => ({ is: "literal", value })) };
  }
  if (union.length > 1) {
    const kinds = union.map((text) => annotated(text, ofDefault));
    return kinds.includes(undefined) ? undefined : { is: "one of", kinds: kinds as Kind[] };
  }
  if (annotation === "None") return { is: "null" };
  return types.find(([pattern]) => pattern.test(annotation.replace(/^typing\./, "")))?.[1];
}
