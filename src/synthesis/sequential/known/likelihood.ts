import type { Table } from "../../../data/table";
import { cellOf } from "../../structure/structure";
import { reduceTable } from "../../structure/variables";
import { choose } from "../draw-variable";
import type { SequentialParts } from "../parts";
import { emptyPool } from "../pool";
import { encodeTerm } from "../terms/terms";

/** What the model calls impossible counts as this unlikely. */
const leastProbability = 1e-9;

/**
 * Each row's log-likelihood in nats, of its cells: levels, missing and frequent values; not of where numbers lie within
 * their range. Levels that training never showed count as one in 10⁹.
 */
export function cellLikelihood(parts: SequentialParts, from: Table): Float64Array {
  const out = new Float64Array(from.rows);
  const given = new Map(
    reduceTable(parts.structure, from, "none").map((variable) => [variable.name, variable]),
  );
  const pool = emptyPool(from.rows);
  parts.variables.forEach((meta, j) => {
    const variable = given.get(meta.name);
    const values = variable?.kind === "number" ? variable.values : undefined;
    // Frequent values are those of the training rows, whatever is frequent in these.
    const cells =
      variable?.kind === "levels"
        ? variable.codes
        : Int32Array.from(values as Float64Array, (value) => cellOf(meta, value));
    const { classes, probabilities, forced } = choose(pool, parts);
    if (meta.labels.length > 1) {
      const place = new Map(classes.map((cell, c) => [cell, c]));
      for (let i = 0; i < from.rows; i++) {
        // A number that follows from the others has no cell of its own.
        if (cells[i] < 0 && meta.kind === "number") continue;
        const c = place.get(cells[i]);
        const known = forced !== undefined && forced[i] >= 0;
        const p = known ? (forced[i] === cells[i] ? 1 : 0) : c === undefined ? 0 : probabilities[c][i];
        out[i] += Math.log(Math.max(p, leastProbability));
      }
    }
    const drawn = cells.map((cell) => Math.max(cell, 0));
    pool.cells.push(drawn);
    pool.values.push(values);
    pool.encoded.push(parts.plans[j].map((plan) => encodeTerm(plan, drawn, values)));
  });
  return out;
}
