import { customerRows, perhapsCustomers, repeatedCustomers, withCustomerIds } from "../../data/customers";
import { distinctRows } from "../../data/duplicates";
import { rowSubject } from "../../data/subjects";
import { columnNamed, type Table } from "../../data/table";
import type { Learning } from "../../synthesis/learning";
import { withRepeatedIds } from "../../synthesis/structure/repeated-ids";

/** Up to this share, rows with an identifier of an earlier one are slips; more are customers with several rows. */
const mostSlips = 0.01;

/** Whose the rows are: the column that names customers with several rows each, or one that may. */
export type Whose = Pick<Learning, "customers" | "rowsCounted" | "categories">;

/** The rows that a generator learns from. */
export interface RowsToLearn {
  readonly table: Table;
  /** Whose they are; rows are people where no column of customers is found. */
  readonly whose: Whose;
  /** The columns of which few rows repeat an earlier row's, and how many do. */
  readonly id: readonly string[];
  readonly duplicates: number;
}

/** Whose the rows are, as told (`false`: each row is a customer's own) or found. */
export function whoseRows(table: Table, customer?: string | false): Whose {
  if (customer === false) return {};
  const column = customer === undefined ? repeatedCustomers(table) : columnNamed(table, customer).name;
  const counted = (name: string) => {
    const { customers: values, most } = customerRows(table, name);
    return { column: name, values, most };
  };
  if (column !== undefined)
    return { customers: { ...counted(column), found: customer ? "as told" : "by its values" } };
  const subject = rowSubject(table);
  if (subject) return { rowsCounted: { ...counted(subject.column), same: subject.same } };
  const perhaps = perhapsCustomers(table);
  return perhaps === undefined ? {} : { rowsCounted: { ...counted(perhaps), same: [] } };
}

/**
 * The rows to learn from, and whose they are: where hardly any customer has a second row, second ones are left out (but for `keep`);
 * else all are learnt, and customers counted, whose names are the identifiers that they come out as, whatever they look like: so real
 * rows stand beside made ones. Other identifiers that repeat are the categories that they are.
 */
export function rowsToLearn(
  table: Table,
  {
    customer,
    id,
    keep = false,
  }: {
    readonly customer?: string | false | undefined;
    readonly id?: readonly string[] | undefined;
    readonly keep?: boolean | undefined;
  } = {},
): RowsToLearn {
  const found = customer === undefined ? distinctRows(table, id) : undefined;
  const slips = found !== undefined && found.duplicates <= mostSlips * table.rows;
  const rows = slips && !keep ? found.table : table;
  const whose = whoseRows(rows, customer);
  const customers = whose.customers?.column;
  const { table: typed, repeated } = withRepeatedIds(rows, customers);
  return {
    table: customers === undefined ? typed : withCustomerIds(typed, customers),
    whose: { ...whose, ...(repeated.length > 0 && { categories: repeated }) },
    id: found?.id ?? [],
    duplicates: slips ? found.duplicates : 0,
  };
}
