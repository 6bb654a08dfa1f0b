import { afterAll, expect, test } from "vitest";
import { closeThreads, mapThreads } from "../../src/core/pool";
import { echo } from "../../src/core/probe";

afterAll(closeThreads);

test("mapThreads(task, inputs, 2) returns results in the order of the inputs", async () => {
  expect(await mapThreads(echo, [{ value: 3, waitMs: 60 }, { value: 1 }, { value: 2 }], 2)).toEqual([
    3, 1, 2,
  ]);
});

test("mapThreads(task, inputs, 1) runs here and agrees", async () => {
  expect(await mapThreads(echo, [{ value: 1 }, { value: 2 }], 1)).toEqual([1, 2]);
});

test("mapThreads rejects with the task's own error, and the threads serve again", async () => {
  await expect(mapThreads(echo, [{ value: 1 }, { value: 2, fail: "no such leaf" }], 2)).rejects.toThrow(
    "no such leaf",
  );
  expect(await mapThreads(echo, [{ value: 5 }, { value: 6 }], 2)).toEqual([5, 6]);
});

test("mapThreads rejects when a thread dies", async () => {
  await expect(mapThreads(echo, [{ value: 1 }, { value: 2, exit: true }], 2)).rejects.toThrow(
    "its thread ended with code 1",
  );
  expect(await mapThreads(echo, [{ value: 5 }, { value: 6 }], 2)).toEqual([5, 6]);
});
