import { Command } from "commander";
import { exitCodes } from "../../support/exit";
import { note } from "../../support/output";

/** `telelink serve`: the API and the web app. */
export function serveCommand(): Command {
  return new Command("serve")
    .description("serve the API and the web app")
    .option("--host <address>", "the address to listen on (default: 127.0.0.1)")
    .option("--port <number>", "the port to listen on; 0 takes a free one (default: 8000)")
    .option("--store <file>", "the SQLite file for jobs, models and predictions (default: data/telelink.db)")
    .option("--data <folder>", "the folder of the CSV files that generators learn from (default: data)")
    .option("--base-path <path>", "the path below which a proxy publishes the server, such as /telelink")
    .option("--log-level <level>", "fatal, error, warn, info, debug or silent (default: info)")
    .addHelpText(
      "after",
      `
Examples:
  $ telelink serve
  $ telelink serve --port 8080 --log-level warn
  $ TELELINK_API_KEY=$(openssl rand -hex 24) telelink serve --host 0.0.0.0

Every setting is also a variable: TELELINK_PORT, TELELINK_STORE, TELELINK_DATA_FOLDER (--data), TELELINK_RISK_HIGH (0.3) …
docs/DEPLOY.md lists them. Beyond this machine a key is needed: TELELINK_API_KEY, or those of telelink keys. The names by
which clients call the server are listed in TELELINK_HOSTS. The API is described at /docs. SIGTERM ends the server within
TELELINK_SHUTDOWN_SECONDS (10); predictions that the store does not hold by then wait in a file beside it.`,
    )
    .action(async (options: Record<string, string | undefined>) => {
      const [{ startServer }, { settings }, { packageVersion }] = await Promise.all([
        import("../../../serve/server.js"),
        import("../../../serve/settings.js"),
        import("../../support/version.js"),
      ]);
      const chosen = settings(options, process.env);
      const say = (line: string): void => {
        try {
          note(line);
        } catch {
          // Nobody can be told where the disk is full; the server goes on.
        }
      };
      // What is written beside the answers must not end them.
      for (const stream of [process.stdout, process.stderr]) {
        stream.removeAllListeners("error");
        stream.on("error", () => {});
      }
      const running = await startServer(chosen, packageVersion(), say);
      say(`listening on ${running.address} (API: ${running.address}/docs); Ctrl-C stops`);
      await new Promise<void>((done) => {
        for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => done());
      });
      // Whoever asks a second time does not want to wait.
      for (const signal of ["SIGINT", "SIGTERM"] as const)
        process.on(signal, () => process.exit(exitCodes.interrupted));
      say(`stopping: answering what was begun, for ${chosen.shutdownSeconds} s at most …`);
      await running.close();
    });
}
