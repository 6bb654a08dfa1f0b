import { check } from "../../core/checks";
import { count, money } from "../../core/format";
import { customerNames } from "../../data/infer/names";
import { type Column, cellText, type Table } from "../../data/table";
import { SeenTexts } from "../../data/tally/keys";
import { type Names, PackedNames } from "../../data/tally/names";
import type { Prospects } from "../../evaluate/decision/offer";
import { numbersOf } from "../value/cell-values";
import { Faults, findColumn, optionalColumn } from "../value/own-columns";

/** Customers whom one may contact. */
export interface Customers extends Prospects {
  readonly customers: Names;
  /** Which column was taken for what. */
  readonly columns: Readonly<Record<string, string>>;
  /** What one ought to know before believing the plan. */
  readonly notes: readonly string[];
}

const action = "read customers";

interface ProspectOptions {
  readonly customer?: string;
  readonly churn?: string;
  readonly value?: string;
  readonly alive?: string;
}

/** The columns that `prospectsFrom` reads. */
export function prospectColumns(table: Table, options: ProspectOptions = {}): ProspectColumns {
  const customer = findColumn(
    table,
    { purpose: "customer", given: options.customer, usual: customerNames },
    action,
  );
  return { customer, ...figureColumns(table, options) };
}

interface FigureColumns {
  readonly churn: Column;
  readonly value: Column;
  readonly alive?: Column;
}
type ProspectColumns = { readonly customer: Column } & FigureColumns;

function figureColumns(table: Table, options: ProspectOptions): FigureColumns {
  const churn = findColumn(
    table,
    { purpose: "chance to leave", given: options.churn, usual: churnNames },
    action,
  );
  const value = findColumn(table, { purpose: "value", given: options.value, usual: valueNames }, action);
  const alive = options.alive
    ? findColumn(table, { purpose: "chance to be there", given: options.alive, usual: [] }, action)
    : optionalColumn(table, aliveNames);
  return { churn, value, ...(alive ? { alive } : {}) };
}

/** The names of customers, and of their column. */
export interface CustomerNames {
  readonly column: string;
  readonly names: Names;
}

/**
 * Chances to leave and values from a table that already has them; options name the columns. Where the customers' names
 * were read before, the table needs no column of them.
 */
export function prospectsFrom(
  table: Table,
  options: ProspectOptions = {},
  before?: CustomerNames,
): Customers {
  check(table.rows > 0, action, "there must be rows");
  if (!before) {
    const { customer } = prospectColumns(table, options);
    return prospectsFrom(table, options, { column: customer.name, names: namesOf(customer, table.rows) });
  }
  const { column, names: customers } = before;
  const columns = figureColumns(table, options);
  const { churn: chance, value: worth, alive: there } = columns;
  const [churn, value] = [numbersOf(chance).values, numbersOf(worth).values];
  const alive = there && numbersOf(there).values;
  const faults = new Faults(action);
  const seen = new SeenTexts();
  let repeated = 0;
  for (let i = 0; i < table.rows; i++) {
    const who = customers.at(i) as string;
    if (who === "") faults.add(i, "the customer must be named");
    else if (!seen.add(who)) {
      // No more faults than five are shown, of which the earlier row has to be looked for.
      const same = repeated++ < 5 ? ` (row ${customers.indexOf(who) + 1} has the same)` : "";
      faults.add(i, `a customer must have one row${same}`, who);
    }
    if (!(churn[i] >= 0 && churn[i] <= 1))
      faults.add(i, `${chance.name} must be a chance from 0 to 1 (0.3 for 30%)`, cellText(chance, i));
    if (!Number.isFinite(value[i])) faults.add(i, `${worth.name} must be a number`, cellText(worth, i));
    if (there && alive && !(alive[i] >= 0 && alive[i] <= 1))
      faults.add(i, `${there.name} must be a chance from 0 to 1`, cellText(there, i));
  }
  faults.settle();
  const below = value.filter((v) => v < 0);
  const outcomes = table.rows > 20 && churn.every((p) => p === 0 || p === 1);
  return {
    customers,
    churn,
    value,
    ...(alive ? { alive } : {}),
    columns: {
      customer: column,
      ...Object.fromEntries(Object.entries(columns).map(([part, { name }]) => [part, name])),
    },
    notes: [
      ...(outcomes
        ? [
            `${chance.name} holds only 0 and 1: that is who left, not the chance to leave. Score the customers first (telelink train, then telelink score), or name another column with --churn.`,
          ]
        : []),
      ...(/retention|retain|stay|surviv|loyal|keep/i.test(chance.name)
        ? [
            `${chance.name} is called like the chance to stay, and is taken for the chance to leave: if it is that of staying, take 1 minus it`,
          ]
        : []),
      ...(below.length > 0
        ? [
            `${count(below.length)} of ${count(table.rows)} customers have a ${worth.name} below 0 (${money(below.reduce((sum, v) => sum + v, 0))} in all): to keep them costs money, so they are never contacted`,
          ]
        : []),
    ],
  };
}

/** The names in a column of customers. */
export function namesOf(customer: Column, rows: number, into: PackedNames = new PackedNames()): PackedNames {
  for (let i = 0; i < rows; i++) into.push(cellText(customer, i).trim());
  return into;
}

const churnNames: readonly string[] = ["churn probability", "churn", "probability", "p churn", "score"];
const valueNames: readonly string[] = ["value", "clv", "customer value", "lifetime value"];
const aliveNames: readonly string[] = ["alive", "p alive", "probability alive"];
