import { z } from "zod";
import { addOutcomes, type Outcome } from "../../data/store/monitoring/outcomes";
import type { App, Context } from "../context";
import { problem } from "../problem";
import { ruleOf } from "../rule";
import { idSchema, rowErrorSchema } from "../schemas";

const mostOutcomes = 10_000;

const churnedSchema = z.union([
  z.boolean(),
  z.enum(["Yes", "No", "yes", "no"]).transform((word) => word.toLowerCase() === "yes"),
  z.literal([0, 1]).transform((code) => code === 1),
]);

/** A day means its end. */
const timeSchema = z
  .union([
    z.iso.date().transform((day) => `${day}T23:59:59.999Z`),
    z.iso.datetime({ offset: true }).transform((time) => new Date(time).toISOString()),
  ])
  .refine((time) => Date.parse(time) < Date.now() + 86_400_000, "must not lie in the future");

const outcomeSchema = z
  .strictObject({
    customer_id: idSchema.refine((id) => id !== "", "must be given"),
    churned: churnedSchema.describe("Whether the customer left"),
    at: timeSchema
      .optional()
      .describe(
        "When that was known, a day or a time; predictions made until then are judged. Defaults to now",
      ),
  })
  .meta({ id: "Outcome" });

/** Takes what became of customers, by which predictions are judged. */
export function outcomeRoutes(app: App, { store }: Context): void {
  app.post(
    "/outcomes",
    {
      config: { scope: "write" },
      schema: {
        summary: "What became of customers: predictions are judged by it",
        description:
          "Each outcome is {customer_id, churned, at}. One of the same customer and time takes the place of an earlier one. A row that breaks a rule is told of and costs itself alone.",
        tags: ["models"],
        body: z.strictObject({
          outcomes: z
            .array(z.unknown())
            .min(1)
            .max(mostOutcomes)
            .meta({ examples: [[{ customer_id: "7590-VHVEG", churned: true, at: "2026-11-30" }]] }),
        }),
        response: {
          200: z
            .object({
              kept: z.number().int(),
              replaced: z.number().int().describe("Of those kept, such as took the place of an earlier one"),
              rejected: z.number().int(),
              errors: z.array(rowErrorSchema).describe("The first thousand"),
            })
            .meta({ id: "OutcomesKept" }),
          400: problem,
        },
      },
    },
    async (request) => {
      const now = new Date().toISOString();
      const good: Outcome[] = [];
      const errors: z.infer<typeof rowErrorSchema>[] = [];
      let rejected = 0;
      for (const [i, one] of request.body.outcomes.entries()) {
        const read = outcomeSchema.safeParse(one, { reportInput: true });
        if (read.success) {
          const { customer_id: customer, churned, at = now } = read.data;
          good.push({ customer, churned, at });
          continue;
        }
        rejected++;
        for (const issue of read.error.issues)
          errors.push({ row: i + 1, field: issue.path.join(".") || "outcome", rule: ruleOf(issue) });
      }
      const fresh = good.length === 0 ? 0 : addOutcomes(store, good);
      return {
        kept: good.length,
        replaced: good.length - fresh,
        rejected,
        errors: errors.slice(0, 1000),
      };
    },
  );
}
