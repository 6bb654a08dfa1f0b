import type { z } from "zod";
import type { Table } from "../data/table";
import { decide } from "../studies/desk/decide";
import type { Desk } from "../studies/desk/desk";
import { type DeskCustomer, deskTable } from "../studies/desk/rows";
import type { predictionSchema } from "./schemas";
import type { Settings } from "./settings";

/** What is said of one customer. */
export type Prediction = z.infer<typeof predictionSchema>;

/** What the desk says of customers, in their order. */
export function scoreCustomers(
  desk: Desk,
  settings: Settings,
  customers: readonly DeskCustomer[],
): Prediction[] {
  return scoreTable(
    desk,
    settings,
    deskTable(customers),
    (i) => customers[i].customer_id as string | undefined,
  );
}

/** The same of a table in the desk's columns. */
export function scoreTable(
  desk: Desk,
  settings: Settings,
  rows: Table,
  id: (i: number) => string | undefined,
): Prediction[] {
  const scores = desk.score(rows);
  const { model, simulatedValue } = desk.origin;
  return Array.from({ length: rows.rows }, (_, i) => {
    const { risk, action, expectedProfit } = decide(scores.probability[i], scores.value[i], settings);
    const customer = id(i);
    return {
      ...(customer === undefined ? {} : { customer_id: customer }),
      churn_probability: round(scores.probability[i], 4),
      risk_level: risk,
      clv: round(scores.value[i], 2),
      clv_interval: [round(scores.valueLow[i], 2), round(scores.valueHigh[i], 2)] as [number, number],
      recommended_action: action,
      expected_profit: round(expectedProfit, 2),
      model,
      simulated_value: simulatedValue,
    };
  });
}

function round(value: number, digits: number): number {
  const scale = 10 ** digits;
  return Math.round(value * scale) / scale;
}
