import { descending } from "../ranking";
import type { Prospects } from "./offer";

/** A way to say whom to contact, and in which order. */
export interface Rule {
  readonly name: string;
  /** The rows it contacts, first things first. */
  readonly rows: Uint32Array;
}

/** The thresholds by which the reference system recommends an action. */
export const referenceThresholds: {
  readonly churn: readonly [number, number];
  readonly value: readonly [number, number];
} = {
  churn: [0.15, 0.3],
  value: [30_000, 40_000],
};

/**
 * What people do without a model of profit: everybody likelier than not to leave; the tenth likeliest; the tenth of
 * the highest value.
 */
export function commonRules({ churn, value }: Prospects): readonly Rule[] {
  const byChurn = descending(churn);
  const tenth = Math.round(churn.length / 10);
  return [
    { name: "Churn above 0.5", rows: byChurn.filter((i) => churn[i] > 0.5) },
    { name: "Top tenth by churn", rows: byChurn.subarray(0, tenth) },
    { name: "Top tenth by value", rows: descending(value).subarray(0, tenth) },
  ];
}

/**
 * The reference system's rule, whose thresholds are of its own currency: it contacts high risk (above 0.3) with a value
 * above 30,000 and medium risk (above 0.15) with one above 40,000.
 */
export function referenceRule({ churn, value }: Prospects): Rule {
  const { churn: chances, value: values } = referenceThresholds;
  const rows = descending(churn).filter(
    (i) => (churn[i] > chances[1] && value[i] > values[0]) || (churn[i] > chances[0] && value[i] > values[1]),
  );
  return { name: "Reference rule", rows };
}
