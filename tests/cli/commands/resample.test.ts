import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, expect, test, vi } from "vitest";
import { run } from "../../../src/cli/main";
import { mean, standardDeviation } from "../../../src/core/math/statistics";
import { column, matrix } from "../../../src/core/matrix";
import { seeded } from "../../../src/core/rng";
import { parseCsv } from "../../../src/data/read/read-csv";
import { surveyTable } from "../../../src/data/read/survey-table";
import { type Table, table } from "../../../src/data/table";
import { csvText } from "../../../src/data/write/write-csv";
import { smote } from "../../../src/resample/smote";
import { resampleAtRandom } from "../../../src/services/resample/at-random";
import { type ResampleOptions, resampleRows } from "../../../src/services/resample/resample-table";

const folder = mkdtempSync(join(tmpdir(), "resample-"));
const at = (name: string): string => join(folder, name);
let err = "";

afterAll(() => rmSync(folder, { recursive: true }));
afterEach(() => vi.restoreAllMocks());

async function resample(data: string, ...more: string[]): Promise<string[][]> {
  err = "";
  vi.spyOn(process.stdout, "write").mockReturnValue(true);
  vi.spyOn(process.stderr, "write").mockImplementation((text) => {
    err += text;
    return true;
  });
  const args = ["resample", "--data", at(data), "--target", "plan", "--out", at("out.csv"), ...more];
  const code = await run(args);
  vi.restoreAllMocks();
  process.exitCode = undefined;
  if (code !== 0) return [[String(code)]];
  const lines = readFileSync(at("out.csv"), "utf8").trim().split("\n");
  return lines.slice(1).map((line) => line.split(";"));
}

// Three classes of 60, 30 and 10 rows; a decimal comma, semicolons, an identifier, a level, a missing level.
const rows = Array.from({ length: 100 }, (_, i) => {
  const plan = i % 10 === 0 ? "gold" : i % 10 < 4 ? "silver" : "basic";
  const use = { gold: 90, silver: 50, basic: 20 }[plan] + ((i * 7) % 13) / 10;
  return [
    `AB-${1000 + i}`,
    use.toFixed(1).replace(".", ","),
    String((i * 3) % 17),
    i % 7 === 0 ? "" : `r${i % 3}`,
    plan,
  ];
});
writeFileSync(at("three.csv"), `id;use;calls;region;plan\n${rows.map((row) => row.join(";")).join("\n")}\n`);
const two = rows.filter((row) => row[4] !== "silver");
writeFileSync(at("two.csv"), `id;use;calls;region;plan\n${two.map((row) => row.join(";")).join("\n")}\n`);

const count = (table: string[][], plan: string): number => table.filter((row) => row[4] === plan).length;

test("telelink resample balances three classes of words by SMOTE, in the file's own way of writing", async () => {
  const made = await resample("three.csv");
  expect(made.slice(0, 100)).toEqual(rows);
  expect(["gold", "silver", "basic"].map((plan) => count(made, plan))).toEqual([60, 60, 60]);
  expect(new Set(made.map(([id]) => id)).size).toBe(180);
  for (const [id, use, calls, region, plan] of made.slice(100)) {
    expect(id).toMatch(/^AB-\d{4,6}$/);
    // Between two rows of the class, so within its range.
    const value = Number(use.replace(",", "."));
    expect(value).toBeGreaterThanOrEqual(plan === "gold" ? 90 : 50);
    expect(value).toBeLessThanOrEqual(plan === "gold" ? 91.3 : 51.3);
    expect(use).toMatch(/^\d+,\d$/);
    expect(calls).toMatch(/^\d+$/);
    expect(["", "r0", "r1", "r2"]).toContain(region);
  }
});

// Sums, lines that hang on a phone, a price by its plan, days between two dates, a rebate that one in ten has, an end where one
// has left, a place in two coordinates.
const draw = seeded(5);
const whole = (below: number): number => Math.floor(draw.uniform() * below);
const day = (from: number): string => new Date(864e5 * (19_000 + from)).toISOString().slice(0, 10);
const bound = Array.from({ length: 300 }, (_, i) => {
  const [gross, fee, start, days] = [100 + whole(900), whole(100), whole(700), 1 + whole(90)];
  const [phone, left] = [whole(10) > 0, whole(3) === 0];
  const [region, town] = [whole(3), whole(40)];
  return {
    id: `B-${i + 100}`,
    gross,
    fee,
    net: gross - fee,
    phone: phone ? "yes" : "no",
    lines: phone ? ["one", "two", "more"][whole(3)] : "no phone",
    minutes: phone ? 10 + whole(500) : 0,
    start: day(start),
    end: day(start + days),
    days,
    rebate: whole(10) === 0 ? String(5 + whole(20)) : "",
    state: left ? "left" : "active",
    until: left ? day(start + days) : "",
    geo: `${(30 + 9 * draw.uniform()).toFixed(5)},${(9 * draw.uniform()).toFixed(5)}`,
    north: Number(region === 0),
    south: Number(region === 1),
    west: Number(region === 2),
    post: 10_000 + 1777 * town,
    town: `town ${town >> 2}`,
    plan: i % 6 === 0 ? "gold" : "basic",
  };
});
type Bound = Record<keyof (typeof bound)[0], string>;
const names = Object.keys(bound[0]) as (keyof Bound)[];
const bounded = bound.map((row) => names.map((name) => String(row[name])));
writeFileSync(at("bound.csv"), `${names.join(";")}\n${bounded.map((row) => row.join(";")).join("\n")}\n`);
const asRow = (cells: string[]): Bound =>
  Object.fromEntries(names.map((name, j) => [name, cells[j]])) as Bound;

test("telelink resample makes up each identifier that no two rows share, not the first alone", async () => {
  const lines = Array.from(
    { length: 200 },
    (_, i) =>
      `2620${12_345_678_901 + 7919 * i},+49151${1_000_000 + 977 * i},${i % 61},${i % 5 ? "on" : "off"}`,
  );
  writeFileSync(at("cards.csv"), `imsi;msisdn;gb;state\n${lines.join("\n").replaceAll(",", ";")}\n`);
  const rows = await resample("cards.csv", "--target", "state");
  for (const column of [0, 1]) {
    const real = new Set(lines.map((line) => line.split(",")[column]));
    const made = rows.slice(200).map((cells) => cells[column]);
    expect(made).toHaveLength(120);
    expect(made.filter((text) => real.has(text) || !/^(2620\d{11}|\+49151\d{7})$/.test(text))).toEqual([]);
  }
});

test.each(["smote", "smote-enn"])(
  "telelink resample --method %s makes rows that keep the sums, exclusions, orders and gaps of the table",
  async (method) => {
    const all = await resample("bound.csv", "--method", method);
    if (method === "smote") expect(all.slice(0, 300)).toEqual(bounded);
    const known = new Set(bound.map(({ id }) => id));
    const made = all.map(asRow).filter(({ id }) => !known.has(id));
    expect(made.length).toBeGreaterThan(100);
    for (const row of made) {
      expect(Number(row.net)).toBe(Number(row.gross) - Number(row.fee));
      expect(row.lines === "no phone").toBe(row.phone === "no");
      expect(row.minutes === "0").toBe(row.phone === "no");
      expect((Date.parse(row.end) - Date.parse(row.start)) / 864e5).toBe(Number(row.days));
      expect(row.until).toBe(row.state === "left" ? row.end : "");
      expect(bound.map(({ geo }) => geo)).toContain(row.geo);
      expect(Number(row.north) + Number(row.south) + Number(row.west)).toBe(1);
      expect(bound.find(({ post }) => post === Number(row.post))?.town).toBe(row.town);
    }
    // Of three columns of which one says yes, that of neighbours as of the row that each starts from, which its place tells.
    const fromOthers = made.filter(
      (row) => String(bound.find(({ geo }) => geo === row.geo)?.north) !== row.north,
    );
    expect(fromOthers.length).toBeGreaterThan(made.length / 20);
    const share = made.filter(({ rebate }) => rebate !== "").length / made.length;
    expect(share).toBeGreaterThan(0.02);
    expect(share).toBeLessThan(0.25);
    expect(err).toContain(
      "computed in new rows as in the others, from other columns: gross, phone, end, days, until, town",
    );
    expect(err).toContain(
      "cells are missing in new rows where they are in the row that each starts from: rebate, until",
    );
    expect(err).toMatch(
      /^\d+ of 200 new rows would have broken a rule: in the columns concerned they are as/m,
    );
    // Few rows, but never two of these meet: no phone has no minutes.
    expect(err).not.toContain("what goes with what is no rule");
    expect(err).toContain("new rows have the number of one of two rows, nothing in between, in post");
    expect(err).toContain("new rows have identifiers of their own in id");
    expect(err).toContain("new rows repeat the row that each starts from in geo");
  },
);

test("telelink resample --method random-over copies rows but for their identifier, or leaves that empty", async () => {
  const rest = new Set(bounded.map((row) => row.slice(1).join(";")));
  const all = await resample("bound.csv", "--method", "random-over");
  expect(all.slice(0, 300)).toEqual(bounded);
  expect(all.every((row) => rest.has(row.slice(1).join(";")))).toBe(true);
  expect(new Set(all.map(([id]) => id)).size).toBe(500);
  expect(err).toContain("new rows have identifiers of their own in id");
  const without = await resample("bound.csv", "--method", "random-over", "--drop", "id");
  expect(without.slice(300).every((row) => row[0] === "" && rest.has(row.slice(1).join(";")))).toBe(true);
  expect(err).toContain("new rows have nothing in id: dropped");
  expect(err).not.toContain("identifiers of their own");
});

test("telelink resample --method random-over leaves identifiers of several parts as they are, whatever other columns say in them", async () => {
  const random = seeded("accounts");
  const lines = Array.from({ length: 300 }, (_, i) => {
    const country = ["DE", "FR", "AT"][i % 3];
    return `${country};${country} ${10_000_000 + Math.floor(random.uniform() * 9e7)};${i % 10 === 0 ? "gold" : "basic"}`;
  });
  writeFileSync(at("accounts.csv"), `country;account;plan\n${lines.join("\n")}\n`);
  const all = await resample("accounts.csv", "--method", "random-over");
  expect(all).toHaveLength(540);
  expect(all.filter((row) => !lines.includes(row.join(";")))).toEqual([]);
});

test.each(["random-over", "random-under"])(
  "resampleAtRandom(survey, …, write) by %s writes the same rows block by block as all at once, in the table's order",
  async (method) => {
    const written = (blockRows: number): Promise<string> =>
      surveyTable(at("bound.csv"), { blockRows }, async (survey) => {
        let text = "";
        await resampleAtRandom(survey, "plan", { method, ratio: 0.5 }, seeded(3), (part) => {
          text += csvText(part, { header: false });
        });
        return text;
      });
    const all = await written(1000);
    expect(await written(60)).toBe(all);
    const places = all
      .trim()
      .split("\n")
      .map((line) => bounded.findIndex((row) => row.slice(1).join() === line.split(",").slice(1).join()));
    const given = method === "random-over" ? 300 : places.length;
    for (const part of [places.slice(0, given), places.slice(given)])
      expect(part).toEqual([...part].sort((a, b) => a - b));
    expect(places).toHaveLength(method === "random-over" ? 250 + 125 : 50 + 100);
  },
);

test("telelink resample makes rows of those that lack a number, too, which lack it as often", async () => {
  const holes = rows.map((row, i) => row.map((cell, j) => (j === 2 && i % 4 === 0 ? "" : cell)).join(";"));
  writeFileSync(at("holes.csv"), `id;use;calls;region;plan\n${holes.join("\n")}\n`);
  const made = (await resample("holes.csv")).slice(100);
  expect(err).toContain(
    "cells are missing in new rows where they are in the row that each starts from: calls, region",
  );
  const share = made.filter((row) => row[2] === "").length / made.length;
  expect(share).toBeGreaterThan(0.1);
  expect(share).toBeLessThan(0.6);
  expect(count(made, "gold")).toBe(50);
});

test("telelink resample repeats or removes rows of any number of classes", async () => {
  const over = await resample("three.csv", "--method", "random-over", "--ratio", "0.5");
  expect(["gold", "silver", "basic"].map((plan) => count(over, plan))).toEqual([30, 30, 60]);
  for (const method of ["random-under", "near-miss"]) {
    const under = await resample("three.csv", "--method", method);
    expect(["gold", "silver", "basic"].map((plan) => count(under, plan))).toEqual([10, 10, 10]);
    for (const row of under) expect(rows).toContainEqual(row);
  }
});

test.each([
  "condensed-neighbours",
  "one-sided-selection",
  "neighbourhood-cleaning",
  "tomek-links",
  "edited-neighbours",
  "smote-tomek",
  "smote-enn",
])("telelink resample --method %s keeps both classes", async (method) => {
  const left = await resample("two.csv", "--method", method);
  expect(count(left, "gold")).toBeGreaterThanOrEqual(10);
  expect(count(left, "basic")).toBeGreaterThan(0);
});

// Three classes in two numbers that overlap, and a level.
const pointed = Array.from({ length: 240 }, (_, i) => {
  const own = i % 12 < 6 ? 0 : i % 12 < 10 ? 1 : 2;
  return [
    own + 1.5 * draw.uniform(),
    2 * draw.uniform() - own,
    i % 5 ? "web" : "shop",
    ["c", "b", "a"][own],
  ] as const;
});
writeFileSync(
  at("points.csv"),
  `x;y;at;plan\n${pointed.map(([x, y, shop, plan]) => `${x.toFixed(3)};${y.toFixed(3)};${shop};${plan}`).join("\n")}\n`,
);

test.each([
  ["tomek-links", 1],
  ["edited-neighbours", 3],
] as const)(
  "telelink resample --method %s holds each of three classes against all others",
  async (method, k) => {
    // imblearn.under_sampling.TomekLinks(), EditedNearestNeighbours(): the smallest class stays whole.
    const left = await resample("points.csv", "--method", method, "--drop", "at");
    const rows = pointed.map(([x, y, , plan]) => ({
      x: Number(x.toFixed(3)),
      y: Number(y.toFixed(3)),
      plan,
    }));
    const widths = (["x", "y"] as const).map((name) =>
      standardDeviation(Float64Array.from(rows, (row) => row[name])),
    );
    const near = rows.map((row, i) =>
      rows
        .map(
          (other, j) =>
            [((row.x - other.x) / widths[0]) ** 2 + ((row.y - other.y) / widths[1]) ** 2, j] as const,
        )
        .filter(([, j]) => j !== i)
        .sort(([a], [b]) => a - b)
        .slice(0, k)
        .map(([, j]) => j),
    );
    const gone = rows.filter(({ plan }, i) => {
      const others = near[i].filter((j) => rows[j].plan !== plan);
      return (
        plan !== "a" && (method === "tomek-links" ? others.some((j) => near[j][0] === i) : others.length > 0)
      );
    });
    expect(gone.length).toBeGreaterThan(10);
    expect(left.length).toBe(240 - gone.length);
    expect(left.map(([x]) => Number(x))).toEqual(rows.filter((row) => !gone.includes(row)).map(({ x }) => x));
  },
);

test.each([
  "borderline-smote",
  "svm-smote",
  "adasyn",
  "smote-tomek",
  "smote-enn",
  "one-sided-selection",
  "neighbourhood-cleaning",
])("telelink resample --method %s takes levels and three classes", async (method) => {
  const all = await resample("points.csv", "--method", method);
  const plans = (rows: string[][]) =>
    ["a", "b", "c"].map((plan) => rows.filter((row) => row[3] === plan).length);
  const [a, b, c] = plans(all);
  if (/smote|adasyn/.test(method)) {
    expect(Math.min(a, b)).toBeGreaterThan(method === "smote-enn" ? 60 : 100);
    expect(c).toBeLessThanOrEqual(120);
    expect(new Set(all.map((row) => row[2]))).toEqual(new Set(["web", "shop"]));
  } else expect([a, b <= 80, c <= 120, b + c < 200]).toEqual([40, true, true, true]);
});

test("telelink resample says that rows are removed without looking at dates", async () => {
  const dated = rows.map((row, i) => [...row, `2024-03-${10 + (i % 19)}`]);
  writeFileSync(
    at("dated.csv"),
    `id;use;months;region;plan;since\n${dated.map((row) => row.join(";")).join("\n")}\n`,
  );
  await resample("dated.csv", "--method", "near-miss");
  expect(err).toContain("rows were compared without their dates: since");
  await resample("dated.csv", "--method", "near-miss", "--drop", "since");
  expect(err).not.toContain("since");
});

test("telelink resample says what it cannot do, and what to do instead", async () => {
  expect(await resample("three.csv", "--method", "borderline-smote", "--neighbours", "200")).toEqual([["1"]]);
  expect(err).toContain("random-over for none");
  expect(await resample("two.csv", "--method", "tomek-links", "--ratio", "0.5")).toEqual([["2"]]);
  expect(await resample("two.csv", "--method", "smoote")).toEqual([["2"]]);
  const dropped = await resample("two.csv", "--drop", "region");
  expect(count(dropped, "gold")).toBe(60);
  expect(err).toContain("new rows have nothing in region");
  await resample("two.csv", "--method", "borderline-smote", "--drop", "region");
  expect(err).toContain("0 of 50 rows were made for gold");
});

/** What is written of the table, read in blocks of so many rows, and what is said of it. */
async function resampled(from: Table, options: ResampleOptions & { blockRows?: number }) {
  writeFileSync(at("table.csv"), csvText(from));
  return surveyTable(at("table.csv"), { blockRows: options.blockRows ?? 65_536 }, async (survey) => {
    let text = csvText(from).split("\n", 1)[0];
    const said = await resampleRows(survey, "left", options, seeded(2), (part) => {
      text += `\n${csvText(part, { header: false }).trimEnd()}`;
    });
    return { ...said, text, table: parseCsv(text).table };
  });
}

test("resampleRows looks for neighbours of a great many rows within random parts, says so, and makes as many rows", async () => {
  const n = 201_000;
  const draw = seeded(1);
  const own = (i: number): boolean => i % 50 === 0;
  const values = Float64Array.from({ length: n }, (_, i) => (own(i) ? 10 : 0) + draw.uniform());
  const made = await resampled(
    table([
      { name: "use", type: "numeric", values, decimals: 6 },
      {
        name: "left",
        type: "boolean",
        codes: Int32Array.from(values, (_, i) => Number(own(i))),
        levels: ["no", "yes"],
      },
    ]),
    { method: "smote", ratio: 0.1 },
  );
  expect(made.remarks.join()).toMatch(
    /neighbours of yes were looked for within 3 random parts of the 201000 rows/,
  );
  expect(made.classes).toEqual([
    { name: "no", before: 196_980, after: 196_980 },
    { name: "yes", before: 4020, after: 19_698 },
  ]);
  const [use] = made.table.columns;
  const added = use.type === "numeric" ? use.values.slice(n) : [];
  // Between two rows of the class, whichever part they lie in.
  expect(Math.min(...added)).toBeGreaterThanOrEqual(10);
  expect(Math.max(...added)).toBeLessThanOrEqual(11);
});

test("resampleRows makes the rows of smote() where the table has no rules", async () => {
  const from = seeded(8);
  const columns = ["a", "b"].map((name) => ({
    name,
    type: "numeric" as const,
    values: Float64Array.from({ length: 120 }, () => Math.round(1e3 * from.uniform()) / 1e3),
    decimals: 3,
  }));
  const codes = Int32Array.from({ length: 120 }, (_, i) => Number(i % 6 === 0));
  const left = { name: "left", type: "boolean" as const, codes, levels: ["no", "yes"] };
  const { table: made } = await resampled(table([...columns, left]), { method: "smote" });
  const scaled = columns.flatMap(({ values }) => {
    const [centre, width] = [mean(values), standardDeviation(values)];
    return Array.from(values, (value) => (value - centre) / width);
  });
  const train = { x: matrix(120, 2, Float64Array.from(scaled)), y: Float64Array.from(codes) };
  const expected = smote()(train, seeded(2).fork("yes")).x;
  columns.forEach(({ values }, j) => {
    const own = made.columns[j];
    const [centre, width] = [mean(values), standardDeviation(values)];
    expect(own.type === "numeric" && Array.from(own.values)).toEqual(
      Array.from(column(expected, j), (value) => Math.round(1e3 * (value * width + centre)) / 1e3),
    );
  });
});

test.each(["smote", "smote-tomek", "near-miss", "edited-neighbours"])(
  "resampleRows(survey, …, write) by %s writes the same rows block by block as all at once, given ones in the table's order",
  async (method) => {
    const written = (blockRows: number): Promise<string> =>
      surveyTable(at("bound.csv"), { blockRows }, async (survey) => {
        let text = "";
        await resampleRows(survey, "plan", { method }, seeded(3), (part) => {
          text += csvText(part, { header: false });
        });
        return text;
      });
    const all = await written(1000);
    expect(await written(60)).toBe(all);
    const places = all
      .trim()
      .split("\n")
      .map((line) => bounded.findIndex((row) => row[0] === line.split(",")[0]));
    const given = places.filter((place) => place >= 0);
    expect(given).toEqual([...given].sort((a, b) => a - b));
    expect(places.slice(0, given.length)).toEqual(given);
    expect(given.length === 300).toBe(method === "smote");
  },
);

test("resampleRows compares rows of a great many within random parts, says so, and removes such rows as among all", async () => {
  // Two classes that meet at 0: within .05 of it a third is of the other one.
  const n = 26_000;
  const draw = seeded(4);
  const values = Float64Array.from({ length: n }, () => Math.round(1e6 * (draw.uniform() - 0.2)) / 1e6);
  const codes = Int32Array.from(values, (value) =>
    Number(Math.abs(value) < 0.05 && draw.uniform() < 1 / 3 ? value >= 0 : value < 0),
  );
  const one = table([
    { name: "use", type: "numeric", values, decimals: 6 },
    { name: "left", type: "boolean", codes, levels: ["no", "yes"] },
  ]);
  const made = await resampled(one, { method: "edited-neighbours", compared: 25_000 });
  expect(made.remarks.join()).toMatch(
    /rows of no were compared with others within 3 random parts of the 26000 rows/,
  );
  const [{ before, after }, yes] = made.classes;
  expect(yes.after).toBe(yes.before);
  // Of the 2,600 rows near 0 those of "no" that do not have three of theirs around them: all but a few of the others stay.
  expect(before - after).toBeGreaterThan(900);
  expect(before - after).toBeLessThan(1_300);
});

test("telelink resample refuses a million rows to methods whose time grows with their square, and says what to do", async () => {
  writeFileSync(at("many.csv"), `a,b,plan\n${"1,2,no\n".repeat(1_000_000)}3,4,yes\n`);
  for (const method of ["condensed-neighbours", "svm-smote"]) {
    expect(await resample("many.csv", "--method", method)).toEqual([["1"]]);
    expect(err).toContain("the table must have at most 1000000 rows");
    expect(err).toContain("random-under first");
  }
});

test("telelink resample refuses neighbours where a method asks none, and says where a ratio asks for nothing", async () => {
  expect(await resample("two.csv", "--method", "random-over", "--neighbours", "3")).toEqual([["2"]]);
  expect(err).toContain("Cannot use --neighbours with --method random-over");
  expect(await resample("two.csv", "--ratio", "0.1")).toEqual(two);
  expect(err).toContain("no class is further from the others than --ratio 0.1: the rows are as they were");
});

test("telelink resample names a class with too few rows for its neighbours, and ways out", async () => {
  const few = rows.filter((row, i) => row[4] !== "gold" || i < 30);
  writeFileSync(at("few.csv"), `id;use;calls;region;plan\n${few.map((row) => row.join(";")).join("\n")}\n`);
  for (const method of ["smote", "adasyn"]) {
    expect(await resample("few.csv", "--method", method)).toEqual([["1"]]);
    expect(err).toContain(
      'class "gold" must have more rows than neighbours are asked, 5: ask fewer (neighbours), or copy rows (random-over), got 3',
    );
  }
  expect(count(await resample("few.csv", "--neighbours", "2"), "gold")).toBe(60);
});

test("telelink resample makes rows beside a date that others give", async () => {
  const day = (i: number, days: number): string =>
    new Date(Date.UTC(2023, 0, 1 + ((i * 37) % 400) + days)).toISOString().slice(0, 10);
  const lines = Array.from({ length: 200 }, (_, i) =>
    [day(i, 0), day(i, 14), i, i % 8 ? "basic" : "gold"].join(";"),
  );
  writeFileSync(at("due.csv"), `invoice;due;use;plan\n${lines.join("\n")}\n`);
  const made = await resample("due.csv", "--method", "smote");
  expect(made.length).toBeGreaterThan(200);
  const days = made.map(([invoice, due]) => (Date.parse(due) - Date.parse(invoice)) / 86_400_000);
  expect(days.filter((one) => one !== 14)).toEqual([]);
});

test("telelink resample keeps what no rule tells by taking it from one row, and says where too few rows are there to look", async () => {
  const lines = Array.from({ length: 900 }, (_, i) => {
    const [x, y] = [(i * 37) % 101, (i * 53) % 97];
    return `${x},${y},${i % 3 === 0 ? "gold" : "basic"},${(x * x + 2 * y * y) / 10},${(i * 7919) % 1009}`;
  });
  writeFileSync(at("risk.csv"), `x,y,plan,risk,use\n${lines.join("\n")}\n`);
  await resample("risk.csv");
  expect(err).toMatch(/what goes with what is no rule that is known in (x|y|risk), (x|y|risk), (x|y|risk):/);
  const made = readFileSync(at("out.csv"), "utf8").trim().split("\n").slice(901);
  const numbers = made.map((line) => line.split(",").map(Number));
  expect(numbers.filter(([x, y, , risk]) => Math.abs((x * x + 2 * y * y) / 10 - risk) > 1e-9)).toEqual([]);
  // What is free lies between rows.
  expect(
    numbers.filter(([, , , , use]) => !lines.some((line) => line.endsWith(`,${use}`))).length,
  ).toBeGreaterThan(30);
  expect(new Set(numbers.map(String)).size).toBeGreaterThan(250);
  await resample("three.csv");
  expect(err).toContain("was not looked at: it takes two halves of 30 real rows");
  await resample("risk.csv", "--method", "random-over");
  expect(err).not.toMatch(/not kept|not looked at/);
});

// A charge by days and zone, a claim's number with the year and branch in it, whether a time is above the one promised, 1st of months.
const bills = Array.from({ length: 600 }, (_, i) => {
  const [days, zone, started] = [
    28 + ((i * 17) % 60),
    ["rural", "urban", "island"][i % 7 < 4 ? 0 : i % 7 < 6 ? 1 : 2],
    (i * 37) % 900,
  ];
  const [hours, limit] = [((i * 53) % 59) + 1, [24, 48, 72][(i * 11) % 3]];
  const since = day(started);
  return {
    number: `${zone.slice(0, 2).toUpperCase()}-${since.slice(2, 4)}-${10_000 + ((i * 7919) % 89_999)}`,
    zone,
    days,
    charge: (days * { rural: 0.32, urban: 0.37, island: 0.45 }[zone as "rural"]).toFixed(2),
    since,
    first: `${since.slice(0, 7)}-01`,
    hours,
    limit,
    late: hours > limit ? "yes" : "no",
  };
});
const billNames = Object.keys(bills[0]) as (keyof (typeof bills)[0])[];
writeFileSync(
  at("bills.csv"),
  `${billNames.join(";")}\n${bills.map((one) => billNames.map((name) => one[name]).join(";")).join("\n")}\n`,
);

test.each([
  ["zone", "smote"],
  ["late", "smote"],
  ["zone", "random-over"],
])(
  "telelink resample --target %s --method %s makes rows that keep what the target decides, and identifiers that say what their row does",
  async (target, method) => {
    const known = new Set(bills.map(({ number }) => number));
    const made = (await resample("bills.csv", "--target", target, "--method", method)).slice(600);
    expect(made.length).toBeGreaterThan(200);
    for (const cells of made) {
      const one = Object.fromEntries(billNames.map((name, k) => [name, cells[k]])) as Record<string, string>;
      const rate = { rural: 0.32, urban: 0.37, island: 0.45 }[one.zone as "rural"];
      expect(Math.abs(Number(one.days) * rate - Number(one.charge))).toBeLessThan(0.0051);
      expect(one.first).toBe(`${one.since.slice(0, 7)}-01`);
      expect(one.late).toBe(Number(one.hours) > Number(one.limit) ? "yes" : "no");
      expect(one.number.slice(0, 6)).toBe(`${one.zone.slice(0, 2).toUpperCase()}-${one.since.slice(2, 4)}-`);
      expect(known.has(one.number)).toBe(false);
    }
    expect(new Set(made.map(([number]) => number)).size).toBe(made.length);
  },
);

test("telelink resample of a target with gaps names the way out, and --drop-unlabelled goes it by any method", async () => {
  const gone = (row: string[], i: number) => (i % 20 === 3 ? [...row.slice(0, 4), ""] : row);
  writeFileSync(
    at("gaps.csv"),
    `id;use;calls;region;plan\n${rows.map((row, i) => gone(row, i).join(";")).join("\n")}\n`,
  );
  expect(await resample("gaps.csv")).toEqual([["3"]]);
  expect(err).toContain("5 of 100 rows (5.0%) have no plan (--drop-unlabelled goes on with the others");
  const left = rows.filter((_, i) => i % 20 !== 3);
  for (const method of ["smote", "random-over"]) {
    const made = await resample("gaps.csv", "--drop-unlabelled", "--method", method);
    expect(made.slice(0, 95)).toEqual(left);
    expect(["gold", "silver", "basic"].map((plan) => count(made, plan))).toEqual([60, 60, 60]);
    expect(err).toContain("5 of 100 rows (5.0%) have no plan and are left out");
  }
  const fewer = await resample("gaps.csv", "--drop-unlabelled", "--method", "near-miss");
  expect(["gold", "silver", "basic"].map((plan) => count(fewer, plan))).toEqual([10, 10, 10]);
  for (const row of fewer) expect(left).toContainEqual(row);
});

test.each(["P", ""])(
  "telelink resample keeps with a person called %s1 what all rows of that person have alike",
  async (letter) => {
    const of = seeded("visits");
    const people = Array.from({ length: 60 }, () => [
      20 + Math.floor(60 * of.uniform()),
      of.uniform() < 0.5 ? "f" : "m",
      (50 + 40 * of.uniform()).toFixed(1),
      ["drug", "none"][Math.floor(2 * of.uniform())],
    ]);
    const visits = people.flatMap((person, k) =>
      Array.from({ length: 1 + (k % 5) }, () => {
        const stay = (30 * of.uniform()).toFixed(2);
        return [`${letter}${1000 + 7 * k}`, ...person, stay, Number(stay) > 22 ? "ill" : "well"];
      }),
    );
    writeFileSync(
      at("visits.csv"),
      `patient;age;sex;weight;treat;stay;plan\n${visits.map((row) => row.join(";")).join("\n")}\n`,
    );
    const made = (await resample("visits.csv", "--target", "plan")).slice(visits.length);
    expect(made.length).toBeGreaterThan(40);
    for (const [patient, age, sex, weight, treat] of made)
      expect(visits.some((row) => row.slice(0, 5).join() === [patient, age, sex, weight, treat].join())).toBe(
        true,
      );
    expect(err).toContain(
      "all rows with the same patient have the same age, sex, weight, treat: new rows have both",
    );
    // What differs within a person lies between two rows.
    const stays = new Set(visits.map((row) => row[5]));
    expect(made.filter((row) => !stays.has(row[5])).length).toBeGreaterThan(made.length / 2);
  },
);
