import { STATUS_CODES } from "node:http";
import type { Socket } from "node:net";
import type {
  ConnectionError,
  FastifyError,
  FastifyInstance,
  FastifyReply,
  FastifyRequest,
  FastifySchemaCompiler,
} from "fastify";
import { isResponseSerializationError } from "fastify-type-provider-zod";
import { z } from "zod";
import { StoreError } from "../data/store/open";
import type { AllowedMethods } from "./allowed-methods";
import { ruleOf } from "./rule";

/** An RFC 9457 problem: what every error answers with, as application/problem+json. */
export const problem = z
  .object({
    type: z.string().describe("Names the kind of problem; about:blank when the status says it all"),
    title: z.string().describe("The kind of problem in words"),
    status: z.number().int().describe("The HTTP status"),
    detail: z.string().optional().describe("What was wrong with this request, and what to do"),
    instance: z.string().optional().describe("The request's number, which the log has too"),
    errors: z
      .array(z.object({ field: z.string(), rule: z.string() }))
      .optional()
      .describe("Each field that broke a rule"),
  })
  .meta({ id: "Problem" });

export type Problem = z.infer<typeof problem>;

/** An error that a route answers with on purpose. */
export class HttpProblem extends Error {
  /** The seconds after which it may go better. */
  readonly retryAfter: number | undefined;
  /** The fields that broke a rule. */
  readonly errors: Problem["errors"];
  /** The kind of problem, where the status does not say it. */
  readonly title: string | undefined;

  constructor(
    readonly status: number,
    detail: string,
    more: {
      readonly retryAfter?: number;
      readonly errors?: Problem["errors"];
      readonly title?: string;
    } = {},
  ) {
    super(detail);
    this.name = "HttpProblem";
    this.retryAfter = more.retryAfter;
    this.errors = more.errors;
    this.title = more.title;
  }
}

/** The client went away before its answer was there: nobody is told. */
class ClientGone extends Error {
  constructor() {
    super("the client has gone");
    this.name = "ClientGone";
  }
}

/** Says when the client has gone: what it asked for need not be done any more. */
export function goneOf({ raw }: FastifyReply): AbortSignal {
  const gone = new AbortController();
  raw.once("close", () => gone.abort(new ClientGone()));
  return gone.signal;
}

/** A request that breaks rules of its schema. */
export class InvalidInput extends Error {
  constructor(readonly issues: readonly z.core.$ZodIssue[]) {
    super("invalid input");
    this.name = "InvalidInput";
  }
}

/** Checks requests by their zod schemas, and keeps all that is known of what is wrong. */
export const validatorCompiler: FastifySchemaCompiler<z.ZodType> =
  ({ schema }) =>
  (input) => {
    const checked = schema.safeParse(input, { reportInput: true });
    return checked.success
      ? { value: checked.data }
      : { error: new InvalidInput(checked.error.issues.slice(0, 100)) };
  };

const titles: Readonly<Record<number, string>> = {
  400: "The request is not as it must be",
  401: "A key is needed",
  403: "That is not allowed",
  404: "There is nothing here",
  405: "That method is not served here",
  406: "No such form of answer",
  408: "The request came too slowly",
  409: "That cannot be done now",
  413: "The body is too large",
  415: "That form of body is not read",
  421: "This server is not meant by that name",
  422: "The data cannot be used",
  429: "Too many requests",
  431: "The headers are too large",
  500: "The server failed",
  503: "The server is busy",
  507: "The disk is full",
};

/**
 * Answers every error, every unknown path and every method that a path does not serve with a problem; what the server did
 * wrong stays in its log.
 */
export function answerProblems(app: FastifyInstance, allowed: AllowedMethods): void {
  // Some methods are refused before their route is looked for, and then come here as errors.
  const elsewhere = (request: FastifyRequest): Problem | undefined => {
    const served = allowed(request.url);
    if (served.length === 0 || served.includes(request.method)) return undefined;
    const detail = `${served.join(", ")} ${served.length === 1 ? "is" : "are"} served here, not ${request.method}`;
    return problemWith(405, { detail });
  };
  const answer = (request: FastifyRequest, reply: FastifyReply, made: Problem): FastifyReply => {
    if (made.status === 405) reply.header("allow", allowed(request.url).join(", "));
    return reply
      .code(made.status)
      .type("application/problem+json")
      .send(JSON.stringify({ ...made, instance: `urn:request:${request.id}` }));
  };
  app.setErrorHandler((error: FastifyError, request, reply) => {
    const made = elsewhere(request) ?? problemOf(error);
    // A person who opens a page is shown where to sign in.
    if (made.status === 401 && request.method === "GET" && /text\/html/.test(request.headers.accept ?? "")) {
      const [path] = request.url.slice(1).split("?");
      const up = "../".repeat(path.split("/").length - 1);
      return reply
        .code(302)
        .header("location", `${up}sign-in?to=${encodeURIComponent(path)}`)
        .send();
    }
    if (made.status === 503)
      reply.header("retry-after", error instanceof HttpProblem ? (error.retryAfter ?? 5) : 5);
    else if (made.status >= 500 && !(error instanceof ClientGone))
      request.log.error({ err: error }, "request failed");
    return answer(request, reply, made);
  });
  app.setNotFoundHandler((request, reply) => {
    const detail = `No page answers ${request.method} here; /docs lists what there is`;
    return answer(request, reply, elsewhere(request) ?? problemWith(404, { detail }));
  });
}

/** Answers what can't be a path of a URL; no route hears of it. */
export function answerBadUrl(_: FastifyError, request: FastifyRequest, reply: FastifyReply): void {
  const detail = "The path must be a URL's, its percent signs followed by UTF-8";
  const body = JSON.stringify(problemWith(400, { detail, instance: `urn:request:${request.id}` }));
  reply.code(400).type("application/problem+json").send(body);
}

/** Answers what is no HTTP, or came too slowly, and ends its connection; no route hears of it. */
export function answerBrokenRequest({ code }: ConnectionError, socket: Socket): void {
  if (code === "ECONNRESET" || !socket.writable) return void socket.destroy();
  const status = code === "ERR_HTTP_REQUEST_TIMEOUT" ? 408 : code === "HPE_HEADER_OVERFLOW" ? 431 : 400;
  const body = JSON.stringify(problemWith(status));
  socket.end(
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\ncontent-type: application/problem+json\r\ncontent-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n${body}`,
    () => socket.destroy(),
  );
}

/** A problem of the kind that its status names. */
function problemWith(status: number, more: Partial<Problem> = {}): Problem {
  return { type: "about:blank", title: titles[status] ?? "The request failed", status, ...more };
}

/** What is said of an error: what the server did wrong stays in its log. */
export function problemOf(error: Error & { readonly statusCode?: number }): Problem {
  if (error instanceof HttpProblem) {
    const { title, status, errors } = error;
    return problemWith(status, { ...(title && { title }), detail: error.message, ...(errors && { errors }) });
  }
  if (error instanceof InvalidInput) {
    const errors = error.issues.map((issue) => ({
      field: issue.path.map(String).join(".") || "body",
      rule: ruleOf(issue),
    }));
    const detail = errors.map((error) => `${error.field}: ${error.rule}`).join("; ");
    return problemWith(400, { detail, errors });
  }
  if (error instanceof StoreError) return storeProblem(error);
  if (["ENOSPC", "EDQUOT", "EFBIG"].includes((error as NodeJS.ErrnoException).code ?? ""))
    return problemWith(507, { detail: "Nothing of this request was kept" });
  const status = isResponseSerializationError(error)
    ? 500
    : (error.statusCode ?? (error instanceof RangeError ? 422 : 500));
  // What a 5xx says may hold paths and internals: it goes to the log alone.
  const detail = status >= 500 ? "The log has more, under the number of this request" : error.message;
  return problemWith(status, { detail });
}

/** What the store refuses: the paths that its error names stay in the log. */
function storeProblem({ code }: StoreError): Problem {
  const said = {
    SQLITE_BUSY: [503, "Another process is writing to the store; try again in a few seconds"],
    SQLITE_LOCKED: [503, "Another process holds the store; try again in a few seconds"],
    SQLITE_FULL: [507, "Nothing of this request was kept"],
    SQLITE_IOERR: [507, "The store could not be written, and nothing of this request was kept"],
  }[code] as [number, string] | undefined;
  const [status, detail] = said ?? [500, "The store can't be used; the log has more"];
  return problemWith(status, { detail });
}
