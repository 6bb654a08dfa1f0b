import { seeded } from "../../../core/rng";
import { columnNamed, type Table } from "../../../data/table";
import { cellOf } from "../../structure/structure";
import { missingRows, reduceTable } from "../../structure/variables";
import { choose } from "../draw-variable";
import type { SequentialParts } from "../parts";
import { emptyPool } from "../pool";
import { encodeTerm } from "../terms/terms";
import { completeRows } from "./complete";

/** What the model calls impossible counts as this unlikely. */
const leastProbability = 1e-9;

/**
 * Each row's log-likelihood in nats, of its cells: levels, missing and frequent values; not of where numbers lie within
 * their range. Levels that training never showed count as one in 10⁹. Cells that are missing at random are filled first; they and
 * their neighbours count as often as cells of their column are missing or not.
 */
export function cellLikelihood(parts: SequentialParts, rows: Table): Float64Array {
  const out = new Float64Array(rows.rows);
  const holes = parts.structure.holes ?? [];
  const columns = holes.map(({ column }) => column);
  const from = holes.length > 0 ? completeRows(parts, rows, seeded("fill"), { columns }).table : rows;
  const filled = new Map(holes.map(({ column }) => [column, missingRows(columnNamed(rows, column))]));
  for (const { column, share } of holes)
    filled.get(column)?.forEach((gap, i) => {
      out[i] += Math.log(gap === 1 ? share : 1 - share);
    });
  const given = new Map(
    reduceTable(parts.structure, from, "none").map((variable) => [variable.name, variable]),
  );
  const gaps = new Set(parts.structure.gaps?.map(({ column }) => column));
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
        if (meta.repeats && pool.cells[j - 1][i] > 0) continue;
        const untold = cells[i] < 0 && (meta.kind === "number" || gaps.has(meta.name));
        if (untold || filled.get(meta.name)?.[i] === 1) continue;
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
