import { plainDates } from "../../../data/formats/date-format";
import { type Format, formatSample } from "../../../data/formats/format";
import { isPlain } from "../../../data/formats/number-format";
import type { Column, TextColumn } from "../../../data/table";
import { boundsFormat } from "./columns";
import type { ColumnDomain, Domain } from "./domain";

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
    if (known?.type === undefined) own.push(`the type of ${name} (${type})`);
    if (type === "boolean" && !known?.levels) own.push(`the two words of ${name}`);
    if (type === "numeric" && known?.decimals === undefined) own.push(`the decimals of ${name}`);
    if (type === "date" && !statesDates(column, known)) own.push(`how ${name} writes its dates`);
    const format = writtenFormat(column);
    if (type === "numeric" && format && !known?.format)
      own.push(`how ${name} writes its numbers (${formatSample(format, column.decimals)})`);
    return own;
  });
}

/** Whether it is public how the dates are written: stated, or the way of public bounds. */
function statesDates({ format = plainDates }: TextColumn, known: ColumnDomain | undefined): boolean {
  return (
    known?.format !== undefined || (known !== undefined && boundsFormat(known)?.pattern === format.pattern)
  );
}

/** How the column's cells are written, where that is not as programs do. */
function writtenFormat(column: Column): Format | undefined {
  const format = "format" in column ? column.format : undefined;
  const plain =
    !format ||
    (format.kind === "number"
      ? isPlain(format)
      : format.kind === "date" && format.pattern === plainDates.pattern);
  return plain ? undefined : format;
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
      const format = writtenFormat(column);
      return { name, type, ...open[type], ...(format && { format }) };
    }),
    rules: [],
  };
}
