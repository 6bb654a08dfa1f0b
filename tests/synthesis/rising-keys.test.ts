import { expect, test } from "vitest";
import { seeded } from "../../src/core/rng";
import { parseCsv } from "../../src/data/read/read-csv";
import { csvText } from "../../src/data/write/write-csv";
import { sequential } from "../../src/synthesis/sequential/sequential";
import { describeStructure } from "../../src/synthesis/structure/describe";
import { discoverStructure } from "../../src/synthesis/structure/discover/discover";
import { risen, risesWith } from "../../src/synthesis/structure/keys/rising";

const day = 86_400_000;

/** Invoices, counted on through the years; `mixed` gives two of them each other's number. */
function invoices(mixed = false) {
  const rng = seeded("numbered");
  const dates = Array.from(
    { length: 300 },
    () => Date.UTC(2022, 6, 1) + day * Math.floor(700 * rng.uniform()),
  );
  dates.sort((a, b) => a - b);
  const rows = dates.map((time, i) => {
    const on = new Date(time).toISOString().slice(0, 10);
    const at = mixed && i < 200 && i > 98 ? 298 - i : i;
    return `R-${String(at + 7).padStart(6, "0")},${on},${Math.floor(100 * rng.uniform())}`;
  });
  return parseCsv(`number,on,sum\n${rows.join("\n")}\n`).table;
}

test("identifiers that rise with a date rise with it in rows that are made", async () => {
  const model = await sequential({ threads: 1 })(invoices(), seeded(1));
  expect(describeStructure(model.structure)).toContain(
    "number rises with on, in rows that are made together.",
  );
  const made = csvText(model.sample(500, seeded(2)))
    .trim()
    .split(/\r?\n/)
    .slice(1)
    .map((line) => line.split(","));
  made.sort(([a], [b]) => (a < b ? -1 : 1));
  expect(made.filter(([, on], k) => k > 0 && on < made[k - 1][1])).toEqual([]);
  expect(new Set(made.map(([number]) => number)).size).toBe(500);
});

test("no order is taken for one where some identifiers are out of it, or few rows show it", () => {
  const rules = describeStructure(discoverStructure(invoices(true), seeded(1)));
  expect(rules.filter((rule) => rule.includes("rises"))).toEqual([]);
  const keys = Array.from({ length: 60 }, (_, i) => `R${i + 1}`);
  const moments = keys.map((_, i) => day * Math.floor(i / 2));
  expect(risesWith(keys, moments)).toBe(true);
  expect(risesWith(keys.slice(0, 40), moments.slice(0, 40))).toBe(false);
  expect(risesWith(keys.with(5, "R50"), moments)).toBe(false);
  expect(risen(["b", "", "a"], [1, 0, 2])).toEqual(["a", "", "b"]);
});
