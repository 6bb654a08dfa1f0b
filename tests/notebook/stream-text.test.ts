import { describe, expect, test } from "vitest";
import { StreamText } from "../../src/notebook/run/stream-text";

function shown(...pieces: string[]): string {
  const text = new StreamText();
  for (const piece of pieces) text.append(piece);
  return text.text();
}

describe("StreamText", () => {
  test("text() joins pieces", () => {
    expect(shown("a", "b\n", "c")).toBe("ab\nc");
  });

  test("text() lets a carriage return overwrite its line, also across pieces", () => {
    expect(shown("10 %\r", "20 %\r100 %\nnext")).toBe("100 %\nnext");
  });

  test("text() keeps a return before a line's end, as on Windows", () => {
    expect(shown("one\r\ntwo\r", "\n")).toBe("one\r\ntwo\r\n");
  });

  test("text() lets a backspace take back the sign before it", () => {
    expect(shown("abc\b\bX\n")).toBe("aX\n");
  });

  test("append(text) keeps a progress bar of a million steps small", () => {
    const text = new StreamText();
    for (let i = 0; i <= 1_000_000; i++) text.append(`\r${i}`);
    expect(text.text()).toBe("1000000");
  });

  test("append(text) takes 20 MB without a line's end in linear time", () => {
    const text = new StreamText();
    const begun = performance.now();
    for (let i = 0; i < 20_000; i++) text.append("x".repeat(1000));
    expect(text.text().length).toBe(20_000_000);
    expect(performance.now() - begun).toBeLessThan(5000);
  });
});
