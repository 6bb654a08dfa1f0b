import { Readable } from "node:stream";
import { z } from "zod";
import type { Job, JobEvent } from "../../data/store/jobs";
import { route } from "../access/route-scope";
import type { App, Context } from "../context";
import { HttpProblem, problem } from "../problem";

export const jobSchema = z
  .object({
    id: z.number().int(),
    kind: z.string(),
    state: z.enum(["queued", "running", "done", "failed", "stopped", "interrupted"]),
    input: z.record(z.string(), z.unknown()),
    result: z.record(z.string(), z.unknown()).optional(),
    error: z.string().optional(),
    attempts: z.number().int().describe("How often it was begun: again where its server ended meanwhile"),
    created: z.string(),
    started: z.string().optional(),
    ended: z.string().optional(),
  })
  .meta({ id: "Job" });

const idSchema = z.object({
  id: z.coerce
    .number()
    .int()
    .min(1)
    .max(2 ** 31),
});

/** A job as the API tells of it: without the paths of this machine. */
export function shownJob(job: Job): z.infer<typeof jobSchema> {
  const { path: _, ...input } = job.input as Record<string, unknown>;
  const { owner: __, ...rest } = job;
  return { ...rest, input, result: job.result as Record<string, unknown> | undefined };
}

/** Long work: what there is, how it goes, and how to stop it. */
export function jobRoutes(app: App, { queue }: Context): void {
  app.get(
    "/jobs",
    route("read", { summary: "The newest jobs", tags: ["jobs"], response: { 200: z.array(jobSchema) } }),
    async () => queue.list().map(shownJob),
  );

  app.get(
    "/jobs/:id",
    route("read", {
      summary: "One job",
      tags: ["jobs"],
      params: idSchema,
      response: { 200: jobSchema, 404: problem },
    }),
    async (request) => shownJob(find(request.params.id)),
  );

  app.post(
    "/jobs/:id/stop",
    route("write", {
      summary: "Stop a queued or running job",
      tags: ["jobs"],
      params: idSchema,
      response: { 202: jobSchema, 404: problem },
    }),
    async (request, reply) => {
      find(request.params.id);
      return reply.code(202).send(shownJob(queue.stop(request.params.id)));
    },
  );

  app.get(
    "/jobs/:id/events",
    route("read", {
      summary: "A job's events as they come (server-sent events; Last-Event-ID reads on)",
      tags: ["jobs"],
      params: idSchema,
      headers: z.object({ "last-event-id": z.coerce.number().int().min(0).optional() }),
      produces: ["text/event-stream"],
      response: { 200: z.string().describe("Server-sent events"), 404: problem },
    }),
    async (request, reply) => {
      const { id } = find(request.params.id);
      const gone = new AbortController();
      request.raw.once("close", () => gone.abort());
      const events = queue.follow(id, request.headers["last-event-id"] ?? 0, gone.signal);
      return reply
        .header("cache-control", "no-store")
        .header("x-accel-buffering", "no")
        .type("text/event-stream; charset=utf-8")
        .send(Readable.from(framed(events)) as never);
    },
  );

  function find(id: number): Job {
    try {
      return queue.find(id);
    } catch {
      throw new HttpProblem(404, `There is no job ${id}; /jobs lists the newest`);
    }
  }
}

/** Events in the wire format of server-sent events; where the job has ended the last tells the client not to come back. */
async function* framed(events: AsyncGenerator<JobEvent[], boolean>): AsyncGenerator<string> {
  yield "retry: 2000\n\n";
  let next = await events.next();
  for (; !next.done; next = await events.next())
    yield next.value.map(({ number, event }) => `id: ${number}\ndata: ${JSON.stringify(event)}\n\n`).join("");
  if (next.value) yield "event: end\ndata: {}\n\n";
}
