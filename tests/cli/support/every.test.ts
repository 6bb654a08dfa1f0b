import { expect, test } from "vitest";
import { everyMs, repeatEvery } from "../../../src/cli/support/every";
import { captured } from "../captured";

test.each([
  ["30s", 30_000],
  ["15m", 900_000],
  ["1.5h", 5_400_000],
  ["1d", 86_400_000],
])("everyMs(%j) is %d", (text, ms) => expect(everyMs(text)).toBe(ms));

test.each(["", "5", "0s", "10y", "0.1s", "1000d"])(
  "everyMs(%j) is refused with the form to write",
  (text) => {
    expect(() => everyMs(text)).toThrow("--every must be from 1s to 366d");
  },
);

test("repeatEvery goes on after a round that failed, leaves out rounds that passed, and throws what the last one threw", async () => {
  const ended = new AbortController();
  let rounds = 0;
  const { err } = await captured(async () => {
    const work = async (): Promise<void> => {
      rounds++;
      if (rounds === 1) await new Promise((done) => setTimeout(done, 120));
      if (rounds === 2) throw new Error("no disk");
      if (rounds === 3) ended.abort();
    };
    await repeatEvery(50, work, ended.signal);
    return 0;
  });
  expect(rounds).toBe(3);
  expect(err).toMatch(/\d rounds were left out/);
  expect(err).toContain("this round failed: no disk");
  const last = new AbortController();
  const failing = captured(async () => {
    const work = async (): Promise<void> => {
      last.abort();
      throw new Error("no disk");
    };
    await repeatEvery(50, work, last.signal);
    return 0;
  });
  await expect(failing).rejects.toThrow("no disk");
});
