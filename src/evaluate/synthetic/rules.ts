import { check } from "../../core/checks";
import type { Table } from "../../data/table";
import { tied } from "../../synthesis/structure/pairs/tied";
import { alignTables, cellsWithMissing, type SharedLevels, type SharedNumber } from "./align";

/** Rules that real rows keep, and how often synthetic rows break them. */
export interface BrokenRules {
  /** Pairs of levels that never meet in the real rows though chance alone would bring them together. */
  readonly rules: number;
  /** The share of synthetic rows in which at least one such pair meets. */
  readonly share: number;
}

/** Two columns whose levels belong together, and how often synthetic rows have a pair of them that no real row has. */
export interface NewPairs {
  readonly columns: readonly [string, string];
  readonly share: number;
  /** About how often a new real row would have one: the share of real rows with a pair that no other has (Good, 1953). */
  readonly fresh: number;
}

/** Fewer rows with a new pair, or not so many times as many as there would be of real ones, are not worth a word. */
const leastNew = 0.01;
const timesFresh = 2;
/** Numbers of more values are amounts. */
const mostCodes = 4000;

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

/**
 * Columns that belong together (a town and its post codes) in which synthetic rows have pairs that no real row has, more often
 * than new real rows would; the most first. Whole numbers of few values count as levels.
 */
export function newPairs(real: Table, synthetic: Table): readonly NewPairs[] {
  const columns = alignTables([real, synthetic], "compare pairs").flatMap((column) => {
    const { name } = column;
    const levels = column.kind === "levels" ? column : codesOf(column);
    if (!levels) return [];
    const [codes, made] = levels.codes;
    const known = codes.reduce((most, code) => Math.max(most, code + 1), 0);
    return [{ name, labels: levels.levels, told: known, codes, made }];
  });
  const out: NewPairs[] = [];
  columns.forEach((one, a) => {
    for (const other of columns.slice(a + 1)) {
      if (!tied(one, other)) continue;
      const width = Math.max(one.labels.length, other.labels.length);
      const times = new Map<number, number>();
      one.codes.forEach((code, i) => {
        const key = code * width + other.codes[i];
        if (code >= 0 && other.codes[i] >= 0) times.set(key, (times.get(key) ?? 0) + 1);
      });
      let strange = 0;
      one.made.forEach((code, i) => {
        if (code >= 0 && other.made[i] >= 0 && !times.has(code * width + other.made[i])) strange++;
      });
      const share = strange / synthetic.rows;
      const fresh = [...times.values()].filter((rows) => rows === 1).length / real.rows;
      if (share >= Math.max(leastNew, timesFresh * fresh))
        out.push({ columns: [one.name, other.name], share, fresh });
    }
  });
  return out.sort((a, b) => b.share - a.share);
}

/** Whole numbers of few values as levels, those of the first table first; undefined for other numbers. */
function codesOf({ name, values }: SharedNumber): SharedLevels | undefined {
  const whole = values[0].every(
    (value) => Number.isNaN(value) || (Number.isSafeInteger(value) && value >= 0),
  );
  const known = new Set(values[0]);
  known.delete(Number.NaN);
  if (!whole || known.size > Math.min(mostCodes, values[0].length / 2)) return undefined;
  const places = new Map(
    [...known, ...values[1]].filter((value) => !Number.isNaN(value)).map((value) => [value, 0]),
  );
  [...places.keys()].forEach((value, place) => {
    places.set(value, place);
  });
  const codes = values.map((own) => Int32Array.from(own, (value) => places.get(value) ?? -1));
  return { name, kind: "levels", codes, levels: [...places.keys()].map(String) };
}
