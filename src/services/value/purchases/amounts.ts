import { wordList } from "../../../data/infer/names";
import { type Column, cellText, columnNamed, type Table } from "../../../data/table";
import { numbersOf } from "../cell-values";
import { type Faults, findColumn, oneCurrency, optionalColumn } from "../own-columns";
import type { OwnTableOptions } from "../own-options";

export interface AmountColumns extends Pick<OwnTableOptions, "currency" | "exchangeRate"> {
  /** Column of what was paid; found by the usual names and by its values when left out. */
  readonly amount?: string;
  /** Columns of a quantity and a price of one, in place of an amount. */
  readonly quantity?: string;
  readonly price?: string;
}

/** What was paid by each row. */
export interface Amounts {
  /** NaN where it can't be read. */
  readonly values: Float64Array;
  /** The cell or cells as written. */
  readonly text: (i: number) => string;
  readonly columns: Readonly<Record<string, string>>;
  readonly currency?: string;
  readonly notes: readonly string[];
}

/**
 * The amount of each row: the column of totals, or where there is a quantity and no total, quantity × price of one. A
 * name such as "price" or "value" beside a quantity is taken for the price of one.
 */
export function amountsOf(
  table: Table,
  given: AmountColumns,
  faults: Faults,
  action: string,
  taken: readonly Column[],
): Amounts {
  const free = (column: Column): boolean => !taken.includes(column) && numbersOf(column).share > 0.5;
  const money = given.currency ? columnNamed(table, given.currency) : optionalColumn(table, currencyNames);
  const rate = given.exchangeRate === undefined ? undefined : columnNamed(table, given.exchangeRate);
  const notes: string[] = [];
  const columns: Record<string, string> = {};
  const quantity = given.amount
    ? undefined
    : given.quantity
      ? columnNamed(table, given.quantity)
      : optionalColumn(table, quantityNames, free);
  const total = given.amount ? columnNamed(table, given.amount) : optionalColumn(table, totalNames, free);
  const each =
    quantity && (given.quantity !== undefined || given.price !== undefined || !total)
      ? given.price
        ? columnNamed(table, given.price)
        : optionalColumn(table, priceNames, free)
      : undefined;
  let values: Float64Array;
  let text: (i: number) => string;
  if (quantity && each) {
    const [count, price] = [numbersOf(quantity), numbersOf(each)];
    values = count.values.map((n, i) => n * price.values[i]);
    text = (i) => `${cellText(quantity, i)} × ${cellText(each, i)}`;
    columns.amount = `${quantity.name} × ${each.name}`;
    note(notes, quantity, count.guess);
    note(notes, each, price.guess);
  } else {
    const amount =
      total ??
      findColumn(
        table,
        { purpose: "amount", given: given.amount, usual: [...totalNames, ...priceNames], maybe: free },
        action,
      );
    const read = numbersOf(amount);
    values = read.values;
    text = (i) => cellText(amount, i);
    columns.amount = amount.name;
    note(notes, amount, read.guess);
    const unused = given.amount ? optionalColumn(table, quantityNames, free) : quantity;
    if (unused) notes.push(`${amount.name} is taken for the amount of a row, whatever its ${unused.name}`);
  }
  if (rate) {
    const rates = numbersOf(rate).values;
    values = values.map((v, i) => v * rates[i]);
    columns.exchangeRate = rate.name;
    return { values, text, columns, notes };
  }
  const currency = oneCurrency(money, table.rows, faults);
  if (money) columns.currency = money.name;
  return { values, text, columns, notes, ...(currency === undefined ? {} : { currency }) };
}

function note(notes: string[], column: Column, guess: string | undefined): void {
  if (guess !== undefined) notes.push(`${column.name} is read with ${guess}`);
}

/** What a whole row costs. */
const totalNames: readonly string[] = wordList(
  "amount, total amount, order amount, order value, order total, total price, total, grand total",
  "transaction amount, purchase amount, line total, subtotal, net amount, gross amount, revenue",
  "net revenue, sales, turnover, spend, spent, paid, payment, payment value, betrag, umsatz",
);
/** What one piece costs, or a row where there is no quantity. */
const priceNames: readonly string[] = wordList(
  "unit price, price, price per unit, item price, price each, value, unit cost, preis, einzelpreis",
);
const quantityNames: readonly string[] = wordList(
  "quantity, qty, units, pieces, item count, count, menge, anzahl",
);
const currencyNames: readonly string[] = ["currency", "currency code", "ccy", "waehrung"];

/** What columns of amounts, and of what they are in, are usually called. */
export const amountNames: readonly string[] = [
  ...totalNames,
  ...priceNames,
  ...quantityNames,
  ...currencyNames,
];
