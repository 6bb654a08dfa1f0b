import { normal, type Rng } from "../../core/rng";
import { columnNamed, isCategorical, type Table } from "../../data/table";

/** The reference system's value of a customer, which is a formula with noise, and what of it can be known. */
export interface SimulatedValue {
  readonly value: Float64Array;
  /** The formula without its noise. */
  readonly known: Float64Array;
}

/**
 * 100 · account length + 35 · (the four charges) + 500 · international plan + 300 · voice-mail plan + N(0, 1000), at
 * least 50: no revenue of anybody, but what the reference system trains on.
 */
export function simulatedValue(customers: Table, rng: Rng): SimulatedValue {
  const numbers = (name: string): Float64Array => {
    const column = columnNamed(customers, name);
    if (column.type !== "numeric")
      throw new TypeError(`Cannot simulate value: ${name} must be numeric, got ${column.type}`);
    return column.values;
  };
  const yes = (name: string): Float64Array => {
    const column = columnNamed(customers, name);
    if (!isCategorical(column))
      throw new TypeError(`Cannot simulate value: ${name} must be boolean, got ${column.type}`);
    return Float64Array.from(column.codes, (code) => (column.levels[code]?.toLowerCase() === "yes" ? 1 : 0));
  };
  const length = numbers("Account length");
  const charges = ["day", "eve", "night", "intl"].map((part) => numbers(`Total ${part} charge`));
  const [international, voiceMail] = [yes("International plan"), yes("Voice mail plan")];
  const known = length.map(
    (months, i) =>
      100 * months +
      35 * charges.reduce((sum, charge) => sum + charge[i], 0) +
      500 * international[i] +
      300 * voiceMail[i],
  );
  return { known, value: known.map((v) => Math.max(50, v + 1000 * normal(rng))) };
}
