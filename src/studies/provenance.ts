import { basename } from "node:path";
import type { SourceInfo } from "../data/sources";
import type { Provenance } from "../report/figures";

/** What a report says of its data and seeds. */
export function provenanceOf(
  sources: readonly SourceInfo[],
  seeds: readonly (number | string)[],
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
  };
}
