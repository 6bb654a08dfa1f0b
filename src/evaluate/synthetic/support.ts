import { check } from "../../core/checks";
import type { Table } from "../../data/table";
import { encode } from "../../features/encode";
import { alignTables } from "./align";
import { nearestRecords } from "./nearest";
import { stackTables } from "./stack";

/** Fidelity and diversity apart (Alaa et al., 2022), from 0 to 1. */
export interface Support {
  /** Whether synthetic rows lie where real ones do, at every level of typicality. */
  readonly alphaPrecision: number;
  /** Whether real rows, the rare ones too, are covered by synthetic ones: 1 for copies, about 0.5 for fresh real rows. */
  readonly betaRecall: number;
  /** The share of synthetic rows that are no nearer to their real neighbour than that one is to its own. */
  readonly authenticity: number;
}

const steps = 50;

/**
 * α-precision, β-recall and authenticity. Typicality is the distance from the real rows' centre (one-hot, standardised);
 * whether a real row is covered, and whether a synthetic one is a copy, is judged by nearest neighbours (Gower).
 */
export async function supportScores(real: Table, synthetic: Table): Promise<Support> {
  const action = "measure support";
  check(real.rows >= 10 && synthetic.rows >= 10, action, "both tables must have at least 10 rows");
  const columns = alignTables([real, synthetic], action);
  const [realRadius, madeRadius] = radii(real, synthetic, action);
  const order = (values: Float64Array): Float64Array => values.slice().sort();
  const realSorted = order(realRadius);
  const madeSorted = order(madeRadius);
  const toMade = await nearestRecords(columns, 0, 1, { ranges: 0 });
  const among = await nearestRecords(columns, 0, 0, { ranges: 0, skipSame: true });
  const toReal = await nearestRecords(columns, 1, 0, { ranges: 0 });
  let precision = 0;
  let recall = 0;
  for (let s = 1; s <= steps; s++) {
    const share = s / steps;
    const realEdge = realSorted[Math.ceil(share * realSorted.length) - 1];
    const madeEdge = madeSorted[Math.ceil(share * madeSorted.length) - 1];
    const inside = madeRadius.reduce((n, radius) => n + (radius <= realEdge ? 1 : 0), 0) / madeRadius.length;
    let covered = 0;
    for (let i = 0; i < real.rows; i++) {
      // Covered: a typical enough synthetic row lies at least as near as the nearest other real row.
      if (madeRadius[toMade.row[i]] <= madeEdge && toMade.distance[i] <= among.distance[i]) covered++;
    }
    precision += Math.abs(inside - share) / steps;
    recall += Math.abs(covered / real.rows - share) / steps;
  }
  let authentic = 0;
  for (let i = 0; i < synthetic.rows; i++)
    if (toReal.distance[i] >= among.distance[toReal.row[i]]) authentic++;
  return {
    alphaPrecision: 1 - 2 * precision,
    betaRecall: 1 - 2 * recall,
    authenticity: authentic / synthetic.rows,
  };
}

/** Each row's Euclidean distance from the mean of the real rows. */
function radii(real: Table, synthetic: Table, action: string): [Float64Array, Float64Array] {
  const both = stackTables([real, synthetic], action);
  const x = encode({ dropFirst: false })(both).transform(both);
  const squares = new Float64Array(x.rows);
  for (let j = 0; j < x.columns; j++) {
    const column = x.values.subarray(j * x.rows, (j + 1) * x.rows);
    let centre = 0;
    for (let i = 0; i < real.rows; i++) centre += column[i] / real.rows;
    for (let i = 0; i < x.rows; i++) squares[i] += (column[i] - centre) ** 2;
  }
  const all = squares.map(Math.sqrt);
  return [all.slice(0, real.rows), all.slice(real.rows)];
}
