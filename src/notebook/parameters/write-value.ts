import { check } from "../../core/checks";
import { ExactNumber } from "../../core/exact-json";
import type { Language } from "../language";
import { accepts, isNumber, type Kind, type ParameterValue } from "./kinds";

/** Writes a value of a parameter in one language. */
type Write = (value: ParameterValue, kind?: Kind) => string;

/** What differs between languages in writing JSON. */
interface Syntax {
  readonly none: string;
  readonly yes: string;
  readonly no: string;
  readonly text: (value: string) => string;
  /** Takes a number as written in JSON. */
  readonly number: (text: string) => string;
  readonly list: (items: readonly string[], values: readonly ParameterValue[]) => string;
  readonly object: (entries: readonly (readonly [key: string, value: string])[]) => string;
}

function writer(syntax: Syntax): Write {
  const write: Write = (value) => {
    if (value === null) return syntax.none;
    if (typeof value === "boolean") return value ? syntax.yes : syntax.no;
    if (typeof value === "string") return syntax.text(value);
    if (isNumber(value)) return syntax.number(String(value));
    if (Array.isArray(value))
      return syntax.list(
        value.map((one) => write(one)),
        value,
      );
    const entries = Object.entries(value as Record<string, ParameterValue>);
    return syntax.object(entries.map(([key, one]) => [syntax.text(key), write(one)]));
  };
  return write;
}

const same = (text: string): string => text;
const json = (text: string): string => JSON.stringify(text);
const comma = (items: readonly string[]): string => items.join(", ");
const whole = (text: string): boolean => /^-?\d+$/.test(text);

/** For languages whose numbers are doubles: integers that these leave out would silently be others. */
function double(language: string): (text: string) => string {
  return (text) => {
    check(
      !new ExactNumber(text).beyondSafe,
      "set parameters",
      `an integer must be one that a number of ${language} holds exactly (give it as a text, or declare a bigint)`,
      text,
    );
    return text;
  };
}

/** An integer by its size: as it is, as a 64-bit one, or as one of any size. */
function sized(long: (text: string) => string, big: (text: string) => string): (text: string) => string {
  return (text) => {
    if (!whole(text)) return text;
    const value = BigInt(text);
    if (BigInt.asIntN(32, value) === value) return text;
    return BigInt.asIntN(64, value) === value ? long(text) : big(text);
  };
}

const javascript = writer({
  ...{ none: "null", yes: "true", no: "false", text: json, number: double("JavaScript") },
  list: (items) => `[${comma(items)}]`,
  object: (entries) => `{${comma(entries.map(([key, value]) => `${key}: ${value}`))}}`,
});

const python = writer({
  ...{ none: "None", yes: "True", no: "False", text: json, number: same },
  list: (items) => `[${comma(items)}]`,
  object: (entries) => `{${comma(entries.map(([key, value]) => `${key}: ${value}`))}}`,
});

/** A bare `{}` would be an object of JavaScript, and an empty set of Python has no literal. */
const typedPython: Write = (value, kind) => {
  if (Array.isArray(value) && kind?.is === "tuple")
    return `(${value.map((one) => `${python(one)},`).join(" ")})`;
  if (Array.isArray(value) && kind?.is === "set") return `set(${python(value)})`;
  return python(value);
};

const typedJavaScript: Write = (value, kind) => {
  const kinds = kind?.is === "one of" ? kind.kinds : [kind];
  const fitting = kinds.find((one) => one && accepts(one, value));
  if (fitting?.is === "date") return `new Date(${javascript(value)})`;
  const big =
    kind?.is === "bigint" || (kind?.is === "any" && value instanceof ExactNumber && value.beyondSafe);
  return big ? `${String(value)}n` : javascript(value);
};

const writers: Readonly<Record<Language, Write>> = {
  typescript: typedJavaScript,
  javascript: typedJavaScript,
  python: typedPython,
  r: writer({
    ...{ none: "NULL", yes: "TRUE", no: "FALSE", text: json, number: double("R") },
    list: (items) => `list(${comma(items)})`,
    object: (entries) => `list(${comma(entries.map(([key, value]) => `${key} = ${value}`))})`,
  }),
  julia: writer({
    ...{ none: "nothing", yes: "true", no: "false", number: same },
    text: (value) => json(value).replaceAll("$", "\\$"),
    list: (items) => `[${comma(items)}]`,
    object: (entries) => `Dict(${comma(entries.map(([key, value]) => `${key} => ${value}`))})`,
  }),
  scala: writer({
    ...{ none: "None", yes: "true", no: "false", text: json },
    number: sized(
      (text) => `${text}L`,
      (text) => `BigInt("${text}")`,
    ),
    list: (items) => `Seq(${comma(items)})`,
    object: (entries) => `Map(${comma(entries.map(([key, value]) => `${key} -> ${value}`))})`,
  }),
  bash: writer({
    ...{ none: "''", yes: "true", no: "false", number: same },
    text: (value) => `'${value.replaceAll("'", "'\\''")}'`,
    list: () => check(false, "set parameters", "a list has no form in Bash: give a text") as never,
    object: () => check(false, "set parameters", "an object has no form in Bash: give a text") as never,
  }),
  powershell: writer({
    ...{ none: "$null", yes: "$true", no: "$false" },
    text: (value) => `'${value.replace(/['\u2018\u2019\u201a\u201b]/g, "$&$&")}'`,
    number: sized(same, (text) => `[bigint]::Parse('${text}')`),
    list: (items) => `@(${comma(items)})`,
    object: (entries) => `@{${entries.map(([key, value]) => `${key} = ${value}`).join("; ")}}`,
  }),
  "f#": writer({
    ...{ none: "None", yes: "true", no: "false", text: json },
    number: sized(
      (text) => `${text}L`,
      (text) => `${text}I`,
    ),
    list: (items, values) =>
      new Set(values.map((value) => typeof value)).size > 1
        ? `[ ${items.map((item) => `box ${item}`).join("; ")} ]`
        : `[ ${items.join("; ")} ]`,
    object: (entries) =>
      `Map.ofList [ ${entries.map(([key, value]) => `(${key}, box ${value})`).join("; ")} ]`,
  }),
  "c#": writer({
    ...{ none: "(object)null", yes: "true", no: "false", text: json },
    number: sized(
      (text) => `${text}L`,
      (text) => `System.Numerics.BigInteger.Parse("${text}")`,
    ),
    list: (items, values) =>
      items.length > 0 && new Set(values.map((value) => typeof value)).size === 1
        ? `new[] { ${comma(items)} }`
        : `new object[] { ${comma(items)} }`,
    object: (entries) =>
      `new System.Collections.Generic.Dictionary<string, object> { ${comma(entries.map(([key, value]) => `{ ${key}, ${value} }`))} }`,
  }),
};

/** The value as the language writes it. @throws RangeError where it has no form there. */
export function writeValue(value: ParameterValue, language: Language, kind?: Kind): string {
  return writers[language](value, kind);
}
