import type { IncomingMessage, ServerResponse } from "node:http";
import type { FastifyBaseLogger, FastifyInstance, RawServerDefault } from "fastify";
import type { ZodTypeProvider } from "fastify-type-provider-zod";
import type { Store } from "../data/store/open";
import type { Desk } from "../services/score/desk";
import type { RouteScope } from "./access/route-scope";
import type { Admission } from "./admission";
import type { Champion } from "./champion";
import type { JobQueue } from "./jobs/queue";
import type { Monitor } from "./monitoring/monitor";
import type { PredictionLog } from "./prediction-log";
import type { Settings } from "./settings";

/** Fastify that checks and types requests by zod schemas. */
export type App = FastifyInstance<
  RawServerDefault,
  IncomingMessage,
  ServerResponse,
  FastifyBaseLogger,
  ZodTypeProvider
>;

/** What the routes work with. */
export interface Context {
  readonly settings: Settings;
  readonly store: Store;
  /** The model that answers now; another one once it was promoted. */
  readonly desk: () => Desk;
  /** Where that model comes from; absent where it is always the same. */
  readonly champion?: Champion;
  readonly version: string;
  readonly started: Date;
  readonly log: PredictionLog;
  readonly monitor: Monitor;
  readonly queue: JobQueue;
  readonly admission: Admission;
  /** Log lines that could not be written. */
  readonly logDropped: () => number;
}

/** What is given to build the server; the rest of the context is made here. */
export type Given = Omit<Context, "log" | "monitor" | "queue" | "admission" | "logDropped"> & {
  /** Hears of what is served, and of the scope that each route asks for. */
  readonly onRoutes?: (routes: readonly RouteScope[]) => void;
};
