import { z } from "zod";
import type { Desk } from "../../services/score/desk";
import { type DeskCustomer, deskTable } from "../../services/score/rows";
import { route } from "../access/route-scope";
import { answerCustomers } from "../answering";
import type { App, Context } from "../context";
import { driftOfRow } from "../monitoring/drift";
import { HttpProblem, InvalidInput, problem } from "../problem";
import { customerSchema, explanationSchema, predictionSchema, reasonsQuery } from "../schemas";
import { explainCustomer, idOf } from "../score";

/** Checked once, by the fields of the model that answers (`customerOf`), which the API's description names too. */
const asked = z.unknown();

/** Predicts one customer. */
export function predictRoutes(app: App, context: Context): void {
  app.post(
    "/predict",
    route("predict", {
      summary: "Churn probability, value and action for one customer",
      description: "Minutes may be left out; a model that does without them then answers.",
      tags: ["predict"],
      body: asked,
      querystring: reasonsQuery(3),
      response: { 200: predictionSchema, 400: problem },
    }),
    async (request) => {
      const { reasons } = request.query;
      const desk = context.desk();
      const customer = customerOf(desk, request.body);
      const rows = deskTable([customer], desk.fields);
      const [prediction] = await answerCustomers(context, desk, rows, () => idOf(customer), reasons);
      const drift = driftOfRow(desk, rows);
      return drift.length > 0 ? { ...prediction, drift } : prediction;
    },
  );

  app.post(
    "/explain",
    route("predict", {
      summary: "Why a customer gets its prediction, and what would change it",
      description:
        "Contributions are SHAP values: with `expected` they add up to the model's score. Changes are one at a time.",
      tags: ["predict"],
      body: asked,
      querystring: reasonsQuery(20),
      response: { 200: explanationSchema, 400: problem, 422: problem },
    }),
    async (request) => {
      const desk = context.desk();
      const customer = customerOf(desk, request.body);
      const said = explainCustomer(desk, context.settings, customer, request.query.reasons);
      if (!said)
        throw new HttpProblem(422, `${desk.origin.model} is of a kind that has no reasons of its own`, {
          title: "There are no reasons",
        });
      return said;
    },
  );
}

/** The customer that a body tells of, checked by the fields of the model that answers now. */
function customerOf(desk: Desk, body: unknown): DeskCustomer {
  const checked = customerSchema(desk.fields).safeParse(body, { reportInput: true });
  if (!checked.success) throw new InvalidInput(checked.error.issues.slice(0, 100));
  return checked.data as DeskCustomer;
}
