import { gunzipSync, gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { gunzipJson, gzipJson, isGzip } from "../../src/core/gzip-json";

const value = {
  kind: "x",
  numbers: Array.from({ length: 500 }, (_, k) => Math.sin(k)),
  text: "ü😀",
  no: null,
};

test("gunzipJson(gzipJson(value)) is the value to the last bit, and plain gzip reads it", () => {
  const bytes = gzipJson(value, "write");
  expect(isGzip(bytes)).toBe(true);
  expect(gunzipJson(bytes, "read")).toEqual(value);
  expect(JSON.parse(gunzipSync(bytes).toString("utf8"))).toEqual(value);
  expect(gzipJson(value, "write")).toEqual(bytes);
});

test("gunzipJson refuses a cut and every change of the content, in words", () => {
  const bytes = gzipJson(value, "write");
  for (const length of [0, 5, 30, bytes.length - 1])
    expect(() => gunzipJson(bytes.subarray(0, length), "read")).toThrow(
      /^Cannot read: the file must be whole/,
    );
  // A few bits say nothing of the content: gzip's own time and system, and what fills up the last byte.
  let harmless = 0;
  for (let at = 0; at < bytes.length; at++) {
    const changed = Uint8Array.from(bytes);
    changed[at] ^= 16;
    try {
      expect(gunzipJson(changed, "read")).toEqual(value);
      harmless++;
    } catch (error) {
      expect((error as Error).message, `byte ${at}`).toMatch(/^Cannot read: /);
    }
  }
  expect(harmless).toBeLessThan(10);
});

test("gunzipJson refuses a small file of endless text, and text that is no JSON", () => {
  const bomb = gzipSync(Buffer.alloc(70_000_000, " "));
  expect(() => gunzipJson(bomb, "read")).toThrow("Cannot read: its text must be at most 67108864 characters");
  expect(() => gunzipJson(gzipSync("{]"), "read")).toThrow("Cannot read: it must be JSON text");
});

test("gzipJson refuses NaN and infinity, which JSON would turn into null", () => {
  for (const wrong of [Number.NaN, Infinity])
    expect(() => gzipJson({ base: wrong }, "write")).toThrow(
      'Cannot write: the numbers of "base" must be finite',
    );
});
