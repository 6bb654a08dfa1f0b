import type { Rng } from "../../../core/rng";
import type { Table } from "../../../data/table";
import { type DiscoverOptions, discoverStructure } from "../discover/discover";
import type { Structure } from "../structure";
import { checkRules } from "./check-rules";

/** The structure to learn a table with: the given one, or what holds in it. Throws where the given one's rules cannot be kept. */
export function structureOf(
  from: Table,
  rng: Rng,
  { structure, ...options }: DiscoverOptions & { readonly structure?: Structure },
): Structure {
  if (!structure) return discoverStructure(from, rng.fork("structure"), options);
  checkRules(structure, "learn a table");
  return structure;
}
