import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { run } from "../../../src/cli/main";
import { seeded } from "../../../src/core/rng";
import { captured } from "../captured";

const folder = mkdtempSync(join(tmpdir(), "classes-"));
afterAll(() => rmSync(folder, { recursive: true }));
const at = (name: string): string => join(folder, name);

const telelink = (...argv: string[]) => captured(() => run(argv));

const rng = seeded("grades");
const rows = Array.from({ length: 240 }, (_, i) => {
  const usage = rng.uniform();
  return [
    `c${i}`,
    usage.toFixed(3),
    ["basic", "max"][i % 2],
    1 + Math.floor(4.2 * usage),
    i % 240 === 9 ? 9 : "",
  ];
});
const write = (name: string, gradeOf: (row: (typeof rows)[number]) => string): string => {
  const lines = rows.map((row) => [...row.slice(0, 3), gradeOf(row)].join(","));
  writeFileSync(at(name), `id,usage,plan,grade\n${lines.join("\n")}\n`);
  return at(name);
};
const numbers = write("numbers.csv", (row) => String(Math.min(4, Number(row[3]))));
const words = write("words.csv", (row) => `g${row[4] || Math.min(4, Number(row[3]))}`);
const two = write("two.csv", (row) => (Number(row[3]) > 3 ? "high" : "low"));
const plan = ["--target", "grade", "--model", "logistic", "--folds", "3", "--out", at("m.json")];

test("numbers are classes where --classes says so, with class weights, a search and a calibration", async () => {
  const refused = await telelink("train", "--data", numbers, ...plan);
  expect([refused.code, refused.err]).toEqual([
    1,
    expect.stringContaining("--classes learns numbers as classes"),
  ]);
  const how = ["--classes", "--class-weights", "4=3", "--search", "3", "--calibrate", "temperature"];
  const trained = await telelink("train", "--data", numbers, ...plan, ...how);
  expect(trained.code).toBe(0);
  expect(trained.out).toMatch(
    /grade has 4 classes, learned together: 1 \(\d+\), 2 .*The model is the best of 3 settings: C /s,
  );
  expect(trained.out).toContain("settings and calibration of a fold chosen without it");
  expect(JSON.parse(readFileSync(at("m.json"), "utf8")).pipeline.model.calibration.method).toBe(
    "temperature",
  );
  const judged = await telelink("evaluate", at("m.json"), "--data", numbers);
  expect([judged.code, judged.err]).toEqual([0, expect.stringContaining("trained on this very file")]);
});

test.each([
  ["vote88", [1, 2, 3], [90, 60, 80], true],
  ["customerSegment", [0, 1, 2, 3, 4], [90, 50, 40, 30, 20], true],
  // Children: so many have none, fewer one.
  ["kids", [0, 1, 2], [90, 50, 40], false],
  ["rooms", [1, 2, 3, 4], [50, 50, 50, 50], false],
  ["rooms", [2, 3, 4], [50, 50, 50], false],
  ["class_size", [1, 2, 3, 4, 5], [30, 50, 60, 40, 20], false],
  // One class can't be judged by folds.
  ["group", [1, 2, 3], [90, 60, 4], false],
])(
  "telelink train takes %s of the numbers %j for classes where they plainly are, and says so",
  async (name, values, counts, classes) => {
    const of = seeded(name);
    const cells = values.flatMap((value, k) => Array.from({ length: counts[k] }, () => value));
    const lines = cells.map((value) => `${(value + 2 * of.uniform()).toFixed(3)},${value}`);
    writeFileSync(at("whole.csv"), `usage,${name}\n${lines.join("\n")}\n`);
    const how = ["--target", name, "--folds", "3", "--out", at("whole.json")];
    const model = async (...more: string[]) => {
      const done = await telelink("train", "--data", at("whole.csv"), ...how, ...more);
      expect(done.code).toBe(0);
      return { out: done.out, kind: JSON.parse(readFileSync(at("whole.json"), "utf8")).target.kind };
    };
    const plain = await model("--model", classes ? "logistic" : "ridge");
    expect(plain.kind).toBe(classes ? "multiclass" : "numbers");
    expect(plain.out).toContain(
      classes ? "--no-classes learns them as a number" : "--classes learns them as classes",
    );
    const other = classes ? await model("--model", "ridge", "--no-classes") : plain;
    expect(other.kind).toBe("numbers");
    // Who asks for what predicts numbers alone means numbers.
    for (const name of classes ? ["ridge", "RandomForestRegressor"] : []) {
      const numbers = await model("--model", name);
      expect(numbers.kind).toBe("numbers");
      expect(numbers.out).toContain("--classes learns them as classes");
    }
  },
);

test("telelink train and predict count the predictions below what the target ever was", async () => {
  const lines = Array.from({ length: 200 }, (_, i) => {
    const usage = (i * 7) % 100;
    return `${usage},${Math.max(0, usage - 50)}`;
  });
  writeFileSync(at("calls.csv"), `usage,calls\n${lines.join("\n")}\n`);
  const how = ["--target", "calls", "--model", "ridge", "--out", at("calls.json")];
  const trained = await telelink("train", "--data", at("calls.csv"), ...how);
  expect(trained.out).toMatch(
    /Held out, \d+ of 200 predictions lie below 0, down to -\d+, as no calls of training does: read them as 0\./,
  );
  const predicted = await telelink(
    "predict",
    at("calls.json"),
    "--data",
    at("calls.csv"),
    "--out",
    at("p.csv"),
  );
  const below = readFileSync(at("p.csv"), "utf8")
    .split("\n")
    .filter((line) => line.split(",")[1]?.startsWith("-"));
  expect(predicted.err).toContain(`${below.length} of 200 predictions lie below 0, down to -`);
  // Of changes, some are below 0.
  writeFileSync(at("calls.csv"), `usage,calls\n${lines.join("\n")}\n0,-3\n`);
  expect((await telelink("train", "--data", at("calls.csv"), ...how)).out).not.toContain("lie below");
});

test("a class of one row stops training, --accept-loss leaves it out, and evaluate tells of it", async () => {
  const stopped = await telelink("train", "--data", words, ...plan);
  expect([stopped.code, stopped.err]).toEqual([3, expect.stringContaining("one a fold (--folds): g9 (1)")]);
  const trained = await telelink("train", "--data", words, ...plan, "--accept-loss");
  expect([trained.code, trained.err]).toEqual([0, expect.stringContaining("the model never predicts these")]);
  const judged = await telelink("evaluate", at("m.json"), "--data", words);
  expect([judged.code, judged.err]).toEqual([
    0,
    expect.stringContaining("1 of 240 rows (0.4%) have no grade or one that training did not see (g9)"),
  ]);
});

test("class weights and calibration of two classes; auto and numbers refuse them with the way out", async () => {
  const high = ["--positive", "high", "--class-weights", "high=3"];
  const weighted = await telelink("train", "--data", two, ...plan, ...high);
  expect([weighted.code, weighted.out]).toEqual([
    0,
    expect.stringContaining("as frequent as they are weighted"),
  ]);
  const calibrated = await telelink("train", "--data", two, ...plan, ...high, "--calibrate", "beta");
  expect(calibrated.code).toBe(0);
  expect(calibrated.out).not.toContain("as frequent as they are weighted");
  const auto = await telelink("train", "--data", two, ...plan, ...high, "--model", "auto");
  expect([auto.code, auto.err]).toEqual([1, expect.stringContaining("--model names a learner")]);
  const misspelt = await telelink(
    "train",
    "--data",
    two,
    ...plan,
    "--positive",
    "high",
    "--class-weights",
    "hgih=3",
  );
  expect([misspelt.code, misspelt.err]).toEqual([1, expect.stringContaining('values of "grade", low, high')]);
  const ridge = ["--model", "ridge", "--class-weights", "balanced"];
  const asNumbers = await telelink("train", "--data", numbers, ...plan, ...ridge);
  expect([asNumbers.code, asNumbers.err]).toEqual([1, expect.stringContaining("needs a target of classes")]);
});
