import { describe, expect, test } from "vitest";
import { integer, seeded } from "../../../src/core/rng";
import { parseCsv } from "../../../src/data/read/read-csv";
import { cellText, columnNamed, isCategorical, table } from "../../../src/data/table";
import { type RangedColumn, rawColumn } from "../../../src/synthesis/private/domain/columns";
import { domainFromJson } from "../../../src/synthesis/private/domain/domain";
import { domainSkeleton, readOffTable } from "../../../src/synthesis/private/domain/read-off";
import { loadMst } from "../../../src/synthesis/private/model";
import { mst } from "../../../src/synthesis/private/mst";

const rng = seeded(4);
const lines = Array.from({ length: 600 }, (_, i) => {
  const day = `${1 + integer(rng, 28)}`.padStart(2, "0");
  const share = (100 * rng.uniform()).toFixed(1);
  return `${day}/05/2021,${share}%,"$${1 + integer(rng, 9)},${100 + integer(rng, 900)}.50",${10 + (i % 80)} kg`;
});
const { table: from } = parseCsv(`seen,share,paid,weight\n${lines.join("\n")}\n`);
const written = {
  seen: /^\d\d\/05\/2021$/,
  share: /^\d{1,3}\.\d%$/,
  paid: /^\$\d{1,2},\d{3}\.\d\d$/,
  weight: /^\d\d kg$/,
};
const bounds = {
  seen: { minimum: "2021-05-01", maximum: "2021-05-31" },
  share: { minimum: 0, maximum: 100, decimals: 1 },
  paid: { minimum: 1000, maximum: 10000, decimals: 2 },
  weight: { minimum: 10, maximum: 89, decimals: 0 },
};

/** The skeleton with its blanks filled in, by column. */
function stated(more: Readonly<Record<string, object>> = {}) {
  const skeleton = domainSkeleton(from.columns) as { columns: { name: keyof typeof bounds }[] };
  const columns = skeleton.columns.map((one) => ({ ...one, ...bounds[one.name], ...more[one.name] }));
  return domainFromJson({ columns }, "d.json");
}

describe("mst writes numbers and dates as the table does", () => {
  test("and as the domain states, with nothing read off the table then", async () => {
    const model = await mst({ noise: "seed", target: null, strict: true, domain: stated() })(from, seeded(1));
    const made = loadMst(JSON.parse(JSON.stringify(model))).sample(40, seeded(2), {
      where: { share: { from: 20 } },
    });
    for (const [name, pattern] of Object.entries(written))
      for (let i = 0; i < made.rows; i++) expect(cellText(columnNamed(made, name), i)).toMatch(pattern);
    expect(model.privacy.readOff).toEqual([]);
  });

  test("and says what was read off where the domain does not state it", () => {
    const types = {
      columns: from.columns.map(({ name, type }) => ({ name, type, ...bounds[name as "seen"] })),
    };
    expect(readOffTable(from.columns, domainFromJson(types, "d.json"))).toEqual([
      "how seen writes its dates",
      "how share writes its numbers (1234.6%)",
      "how paid writes its numbers ($1,234.56)",
      "how weight writes its numbers (1235 kg)",
    ]);
  });

  test("and says so where the table has another type or format than the domain states: it was read by those", () => {
    const other = stated({
      seen: { format: "MM/dd/yyyy" },
      share: { type: "categorical" },
      paid: { format: { kind: "number", decimal: ",", suffix: " €" } },
    });
    expect(readOffTable(from.columns, other)).toEqual([
      "how seen writes its dates",
      "the type of share (numeric)",
      "how paid writes its numbers ($1,234.56)",
    ]);
  });

  test("and reads dates as they are, where bounds are written in another way", () => {
    const domain = { name: "day", minimum: "01.02.2024", maximum: "29.02.2024" };
    const cells = { name: "day", type: "date", values: ["2024-02-03", ""] } as const;
    const day = rawColumn(() => cells, domain) as RangedColumn;
    expect(day.units()).toEqual(Float64Array.of(Date.UTC(2024, 1, 3) / 86_400_000, Number.NaN));
    expect(day.bounds).toEqual([Date.UTC(2024, 1, 1) / 86_400_000, Date.UTC(2024, 1, 29) / 86_400_000]);
  });

  test("or otherwise where the domain says so; a text is the pattern of dates", async () => {
    const domain = stated({
      seen: { format: "d.M.yyyy", minimum: "1.5.2021", maximum: "31.5.2021" },
      paid: { format: { kind: "number", decimal: ",", thousands: ".", suffix: " €" } },
    });
    const model = await mst({ noise: "seed", target: null, domain })(from, seeded(1));
    const made = model.sample(30, seeded(2));
    for (let i = 0; i < made.rows; i++) {
      expect(cellText(columnNamed(made, "seen"), i)).toMatch(/^\d{1,2}\.5\.2021$/);
      expect(cellText(columnNamed(made, "paid"), i)).toMatch(/^\d{1,2}\.\d{3},\d\d €$/);
    }
  });

  test("with formats that fit the column, and says what else is wrong", async () => {
    const bad = { columns: [{ name: "share", format: { kind: "number" } }] };
    expect(() => domainFromJson(bad, "d.json")).toThrow('format of share.decimal must be "." or ","');
    const odd = domainFromJson({ columns: [{ name: "share", format: "dd.MM.yyyy" }] }, "d.json");
    await expect(mst({ domain: odd })(from, seeded(1))).rejects.toThrow(
      "share is numeric and has no format of a date",
    );
  });
});

test("mst lets published levels stand in for rarer ones as often as they occur; no level is made up", async () => {
  const levels = ["a", "b", ...Array.from({ length: 200 }, (_, k) => `town ${k}`)];
  const codes = Int32Array.from({ length: 2000 }, (_, i) =>
    i % 5 === 4 ? 2 + (Math.floor(i / 5) % 200) : i % 5 === 3 ? 1 : 0,
  );
  const towns = table([{ name: "town", type: "categorical", levels, codes }]);
  const model = await mst({ epsilon: 2, noise: "seed", target: null })(towns, seeded(3));
  const [town] = model.sample(3000, seeded(1)).columns;
  if (!isCategorical(town)) throw new Error("the type changed");
  expect(town.levels).toEqual(["a", "b"]);
  const share = (code: number): number => town.codes.filter((one) => one === code).length / 3000;
  expect(share(-1)).toBe(0);
  // Were they all the first one, it would have .8.
  expect(Math.abs(share(0) - 0.75)).toBeLessThan(0.03);
  const rare = table([
    { name: "town", type: "categorical", levels: levels.slice(2), codes: codes.map((_, i) => i % 40) },
    { name: "left", type: "boolean", levels: ["no", "yes"], codes: codes.map((_, i) => i % 2) },
  ]);
  expect((await mst({ epsilon: 0.5, noise: "seed" })(rare, seeded(3))).empty).toEqual(["town"]);
});
