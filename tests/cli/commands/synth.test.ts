import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { run } from "../../../src/cli/main";
import { readCsv } from "../../../src/data/read/read-csv";
import { takeTableRows } from "../../../src/data/table";
import { csvText } from "../../../src/data/write/write-csv";
import type { Structure } from "../../../src/synthesis/structure/structure";
import { customers } from "../../synthesis/customers";
import { captured } from "../captured";

let folder: string;
let out = "";
let err = "";
const at = (name: string): string => join(folder, name);

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "synth-"));
  const all = customers(900, 1);
  const rows = (from: number, to: number): Int32Array =>
    Int32Array.from({ length: to - from }, (_, i) => from + i);
  writeFileSync(at("train.csv"), csvText(takeTableRows(all, rows(0, 600))));
  writeFileSync(at("test.csv"), csvText(takeTableRows(all, rows(600, 900))));
});
afterAll(() => rmSync(folder, { recursive: true }));

async function telelink(...argv: string[]): Promise<number> {
  const done = await captured(() => run(argv));
  ({ out, err } = done);
  return done.code;
}

test("telelink synth fit learns a customer once, and says how many rows that left out", async () => {
  const rows = Array.from(
    { length: 120 },
    (_, i) => `c-${1000 + (i % 119)},${i % 3 ? "basic" : "plus"},${i % 40}`,
  );
  writeFileSync(at("twice.csv"), `customerID,plan,months\n${rows.join("\n")}\n`);
  const fit = ["synth", "fit", "--data", at("twice.csv"), "--out", at("twice.json"), "--method", "copula"];
  expect(await telelink(...fit)).toBe(0);
  expect(err).toContain("1 rows left out: their customerID is that of an earlier row");
  expect(err).toContain("119 rows learnt by copula");
  expect(await telelink(...fit, "--keep-duplicates")).toBe(0);
  expect(err).toContain("120 rows learnt by copula");
  expect(await telelink(...fit.slice(0, -1), "sequential")).toBe(0);
  expect(err).toContain(
    "0 of 1 pairs of columns are learnt: what others may have in common 119 rows do not tell from chance",
  );
  const parts = Array.from(
    { length: 1200 },
    (_, i) => `part ${i % 120},${i % 7 ? "basic" : "plus"},${i % 40}`,
  );
  writeFileSync(at("parts.csv"), `part,plan,months\n${parts.join("\n")}\n`);
  const many = ["--data", at("parts.csv"), "--out", at("parts.json"), "--no-customer"];
  expect(await telelink("synth", "fit", ...many)).toBe(0);
  expect(err).toContain(
    "part (120 levels): what goes with which of so many levels is learnt by each other column alone",
  );
  // More than one per cent of the rows is no slip.
  writeFileSync(
    at("twice.csv"),
    `customerID,plan,months\n${rows.join("\n")}\n${rows.slice(0, 2).join("\n")}\n`,
  );
  expect(await telelink(...fit)).toBe(0);
  expect(err).toContain("customerID names 119 customers with up to 3 rows each");
  expect(await telelink(...fit, "--no-customer", "--show-structure")).toBe(0);
  expect(err).not.toContain("customerID names");
  expect(await telelink(...fit, "--customer", "months", "--show-structure")).toBe(0);
  expect(out).toContain("months is a key");
  expect(await telelink(...fit, "--customer", "months", "--no-customer")).toBe(2);
  expect(await telelink(...fit, "--no-customer", "--customer", "months")).toBe(2);
  expect(err).toContain("it must not stand beside --customer");
  expect(await telelink(...fit, "--customer", "nobody")).not.toBe(0);
  expect(err).toContain("nobody");
  // A file's rules count as it says, which the options must not contradict.
  const rules = [...fit, "--structure", at("counted.json")];
  expect(await telelink(...fit, "--write-structure", at("counted.json"))).toBe(0);
  expect(await telelink(...rules)).toBe(0);
  expect(await telelink(...rules, "--no-customer")).toBe(2);
  expect(err).toContain(
    "its rules count customers by customerID, and this fit rows: --customer customerID counts as the file does",
  );
  expect(await telelink(...fit, "--no-customer", "--write-structure", at("counted.json"))).toBe(0);
  expect(await telelink(...rules)).toBe(2);
  expect(err).toContain("its rules count rows, and this fit customers by customerID: --no-customer counts");
  expect(await telelink(...rules, "--no-customer")).toBe(0);
});

test("telelink synth fit names a column that may hold customers, and keeps in the model that rows were counted", async () => {
  const rows = Array.from({ length: 400 }, (_, i) => {
    const k = ((i * 7919) % 997) % 80;
    return `S${1000 + k},${(k * 37) % 400}.5,${"abc"[k % 3]},${i % 7}`;
  });
  writeFileSync(at("skus.csv"), `sku,price,group,sold\n${rows.join("\n")}\n`);
  const fit = ["synth", "fit", "--data", at("skus.csv"), "--method", "copula", "--out", at("skus.json")];
  expect(await telelink(...fit)).toBe(0);
  expect(err).toContain(
    "sku has 80 values with up to 7 rows each, and price, group are the same in nearly all rows of one: it may name customers, and rows are counted (--customer sku: it does; --no-customer: it does not)",
  );
  writeFileSync(at("c7.csv"), `c7,price,group,sold\n${rows.join("\n")}\n`);
  expect(await telelink("synth", "fit", "--data", at("c7.csv"), "--show-structure")).toBe(0);
  expect(err).toContain("--no-customer counts rows, as is right of products and places)");
  const rowsCounted = { column: "sku", values: 80, most: 7, same: ["price", "group"] };
  const { learning } = JSON.parse(readFileSync(at("skus.json"), "utf8")).origin;
  expect(learning).toEqual({ rowsCounted });
  expect(await telelink(...fit.slice(0, -4), "--out", at("skus.json"), "--json", at("fit.json"))).toBe(0);
  const said = JSON.parse(readFileSync(at("fit.json"), "utf8"));
  expect(said).toMatchObject({ model: at("skus.json"), rows: 400, learning: { rowsCounted } });
  expect(said.notes).toEqual([
    "sku has 80 values with up to 7 rows each, and price, group are the same in nearly all rows of one: it may name customers, and rows are counted",
  ]);
  expect(err).toContain(said.notes[0]);
  for (const sentence of [...said.lost, ...said.rules]) expect(out).toContain(sentence);
  const judge = ["--real", at("skus.csv"), "--synthetic", at("skus.csv"), "--model", at("skus.json")];
  expect(
    await telelink("synth", "report", ...judge, "--json", at("report.json"), "--html", at("report.html")),
  ).toBe(0);
  const { learnt } = JSON.parse(readFileSync(at("report.json"), "utf8"));
  expect(learnt).toEqual({ ...said.learning, rows: 400, notes: said.notes });
  expect(out).toContain(`How ${at("skus.json")} was learnt, of 400 rows:\n  ${said.notes[0]}\n`);
  expect(readFileSync(at("report.html"), "utf8")).toContain(said.notes[0]);
  expect(
    await telelink("synth", "fit", "--data", at("skus.csv"), "--show-structure", "--json", at("no.json")),
  ).toBe(2);
});

test("telelink synth fit takes an identifier that repeats for the category it is", async () => {
  const rows = Array.from({ length: 200 }, (_, i) => `${1 + (i % 2)},${[1, 1, 2, 5][i % 4]},${5 + (i % 50)}`);
  writeFileSync(at("vendors.csv"), `VendorID,RatecodeID,fare\n${rows.join("\n")}\n`);
  expect(await telelink("synth", "fit", "--data", at("vendors.csv"), "--out", at("v.json"))).toBe(0);
  expect(err).toContain("200 rows learnt");
  expect(
    await telelink("synth", "sample", "--model", at("v.json"), "--rows", "300", "--out", at("v.csv")),
  ).toBe(0);
  const made = readFileSync(at("v.csv"), "utf8")
    .trim()
    .split("\n")
    .slice(1)
    .map((line) => line.split(","));
  expect(new Set(made.map(([vendor]) => vendor))).toEqual(new Set(["1", "2"]));
  expect(new Set(made.map(([, code]) => code))).toEqual(new Set(["1", "2", "5"]));
});

test("telelink synth fit, sample and report go from a CSV file to a judged one", async () => {
  expect(await telelink("synth", "fit", "--data", at("train.csv"), "--out", at("m.json"))).toBe(0);
  expect(out).toContain("net = none, backup = no net always come together.");
  expect(
    await telelink("synth", "sample", "--model", at("m.json"), "--rows", "500", "--out", at("s.csv")),
  ).toBe(0);
  expect(readCsv(at("s.csv")).table.rows).toBe(500);
  const judged = ["--holdout", at("test.csv"), "--json", at("r.json"), "--html", at("r.html")];
  expect(
    await telelink("synth", "report", "--real", at("train.csv"), "--synthetic", at("s.csv"), ...judged),
  ).toBe(0);
  expect(out).toMatch(/membership attack +-?0\.\d{3}/);
  const found = JSON.parse(readFileSync(at("r.json"), "utf8"));
  expect(found.target).toBe("churn");
  expect(found.quality.score).toBeGreaterThan(0.9);
  const page = readFileSync(at("r.html"), "utf8");
  expect(page).toContain("Do they give anybody away?");
  expect(page).not.toMatch(/undefined|NaN|\[object/);
});

test("telelink synth sample repeats itself, satisfies conditions, and says what is possible", async () => {
  const sample = (...more: string[]): Promise<number> =>
    telelink("synth", "sample", "--model", at("m.json"), ...more);
  for (const [file, seed] of ["7", "7", "8"].entries()) {
    expect(await sample("--rows", "5", "--seed", seed, "--out", at(`${file}.csv`))).toBe(0);
  }
  const [first, second, third] = [0, 1, 2].map((file) => readFileSync(at(`${file}.csv`), "utf8"));
  expect(second).toBe(first);
  expect(third).not.toBe(first);
  expect(
    await sample("--rows", "40", "--where", "churn=Yes", "months>=12", "net=dsl|fibre", "--out", at("w.csv")),
  ).toBe(0);
  for (const line of readFileSync(at("w.csv"), "utf8").trim().split(/\r?\n/).slice(1)) {
    const cells = line.split(",");
    expect(cells.at(-1)).toBe("Yes");
    expect(Number(cells[4])).toBeGreaterThanOrEqual(12);
    expect(cells[1]).not.toBe("none");
  }
  expect(await sample("--rows", "4", "--where", "net=none", "backup=yes", "--out", at("n.csv"))).toBe(1);
  expect(err).toContain("only no net is possible");
  expect(existsSync(at("n.csv"))).toBe(false);
  expect(await sample("--rows", "many")).toBe(2);
});

test("telelink synth fit shows its rules and keeps those that a user has changed", async () => {
  const fit = (...more: string[]): Promise<number> =>
    telelink("synth", "fit", "--data", at("train.csv"), ...more);
  expect(await fit("--show-structure", "--write-structure", at("rules.json"))).toBe(0);
  expect(out).toContain("total = months × bill × a factor near 1");
  const rules = JSON.parse(readFileSync(at("rules.json"), "utf8"));
  rules.exclusions = [];
  writeFileSync(at("rules.json"), JSON.stringify(rules));
  expect(await fit("--structure", at("rules.json"), "--method", "copula", "--out", at("c.json"))).toBe(0);
  expect(out).not.toContain("always come together");
  writeFileSync(at("rules.json"), '{"version":1,"columns":[]}');
  expect(await fit("--structure", at("rules.json"), "--out", at("c.json"))).toBe(1);
  expect(err).toContain("rules of version 1 for the columns key, net");
});

test("telelink synth fit --structure says which rows break a rule, and stops where they are many", async () => {
  const fit = (...more: string[]): Promise<number> =>
    telelink("synth", "fit", "--data", at("some.csv"), ...more);
  const rows = Array.from({ length: 300 }, (_, i) => [i % 7, 10 + (i % 11), i % 3 ? "paid" : "open"]);
  const write = (broken: number): void => {
    const lines = rows.map(([low, high, state], i) => `${i < broken ? 20 + i : low},${high},${state}`);
    writeFileSync(at("some.csv"), `low,high,state\n${lines.join("\n")}\n`);
  };
  const given = (change: () => Partial<Structure>): void => {
    const rules = JSON.parse(readFileSync(at("found.json"), "utf8"));
    writeFileSync(at("given.json"), JSON.stringify({ ...rules, ...change() }));
  };
  write(2);
  expect(await fit("--write-structure", at("found.json"))).toBe(0);
  given(() => ({ orders: [{ low: "low", high: "high" }] }));
  const use = ["--structure", at("given.json"), "--method", "copula", "--out", at("g.json")];
  expect(await fit(...use)).toBe(0);
  expect(err).toContain(
    `2 of 300 rows (0.7%) break a rule of ${at("given.json")}, the first of them row 1: `,
  );
  expect(err).toContain("low is never above high. It is kept in the rows that are made");
  write(6);
  expect(await fit(...use)).toBe(3);
  expect(err).toContain(`stopped: 6 of 300 rows (2.0%) break a rule of ${at("given.json")}`);
  expect(await fit(...use, "--accept-loss")).toBe(0);
  given(() => ({ exclusions: [{ columns: ["state", "low"], never: [["payed", "0"]] }] }));
  expect(await fit(...use)).toBe(1);
  expect(err).toContain("must be cells of state (paid, open)");
  expect(await fit(...use, "--order", "low<=high")).toBe(2);
  expect(err).toContain("Cannot use --order with --structure: the rules in the file are all that hold");
});

test("telelink synth fit refuses what it cannot use, and leaves the old model alone", async () => {
  const before = readFileSync(at("m.json"), "utf8");
  const fit = (...more: string[]): Promise<number> =>
    telelink("synth", "fit", "--data", at("train.csv"), "--out", at("m.json"), ...more);
  expect(await fit("--method", "magic")).toBe(2);
  expect(err).toContain("sequential, copula, trees, mst");
  expect(await fit("--epochs", "0")).toBe(2);
  expect(await fit("--order", "months")).toBe(2);
  expect(await fit("--order", "bill<=months")).toBe(1);
  expect(err).toContain("bill must never be above months");
  expect(readFileSync(at("m.json"), "utf8")).toBe(before);
  writeFileSync(at("other.json"), '{"kind":"telelink-model","version":1}');
  expect(await telelink("synth", "sample", "--model", at("other.json"), "--rows", "1")).toBe(1);
  expect(err).toContain("must be a model that telelink synth fit wrote");
  const cut = { ...JSON.parse(before), version: 9 };
  writeFileSync(at("other.json"), JSON.stringify(cut));
  expect(await telelink("synth", "sample", "--model", at("other.json"), "--rows", "1")).toBe(1);
  expect(err).toContain("version must be 1");
});

test("telelink synth sample --pretrained NAME draws from a generator that comes with it", async () => {
  const sample = (...more: string[]): Promise<number> => telelink("synth", "sample", "--rows", "20", ...more);
  for (const name of ["telco-gan", "telco-vae", "telco-sequential", "reference-gan"])
    expect(await sample("--pretrained", name, "--out", at("p.csv"))).toBe(0);
  expect(readCsv(at("p.csv")).table.rows).toBe(20);
  expect(await sample("--pretrained", "nobody")).toBe(1);
  expect(err).toContain("must be one of telco-gan, telco-vae, telco-sequential, reference-gan");
  expect(await sample()).toBe(2);
  expect(err).toContain("either --model or --pretrained");
});

test("telelink synth fit trains a net for the epochs asked for, and needs at least one", async () => {
  const fit = (...more: string[]): Promise<number> =>
    telelink("synth", "fit", "--data", at("train.csv"), "--out", at("net.json"), "--method", "gan", ...more);
  expect(await fit("--epochs", "2")).toBe(0);
  expect(err).toMatch(/rows learnt by gan on simd; wrote/);
  expect(JSON.parse(readFileSync(at("net.json"), "utf8")).synthesiser.training).toMatchObject({ epochs: 2 });
  expect(await telelink("synth", "sample", "--model", at("net.json"), "--rows", "5")).toBe(0);
  expect(await fit("--epochs", "0")).toBe(2);
  expect(err).toContain("--epochs");
});

test("telelink synth fit --method mst states its ε, and its file says nothing else of the rows", async () => {
  const fit = (...more: string[]): Promise<number> =>
    telelink("synth", "fit", "--data", at("train.csv"), "--out", at("p.json"), "--method", "mst", ...more);
  writeFileSync(
    at("domain.json"),
    JSON.stringify({
      columns: [
        { name: "net", type: "categorical", levels: ["dsl", "fibre", "none"], required: true },
        { name: "months", minimum: 0, maximum: 60 },
        { name: "key", pattern: "[A-Z]{2}-[0-9]{6}" },
      ],
    }),
  );
  expect(await fit("--epsilon", "2", "--delta", "1e-7", "--domain", at("domain.json"))).toBe(0);
  expect(out).toContain(
    "ε = 2, δ = 1e−7, neighbouring tables by one row added or removed. The budget went to:",
  );
  expect(out).toMatch(/pairs of columns +\d+\.\d% +counts of \d+ pairs/);
  expect(out + err).not.toContain("600");
  const text = readFileSync(at("p.json"), "utf8");
  const saved = JSON.parse(text);
  expect(Object.keys(saved.origin).sort()).toEqual(["method", "options", "version"]);
  const { domain: known, ...spent } = saved.origin.options;
  expect(spent).toEqual({ epsilon: 2, delta: 1e-7 });
  expect(known).toEqual(JSON.parse(readFileSync(at("domain.json"), "utf8")));
  // Neither the file's name or hash, nor a seed, nor the number of rows, nor any key.
  expect(text).not.toMatch(/train\.csv|sha256|"seed":|:600\b|C10\d{4}/);
  const sample = ["synth", "sample", "--model", at("p.json"), "--where", "net=dsl", "--rows", "30"];
  expect(await telelink(...sample, "--out", at("ps.csv"))).toBe(0);
  expect(readCsv(at("ps.csv")).table.rows).toBe(30);
  const told = ["--epsilon", "2", "--delta", "1e-7", "--domain", at("domain.json"), "--json", at("fit.json")];
  expect(await fit(...told)).toBe(0);
  expect(readFileSync(at("p.json"), "utf8")).not.toBe(text);
  const found = JSON.parse(readFileSync(at("fit.json"), "utf8"));
  expect(found).toMatchObject({ model: at("p.json"), method: "mst", privacy: { epsilon: 2 }, rules: [] });
  expect(found.lost).toBeInstanceOf(Array);
  expect(JSON.stringify(found)).not.toMatch(/train\.csv|sha256|"seed":|:600\b|C10\d{4}/);
});

test("telelink synth fit --method mst follows a seed only when it is given, and warns then", async () => {
  const fit = (...more: string[]): Promise<number> =>
    telelink("synth", "fit", "--data", at("train.csv"), "--method", "mst", ...more);
  const made: string[] = [];
  for (const file of ["p1.json", "p2.json"]) {
    expect(await fit("--seed", "5", "--out", at(file))).toBe(0);
    expect(err).toContain("the noise follows from --seed");
    made.push(readFileSync(at(file), "utf8"));
  }
  expect(made[1]).toBe(made[0]);
  expect(await fit("--delta", "0.01", "--out", at("p1.json"))).toBe(0);
  expect(err).toContain("far below 1 / rows");
});

test("telelink synth fit says which options belong to private and to other methods", async () => {
  const fit = (...more: string[]): Promise<number> =>
    telelink("synth", "fit", "--data", at("train.csv"), "--out", at("p.json"), ...more);
  const mst = ["--method", "mst"];
  expect(await fit("--epsilon", "1")).toBe(2);
  expect(err).toContain(
    "Cannot use --epsilon with --method sequential: only mst and aim are differentially private",
  );
  expect(await fit("--method", "trees", "--epochs", "5")).toBe(2);
  expect(err).toContain("Cannot use --epochs with --method trees: it trains no net");
  expect(await fit("--method", "copula", "--target", "churn")).toBe(2);
  expect(await fit("--target", "chrun")).toBe(2);
  expect(err).toContain('got chrun (did you mean "churn"?)');
  expect(await fit(...mst, "--keep", "churn")).toBe(2);
  expect(err).toContain("Cannot use --keep with --method mst");
  expect(await fit(...mst, "--target", "months")).toBe(1);
  expect(err).toContain("the target must be one of the columns of levels net, backup");
  expect(await fit(...mst, "--show-structure")).toBe(2);
  expect(await fit(...mst, "--epsilon", "0")).toBe(2);
  expect(err).toContain("--epsilon");
  writeFileSync(at("domain.json"), '{"columns":[{"name":"plan"}]}');
  expect(await fit(...mst, "--domain", at("domain.json"))).toBe(1);
  expect(err).toContain("its columns must be among key, net");
  writeFileSync(at("domain.json"), '{"columns":[{"name":"net","level":["a"]}]}');
  expect(await fit(...mst, "--domain", at("domain.json"))).toBe(1);
  expect(err).toContain("columns[0] may only have name, type, levels");
  writeFileSync(at("domain.json"), '{"columns":[{"name":"months","minimum":9,"maximum":1}]}');
  expect(await fit(...mst, "--domain", at("domain.json"))).toBe(1);
  expect(err).toContain("the lower one first");
});

test("telelink synth report learns a strict private model once more, and names the value that counts", async () => {
  const words = ["basic", "plus"];
  const lines = Array.from({ length: 80 }, (_, i) => `${words[i % 2]},${(i * 7) % 10}`);
  writeFileSync(at("strict.csv"), `plan,visits\n${lines.join("\n")}\n`);
  const domain = [
    { name: "plan", type: "categorical", levels: words },
    { name: "visits", type: "numeric", minimum: 0, maximum: 9, decimals: 0 },
  ];
  writeFileSync(at("domain.json"), JSON.stringify({ columns: domain }));
  const [data, model, made] = [at("strict.csv"), at("strict.json"), at("made.csv")];
  const stated = ["--method", "mst", "--strict", "--domain", at("domain.json"), "--out", model];
  expect(await telelink("synth", "fit", "--data", data, ...stated)).toBe(0);
  expect(await telelink("synth", "sample", "--model", model, "--rows", "80", "--out", made)).toBe(0);
  const report = (...more: string[]): Promise<number> =>
    telelink("synth", "report", "--real", data, "--synthetic", made, "--holdout", data, ...more);
  expect(await report("--model", model, "--target", "plan", "--positive", "plus")).toBe(0);
  expect(out).toMatch(/planted canaries +0 of 20/);
  expect(out).toMatch(/canaries in the model's file +0 of 0 /);
  expect(err).toContain("target: plan; plus counts as 1");
  // As fit does, it takes two levels of which none is plain.
  expect(await report("--target", "plan")).toBe(0);
  expect(err).toContain("target: plan; plus counts as 1, the rarer (--positive)");
});

test("telelink synth report says once how its files are read, and of another file what is read otherwise", async () => {
  const file = (name: string, months: number, mark = "."): string => {
    const row = (i: number): string =>
      `${String((i % months) + 1).padStart(2, "0")}${mark}05${mark}2024,${i % 7}`;
    writeFileSync(at(name), `joined,visits\n${Array.from({ length: 60 }, (_, i) => row(i)).join("\n")}\n`);
    return at(name);
  };
  const real = file("days.csv", 28);
  const report = (made: string): Promise<number> =>
    telelink("synth", "report", "--real", real, "--synthetic", made);
  expect(await report(file("same.csv", 27))).toBe(0);
  expect(err.match(/read as/g)).toHaveLength(1);
  expect(await report(file("other.csv", 27, "/"))).toBe(0);
  expect(err).toContain("joined: dates are read as dd.MM.yyyy");
  expect(err).toContain("joined: read as dd/MM/yyyy");
});

test("telelink synth fit reads levels as a domain states them, however most rows spell them, and names what is none", async () => {
  const lines = Array.from(
    { length: 120 },
    (_, i) => `${i === 5 ? "gold" : i % 3 === 0 ? "basic" : "Basic"},${i % 10}`,
  );
  writeFileSync(at("spelt.csv"), `plan,visits\n${lines.join("\n")}\n`);
  const visits = { name: "visits", type: "numeric", minimum: 0, maximum: 9, decimals: 0 };
  const plan = { name: "plan", type: "categorical", levels: ["basic", "plus"], required: true };
  writeFileSync(at("domain.json"), JSON.stringify({ columns: [plan, visits] }));
  const stated = ["--method", "mst", "--strict", "--epsilon", "50", "--domain", at("domain.json")];
  expect(await telelink("synth", "fit", "--data", at("spelt.csv"), ...stated, "--out", at("s.json"))).toBe(0);
  expect(err).toContain('spelt.csv:7: plan must be one of basic, plus, got "gold"');
  expect(
    await telelink("synth", "sample", "--model", at("s.json"), "--rows", "50", "--out", at("s.csv")),
  ).toBe(0);
  const plans = readFileSync(at("s.csv"), "utf8")
    .trim()
    .split("\n")
    .slice(1)
    .map((line) => line.split(",")[0]);
  expect(plans.filter((own) => own === "basic").length).toBeGreaterThan(40);
  // Which spelling is the commonest, no mechanism tells.
  const open = { columns: [{ name: "plan", type: "categorical", required: true }, visits] };
  writeFileSync(at("domain.json"), JSON.stringify(open));
  expect(await telelink("synth", "fit", "--data", at("spelt.csv"), ...stated, "--out", at("s.json"))).toBe(0);
  expect(err).toContain(
    'plan: levels that differ by letter case alone are kept apart, such as "basic" and "Basic"',
  );
  const { schema } = JSON.parse(readFileSync(at("s.json"), "utf8")).synthesiser;
  expect(schema[0].levels).toEqual(["Basic", "basic"]);
});

test("telelink synth fit --method mst makes of bad input what is private, or says what is wrong", async () => {
  const fit = (data: string, ...more: string[]): Promise<number> =>
    telelink("synth", "fit", "--data", at(data), "--out", at("b.json"), "--method", "mst", ...more);
  const sample = (...more: string[]): Promise<number> =>
    telelink("synth", "sample", "--model", at("b.json"), "--rows", "20", "--out", at("b.csv"), ...more);
  const made = (): string[] => readFileSync(at("b.csv"), "utf8").trimEnd().split(/\r?\n/).slice(1);
  const rows = Array.from({ length: 50 }, (_, i) => `x,,N${1000 + i * 17},${i},${i % 2 ? "yes" : "no"}`);
  writeFileSync(at("odd.csv"), `one,none,unique,number,two\n${rows.join("\n")}\n`);
  expect(await fit("odd.csv", "--epsilon", "1000000")).toBe(0);
  expect(err).toContain("texts come out empty, they are never learnt: none");
  expect(err).toContain("unique come out empty");
  expect(await sample()).toBe(0);
  // A level that one row has is never published, however large ε is: δ pays for it.
  for (const line of made()) expect(line).toMatch(/^x,,,\d+,(yes|no)$/);
  expect(await sample("--where", "number>=1000")).toBe(1);
  expect(err).toContain("sample where number: values are possible between 0 and 49");
  expect(await sample("--where", "one=y")).toBe(1);
  expect(err).toContain('the value must be one of x, got "y"');
  writeFileSync(at("single.csv"), "plan,months\ngold,7\n");
  expect(await fit("single.csv")).toBe(0);
  expect(await sample()).toBe(0);
  expect(made().join()).not.toMatch(/gold|7/);
  const before = readFileSync(at("b.json"), "utf8");
  writeFileSync(at("empty.csv"), "plan,months\n");
  expect(await fit("empty.csv")).toBe(1);
  expect(err).toContain("at least one row");
  expect(readFileSync(at("b.json"), "utf8")).toBe(before);
  for (const change of [{ schema: undefined }, { version: 1 }, { variables: [] }]) {
    // A file of before, without a sum of what it holds.
    const { sum: _, ...whole } = JSON.parse(before);
    writeFileSync(
      at("b.json"),
      JSON.stringify({ ...whole, synthesiser: { ...whole.synthesiser, ...change } }),
    );
    expect(await sample()).toBe(1);
    expect(err).toMatch(/its columns must be those that it draws|version must be 3/);
  }
});

test("telelink synth writes rows as the data came in: delimiter, decimal comma, words for missing", async () => {
  const rows = Array.from(
    { length: 60 },
    (_, i) => `${i % 9 ? `${10 + (i % 7)},${i % 10}` : "?"};${i % 2 ? "a" : "b"}`,
  );
  writeFileSync(at("comma.csv"), `x;g\n${rows.join("\n")}\n`);
  expect(await telelink("synth", "fit", "--data", at("comma.csv"), "--out", at("c.json"))).toBe(0);
  expect(
    await telelink("synth", "sample", "--model", at("c.json"), "--rows", "90", "--out", at("c.csv")),
  ).toBe(0);
  const [header, ...made] = readFileSync(at("c.csv"), "utf8").trim().split(/\r?\n/);
  expect(header).toBe("x;g");
  for (const line of made) expect(line).toMatch(/^(\d\d,\d|\?);[ab]$/);
  expect(made.some((line) => line.startsWith("?"))).toBe(true);
});

test("telelink synth fit keeps dates of several ways, means put in, values that few share, and the form of numbers as keys", async () => {
  const rows = Array.from({ length: 400 }, (_, i) => {
    const day = String((i % 27) + 1).padStart(2, "0");
    const date = i % 20 === 0 ? `03/${day}/2022` : `2022-03-${day}`;
    const balance = i % 8 === 0 ? "783.9195356240525" : ((i * 37) % 991) / 100 + 500;
    // Twelve rows of six values are too few for any one, and enough together.
    const late = i < 12 ? 5 + (i % 6) : i % 4;
    return `${50001 + i},${date},${balance},${late},${i % 3 === 0 ? "No" : "Yes"}`;
  });
  writeFileSync(at("mixed.csv"), `id,when,balance,late,churn\n${rows.join("\n")}\n`);
  expect(await telelink("synth", "fit", "--data", at("mixed.csv"), "--out", at("mixed.tlm"))).toBe(0);
  expect(err).toContain("when: dates are written in several ways");
  expect(err).toContain("400 rows learnt");
  const made = ["--model", at("mixed.tlm"), "--rows", "1000", "--out", at("made.csv")];
  expect(await telelink("synth", "sample", ...made)).toBe(0);
  const cells = readFileSync(at("made.csv"), "utf8")
    .trim()
    .split("\n")
    .slice(1)
    .map((line) => line.split(","));
  const share = (column: number, pattern: RegExp): number =>
    cells.filter((row) => pattern.test(row[column])).length / cells.length;
  expect(share(0, /^5\d{4}$/)).toBe(1);
  expect(new Set(cells.map(([id]) => id)).size).toBe(1000);
  expect(share(1, /^03\/\d\d\/2022$/)).toBeGreaterThan(0.02);
  expect(share(1, /^2022-03-\d\d$/)).toBeGreaterThan(0.9);
  expect(share(2, /^783\.9195356240525$/)).toBeGreaterThan(0.08);
  expect(share(2, /^783\.9195356240525$|^\d+(\.\d{1,2})?$/)).toBe(1);
  expect(share(3, /^([5-9]|10)$/)).toBeGreaterThan(0.01);
});

test("telelink synth fit stops where more than a hundredth of the rows cannot be read", async () => {
  const rows = Array.from({ length: 200 }, (_, i) => (i % 20 === 0 ? `${i},1,2` : `${i % 7},${i % 3}`));
  writeFileSync(at("broken.csv"), `a,b\n${rows.join("\n")}\n`);
  expect(await telelink("synth", "fit", "--data", at("broken.csv"), "--out", at("broken.tlm"))).toBe(3);
  expect(err).toContain("--accept-loss");
  expect(existsSync(at("broken.tlm"))).toBe(false);
});

test("telelink synth impute fills in the holes of a file and tells how many there were", async () => {
  const lines = readFileSync(at("train.csv"), "utf8").trim().split("\n");
  const holes = lines.map((line, i) => (i > 0 && i % 3 === 0 ? line.replace(/^([^,]*,)[^,]*/, "$1") : line));
  writeFileSync(at("holes.csv"), `${holes.join("\n")}\n`);
  expect(await telelink("synth", "fit", "--data", at("train.csv"), "--out", at("whole.json"))).toBe(0);
  const impute = [
    "synth",
    "impute",
    "--model",
    at("whole.json"),
    "--data",
    at("holes.csv"),
    "--out",
    at("full.csv"),
  ];
  expect(await telelink(...impute)).toBe(0);
  expect(out).toMatch(/still missing/);
  const column = lines[0].split(",")[1];
  expect(out).toMatch(new RegExp(`^${column} +200 +200 +0`, "m"));
  const full = readFileSync(at("full.csv"), "utf8").trim().split("\n");
  expect(full).toHaveLength(lines.length);
  expect(full.filter((line) => line.split(",")[1] === "")).toHaveLength(0);
  expect(await telelink(...impute, "--columns", "nothing")).toBe(2);
  expect(err).toContain("--columns");
});

test("telelink synth fit --children learns two tables; --children-out makes both", async () => {
  const customersCsv = Array.from(
    { length: 120 },
    (_, i) => `C${100 + i},${i % 2 ? "basic" : "plus"},${10 + ((360 + i) ** 2 % 31)}`,
  );
  const months = Array.from(
    { length: 480 },
    (_, i) => `C${100 + (i % 120)},${10 + (i ** 2 % 31)},${1 + Math.floor(i / 120)}`,
  );
  writeFileSync(at("parents.csv"), `customer,plan,latest\n${customersCsv.join("\n")}\n`);
  writeFileSync(at("months.csv"), `customer,calls,no\n${months.join("\n")}\nC999,1,1\n`);
  const fit = [
    "synth",
    "fit",
    "--data",
    at("parents.csv"),
    "--children",
    at("months.csv"),
    "--out",
    at("two.json"),
  ];
  expect(await telelink(...fit)).toBe(2);
  expect(err).toContain("--key");
  expect(await telelink(...fit, "--key", "customer")).toBe(0);
  expect(err).toContain("1 of 481 rows");
  expect(out).toContain("no = no of the row before + 1, from 0.");
  // A range by which it would be drawn is none that it keeps.
  expect(out).not.toContain("no lies between");
  expect(out).not.toContain("no is one of");
  const sample = ["synth", "sample", "--model", at("two.json"), "--rows", "50", "--out", at("p.csv")];
  expect(await telelink(...sample, "--children-out", at("c.csv"))).toBe(0);
  expect(err).toContain("50 parents and 200 children made");
  const keys = new Set(
    readFileSync(at("p.csv"), "utf8")
      .split("\n")
      .map((line) => line.split(",")[0]),
  );
  const rows = readFileSync(at("c.csv"), "utf8").trim().split("\n").slice(1);
  expect(rows.every((row) => keys.has(row.split(",")[0]))).toBe(true);
  expect(await telelink(...sample)).toBe(0);
  expect(err).toContain("--children-out says where it goes; latest would be told by it");
});
