import { plainDates } from "../../../data/formats/date-format";
import { type Format, formatSample } from "../../../data/formats/format";
import { isPlain } from "../../../data/formats/number-format";
import type { Column } from "../../../data/table";
import { boundsFormat, datesRead } from "./columns";
import { type ColumnDomain, type Domain, ruleForms } from "./domain";

/**
 * What a private fit takes from the table itself because the domain does not state it, in words: types, the words of
 * booleans, decimals, how numbers and dates are written. No mechanism covers it, so one row may change it.
 */
export function readOffTable(columns: readonly Column[], domain: Domain | undefined): readonly string[] {
  const stated = new Map(domain?.columns.map((column) => [column.name, column]));
  return columns.flatMap((column): string[] => {
    const { name, type } = column;
    const known = stated.get(name);
    const own: string[] = [];
    if (known?.type !== type) own.push(`the type of ${name} (${type})`);
    if (type === "boolean" && !known?.levels) own.push(`the two words of ${name}`);
    if (type === "numeric") {
      if (known?.decimals === undefined) own.push(`the decimals of ${name}`);
      const { format, decimals } = column;
      if (format && !(known?.format ? isSame(format, known.format) : isAsPrograms(format)))
        own.push(`how ${name} writes its numbers (${formatSample(format, decimals)})`);
    }
    if (type === "date") {
      const stated = known?.format ?? (known && boundsFormat(known));
      // Where the cells do not keep to what is stated, it is learnt from them how to read them.
      if (!stated || !isSame(datesRead(column), stated)) own.push(`how ${name} writes its dates`);
    }
    return own;
  });
}

function isSame(one: Format, other: Format): boolean {
  const [a, b] = [one, other].map((format): Readonly<Record<string, unknown>> => ({ ...format }));
  return Object.keys({ ...a, ...b }).every((field) => JSON.stringify(a[field]) === JSON.stringify(b[field]));
}

function isAsPrograms(format: Format): boolean {
  return format.kind === "number" ? isPlain(format) : isSame(format, plainDates);
}

/**
 * A domain to be filled in: the columns by name, type and the way they are written, and null wherever something has to be
 * stated.
 */
export function domainSkeleton(columns: readonly Column[]): unknown {
  const open: { readonly [type in Column["type"]]: Partial<Record<keyof ColumnDomain, null>> } = {
    numeric: { minimum: null, maximum: null, decimals: null },
    date: { minimum: null, maximum: null },
    boolean: { levels: null },
    categorical: { levels: null },
    id: { pattern: null },
    text: {},
  };
  return {
    columns: columns.map((column) => {
      const { name, type } = column;
      const format = "format" in column ? column.format : undefined;
      return { name, type, ...open[type], ...(format && !isAsPrograms(format) && { format }) };
    }),
    rules: [],
    forms: ruleForms,
  };
}
