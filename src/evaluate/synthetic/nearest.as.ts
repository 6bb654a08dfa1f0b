// asc: --importMemory --noAssert
// The two least distances from each query to the reference rows, and the nearest row: differing bytes of cells, plus
// min(|a − b|, 1) of scaled numbers. tests/evaluate/synthetic/plain-nearest.ts does the same in TypeScript, in the same order of sums.

let blocks: usize = 0;
let numbers: usize = 0;
let cells: usize = 0;
let values: usize = 0;
let queryCells: usize = 0;
let queryValues: usize = 0;
let found: usize = 0;
let rows: i32 = 0;

export function layout(
  blockCount: u32, numberCount: u32, rowCount: i32, cellsAt: u32, valuesAt: u32, queryCellsAt: u32, queryValuesAt: u32,
  foundAt: u32,
): void {
  blocks = blockCount;
  numbers = numberCount;
  rows = rowCount;
  cells = cellsAt;
  values = valuesAt;
  queryCells = queryCellsAt;
  queryValues = queryValuesAt;
  found = foundAt;
}

// Queries `from` to `to` − 1; row `skip + query` is left out of a query's search unless `skip` is negative.
export function search(from: i32, to: i32, skip: i32): void {
  for (let q = from; q < to; q++) {
    const ownCells = queryCells + <usize>q * blocks * 16;
    const ownValues = queryValues + <usize>q * numbers * 8;
    const left = skip < 0 ? -1 : skip + q;
    let best = Infinity;
    let second = Infinity;
    let at = -1;
    const firstBlock = v128.load(ownCells);
    for (let r = 0; r < rows; r++) {
      const row = cells + <usize>r * blocks * 16;
      let differ = 16 - popcnt(i8x16.bitmask(i8x16.eq(firstBlock, v128.load(row))));
      for (let b: usize = 16; b < blocks * 16; b += 16) {
        differ += 16 - popcnt(i8x16.bitmask(i8x16.eq(v128.load(ownCells + b), v128.load(row + b))));
      }
      let distance = <f64>differ;
      if (distance >= second) continue;
      const own = values + <usize>r * numbers * 8;
      for (let k: usize = 0; k < numbers * 8; k += 8) {
        distance += min(abs(load<f64>(ownValues + k) - load<f64>(own + k)), 1);
      }
      if (distance >= second || r == left) continue;
      if (distance < best) {
        second = best;
        best = distance;
        at = r;
      } else second = distance;
    }
    const out = found + <usize>q * 24;
    store<f64>(out, best);
    store<f64>(out, second, 8);
    store<f64>(out, <f64>at, 16);
  }
}
