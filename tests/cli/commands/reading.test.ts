import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Command } from "commander";
import type { DataFrame } from "nodejs-polars";
import { afterAll, expect, test } from "vitest";
import { program, run } from "../../../src/cli/main";
import { seeded } from "../../../src/core/rng";
import { fromPolars, tableFromRows, toPolars } from "../../../src/data/polars";
import { loadModel } from "../../../src/services/predict/load-model";
import { captured } from "../captured";

const folder = mkdtempSync(join(tmpdir(), "telelink-reading-"));
const at = (name: string): string => join(folder, name);
afterAll(() => rmSync(folder, { recursive: true }));
const telelink = (...argv: string[]): ReturnType<typeof captured> => captured(() => run(argv));

const rng = seeded("reading");
const rows = Array.from({ length: 300 }, (_, i) => {
  const use = rng.uniform() * 100;
  return { id: `k${(i * 77) % 1000}`, use, plan: "ab"[i % 2], left: rng.uniform() * 100 < use };
});
type Row = (typeof rows)[number];
const write = (name: string, header: string, line: (row: Row, i: number) => string): void =>
  writeFileSync(at(name), `${header}\n${rows.map(line).join("\n")}\n`, "latin1");
const train = (name: string, ...more: string[]): ReturnType<typeof captured> =>
  telelink(
    "train",
    "--data",
    at(name),
    "--target",
    "left",
    "--model",
    "logistic",
    "--out",
    at("m.json"),
    ...more,
  );
/** Predictions in a file, whose text is the answer's `out`. */
const predict = async (name: string, ...more: string[]): ReturnType<typeof captured> => {
  rmSync(at("p.csv"), { force: true });
  const answer = await telelink("predict", at("m.json"), "--data", at(name), "--out", at("p.csv"), ...more);
  return { ...answer, out: existsSync(at("p.csv")) ? readFileSync(at("p.csv"), "utf8") : "" };
};
const comma = (value: number): string => value.toFixed(2).replace(".", ",");
const european = (row: Row): string =>
  `${row.id};${comma(row.use)};${row.plan === "a" ? "Köln" : "Bonn"};${row.left ? "Ja" : "Nein"}`;

test("a model remembers how its file was written, and reads files that are written otherwise", async () => {
  write("eu.csv", "id;use;plan;left", european);
  const trained = await train("eu.csv");
  expect(trained.code).toBe(0);
  expect(trained.err).toContain("decimal comma");
  expect(trained.err).toContain("windows-1252");
  const model = JSON.parse(readFileSync(at("m.json"), "utf8"));
  expect(model.schema.dialect).toMatchObject({ delimiter: ";", encoding: "windows-1252", decimal: "," });
  expect(model.schema.columns[0].format).toMatchObject({ decimal: "," });
  const alike = await predict("eu.csv");
  writeFileSync(
    at("us.csv"),
    `id,use,plan\n${rows.map((row) => `${row.id},${row.use.toFixed(2)},${row.plan === "a" ? "KÖLN" : "Bonn "}`).join("\n")}\n`,
  );
  const other = await predict("us.csv");
  expect([alike.code, other.code]).toEqual([0, 0]);
  expect(other.out).toBe(alike.out);
  // loadModel takes what train wrote, with tables and frames.
  const loaded = loadModel(model);
  expect([loaded.target?.positive, loaded.threshold]).toEqual(["Ja", model.threshold]);
  const plain = rows.map((row) => ({
    use: Number(row.use.toFixed(2)),
    plan: row.plan === "a" ? "Köln" : "Bonn",
  }));
  const { table } = tableFromRows(plain, { schema: loaded.schema });
  const frame = await toPolars<DataFrame>(table);
  const expected = alike.out
    .trim()
    .split("\n")
    .slice(1)
    .map((line) => Number(line.split(",")[1]));
  expect([...loaded.predict(table)]).toEqual(expected);
  expect([...loaded.predict(frame)]).toEqual(expected);
  expect(fromPolars(frame).table.rows).toBe(300);
}, 60_000);

test("predict tells, by column, what is not as in training; --strict fails, and a column that can't be read does", async () => {
  write(
    "plain.csv",
    "id,use,plan,left",
    (row) => `${row.id},${row.use.toFixed(1)},${row.plan},${row.left ? "Yes" : "No"}`,
  );
  expect((await train("plain.csv")).out).toContain(
    "1 of 4 columns is not used:\n  id, because it names the row",
  );
  const quiet = await predict("plain.csv", "--strict");
  expect([quiet.code, quiet.err]).toEqual([0, `300 rows predicted; wrote ${at("p.csv")}\n`]);
  write(
    "new.csv",
    "use,plan",
    (row, i) => `${i % 10 === 0 ? "" : (row.use + 90).toFixed(1)},${i % 5 === 0 ? "c" : row.plan}`,
  );
  const drifted = await predict("new.csv");
  expect(drifted.code).toBe(0);
  expect(drifted.err).toMatch(/use: 10\.0% missing .*outside .*; spread otherwise/);
  expect(drifted.err).toMatch(/plan: 20\.0% unseen in training, such as "c"/);
  expect((await predict("new.csv", "--strict")).code).toBe(3);
  write("bad.csv", "use,plan", (row) => `about ${row.plan},${row.plan}`);
  const bad = await predict("bad.csv");
  expect(bad.code).toBe(3);
  expect(bad.err).toContain("no cell of use can be read, of 300 that hold something");
  write("new.csv", "use,plan", (row) => `${row.use.toFixed(1)},enterprise`);
  const unseen = await predict("new.csv");
  expect([unseen.code, unseen.out]).toEqual([3, bad.out]);
  expect(unseen.err).toContain(
    'training saw no value of plan that these 300 rows hold, such as "enterprise"',
  );
  const accepted = await predict("new.csv", "--accept-loss");
  expect([accepted.code, accepted.err]).toEqual([0, expect.stringContaining("plan: 100% unseen")]);
  writeFileSync(at("one.csv"), "use,plan\n1.5,enterprise\n");
  expect((await predict("one.csv")).code).toBe(0);
}, 60_000);

test("rows keep the file's numbers where others are left out", async () => {
  writeFileSync(at("cut.csv"), "use,plan\n1.5,a\n2\n70.5,b\n99.5,a\n");
  const { code, out, err } = await predict("cut.csv");
  expect(out.split("\n").map((line) => line.split(",")[0])).toEqual(["row", "1", "3", "4", ""]);
  expect([code, err.includes("cut.csv:3: a row must have 2 fields")]).toEqual([3, true]);
  expect((await predict("cut.csv", "--accept-loss")).code).toBe(0);
  const explained = await telelink("explain", at("m.json"), "--data", at("cut.csv"), "--row", "3");
  expect(explained.out).toMatch(/^row 3: /);
  expect(explained.out).toContain("70.5");
  expect((await telelink("explain", at("m.json"), "--data", at("cut.csv"), "--row", "2")).err).toContain(
    "row 2 of",
  );
}, 60_000);

test("too much lost stops the work with exit code 3 and the way out", async () => {
  const line = (row: Row, target: string, use = row.use.toFixed(1)): string =>
    `${row.id},${use},${row.plan},${target}`;
  write("x.csv", "id,use,plan,left", (row, i) => line(row, i % 20 === 0 ? "" : row.left ? "Yes" : "No"));
  const unlabelled = await train("x.csv");
  expect([unlabelled.code, unlabelled.err]).toEqual([
    3,
    expect.stringContaining("15 of 300 rows (5.0%) have no left"),
  ]);
  expect((await train("x.csv", "--drop-unlabelled")).code).toBe(0);
  write("x.csv", "id,use,plan,left", (row, i) =>
    line(row, row.left ? "Yes" : "No", i % 40 === 0 ? `about ${i}` : undefined),
  );
  const unreadable = await train("x.csv");
  expect(unreadable.code).toBe(3);
  expect(unreadable.err).toContain("x.csv:2: use must be a number");
  expect(unreadable.err).toContain("8 of 300 rows of");
  expect((await train("x.csv", "--accept-loss")).code).toBe(0);
  write("x.csv", "id,use,plan,left", (row, i) =>
    line(row, row.left ? "Yes" : "No", i % 3 === 0 ? "keiner da" : undefined),
  );
  const guessed = await train("x.csv");
  expect([guessed.code, guessed.err]).toEqual([
    3,
    expect.stringContaining("--missing with these words confirms it"),
  ]);
  expect((await train("x.csv", "--missing", "keiner da")).code).toBe(0);
  write("x.csv", "id,use,plan,left", (row) => line(row, row.left ? "2" : "1"));
  const two = await train("x.csv");
  expect([two.code, two.out]).toEqual([
    0,
    expect.stringContaining("left holds two values, 1 and 2: 2 counts as positive"),
  ]);
  const wrong = await telelink("train", "--data", at("x.csv"), "--target", "Left ", "--out", at("m.json"));
  expect([wrong.code, wrong.err]).toEqual([2, expect.stringContaining('did you mean "left"?')]);
  const nowhere = await telelink(
    "train",
    "--data",
    at("x.csv"),
    "--target",
    "left",
    "--out",
    at("no/m.json"),
  );
  expect([nowhere.code, nowhere.err]).toEqual([2, expect.stringContaining("must exist")]);
}, 60_000);

test("every command that reads a table takes the flags that say how it is written", () => {
  const all = (command: Command): Command[] => [command, ...command.commands.flatMap(all)];
  const readers = all(program()).filter((command) =>
    command.options.some(
      ({ long, description }) => /^--(data|real)$/.test(long ?? "") && !/folder/.test(description),
    ),
  );
  const flags = (command: Command): string[] => command.options.map((option) => option.long ?? "");
  expect(readers.map((command) => command.name())).toContain("retain");
  for (const command of readers)
    expect([command.name(), ...flags(command)]).toEqual(
      expect.arrayContaining([
        command.name(),
        "--delimiter",
        "--encoding",
        "--skip",
        "--date-format",
        "--accept-loss",
      ]),
    );
});

test("clv reads what is not CSV, from standard input too, in the format that it is told", async () => {
  const bills = Array.from({ length: 240 }, (_, i) => ({
    customer: `k${i % 60}`,
    date: `${String((i % 12) + 1).padStart(2, "0")}/0${(i % 9) + 1}/2024`,
    amount: 5 + (i % 7),
  }));
  writeFileSync(at("bills.jsonl"), bills.map((bill) => JSON.stringify(bill)).join("\n"));
  const clv = (...more: string[]): ReturnType<typeof captured> =>
    telelink("clv", "--data", at("bills.jsonl"), "--json", "--draws", "0", "--penalty", "0.01", ...more);
  const [guessed, told] = [await clv(), await clv("--date-format", "date=dd/MM/yyyy")];
  expect(guessed.code).toBe(0);
  expect(guessed.err + guessed.out).toContain("could be");
  expect(told.code).toBe(0);
  expect(told.err + told.out).not.toContain("could be");
  expect(JSON.parse(told.out).customers).toBe(60);
});
