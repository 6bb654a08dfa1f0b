import { expect, test } from "vitest";
import { seeded } from "../../../src/core/rng";
import { gammaGamma } from "../../../src/models/clv/gamma-gamma";
import { periodEnds } from "../../../src/models/clv/purchase-model";
import {
  purchaseModelFromJSON,
  purchaseModelKinds,
  purchaseModelOf,
} from "../../../src/models/clv/purchase-models";
import type { RegularPurchaseOptions } from "../../../src/models/clv/regular-purchases";
import { drawFutures } from "../../../src/models/clv/simulate-purchases";
import { cdnow } from "./support";

const amounts = gammaGamma()(cdnow);
// How regular purchases are cannot be told from these columns, and must be said where a model needs it.
const regular: RegularPurchaseOptions = { every: 2 };
const ahead = { ends: periodEnds(6, 4), discountRate: 0.02 };

test.each(purchaseModelKinds)("futures drawn from %s are on average what it expects", (kind) => {
  const purchases = purchaseModelOf(kind, kind.endsWith("-k") ? regular : {})(cdnow);
  const models = { purchases, amounts, load: purchaseModelFromJSON };
  const { value, totalValue, totalPurchases, draws } = drawFutures(
    models,
    cdnow,
    { ...ahead, draws: 60 },
    seeded(1),
  );
  const mean = (of: ArrayLike<number>): number => Array.from(of).reduce((a, b) => a + b, 0) / of.length;
  const count = purchases.expectedPurchases(cdnow, 24).reduce((a, b) => a + b, 0);
  // Sixty draws of a total that varies by some three per cent, and parameters enter it in curves.
  expect(Math.abs(mean(totalPurchases) / count - 1)).toBeLessThan(0.04);
  const each = amounts.expectedValue(cdnow);
  const worth = purchases.discountedPurchases(cdnow, ahead).reduce((sum, v, i) => sum + v * each[i], 0);
  expect(Math.abs(mean(totalValue) / worth - 1)).toBeLessThan(0.05);
  expect(value.reduce((a, b) => a + b, 0) / draws / mean(totalValue)).toBeCloseTo(1, 4);
});

test("the same seed draws the same futures", () => {
  const models = { purchases: purchaseModelOf("bg-nbd", {})(cdnow), amounts, load: purchaseModelFromJSON };
  const twice = [1, 2].map(() => drawFutures(models, cdnow, { ...ahead, draws: 2 }, seeded(7)).totalValue);
  expect([...twice[0]]).toEqual([...twice[1]]);
});
