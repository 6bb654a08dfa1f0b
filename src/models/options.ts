import { check, checkInteger, checkNumber, checkOneOf } from "../core/checks";

/** One option of a learner: its default, what it may be, and what it does. */
export interface Option<T = unknown, D = unknown> {
  /** What holds when it is not given; undefined where `text` says what does. */
  readonly default: D;
  /** What it may be, in words. */
  readonly range: string;
  /** What it does, in a sentence without a full stop. */
  readonly text: string;
  /** Throws unless the value is one that the option may have. */
  check(value: T, action: string, name: string): void;
}

/** One `Option` for each field of an options interface. */
export type OptionSchema<O> = { readonly [N in keyof Required<O>]: Option<Exclude<O[N], undefined>> };

/** The options that a schema describes, none of which must be given: what each does stands at its field there. */
export type OptionsOf<S> = {
  readonly [N in keyof S]?: S[N] extends Option<infer T, unknown> ? T : never;
};

/** The options with every default filled in. */
export type Filled<S> = {
  readonly [N in keyof S]: S[N] extends Option<infer T, infer D>
    ? undefined extends D
      ? T | undefined
      : T
    : never;
};

/** The options given and the defaults of the others; throws on a name that is no option, and on values out of range. */
export function withDefaults<S extends Readonly<Record<string, Option>>>(
  schema: S,
  given: object,
  action: string,
): Filled<S> {
  const names = Object.keys(schema);
  for (const name of Object.keys(given)) {
    check(names.length > 0, action, "it has no options", name);
    checkOneOf(name, names, action, "an option");
  }
  const values = given as Record<string, unknown>;
  const filled: Record<string, unknown> = {};
  for (const name of names) {
    const option = schema[name];
    if (values[name] === undefined) filled[name] = option.default;
    else {
      option.check(values[name], action, name);
      filled[name] = values[name];
    }
  }
  return filled as Filled<S>;
}

interface Range {
  readonly low: number;
  readonly high?: number;
}

const most = 2 ** 31 - 1;

/** A whole number from `low` to `high`. */
export function integer<D extends number | undefined = undefined>(
  text: string,
  { low, high = most }: Range,
  fallback?: D,
): Option<number, D> {
  return {
    default: fallback as D,
    range: `whole number from ${low}${high >= most ? "" : ` to ${high}`}`,
    text,
    check: (value, action, name) => checkInteger(value, low, high, action, name),
  };
}

/** A finite number from `low` to `high`, of which `open` says the ends that are left out. */
export function number<D extends number | undefined = undefined>(
  text: string,
  { low, high = Infinity, open }: Range & { readonly open?: "low" | "high" | "both" },
  fallback?: D,
): Option<number, D> {
  const from = open === "low" || open === "both" ? "above" : "from";
  const to = open === "high" || open === "both" ? "to below" : "to";
  return {
    default: fallback as D,
    range: `number ${from} ${low}${high === Infinity ? "" : ` ${to} ${high}`}`,
    text,
    check: (value, action, name) => checkNumber(value, low, high, action, name, open),
  };
}

/** One of some words. */
export function choice<T extends string, D extends T | undefined = undefined>(
  text: string,
  values: readonly T[],
  fallback?: D,
): Option<T, D> {
  return {
    default: fallback as D,
    range: values.map((value) => JSON.stringify(value)).join(", "),
    text,
    check: (value, action, name) => checkOneOf(value, values, action, name),
  };
}

/** True or false. */
export function flag<D extends boolean | undefined = undefined>(
  text: string,
  fallback?: D,
): Option<boolean, D> {
  return option(
    text,
    "true or false",
    (value: boolean, action, name) =>
      check(typeof value === "boolean", action, `${name} must be true or false`, value),
    fallback,
  );
}

/** An option that is none of these; `test` throws unless a value holds. */
export function option<T, D extends T | undefined = undefined>(
  text: string,
  range: string,
  test: (value: T, action: string, name: string) => void,
  fallback?: D,
): Option<T, D> {
  return { default: fallback as D, range, text, check: test };
}

/** How deep trees may grow. */
export function depthOption(text: string): Option<number, undefined> {
  return option(text, "whole number from 1, or Infinity", (value: number, action, name) =>
    check(
      value === Infinity || (Number.isInteger(value) && value >= 1),
      action,
      `${name} must be a whole number of at least 1`,
      value,
    ),
  );
}
