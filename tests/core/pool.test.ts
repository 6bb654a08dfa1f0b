import type { Worker } from "node:worker_threads";
import { afterAll, expect, test } from "vitest";
import { closeThreads, mapThreads, runInThread, streamThreads } from "../../src/core/pool";
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

test.each([1, 2])(
  "mapThreads(task, inputs, %i, {finished}) tells of each input that is done",
  async (threads) => {
    const seen: [number, number][] = [];
    const finished = (index: number, value: number): void => {
      seen.push([index, value]);
    };
    await mapThreads(echo, [{ value: 7, waitMs: 400 }, { value: 8 }], threads, { finished });
    expect(seen).toEqual(
      threads === 1
        ? [
            [0, 7],
            [1, 8],
          ]
        : [
            [1, 8],
            [0, 7],
          ],
    );
  },
);

test.each([1, 2])(
  "mapThreads(task, inputs, %i, {signal}) starts nothing more once stopped",
  async (threads) => {
    const stop = new AbortController();
    let done = 0;
    const finished = (): void => {
      done++;
      stop.abort(new Error("enough"));
    };
    const inputs = Array.from({ length: 8 }, (_, value) => ({ value, waitMs: 5 }));
    await expect(mapThreads(echo, inputs, threads, { finished, signal: stop.signal })).rejects.toThrow(
      "enough",
    );
    await new Promise((over) => setTimeout(over, 40));
    expect(done).toBeLessThanOrEqual(threads);
  },
);

test("runInThread(task, input) works on while this thread is busy", async () => {
  const other = runInThread(echo, { value: 4, waitMs: 30 });
  const until = performance.now() + 150;
  while (performance.now() < until);
  const asked = performance.now();
  expect(await other).toBe(4);
  expect(performance.now() - asked).toBeLessThan(100);
  await expect(runInThread(echo, { value: 1, fail: "no leaf" })).rejects.toThrow("no leaf");
});

test("streamThreads(task, inputs, 2) yields results in order and draws no more inputs than it has threads for", async () => {
  let drawn = 0;
  let most = 0;
  let taken = 0;
  function* inputs(): Generator<{ value: number; waitMs: number }> {
    for (let value = 0; value < 12; value++) {
      drawn++;
      most = Math.max(most, drawn - taken);
      yield { value, waitMs: value % 3 === 0 ? 20 : 0 };
    }
  }
  const seen: number[] = [];
  for await (const value of streamThreads(echo, inputs(), 2)) {
    taken++;
    seen.push(value);
  }
  expect(seen).toEqual(Array.from({ length: 12 }, (_, i) => i));
  expect(most).toBeLessThanOrEqual(4);
});

test("streamThreads rejects with the task's own error where its result would come", async () => {
  const seen: number[] = [];
  const run = async (): Promise<void> => {
    const inputs = [
      { value: 1 },
      { value: 2, fail: "no such leaf" },
      { value: 3 },
      { value: 4, fail: "nor this" },
    ];
    for await (const value of streamThreads(echo, inputs, 2)) seen.push(value);
  };
  await expect(run()).rejects.toThrow("no such leaf");
  expect(seen).toEqual([1]);
});

/** The threads that there are, each with its end. */
const ends: Map<Worker, Promise<void>> = new Map();
const watchEnd = (thread: Worker): void => {
  const end = new Promise<void>((over) => {
    thread.once("error", () => undefined);
    thread.once("exit", () => {
      ends.delete(thread);
      over();
    });
  });
  ends.set(thread, end);
};
process.on("worker", watchEnd);
afterAll(() => process.off("worker", watchEnd));

test.each(["exit", "throw"] as const)(
  "a thread that dies at rest (%s) is given nothing more, and fails nothing",
  async (after) => {
    await closeThreads();
    expect(await runInThread(echo, { value: 1, after })).toBe(1);
    // Of all threads there are, those of earlier tests that still worked when the others were closed too, one ends now.
    await Promise.race(ends.values());
    expect(await runInThread(echo, { value: 2 })).toBe(2);
    // Asked at once, before its end is known here: an answer or a word, but no waiting.
    await runInThread(echo, { value: 3, after });
    await new Promise((over) => setTimeout(over, 5));
    expect(String(await runInThread(echo, { value: 4, waitMs: 60 }).catch(String))).toMatch(
      /^4$|^Error: Cannot finish echo: its thread (ended with code 3|failed: Error: nobody waits for this)$/,
    );
  },
);

test("an input that cannot be sent fails its own call, and the thread serves the next", async () => {
  const unsendable = { value: (() => 1) as unknown as number };
  await expect(runInThread(echo, unsendable)).rejects.toThrow("could not be cloned");
  expect(await runInThread(echo, { value: 2 })).toBe(2);
});
