import { type Column, type Table, table } from "../../data/table";
import { type DeskField, deskFields } from "./columns";

/** What is known of one customer, by the fields' keys. */
export type DeskCustomer = Readonly<Record<string, string | number | boolean | null | undefined>>;

/** Customers as a table in the columns that the desk's models were trained on; what is left out is missing. */
export function deskTable(
  customers: readonly DeskCustomer[],
  fields: readonly DeskField[] = deskFields,
): Table {
  return table(fields.map((field) => columnOf(field, customers)));
}

/** One list for all tables, so that what is known of it can be kept. */
const yesNo = ["No", "Yes"] as const;

function columnOf(field: DeskField, customers: readonly DeskCustomer[]): Column {
  const n = customers.length;
  if (field.kind === "number") {
    const values = new Float64Array(n);
    for (let i = 0; i < n; i++)
      values[i] = (customers[i][field.key] as number | null | undefined) ?? Number.NaN;
    return { name: field.column, type: "numeric", values };
  }
  if (field.kind === "words") {
    const { column: name, type } = field;
    const values = customers.map((customer) => (customer[field.key] as string | null | undefined) ?? "");
    if (type !== "categorical")
      return { name, type, values, ...(field.format ? { format: field.format } : {}) };
    const levels = [...new Set(values)].filter((value) => value !== "");
    return { name, type, codes: Int32Array.from(values, (value) => levels.indexOf(value)), levels };
  }
  const codes = new Int32Array(n);
  if (field.kind === "yes-no") {
    for (let i = 0; i < n; i++) codes[i] = customers[i][field.key] ? 1 : 0;
    return { name: field.column, type: "boolean", codes, levels: yesNo };
  }
  for (let i = 0; i < n; i++) codes[i] = field.choices.indexOf(customers[i][field.key] as string);
  return { name: field.column, type: "categorical", codes, levels: field.choices };
}
