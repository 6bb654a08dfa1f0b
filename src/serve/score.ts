import type { z } from "zod";
import type { Table } from "../data/table";
import type { Reason } from "../models/explain/reasons";
import { agentWords } from "../services/score/agent-words";
import { changes, standardChanges, unknownChanges } from "../services/score/changes";
import { deskFields } from "../services/score/columns";
import { actions, decide, risks } from "../services/score/decide";
import { type Desk, type DeskOrigin, originOf } from "../services/score/desk";
import { type DeskCustomer, deskTable } from "../services/score/rows";
import type { explanationSchema, predictionSchema, reasonSchema } from "./schemas";
import type { Settings } from "./settings";

/** What is said of one customer. */
export type Prediction = z.infer<typeof predictionSchema>;
export type Explanation = z.infer<typeof explanationSchema>;

/** The API's name of a column. */
export function fieldOf(desk: Desk, column: string): string {
  return desk.fields.find((field) => field.column === column)?.key ?? column;
}

/** What the desk says of the rows of a table in its columns, in their order, with so many reasons each. */
export function scoreTable(
  desk: Desk,
  settings: Settings,
  rows: Table,
  id: (i: number) => string | undefined,
  top = 0,
): Prediction[] {
  const scores = desk.score(rows);
  const reasons = top > 0 ? desk.reasons(rows, top) : undefined;
  const origins = desk.variants.map((_, variant) => provenance(originOf(desk, variant)));
  return Array.from({ length: rows.rows }, (_, i) => {
    const { risk, action, expectedProfit } = decide(scores.probability[i], scores.value[i], settings);
    const customer = id(i);
    return {
      ...(customer === undefined ? {} : { customer_id: customer }),
      churn_probability: round(scores.probability[i], 4),
      risk_level: risks[risk],
      ...(Number.isNaN(scores.value[i])
        ? {}
        : {
            clv: round(scores.value[i], 2),
            clv_interval: [round(scores.valueLow[i], 2), round(scores.valueHigh[i], 2)] as [number, number],
          }),
      recommended_action: actions[action],
      ...(Number.isNaN(expectedProfit) ? {} : { expected_profit: round(expectedProfit, 2) }),
      ...(reasons && { reasons: reasons[i].reasons.map((reason) => shownReason(desk, reason)) }),
      ...origins[scores.variant[i]],
    };
  });
}

/** What names the customer; undefined where nothing does. */
export function idOf({ customer_id: id }: DeskCustomer): string | undefined {
  return typeof id === "string" ? id : undefined;
}

const provenances = new WeakMap<
  DeskOrigin,
  Pick<Prediction, "model" | "model_id" | "data" | "simulated_value">
>();

/** Where an answer comes from, as answers say it. */
function provenance(origin: DeskOrigin): Pick<Prediction, "model" | "model_id" | "data" | "simulated_value"> {
  const known = provenances.get(origin);
  if (known) return known;
  const said = {
    model: origin.model,
    ...(origin.modelId === undefined ? {} : { model_id: origin.modelId }),
    data: origin.data
      .map(
        ({ name, simulated, sha256 }) => `${name}${simulated ? ", simulated" : ""} (${sha256.slice(0, 8)})`,
      )
      .join("; "),
    simulated_value: origin.simulatedValue,
  };
  provenances.set(origin, said);
  return said;
}

/** Why the customer gets its prediction, and what would change it; undefined where the model has no reasons. */
export function explainCustomer(
  desk: Desk,
  settings: Settings,
  customer: DeskCustomer,
  top: number,
): Explanation | undefined {
  const rows = deskTable([customer], desk.fields);
  const found = desk.reasons(rows, top)?.[0];
  if (!found) return undefined;
  const [prediction] = scoreTable(desk, settings, rows, () => idOf(customer));
  const allowed = settings.changes ?? (desk.fields === deskFields ? standardChanges : []);
  const possible = changes(desk, rows, settings, allowed);
  const unknown = unknownChanges(desk.fields, allowed).map((change) => `${change.field}=${change.to}`);
  return {
    prediction: { ...prediction, reasons: found.reasons.map((reason) => shownReason(desk, reason)) },
    unit: found.unit,
    expected: round(found.expected, 4),
    method: found.exact ? "exact" : "rescaled",
    changes: possible.map(({ column, from, to, probability, risk, cost, profit }) => ({
      field: fieldOf(desk, column),
      from,
      to,
      churn_probability: round(probability, 4),
      risk_level: risk,
      ...(cost === undefined ? {} : { cost }),
      ...(profit === undefined ? {} : { expected_profit: round(profit, 2) }),
    })),
    ...(allowed.length === 0
      ? {
          changes_note:
            "Nobody has said what an agent can change for these customers: set TELELINK_CHANGES, as Contract=Two year:120",
        }
      : unknown.length > 0
        ? { changes_note: `TELELINK_CHANGES names what this model does not read: ${unknown.join("; ")}` }
        : {}),
    what_to_say: agentWords(prediction.recommended_action, found.reasons, possible, desk.fields),
  };
}

function shownReason(desk: Desk, { column, value, contribution }: Reason): z.infer<typeof reasonSchema> {
  return { field: fieldOf(desk, column), value, contribution: round(contribution, 4) };
}

function round(value: number, digits: number): number {
  const scale = 10 ** digits;
  // Nothing is ever "-0".
  return Math.round(value * scale) / scale || 0;
}
