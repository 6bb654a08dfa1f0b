import { setTimeout as sleep } from "node:timers/promises";
import { expect, test, vi } from "vitest";
import { garbageCollection } from "../../src/core/garbage";
import { collectAtRest } from "../../src/serve/memory";

test("collectAtRest(collect) collects once at the first rest after enough answers, never while answers come", () => {
  vi.useFakeTimers();
  try {
    const collect = vi.fn();
    const answered = collectAtRest(collect, { rest: 100, least: 3 });
    const answer = (times: number) => {
      for (let k = 0; k < times; k++) {
        answered();
        vi.advanceTimersByTime(60);
      }
    };
    answer(2);
    vi.advanceTimersByTime(1000);
    expect(collect).toHaveBeenCalledTimes(0);
    answer(5);
    expect(collect).toHaveBeenCalledTimes(0);
    vi.advanceTimersByTime(1000);
    expect(collect).toHaveBeenCalledTimes(1);
    vi.advanceTimersByTime(1000);
    answer(2);
    vi.advanceTimersByTime(1000);
    expect(collect).toHaveBeenCalledTimes(1);
  } finally {
    vi.useRealTimers();
  }
});

test("garbageCollection() gives back what nobody holds any more", async () => {
  const collect = garbageCollection();
  let held: unknown[] = Array.from({ length: 200_000 }, (_, k) => ({ k }));
  const weak = new WeakRef(held);
  held = [];
  await sleep(1);
  collect();
  expect(weak.deref()).toBeUndefined();
});
