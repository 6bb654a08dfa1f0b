import { once } from "node:events";
import { existsSync } from "node:fs";
import { createServer } from "node:net";
import { check } from "../core/checks";
import { seeded } from "../core/rng";
import { anyKey } from "../data/store/keys";
import { removeOutcomes } from "../data/store/monitoring/outcomes";
import { openStore } from "../data/store/open";
import { removeOldPredictions } from "../data/store/predictions";
import { churnData } from "../services/churn-data";
import type { Desk } from "../services/score/desk";
import { fitDesk } from "../services/score/fit-desk";
import { buildApp } from "./app";
import { Champion } from "./champion";
import type { App } from "./context";
import { collectAtRest } from "./memory";
import { isExposed, type Settings } from "./settings";

export interface Running {
  readonly address: string;
  /** Stops taking requests, answers those begun for as long as the settings say, closes the store. */
  close(): Promise<void>;
}

/** How often the store is asked for its champion: others may promote one. */
const lookMs = 1000;

/** How often predictions are looked for that are older than they may be. */
const retentionMs = 3_600_000;

/**
 * Starts the server. The desk's models are trained first, from the real customers where there are any; the store's
 * champion, where there is one, then takes the churn model's place.
 */
export async function startServer(
  settings: Settings,
  version: string,
  say: (line: string) => void = () => {},
): Promise<Running> {
  // A request must not wait long for a store that another process holds: all others wait with it.
  const store = openStore(settings.store, { busyMs: 1000 });
  try {
    check(
      !isExposed(settings) || settings.apiKey !== undefined || anyKey(store),
      "start the server",
      "whoever reaches it from beyond this machine must need a key: set TELELINK_API_KEY, or make one with telelink keys add",
    );
    await checkPlace(settings);
    if (!existsSync(settings.data))
      say(`the data folder ${settings.data} is not there; it is made with the first file that is sent`);
    say("training the desk's models …");
    const seed = "desk 1";
    const champion = new Champion(
      store,
      await fitDesk(await churnData(), seed, seeded(seed)),
      settings.valueColumn,
    );
    const desk = (): Desk => champion.desk();
    const app = await buildApp({ settings, store, desk, champion, version, started: new Date() });
    const answered = collectAtRest();
    app.addHook("onResponse", async () => answered());
    // Another process may promote a model: telelink train --alias champion.
    const look = setInterval(() => {
      try {
        champion.refresh();
      } catch (error) {
        app.log.error({ err: error }, "the store's champion could not be looked up");
      }
    }, lookMs).unref();
    const forget = (): void => removeOld(app, settings, store);
    const retention = setInterval(forget, retentionMs).unref();
    forget();
    const { problem } = champion.serving();
    if (problem) app.log.warn({ problem }, "the store's champion does not answer");
    const address = await app.listen({ host: settings.host, port: settings.port });
    return {
      address,
      close: async () => {
        clearInterval(look);
        clearInterval(retention);
        // Who is slower than the deadline is cut off; what else there is to do then goes on.
        const deadline = setTimeout(
          () => app.server.closeAllConnections(),
          1000 * settings.shutdownSeconds,
        ).unref();
        await app.close();
        clearTimeout(deadline);
        store.close();
      },
    };
  } catch (error) {
    store.close();
    throw error;
  }
}

/** Throws where the server could not listen: before its models are trained, not afterwards. */
async function checkPlace({ host, port }: Settings): Promise<void> {
  const probe = createServer().listen(port, host);
  try {
    await once(probe, "listening");
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const rules: Readonly<Record<string, string>> = {
      EADDRINUSE: "no other program may listen there; choose another port (--port)",
      EADDRNOTAVAIL: "the address must be one of this machine (--host)",
      EACCES: "you must have the right to listen there; choose a port above 1023 (--port)",
    };
    throw new Error(`Cannot listen on ${host}:${port}: ${rules[code ?? ""] ?? message}`, { cause: error });
  } finally {
    probe.close();
  }
}

/** Removes the predictions that are older than the settings allow. */
function removeOld(
  app: App,
  { retentionDays }: Settings,
  store: Parameters<typeof removeOldPredictions>[0],
): void {
  if (retentionDays === 0) return;
  try {
    const before = new Date(Date.now() - 86_400_000 * retentionDays).toISOString();
    const removed = removeOldPredictions(store, before);
    removeOutcomes(store, { before });
    if (removed > 0) app.log.info({ removed, before }, "predictions that are older than may be were removed");
  } catch (error) {
    app.log.error({ err: error }, "old predictions could not be removed");
  }
}
