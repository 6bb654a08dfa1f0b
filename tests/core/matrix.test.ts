import { expect, test } from "vitest";
import {
  column,
  joinColumns,
  joinRows,
  matrix,
  matrixFromRows,
  row,
  takeColumns,
  takeLabelled,
  takeRows,
} from "../../src/core/matrix";

const x = matrixFromRows([
  [1, 2],
  [3, 4],
  [5, 6],
]);

test("matrixFromRows stores columns one after the other", () => {
  expect([...x.values]).toEqual([1, 3, 5, 2, 4, 6]);
  expect([...column(x, 1)]).toEqual([2, 4, 6]);
  expect([...row(x, 1)]).toEqual([3, 4]);
  expect(() => matrixFromRows([[1], [1, 2]])).toThrow("every row must have 1 values, got 2 in row 1");
});

test("matrix(…) refuses values that do not fill it", () => {
  expect(() => matrix(2, 2, new Float64Array(3))).toThrow("got 3 and 4");
});

test("takeRows and takeColumns keep the order asked for", () => {
  expect([...takeRows(x, [2, 0, 2]).values]).toEqual([5, 1, 5, 6, 2, 6]);
  expect(takeColumns(x, [1]).features).toEqual([{ name: "x1" }]);
  const y = Float64Array.of(0, 1, 1);
  expect([...takeLabelled({ x, y, weights: y }, [1]).y]).toEqual([1]);
});

test("joinRows and joinColumns put b after a", () => {
  expect([...row(joinColumns(x, x), 0)]).toEqual([1, 2, 1, 2]);
  expect([...column(joinRows(x, x), 0)]).toEqual([1, 3, 5, 1, 3, 5]);
  expect(() => joinRows(x, takeColumns(x, [0]))).toThrow("got 2 and 1");
});
