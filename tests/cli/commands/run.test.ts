import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { describe, expect, test } from "vitest";
import { type Cell, formatNotebook, type Output } from "../../../src/notebook/nbformat";
import { code, notebook } from "../../notebook/fixtures/make";

const main = resolve(__dirname, "..", "..", "..", "dist", "cli", "main.js");
const fake = resolve(__dirname, "..", "..", "notebook", "fixtures", "fake");

/** A folder with notebooks for the fake kernel, by name; a text is one cell. */
function folder(books: Record<string, string | readonly Cell[]>): string {
  const made = mkdtempSync(join(tmpdir(), "telelink-run-"));
  for (const [name, cells] of Object.entries(books)) {
    const all = typeof cells === "string" ? [code(cells)] : cells;
    writeFileSync(join(made, `${name}.ipynb`), formatNotebook(notebook(all, "fake", "typescript")));
  }
  return made;
}

interface Done {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the command line in the folder; PWD marks its processes. */
async function telelink(cwd: string, ...args: string[]): Promise<Done> {
  const child = spawn(process.execPath, [main, ...args], { cwd, env: { ...process.env, PWD: cwd } });
  let stdout = "";
  let stderr = "";
  child.stdout.on("data", (text) => {
    stdout += text;
  });
  child.stderr.on("data", (text) => {
    stderr += text;
  });
  const status = await new Promise<number | null>((done) => child.once("close", done));
  return { status, stdout, stderr };
}

function executed(path: string): { outputs: Output[]; source: string }[] {
  return JSON.parse(readFileSync(path, "utf8")).cells;
}

/** The events of `--json`. */
function events(stdout: string): Record<string, unknown>[] {
  return stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
}

/** The processes that were started in the folder. */
function processesIn(folder: string): string[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => {
      try {
        return readFileSync(`/proc/${pid}/environ`, "utf8").includes(`PWD=${folder}`);
      } catch {
        return false;
      }
    });
}

const fine = 'stream("fine"); ok()';
const failing = 'reply({ status: "error", ename: "Oops", evalue: "no" }); idle()';

describe.concurrent("telelink run", () => {
  test.each([
    ["a good notebook", fine, 0],
    ["a cell's error", failing, 1],
    ["a timeout", "await sleep(60000)", 3],
    ["a dead kernel", "process.exit(1)", 4],
    ["lost output", "idle()", 5],
  ])("telelink run ends %s with a code of its own", async (_, cell, code) => {
    const cwd = folder({ one: cell });
    const done = await telelink(cwd, "run", "one.ipynb", "--kernel", fake, "--timeout", "1", "--out", "out");
    expect(done.status).toBe(code);
    expect(existsSync(join(cwd, "out", code === 0 ? "one.ipynb" : "one.failed.ipynb"))).toBe(true);
  });

  test.each<[string[], RegExp]>([
    [["run", "none.ipynb"], /Cannot read none.ipynb: the file must exist/],
    [["run", "broken.ipynb"], /Cannot read broken.ipynb: a notebook must be JSON/],
    [["run", "one.ipynb", "--kernel", "nobody"], /its name must be one of tslab, .*got "nobody"/],
    [["run", "one.ipynb", "-p", "seed"], /must be name=value, got "seed"/],
    [["run", "one.ipynb", "-p", "seed=x", "--kernel", fake], /parameter seed must be a number, got .*x/],
    [["run", "one.ipynb", "--params", "broken.ipynb"], /Cannot read broken.ipynb: it must be a JSON file/],
    [["run", "one.ipynb", "--kernel", fake, "--out", "."], /--out must be another folder/],
    [["run", "one.ipynb", "--kernel", fake, "--out", "broken.ipynb"], /Cannot write to broken.ipynb/],
    [["run", "one.ipynb", "--timeout", "soon"], /--timeout: it must be a number/],
    [["run"], /missing required argument/],
  ])("telelink %s is wrong usage", async (args, message) => {
    const cwd = folder({ one: [code("const seed = 1;", "parameters")] });
    writeFileSync(join(cwd, "broken.ipynb"), "{");
    const done = await telelink(cwd, ...args);
    expect(done.stderr).toMatch(message);
    expect(done.status).toBe(2);
  });

  test("telelink run names notebook, cell, id and error, and keeps an earlier good run", async () => {
    const cwd = folder({ one: fine });
    const args = ["run", "one.ipynb", "--kernel", fake, "--out", "out", "--html"];
    expect((await telelink(cwd, ...args)).status).toBe(0);
    const good = readFileSync(join(cwd, "out", "one.html"), "utf8");
    const bad = [code(failing, "raises-exception"), code(`stream("half"); ${failing}`)];
    writeFileSync(join(cwd, "one.ipynb"), formatNotebook(notebook(bad)));
    const done = await telelink(cwd, ...args);
    expect(done.status).toBe(1);
    expect(done.stderr).toMatch(/cell 1\/2 .* error, as its tag allows: /);
    expect(done.stderr).toContain("telelink: one.ipynb, cell 2 (id cell-2): Oops: no");
    expect(readFileSync(join(cwd, "out", "one.html"), "utf8")).toBe(good);
    const [first, second] = executed(join(cwd, "out", "one.failed.ipynb"));
    expect(first.outputs).toMatchObject([{ output_type: "error", ename: "Oops" }]);
    expect(second.outputs).toMatchObject([{ text: ["half"] }, { output_type: "error", ename: "Oops" }]);
    const report = readFileSync(join(cwd, "out", "one.failed.html"), "utf8");
    expect(report).toContain("This report is not complete.");
    writeFileSync(join(cwd, "one.ipynb"), formatNotebook(notebook([code(fine)])));
    expect((await telelink(cwd, ...args)).status).toBe(0);
    expect(existsSync(join(cwd, "out", "one.failed.html"))).toBe(false);
  });

  test("telelink run --json prints one event a line", async () => {
    const cwd = folder({ one: [code(fine), code("process.exit(1)")] });
    const done = await telelink(cwd, "run", "one.ipynb", "--kernel", fake, "--json", "--out", "out");
    const all = events(done.stdout);
    const kinds = ["kernel", "cell-start", "cell-end", "cell-start", "failure", "cell-end", "end"];
    expect(all.map((one) => one.event)).toEqual(kinds);
    expect(all.every((one) => one.notebook === "one.ipynb")).toBe(true);
    expect(all.at(-1)).toMatchObject({ verdict: "died" });
    expect(done.stderr).toBe("");
  });

  test("telelink run -p and --params set the parameters, typed; -p goes first", async () => {
    const declared = "const seed = 1;\nconst name = 'a';\nconst on = false;\nok();";
    // The fake kernel knows no TypeScript: it never answers the injected cell, which is all there is to see.
    const cwd = folder({ one: [code(declared, "parameters")] });
    writeFileSync(join(cwd, "given.json"), '{"seed": 5, "name": "b"}');
    const given = ["--params", "given.json", "-p", "seed=7", "-p", "on=true", "-p", "name=3"];
    await telelink(cwd, "run", "one.ipynb", "--kernel", fake, ...given, "--timeout", "1");
    const cells = executed(join(cwd, "reports", "one.failed.ipynb"));
    expect([cells[1].source].flat().join("")).toBe(
      '// Parameters\nconst seed: number = 7;\nconst name: string = "3";\nconst on: boolean = true;',
    );
  });

  test("telelink run --jobs 2 gives each of 50 notebooks its verdict, and leaves no process behind", async () => {
    const wrong: Record<string, [cell: string, verdict: string]> = {
      "book-07": [failing, "error"],
      "book-19": ["while (true) await sleep(1000)", "timeout"],
      "book-23": ['process.kill(process.pid, "SIGKILL")', "died"],
      "book-41": [failing, "error"],
    };
    const names = Array.from({ length: 50 }, (_, i) => `book-${String(i + 1).padStart(2, "0")}`);
    const cwd = folder(Object.fromEntries(names.map((name) => [name, wrong[name]?.[0] ?? fine])));
    const files = names.map((name) => `${name}.ipynb`);
    const done = await telelink(
      cwd,
      "run",
      ...files,
      "--kernel",
      fake,
      "--jobs",
      "2",
      "--timeout",
      "3",
      "--json",
    );
    const ends = events(done.stdout).filter((one) => one.event === "end");
    expect(Object.fromEntries(ends.map((one) => [one.notebook, one.verdict]))).toEqual(
      Object.fromEntries(names.map((name) => [`${name}.ipynb`, wrong[name]?.[1] ?? "ok"])),
    );
    expect(done.status).toBe(1);
    expect(processesIn(cwd)).toEqual([]);
  });

  test("telelink run ends on Ctrl-C with 130, keeps the notebook so far and leaves no process behind", async () => {
    const cwd = folder({ one: [code(fine), code('stream("on"); await sleep(60000)')] });
    const args = [main, "run", "one.ipynb", "--kernel", fake, "--json"];
    const child = spawn(process.execPath, args, { cwd, env: { ...process.env, PWD: cwd } });
    await new Promise<void>((done) => {
      child.stdout.on("data", (text) => String(text).includes('"event":"cell-start","cell":1') && done());
    });
    expect(processesIn(cwd).length).toBe(2);
    child.kill("SIGINT");
    expect(await new Promise((done) => child.once("exit", done))).toBe(130);
    const [first, second] = executed(join(cwd, "reports", "one.failed.ipynb"));
    expect(first.outputs).toMatchObject([{ text: ["fine"] }]);
    expect(second.outputs.at(-1)).toMatchObject({ ename: "Stopped" });
    expect(processesIn(cwd)).toEqual([]);
  });

  test("telelink run that is killed outright takes its kernel with it", async () => {
    // Busy, so that it can't look itself.
    const cwd = folder({ one: "while (true) {}" });
    const args = [main, "run", "one.ipynb", "--kernel", "tslab", "--json"];
    const child = spawn(process.execPath, args, { cwd, env: { ...process.env, PWD: cwd } });
    await new Promise<void>((done) => {
      child.stdout.on("data", (text) => String(text).includes('"event":"cell-start"') && done());
    });
    child.kill("SIGKILL");
    await new Promise((done) => child.once("exit", done));
    // Within two seconds on a quiet machine.
    for (let i = 0; i < 300 && processesIn(cwd).length > 0; i++)
      await new Promise((done) => setTimeout(done, 100));
    expect(processesIn(cwd)).toEqual([]);
  }, 90_000);
});
