import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from "prom-client";
import { route } from "./access/route-scope";
import type { App, Context } from "./context";

/** Counts and times requests by route, and serves the figures at /metrics in Prometheus' text format. */
export function countRequests(app: App, { log, admission, logDropped, monitor, champion }: Context): void {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const registers = [registry];
  const requests = new Counter({
    name: "telelink_requests_total",
    help: "Requests answered",
    labelNames: ["method", "route", "status"],
    registers,
  });
  const seconds = new Histogram({
    name: "telelink_request_seconds",
    help: "Time to answer",
    labelNames: ["route"],
    buckets: [0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1, 3, 10],
    registers,
  });
  const figures: readonly (readonly [name: string, help: string, read: () => number])[] = [
    [
      "telelink_queue_running",
      "Previews, drawings, checks and comparisons at work",
      () => admission.state().running,
    ],
    ["telelink_queue_waiting", "Those that wait for a processor", () => admission.state().waiting],
    ["telelink_streams_open", "Batches and samples on their way", () => admission.state().open],
    [
      "telelink_queue_refused_total",
      "Requests refused with 503 as too many waited",
      () => admission.state().refused,
    ],
    [
      "telelink_predictions_waiting",
      "Predictions that the store does not hold yet",
      () => log.counts().waiting,
    ],
    ["telelink_predictions_in_memory", "Of those, the ones that are in no file", () => log.counts().inMemory],
    ["telelink_predictions_lost_total", "Predictions that could not be kept", () => log.counts().lost],
    [
      "telelink_challenger_failures_total",
      "Requests that were answered without the challenger, as it failed",
      () => champion?.challengerState().failures ?? 0,
    ],
    ["telelink_log_lines_dropped_total", "Log lines that could not be written", logDropped],
  ];
  for (const [name, help, read] of figures) {
    new Gauge({
      name,
      help,
      registers,
      collect() {
        this.set(read());
      },
    });
  }
  new Gauge({
    name: "telelink_input_psi",
    help: "Population stability index of a column against training, as it was last looked at",
    labelNames: ["column"],
    registers,
    collect() {
      this.reset();
      for (const drift of monitor.last()?.columns ?? [])
        this.set({ column: drift.column }, drift.psi.estimate);
    },
  });
  new Gauge({
    name: "telelink_prediction_psi",
    help: "The same of the probabilities",
    registers,
    collect() {
      const drift = monitor.last()?.predictions?.drift;
      this.reset();
      if (drift) this.set(drift.psi.estimate);
    },
  });
  app.addHook("onResponse", async (request, reply) => {
    // The route's pattern, not the path: a stranger must not be able to make up labels.
    const route = request.routeOptions.url ?? "unknown";
    requests.inc({ method: request.method, route, status: reply.statusCode });
    seconds.observe({ route }, reply.elapsedTime / 1000);
  });
  app.get("/metrics", route("read", { hide: true }), async (_, reply) =>
    reply.type(registry.contentType).send(await registry.metrics()),
  );
}
