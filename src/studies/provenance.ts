import { basename } from "node:path";
import type { SourceInfo } from "../data/sources/sources";
import { engineName, openEngine } from "../neural/backend";
import type { Provenance } from "../report/figures";

/** What a report says of its data and seeds, and of what its nets are computed on, where it trains some. */
export function provenanceOf(
  sources: readonly SourceInfo[],
  seeds: readonly (number | string)[],
  nets?: string,
): Provenance {
  return {
    seeds,
    sources: sources.map((one) => ({
      name: one.name,
      sha256: one.sha256,
      rows: one.rows,
      simulated: one.simulated,
      licence: one.licence,
      ...(one.path === undefined ? {} : { file: basename(one.path) }),
    })),
    ...(nets === undefined ? {} : { nets }),
  };
}

/** The backend that nets are computed on here, with its version: what TELELINK_BACKEND says, or else the quickest. */
export async function netsBackend(): Promise<string> {
  const engine = await openEngine();
  engine.close();
  return engineName(engine);
}
