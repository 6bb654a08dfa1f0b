import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import type { Command } from "commander";
import { afterAll, describe, expect, test } from "vitest";
import { program } from "../../src/cli/main";
import { duration, progressLine, terminalWatch } from "../../src/cli/support/progress";
import { realData } from "../support";

const root = resolve(__dirname, "..", "..");
const main = join(root, "dist", "cli", "main.js");
const folder = mkdtempSync(join(tmpdir(), "telelink-cli-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** Runs the built command line as a shell would. */
function telelink(
  args: string[],
  env: Record<string, string> = {},
): { code: number | null; out: string; err: string } {
  const done = spawnSync(process.execPath, [main, ...args], {
    cwd: folder,
    encoding: "utf8",
    env: { ...process.env, ...env },
  });
  return { code: done.status, out: done.stdout, err: done.stderr };
}

const commandNames = program().commands.map((one) => one.name());

describe("telelink", () => {
  test("--version prints the package's version", () => {
    const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as { version: string };
    expect(telelink(["--version"])).toEqual({ code: 0, out: `${version}\n`, err: "" });
  });

  test("--help names every command and the exit codes, and loads none of the heavy modules", () => {
    const { code, out } = telelink(["--help"]);
    expect(code).toBe(0);
    for (const name of commandNames) expect(out).toMatch(new RegExp(`^  ${name}\\b`, "m"));
    expect(out).toContain("Exit codes: 0 done, 1 failed, 2 wrong usage");
    const script = `require(${JSON.stringify(main)}).program().helpInformation();
      console.log(JSON.stringify(Object.keys(require.cache).filter((file) => !file.includes("/dist/cli/"))))`;
    const loaded = JSON.parse(
      execFileSync(process.execPath, ["-e", script], { encoding: "utf8" }),
    ) as string[];
    expect(
      loaded.filter(
        (file) =>
          !/node_modules\/commander\/|\/dist\/(core\/(checks|did-you-mean|exact-json|format)|data\/(problems|files)|models\/export\/sql\/dialects|synthesis\/method-names)\.js$/.test(
            file,
          ),
      ),
    ).toEqual([]);
  });

  test("each command's help shows what it is for and an example of its own, and those of commands within it too", () => {
    expect(telelink(["train", "--help"])).toMatchObject({ code: 0, err: "" });
    const without = (path: string[], command: Command): string[] => {
      const help: string[] = [];
      command.configureOutput({ writeOut: (text) => void help.push(text) }).outputHelp();
      const text = help.join("");
      const name = ["telelink", ...path].join(" ");
      const shown =
        command.description() !== "" &&
        text.includes(`Usage: ${name}`) &&
        (path.length === 0 || text.includes(`$ ${name}`));
      const within = command.commands.filter((one) => one.name() !== "help");
      return [
        ...(shown ? [] : [path.join(" ")]),
        ...within.flatMap((one) => without([...path, one.name()], one)),
      ];
    };
    expect(without([], program())).toEqual([]);
  });

  test.each([
    [["nonsense"], "error: unknown command 'nonsense'"],
    [["data", "list", "--nonsense"], "error: unknown option '--nonsense'"],
    [["data", "show"], "error: missing required argument 'file'"],
    [["simulate", "--schema", "x"], "Allowed choices are telco, churn-bigml, reference, native"],
    [
      ["simulate", "--customers", "many"],
      '--customers: it must be a whole number from 1 to 1000000000, got "many"',
    ],
    [["simulate", "--schema", "native"], "--out must name a folder"],
    [["data", "fetch", "--timeout", "0"], "--timeout: it must be a number from 0.001 to 86400"],
  ])("%j is wrong usage: exit code 2 and one line that says so", (args, message) => {
    const { code, out, err } = telelink(args);
    expect([code, out]).toEqual([2, ""]);
    expect(err).toContain(message);
  });

  test("an error is one line, and with TELELINK_DEBUG shows where it comes from", () => {
    const { code, err } = telelink(["data", "show", "none.csv"]);
    expect(code).toBe(1);
    expect(err).toMatch(/^telelink: Cannot read none\.csv: there is no such file\n$/);
    expect(telelink(["data", "show", "none.csv"], { TELELINK_DEBUG: "1" }).err).toContain("\n    at ");
  });

  test("a reader that has seen enough is no error", () => {
    const command = `"${process.execPath}" "${main}" simulate --customers 20000 | head -1; echo "\${PIPESTATUS[0]}"`;
    const done = spawnSync("bash", ["-c", command], { encoding: "utf8" });
    const [header, code] = done.stdout.trim().split("\n");
    expect(header).toContain("customerID,gender");
    expect([code, done.stderr]).toEqual(["0", ""]);
  });
});

describe("telelink data", () => {
  test.skipIf(!realData)("list, find and verify the files of TELELINK_DATA", () => {
    const env = { TELELINK_DATA: realData as string };
    expect(telelink(["data"], env).out).toContain(join(realData as string, "churn-bigml-80.csv"));
    expect(telelink(["data", "find", "telco"], env).out.trim()).toBe(
      join(realData as string, "Telco-Customer-Churn.csv"),
    );
    const verified = JSON.parse(telelink(["data", "verify", "--json"], env).out) as {
      state: string;
      rows: number;
    }[];
    expect(verified.map((one) => one.state)).toEqual(verified.map(() => "verified"));
    expect(verified.slice(0, 4).map((one) => one.rows)).toEqual([2666, 667, 7043, 1000]);
  });

  test("verify fails on a file that isn't what was published, and names both hashes", () => {
    writeFileSync(join(folder, "churn-bigml-20.csv"), "State\nKS\n");
    const { code, out, err } = telelink(["data", "verify"], { TELELINK_DATA: folder });
    expect(code).toBe(1);
    expect(out).toMatch(/SHA-256 must be c73bb8e7[0-9a-f]+, got [0-9a-f]{64}/);
    expect(err).toMatch(/^telelink: 1 data set is not what was published/);
    rmSync(join(folder, "churn-bigml-20.csv"));
  });

  test("find of an unknown name lists the names there are", () => {
    const { code, err } = telelink(["data", "find", "telko"]);
    expect([code, err]).toEqual([1, expect.stringContaining("the name must be one of churn-bigml-80")]);
  });

  test("show profiles a file, reports its problems on standard error, and writes a schema that can be used", () => {
    const file = join(folder, "own.csv");
    const lines = Array.from(
      { length: 60 },
      (_, i) => `C-${i},${i === 30 ? "many" : i},${i % 2 ? "Yes" : "No"}`,
    );
    writeFileSync(file, `id,calls,churned\n${lines.join("\n")}\nC-60\n`);
    const shown = telelink(["data", "show", file, "--write-schema", "own.json"]);
    expect(shown.code).toBe(0);
    expect(shown.out).toContain(`${file}: 61 rows, 3 columns, 2 rows left out, 2 problems`);
    expect(shown.out).toMatch(/calls +numeric +0 +59 +0 to 59/);
    expect(shown.err.trim().split("\n")).toEqual([
      `${file}:32: calls must be a number, got "many"`,
      `${file}:62: a row must have 3 fields, got "1"`,
    ]);
    const schemaFile = join(folder, "own.json");
    const schema = readFileSync(schemaFile, "utf8").replace('"numeric","decimals":0', '"text"');
    writeFileSync(schemaFile, schema);
    const again = JSON.parse(telelink(["data", "show", file, "--schema", schemaFile, "--json"]).out) as {
      rejected: number;
      columns: { type: string }[];
    };
    expect([again.rejected, again.columns[1].type]).toEqual([1, "text"]);
  });
});

describe("telelink simulate", () => {
  test("writes the same rows for the same seed, to a file or to standard output", () => {
    const args = ["simulate", "--schema", "churn-bigml", "--customers", "50", "--seed", "9"];
    const { out } = telelink(args);
    expect(out.trim().split("\n")).toHaveLength(51);
    const written = telelink([...args, "--out", "b.csv", "--json"]);
    expect(JSON.parse(written.out)).toEqual({
      schema: "churn-bigml",
      seed: 9,
      simulated: true,
      files: [{ file: "b.csv", rows: 50 }],
    });
    expect(readFileSync(join(folder, "b.csv"), "utf8")).toBe(out);
    expect(telelink([...args.slice(0, -1), "10"]).out).not.toBe(out);
  });

  test("native writes customers, months, bills, the campaign and the truth, all of one base", () => {
    const { code } = telelink([
      "simulate",
      "--schema",
      "native",
      "--customers",
      "300",
      "--out",
      "base",
      "--months",
      "6",
    ]);
    expect(code).toBe(0);
    const read = (name: string): string[][] =>
      readFileSync(join(folder, "base", `${name}.csv`), "utf8")
        .trim()
        .split("\n")
        .slice(1)
        .map((line) => line.split(","));
    const customers = new Set(read("customers").map((row) => row[0]));
    expect(customers.size).toBe(300);
    const usage = read("usage");
    expect(usage.length).toBeGreaterThan(1000);
    expect(read("bills").length).toBe(usage.length);
    for (const name of ["usage", "bills", "campaign", "truth"])
      expect(read(name).every((row) => customers.has(row[0]))).toBe(true);
    expect(new Set(usage.map((row) => row[1]))).toEqual(
      new Set(["2024-07-31", "2024-08-31", "2024-09-30", "2024-10-31", "2024-11-30", "2024-12-31"]),
    );
  });

  test("an unwritable place leaves nothing behind", () => {
    const { code, err } = telelink(["simulate", "--customers", "10", "--out", "no/such/folder.csv"]);
    expect([code, err]).toEqual([1, expect.stringContaining("no/such/")]);
  });
});

describe("telelink completion", () => {
  test("bash completes commands, options and their values", () => {
    const script = telelink(["completion", "bash"]).out;
    const complete = (words: string[]): string[] => {
      const line = `${script}\nCOMP_WORDS=(telelink ${words.map((word) => `"${word}"`).join(" ")}); COMP_CWORD=${words.length}; _telelink; echo "\${COMPREPLY[*]}"`;
      return execFileSync("bash", ["-c", line], { encoding: "utf8", cwd: folder }).trim().split(" ");
    };
    expect(complete([""])).toEqual(expect.arrayContaining(["data", "simulate", "--help"]));
    expect(complete(["data", "f"])).toEqual(["find", "fetch"]);
    expect(complete(["simulate", "--schema", ""])).toEqual(["telco", "churn-bigml", "reference", "native"]);
    expect(complete(["simulate", "--cust"])).toEqual(["--customers"]);
  });

  test.each(["zsh", "fish"])("%s gets a script that names every command", (shell) => {
    const { code, out } = telelink(["completion", shell]);
    expect(code).toBe(0);
    for (const name of commandNames) expect(out).toContain(name);
  });

  test("an unknown shell is wrong usage", () => {
    expect(telelink(["completion", "cmd"])).toMatchObject({
      code: 2,
      err: expect.stringContaining("bash, zsh, fish"),
    });
  });
});

describe("progress", () => {
  test("progressLine shows phase, share, time left and figures, within the width", () => {
    const step = { phase: "train", done: 25, total: 100, figures: { loss: 0.41234 } };
    expect(progressLine(step, 4000, 80)).toBe("train  [#####···············]  25%  12 s left  loss 0.412");
    expect(progressLine(step, 4000, 30)).toHaveLength(29);
    expect(progressLine({ phase: "load", done: 0, total: 0 }, 0, 80)).toBe(
      "load  [····················]  0%",
    );
  });
  test("duration", () => {
    expect([400, 9960, 59_400, 185_000].map(duration)).toEqual(["0.4 s", "10 s", "59 s", "3 min 5 s"]);
  });
  test("terminalWatch is silent where standard error is no terminal", () => {
    const written: string[] = [];
    const stream = {
      isTTY: false,
      write: (text: string) => written.push(text),
    } as unknown as NodeJS.WriteStream;
    const watch = terminalWatch(undefined, stream);
    watch.progress?.({ phase: "x", done: 1, total: 2 });
    watch.end();
    expect(written).toEqual([]);
    const tty = {
      isTTY: true,
      columns: 80,
      write: (text: string) => written.push(text),
    } as unknown as NodeJS.WriteStream;
    const shown = terminalWatch(undefined, tty);
    shown.progress?.({ phase: "x", done: 1, total: 2 });
    shown.end();
    expect(written.join("")).toBe("\r\x1b[2Kx  [##########··········]  50%  0.0 s left\r\x1b[2K");
  });
});

test("telelink synth fit makes machine code of functions that run long, not of those that run for a moment", () => {
  telelink(["simulate", "--customers", "80", "--out", "few.csv"]);
  writeFileSync(join(folder, "as-it-comes.cjs"), "require('v8').setFlagsFromString = () => {};");
  const [own, engines] = [[], ["--require", "./as-it-comes.cjs"]].map((first) => {
    const fit = ["synth", "fit", "--data", "few.csv", "--out", "few.json"];
    const done = spawnSync(process.execPath, [...first, "--trace-opt", main, ...fit], { cwd: folder });
    return String(done.stdout).split("completed optimizing").length;
  });
  expect(engines).toBeGreaterThan(50);
  expect(own).toBeLessThan(0.7 * engines);
});
