import { z } from "zod";
import { listSchedules } from "../../data/store/schedules";
import { route } from "../access/route-scope";
import type { App, Context } from "../context";

const scheduleSchema = z
  .object({
    name: z.string(),
    cron: z.string(),
    zone: z.string(),
    command: z.array(z.string()),
    due: z.string().describe("When it is run next"),
    running: z.boolean(),
    started: z.string().optional(),
    ended: z.string().optional(),
    exit_code: z
      .number()
      .int()
      .optional()
      .describe("0 where the last run went well; left out where it was broken off"),
    said: z.string().optional().describe("The last line that it wrote"),
    missed: z.number().int().describe("Times that passed without a run"),
  })
  .meta({ id: "Schedule" });

/** What is run by schedule, and how it went. */
export function scheduleRoutes(app: App, { store }: Context): void {
  app.get(
    "/schedules",
    route("read", {
      summary: "Commands that are run by schedule, and how their last runs ended",
      description: "telelink schedule sets and removes them.",
      tags: ["jobs"],
      response: { 200: z.array(scheduleSchema) },
    }),
    async () =>
      listSchedules(store).map(({ owner, exitCode, folder: _, minutes: __, command, ...one }) => ({
        ...one,
        command: [...command],
        running: owner !== undefined,
        ...(exitCode === undefined ? {} : { exit_code: exitCode }),
      })),
  );
}
