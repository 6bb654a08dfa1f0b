import { cholesky, choleskySolve, dot } from "../../../core/math/linear-algebra";
import { takeValues } from "../../../core/matrix";

/** From so many rows on a regression is learnt, and judged. */
export const leastLearnt = 25;
/** Of groups with fewer rows the level is not told, and with so many more than columns a line of its own is. */
const [leastOfGroup, leastBeside] = [3, 8];
/** So many times rows that are further off than most are left out, and the rest learnt again. */
const trims = 3;

/** What a regression foretells of each row; NaN where a column is missing or a group is unknown. */
export type Foretold = Float64Array;

/** A group of each row: rows of one have a level of their own, or a whole regression. */
export interface Groups {
  readonly codes: Int32Array;
  readonly count: number;
  readonly lines?: boolean;
}

/** Least squares of `y` on the columns over the rows learnt, those furthest off left out; undefined where nothing can be learnt. */
export function regress(
  y: Float64Array,
  columns: readonly Float64Array[],
  learnt: number,
  groups?: Groups,
): Foretold | undefined {
  const known = (i: number): boolean =>
    !Number.isNaN(y[i]) && columns.every((values) => !Number.isNaN(values[i]));
  const rows: number[] = [];
  for (let i = 0; i < learnt; i++) if (known(i)) rows.push(i);
  if (!groups?.lines) return rows.length < leastLearnt ? undefined : trimmed(y, columns, rows, groups);
  const out = new Float64Array(y.length).fill(Number.NaN);
  for (let g = 0; g < groups.count; g++) {
    const own = rows.filter((i) => groups.codes[i] === g);
    const line = own.length < columns.length + leastBeside ? undefined : trimmed(y, columns, own);
    if (line) for (let i = 0; i < out.length; i++) if (groups.codes[i] === g) out[i] = line[i];
  }
  return out;
}

function trimmed(
  y: Float64Array,
  columns: readonly Float64Array[],
  rows: readonly number[],
  groups?: Groups,
): Foretold | undefined {
  let kept = rows;
  let found = leastSquares(y, columns, kept, groups);
  for (let k = 0; found && k < trims; k++) {
    const off = takeValues(y, rows).map((value, k) => Math.abs(value - (found?.[rows[k]] ?? Number.NaN)));
    const sorted = off.filter((value) => !Number.isNaN(value)).sort();
    // Of an exact rule nearly all rows are as near as rounding has them.
    const most = 4 * sorted[Math.floor(0.8 * sorted.length)];
    const next = rows.filter((_, k) => off[k] <= most);
    if (next.length === kept.length) break;
    kept = next;
    found = leastSquares(y, columns, kept, groups) ?? found;
  }
  return found;
}

/** The same without leaving rows out, over these rows. */
export function leastSquares(
  y: Float64Array,
  columns: readonly Float64Array[],
  rows: readonly number[],
  groups?: Groups,
): Foretold | undefined {
  const code = (i: number): number => groups?.codes[i] ?? 0;
  const centre = (values: Float64Array) => centred(values, rows, code, groups?.count ?? 1);
  const means = columns.map(centre);
  const own = centre(y);
  const size = columns.length;
  const x = columns.map((values, k) =>
    takeValues(values, rows).map((value, r) => value - means[k][code(rows[r])] || 0),
  );
  const scale = x.map((values) => Math.sqrt(dot(values, values)) || 1);
  const target = takeValues(y, rows).map((value, r) => value - own[code(rows[r])] || 0);
  // Rows of a group of few say nothing. Columns that determine each other share their weight.
  const gram = Float64Array.from(
    { length: size * size },
    (_, at) =>
      dot(x[Math.floor(at / size)], x[at % size]) / (scale[Math.floor(at / size)] * scale[at % size]),
  );
  for (let k = 0; k < size; k++) gram[k * size + k] += 1e-12;
  const factor = cholesky(gram, size);
  if (!factor) return undefined;
  const solved = choleskySolve(
    factor,
    size,
    x.map((values, k) => dot(values, target) / scale[k]),
  );
  return y.map((_, i) => {
    let sum = own[code(i)];
    for (let k = 0; k < size; k++) sum += (solved[k] / scale[k]) * (columns[k][i] - means[k][code(i)]);
    return sum;
  });
}

/** The mean of each group over some rows; NaN for those of few. */
function centred(
  values: Float64Array,
  rows: readonly number[],
  code: (row: number) => number,
  groups: number,
): Float64Array {
  const sums = new Float64Array(groups);
  const counts = new Float64Array(groups);
  for (const i of rows) {
    sums[code(i)] += values[i];
    counts[code(i)]++;
  }
  return sums.map((sum, g) => (counts[g] < leastOfGroup ? Number.NaN : sum / counts[g]));
}

/** Columns of length 1 about their mean (in each group) over the rows learnt, missing cells at it; undefined where nothing varies. */
export function standardised(
  values: Float64Array,
  learnt: number,
  groups?: Groups,
): Float64Array | undefined {
  const known: number[] = [];
  for (let i = 0; i < learnt; i++) if (Number.isFinite(values[i])) known.push(i);
  const code = (i: number): number => groups?.codes[i] ?? 0;
  const means = centred(values, known, code, groups?.count ?? 1);
  const out = new Float64Array(learnt);
  for (const i of known) out[i] = values[i] - means[code(i)] || 0;
  const length = Math.sqrt(dot(out, out));
  const whole = Math.sqrt(known.reduce((sum, i) => sum + values[i] ** 2, 0));
  return length > 1e-9 * whole ? out.map((value) => value / length) : undefined;
}

/** All products of columns of length 1. */
export function gramOf(columns: readonly Float64Array[]): Float64Array {
  const size = columns.length;
  const gram = new Float64Array(size * size);
  for (let a = 0; a < size; a++) {
    for (let b = 0; b <= a; b++) {
      const product = dot(columns[a], columns[b]);
      gram[a * size + b] = product;
      gram[b * size + a] = product;
    }
  }
  return gram;
}

/**
 * The columns that tell column `y` most, one after the other, each for what those before leave open (orthogonal least squares; Chen,
 * Billings & Luo, 1989), until one tells less than `least` of that; and the share left open.
 */
export function forward(
  gram: Float64Array,
  y: number,
  allowed: readonly number[],
  { most, least }: { readonly most: number; readonly least: number },
): { readonly chosen: readonly number[]; readonly open: number } {
  const size = Math.sqrt(gram.length);
  const left = new Float64Array(size).fill(1);
  const along = gram.slice(y * size, (y + 1) * size);
  const basis: Float64Array[] = [];
  const chosen: number[] = [];
  let open = 1;
  while (chosen.length < most && open > 1e-9) {
    let best = -1;
    let gain = least * open;
    for (const c of allowed) {
      if (left[c] < 1e-7 || along[c] ** 2 / left[c] <= gain) continue;
      best = c;
      gain = along[c] ** 2 / left[c];
    }
    if (best < 0) break;
    const root = Math.sqrt(left[best]);
    const step = along[best] / root;
    const next = new Float64Array(size);
    for (let c = 0; c < size; c++) {
      let own = gram[best * size + c];
      for (const one of basis) own -= one[best] * one[c];
      next[c] = own / root;
      along[c] -= step * next[c];
      left[c] -= next[c] ** 2;
    }
    basis.push(next);
    chosen.push(best);
    open -= gain;
  }
  return { chosen, open };
}
