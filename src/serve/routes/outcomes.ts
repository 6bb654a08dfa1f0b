import { setImmediate as turn } from "node:timers/promises";
import type { FastifyRequest } from "fastify";
import { z } from "zod";
import { parseCsv } from "../../data/read/read-csv";
import { addOutcomes, type Outcome } from "../../data/store/monitoring/outcomes";
import type { Store } from "../../data/store/open";
import { route } from "../access/route-scope";
import { namedAlike } from "../batch/rows";
import type { App, Context } from "../context";
import { HttpProblem, problem } from "../problem";
import { ruleOf } from "../rule";
import { idSchema, rowErrorSchema } from "../schemas";

/** Outcomes of one request; those of JSON are bounded by the size of bodies before. */
const mostOutcomes = 1_000_000;

/** Outcomes kept in one step: others are answered between two. */
const together = 5000;
const mostErrors = 1000;

const churnedSchema = z.union(
  [
    z.boolean(),
    z
      .string()
      .regex(/^(yes|no|true|false|0|1)$/i)
      .transform((word) => /^(yes|true|1)$/i.test(word)),
    z.literal([0, 1]).transform((code) => code === 1),
  ],
  "must be Yes or No, true or false, 1 or 0",
);

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

const keptSchema = z
  .object({
    kept: z.number().int(),
    replaced: z.number().int().describe("Of those kept, such as took the place of an earlier one"),
    rejected: z.number().int(),
    errors: z.array(rowErrorSchema).describe("The first thousand"),
    unused_columns: z.array(z.string()).optional().describe("Columns of a CSV file that say nothing here"),
  })
  .meta({ id: "OutcomesKept" });
export type OutcomesKept = z.infer<typeof keptSchema>;

/** Takes what became of customers, by which predictions are judged. */
export function outcomeRoutes(root: App, { store, settings }: Context): void {
  // CSV is read in this route alone, so it has a scope of its own.
  root.register(async (scope) => {
    const app = scope as unknown as App;
    const unused = new WeakMap<FastifyRequest, readonly string[]>();
    app.addContentTypeParser(
      ["text/csv", "application/csv"],
      { parseAs: "buffer", bodyLimit: settings.uploadLimit },
      (request, bytes, done) => {
        try {
          const { outcomes, unused: others } = rowsOf(bytes as Buffer);
          unused.set(request, others);
          done(null, { outcomes });
        } catch (error) {
          done(error as Error);
        }
      },
    );
    app.post(
      "/outcomes",
      route("write", {
        summary: "What became of customers: predictions are judged by it",
        description:
          "Each outcome is {customer_id, churned, at}; as text/csv the columns are called so, at may be missing. One of the same customer and time takes the place of an earlier one. A row that breaks a rule is told of and costs itself alone; where none can be used, nothing is kept and the answer is 422.",
        tags: ["models"],
        body: z.strictObject({
          outcomes: z
            .array(z.unknown())
            .min(1)
            .max(mostOutcomes)
            .meta({ examples: [[{ customer_id: "7590-VHVEG", churned: true, at: "2026-11-30" }]] }),
        }),
        response: { 200: keptSchema, 400: problem, 413: problem, 422: problem },
      }),
      async (request) => keep(store, request.body.outcomes, unused.get(request) ?? []),
    );
  });
}

async function keep(
  store: Store,
  outcomes: readonly unknown[],
  unused: readonly string[],
): Promise<z.infer<typeof keptSchema>> {
  const now = new Date().toISOString();
  const errors: z.infer<typeof rowErrorSchema>[] = [];
  let [kept, fresh, rejected] = [0, 0, 0];
  for (let from = 0; from < outcomes.length; from += together) {
    const good: Outcome[] = [];
    for (const [i, one] of outcomes.slice(from, from + together).entries()) {
      const read = outcomeSchema.safeParse(one, { reportInput: true });
      if (read.success) {
        const { customer_id: customer, churned, at = now } = read.data;
        good.push({ customer, churned, at });
        continue;
      }
      rejected++;
      if (errors.length < mostErrors)
        for (const issue of read.error.issues)
          errors.push({ row: from + i + 1, field: issue.path.join(".") || "outcome", rule: ruleOf(issue) });
    }
    if (good.length > 0) fresh += addOutcomes(store, good);
    kept += good.length;
    await turn();
  }
  if (kept === 0)
    throw new HttpProblem(
      422,
      `Each of the ${rejected} breaks a rule, the first: ${errors[0].field} ${errors[0].rule}`,
      { title: "No outcome can be used" },
    );
  return {
    kept,
    replaced: kept - fresh,
    rejected,
    errors: errors.slice(0, mostErrors),
    ...(unused.length > 0 ? { unused_columns: unused.slice(0, 100) } : {}),
  };
}

/** What CSV says: its cells are taken as they are written, a row that can't be split stays empty. */
function rowsOf(bytes: Buffer): { outcomes: unknown[]; unused: string[] } {
  const cells: (readonly string[] | undefined)[] = [];
  const onCells = (row: number, found: readonly string[]): void => {
    cells[row - 1] = [...found];
  };
  const names = namesOf(bytes, onCells);
  const wanted = names.map((name) => called.get(namedAlike(name)));
  for (const [name, least] of [
    ["customer_id", 1],
    ["churned", 1],
    ["at", 0],
  ] as const) {
    const times = wanted.filter((one) => one === name).length;
    if (times < least || times > 1)
      throw new HttpProblem(
        400,
        `The header must have ${least === 0 ? "at most " : ""}one column ${name}, got ${names.join(", ").slice(0, 200)}`,
      );
  }
  const outcomes = Array.from(cells, (row) =>
    row === undefined
      ? "a row of another number of fields than the header"
      : Object.fromEntries(
          wanted.flatMap((name, j) => {
            const text = row[j].trim();
            return name === undefined || text === "" ? [] : [[name, text]];
          }),
        ),
  );
  return { outcomes, unused: names.filter((_, j) => wanted[j] === undefined) };
}

/** What columns may be called, by their letters alone. */
const called: ReadonlyMap<string, string> = new Map([
  ["customerid", "customer_id"],
  ["churned", "churned"],
  ["churn", "churned"],
  ["at", "at"],
  ["date", "at"],
]);

function namesOf(bytes: Buffer, onCells: (row: number, cells: readonly string[]) => void): string[] {
  try {
    return parseCsv(bytes, { header: true, onCells }, "the body").table.columns.map(({ name }) => name);
  } catch (error) {
    throw new HttpProblem(400, (error as Error).message.slice(0, 300));
  }
}
