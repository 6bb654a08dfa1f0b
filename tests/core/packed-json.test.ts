import { deflateRawSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { isPacked, packJson, unpackJson } from "../../src/core/packed-json";
import { integer, seeded } from "../../src/core/rng";

const header = 24;
const back = (bytes: Uint8Array): unknown => unpackJson(bytes, "read");

/** CRC-32 a bit at a time, for files that are wrong in other ways. */
function resealed(bytes: Uint8Array): Uint8Array {
  let code = 0xffffffff;
  for (const byte of bytes.subarray(16)) {
    code ^= byte;
    for (let bit = 0; bit < 8; bit++) code = code & 1 ? (code >>> 1) ^ 0xedb88320 : code >>> 1;
  }
  const out = bytes.slice();
  new DataView(out.buffer).setUint32(12, (code ^ 0xffffffff) >>> 0, true);
  return out;
}

/** A file of our own making around any content. */
function file(content: readonly number[] | Uint8Array, size = 0): Uint8Array {
  const out = new Uint8Array(header + content.length);
  out.set(packJson(null).subarray(0, header));
  out.set(content, header);
  new DataView(out.buffer).setFloat64(16, size, true);
  return resealed(out);
}

/** The value, or the words of its refusal; throws what is neither. */
function readOrRefused(bytes: Uint8Array): unknown {
  try {
    return back(bytes);
  } catch (error) {
    if (error instanceof Error && error.message.startsWith("Cannot read: ")) return error.message;
    throw error;
  }
}

describe("packJson and unpackJson", () => {
  test("give any JSON value back, to the last bit", () => {
    const numbers = fc.oneof(
      fc.array(fc.double({ noNaN: true, noDefaultInfinity: true })),
      fc.array(fc.float({ noNaN: true, noDefaultInfinity: true })),
      fc.array(fc.constantFrom(0, -0, 0.1, 1 / 3), { maxLength: 300 }),
      fc.array(fc.integer({ min: -5, max: 250 }), { maxLength: 300 }),
      fc.array(fc.integer({ min: -1, max: 70_000 }), { maxLength: 300 }),
      fc.array(fc.maxSafeInteger(), { maxLength: 300 }),
    );
    const anything = fc.oneof(
      fc.jsonValue({ maxDepth: 5 }),
      numbers,
      fc.dictionary(fc.string({ unit: "binary" }), numbers),
    );
    fc.assert(
      fc.property(anything, (value) => {
        const bytes = packJson(value);
        expect(isPacked(bytes)).toBe(true);
        expect(back(bytes)).toEqual(value);
        expect(JSON.stringify(back(bytes))).toBe(JSON.stringify(value));
      }),
      { numRuns: 500, seed: 1 },
    );
  });

  test("keep fields in order, lone surrogates, and a field called __proto__ as a field", () => {
    const value = JSON.parse('{"z":1,"__proto__":{"a":2},"b":"\\ud800"}') as Record<string, unknown>;
    const found = back(packJson(value)) as Record<string, unknown>;
    expect(JSON.stringify(found)).toBe(JSON.stringify(value));
    expect(Object.getPrototypeOf(found)).toBe(Object.prototype);
  });

  test("take few bytes for few values, and leave undefined fields out as JSON does", () => {
    const rng = seeded("few");
    expect(packJson(Array.from({ length: 10_000 }, (_, i) => (i * 7919) % 200)).length).toBeLessThan(10_100);
    expect(packJson(Array.from({ length: 10_000 }, () => integer(rng, 7) / 7)).length).toBeLessThan(5_000);
    expect(back(packJson({ a: undefined, b: [undefined] }))).toEqual({ b: [null] });
  });

  test("refuse to pack what JSON could not say", () => {
    expect(() => packJson([1, NaN])).toThrow("Cannot pack value: numbers must be finite, got NaN");
    expect(() => packJson({ a: Infinity })).toThrow("numbers must be finite");
    expect(() => packJson({ a: () => 1 })).toThrow("it must be what JSON can say");
  });
});

const sample = packJson({
  kind: "forest",
  names: ["a", "ü"],
  whole: Array.from({ length: 300 }, (_, i) => i - 1),
  shares: Array.from({ length: 100 }, (_, i) => 1 / (i + 1)),
  nested: [{ a: [0.5, 0.5, 0.5], b: null }, true],
});

describe("unpackJson refuses, in words", () => {
  test("every change of a bit and every cut", () => {
    for (let i = 0; i < sample.length; i++) {
      for (const bit of [1, 16, 128]) {
        const changed = sample.slice();
        changed[i] ^= bit;
        expect(() => back(changed)).toThrow(/^Cannot read: /);
      }
      expect(() => back(sample.subarray(0, i))).toThrow(/^Cannot read: /);
    }
  });

  test("any bytes behind a right checksum, or reads them as a value", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (content) => {
        readOrRefused(file(content));
        readOrRefused(file(deflateRawSync(content), content.length));
      }),
      { numRuns: 3000, seed: 1 },
    );
  });

  test("a value changed behind a right checksum, or reads it as another value", () => {
    const plain = Uint8Array.from([
      8,
      1,
      5,
      1,
      97,
      9,
      6,
      3,
      2,
      ...new Uint8Array(16),
      0,
      1,
      0,
      7,
      2,
      0,
      9,
      2,
      2,
    ]);
    fc.assert(
      fc.property(fc.nat(plain.length - 1), fc.nat(255), (i, byte) => {
        const changed = plain.slice();
        changed[i] = byte;
        readOrRefused(file(changed));
      }),
      { numRuns: 2000, seed: 1 },
    );
  });

  test.each<[string, Uint8Array, string]>([
    ["another version", resealed(sample.map((byte, i) => (i === 8 ? 2 : byte))), "version must be 1, got 2"],
    ["more numbers than bytes", file([9, 0, 255, 255, 255, 255, 15]), "its lengths must fit the file"],
    ["more text than bytes", file([5, 200, 1, 65]), "its lengths must fit the file, got 200"],
    [
      "a list within a list without end",
      file(new Uint8Array(1000).map((_, i) => (i % 2 ? 1 : 7))),
      "may be nested 64 deep",
    ],
    ["a number that is none", file([3, 0, 0, 0, 0, 0, 0, 248, 127]), "numbers must be finite, got NaN"],
    [
      "a place outside its list",
      file([9, 6, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 5]),
      "a place must be one of 1, got 5",
    ],
    ["a field twice", file([8, 2, 5, 1, 97, 0, 5, 1, 97, 0]), 'different names, got "a"'],
    ["an unknown tag", file([77]), "a value must have a known tag, got 77"],
    ["a whole number of too many digits", file([4, ...new Array(9).fill(255)]), "must be below 2⁵³"],
    ["more after the value", file([0, 0]), "nothing may follow the value, got 1"],
    [
      "bytes that swell",
      file(deflateRawSync(new Uint8Array(1e7)), 1e7),
      "at most 16 times its deflated bytes",
    ],
    ["bytes that swell more than they say", file(deflateRawSync(new Uint8Array(1e6)), 500), "must be sound"],
    ["a size that is none", file([1, 2, 3], NaN), "at most 16 times its deflated bytes, got NaN"],
    ["text", Buffer.from("{}"), "it must begin with the mark of a packed file"],
  ])("%s", (_, bytes, words) => {
    expect(() => back(bytes)).toThrow(words);
  });
});
