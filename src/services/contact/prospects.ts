import { check } from "../../core/checks";
import { count, money } from "../../core/format";
import { cellText, type Table } from "../../data/table";
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

/** Chances to leave and values from a table that already has them; options name the columns. */
export function prospectsFrom(
  table: Table,
  options: {
    readonly customer?: string;
    readonly churn?: string;
    readonly value?: string;
    readonly alive?: string;
  } = {},
): Customers {
  const action = "read customers";
  check(table.rows > 0, action, "there must be rows");
  const customer = findColumn(
    table,
    { purpose: "customer", given: options.customer, usual: customerNames },
    action,
  );
  const chance = findColumn(
    table,
    { purpose: "chance to leave", given: options.churn, usual: churnNames },
    action,
  );
  const worth = findColumn(table, { purpose: "value", given: options.value, usual: valueNames }, action);
  const there = options.alive
    ? findColumn(table, { purpose: "chance to be there", given: options.alive, usual: [] }, action)
    : optionalColumn(table, aliveNames);
  const [chances, worths, theres] = [numbersOf(chance), numbersOf(worth), there && numbersOf(there)];
  const faults = new Faults(action);
  const churn = new Float64Array(table.rows);
  const value = new Float64Array(table.rows);
  const alive = new Float64Array(table.rows).fill(1);
  const seen = new Map<string, number>();
  const customers: string[] = [];
  for (let i = 0; i < table.rows; i++) {
    const who = cellText(customer, i).trim();
    const earlier = seen.get(who);
    if (who === "") faults.add(i, "the customer must be named");
    else if (earlier !== undefined)
      faults.add(i, `a customer must have one row (row ${earlier + 1} has the same)`, who);
    seen.set(who, i);
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
    columns: {
      customer: customer.name,
      churn: chance.name,
      value: worth.name,
      ...(there ? { alive: there.name } : {}),
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

const churnNames: readonly string[] = ["churn probability", "churn", "probability", "p churn", "score"];
const valueNames: readonly string[] = ["value", "clv", "customer value", "lifetime value"];
const aliveNames: readonly string[] = ["alive", "p alive", "probability alive"];
