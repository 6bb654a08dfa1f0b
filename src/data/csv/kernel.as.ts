// asc: --importMemory --noAssert
// Splits clean CSV records into cells, and turns columns of cells into numbers and into codes. Whatever is out of the
// ordinary is left to the plain code in TypeScript: scanner.ts, numbers.ts and dictionary.ts say what these loops do.

let bytesAt: usize = 0;
let startsAt: usize = 0;
let endsAt: usize = 0;
let valuesAt: usize = 0;
let codesAt: usize = 0;
let powersAt: usize = 0;
let columns: i32 = 0;
let delimiter: i32 = 0;
let maxFieldBytes: i32 = 0;
let maxRows: i32 = 0;
let stopped: i32 = 0;
let packedAt: usize = 0;
let packedSize: i32 = 0;
let decimals: i32 = 0;
let least: i32 = 0;
let present: i32 = 0;
let zeros: i32 = 0;

export function setup(
  bytes: u32, starts: u32, ends: u32, values: u32, codes: u32, powers: u32, packed: u32, packedBytes: i32,
  columnCount: i32, delimiterByte: i32, fieldBytes: i32, rowCount: i32,
): void {
  bytesAt = bytes;
  startsAt = starts;
  endsAt = ends;
  valuesAt = values;
  codesAt = codes;
  powersAt = powers;
  packedAt = packed;
  packedSize = packedBytes;
  columns = columnCount;
  delimiter = delimiterByte;
  maxFieldBytes = fieldBytes;
  maxRows = rowCount;
}

/** Where `split` stopped: at the beginning of the first record that it left alone. */
export function position(): i32 { return stopped; }
/** What `numbers` found beside the values: most and fewest digits after the mark, cells that are numbers, leading zeros. */
export function mostDecimals(): i32 { return decimals; }
export function fewestDecimals(): i32 { return least; }
export function presentCells(): i32 { return present; }
export function leadingZeros(): i32 { return zeros; }

/** Splits records from byte `from` on, as rows `row`, `row + 1`, …; returns how many rows the block then has. */
export function split(from: i32, to: i32, row: i32): i32 {
  const isDelimiter = i8x16.splat(<i8>delimiter);
  const isFeed = i8x16.splat(10);
  const isReturn = i8x16.splat(13);
  const isQuote = i8x16.splat(34);
  const isNul = i8x16.splat(0);
  const lastCell = columns - 1;
  stopped = from;
  let begin = from;
  let start = from;
  let closed = -1;
  let returned = -1;
  let inQuotes = false;
  let cell = 0;
  let at: usize = (<usize>(row * columns)) << 2;
  for (let base = from; base < to; base += 16) {
    const v = v128.load(bytesAt + base);
    let mask = i8x16.bitmask(
      v128.or(
        v128.or(i8x16.eq(v, isDelimiter), i8x16.eq(v, isFeed)),
        v128.or(v128.or(i8x16.eq(v, isReturn), i8x16.eq(v, isQuote)), i8x16.eq(v, isNul)),
      ),
    );
    if (to - base < 16) mask &= (1 << (to - base)) - 1;
    while (mask != 0) {
      const i = base + ctz(mask);
      mask &= mask - 1;
      const byte = <i32>load<u8>(bytesAt + i);
      if (inQuotes) {
        if (byte == 34) {
          if (i + 1 >= to) return row;
          const next = <i32>load<u8>(bytesAt + i + 1);
          if (next != delimiter && next != 10 && next != 13) return row;
          inQuotes = false;
          closed = i;
        } else if (byte != delimiter) return row;
      } else if (byte == delimiter) {
        const end = closed >= 0 ? closed : i;
        if (cell == lastCell || end - start > maxFieldBytes) return row;
        store<i32>(startsAt + at, start);
        store<i32>(endsAt + at, end);
        at += 4;
        cell++;
        start = i + 1;
        closed = -1;
      } else if (byte == 10) {
        const end = closed >= 0 ? closed : returned >= 0 ? returned : i;
        // A blank line has no cells.
        if (cell != lastCell || end - start > maxFieldBytes || (closed < 0 && end == begin)) return row;
        store<i32>(startsAt + at, start);
        store<i32>(endsAt + at, end);
        at += 4;
        cell = 0;
        begin = start = i + 1;
        closed = -1;
        returned = -1;
        stopped = begin;
        if (++row == maxRows) return row;
      } else if (byte == 34) {
        // A quote elsewhere than at a cell's beginning is a character like any other.
        if (i == start) {
          inQuotes = true;
          start = i + 1;
        }
      } else if (byte == 13) {
        if (i + 1 >= to || load<u8>(bytesAt + i + 1) != 10) return row;
        returned = i;
      } else return row;
    }
  }
  return row;
}

let shortMantissa: u64 = 0;
let shortFraction: i32 = 0;

/**
 * Reads a number of at most eight bytes in one word: takes the mark out, moves the digits to its end and adds them up in
 * pairs, fours and eights (Lemire, "Quickly parsing eight digits"). False where there is anything but digits and one mark.
 */
// @ts-ignore: decorator
@inline
function short(at: usize, size: i32, point: i32): bool {
  let word = load<u64>(at) & ((<u64>0xffffffffffffffff) >> (<u64>((8 - size) << 3)));
  const marks = word ^ ((<u64>point) * 0x0101010101010101);
  const found = (marks - 0x0101010101010101) & ~marks & 0x8080808080808080;
  let digits = size;
  let fraction = 0;
  if (found != 0) {
    const place = <i32>(ctz(found) >> 3);
    const before: u64 = ((<u64>1) << (<u64>(place << 3))) - 1;
    word = (word & before) | ((word >> 8) & ~before);
    digits = size - 1;
    fraction = digits - place;
    if (digits == 0) return false;
  }
  const shift = <u64>((8 - digits) << 3);
  word = (word << shift) | ((<u64>0x3030303030303030 >> 1) >> (63 - shift));
  if ((word & 0xf0f0f0f0f0f0f0f0) != 0x3030303030303030) return false;
  if (((word + 0x0606060606060606) & 0xf0f0f0f0f0f0f0f0) != 0x3030303030303030) return false;
  if (digits - fraction > 1 && load<u8>(at) == 48) zeros++;
  word = ((word & 0x0f0f0f0f0f0f0f0f) * 2561) >> 8;
  word = ((word & 0x00ff00ff00ff00ff) * 6553601) >> 16;
  shortMantissa = ((word & 0x0000ffff0000ffff) * 42949672960001) >> 32;
  shortFraction = fraction;
  return true;
}

/**
 * Reads the cells of column `j` as numbers: at most a minus sign, 15 digits and the decimal mark `point`. An empty cell is NaN. Rows of
 * other cells are listed where `codes` are, and their number is returned.
 */
export function numbers(j: i32, rows: i32, point: i32): i32 {
  const stride: usize = (<usize>columns) << 2;
  let at: usize = (<usize>j) << 2;
  let slow = 0;
  decimals = 0;
  least = 99;
  present = 0;
  zeros = 0;
  for (let r = 0; r < rows; r++, at += stride) {
    const start: usize = bytesAt + <usize>load<i32>(startsAt + at);
    const end: usize = bytesAt + <usize>load<i32>(endsAt + at);
    let value: f64 = NaN;
    if (start != end) {
      let i = start;
      const negative = load<u8>(i) == 45;
      if (negative) i++;
      const whole = i;
      const size = <i32>(end - i);
      if (size > 0 && size <= 8 && short(i, size, point)) {
        value = <f64>shortMantissa;
        if (shortFraction > 0) value /= load<f64>(powersAt + ((<usize>shortFraction) << 3));
        if (negative) value = -value;
        if (shortFraction > decimals) decimals = shortFraction;
        if (shortFraction < least) least = shortFraction;
        present++;
        store<f64>(valuesAt + ((<usize>r) << 3), value);
        continue;
      }
      let mantissa: u64 = 0;
      let digit: u32 = 0;
      // More than 15 digits overflow nothing that is kept: such a cell is read the slow way.
      while (i < end && (digit = <u32>load<u8>(i) - 48) <= 9) {
        mantissa = mantissa * 10 + digit;
        i++;
      }
      let digits = <i32>(i - whole);
      if (digits > 1 && load<u8>(whole) == 48) zeros++;
      let fraction = 0;
      if (i < end && <i32>load<u8>(i) == point) {
        const mark = ++i;
        while (i < end && (digit = <u32>load<u8>(i) - 48) <= 9) {
          mantissa = mantissa * 10 + digit;
          i++;
        }
        fraction = <i32>(i - mark);
        digits += fraction;
      }
      if (i == end && digits > 0 && digits <= 15) {
        value = <f64>mantissa;
        if (fraction > 0) value /= load<f64>(powersAt + ((<usize>fraction) << 3));
        if (negative) value = -value;
        if (fraction > decimals) decimals = fraction;
        if (fraction < least) least = fraction;
        present++;
      } else {
        store<i32>(codesAt + ((<usize>slow) << 2), r);
        slow++;
      }
    }
    store<f64>(valuesAt + ((<usize>r) << 3), value);
  }
  return slow;
}

/** Puts the cells of column `j` from row `from` on one behind the other; returns the first row that has no room. */
export function pack(j: i32, from: i32, rows: i32): i32 {
  const stride: usize = (<usize>columns) << 2;
  let at: usize = ((<usize>j) << 2) + <usize>from * stride;
  let to: i32 = 0;
  for (let r = from; r < rows; r++, at += stride) {
    const start = load<i32>(startsAt + at);
    const size = load<i32>(endsAt + at) - start;
    if (to + size > packedSize) return r;
    // Up to 15 bytes too many are copied: the next cell covers them.
    for (let k = 0; k < size; k += 16) v128.store(packedAt + to + k, v128.load(bytesAt + start + k));
    to += size;
  }
  return rows;
}

// A dictionary holds up to 256 levels: 1,024 slots of code + 1 (4 kB), then 32 bytes a level: its length, where its
// bytes lie, its first and its last eight bytes.
const slots: i32 = 1024;
const entriesAt: usize = 4096;

// @ts-ignore: decorator
@inline
function firstWord(at: usize, size: i32): u64 {
  const word = load<u64>(at);
  return size >= 8 ? word : word & (((<u64>1) << (<u64>(size << 3))) - 1);
}

// @ts-ignore: decorator
@inline
function lastWord(at: usize, size: i32): u64 {
  return size > 8 ? load<u64>(at + size - 8) : 0;
}

// @ts-ignore: decorator
@inline
function slotOf(first: u64, last: u64, size: i32): i32 {
  const mixed = (first ^ rotl(last, 29) ^ <u64>size) * 0x9e3779b97f4a7c15;
  return <i32>(mixed >> 54);
}

/** Adds the level whose bytes lie in memory at `keyAt`; they must stay there. */
export function insert(dictionary: usize, code: i32, keyAt: usize, size: i32): void {
  const first = firstWord(keyAt, size);
  const last = lastWord(keyAt, size);
  let slot = slotOf(first, last, size);
  while (load<i32>(dictionary + (slot << 2)) != 0) slot = (slot + 1) & (slots - 1);
  store<i32>(dictionary + (slot << 2), code + 1);
  const entry = dictionary + entriesAt + ((<usize>code) << 5);
  store<i32>(entry, size);
  store<u32>(entry, <u32>keyAt, 4);
  store<u64>(entry, first, 8);
  store<u64>(entry, last, 16);
}

/** The codes of column `j`: −1 for an empty cell, −2 for one that is no level; returns how many are none. */
export function encode(dictionary: usize, j: i32, rows: i32): i32 {
  const stride: usize = (<usize>columns) << 2;
  let at: usize = (<usize>j) << 2;
  let unknown = 0;
  for (let r = 0; r < rows; r++, at += stride) {
    const start = load<i32>(startsAt + at);
    const size = load<i32>(endsAt + at) - start;
    let code = -1;
    if (size != 0) {
      code = find(dictionary, bytesAt + start, size);
      if (code < 0) unknown++;
    }
    store<i32>(codesAt + ((<usize>r) << 2), code);
  }
  return unknown;
}

// @ts-ignore: decorator
@inline
function find(dictionary: usize, at: usize, size: i32): i32 {
  const first = firstWord(at, size);
  const last = lastWord(at, size);
  let slot = slotOf(first, last, size);
  let code = load<i32>(dictionary + (slot << 2)) - 1;
  while (code >= 0) {
    const entry = dictionary + entriesAt + ((<usize>code) << 5);
    if (load<i32>(entry) == size && load<u64>(entry, 8) == first && load<u64>(entry, 16) == last) {
      if (size <= 16 || memory.compare(load<u32>(entry, 4), at, size) == 0) return code;
    }
    slot = (slot + 1) & (slots - 1);
    code = load<i32>(dictionary + (slot << 2)) - 1;
  }
  return -2;
}
