import { check } from "../../core/checks";
import { count, money } from "../../core/format";
import { type Column, cellText, type Table } from "../../data/table";
import { SeenTexts } from "../../data/tally/keys";
import type { Prospects } from "../../evaluate/decision/offer";
import { numbersOf } from "../value/cell-values";
import { customerNames, Faults, findColumn, optionalColumn } from "../value/own-columns";

/** Customers whom one may contact. */
export interface Customers extends Prospects {
  readonly customers: readonly string[];
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

/** The columns that `prospectsFrom` reads, by their names. */
export function prospectColumns(
  table: Table,
  options: ProspectOptions = {},
): Readonly<Record<string, Column>> {
  const customer = findColumn(
    table,
    { purpose: "customer", given: options.customer, usual: customerNames },
    action,
  );
  const churn = findColumn(
    table,
    { purpose: "chance to leave", given: options.churn, usual: churnNames },
    action,
  );
  const value = findColumn(table, { purpose: "value", given: options.value, usual: valueNames }, action);
  const alive = options.alive
    ? findColumn(table, { purpose: "chance to be there", given: options.alive, usual: [] }, action)
    : optionalColumn(table, aliveNames);
  return { customer, churn, value, ...(alive ? { alive } : {}) };
}

/** Chances to leave and values from a table that already has them; options name the columns. */
export function prospectsFrom(table: Table, options: ProspectOptions = {}): Customers {
  check(table.rows > 0, action, "there must be rows");
  const columns = prospectColumns(table, options);
  const { customer, churn: chance, value: worth, alive: there } = columns;
  const [chances, worths, theres] = [numbersOf(chance), numbersOf(worth), there && numbersOf(there)];
  const faults = new Faults(action);
  const churn = new Float64Array(table.rows);
  const value = new Float64Array(table.rows);
  const alive = new Float64Array(table.rows).fill(1);
  const seen = new SeenTexts();
  const customers: string[] = [];
  for (let i = 0; i < table.rows; i++) {
    const who = cellText(customer, i).trim();
    if (who === "") faults.add(i, "the customer must be named");
    else if (!seen.add(who))
      faults.add(i, `a customer must have one row (row ${customers.indexOf(who) + 1} has the same)`, who);
    customers.push(who);
    churn[i] = chances.values[i];
    value[i] = worths.values[i];
    if (theres) alive[i] = theres.values[i];
    if (!(churn[i] >= 0 && churn[i] <= 1))
      faults.add(i, `${chance.name} must be a chance from 0 to 1 (0.3 for 30%)`, cellText(chance, i));
    if (!Number.isFinite(value[i])) faults.add(i, `${worth.name} must be a number`, cellText(worth, i));
    if (there && !(alive[i] >= 0 && alive[i] <= 1))
      faults.add(i, `${there.name} must be a chance from 0 to 1`, cellText(there, i));
  }
  faults.settle();
  const below = value.filter((v) => v < 0);
  const outcomes = table.rows > 20 && churn.every((p) => p === 0 || p === 1);
  return {
    customers,
    churn,
    value,
    ...(there ? { alive } : {}),
    columns: Object.fromEntries(Object.entries(columns).map(([part, { name }]) => [part, name])),
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

const churnNames: readonly string[] = ["churn probability", "churn", "probability", "p churn", "score"];
const valueNames: readonly string[] = ["value", "clv", "customer value", "lifetime value"];
const aliveNames: readonly string[] = ["alive", "p alive", "probability alive"];
