import { deflateRawSync, inflateRawSync } from "node:zlib";
import { check } from "./checks";

// The file: 8 bytes that say what it is (and that a transfer as text would spoil), the version, a checksum of all that
// follows, how many bytes the value takes deflated no more (0: it is not deflated), and the value. A value is a tag and
// its content; lengths are variable-length integers, numbers little-endian.

const magic = [0x89, 0x74, 0x6c, 0x6d, 0x0d, 0x0a, 0x1a, 0x0a];
const version = 1;
const header = 24;
const summed = 16;
/** A value is deflated unless that makes it smaller than this part: so nobody's bytes swell to more. */
const mostShrunk = 16;
/** Lists and objects inside one another, at most. */
const deepest = 64;

const tags = {
  null: 0,
  false: 1,
  true: 2,
  number: 3,
  /** Not negative. */
  integer: 4,
  text: 5,
  /** For text that UTF-8 can't write. */
  wideText: 6,
  list: 7,
  object: 8,
  numbers: 9,
} as const;

/** How the numbers of a list are kept; the shortest way that gives each back exactly is taken. */
const forms = {
  float64: 0,
  float32: 1,
  /** So many bytes each, counted from the least. */
  offset1: 2,
  offset2: 3,
  offset3: 4,
  offset4: 5,
  /** Places in a list of the distinct values, one byte or two each. */
  places1: 6,
  places2: 7,
} as const;

/** Whether these are the bytes of a packed value. */
export function isPacked(bytes: Uint8Array): boolean {
  return bytes.length >= magic.length && magic.every((byte, i) => bytes[i] === byte);
}

/** What JSON could say, as compact bytes. Numbers must be finite; fields that are undefined are left out. */
export function packJson(value: unknown): Uint8Array {
  const out = new Writer();
  write(out, value, 0);
  const plain = out.bytes.subarray(0, out.length);
  const small = deflateRawSync(plain);
  const deflated = small.length < plain.length && plain.length <= mostShrunk * small.length;
  const content = deflated ? small : plain;
  const bytes = new Uint8Array(header + content.length);
  const view = new DataView(bytes.buffer);
  bytes.set(magic);
  view.setUint32(8, version, true);
  view.setFloat64(16, deflated ? plain.length : 0, true);
  bytes.set(content, header);
  view.setUint32(12, checksum(bytes.subarray(summed)), true);
  return bytes;
}

/** The value that `packJson` packed; throws on anything else, having taken memory in proportion to the bytes. */
export function unpackJson(bytes: Uint8Array, action: string): unknown {
  check(isPacked(bytes), action, "it must begin with the mark of a packed file");
  check(bytes.length > header, action, "the file must be whole, but it is cut off");
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  check(view.getUint32(8, true) === version, action, `version must be ${version}`, view.getUint32(8, true));
  check(
    view.getUint32(12, true) === checksum(bytes.subarray(summed)),
    action,
    "the file must be whole and unchanged, but its checksum differs",
  );
  const content = bytes.subarray(header);
  const size = view.getFloat64(16, true);
  const from = new Reader(size === 0 ? content : inflated(content, size, action), action);
  const value = read(from, 0);
  check(from.at === from.bytes.length, action, "nothing may follow the value", from.bytes.length - from.at);
  return value;
}

function inflated(content: Uint8Array, size: number, action: string): Uint8Array {
  check(
    Number.isInteger(size) && size > 0 && size <= mostShrunk * content.length,
    action,
    `the value must take at most ${mostShrunk} times its deflated bytes`,
    size,
  );
  let plain: Uint8Array;
  try {
    plain = inflateRawSync(content, { maxOutputLength: size });
  } catch (error) {
    return check(false, action, `its deflated bytes must be sound (${(error as Error).message})`) as never;
  }
  check(plain.length === size, action, `the value must take ${size} bytes`, plain.length);
  return plain;
}

function write(out: Writer, value: unknown, depth: number): void {
  check(depth < deepest, "pack value", `lists and objects may be nested ${deepest} deep`);
  if (value === null) out.byte(tags.null);
  else if (value === false) out.byte(tags.false);
  else if (value === true) out.byte(tags.true);
  else if (typeof value === "number") writeNumber(out, value);
  else if (typeof value === "string") writeText(out, value);
  else if (Array.isArray(value)) {
    if (value.length > 0 && value.every((one) => typeof one === "number")) writeNumbers(out, value);
    else {
      out.byte(tags.list);
      out.count(value.length);
      for (const one of value) write(out, one === undefined ? null : one, depth + 1);
    }
  } else {
    check(typeof value === "object", "pack value", "it must be what JSON can say", typeof value);
    const fields = Object.entries(value as object).filter(([, field]) => field !== undefined);
    out.byte(tags.object);
    out.count(fields.length);
    for (const [name, field] of fields) {
      writeText(out, name);
      write(out, field, depth + 1);
    }
  }
}

function read(from: Reader, depth: number): unknown {
  from.check(depth < deepest, `lists and objects may be nested ${deepest} deep`);
  const tag = from.byte();
  switch (tag) {
    case tags.null:
      return null;
    case tags.false:
      return false;
    case tags.true:
      return true;
    case tags.number: {
      const at = from.take(8);
      return from.finite(from.view.getFloat64(at, true));
    }
    case tags.integer:
      return from.count();
    case tags.text:
    case tags.wideText:
      return readText(from, tag);
    case tags.list: {
      // Each takes a byte at least.
      const count = from.length(1);
      const list: unknown[] = [];
      for (let i = 0; i < count; i++) list.push(read(from, depth + 1));
      return list;
    }
    case tags.object: {
      const count = from.length(2);
      const fields = new Map<string, unknown>();
      for (let i = 0; i < count; i++) {
        const name = readText(from, from.byte());
        from.check(!fields.has(name), "an object's fields must have different names", name);
        fields.set(name, read(from, depth + 1));
      }
      // Also a field called __proto__ becomes one of the object's own.
      return Object.fromEntries(fields);
    }
    case tags.numbers:
      return readNumbers(from);
    default:
      return from.check(false, "a value must have a known tag", tag);
  }
}

function writeNumber(out: Writer, value: number): void {
  check(Number.isFinite(value), "pack value", "numbers must be finite", value);
  if (Number.isSafeInteger(value) && value >= 0 && !Object.is(value, -0)) {
    out.byte(tags.integer);
    out.count(value);
  } else {
    out.byte(tags.number);
    out.float64(value);
  }
}

function writeText(out: Writer, value: string): void {
  const bytes = Buffer.from(value, "utf8");
  const narrow = bytes.toString("utf8") === value;
  out.byte(narrow ? tags.text : tags.wideText);
  out.raw(narrow ? bytes : Buffer.from(value, "utf16le"));
}

function readText(from: Reader, tag: number): string {
  from.check(tag === tags.text || tag === tags.wideText, "a field must have a name", tag);
  const size = from.length(1);
  const at = from.take(size);
  const bytes = Buffer.from(from.bytes.buffer, from.bytes.byteOffset + at, size);
  return bytes.toString(tag === tags.text ? "utf8" : "utf16le");
}

function writeNumbers(out: Writer, values: readonly number[]): void {
  let whole = true;
  let single = true;
  let least = Infinity;
  let most = -Infinity;
  const distinct = new Map<number, number>();
  for (const value of values) {
    check(Number.isFinite(value), "pack value", "numbers must be finite", value);
    // A Map takes −0 for 0.
    const negativeZero = Object.is(value, -0);
    whole &&= Number.isSafeInteger(value) && !negativeZero;
    single &&= Math.fround(value) === value;
    if (value < least) least = value;
    if (value > most) most = value;
    if (distinct.size <= 65536 && !distinct.has(negativeZero ? NaN : value))
      distinct.set(negativeZero ? NaN : value, distinct.size);
  }
  const n = values.length;
  const span = whole ? most - least : Infinity;
  const offset = span < 2 ** 8 ? 1 : span < 2 ** 16 ? 2 : span < 2 ** 24 ? 3 : span < 2 ** 32 ? 4 : Infinity;
  const place = distinct.size <= 256 ? 1 : distinct.size <= 65536 ? 2 : Infinity;
  const sizes = [8 + n * offset, 8 * distinct.size + n * place, single ? 4 * n : Infinity, 8 * n];
  const best = sizes.indexOf(Math.min(...sizes));
  out.byte(tags.numbers);
  if (best === 0) {
    out.byte(forms.offset1 + offset - 1);
    out.count(n);
    out.float64(least);
    for (const value of values) out.integer(value - least, offset);
  } else if (best === 1) {
    out.byte(place === 1 ? forms.places1 : forms.places2);
    out.count(n);
    out.count(distinct.size);
    for (const value of distinct.keys()) out.float64(Number.isNaN(value) ? -0 : value);
    for (const value of values)
      out.integer(distinct.get(Object.is(value, -0) ? NaN : value) as number, place);
  } else {
    out.byte(best === 2 ? forms.float32 : forms.float64);
    out.count(n);
    for (const value of values) {
      if (best === 2) out.float32(value);
      else out.float64(value);
    }
  }
}

function readNumbers(from: Reader): number[] {
  const form = from.byte();
  from.check(form <= forms.places2, "a list of numbers must have a known form", form);
  if (form === forms.float64 || form === forms.float32) {
    const size = form === forms.float64 ? 8 : 4;
    const count = from.length(size);
    const at = from.take(count * size);
    const { view } = from;
    return filled(count, (i) =>
      from.finite(size === 8 ? view.getFloat64(at + 8 * i, true) : view.getFloat32(at + 4 * i, true)),
    );
  }
  if (form <= forms.offset4) {
    const size = form - forms.offset1 + 1;
    const count = from.length(size);
    const least = from.view.getFloat64(from.take(8), true);
    from.check(Number.isSafeInteger(least), "whole numbers must be counted from one", least);
    const at = from.take(count * size);
    return filled(count, (i) => least + from.integer(at + size * i, size));
  }
  const size = form - forms.places1 + 1;
  const count = from.length(size);
  const known = from.length(8);
  const dictionary = from.take(8 * known);
  const at = from.take(count * size);
  return filled(count, (i) => {
    const place = from.integer(at + size * i, size);
    from.check(place < known, `a place must be one of ${known}`, place);
    return from.finite(from.view.getFloat64(dictionary + 8 * place, true));
  });
}

function filled(count: number, value: (i: number) => number): number[] {
  const out: number[] = [];
  for (let i = 0; i < count; i++) out.push(value(i));
  return out;
}

/** Bytes that grow. */
class Writer {
  bytes: Uint8Array = new Uint8Array(1024);
  length = 0;

  private view = new DataView(this.bytes.buffer);

  /** Makes room and returns where it begins. */
  private room(size: number): number {
    const at = this.length;
    this.length += size;
    if (this.length > this.bytes.length) {
      const old = this.bytes;
      this.bytes = new Uint8Array(2 * this.length);
      this.bytes.set(old);
      this.view = new DataView(this.bytes.buffer);
    }
    return at;
  }

  byte(value: number): void {
    const at = this.room(1);
    this.bytes[at] = value;
  }

  integer(value: number, size: number): void {
    const at = this.room(size);
    for (let k = 0, rest = value; k < size; k++, rest = Math.floor(rest / 256))
      this.bytes[at + k] = rest % 256;
  }

  /** Seven bits a byte, the low ones first, the eighth bit says that more follow. */
  count(value: number): void {
    let rest = value;
    for (; rest >= 128; rest = Math.floor(rest / 128)) this.byte(128 + (rest % 128));
    this.byte(rest);
  }

  float64(value: number): void {
    const at = this.room(8);
    this.view.setFloat64(at, value, true);
  }

  float32(value: number): void {
    const at = this.room(4);
    this.view.setFloat32(at, value, true);
  }

  raw(bytes: Uint8Array): void {
    this.count(bytes.length);
    const at = this.room(bytes.length);
    this.bytes.set(bytes, at);
  }
}

/** Bytes of anybody's: every length is held against what is left. */
class Reader {
  at = 0;
  readonly view: DataView;

  constructor(
    readonly bytes: Uint8Array,
    private readonly action: string,
  ) {
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  }

  check(condition: boolean, rule: string, value?: unknown): asserts condition {
    if (!condition) check(false, this.action, rule, value);
  }

  /** Where the next `size` bytes begin. */
  take(size: number): number {
    this.check(size <= this.bytes.length - this.at, "its lengths must fit the file", size);
    const at = this.at;
    this.at += size;
    return at;
  }

  byte(): number {
    return this.bytes[this.take(1)];
  }

  count(): number {
    let value = 0;
    for (let scale = 1; scale < 2 ** 53; scale *= 128) {
      const byte = this.byte();
      value += (byte % 128) * scale;
      if (byte < 128) {
        this.check(Number.isSafeInteger(value), "a whole number must be below 2⁵³", value);
        return value;
      }
    }
    return this.check(false, "a whole number must be below 2⁵³") as never;
  }

  /** How many things follow, of which each takes `size` bytes at least. */
  length(size: number): number {
    const count = this.count();
    this.check(count * size <= this.bytes.length - this.at, "its lengths must fit the file", count);
    return count;
  }

  integer(at: number, size: number): number {
    let value = 0;
    for (let k = size - 1; k >= 0; k--) value = value * 256 + this.bytes[at + k];
    return value;
  }

  finite(value: number): number {
    this.check(Number.isFinite(value), "numbers must be finite", value);
    return value;
  }
}

let table: Uint32Array | undefined;

/** CRC-32 (IEEE 802.3). */
function checksum(bytes: Uint8Array): number {
  table ??= Uint32Array.from({ length: 256 }, (_, byte) => {
    let code = byte;
    for (let bit = 0; bit < 8; bit++) code = code & 1 ? (code >>> 1) ^ 0xedb88320 : code >>> 1;
    return code >>> 0;
  });
  let code = 0xffffffff;
  for (let i = 0; i < bytes.length; i++) code = (code >>> 8) ^ table[(code ^ bytes[i]) & 255];
  return (code ^ 0xffffffff) >>> 0;
}
