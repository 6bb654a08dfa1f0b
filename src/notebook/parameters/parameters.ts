import { check } from "../../core/checks";
import { ExactNumber } from "../../core/exact-json";
import { sha256Of } from "../../core/sha256";
import { isLanguage, type Language, languages } from "../language";
import { type Cell, type Notebook, tagged } from "../nbformat";
import { declaredLines } from "./declared-lines";
import { declaredTypeScript } from "./declared-typescript";
import {
  accepts,
  type Declared,
  type Kind,
  kindText,
  ParameterText,
  type ParameterValue,
  readNumber,
} from "./kinds";
import { pythonLiteral } from "./python-literal";
import { writeValue } from "./write-value";

export type Parameters = Readonly<Record<string, ParameterValue>>;

/** The cell tagged `parameters`: −1 without one. */
function parameterCell(notebook: { readonly cells: readonly Cell[] }): number {
  return notebook.cells.findIndex((cell) => cell.cell_type === "code" && tagged(cell, "parameters"));
}

/** The parameters that the notebook declares, in order; empty without a cell tagged `parameters`. */
export function declaredParameters(notebook: Notebook, language: string): Declared[] {
  const source = notebook.cells[parameterCell(notebook)]?.source;
  if (source === undefined || !isLanguage(language)) return [];
  return language === "typescript" || language === "javascript"
    ? declaredTypeScript(source)
    : declaredLines(source, language);
}

/**
 * The values given: a ParameterText is read as what the notebook declares, any other value stays as it is.
 * @throws RangeError for a name the notebook does not declare, and for a value of another type.
 */
export function checkParameters(
  given: Readonly<Record<string, unknown>>,
  declared: readonly Declared[],
  action: string,
): Parameters {
  const out: Record<string, ParameterValue> = {};
  for (const [name, value] of Object.entries(given)) {
    check(
      /^[\p{L}_$.][\p{L}\p{N}_$.]*$/u.test(name),
      action,
      "a parameter's name must be letters, digits and underscores, not beginning with a digit",
      name,
    );
    const known = declared.find((one) => one.name === name);
    if (declared.length > 0)
      check(
        known !== undefined,
        action,
        `a parameter must be one of ${declared.map((one) => one.name).join(", ")}`,
        name,
      );
    const kind: Kind = known?.kind ?? { is: "any" };
    const read =
      value instanceof ParameterText ? readText(value.text, kind, known) : (value as ParameterValue);
    check(
      read !== undefined && accepts(kind, read),
      action,
      `parameter ${name} must be ${kind.is === "one of" ? "one of " : kind.is === "object" ? "an " : "a "}${kindText(kind)}`,
      value instanceof ParameterText ? value.text : value,
    );
    out[name] = read;
  }
  return out;
}

/** The value that a text means for a parameter of the kind; undefined when it means none. */
function readText(text: string, kind: Kind, known?: Declared): ParameterValue | undefined {
  switch (kind.is) {
    case "string":
      return text;
    case "literal":
      return accepts(kind, text) ? text : kindFits(kind, readNumber(text) ?? boolean(text));
    case "null":
      return /^(null|None)$/.test(text) ? null : undefined;
    case "date":
      return kindFits(kind, text);
    case "number":
    case "whole":
    case "bigint":
      return readNumber(text.replace(/^(-?\d+)n$/, "$1"));
    case "boolean":
      return boolean(text);
    case "list":
    case "tuple":
    case "set":
    case "object":
      return kindFits(kind, jsonOrPython(text));
    case "any":
      return readAny(text);
  }
  // Of several kinds: a listed value, then null, then what the default is, then the others.
  const order = ["literal", "null", ...(known?.value === undefined ? [] : [typeof known.value])];
  const rank = (kind: Kind): number => (order.indexOf(kind.is) + order.length + 1) % (order.length + 1);
  const kinds = [...kind.kinds].sort(
    (a, b) => rank(a) - rank(b) || Number(a.is === "string") - Number(b.is === "string"),
  );
  for (const one of kinds) {
    const value = readText(text, one);
    if (value !== undefined) return value;
  }
  return undefined;
}

function kindFits(kind: Kind, value: ParameterValue | undefined): ParameterValue | undefined {
  return value !== undefined && accepts(kind, value) ? value : undefined;
}

function boolean(text: string): boolean | undefined {
  return /^true$/i.test(text) ? true : /^false$/i.test(text) ? false : undefined;
}

/** Where nothing is declared: null, true, false, numbers and JSON are themselves, all else is text: also 007. */
function readAny(text: string): ParameterValue {
  if (/^(null|None)$/.test(text)) return null;
  const truth = /^([Tt]rue|[Ff]alse)$/.test(text) ? boolean(text) : undefined;
  if (truth !== undefined) return truth;
  if (/^-?(0|[1-9]\d*)?(\.\d*)?(e[-+]?\d+)?$/i.test(text)) return readNumber(text) ?? text;
  return /^\s*[[{]/.test(text) ? (jsonOrPython(text) ?? text) : text;
}

function jsonOrPython(text: string): ParameterValue | undefined {
  // Python's literals hold all of JSON's but its three words.
  const found = pythonLiteral(
    text.replace(/"(?:[^"\\]|\\.)*"|\b(?:true|false|null)\b/g, (one) =>
      one === "true" ? "True" : one === "false" ? "False" : one === "null" ? "None" : one,
    ),
  );
  return found?.value;
}

/**
 * The notebook with a cell that sets the parameters, tagged `injected-parameters`: after the cell tagged `parameters`,
 * or first when there is none; one injected earlier is replaced. Without parameters the notebook stays as it is.
 */
export function injectParameters(
  notebook: Notebook,
  parameters: Parameters,
  language: string,
  declared: readonly Declared[] = [],
): Notebook {
  if (Object.keys(parameters).length === 0) return notebook;
  const source = parameterSource(parameters, language, declared);
  const cells = notebook.cells.filter((cell) => !tagged(cell, "injected-parameters"));
  const place = parameterCell({ cells }) + 1;
  let id = sha256Of(source).slice(0, 8);
  while (cells.some((cell) => cell.id === id)) id = `${id}x`;
  const injected: Cell = {
    cell_type: "code",
    id,
    source,
    metadata: { tags: ["injected-parameters"] },
    execution_count: null,
    outputs: [],
  };
  return { ...notebook, cells: [...cells.slice(0, place), injected, ...cells.slice(place)] };
}

/** The assignments in the notebook's language, each declared as the notebook declares it. */
export function parameterSource(
  parameters: Parameters,
  language: string,
  declared: readonly Declared[] = [],
): string {
  check(
    isLanguage(language),
    "set parameters",
    `the notebook's language must be one of ${languages.join(", ")}`,
    language,
  );
  const sign = ["typescript", "javascript", "scala", "f#", "c#"].includes(language) ? "//" : "#";
  const lines = Object.entries(parameters).map(([name, value]) => {
    const known = declared.find((one) => one.name === name) ?? {
      ...{ name, keyword: "", text: "" },
      kind: { is: "any" } as const,
    };
    return assignment(known, value, writeValue(value, language, known.kind), language);
  });
  return [`${sign} Parameters`, ...lines].join("\n");
}

function assignment(known: Declared, value: ParameterValue, text: string, language: Language): string {
  const { name, keyword, annotation } = known;
  const type = annotation === undefined ? "" : `: ${annotation}`;
  switch (language) {
    case "typescript":
      return `${keyword || "const"} ${name}${type || widened(known, value)} = ${text};`;
    case "javascript":
      return `${keyword || "const"} ${name} = ${text};`;
    case "python":
      return `${name}${type} = ${text}`;
    case "scala":
      return `${keyword || "val"} ${name}${type} = ${text}`;
    case "bash":
      return `${keyword ? `${keyword} ` : ""}${name}=${text}`;
    case "powershell":
      return `${keyword}$${name} = ${text}`;
    case "f#":
      return `${keyword || "let"} ${name}${type} = ${text}`;
    case "c#":
      return `${keyword.replace(/^const\s+/, "") || "var"} ${name} = ${text};`;
  }
  return `${name} = ${text}`;
}

/** The names of values that JavaScript's numbers can't hold and nothing is declared of: they are set as bigints. */
export function beyondNumbers(
  parameters: Parameters,
  declared: readonly Declared[],
  language: string,
): string[] {
  if (language !== "typescript" && language !== "javascript") return [];
  return Object.entries(parameters)
    .filter(([, value]) => value instanceof ExactNumber && value.beyondSafe)
    .map(([name]) => name)
    .filter((name) => (declared.find((one) => one.name === name)?.kind.is ?? "any") === "any");
}

/** Widens a literal's type, so that a comparison with another literal still compiles. */
function widened(known: Declared, value: ParameterValue): string {
  if (value === null) return ": any";
  if (value instanceof ExactNumber)
    return value.beyondSafe && known.kind.is !== "number" ? ": bigint" : ": number";
  if (known.kind.is === "bigint") return ": bigint";
  if (known.kind.is === "date") return ": Date";
  return typeof value === "object" ? "" : `: ${typeof value}`;
}
