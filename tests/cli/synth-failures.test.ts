import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { run } from "../../src/cli/main";
import { takeTableRows } from "../../src/data/table";
import { csvText } from "../../src/data/write/write-csv";
import { methodNames, netMethods, privateMethods } from "../../src/synthesis/method-names";
import { customers } from "../synthesis/customers";
import { captured } from "./captured";

const main = resolve(__dirname, "..", "..", "dist", "cli", "main.js");
let folder: string;
const at = (name: string): string => join(folder, name);

/** Runs the built command line; `blocks` is the most 1,024-byte blocks that a file may have, as on a full disk. */
function telelink(args: readonly string[], blocks?: number): { code: number | null; err: string } {
  const limit = blocks === undefined ? "" : `trap '' XFSZ; ulimit -f ${blocks}; `;
  const done = spawnSync("bash", ["-c", `${limit}exec "$@"`, "bash", process.execPath, main, ...args], {
    cwd: folder,
    encoding: "utf8",
  });
  return { code: done.status, err: done.stderr };
}

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "synth-failures-"));
  const rows = customers(400, 1);
  writeFileSync(at("train.csv"), csvText(rows));
  writeFileSync(
    at("small.csv"),
    csvText(
      takeTableRows(
        rows,
        Int32Array.from({ length: 60 }, (_, i) => i),
      ),
    ),
  );
  expect(
    telelink(["synth", "fit", "--data", "train.csv", "--method", "copula", "--out", "m.json"]).code,
  ).toBe(0);
});
afterAll(() => rmSync(folder, { recursive: true }));

/** What is left of files that were begun. */
const begun = (): string[] => readdirSync(folder).filter((name) => name.includes(".part"));

describe.skipIf(process.platform === "win32")("where the disk is full", () => {
  const full =
    /^telelink: Cannot write \S+: the file would be larger than allowed here; .*write less \(EFBIG\)\n$/m;

  const quickly = ["--model", "logistic", "--folds", "2"];
  test.each([
    ["synth fit", ["synth", "fit", "--data", "train.csv", "--method", "copula"], "old.json"],
    [
      "synth fit of a net",
      ["synth", "fit", "--data", "small.csv", "--method", "gan", "--epochs", "1"],
      "old.json",
    ],
    ["synth sample", ["synth", "sample", "--model", "m.json", "--rows", "20000"], "old.csv"],
    ["train", ["train", "--data", "train.csv", "--target", "churn", "--id", "key", ...quickly], "old.json"],
    [
      "train of a compact model",
      ["train", "--data", "train.csv", "--target", "churn", ...quickly],
      "old.tlm",
    ],
  ])("telelink %s leaves the old file as it was and says what to do", (_, args, out) => {
    writeFileSync(at(out), "what stood there");
    const { code, err } = telelink([...args, "--out", out], 2);
    expect(err).toMatch(full);
    expect(code).toBe(1);
    expect(readFileSync(at(out), "utf8")).toBe("what stood there");
    expect(begun()).toEqual([]);
  });

  test("telelink synth sample into Parquet leaves the old file and nothing else", () => {
    writeFileSync(at("old.parquet"), "what stood there");
    const args = ["synth", "sample", "--model", "m.json", "--rows", "3000", "--out", "old.parquet"];
    // The rows fit as text or they do not: either way the limit is met before the end.
    for (const blocks of [2, 250]) {
      const { code, err } = telelink(args, blocks);
      expect(err).toMatch(full);
      expect(code).toBe(1);
      expect(readFileSync(at("old.parquet"), "utf8")).toBe("what stood there");
      expect(begun()).toEqual([]);
    }
  });

  test("telelink synth report leaves old pages as they were", () => {
    const made = telelink(["synth", "sample", "--model", "m.json", "--rows", "200", "--out", "made.csv"]);
    expect(made.code).toBe(0);
    for (const [option, out] of [
      ["--html", "old.html"],
      ["--json", "report.json"],
    ]) {
      writeFileSync(at(out), "what stood there");
      const files = ["--real", "small.csv", "--synthetic", "made.csv"];
      const { code, err } = telelink(["synth", "report", ...files, option, out], 2);
      expect(err).toMatch(full);
      expect(code).toBe(1);
      expect(readFileSync(at(out), "utf8")).toBe("what stood there");
    }
    expect(begun()).toEqual([]);
  });

  test.skipIf(!existsSync("/dev/full"))("telelink synth sample into a full device says so", () => {
    const args = ["synth", "sample", "--model", "m.json", "--rows", "100"];
    const done = spawnSync("bash", ["-c", `"$@" > /dev/full`, "bash", process.execPath, main, ...args], {
      cwd: folder,
      encoding: "utf8",
    });
    expect(done.stderr).toBe(
      "telelink: Cannot write standard output: the disk is full; free space or choose a place on another disk (ENOSPC)\n",
    );
    expect(done.status).toBe(1);
  });
});

test("telelink synth fit tells of a place that cannot be written to before it learns", () => {
  const args = ["synth", "fit", "--data", "train.csv", "--method", "gan", "--epochs", "10000"];
  const start = Date.now();
  const { code, err } = telelink([...args, "--out", join("no", "such.json")]);
  expect(err).toContain(`Cannot write ${join("no", "such.json")}: the folder no must exist`);
  expect(code).toBe(2);
  // Ten thousand epochs take minutes.
  expect(Date.now() - start).toBeLessThan(20_000);
});

test("telelink synth sample makes a million rows in the memory of a hundred thousand", () => {
  const table = takeTableRows(
    customers(400, 1),
    Int32Array.from({ length: 400 }, (_, i) => i),
  );
  const columns = table.columns.filter(({ name }) => ["key", "net", "months", "bill"].includes(name));
  writeFileSync(at("narrow.csv"), csvText({ ...table, columns }));
  const fit = ["synth", "fit", "--data", "narrow.csv", "--method", "sequential", "--out", "narrow.json"];
  expect(telelink(fit).code).toBe(0);
  const megabytes = (rows: number): number => {
    const args = [
      "synth",
      "sample",
      "--model",
      "narrow.json",
      "--rows",
      String(rows),
      "--threads",
      "1",
      "--out",
      "many.csv",
    ];
    const code = `require(process.argv[1]).run(process.argv.slice(2)).then((code) => {
      process.stdout.write(JSON.stringify([code, process.resourceUsage().maxRSS / 1024]));
    })`;
    const done = spawnSync(process.execPath, ["-e", code, main, ...args], { cwd: folder, encoding: "utf8" });
    const [exit, peak] = JSON.parse(done.stdout) as [number, number];
    expect(exit).toBe(0);
    return peak;
  };
  const few = megabytes(100_000);
  const many = megabytes(1_000_000);
  const lines = spawnSync("wc", ["-l", "many.csv"], { cwd: folder, encoding: "utf8" });
  expect(lines.stdout).toMatch(/^ *1000001 /);
  // A million rows held at once take far more: an identifier alone is 40 bytes. The heap grows a little before it is swept.
  expect(many - few).toBeLessThan(80);
});

/** What a private method makes of a single row must not be that row: tests/cli/synth.test.ts says what it makes. */
const open = methodNames.filter((name) => !privateMethods.includes(name));

describe.each(open)("bad input for --method %s", (method) => {
  const epochs = (netMethods as readonly string[]).includes(method) ? ["--epochs", "2"] : [];
  const synth = (...args: string[]): Promise<{ code: number; err: string }> =>
    captured(() => run(["synth", ...args]));
  const model = (): string => at(`${method}.json`);
  const fit = (data: string): ReturnType<typeof synth> =>
    synth("fit", "--data", at(data), "--method", method, "--out", model(), ...epochs);
  const sample = (...more: string[]): ReturnType<typeof synth> =>
    synth("sample", "--model", model(), "--rows", "20", "--out", at("s.csv"), ...more);
  const made = (): string[] => readFileSync(at("s.csv"), "utf8").trimEnd().split("\n").slice(1);

  test("a column of one value, one all missing, one of unique texts; and conditions that cannot be", async () => {
    const rows = Array.from({ length: 50 }, (_, i) => `x,,N${1000 + i * 17},${i},${i % 2 ? "yes" : "no"}`);
    writeFileSync(at("odd.csv"), `one,none,unique,number,two\n${rows.join("\n")}\n`);
    expect(await fit("odd.csv")).toMatchObject({ code: 0 });
    expect(await sample()).toMatchObject({ code: 0 });
    expect(made()).toHaveLength(20);
    for (const line of made()) expect(line).toMatch(/^x,,N\d+,\d+,(yes|no)$/);
    // Names are new, and nobody's in the table.
    const names = made().map((line) => line.split(",")[2]);
    expect(new Set(names).size).toBe(20);
    expect(rows.filter((row) => names.includes(row.split(",")[2]))).toEqual([]);
    const refusals: readonly [string[], RegExp][] = [
      [["one=y"], /sample where one: the value must be one of x, got "y"/],
      [["none=3"], /sample where none: a column of type text cannot be chosen/],
      [["two=maybe"], /sample where two: the value must be one of no, yes, got "maybe"/],
      [["number>=1000"], /sample where number: rows are made with values between 0 and 5\d/],
      [["colour=red"], /the column must be one of one, none, unique, number, two, got "colour"/],
      [["number>=40", "number<=30"], /sample where number: from must not be above to/],
      [["unique=N1017"], /sample where unique: a column of type \w+ cannot be chosen/],
    ];
    for (const [where, message] of refusals) {
      const { code, err } = await sample("--where", ...where);
      expect(err).toMatch(message);
      expect(code).toBe(1);
    }
  });

  test("few rows that are alike are learnt; a single one, and a table without rows, are not", async () => {
    writeFileSync(at("alike.csv"), `plan,months\n${"gold,7\n".repeat(10)}`);
    expect(await fit("alike.csv")).toMatchObject({ code: 0 });
    expect(await sample()).toMatchObject({ code: 0 });
    expect(new Set(made())).toEqual(new Set(["gold,7"]));
    writeFileSync(at("single.csv"), "plan,months\ngold,7\n");
    expect((await fit("single.csv")).err).toMatch(/must have twice the 5 rows .*, got 1\n$/);
    const before = readFileSync(model(), "utf8");
    writeFileSync(at("empty.csv"), "plan,months\n");
    expect((await fit("empty.csv")).err).toMatch(/^telelink: Cannot .*at least one row/);
    expect(readFileSync(model(), "utf8")).toBe(before);
  });

  test("a model of another version, of another schema or cut short", async () => {
    const whole = JSON.parse(readFileSync(model(), "utf8"));
    const { synthesiser } = whole;
    // A file of before has no sum that says whether it was changed.
    const { sum: __, ...old } = whole;
    const { schema: _, ...bare } = synthesiser;
    const damaged: readonly [unknown, RegExp][] = [
      [{ ...whole, version: 2 }, /version must be 1; fit it again with this version of telelink, got 2/],
      [{ ...old, synthesiser: { ...synthesiser, version: 9 } }, /version must be \d.*, got 9/],
      [{ ...old, synthesiser: { ...synthesiser, kind: "magic" } }, /kind must be one of .*, got "magic"/],
      [{ ...old, synthesiser: bare }, /its columns must be those of its rules \(plan, months\), got ""/],
      [
        { ...old, synthesiser: { ...synthesiser, schema: synthesiser.schema.slice(1) } },
        /its columns must be those of its rules \(plan, months\), got "months"/,
      ],
      [{ ...whole, kind: "telelink-model" }, /it must be a model that telelink synth fit wrote/],
    ];
    for (const [json, message] of damaged) {
      writeFileSync(model(), JSON.stringify(json));
      const { code, err } = await sample();
      expect(err).toMatch(message);
      expect(code).toBe(1);
    }
    writeFileSync(model(), JSON.stringify(whole).slice(0, 400));
    expect((await sample()).err).toMatch(/^telelink: Cannot read \S+: it must be JSON/);
  });
});
