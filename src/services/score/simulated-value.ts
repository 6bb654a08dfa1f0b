import { check } from "../../core/checks";
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
 * least 50: no revenue of anybody, but what the reference system trains on, as churn-bigml holds none.
 */
export function simulatedValue(customers: Table, rng: Rng): SimulatedValue {
  const action = "simulate values";
  const numbers = (name: string): Float64Array => {
    const column = columnNamed(customers, name);
    check(column.type === "numeric", action, `column ${JSON.stringify(name)} must be numeric`, column.type);
    return column.values;
  };
  const yes = (name: string): Float64Array => {
    const column = columnNamed(customers, name);
    check(isCategorical(column), action, `column ${JSON.stringify(name)} must be yes or no`, column.type);
    return Float64Array.from(column.codes, (code) => Number(column.levels[code]?.toLowerCase() === "yes"));
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
