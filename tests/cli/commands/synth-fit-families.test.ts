import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test, vi } from "vitest";
import { readFamilies } from "../../../src/cli/commands/synth/read-families";
import { run } from "../../../src/cli/main";
import { seeded } from "../../../src/core/rng";
import { parseCsv } from "../../../src/data/read/read-csv";
import { readTable } from "../../../src/data/read/read-table";
import { columnNamed, dropColumns, takeTableRows } from "../../../src/data/table";
import { notLearntByBoth } from "../../../src/services/synthetic/not-learnt";
import { familiesOf, keysOf } from "../../../src/synthesis/relational/families";
import { relational } from "../../../src/synthesis/relational/relational";

const folder = mkdtempSync(join(tmpdir(), "families-"));
afterAll(() => rmSync(folder, { recursive: true }));
const write = (name: string, lines: readonly string[]): string => {
  writeFileSync(join(folder, name), `${lines.join("\n")}\n`);
  return join(folder, name);
};
let said = "";
vi.spyOn(process.stderr, "write").mockImplementation((text) => {
  said += String(text);
  return true;
});

const parents = Array.from({ length: 300 }, (_, i) => `${1000 + i},${["basic", "plus"][i % 2]}`);
// Not sorted by key: the months of a customer stand far from each other; one in seven customers has none.
const months = Array.from({ length: 5 * 300 }, (_, k) => ({ who: (k * 7) % 300, month: k }))
  .filter(({ who }) => who % 7 > 0)
  .map(({ who, month }) => `${1000 + who},${month % 12},${(month * 13) % 50}`);
const data = write("customers.csv", ["customer,plan", ...parents]);
const children = write("months.csv", ["customer,month,minutes", ...months, "999,1,2", ",3,4"]);
const childrenOf = (name: string): string[] => months.filter((line) => line.startsWith(`${name},`));

test("synth fit --children draws parents of many, each with all of its children wherever they stand, and says so", async () => {
  said = "";
  const most = { parents: 40, children: 1e6 };
  const read = await readFamilies({ data, children }, "customer", { least: 5, most }, seeded(1));
  const names = keysOf(read.parents.table, "customer");
  expect([names.length, read.parents.total]).toEqual([40, 300]);
  expect(names).toEqual([...names].sort());
  const families = familiesOf(read.parents.table, read.children, "customer");
  const minutes = columnNamed(read.children, "minutes");
  names.forEach((name, f) => {
    const own = families[f].map((i) => (minutes.type === "numeric" ? minutes.values[i] : Number.NaN));
    expect(own).toEqual(childrenOf(name).map((line) => Number(line.split(",")[2])));
  });
  expect(said).toContain(
    `40 of 300 parents are learnt, drawn at random, with all their children (${read.children.rows} of ${months.length.toLocaleString("en")}): rules, ends, levels and shares are those of these rows`,
  );
  expect(said).toContain(`2 of ${months.length + 2} rows of ${children} have a customer that ${data} lacks`);
  const again = await readFamilies({ data, children }, "customer", { least: 5, most }, seeded(1));
  // What reads the rows once more is another function each time.
  const { batches } = read.parents;
  expect({ ...again, parents: { ...again.parents, batches } }).toEqual(read);
});

test("synth fit --children draws fewer parents where their children are many", async () => {
  const most = { parents: 200, children: 150 };
  const read = await readFamilies({ data, children }, "customer", { least: 5, most }, seeded(1));
  expect(read.parents.table.rows).toBe(Math.floor((150 / (months.length + 2)) * 300));
  expect(read.children.rows).toBeLessThan(200);
});

test("synth fit --children takes all rows of tables that are not long, and refuses parents that share a key", async () => {
  said = "";
  const read = await readFamilies({ data, children }, "customer", { least: 5 }, seeded(1));
  expect([read.parents.table.rows, read.children.rows]).toEqual([300, months.length]);
  expect(said).not.toContain("drawn at random");
  const schema = { columns: [{ name: "customer", type: "id" as const }] };
  const [whole, all] = [await readTable(data, { schema }), await readTable(children, { schema })];
  expect(read.parents.table).toEqual(whole.table);
  const kept = [...Array(months.length).keys()];
  expect(read.children).toEqual(takeTableRows(all.table, kept));
  const twice = write("twice.csv", ["customer,plan", ...parents, parents[3]]);
  await expect(
    readFamilies(
      { data: twice, children },
      "customer",
      { least: 5, most: { parents: 10, children: 1e6 } },
      seeded(1),
    ),
  ).rejects.toThrow("each parent must have a customer of its own, got 1");
  await expect(readFamilies({ data, children }, "client", { least: 5 }, seeded(1))).rejects.toThrow(
    `it must be a column of ${data} (customer, plan), got client`,
  );
});

test("synth fit --children --json writes what was learnt, what is lost and the rules of both tables", async () => {
  const [out, json] = ["two.json", "fit.json"].map((name) => join(folder, name));
  const print = vi.spyOn(process.stdout, "write").mockReturnValue(true);
  const clean = write("clean.csv", ["customer,month,minutes", ...months]);
  const args = ["--data", data, "--children", clean, "--key", "customer", "--out", out, "--json", json];
  expect(await run(["synth", "fit", ...args])).toBe(0);
  print.mockRestore();
  const found = JSON.parse(readFileSync(json, "utf8"));
  expect(found).toMatchObject({ model: out, method: "relational", rows: 300, childRows: months.length });
  expect(found.rules.parents).toContainEqual(expect.stringMatching(/^customer /));
  expect(found.rules.children.length).toBeGreaterThan(0);
});

test("synth fit --children names no loss of what children are drawn from", async () => {
  const rng = seeded(4);
  const json = join(folder, "drawn.json");
  const print = vi.spyOn(process.stdout, "write").mockReturnValue(true);
  const many = Array.from({ length: 60 }, (_, i) => 4 + (i % 3));
  const rows = many.flatMap((count, i) => {
    const own = 20 * rng.uniform();
    return Array.from({ length: count }, (_, k) => `${i},${k},${(80 + own + 30 * rng.uniform()).toFixed(1)}`);
  });
  const above = write("above.csv", ["who,kind", ...many.map((_, i) => `${i},${"ab"[i % 2]}`)]);
  const below = write("below.csv", ["who,month,used", ...rows]);
  const args = [
    "--data",
    above,
    "--children",
    below,
    "--key",
    "who",
    "--out",
    join(folder, "drawn-model.json"),
  ];
  expect(await run(["synth", "fit", ...args, "--json", json])).toBe(0);
  print.mockRestore();
  const { lost } = JSON.parse(readFileSync(json, "utf8"));
  expect(lost.filter((text: string) => /before: /.test(text))).toEqual([]);
});

test("synth fit --key learns one table as units and their rows; sample writes one table of whole ones", async () => {
  const [out, made] = ["units.json", "units.csv"].map((name) => join(folder, name));
  const print = vi.spyOn(process.stdout, "write").mockReturnValue(true);
  const lines = months.map((line) => `${line},${["basic", "plus"][Number(line.slice(0, 4)) % 2]}`);
  const table = write("one.csv", ["customer,month,minutes,plan", ...lines]);
  const fit = ["synth", "fit", "--data", table, "--out", out, "--key"];
  said = "";
  expect(await run([...fit, "customer"])).toBe(0);
  expect(said).toContain(
    `${lines.length} rows of ${new Set(lines.map((line) => line.slice(0, 4))).size} units (customer) learnt`,
  );
  const sample = [
    "synth",
    "sample",
    "--model",
    out,
    "--rows",
    "400",
    "--out",
    made,
    "--share",
    "plan=plus:0.25",
  ];
  expect(await run(sample)).toBe(0);
  const rows = readFileSync(made, "utf8")
    .trim()
    .split("\n")
    .slice(1)
    .map((line) => line.split(","));
  expect([rows.length, rows.filter(([, , , plan]) => plan === "plus").length]).toEqual([400, 100]);
  const plans = new Set(rows.map(([customer, , , plan]) => `${customer} ${plan}`));
  const all = new Set(rows.map(([customer]) => customer));
  expect(plans.size).toBe(all.size);
  // A customer's rows stand together; customers of both plans are mixed.
  const starts = rows.filter(([customer], i) => rows[i - 1]?.[0] !== customer);
  expect(starts.length).toBe(all.size);
  expect(starts.filter(([, , , plan], i) => starts[i - 1]?.[3] !== plan).length).toBeGreaterThan(10);
  said = "";
  expect(await run([...fit, "client"])).toBe(2);
  expect(said).toContain("Cannot use --key: it must be a column of");
  expect(await run([...fit, "customer", "--target", "plan"])).toBe(2);
  expect(said).toContain("Cannot use --target with --key: units and their rows are learnt together");
  print.mockRestore();
});

test("synth fit --key with two columns makes rows that both name, each once, and says what more rows are", async () => {
  const [out, made] = ["crossed.json", "crossed.csv"].map((name) => join(folder, name));
  const print = vi.spyOn(process.stdout, "write").mockReturnValue(true);
  const lines = Array.from(
    { length: 120 },
    (_, i) => `${Math.floor(i / 20)},${1990 + (i % 20)},${(i * i) % 37}`,
  );
  const table = write("firms.csv", ["firm,year,staff", ...lines]);
  const fit = ["synth", "fit", "--data", table, "--out", out, "--key"];
  said = "";
  expect(await run([...fit, "firm+year"])).toBe(0);
  expect(said).toContain("which firm and year go together comes out as it is, each once in 120 rows");
  expect(await run(["synth", "sample", "--model", out, "--rows", "240", "--out", made])).toBe(0);
  expect(said).toContain(
    "there are 120 rows to be named by firm and year: each name stands in up to 2 of those made",
  );
  const pairs = (text: string) =>
    text
      .trim()
      .split("\n")
      .slice(1)
      .map((line) => line.split(",", 2).join());
  const names = pairs(["firm,year,staff", ...lines].join("\n"));
  expect(pairs(readFileSync(made, "utf8")).sort()).toEqual([...names, ...names].sort());
  // Of one firm there are twenty rows, of all others a hundred.
  for (const asked of [
    ["--rows", "50", "--where", "firm=3"],
    ["--rows", "100", "--share", "firm=3:0.5"],
    ["--rows", "120", "--share", "firm=3:0"],
  ]) {
    said = "";
    expect(await run(["synth", "sample", "--model", out, "--out", made, ...asked])).toBe(0);
    const [names, times] = asked[3] === "firm=3:0" ? [100, 2] : [20, 3];
    expect(said).toContain(
      `there are ${names} rows to be named by firm and year with the firm asked for: each name stands in up to ${times} of those made`,
    );
    const all = pairs(readFileSync(made, "utf8"));
    const most = Math.max(...all.map((name) => all.filter((one) => one === name).length));
    expect(most).toBe(times);
  }
  said = "";
  expect(
    await run(["synth", "sample", "--model", out, "--out", made, "--rows", "20", "--where", "firm=3"]),
  ).toBe(0);
  expect(said).not.toContain("rows to be named");
  said = "";
  expect(await run([...fit, "firm+month"])).toBe(2);
  expect(said).toContain("Cannot use --key: each must be a column of");
  expect(await run([...fit, "firm+year", "--method", "trees"])).toBe(2);
  print.mockRestore();
});

test("notLearntByBoth(model, real) names what follows from a child's and its parent's columns together", async () => {
  const rng = seeded(9);
  const [above, below]: [string[], string[]] = [[], []];
  for (let i = 0; i < 300; i++) {
    const [limit, zone] = [20 + Math.floor(60 * rng.uniform()), rng.uniform() < 0.5 ? "a" : "b"];
    above.push(`K${1000 + 3 * i},${limit},${zone}`);
    for (let k = 0; k < 1 + (i % 6); k++) {
      const [used, hour] = [Math.floor(100 * rng.uniform()), Math.floor(24 * rng.uniform())];
      const over = used > limit !== (zone === "b" && hour > 20);
      below.push(`K${1000 + 3 * i},${used},${hour},${over ? "over" : "ok"}`);
    }
  }
  const schema = { columns: [{ name: "key", type: "id" as const }] };
  const tables = {
    parents: parseCsv(`key,limit,zone\n${above.join("\n")}\n`, { schema }).table,
    children: parseCsv(`key,used,hour,flag\n${below.join("\n")}\n`, { schema }).table,
  };
  const model = await relational({ key: "key", threads: 1 })(tables, seeded(1));
  const { lost } = await notLearntByBoth(model, tables, seeded(2), "key");
  const sentences = lost.map(({ text }) => text);
  const [told, ...others] = sentences;
  expect(told).toMatch(/^flag follows from parent: limit, used.*that is not learnt$/);
  expect(others).toEqual([]);
  const bare = { ...tables, parents: dropColumns(tables.parents, ["limit", "zone"]) };
  const alone = await relational({ key: "key", threads: 1 })(bare, seeded(1));
  expect(await notLearntByBoth(alone, bare, seeded(2), "key")).toEqual({
    lost: [],
    unlearnt: [],
    unlike: [],
  });
});
