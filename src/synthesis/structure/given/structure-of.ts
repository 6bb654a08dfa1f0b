import type { Rng } from "../../../core/rng";
import { cellText, columnNamed, type Table } from "../../../data/table";
import { type DiscoverOptions, discoverStructure } from "../discover/discover";
import { keysBeside } from "../keys/stated-keys";
import type { ColumnPlan, Structure } from "../structure";
import { checkRules } from "./check-rules";

/**
 * The structure to learn a table with: what holds in it, or the given one, whose identifiers are none of the table's. Throws where the
 * given one's rules cannot be kept.
 */
export function structureOf(
  from: Table,
  rng: Rng,
  { structure, ...options }: DiscoverOptions & { readonly structure?: Structure },
): Structure {
  if (!structure) return discoverStructure(from, rng.fork("structure"), options);
  checkRules(structure, "learn a table");
  const columns = structure.columns.map((plan): ColumnPlan => {
    if (plan.kind !== "key") return plan;
    const column = columnNamed(from, plan.name);
    const texts = Array.from({ length: from.rows }, (_, i) => cellText(column, i));
    const keys = keysBeside(plan.keys, texts, rng.fork(`keys of ${plan.name}`), `make keys for ${plan.name}`);
    return { ...plan, keys };
  });
  return { ...structure, columns };
}
