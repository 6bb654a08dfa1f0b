// asc: --noAssert --importMemory
// Grows the trees of a forest: the same trees, bit for bit, as tests/models/forest/plain-grower.ts, where the rules are explained. The
// host (forest-kernel.ts) lays out the memory and calls `setup` once and `grow` per tree.
//
// Two kinds of sums: T = u64 packs rows, weight and weight of class 1 as 22 + 21 + 21 bits, for 0/1 targets with
// whole weights; T = v128 holds weight and weight × target as two float64, with the rows counted apart.

@external("env", "log2")
declare function log2(x: f64): f64;

const MISSING: u32 = 0xffff;
const MAX_VALUE: f64 = 1.7976931348623157e308;

let rows: i32 = 0;
let columns: i32 = 0;
let depth: i32 = 0;
let minRows: i32 = 0;
let minSplit: i32 = 0;
let tried: i32 = 0;
let randomThresholds: bool = false;
let c0: f64 = 1;
let c1: f64 = 1;
let plainWeights: bool = true;
let centre: f64 = 0;
let entropy: bool = false;
let maskWords: i32 = 0;

// Inputs.
let codes: usize = 0;
let offsets: usize = 0;
let lows: usize = 0;
let highs: usize = 0;
/** Per column: u8 categorical, u8 has missing values, u16 most frequent code (MISSING: none), i32 place in the mask. */
let traits: usize = 0;
/** Per row: `maskWords` u64 that say in which sparse columns it differs from the most frequent code. */
let masks: usize = 0;
let targets: usize = 0;
// Working space.
let rowIds: usize = 0;
let info: usize = 0;
let spareRows: usize = 0;
let spareInfo: usize = 0;
let hist: usize = 0;
let counts: usize = 0;
let bitmap: usize = 0;
let order: usize = 0;
let bestOrder: usize = 0;
let drawn: usize = 0;
let nodeMask: usize = 0;
let stack: usize = 0;
// Outputs.
let outFeature: usize = 0;
let outThreshold: usize = 0;
let outLeft: usize = 0;
let outMissing: usize = 0;
let outCover: usize = 0;
let outSets: usize = 0;
let decrease: usize = 0;
let nodes: i32 = 0;
let words: i32 = 0;

// The node at hand.
let plain: f64 = 0;
let hit: f64 = 0;
let total: f64 = 0;
let nodeRows: i32 = 0;
let packed: u64 = 0;

// Its best split so far.
let bestGain: f64 = -1;
let bestFeature: i32 = -1;
let bestMissingLeft: bool = false;
let bestCode: u32 = 0;
let bestThreshold: f64 = 0;
let bestTaken: i32 = 0;
let bestPresent: i32 = 0;
let bestPacked: u64 = 0;

// xoshiro128**, as in core/rng.ts.
let r0: u32 = 0;
let r1: u32 = 0;
let r2: u32 = 0;
let r3: u32 = 0;

function next(): u32 {
  const out = rotl<u32>(r1 * 5, 7) * 9;
  const t = r1 << 9;
  r2 ^= r0;
  r3 ^= r1;
  r1 ^= r2;
  r0 ^= r3;
  r2 ^= t;
  r3 = rotl<u32>(r3, 11);
  return out;
}

function uniform(): f64 {
  const high = next() >>> 5;
  const low = next() >>> 6;
  return (<f64>high * 67108864 + <f64>low) / 9007199254740992;
}

/** Pointers in the order of the declarations above, then the rules. */
export function setup(at: usize): void {
  codes = load<u32>(at);
  offsets = load<u32>(at, 4);
  lows = load<u32>(at, 8);
  highs = load<u32>(at, 12);
  traits = load<u32>(at, 16);
  masks = load<u32>(at, 20);
  targets = load<u32>(at, 24);
  rowIds = load<u32>(at, 28);
  info = load<u32>(at, 32);
  spareRows = load<u32>(at, 36);
  spareInfo = load<u32>(at, 40);
  hist = load<u32>(at, 44);
  counts = load<u32>(at, 48);
  bitmap = load<u32>(at, 52);
  order = load<u32>(at, 56);
  bestOrder = load<u32>(at, 60);
  drawn = load<u32>(at, 64);
  nodeMask = load<u32>(at, 68);
  stack = load<u32>(at, 72);
  outFeature = load<u32>(at, 76);
  outThreshold = load<u32>(at, 80);
  outLeft = load<u32>(at, 84);
  outMissing = load<u32>(at, 88);
  outCover = load<u32>(at, 92);
  outSets = load<u32>(at, 96);
  decrease = load<u32>(at, 100);
  rows = load<i32>(at, 104);
  columns = load<i32>(at, 108);
  depth = load<i32>(at, 112);
  minRows = load<i32>(at, 116);
  minSplit = load<i32>(at, 120);
  tried = load<i32>(at, 124);
  randomThresholds = load<i32>(at, 128) != 0;
  maskWords = load<i32>(at, 132);
  c0 = load<f64>(at, 136);
  c1 = load<f64>(at, 144);
  centre = load<f64>(at, 152);
  entropy = load<f64>(at, 160) != 0;
  plainWeights = c0 == 1 && c1 == 1;
}

/** Grows a tree from `count` rows in rowIds and info; returns how many nodes it has. */
export function grow(count: i32, k0: u32, k1: u32, k2: u32, k3: u32, packing: bool): i32 {
  r0 = k0;
  r1 = k1;
  r2 = k2;
  r3 = k3;
  if ((k0 | k1 | k2 | k3) == 0) r3 = 1;
  return packing ? growTree<u64>(count) : growTree<v128>(count);
}

/** How many words of sets the last tree wrote. */
export function setWords(): i32 {
  return words;
}

@inline
function weigh(p: f64, h: f64): f64 {
  return plainWeights ? p : (p - h) * c0 + h * c1;
}

/** Weight × entropy in bits. */
function disorder(p: f64, h: f64): f64 {
  const all = weigh(p, h);
  const one = h * c1;
  const zero = all - one;
  return -(one > 0 ? one * log2(one / all) : 0) - (zero > 0 ? zero * log2(zero / all) : 0);
}

function growTree<T>(count: i32): i32 {
  nodes = 1;
  words = 0;
  memory.fill(decrease, 0, <usize>columns << 3);
  for (let j = 0; j < columns; j++) store<i32>(drawn + (<usize>j << 2), j);
  let top = 1;
  store<i32>(stack, 0);
  store<i32>(stack, 0, 4);
  store<i32>(stack, count, 8);
  store<i32>(stack, 0, 12);
  if (isInteger<T>()) {
    let sum: u64 = 0;
    for (let i = 0; i < count; i++) sum += load<u64>(info + (<usize>i << 3));
    store<u64>(stack, sum, 16);
  }
  while (top > 0) {
    top--;
    const item = stack + <usize>top * 24;
    const node = load<i32>(item);
    const start = load<i32>(item, 4);
    const end = load<i32>(item, 8);
    const level = load<i32>(item, 12);
    const mixed = isInteger<T>() ? sumPacked(load<u64>(item, 16)) : sumPlain(start, end);
    total = weigh(plain, hit);
    nodeRows = end - start;
    const slot = <usize>node;
    store<f64>(outCover + (slot << 3), total);
    const open = level < depth && nodeRows >= minSplit && nodeRows >= 2 * minRows && mixed;
    if (!open || !search<T>(start, end)) {
      store<i32>(outFeature + (slot << 2), -1);
      store<i32>(outLeft + (slot << 2), -1);
      store<u8>(outMissing + slot, 0);
      store<f64>(outThreshold + (slot << 3), (hit * c1) / total + centre);
      continue;
    }
    const sum = decrease + (<usize>bestFeature << 3);
    store<f64>(sum, load<f64>(sum) + (entropy ? bestGain - 2 * total + disorder(plain, hit) : bestGain / total));
    const middle = divide<T>(node, start, end);
    const left = nodes;
    nodes += 2;
    store<i32>(outLeft + (slot << 2), left);
    store<i32>(item, left + 1);
    store<i32>(item, middle, 4);
    store<i32>(item, end, 8);
    store<i32>(item, level + 1, 12);
    store<i32>(item, left, 24);
    store<i32>(item, start, 28);
    store<i32>(item, middle, 32);
    store<i32>(item, level + 1, 36);
    if (isInteger<T>()) {
      store<u64>(item, packed - bestPacked, 16);
      store<u64>(item, bestPacked, 40);
    }
    top += 2;
  }
  return nodes;
}

/** Unpacks the node's sums; whether both classes are there. */
function sumPacked(sum: u64): bool {
  packed = sum;
  plain = <f64>(<u32>(sum >> 21) & 0x1fffff);
  hit = <f64>(<u32>sum & 0x1fffff);
  return hit > 0 && hit < plain;
}

/** Adds up the node's sums; whether its targets differ. */
function sumPlain(start: i32, end: i32): bool {
  let sum: v128 = f64x2.splat(0);
  let least = f64.MAX_VALUE;
  let most = -f64.MAX_VALUE;
  for (let i = start; i < end; i++) {
    sum = f64x2.add(sum, v128.load(info + (<usize>i << 4)));
    const y = load<f64>(targets + (<usize>load<i32>(rowIds + (<usize>i << 2)) << 3));
    if (y < least) least = y;
    if (y > most) most = y;
  }
  plain = f64x2.extract_lane(sum, 0);
  hit = f64x2.extract_lane(sum, 1);
  return least < most;
}

function search<T>(start: i32, end: i32): bool {
  // Columns in which every row of the node has the most frequent code are constant: seen without a scan of each.
  for (let w = 0; w < maskWords; w++) {
    let any: u64 = 0;
    for (let i = start; i < end; i++) {
      any |= load<u64>(masks + (<usize>(load<i32>(rowIds + (<usize>i << 2)) * maskWords + w) << 3));
    }
    store<u64>(nodeMask + (<usize>w << 3), any);
  }
  bestGain = -1;
  let varying = 0;
  for (let seen = 0; seen < columns && (seen < tried || varying == 0); seen++) {
    const k = seen + <i32>(uniform() * <f64>(columns - seen));
    const from = drawn + (<usize>k << 2);
    const j = load<i32>(from);
    store<i32>(from, load<i32>(drawn + (<usize>seen << 2)));
    store<i32>(drawn + (<usize>seen << 2), j);
    const place = load<i32>(traits + (<usize>j << 3), 4);
    if (place >= 0) {
      const word = load<u64>(nodeMask + (<usize>(place >> 6) << 3));
      if (((word >> (place & 63)) & 1) == 0) continue;
    }
    if (searchColumn<T>(j, start, end)) varying++;
  }
  return bestGain >= 0;
}

@inline
function addAt<T>(code: u32, i: i32): void {
  if (isInteger<T>()) {
    const at = hist + (<usize>code << 3);
    store<u64>(at, load<u64>(at) + load<u64>(info + (<usize>i << 3)));
  } else {
    const at = hist + (<usize>code << 4);
    v128.store(at, f64x2.add(v128.load(at), v128.load(info + (<usize>i << 4))));
    const n = counts + (<usize>code << 2);
    store<i32>(n, load<i32>(n) + 1);
  }
}

@inline
function present<T>(code: u32): bool {
  if (isInteger<T>()) return load<u64>(hist + (<usize>code << 3)) != 0;
  return load<i32>(counts + (<usize>code << 2)) != 0;
}

function searchColumn<T>(j: i32, start: i32, end: i32): bool {
  const own = codes + (<usize>j * <usize>rows << 1);
  const trait = traits + (<usize>j << 3);
  const width = load<i32>(offsets + (<usize>(j + 1) << 2)) - load<i32>(offsets + (<usize>j << 2));
  const hasMissing = load<u8>(trait, 1) != 0;
  const direct = width <= 64 || 4 * (end - start) >= width;
  let summary: u64 = 0;
  // The summary has a bit for each 2^shift codes.
  let shift: u32 = 6;
  while (<u32>(width - 1) >> shift > 63) shift++;
  let distinct = 0;
  let lostRows = 0;
  let lostPlain: f64 = 0;
  let lostHit: f64 = 0;
  let lostPacked: u64 = 0;

  if (hasMissing) {
    let lost: v128 = f64x2.splat(0);
    for (let i = start; i < end; i++) {
      const code = <u32>load<u16>(own + (<usize>load<u32>(rowIds + (<usize>i << 2)) << 1));
      if (code == MISSING) {
        lostRows++;
        if (isInteger<T>()) lostPacked += load<u64>(info + (<usize>i << 3));
        else lost = f64x2.add(lost, v128.load(info + (<usize>i << 4)));
        continue;
      }
      addAt<T>(code, i);
      if (!direct) {
        mark(code);
        summary |= <u64>1 << (code >> shift);
      }
    }
    if (isInteger<T>()) {
      lostPlain = <f64>(<u32>(lostPacked >> 21) & 0x1fffff);
      lostHit = <f64>(<u32>lostPacked & 0x1fffff);
    } else {
      lostPlain = f64x2.extract_lane(lost, 0);
      lostHit = f64x2.extract_lane(lost, 1);
    }
  } else {
    const common = <u32>load<u16>(trait, 2);
    if (isInteger<T>() && common != MISSING) {
      // Most rows hold the same code: only the others are added, and it gets the rest.
      let others: u64 = 0;
      for (let i = start; i < end; i++) {
        const code = <u32>load<u16>(own + (<usize>load<u32>(rowIds + (<usize>i << 2)) << 1));
        if (code == common) continue;
        const w = load<u64>(info + (<usize>i << 3));
        others += w;
        const at = hist + (<usize>code << 3);
        store<u64>(at, load<u64>(at) + w);
        if (!direct) {
          mark(code);
          summary |= <u64>1 << (code >> shift);
        }
      }
      if (others != packed) {
        store<u64>(hist + (<usize>common << 3), packed - others);
        if (!direct) {
          mark(common);
          summary |= <u64>1 << (common >> shift);
        }
      }
    } else if (direct) {
      for (let i = start; i < end; i++) {
        addAt<T>(<u32>load<u16>(own + (<usize>load<u32>(rowIds + (<usize>i << 2)) << 1)), i);
      }
    } else {
      for (let i = start; i < end; i++) {
        const code = <u32>load<u16>(own + (<usize>load<u32>(rowIds + (<usize>i << 2)) << 1));
        addAt<T>(code, i);
        mark(code);
        summary |= <u64>1 << (code >> shift);
      }
    }
  }

  if (direct) {
    for (let code: u32 = 0; code < <u32>width; code++) {
      if (!present<T>(code)) continue;
      store<u16>(order + (<usize>distinct << 1), <u16>code);
      distinct++;
    }
  } else {
    while (summary) {
      const first = <u32>ctz<u64>(summary) << (shift - 6);
      summary &= summary - 1;
      for (let word = first; word < first + (1 << (shift - 6)); word++) {
        const at = bitmap + (<usize>word << 3);
        let bits = load<u64>(at);
        if (!bits) continue;
        store<u64>(at, 0);
        while (bits) {
          store<u16>(order + (<usize>distinct << 1), <u16>((word << 6) + <u32>ctz<u64>(bits)));
          distinct++;
          bits &= bits - 1;
        }
      }
    }
  }

  const varies = distinct > 1 || (distinct == 1 && lostRows > 0);
  if (varies) {
    const categorical = load<u8>(trait) != 0;
    if (categorical && !randomThresholds) sortByMean<T>(distinct);
    let from = 1;
    let to = lostRows > 0 ? distinct : distinct - 1;
    let threshold: f64 = NaN;
    if (randomThresholds && distinct > 1) {
      if (categorical) from = drawLevels(distinct);
      else {
        from = drawThreshold(j, distinct);
        threshold = drawnThreshold;
      }
      to = from;
    }
    const before = bestGain;
    let taken = 0;
    let acc: u64 = 0;
    let leftPlain: f64 = 0;
    let leftHit: f64 = 0;
    let leftRows = 0;
    for (let k = 1; k <= to; k++) {
      const code = <u32>load<u16>(order + (<usize>(k - 1) << 1));
      if (isInteger<T>()) {
        acc += load<u64>(hist + (<usize>code << 3));
        leftPlain = <f64>(<u32>(acc >> 21) & 0x1fffff);
        leftHit = <f64>(<u32>acc & 0x1fffff);
        leftRows = <i32>(acc >> 42);
      } else {
        leftPlain += load<f64>(hist + (<usize>code << 4));
        leftHit += load<f64>(hist + (<usize>code << 4), 8);
        leftRows += load<i32>(counts + (<usize>code << 2));
      }
      if (k < from) continue;
      if (consider(leftRows, leftPlain, leftHit)) {
        bestMissingLeft = lostRows == 0 && 2 * weigh(leftPlain, leftHit) > total;
        bestPacked = acc;
        taken = k;
      }
      if (lostRows > 0 && k < distinct && consider(leftRows + lostRows, leftPlain + lostPlain, leftHit + lostHit)) {
        bestMissingLeft = true;
        bestPacked = acc + lostPacked;
        taken = k;
      }
    }
    if (bestGain > before) {
      bestFeature = j;
      bestTaken = taken;
      bestPresent = distinct;
      const code = <u32>load<u16>(order + (<usize>(taken - 1) << 1));
      bestCode = code;
      if (categorical) memory.copy(bestOrder, order, <usize>distinct << 1);
      else if (taken == distinct) bestThreshold = MAX_VALUE;
      else if (isNaN<f64>(threshold)) {
        const at = <usize>load<i32>(offsets + (<usize>j << 2));
        const above = <usize>load<u16>(order + (<usize>taken << 1));
        bestThreshold = between(
          load<f64>(highs + ((at + code) << 3)),
          load<f64>(lows + ((at + above) << 3)),
        );
      } else bestThreshold = threshold;
    }
  }
  for (let k = 0; k < distinct; k++) {
    const code = <usize>load<u16>(order + (<usize>k << 1));
    if (isInteger<T>()) store<u64>(hist + (code << 3), 0);
    else {
      v128.store(hist + (code << 4), i64x2.splat(0));
      store<i32>(counts + (code << 2), 0);
    }
  }
  return varies;
}

@inline
function mark(code: u32): void {
  const at = bitmap + (<usize>(code >> 6) << 3);
  store<u64>(at, load<u64>(at) | (<u64>1 << (code & 63)));
}

/** 2 × the weight bounds the disorder, so gains stay positive. */
function entropyGain(leftPlain: f64, leftHit: f64): f64 {
  return 2 * total - disorder(leftPlain, leftHit) - disorder(plain - leftPlain, hit - leftHit);
}

@inline
function varianceGain(leftPlain: f64, leftHit: f64): f64 {
  const left = weigh(leftPlain, leftHit);
  const right = total - left;
  // Rounding may leave nothing for a side of tiny weights.
  if (!(left > 0 && right > 0)) return -1;
  const distance = leftHit * c1 * total - left * (hit * c1);
  return (distance * distance) / (left * right);
}

/** Takes the split if it is allowed and better than the best. */
@inline
function consider(leftRows: i32, leftPlain: f64, leftHit: f64): bool {
  if (leftRows < minRows || nodeRows - leftRows < minRows) return false;
  const gain = entropy ? entropyGain(leftPlain, leftHit) : varianceGain(leftPlain, leftHit);
  if (!(gain > bestGain)) return false;
  bestGain = gain;
  return true;
}

@inline
function mean<T>(code: u32): f64 {
  if (isInteger<T>()) {
    const sum = load<u64>(hist + (<usize>code << 3));
    return <f64>(<u32>sum & 0x1fffff) / <f64>(<u32>(sum >> 21) & 0x1fffff);
  }
  return load<f64>(hist + (<usize>code << 4), 8) / load<f64>(hist + (<usize>code << 4));
}

/** Sorts `order` (ascending codes) by the mean target: insertion keeps equal ones in the order of codes. */
function sortByMean<T>(distinct: i32): void {
  for (let k = 1; k < distinct; k++) {
    const code = load<u16>(order + (<usize>k << 1));
    const own = mean<T>(code);
    let at = k;
    while (at > 0) {
      const other = load<u16>(order + (<usize>(at - 1) << 1));
      if (!(mean<T>(other) > own)) break;
      store<u16>(order + (<usize>at << 1), other);
      at--;
    }
    store<u16>(order + (<usize>at << 1), code);
  }
}

let drawnThreshold: f64 = 0;

function drawThreshold(j: i32, distinct: i32): i32 {
  const at = <usize>load<i32>(offsets + (<usize>j << 2));
  const low = load<f64>(lows + ((at + load<u16>(order)) << 3));
  const high = load<f64>(highs + ((at + load<u16>(order + (<usize>(distinct - 1) << 1))) << 3));
  let threshold = low + uniform() * (high - low);
  if (!(threshold < high)) threshold = low;
  let taken = 1;
  while (
    taken < distinct - 1 &&
    load<f64>(highs + ((at + load<u16>(order + (<usize>taken << 1))) << 3)) <= threshold
  )
    taken++;
  const edge = load<f64>(highs + ((at + load<u16>(order + (<usize>(taken - 1) << 1))) << 3));
  const above = load<f64>(lows + ((at + load<u16>(order + (<usize>taken << 1))) << 3));
  if (threshold < edge || threshold >= above) threshold = between(edge, above);
  drawnThreshold = threshold;
  return taken;
}

function drawLevels(distinct: i32): i32 {
  let taken = 0;
  for (let k = 0; k < distinct; k++) {
    if (uniform() >= 0.5) continue;
    const code = load<u16>(order + (<usize>k << 1));
    store<u16>(order + (<usize>k << 1), load<u16>(order + (<usize>taken << 1)));
    store<u16>(order + (<usize>taken << 1), code);
    taken++;
  }
  return min(max(taken, 1), distinct - 1);
}

function between(low: f64, high: f64): f64 {
  const middle = low / 2 + high / 2;
  return middle >= low && middle < high ? middle : low;
}

/** Writes the node's test and moves its left rows to the front, both sides keeping their order; where they end. */
function divide<T>(node: i32, start: i32, end: i32): i32 {
  const j = bestFeature;
  const own = codes + (<usize>j * <usize>rows << 1);
  const slot = <usize>node;
  store<i32>(outFeature + (slot << 2), j);
  store<u8>(outMissing + slot, bestMissingLeft ? 1 : 0);
  const categorical = load<u8>(traits + (<usize>j << 3)) != 0;
  let set: usize = 0;
  if (categorical) {
    const slots = load<i32>(offsets + (<usize>(j + 1) << 2)) - load<i32>(offsets + (<usize>j << 2));
    set = outSets + (<usize>words << 2);
    store<f64>(outThreshold + (slot << 3), <f64>words);
    const size = (slots + 31) >> 5;
    words += size;
    for (let w = 0; w < size; w++) {
      const held = min(slots - (w << 5), 32);
      const full: u32 = held == 32 ? 0xffffffff : (1 << held) - 1;
      store<u32>(set + (<usize>w << 2), bestMissingLeft ? full : 0);
    }
    for (let k = 0; k < bestPresent; k++) {
      const code = <u32>load<u16>(bestOrder + (<usize>k << 1));
      const at = set + (<usize>(code >> 5) << 2);
      const bit: u32 = 1 << (code & 31);
      store<u32>(at, k < bestTaken ? load<u32>(at) | bit : load<u32>(at) & ~bit);
    }
  } else store<f64>(outThreshold + (slot << 3), bestThreshold);

  let left = start;
  let right = 0;
  for (let i = start; i < end; i++) {
    const row = load<u32>(rowIds + (<usize>i << 2));
    const code = <u32>load<u16>(own + (<usize>row << 1));
    let goesLeft: bool;
    if (code == MISSING) goesLeft = bestMissingLeft;
    else if (categorical) goesLeft = ((load<u32>(set + (<usize>(code >> 5) << 2)) >> (code & 31)) & 1) != 0;
    else goesLeft = code <= bestCode;
    // Written to both places, and only one of them moves on: no branch to mispredict.
    store<u32>(rowIds + (<usize>left << 2), row);
    store<u32>(spareRows + (<usize>right << 2), row);
    if (isInteger<T>()) {
      const sum = load<u64>(info + (<usize>i << 3));
      store<u64>(info + (<usize>left << 3), sum);
      store<u64>(spareInfo + (<usize>right << 3), sum);
    } else {
      const sum = v128.load(info + (<usize>i << 4));
      v128.store(info + (<usize>left << 4), sum);
      v128.store(spareInfo + (<usize>right << 4), sum);
    }
    left += <i32>goesLeft;
    right += <i32>!goesLeft;
  }
  memory.copy(rowIds + (<usize>left << 2), spareRows, <usize>right << 2);
  const size: usize = isInteger<T>() ? 3 : 4;
  memory.copy(info + (<usize>left << size), spareInfo, <usize>right << size);
  return left;
}
