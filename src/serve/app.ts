import { randomUUID } from "node:crypto";
import helmet from "@fastify/helmet";
import rateLimit from "@fastify/rate-limit";
import swagger from "@fastify/swagger";
import swaggerUi from "@fastify/swagger-ui";
import underPressure from "@fastify/under-pressure";
import Fastify, { type FastifyInstance } from "fastify";
import { jsonSchemaTransform, serializerCompiler, type ZodTypeProvider } from "fastify-type-provider-zod";
import { allowedMethods } from "./allowed-methods";
import { askForKey } from "./api-key";
import type { App, Context, Given } from "./context";
import { JobQueue } from "./jobs/queue";
import { countRequests } from "./metrics";
import { openApiDocument } from "./openapi";
import { predictionLog } from "./prediction-log";
import { answerProblems, validatorCompiler } from "./problem";
import { batchRoutes } from "./routes/batch";
import { jobRoutes } from "./routes/jobs";
import { modelRoutes } from "./routes/models";
import { pageRoutes } from "./routes/pages";
import { predictRoutes } from "./routes/predict";
import { statusRoutes } from "./routes/status";
import { synthRoutes } from "./routes/synth";

/** What pages may load: what this server serves, and nothing else. */
const contentPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "form-action 'self'",
  "frame-ancestors 'none'",
  "base-uri 'none'",
].join("; ");

/** The whole server, not yet listening: tests inject requests into it. */
export async function buildApp(given: Given): Promise<App> {
  const { settings } = given;
  const app = Fastify({
    bodyLimit: settings.bodyLimit,
    requestTimeout: 1000 * settings.requestSeconds,
    connectionTimeout: 0,
    keepAliveTimeout: 72_000,
    forceCloseConnections: "idle",
    genReqId: () => randomUUID(),
    // No query, no body, no address: a log must not hold a customer's data.
    logger:
      settings.logLevel === "silent"
        ? false
        : {
            level: settings.logLevel,
            serializers: {
              req: (request: { method: string; routeOptions?: { url?: string } }) => ({
                method: request.method,
                route: request.routeOptions?.url,
              }),
            },
          },
  }).withTypeProvider<ZodTypeProvider>();
  app.removeContentTypeParser("text/plain");
  app.setValidatorCompiler(validatorCompiler);
  app.setSerializerCompiler(serializerCompiler);
  const log = predictionLog(given.store, (error, rows) =>
    app.log.error({ err: error, rows }, "predictions could not be kept"),
  );
  app.addHook("onClose", async () => log.flush());
  const queue = new JobQueue(given.store, (error) =>
    app.log.error({ err: error }, "the store could not be written for a job"),
  );
  // Before the server waits for its connections: those that follow a job end with it.
  app.addHook("preClose", async () => queue.close());
  const context: Context = { ...given, log, queue };
  const plain = app as unknown as FastifyInstance;
  answerProblems(plain, allowedMethods(plain));

  await app.register(helmet, {
    // Always the same, so it is not put together anew for each request.
    contentSecurityPolicy: false,
    // Plain HTTP on loopback or behind a proxy: the proxy that ends TLS sets this.
    strictTransportSecurity: false,
  });
  app.addHook("onRequest", async (_, reply) => {
    reply.header("content-security-policy", contentPolicy);
  });
  if (settings.rateLimit > 0) {
    await app.register(rateLimit, {
      max: settings.rateLimit,
      timeWindow: "1 minute",
      allowList: (request) => request.url === "/health",
    });
  }
  await app.register(underPressure, {
    maxEventLoopDelay: settings.busyMilliseconds,
    retryAfter: 5,
    message: "The server is busy; try again in a few seconds",
  });
  await app.register(swagger, {
    openapi: {
      openapi: "3.1.0",
      info: {
        title: "telelink",
        version: given.version,
        description:
          "Churn probability, value and the recommended action for telecom customers; synthetic customers.",
      },
      components: { securitySchemes: { key: { type: "apiKey", in: "header", name: "x-api-key" } } },
    },
    transform: jsonSchemaTransform,
    transformObject: openApiDocument,
  });
  await app.register(swaggerUi, { routePrefix: "/docs", staticCSP: false });
  countRequests(app);
  askForKey(app, settings.apiKey);
  statusRoutes(app, context);
  predictRoutes(app, context);
  batchRoutes(app, context);
  jobRoutes(app, context);
  synthRoutes(app, context);
  modelRoutes(app, context);
  pageRoutes(app, context);
  return app;
}
