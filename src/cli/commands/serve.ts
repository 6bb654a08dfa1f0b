import { Command } from "commander";
import { note } from "../support/output";

/** `telelink serve`: the API and the web app. */
export function serveCommand(): Command {
  return new Command("serve")
    .description("serve the API and the web app")
    .option("--host <address>", "the address to listen on (default: 127.0.0.1)")
    .option("--port <number>", "the port to listen on; 0 takes a free one (default: 8000)")
    .option("--store <file>", "the SQLite file for jobs, models and predictions (default: data/telelink.db)")
    .option("--log-level <level>", "fatal, error, warn, info, debug or silent (default: info)")
    .addHelpText(
      "after",
      `
Examples:
  $ telelink serve
  $ telelink serve --port 8080 --log-level warn
  $ TELELINK_API_KEY=$(openssl rand -hex 24) telelink serve --host 0.0.0.0

Every setting is also a variable: TELELINK_PORT, TELELINK_STORE, TELELINK_RISK_HIGH (0.3), TELELINK_RISK_MEDIUM (0.15),
TELELINK_CLV_HIGH (40000), TELELINK_CLV_MEDIUM (30000), TELELINK_ACCEPTANCE, TELELINK_OFFER_COST, TELELINK_RATE_LIMIT …
Beyond this machine an API key is needed for everything that changes state. The API is described at /docs.`,
    )
    .action(async (options: Record<string, string | undefined>) => {
      const [{ startServer }, { settings }, { packageVersion }] = await Promise.all([
        import("../../serve/server.js"),
        import("../../serve/settings.js"),
        import("../support/version.js"),
      ]);
      const chosen = settings(options, process.env);
      note("training the desk's models …");
      const running = await startServer(chosen, packageVersion());
      note(`listening on ${running.address} (API: ${running.address}/docs); Ctrl-C stops`);
      await new Promise<void>((done) => {
        process.once("SIGINT", done);
        process.once("SIGTERM", done);
      });
      note("stopping: answering what was begun …");
      await running.close();
    });
}
