import { check } from "../../core/checks";
import type { Table } from "../../data/table";
import { alignTables, cellsWithMissing, type SharedLevels } from "./align";

/** Rules that real rows keep, and how often synthetic rows break them. */
export interface BrokenRules {
  /** Pairs of levels that never meet in the real rows though chance alone would bring them together. */
  readonly rules: number;
  /** The share of synthetic rows in which at least one such pair meets. */
  readonly share: number;
}

/** A pair of levels counts as ruled out when chance would show it so often, and it is never seen. */
const expectedAtLeast = 5;
const mostLevels = 100;

/**
 * Structural zeros: two levels of two columns that the real rows would show at least 5 times if the columns were
 * independent, and never show ("no internet" with "streams films"). By Poisson chance alone one such pair in 150 is
 * missed, so a few rules may be luck: set the share beside that of held-out rows.
 */
export function brokenRules(real: Table, synthetic: Table): BrokenRules {
  check(real.rows > 0 && synthetic.rows > 0, "check rules", "both tables must have rows");
  const columns = alignTables([real, synthetic], "check rules").filter(
    (column): column is SharedLevels => column.kind === "levels" && column.levels.length <= mostLevels,
  );
  const cells = columns.map((column) => [cellsWithMissing(column, 0), cellsWithMissing(column, 1)]);
  const broken = new Uint8Array(synthetic.rows);
  let rules = 0;
  for (let a = 0; a < columns.length; a++) {
    for (let b = a + 1; b < columns.length; b++) {
      const width = columns[b].levels.length + 1;
      const forbidden = ruledOut(cells[a][0], cells[b][0], columns[a].levels.length + 1, width);
      rules += forbidden.size;
      if (forbidden.size === 0) continue;
      for (let i = 0; i < synthetic.rows; i++)
        if (forbidden.has(cells[a][1][i] * width + cells[b][1][i])) broken[i] = 1;
    }
  }
  return { rules, share: broken.reduce((sum, value) => sum + value, 0) / synthetic.rows };
}

function ruledOut(a: Int32Array, b: Int32Array, height: number, width: number): Set<number> {
  const seen = new Float64Array(height * width);
  const [rows, columns] = [new Float64Array(height), new Float64Array(width)];
  for (let i = 0; i < a.length; i++) {
    seen[a[i] * width + b[i]]++;
    rows[a[i]]++;
    columns[b[i]]++;
  }
  const out = new Set<number>();
  for (let j = 0; j < height; j++) {
    for (let k = 0; k < width; k++) {
      const cell = j * width + k;
      if (seen[cell] === 0 && (rows[j] * columns[k]) / a.length >= expectedAtLeast) out.add(cell);
    }
  }
  return out;
}
