import { randomUUID } from "node:crypto";
import helmet from "@fastify/helmet";
import rateLimit from "@fastify/rate-limit";
import swagger from "@fastify/swagger";
import swaggerUi from "@fastify/swagger-ui";
import underPressure from "@fastify/under-pressure";
import Fastify, { type FastifyInstance } from "fastify";
import { jsonSchemaTransform, serializerCompiler, type ZodTypeProvider } from "fastify-type-provider-zod";
import { z } from "zod";
import { waitingAtMost } from "../data/store/open";
import { forgetDeadServers, liveServers, takeLease } from "../data/store/servers";
import { askForKeys } from "./access/keys";
import type { ProxyUsers } from "./access/proxy-user";
import { route } from "./access/route-scope";
import { Admission } from "./admission";
import { allowedMethods } from "./allowed-methods";
import { jsonBody } from "./batch/json";
import { readRest } from "./body";
import type { App, Context, Given } from "./context";
import { JobQueue } from "./jobs/queue";
import { Schedules } from "./jobs/schedules";
import { type LogStream, logStream } from "./log-stream";
import { countRequests } from "./metrics";
import { Monitor } from "./monitoring/monitor";
import { openApiDocument, withCustomer } from "./openapi";
import { predictionLog } from "./prediction-log";
import { answerBadUrl, answerBrokenRequest, answerProblems, HttpProblem, validatorCompiler } from "./problem";
import { batchRoutes } from "./routes/batch";
import { challengerRoutes } from "./routes/challenger";
import { comparisonRoute } from "./routes/comparison";
import { jobRoutes } from "./routes/jobs";
import { modelRoutes } from "./routes/models";
import { monitoringRoutes } from "./routes/monitoring";
import { outcomeRoutes } from "./routes/outcomes";
import { pageRoutes } from "./routes/pages";
import { predictRoutes } from "./routes/predict";
import { scheduleRoutes } from "./routes/schedules";
import { statusRoutes } from "./routes/status";
import { synthRoutes } from "./routes/synth";
import { synthRowsRoutes } from "./routes/synth-rows";
import { uploadRoute } from "./routes/upload";
import { isExposed, isLoopback, type Settings } from "./settings";

/** What pages may load: what this server serves, and nothing else. */
const contentPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "worker-src 'self'",
  "form-action 'self'",
  "frame-ancestors 'none'",
  "base-uri 'none'",
].join("; ");

/** What says whether the server is well: always answered. */
const statusPaths = ["/online", "/live", "/ready", "/health"];

/** How often a server says that it lives, and looks after what dead ones left. */
const heartbeatMs = 5000;

/** It waits for another writer no longer than this, as nobody is answered meanwhile. */
const heartbeatWaitMs = 250;

/** The whole server, not yet listening: tests inject requests into it. */
export async function buildApp(given: Given): Promise<App> {
  const { settings, store } = given;
  const lines = settings.logLevel === "silent" ? undefined : logStream();
  const { basePath } = settings;
  const app = newServer(settings, lines);
  app.removeContentTypeParser(["text/plain", "application/json"]);
  app.addContentTypeParser("application/json", { parseAs: "buffer" }, async (_: unknown, bytes: Buffer) =>
    jsonBody(bytes),
  );
  app.setValidatorCompiler(validatorCompiler);
  app.setSerializerCompiler(serializerCompiler);
  const lease = takeLease(store);
  const beat = (): boolean =>
    tried(app, "the lease of the store could not be renewed", () => {
      lease.renew();
      forgetDeadServers(store);
    });
  beat();
  const lives = (owner: string): boolean => owner === lease.id || liveServers(store).has(owner);
  const log = predictionLog(store, {
    owner: lease.id,
    sync: settings.journalSync,
    lives,
    failed: (error, rows) =>
      app.log.error({ err: error, rows }, "predictions could not be kept in the store yet"),
  });
  const monitor = new Monitor(store, settings, given.desk);
  const queue = new JobQueue(store, {
    owner: lease.id,
    lives,
    failed: (error) => app.log.error({ err: error }, "the store could not be written for a job"),
  });
  const schedules = new Schedules(store, {
    owner: lease.id,
    lives,
    ended: (name, exitCode, said) =>
      app.log[exitCode === 0 ? "info" : "error"]({ name, exitCode, said }, "a command by schedule has ended"),
  });
  const heartbeat = setInterval(() => {
    waitingAtMost(store, heartbeatWaitMs, () => {
      // While another process holds the store the rest would wait for it too, and customers with it.
      if (beat()) inTurn(app, { queue, schedules, monitor });
    });
  }, heartbeatMs).unref();
  // Before the server waits for its connections: those that follow a job end with it.
  app.addHook("preClose", async () => {
    await schedules.close();
    await queue.close();
  });
  app.addHook("onClose", async () => {
    clearInterval(heartbeat);
    await log.close(5000);
    tried(app, "counts of inputs of the last seconds could not be kept", () => monitor.flush());
    try {
      lease.end();
    } catch {
      // It ends by itself when nobody renews it.
    }
  });
  app.addHook("onResponse", async (request) => readRest(request.raw, settings.batchLimit));
  const admission = new Admission(settings.queueLimit, settings.streamLimit);
  const plain = app as unknown as FastifyInstance;
  answerProblems(plain, allowedMethods(plain));

  await protect(app, settings);
  await describeApi(app, given);
  const routes = askForKeys(app, store, {
    ...(settings.apiKey === undefined ? {} : { apiKey: settings.apiKey }),
    hosts: settings.hosts,
    loopback: isLoopback(settings.host),
    exposed: isExposed(settings),
    ...proxyUsers(settings),
  });
  await showApi(app, given);
  const logDropped = (): number => lines?.dropped() ?? 0;
  const context: Context = { ...given, log, monitor, queue, admission, logDropped };
  countRequests(app, context);
  statusRoutes(app, context);
  predictRoutes(app, context);
  batchRoutes(app, context);
  jobRoutes(app, context);
  scheduleRoutes(app, context);
  synthRoutes(app, context);
  synthRowsRoutes(app, context);
  uploadRoute(app, context);
  modelRoutes(app, context);
  challengerRoutes(app, context);
  comparisonRoute(app, context);
  outcomeRoutes(app, context);
  monitoringRoutes(app, context);
  pageRoutes(app, context);
  if (basePath !== "") {
    // Links are meant from the folder, which ends in a slash.
    const options = route("open" as const, { hide: true });
    app.get(basePath, options, async (_, reply) => reply.redirect(`${basePath}/`));
  }
  given.onRoutes?.(routes);
  return app;
}

/** What a server looks after again and again. */
function inTurn(
  app: App,
  { queue, schedules, monitor }: Pick<Context, "queue" | "monitor"> & { readonly schedules: Schedules },
): void {
  queue.takeOver();
  tried(app, "what is due by schedule could not be begun", () => schedules.look());
  tried(app, "counts of inputs wait for the store", () => monitor.flush());
}

/** Does what the server can do without for a while, and returns whether it was done; if not the log says why. */
function tried(app: App, words: string, work: () => void): boolean {
  try {
    work();
    return true;
  } catch (error) {
    app.log.error({ err: error }, words);
    return false;
  }
}

/** Who is believed to be signed in by a proxy, where the settings tell of one. */
function proxyUsers({ userHeader, groupsHeader, roles, proxy }: Settings): { users?: ProxyUsers } {
  return userHeader === undefined ? {} : { users: { userHeader, groupsHeader, roles, proxy } };
}

/** Fastify with the settings of this server. */
function newServer(settings: Settings, lines: LogStream | undefined): App {
  const { basePath } = settings;
  return Fastify({
    // Names that are too long are refused by their route's schema, in the words of every other answer.
    routerOptions: { maxParamLength: 10_000 },
    rewriteUrl: ({ url = "/" }) =>
      basePath !== "" && url.startsWith(`${basePath}/`) ? url.slice(basePath.length) : url,
    trustProxy: settings.proxy.length > 0 ? settings.proxy : false,
    bodyLimit: settings.bodyLimit,
    requestTimeout: 1000 * settings.requestSeconds,
    connectionTimeout: 0,
    keepAliveTimeout: 72_000,
    forceCloseConnections: "idle",
    clientErrorHandler: answerBrokenRequest,
    frameworkErrors: answerBadUrl,
    genReqId: () => randomUUID(),
    // No query, no body, no address: a log must not hold a customer's data.
    logger:
      lines === undefined
        ? false
        : {
            level: settings.logLevel,
            stream: lines,
            serializers: {
              req: (request: { method: string; routeOptions?: { url?: string } }) => ({
                method: request.method,
                route: request.routeOptions?.url,
              }),
            },
          },
  }).withTypeProvider<ZodTypeProvider>();
}

/** What browsers are told, and how much one client may ask for. */
async function protect(app: App, settings: Settings): Promise<void> {
  await app.register(helmet, {
    // Always the same, so it is not put together anew for each request.
    contentSecurityPolicy: false,
    // Plain HTTP on loopback or behind a proxy: the proxy that ends TLS sets this.
    strictTransportSecurity: false,
  });
  app.addHook("onRequest", async (_, reply) => {
    reply.header("content-security-policy", contentPolicy);
    // Customers' data must not stay in a browser; what may stay says so itself.
    reply.header("cache-control", "no-store");
  });
  app.addHook("onRequest", async ({ headers }) => {
    // What is packed may be a thousand times as large as it looks.
    if ((headers["content-encoding"] ?? "identity") !== "identity")
      throw new HttpProblem(415, "Send the body unpacked");
  });
  // What a route does not read is refused, not passed over; probes may say what they like.
  app.addHook("onRoute", ({ url, schema }) => {
    if (schema && schema.hide !== true && !statusPaths.includes(url))
      schema.querystring ??= z.strictObject({});
  });
  if (settings.rateLimit > 0) {
    await app.register(rateLimit, {
      max: settings.rateLimit,
      timeWindow: "1 minute",
      // Pages are open to whoever looks; what costs work is counted.
      allowList: (request) => {
        const { url = "", schema } = request.routeOptions;
        return (schema as { hide?: boolean } | undefined)?.hide === true || statusPaths.includes(url);
      },
    });
  }
  await app.register(underPressure, {
    maxEventLoopDelay: settings.busyMilliseconds,
    retryAfter: 5,
    message: "The server is busy; try again in a few seconds",
  });
}

/** Takes note of all routes that follow, for the document. */
async function describeApi(app: App, { settings, version }: Given): Promise<void> {
  await app.register(swagger, {
    openapi: {
      openapi: "3.1.0",
      info: {
        title: "telelink",
        version: version,
        description:
          "Churn probability, value and the recommended action for telecom customers; synthetic customers.",
      },
      servers: [{ url: settings.basePath || "/" }],
      components: { securitySchemes: { key: { type: "apiKey", in: "header", name: "x-api-key" } } },
    },
    transform: jsonSchemaTransform,
    transformObject: openApiDocument,
  });
}

/** The pages that show the document. */
async function showApi(app: App, { settings, desk }: Given): Promise<void> {
  await app.register(swaggerUi, {
    routePrefix: "/docs",
    staticCSP: false,
    indexPrefix: settings.basePath,
    // The form of a customer is that of whatever model answers now.
    transformSpecificationClone: false,
    transformSpecification: (document) => withCustomer(document, desk().fields ?? []),
  });
}
