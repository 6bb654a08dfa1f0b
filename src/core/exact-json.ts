/**
 * A number as it was written, where JavaScript's own would be written in another way: 5.0, 1e3, an integer beyond 2^53.
 * Counts as its nearest number in arithmetic.
 */
export class ExactNumber {
  constructor(readonly text: string) {}

  /** Whether it is an integer that JavaScript's numbers leave out. */
  get beyondSafe(): boolean {
    return (
      isWhole(this.text) && String(BigInt(Math.round(Number(this.text)))) !== this.text.replace(/^\+/, "")
    );
  }

  valueOf(): number {
    return Number(this.text);
  }

  toString(): string {
    return this.text;
  }

  /** For `formatExact`, which writes the digits. */
  toJSON(): string {
    return mark + this.text;
  }
}

// A sign of Unicode's private use area: texts of people don't begin with it.
const mark = "\uE000number ";
const token = /"(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*/g;

function isWhole(text: string): boolean {
  return /^[-+]?\d+$/.test(text);
}

/** The number that the text writes: an ExactNumber where String(Number(text)) would be another text. */
export function exactNumber(text: string): number | ExactNumber {
  return String(Number(text)) === text ? Number(text) : new ExactNumber(text);
}

/** The value that the JSON text says, with numbers as they are written. @throws SyntaxError as JSON.parse does. */
export function parseExact(text: string): unknown {
  JSON.parse(text);
  const marked = text.replace(token, (text) =>
    text.startsWith('"') || String(Number(text)) === text ? text : JSON.stringify(mark + text),
  );
  return JSON.parse(marked, (_, value) =>
    typeof value === "string" && value.startsWith(mark) ? new ExactNumber(value.slice(mark.length)) : value,
  );
}

/** The value as JSON text, its exact numbers as they were written. */
export function formatExact(value: unknown, indent?: number): string {
  return JSON.stringify(value, undefined, indent).replace(new RegExp(`"${mark}([^"]+)"`, "g"), "$1");
}
