import { createHash } from "node:crypto";
import { check } from "../../core/checks";
import type { Cell, Notebook } from "../nbformat";

/** A value that a parameter can take: JSON. */
export type ParameterValue =
  | string
  | number
  | boolean
  | null
  | readonly ParameterValue[]
  | { readonly [key: string]: ParameterValue };

export type Parameters = Readonly<Record<string, ParameterValue>>;

/** A parameter as a notebook declares it in its cell tagged `parameters`. */
export interface Declared {
  readonly name: string;
  /** The default's value; undefined when it is an expression and not a literal. */
  readonly value: ParameterValue | undefined;
  /** The declared type, else that of the default; undefined when neither tells. */
  readonly type: "string" | "number" | "boolean" | "list" | "object" | undefined;
}

const reserved = /^[A-Za-z_$][\w$]*$/;

/** The language that decides how parameters are read and written. */
export function languageOf(notebook: Notebook, fallback = ""): string {
  const { kernelspec, language_info } = notebook.metadata;
  return (language_info?.name ?? kernelspec?.language ?? fallback).toLowerCase();
}

/** The parameters that the notebook declares, in order; empty without a cell tagged `parameters`. */
export function declaredParameters(notebook: Notebook, language: string): Declared[] {
  const cell = notebook.cells.find((one) => one.cell_type === "code" && tagged(one, "parameters"));
  if (!cell) return [];
  const found: Declared[] = [];
  const pattern =
    language === "python"
      ? /^([A-Za-z_]\w*)[ \t]*(?::[ \t]*([^=\n]+?))?[ \t]*=(?!=)[ \t]*(.+?)[ \t]*(?:#.*)?$/gm
      : /^(?:export\s+)?(?:const|let|var)\s+([A-Za-z_$][\w$]*)\s*(?::\s*([^=\n]+?))?\s*=(?!=)\s*([^;\n]+?)\s*;?\s*(?:\/\/.*)?$/gm;
  for (const [, name, type, text] of cell.source.matchAll(pattern)) {
    const value = literal(text, language);
    found.push({ name, value, type: typeOf(type, value) });
  }
  return found;
}

/**
 * The values of `-p name=text` arguments, each read as the type that the notebook declares for it.
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
      reserved.test(name),
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
    out[name] = typeof value === "string" ? readText(value, known, action) : checkType(value, known, action);
  }
  return out;
}

function readText(text: string, known: Declared | undefined, action: string): ParameterValue {
  const type = known?.type;
  if (type === "string") return text;
  const value = literal(text, "any");
  if (type === undefined) return value === undefined ? text : value;
  return checkType(value === undefined ? text : value, known, action);
}

function checkType(value: unknown, known: Declared | undefined, action: string): ParameterValue {
  const type = known?.type;
  if (type !== undefined && value !== null) {
    const is = Array.isArray(value) ? "list" : typeof value;
    check(is === type, action, `parameter ${known?.name} must be a ${type}`, JSON.stringify(value));
  }
  return value as ParameterValue;
}

function typeOf(declared: string | undefined, value: ParameterValue | undefined): Declared["type"] {
  const name = declared?.trim().replace(/\s*\|\s*(null|undefined|None)$/, "");
  if (name !== undefined) {
    if (/^(string|str)$/.test(name)) return "string";
    if (/^(number|int|float)$/.test(name)) return "number";
    if (/^(boolean|bool)$/.test(name)) return "boolean";
    if (/^(readonly .*\[\]|.*\[\]|Array<.*|ReadonlyArray<.*|[Ll]ist(\[.*)?)$/.test(name)) return "list";
    return undefined;
  }
  if (value === undefined || value === null) return undefined;
  if (Array.isArray(value)) return "list";
  return typeof value as Declared["type"];
}

/** The value of a literal of JavaScript or Python; undefined for anything else. */
function literal(text: string, language: string): ParameterValue | undefined {
  if (/^(None|null)$/.test(text)) return null;
  if (/^[Tt]rue$/.test(text)) return true;
  if (/^[Ff]alse$/.test(text)) return false;
  if (/^[-+]?(\d[\d_]*)?\.?\d+(e[-+]?\d+)?$/i.test(text)) return Number(text.replaceAll("_", ""));
  if (/^[-+]?\d[\d_]*\.$/.test(text)) return Number(text.replaceAll("_", ""));
  if (language !== "any") {
    const quoted = text.match(/^(["'`])((?:[^\\]|\\.)*?)\1$/);
    if (quoted && !(quoted[1] === "`" && quoted[2].includes("${"))) return unescaped(quoted[2]);
  }
  try {
    const json = language === "python" ? text.replaceAll("'", '"') : text;
    return JSON.parse(json) as ParameterValue;
  } catch {
    return undefined;
  }
}

function unescaped(text: string): string {
  const known: Record<string, string> = { n: "\n", t: "\t", r: "\r" };
  return text.replace(/\\(.)/g, (_, sign: string) => known[sign] ?? sign);
}

/**
 * The notebook with a cell that sets the parameters, tagged `injected-parameters`: after the cell tagged `parameters`,
 * or first when there is none; one injected earlier is replaced. Without parameters the notebook stays as it is.
 */
export function injectParameters(notebook: Notebook, parameters: Parameters, language: string): Notebook {
  if (Object.keys(parameters).length === 0) return notebook;
  const source = parameterSource(parameters, language);
  const cells = notebook.cells.filter((cell) => !tagged(cell, "injected-parameters"));
  const place = cells.findIndex((cell) => cell.cell_type === "code" && tagged(cell, "parameters")) + 1;
  let id = createHash("sha256").update(source).digest("hex").slice(0, 8);
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

/** The assignments in the notebook's language. */
export function parameterSource(parameters: Parameters, language: string): string {
  const entries = Object.entries(parameters);
  switch (language) {
    case "typescript":
      return `// Parameters\n${entries.map(([name, value]) => `const ${name}${annotation(value)} = ${JSON.stringify(value)};`).join("\n")}`;
    case "javascript":
      return `// Parameters\n${entries.map(([name, value]) => `const ${name} = ${JSON.stringify(value)};`).join("\n")}`;
    case "python":
      return `# Parameters\n${entries.map(([name, value]) => `${name} = ${python(value)}`).join("\n")}`;
  }
  check(
    false,
    "set parameters",
    "the notebook's language must be typescript, javascript or python",
    language,
  );
}

/** Widens a literal's type, so that a comparison with another literal still compiles. */
function annotation(value: ParameterValue): string {
  return value !== null && typeof value !== "object" ? `: ${typeof value}` : "";
}

function python(value: ParameterValue): string {
  if (value === null) return "None";
  if (typeof value === "boolean") return value ? "True" : "False";
  if (typeof value === "string")
    return JSON.stringify(value).replace(/[\u007f-\uffff]/g, (c) => `\\u${hex(c)}`);
  if (typeof value === "number") return String(value);
  if (Array.isArray(value)) return `[${value.map(python).join(", ")}]`;
  const entries = Object.entries(value as Record<string, ParameterValue>);
  return `{${entries.map(([key, one]) => `${python(key)}: ${python(one)}`).join(", ")}}`;
}

function hex(sign: string): string {
  return sign.charCodeAt(0).toString(16).padStart(4, "0");
}

/** Whether the cell carries the tag. */
export function tagged(cell: Cell, tag: string): boolean {
  const { tags } = cell.metadata;
  return Array.isArray(tags) && tags.includes(tag);
}
