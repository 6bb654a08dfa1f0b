import { z } from "zod";
import { dateParser, plainDates } from "../data/formats/date-format";
import { booleanLevels } from "../data/schema";
import type { DeskField } from "../services/score/columns";
import { risks } from "../services/score/decide";

function fieldSchema(field: DeskField): z.ZodType {
  if (field.kind === "number") {
    const whole = field.step === 1 && !field.unknown ? z.number().int() : z.number();
    const bounded = whole
      .min(field.low)
      .max(field.high)
      .describe(field.unit ? `${field.label}, in ${field.unit}` : field.label)
      .meta({ examples: [field.example] });
    if (field.optional) return bounded.nullish();
    return field.unknown ? bounded.nullable() : bounded;
  }
  if (field.kind === "yes-no") {
    const words = z.enum(["Yes", "No", "yes", "no"]).transform((word) => word.toLowerCase() === "yes");
    return z
      .union([z.boolean(), words])
      .describe(field.label)
      .meta({ examples: [field.example] });
  }
  if (field.kind === "words") {
    const read = dateParser(field.format ?? plainDates);
    const holds = (word: string): boolean =>
      field.type !== "date" || word === "" || !Number.isNaN(read(word));
    return z
      .string()
      .max(10_000)
      .refine(holds, `must be a date such as ${field.example}`)
      .nullable()
      .describe(field.label)
      .meta({ examples: [field.example] });
  }
  // A column in which no value was seen has none to choose from.
  const choice = z.enum((field.choices.length > 0 ? field.choices : [""]) as [string, ...string[]]);
  // An area code is a name that looks like a number, and yes and no may come as true and false: both ways are read.
  const numeric = field.choices.length > 0 && field.choices.every((level) => /^\d+$/.test(level));
  const pair = field.unknown ? booleanLevels(field.choices) : undefined;
  const read = numeric
    ? z.union([choice, z.literal(field.choices.map(Number)).transform(String)])
    : pair
      ? z.union([choice, z.boolean().transform((yes) => pair[yes ? 1 : 0])])
      : choice;
  const value = field.unknown ? read.nullable() : read;
  return value.describe(field.label).meta({ examples: [field.example] });
}

/** What names a customer. A NUL would end the name where it is kept, and make it another's. */
export const idSchema = z
  .string()
  .max(100)
  .refine((id) => !id.includes("\0"), "must not hold a NUL character")
  // Two names that differ in bytes that no encoding has would be one.
  .refine(
    (id) => !id.includes("\uFFFD"),
    "must not hold U+FFFD, which stands for bytes that could not be read",
  );

const schemas = new WeakMap<readonly DeskField[], z.ZodType>();

/** One customer, as the form and the API take it: by the fields of the model that answers. */
export function customerSchema(fields: readonly DeskField[]): z.ZodType {
  const known = schemas.get(fields);
  if (known) return known;
  const made = z.strictObject({
    ...Object.fromEntries(fields.map((field) => [field.key, fieldSchema(field)])),
    customer_id: idSchema.nullish().describe("Comes back in the answer"),
  });
  schemas.set(fields, made);
  return made;
}

/** One column's part in a prediction. */
export const reasonSchema = z
  .object({
    field: z.string(),
    value: z.string().describe("As the customer has it; empty when it is not known"),
    contribution: z.number().describe("SHAP value; above 0 it raises the probability"),
  })
  .meta({ id: "Reason" });

/** How many reasons to give. */
export const reasonsQuery = (standard: number) =>
  z.strictObject({
    reasons: z.coerce
      .number()
      .int()
      .min(0)
      .max(20)
      .default(standard)
      .describe("How many reasons to give, the strongest first"),
  });

/** What of one customer is not as in training. */
export const driftedFieldSchema = z
  .object({
    field: z.string(),
    finding: z.string().describe("Outside the range of training, unseen in it, or missing as it never was"),
  })
  .meta({ id: "DriftedField" });

/** How far a column of a batch is from training. */
export const driftedColumnSchema = z
  .object({
    field: z.string(),
    rows: z.number().int(),
    missing: z.number().int(),
    outside: z.number().int().describe("Values outside the range of training"),
    unseen: z.number().int().describe("Values that training did not see"),
    unseen_levels: z.array(z.string()).describe("Some of those"),
    stability: z.number().describe("Population stability index; above 0.25 is held to be another population"),
    findings: z.array(z.string()).describe("What of it is worth a word"),
  })
  .meta({ id: "DriftedColumn" });

/** What is said of one customer. */
export const predictionSchema = z
  .object({
    customer_id: z.string().optional(),
    churn_probability: z.number().min(0).max(1),
    risk_level: z.enum(risks),
    clv: z.number().optional().describe("Customer lifetime value; left out where nothing is known of it"),
    clv_interval: z
      .tuple([z.number(), z.number()])
      .optional()
      .describe("Holds the value of nine in ten such customers"),
    recommended_action: z.string(),
    expected_profit: z
      .number()
      .optional()
      .describe("Of contacting the customer with the retention offer, after costs"),
    reasons: z
      .array(reasonSchema)
      .optional()
      .describe("The strongest first; left out where none were asked for"),
    model: z.string().describe("Name and version of the model that answered"),
    model_id: z.number().int().optional().describe("Its number in the store"),
    data: z.string().describe("What it learned from: files, each with the beginning of its SHA-256"),
    simulated_value: z.boolean().describe("True when the model learned value from a simulated label"),
    drift: z
      .array(driftedFieldSchema)
      .optional()
      .describe(
        "Of /predict: what of the customer is not as in training; left out where nothing is, or where the model keeps no profile of it",
      ),
  })
  .meta({ id: "Prediction" });
export type Prediction = z.infer<typeof predictionSchema>;

/** Why a customer gets its prediction, and what would change it. */
export const explanationSchema = z
  .object({
    prediction: predictionSchema,
    unit: z.string().describe("What contributions are measured in"),
    expected: z
      .number()
      .describe("The score of a customer of whom nothing is known; contributions add to it"),
    method: z
      .enum(["exact", "rescaled"])
      .describe("Exact SHAP values, or such carried on through a calibration"),
    changes: z
      .array(
        z.object({
          field: z.string(),
          from: z.union([z.string(), z.number()]),
          to: z.union([z.string(), z.number()]),
          churn_probability: z.number().min(0).max(1),
          risk_level: z.enum(risks),
          cost: z.number().optional().describe("Left out where nobody said what it costs"),
          expected_profit: z
            .number()
            .optional()
            .describe("(1 − probability) × value after the change, less before, less its cost"),
        }),
      )
      .describe(
        "What an agent can change (TELELINK_CHANGES), one thing each, the best first; what the model says of such customers, not a promise",
      ),
    changes_note: z.string().optional().describe("Why some changes or all can't be told of"),
    what_to_say: z.array(z.string()).describe("What an agent can say to the customer, a sentence each"),
  })
  .meta({ id: "Explanation" });
export type Explanation = z.infer<typeof explanationSchema>;

/** A row of a batch that could not be used. */
export const rowErrorSchema = z
  .object({ row: z.number().int().describe("Counted from 1"), field: z.string(), rule: z.string() })
  .meta({ id: "RowError" });

/** What a batch came to. */
export const batchSummarySchema = z
  .object({
    rows: z.number().int(),
    predicted: z.number().int(),
    rejected: z.number().int(),
    high_risk: z.number().int(),
    medium_risk: z.number().int(),
    low_risk: z.number().int(),
    unused_columns: z
      .array(z.string())
      .optional()
      .describe("Columns of the file that no model reads, and members beside the list of customers"),
    missing_columns: z
      .array(z.string())
      .optional()
      .describe("Columns that the file may lack and does: answers are worse without them"),
    encoding: z
      .string()
      .optional()
      .describe("How the bytes of a CSV file were read, where they are no UTF-8"),
    drift: z
      .array(driftedColumnSchema)
      .optional()
      .describe(
        "Columns that are not as in training; left out where all are, or where the model keeps no profile of it",
      ),
  })
  .meta({ id: "BatchSummary" });
export type BatchSummary = z.infer<typeof batchSummarySchema>;
