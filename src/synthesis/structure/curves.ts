/** What a sum may read of a number beside its value. */
export type Curve = "size" | "log" | "log10" | "log1p" | "root" | "exp";

interface Reading {
  readonly at: (value: number) => number;
  /** Between which numbers those lie that it is read of as something between these. */
  readonly ends: (low: number, high: number) => readonly [low: number, high: number];
  /** As a person writes it. */
  readonly said: (column: string) => string;
}

function rising(at: Reading["at"], back: Reading["at"], said: Reading["said"]): Reading {
  return { at, ends: (low, high) => [back(low), back(high)], said };
}

export const curves: Readonly<Record<Curve, Reading>> = {
  size: {
    at: Math.abs,
    ends: (low, high) => {
      const most = Math.max(Math.abs(low), Math.abs(high));
      return [-most, most];
    },
    said: (column) => `|${column}|`,
  },
  log: rising(Math.log, Math.exp, (column) => `ln(${column})`),
  log10: rising(
    Math.log10,
    (value) => 10 ** value,
    (column) => `log10(${column})`,
  ),
  log1p: rising(Math.log1p, Math.expm1, (column) => `ln(1 + ${column})`),
  root: rising(
    Math.sqrt,
    (value) => Math.max(0, value) ** 2,
    (column) => `√${column}`,
  ),
  exp: rising(
    Math.exp,
    (value) => Math.log(Math.max(0, value)),
    (column) => `exp(${column})`,
  ),
};
