// asc: --importMemory --noAssert
// Squared distances between rows of whole numbers in blocks of 24, as |a|² + |b|² − 2a·b, the product over those pairs
// of columns that are not both zero in row a. One instruction multiplies two columns of four rows and adds them up.
// neighbours-layout.ts says what lies where; tests/resample/plain-search.ts does the same in TypeScript.

let blocks: usize = 0;
let blockBytes: usize = 0;
let rows: u32 = 0;
let squares: usize = 0;
let starts: usize = 0;
let lists: usize = 0;
let queryRows: usize = 0;
let limits: usize = 0;
let scores: usize = 0;
let ids: usize = 0;
let scratch: usize = 0;
let band: usize = 0;
let kept: usize = 0;
let symmetric: bool = false;

export function layout(
  pairCount: u32, rowCount: u32, keptCount: u32, isSymmetric: u32, blocksAt: u32, squaresAt: u32, startsAt: u32,
  listsAt: u32, queryRowsAt: u32, limitsAt: u32, scoresAt: u32, idsAt: u32, scratchAt: u32, bandAt: u32,
): void {
  blockBytes = pairCount * 96;
  rows = rowCount;
  kept = keptCount;
  symmetric = isSymmetric != 0;
  blocks = blocksAt;
  squares = squaresAt;
  starts = startsAt;
  lists = listsAt;
  queryRows = queryRowsAt;
  limits = limitsAt;
  scores = scoresAt;
  ids = idsAt;
  scratch = scratchAt;
  band = bandAt;
}

// @ts-ignore: decorator
@inline
function insert(query: usize, row: u32, score: i32): void {
  const own = scores + query * kept * 4;
  const ownIds = ids + query * kept * 4;
  let at = (kept - 1) * 4;
  while (at > 0) {
    const before = load<i32>(own + at - 4);
    if (before <= score) break;
    store<i32>(own + at, before);
    store<u32>(ownIds + at, load<u32>(ownIds + at - 4));
    at -= 4;
  }
  store<i32>(own + at, score);
  store<u32>(ownIds + at, row);
  store<i32>(limits + query * 4, load<i32>(own + (kept - 1) * 4));
}

// The scores of one query against one block, into the scratch space. Six sums, because with eight the compiler runs out
// of registers and the loop takes half as long again.
// @ts-ignore: decorator
@inline
function compare(square: v128, list: usize, listEnd: usize, block: usize): void {
  const data = blocks + block * blockBytes;
  const b = squares + block * 96;
  let a0 = i32x4.splat(0), a1 = i32x4.splat(0), a2 = i32x4.splat(0), a3 = i32x4.splat(0), a4 = i32x4.splat(0), a5 = i32x4.splat(0);
  for (let p = list; p < listEnd; p += 8) {
    const at = data + load<u32>(p);
    const pair = v128.load32_splat(p, 4);
    a0 = i32x4.add(a0, i32x4.dot_i16x8_s(pair, v128.load(at)));
    a1 = i32x4.add(a1, i32x4.dot_i16x8_s(pair, v128.load(at, 16)));
    a2 = i32x4.add(a2, i32x4.dot_i16x8_s(pair, v128.load(at, 32)));
    a3 = i32x4.add(a3, i32x4.dot_i16x8_s(pair, v128.load(at, 48)));
    a4 = i32x4.add(a4, i32x4.dot_i16x8_s(pair, v128.load(at, 64)));
    a5 = i32x4.add(a5, i32x4.dot_i16x8_s(pair, v128.load(at, 80)));
  }
  v128.store(scratch, i32x4.sub(i32x4.add(square, v128.load(b)), i32x4.shl(a0, 1)));
  v128.store(scratch, i32x4.sub(i32x4.add(square, v128.load(b, 16)), i32x4.shl(a1, 1)), 16);
  v128.store(scratch, i32x4.sub(i32x4.add(square, v128.load(b, 32)), i32x4.shl(a2, 1)), 32);
  v128.store(scratch, i32x4.sub(i32x4.add(square, v128.load(b, 48)), i32x4.shl(a3, 1)), 48);
  v128.store(scratch, i32x4.sub(i32x4.add(square, v128.load(b, 64)), i32x4.shl(a4, 1)), 64);
  v128.store(scratch, i32x4.sub(i32x4.add(square, v128.load(b, 80)), i32x4.shl(a5, 1)), 80);
}

// Which of four scores are below the query's limit, or (where limits are given) below the limit of their own row.
// @ts-ignore: decorator
@inline
function belowOwn(own: v128, at: usize): u32 {
  return i32x4.bitmask(i32x4.lt_s(v128.load(scratch + at), own));
}

// @ts-ignore: decorator
@inline
function belowEither(own: v128, theirs: usize, at: usize): u32 {
  return i32x4.bitmask(i32x4.lt_s(v128.load(scratch + at), i32x4.max_s(own, v128.load(theirs + at))));
}

// Queries from … to − 1 against the blocks first … last − 1. With `symmetric`, queries are all rows: a pair is looked
// at once, from the query in the earlier block, and offered to both.
export function scan(from: u32, to: u32, first: u32, last: u32): void {
  for (let query: usize = from; query < to; query++) {
    const row = load<u32>(queryRows + query * 4);
    const list = lists + <usize>load<u32>(starts + query * 4) * 8;
    const listEnd = lists + <usize>load<u32>(starts + query * 4 + 4) * 8;
    const square = v128.load32_splat(squares + row * 4);
    const ownBlock = row / 24;
    for (let block: usize = symmetric && ownBlock > first ? ownBlock : first; block < last; block++) {
      const both = symmetric && block != ownBlock;
      compare(square, list, listEnd, block);
      const own = v128.load32_splat(limits + query * 4);
      let hits: u32;
      if (both) {
        const theirs = limits + block * 96;
        hits =
          belowEither(own, theirs, 0) | (belowEither(own, theirs, 16) << 4) |
          (belowEither(own, theirs, 32) << 8) | (belowEither(own, theirs, 48) << 12) |
          (belowEither(own, theirs, 64) << 16) | (belowEither(own, theirs, 80) << 20);
      } else {
        hits =
          belowOwn(own, 0) | (belowOwn(own, 16) << 4) | (belowOwn(own, 32) << 8) |
          (belowOwn(own, 48) << 12) | (belowOwn(own, 64) << 16) | (belowOwn(own, 80) << 20);
      }
      while (hits != 0) {
        const lane = ctz(hits);
        hits &= hits - 1;
        const other = <u32>block * 24 + lane;
        if (other == row || other >= rows) continue;
        const score = load<i32>(scratch + (lane << 2));
        if (score < load<i32>(limits + query * 4)) insert(query, other, score);
        if (both && score < load<i32>(limits + (<usize>other << 2))) insert(other, row, score);
      }
    }
  }
}

// Writes the rows whose score with the query is at most `limit`, ascending, to the band; returns how many.
export function within(query: u32, limit: i32, blockCount: u32): u32 {
  const row = load<u32>(queryRows + (<usize>query << 2));
  const list = lists + <usize>load<u32>(starts + (<usize>query << 2)) * 8;
  const listEnd = lists + <usize>load<u32>(starts + (<usize>query << 2) + 4) * 8;
  const square = v128.load32_splat(squares + row * 4);
  let found: u32 = 0;
  for (let block: usize = 0; block < blockCount; block++) {
    compare(square, list, listEnd, block);
    for (let lane: u32 = 0; lane < 24; lane++) {
      const other = <u32>block * 24 + lane;
      if (load<i32>(scratch + (lane << 2)) <= limit && other != row && other < rows) {
        store<u32>(band + (<usize>found << 2), other);
        found++;
      }
    }
  }
  return found;
}
