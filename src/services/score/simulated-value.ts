import { check } from "../../core/checks";
import { normal, type Rng } from "../../core/rng";
import { columnNamed, isCategorical, type Table } from "../../data/table";

/**
 * A value for each customer by the reference system's formula: 100 · account length + 35 · the four charges
 * + 500 · international plan + 300 · voice-mail plan + N(0, 1000), not below 50. It is simulated: churn-bigml holds no
 * revenue history.
 */
export function simulatedValue(rows: Table, rng: Rng): Float64Array {
  const numbers = (name: string): Float64Array => {
    const column = columnNamed(rows, name);
    check(
      column.type === "numeric",
      "simulate values",
      `column ${JSON.stringify(name)} must be numeric`,
      column.type,
    );
    return column.values;
  };
  const yes = (name: string): Int32Array => {
    const column = columnNamed(rows, name);
    check(
      isCategorical(column),
      "simulate values",
      `column ${JSON.stringify(name)} must be yes or no`,
      column.type,
    );
    return column.codes;
  };
  const length = numbers("Account length");
  const charges = ["day", "eve", "night", "intl"].map((part) => numbers(`Total ${part} charge`));
  const international = yes("International plan");
  const voice = yes("Voice mail plan");
  return length.map((weeks, i) => {
    const charge = charges.reduce((sum, values) => sum + values[i], 0);
    return Math.max(
      50,
      100 * weeks + 35 * charge + 500 * international[i] + 300 * voice[i] + 1000 * normal(rng),
    );
  });
}
