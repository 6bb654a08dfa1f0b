import { seeded } from "../core/rng";
import { openStore } from "../data/store/open";
import { churnData } from "../studies/churn/data";
import type { Desk } from "../studies/desk/desk";
import { fitDesk } from "../studies/desk/fit-desk";
import { buildApp } from "./app";
import type { Settings } from "./settings";

export interface Running {
  readonly address: string;
  /** Stops taking requests, answers those begun, closes the store. */
  close(): Promise<void>;
}

/** Starts the server; the desk's models are trained first, from the real customers where there are any. */
export async function startServer(settings: Settings, version: string): Promise<Running> {
  const store = openStore(settings.store);
  try {
    const seed = "desk 1";
    const desk: Desk = await fitDesk(await churnData(), seed, seeded(seed));
    const app = await buildApp({ settings, store, desk: () => desk, version, started: new Date() });
    const address = await app.listen({ host: settings.host, port: settings.port });
    return {
      address,
      close: async () => {
        await app.close();
        store.close();
      },
    };
  } catch (error) {
    store.close();
    throw error;
  }
}
