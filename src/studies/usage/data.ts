import { checkInteger } from "../../core/checks";
import { seeded } from "../../core/rng";
import { simulate } from "../../data/simulate/simulate";
import { type SourceInfo, simulatorSource } from "../../data/sources/sources";
import { trainValidationTestSplit } from "../../data/split";
import { panelsOf } from "../clv/landmarks";
import { filteredChance } from "./ceiling";
import { monthsAhead, type UsageWindow, usageWindow } from "./windows";

export interface UsageDataOptions {
  /** Customers of the base, those who left included. @default 16000 */
  readonly customers?: number;
  /** What random numbers begin with. @default 42 */
  readonly seed?: number;
}

/** Windows to learn from, to stop by, and to judge on: other customers, and later months. */
export interface UsageData {
  readonly train: readonly UsageWindow[];
  readonly validation: readonly UsageWindow[];
  readonly test: UsageWindow;
  /** The test customers' chance of leaving by all that can be seen of them: what no model of the same columns can beat. */
  readonly attainable: Float64Array;
  /** All customers at the month of the test. */
  readonly all: UsageWindow;
  readonly source: SourceInfo;
}

const months = 36;
/** Judging costs little, and few leave: two thirds of the customers make intervals narrow. */
const shares = { validation: 0.0625, test: 0.6875 };
/** The end of the month that judges: the last whose three months ahead are known. */
const judged = months - monthsAhead;
/** The ends of months that teach: their quarters ahead make up one year, so that every season is seen. */
const teaching = [4, 3, 2, 1].map((quarters) => judged - quarters * monthsAhead);

/**
 * Simulated customers with 36 months of usage. A third of them teach, at the ends of months 21, 24, 27 and 30; the
 * others judge at the end of month 33: neither a customer nor a month that is foretold is in both.
 */
export function usageData(options: UsageDataOptions = {}): UsageData {
  const { customers = 16_000, seed = 42 } = options;
  checkInteger(customers, 600, 1_000_000, "simulate usage", "customers");
  const base = simulate({ customers, seed, months });
  const parts = trainValidationTestSplit(customers, shares, seeded(seed).fork("parts"));
  const windows = (rows: Int32Array, at: readonly number[]): UsageWindow[] => {
    const among = new Set(rows);
    return at.map((month) => usageWindow(base, month, (i) => among.has(i)));
  };
  const [test] = windows(parts.test, [judged]);
  return {
    train: windows(parts.train, teaching),
    validation: windows(parts.validation, teaching),
    test,
    attainable: Float64Array.from(test.customers, (i) => filteredChance(base, i, judged, monthsAhead)),
    all: usageWindow(base, judged, () => true),
    source: simulatorSource(
      `Simulated customers with ${months} months of usage (seed ${seed})`,
      customers,
      Object.values(panelsOf(base)),
    ),
  };
}
