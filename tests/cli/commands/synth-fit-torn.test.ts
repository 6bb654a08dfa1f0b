import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { run } from "../../../src/cli/main";
import { seeded } from "../../../src/core/rng";
import { captured } from "../captured";

const folder = mkdtempSync(join(tmpdir(), "torn-"));
afterAll(() => rmSync(folder, { recursive: true }));

type Cell = string | number;

/** A file of so many lines, each as `row` gives it. */
function file(name: string, header: string, count: number, row: (i: number) => readonly Cell[]): string {
  const lines = Array.from({ length: count }, (_, i) => row(i).join(","));
  const path = join(folder, name);
  writeFileSync(path, `${[header, ...lines].join("\n")}\n`);
  return path;
}

const fit = (...argv: string[]) =>
  captured(() => run(["synth", "fit", "--out", join(folder, "model.json"), "--data", ...argv]));

const cents = (value: number): string => (Math.round(100 * value + 1e-7) / 100).toFixed(2);

describe("synth fit goes on where", () => {
  test("a rule reads a column of which one cell is missing, and another rule what it computes", async () => {
    const rng = seeded(3);
    const of = <T>(...all: T[]): T => all[Math.floor(all.length * rng.uniform())];
    const bills = file("bills.csv", "price,rebate,amount,pay", 2000, (i) => {
      const [price, rebate] = [of(9.99, 19.99, 34.99, 54.99), i === 77 ? 10 : of(0, 0, 0, 10, 20)];
      const amount = cents((price * rebate) / 100 + 1e-9);
      return [i === 77 ? "" : price, rebate || "", amount, cents(price - Number(amount))];
    });
    const { code, err, out } = await fit(bills);
    expect({ code, said: out + err }).toEqual({
      code: 0,
      said: expect.stringMatching(/ pay = price − amount/),
    });
  });

  test("cells are missing at random beside some that a level leaves out", async () => {
    const rng = seeded(4);
    const usage = file("usage.csv", "plan,used,over,fee", 1500, () => {
      const plan = ["S", "M", "L", "XL", "line 100", "line 250"][Math.floor(6 * rng.uniform())];
      const used = plan.startsWith("line") ? "" : (-60 * Math.log(1 - rng.uniform())).toFixed(1);
      const over = used && Math.max(0, Number(used) - 5 * 3 ** plan.length).toFixed(1);
      const cells = [plan, used, over, over && cents(2 * Number(over))];
      return cells.map((cell, k) => (k !== 2 && rng.uniform() < 0.04 ? "" : cell));
    });
    expect((await fit(usage)).code).toBe(0);
  });

  test("a column of yes and no says yes in the last row of each parent alone", async () => {
    const parents = file("parents.csv", "key", 59, (i) => [`P${1000 + 7 * i}`]);
    const visits = file("visits.csv", "key,last,visit", 59 * 4, (i) => [
      `P${1000 + 7 * (i >> 2)}`,
      Number(i % 4 === 3),
      1 + (i % 4),
    ]);
    expect((await fit(parents, "--children", visits, "--key", "key")).code).toBe(0);
  });
});
