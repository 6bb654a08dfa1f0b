import { expect, test } from "vitest";
import {
  check,
  checkFinite,
  checkInteger,
  checkNumber,
  checkOneOf,
  checkSameLength,
} from "../../src/core/checks";

test("check(…) throws a RangeError with action, rule and value", () => {
  expect(() => check(false, "fit smote", "neighbours must be below the 12 minority rows", 15)).toThrow(
    new RangeError("Cannot fit smote: neighbours must be below the 12 minority rows, got 15"),
  );
});

test("the shorthands say the rule and the value found", () => {
  expect(() => checkInteger(0, 1, Infinity, "fit forest", "trees")).toThrow(
    "Cannot fit forest: trees must be a whole number of at least 1, got 0",
  );
  expect(() => checkNumber(2, 0, 1, "fit boosting", "learnRate", "low")).toThrow(
    "Cannot fit boosting: learnRate must be above 0 and at most 1, got 2",
  );
  expect(() => checkNumber(Number.NaN, 0, 1, "split", "share")).toThrow("got NaN");
  expect(() => checkOneOf("gni", ["gini", "entropy"], "fit forest", "criterion")).toThrow(
    'criterion must be one of gini, entropy, got "gni"',
  );
  expect(() => checkFinite([1, Number.NaN], "fit", "y")).toThrow(
    "y must be finite numbers, got NaN at position 1",
  );
  expect(() => checkSameLength(1, 2, "score", "labels and scores")).toThrow("got 1 and 2");
});

test("a long text is cut in the message", () => {
  expect(() => checkOneOf("x".repeat(500), ["a"], "parse", "kind")).toThrow(/x…"$/);
});
