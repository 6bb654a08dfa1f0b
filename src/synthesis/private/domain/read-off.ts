import type { Column } from "../../../data/table";
import type { ColumnDomain, Domain } from "./domain";

/**
 * What a private fit takes from the table itself because the domain does not state it, in words: types, the words of
 * booleans, decimals, how dates are written. No mechanism covers it, so one row may change it.
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
    if (type === "date" && known?.minimum === undefined) own.push(`how ${name} writes its dates`);
    return own;
  });
}

/** A domain to be filled in: the columns by name and type, and null wherever something has to be stated. */
export function domainSkeleton(columns: readonly Pick<Column, "name" | "type">[]): unknown {
  const open: { readonly [type in Column["type"]]: Partial<Record<keyof ColumnDomain, null>> } = {
    numeric: { minimum: null, maximum: null, decimals: null },
    date: { minimum: null, maximum: null },
    boolean: { levels: null },
    categorical: { levels: null },
    id: { pattern: null },
    text: {},
  };
  return { columns: columns.map(({ name, type }) => ({ name, type, ...open[type] })), rules: [] };
}
