import { type GivenSettings, type Settings, settings } from "../../src/serve/settings";

/** Settings of a server in a test's own process: no log, and no refusals because other tests keep the machine busy. */
export function quietSettings(given: GivenSettings = {}): Settings {
  return settings({ logLevel: "silent", busyMilliseconds: 0, ...given });
}
