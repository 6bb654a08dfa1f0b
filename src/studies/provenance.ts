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
    sources: sources.map((source) => ({
      name: source.name,
      sha256: source.sha256,
      rows: source.rows,
      simulated: source.simulated,
      licence: source.licence,
      ...(source.path === undefined ? {} : { file: basename(source.path) }),
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
