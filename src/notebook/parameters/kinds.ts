import { ExactNumber, exactNumber } from "../../core/exact-json";

/** A value that a parameter can take: JSON, its numbers as they were written. */
export type ParameterValue =
  | string
  | number
  | boolean
  | null
  | ExactNumber
  | readonly ParameterValue[]
  | { readonly [key: string]: ParameterValue };

/** The text of a `-p name=text` argument, still to be read as what the notebook declares. */
export class ParameterText {
  constructor(readonly text: string) {}
}

/** What a declared parameter accepts. */
export type Kind =
  | { readonly is: "string" | "number" | "whole" | "bigint" | "boolean" | "date" | "null" | "any" }
  | { readonly is: "list" | "tuple" | "set" | "object" }
  | { readonly is: "literal"; readonly value: ParameterValue }
  | { readonly is: "one of"; readonly kinds: readonly Kind[] };

/** A parameter as a notebook declares it in its cell tagged `parameters`. */
export interface Declared {
  readonly name: string;
  /** The word before the name: const, let, val, a type; "" where the language has none. */
  readonly keyword: string;
  /** The declared type as written; undefined without one. */
  readonly annotation?: string;
  /** The default as written. */
  readonly text: string;
  /** The default's value; undefined when it is an expression and not a literal. */
  readonly value?: ParameterValue;
  readonly kind: Kind;
  /** The comment on its line, or on the line above. */
  readonly help?: string;
}

const any: Kind = { is: "any" };

/** The kind of a literal. */
export function kindOf(value: ParameterValue | undefined): Kind {
  if (value === undefined || value === null) return any;
  if (Array.isArray(value)) return { is: "list" };
  if (value instanceof ExactNumber) return { is: "number" };
  return { is: typeof value as "string" | "number" | "boolean" | "object" };
}

/** The kind in words, for messages. */
export function kindText(kind: Kind): string {
  switch (kind.is) {
    case "one of":
      return kind.kinds.map(kindText).join(" | ");
    case "literal":
      return JSON.stringify(kind.value);
    case "whole":
      return "whole number";
    case "any":
      return "any value";
  }
  return kind.is;
}

/** Whether the value is of the kind. */
export function accepts(kind: Kind, value: ParameterValue): boolean {
  switch (kind.is) {
    case "any":
      return true;
    case "one of":
      return kind.kinds.some((kind) => accepts(kind, value));
    case "literal":
      return String(kind.value) === String(value) && kindOf(kind.value).is === kindOf(value).is;
    case "null":
      return value === null;
    case "date":
      return typeof value === "string" && !Number.isNaN(Date.parse(value));
    case "list":
    case "tuple":
    case "set":
      return Array.isArray(value);
    case "whole":
    case "bigint":
      return isNumber(value) && /^-?\d+$/.test(String(value));
    case "number":
      return isNumber(value);
    case "object":
      return (
        typeof value === "object" &&
        value !== null &&
        !Array.isArray(value) &&
        !(value instanceof ExactNumber)
      );
  }
  return typeof value === kind.is;
}

export function isNumber(value: ParameterValue): value is number | ExactNumber {
  return typeof value === "number" || value instanceof ExactNumber;
}

const numberText = /^([-+]?)0*(\d[\d_]*)?(\.[\d_]*)?(e[-+]?\d+)?$/i;

/** The number that a text writes, in the form of JSON; undefined for any other text. */
export function readNumber(text: string): number | ExactNumber | undefined {
  const match = text.match(numberText);
  if (!match || !/\d/.test(text.split(/e/i)[0])) return undefined;
  const [, sign, whole = "0", fraction, exponent = ""] = match;
  const digits = fraction === undefined ? "" : `.${fraction.slice(1) || "0"}`;
  return exactNumber(`${sign === "-" ? "-" : ""}${whole}${digits}${exponent}`.replaceAll("_", ""));
}
