import { seeded } from "../core/rng";
import { openStore } from "../data/store/open";
import { churnData } from "../services/churn-data";
import type { Desk } from "../services/score/desk";
import { fitDesk } from "../services/score/fit-desk";
import { buildApp } from "./app";
import { Champion } from "./champion";
import type { Settings } from "./settings";

export interface Running {
  readonly address: string;
  /** Stops taking requests, answers those begun, closes the store. */
  close(): Promise<void>;
}

/** How often the store is asked for its champion. */
const lookMs = 5000;

/**
 * Starts the server. The desk's models are trained first, from the real customers where there are any; the store's
 * champion, where there is one, then takes the churn model's place.
 */
export async function startServer(settings: Settings, version: string): Promise<Running> {
  // A request must not wait long for a store that another process holds: all others wait with it.
  const store = openStore(settings.store, { busyMs: 1000 });
  try {
    const seed = "desk 1";
    const champion = new Champion(store, await fitDesk(await churnData(), seed, seeded(seed)));
    const desk = (): Desk => champion.desk();
    const app = await buildApp({ settings, store, desk, champion, version, started: new Date() });
    // Another process may promote a model: telelink train --alias champion.
    const look = setInterval(() => {
      try {
        champion.refresh();
      } catch (error) {
        app.log.error({ err: error }, "the store's champion could not be looked up");
      }
    }, lookMs).unref();
    const { problem } = champion.serving();
    if (problem) app.log.warn({ problem }, "the store's champion does not answer");
    const address = await app.listen({ host: settings.host, port: settings.port });
    return {
      address,
      close: async () => {
        clearInterval(look);
        await app.close();
        store.close();
      },
    };
  } catch (error) {
    store.close();
    throw error;
  }
}
