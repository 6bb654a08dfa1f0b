import { check, checkInteger, checkNumber, checkOneOf } from "../../../core/checks";
import { dateParser } from "../../../data/formats/date-format";
import { type Format, formatFromJson } from "../../../data/formats/format";
import type { Column } from "../../../data/table";
import { dateReader, writtenDates } from "../../structure/dates";
import { decimalsOf } from "../../structure/grids";
import type { KeyPlan } from "../../structure/keys/key-plan";
import { statedKeys } from "../../structure/keys/stated-keys";

/**
 * What is publicly known of a column, whoever is in the table. It costs no privacy, and must not be read off the
 * table: a greatest value that is one customer's own gives that customer away.
 */
export interface ColumnDomain {
  readonly name: string;
  /** For readers of files: what type the column has. */
  readonly type?: Column["type"];
  /** Categories: all values there can be; others count as missing. Left out, frequent ones are found privately. */
  readonly levels?: readonly string[];
  /** Numbers, and dates as text: the least value there can be; lower ones count as it. Left out, found privately. */
  readonly minimum?: number | string;
  /** The greatest value there can be. */
  readonly maximum?: number | string;
  /** Numbers: digits after the point; left out, those of the table's column. */
  readonly decimals?: number;
  /** Numbers: they are whole multiples of it: 0.5 for half stars; others count as the nearest. Left out, any that the decimals allow. */
  readonly step?: number;
  /** How numbers, times and dates are written, as in a schema; left out, as the table's column writes them. */
  readonly format?: Format;
  /** Whether every row has a value: then none is drawn as missing. @default false */
  readonly required?: boolean;
  /** Identifiers: what keys look like, as a pattern of characters and classes: "[0-9]{4}-[A-Z]{5}", "C[0-9]{1,3}", "10.0.<0-255>.<1-254>". Left out, they are counted from 1. No more rows can be made than it has keys. */
  readonly pattern?: string;
}

/** What is publicly known of a table; columns that it leaves out are known by name and type only. */
export interface Domain {
  readonly columns: readonly ColumnDomain[];
  /**
   * What holds between columns of every row, in the forms that `ruleForms` lists. Kept in every row that is drawn; none is looked for.
   * None by default.
   */
  readonly rules?: readonly string[];
}

/** What rules may say, each by an example. */
export const ruleForms = [
  "rest = 100 - a - b",
  "amount = quantity * price",
  "total ~ tenure * monthly (about)",
  "net = amount - 0.01 * amount * discount",
  "started <= ended (or <)",
  "ended = started + term months - 1 day",
  "stay = leaving - arriving in days",
  "age_group by age: young, from 30: middle, from 60: old (above 30: for those beyond alone)",
  "phone=No => lines=No phone",
  "churn=No <=> reason=(missing)",
] as const;

const types: readonly Column["type"][] = ["numeric", "categorical", "boolean", "id", "date", "text"];
const fields = [
  "name",
  "type",
  "levels",
  "minimum",
  "maximum",
  "decimals",
  "step",
  "format",
  "required",
  "pattern",
];

/**
 * The domain in parsed JSON. Throws, naming `from` and the place in it, at what it can't be.
 *
 * @example
 * const json = { columns: [{ name: "months", minimum: 0, maximum: 72 }] };
 * domainFromJson(json, "domain.json").columns[0].maximum; // → 72
 * domainFromJson({ columns: [{ name: "months", minimum: 9, maximum: 3 }] }, "domain.json"); // throws "domain.json"
 */
export function domainFromJson(value: unknown, from: string): Domain {
  const action = `read domain ${from}`;
  const root = objectOf(value, action, "it", ["columns", "rules", "forms"]);
  check(Array.isArray(root.columns), action, "columns must be an array", root.columns);
  const names = new Set<unknown>();
  const columns = (root.columns as unknown[]).map((one, i): ColumnDomain => {
    const column = objectOf(one, action, `columns[${i}]`, fields);
    check(typeof column.name === "string", action, `columns[${i}].name must be a text`, column.name);
    for (const field of fields)
      check(
        column[field] !== null,
        action,
        `${field} of ${column.name} must be filled in, or left out to be found privately or read off the table`,
        null,
      );
    check(!names.has(column.name), action, "column names must differ", column.name);
    names.add(column.name);
    // A text is the pattern of dates.
    const { format: stated } = column;
    const format = typeof stated === "string" ? { kind: "date", pattern: stated } : stated;
    const own = { ...column, ...(format !== undefined && { format }) } as unknown as ColumnDomain;
    checkColumn(own, action);
    return own;
  });
  if (root.rules === undefined) return { columns };
  const texts = Array.isArray(root.rules) && root.rules.every((rule) => typeof rule === "string");
  check(texts, action, 'rules must be an array of texts such as "total = a + b"', root.rules);
  return { columns, rules: root.rules as string[] };
}

/** Throws where the domain does not fit the columns of a table. */
export function checkDomain(domain: Domain, columns: readonly Column[]): void {
  const action = "use the domain";
  for (const one of domain.columns) {
    checkColumn(one, action);
    const column = columns.find(({ name }) => name === one.name);
    const known = columns.map(({ name }) => name).join(", ");
    if (!column) {
      check(false, action, `its columns must be among ${known}`, one.name);
      return;
    }
    const own = `${one.name} is ${column.type} and`;
    const ranged = column.type === "numeric" || column.type === "date";
    const levelled = column.type === "categorical" || column.type === "boolean";
    check(levelled || one.levels === undefined, action, `${own} has no levels`);
    check(
      column.type !== "boolean" || (one.levels?.length ?? 2) === 2,
      action,
      `${own} has two levels, the false one first`,
      one.levels?.join(", "),
    );
    check(ranged || (one.minimum ?? one.maximum) === undefined, action, `${own} has no bounds`);
    check(column.type === "id" || one.pattern === undefined, action, `${own} has no pattern`);
    check(column.type === "numeric" || one.decimals === undefined, action, `${own} has no decimals`);
    check(column.type === "numeric" || one.step === undefined, action, `${own} has no step`);
    const written = one.format && (one.format.kind === "date" ? "date" : "numeric");
    check(
      written === undefined || written === column.type,
      action,
      `${own} has no format of a ${one.format?.kind}`,
    );
    const bound = column.type === "date" ? "a date as text" : "a number";
    for (const end of [one.minimum, one.maximum])
      check(
        end === undefined || (typeof end === "number") === (column.type === "numeric"),
        action,
        `bounds of ${one.name} must be ${bound}`,
        end,
      );
  }
}

function checkColumn(one: ColumnDomain, action: string): void {
  const { name, type, levels, minimum, maximum, decimals, step, format, required, pattern } = one;
  if (type !== undefined) checkOneOf(type, types, action, `the type of ${name}`);
  if (levels !== undefined) {
    const texts = Array.isArray(levels) && levels.every((level) => typeof level === "string");
    check(texts && levels.length > 0, action, `levels of ${name} must be texts`, levels);
    check(new Set(levels).size === levels.length, action, `levels of ${name} must differ`, levels.join(", "));
  }
  check(
    (minimum === undefined) === (maximum === undefined),
    action,
    `${name} must have both minimum and maximum, or neither`,
  );
  if (format !== undefined) formatFromJson(format, action, `format of ${name}`);
  if (minimum !== undefined && maximum !== undefined) {
    const [low, high] = [boundOf(minimum, format), boundOf(maximum, format)];
    check(
      low <= high,
      action,
      `minimum and maximum of ${name} must be numbers or dates, the lower one first`,
      `${minimum}, ${maximum}`,
    );
  }
  if (decimals !== undefined) checkInteger(decimals, 0, 15, action, `decimals of ${name}`);
  if (step !== undefined) {
    checkNumber(step, 0, Infinity, action, `step of ${name}`, "low");
    check(decimalsOf([step]) <= (decimals ?? 15), action, `step of ${name} must have its decimals`, step);
    const none =
      typeof minimum === "number" &&
      typeof maximum === "number" &&
      Math.floor(maximum / step + 1e-9) * step < minimum - 1e-9 * step;
    check(!none, action, `a multiple of the step of ${name} must lie between its minimum and maximum`, step);
  }
  check(
    required === undefined || typeof required === "boolean",
    action,
    `required of ${name} must be true or false`,
    required,
  );
  if (pattern !== undefined) statedKeys(pattern, `${action}: the pattern of ${name}`);
}

/** A bound as a number; a date, in the format or any that is plain, as milliseconds since 1970. NaN where it is neither. */
export function boundOf(bound: number | string, format?: Format): number {
  if (typeof bound === "number") return Number.isFinite(bound) ? bound : Number.NaN;
  const own = format?.kind === "date" ? dateParser(format)(bound) : Number.NaN;
  if (!Number.isNaN(own)) return own;
  const written = writtenDates([bound], 1);
  return written ? dateReader(written)(bound) : Number.NaN;
}

/** How keys are written: by the pattern, or as numbers from 1. The same for every table, so real keys are not avoided. */
export function publicKeys(pattern: string | undefined): KeyPlan {
  if (pattern === undefined) return { style: "counter", first: 1 };
  return statedKeys(pattern, "make keys");
}

function objectOf(
  value: unknown,
  action: string,
  place: string,
  known: readonly string[],
): Record<string, unknown> {
  const holds = typeof value === "object" && value !== null && !Array.isArray(value);
  check(holds, action, `${place} must be an object`, value);
  for (const key of Object.keys(value as object))
    check(known.includes(key), action, `${place} may only have ${known.join(", ")}`, key);
  return value as Record<string, unknown>;
}
