// asc: --importMemory --noAssert
// Adds a panel of rows to Xᵀ D X: pairs of dense columns in tiles of 4 × 4 sums that stay in registers, sparse columns
// with dense ones value by value. design.ts hands panels over and reads the sums.

let width: usize = 0; // bytes of a row of dense columns, filled up to a multiple of 4 columns
let rowsAt: usize = 0;
let weightedAt: usize = 0;
let weightsAt: usize = 0;
let columnAt: usize = 0;
let denseAt: usize = 0;
let sumsAt: usize = 0;

export function layout(
  columns: u32, rows: u32, weighted: u32, weights: u32, column: u32, sums: u32, dense: u32,
): void {
  width = (<usize>columns) << 3;
  rowsAt = rows;
  weightedAt = weighted;
  weightsAt = weights;
  columnAt = column;
  denseAt = dense;
  sumsAt = sums;
}

// Writes column j of the panel, whose values stand at `columnAt`, into its rows.
export function place(j: u32, count: i32): void {
  let to = rowsAt + ((<usize>j) << 3);
  let from = columnAt;
  for (let i = 0; i < count; i++) {
    store<f64>(to, load<f64>(from));
    to += width;
    from += 8;
  }
}

// @ts-ignore: decorator
@inline function add(at: usize, a: v128, b: v128): void {
  v128.store(at, f64x2.add(v128.load(at), a));
  v128.store(at, f64x2.add(v128.load(at, 16), b), 16);
}

// Sums of weighted columns `a` to `a` + 3 with columns `b` to `b` + 3 (in bytes).
function tile(a: usize, b: usize, count: i32): void {
  let a0 = f64x2.splat(0), a1 = a0, a2 = a0, a3 = a0, b0 = a0, b1 = a0, b2 = a0, b3 = a0;
  let left = weightedAt + a;
  let right = rowsAt + b;
  for (let i = 0; i < count; i++) {
    const x = v128.load(right);
    const y = v128.load(right, 16);
    const r = v128.load_splat<u64>(left);
    const s = v128.load_splat<u64>(left, 8);
    a0 = f64x2.add(a0, f64x2.mul(r, x));
    b0 = f64x2.add(b0, f64x2.mul(r, y));
    a1 = f64x2.add(a1, f64x2.mul(s, x));
    b1 = f64x2.add(b1, f64x2.mul(s, y));
    const t = v128.load_splat<u64>(left, 16);
    const u = v128.load_splat<u64>(left, 24);
    a2 = f64x2.add(a2, f64x2.mul(t, x));
    b2 = f64x2.add(b2, f64x2.mul(t, y));
    a3 = f64x2.add(a3, f64x2.mul(u, x));
    b3 = f64x2.add(b3, f64x2.mul(u, y));
    left += width;
    right += width;
  }
  const columns = width >> 3;
  const at = denseAt + a * columns + b;
  add(at, a0, b0);
  add(at + width, a1, b1);
  add(at + 2 * width, a2, b2);
  add(at + 3 * width, a3, b3);
}

// Adds the panel's pairs of dense columns, the lower triangle of tiles; the rows' weights stand at `weightsAt`.
export function addDense(count: i32): void {
  for (let i = 0; i < count; i++) {
    const weight = f64x2.splat(load<f64>(weightsAt + ((<usize>i) << 3)));
    const row = <usize>i * width;
    for (let j: usize = 0; j < width; j += 16)
      v128.store(weightedAt + row + j, f64x2.mul(weight, v128.load(rowsAt + row + j)));
  }
  addProducts(count);
}

// The same of rows that stand weighted already at `weightedAt`.
export function addProducts(count: i32): void {
  for (let a: usize = 0; a < width; a += 32) for (let b: usize = 0; b <= a; b += 32) tile(a, b, count);
}

// Adds value × the weighted row for each value of the sparse columns: row i's are those from `start[i]` to
// `start[i + 1]`, counted from `start[0]`.
export function addSparse(count: i32, start: usize, columns: usize, values: usize): void {
  const first = load<u32>(start);
  let row = weightedAt;
  for (let i = 0; i < count; i++) {
    const end = load<u32>(start, 4) - first;
    for (let k = load<u32>(start) - first; k < end; k++) {
      const to = sumsAt + <usize>load<u32>(columns + ((<usize>k) << 2)) * width;
      const value = f64x2.splat(load<f64>(values + ((<usize>k) << 3)));
      for (let j: usize = 0; j < width; j += 16)
        v128.store(to + j, f64x2.add(v128.load(to + j), f64x2.mul(value, v128.load(row + j))));
    }
    start += 4;
    row += width;
  }
}
