import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { describe, expect, test } from "vitest";
import { type Cell, formatNotebook } from "../../../src/notebook/nbformat";
import { code, notebook, prose } from "../../notebook/fixtures/make";

const main = resolve(__dirname, "..", "..", "..", "dist", "cli", "main.js");

/** A project whose notebooks run under the fake kernel. */
function project(books: Record<string, readonly Cell[]>): string {
  const made = mkdtempSync(join(tmpdir(), "telelink-project-"));
  mkdirSync(join(made, "notebooks"));
  mkdirSync(join(made, "data"));
  mkdirSync(join(made, "jupyter", "kernels"), { recursive: true });
  symlinkSync(
    resolve(__dirname, "..", "..", "notebook", "fixtures", "fake"),
    join(made, "jupyter", "kernels", "fake"),
  );
  for (const [name, cells] of Object.entries(books)) put(made, name, cells);
  return made;
}

function put(made: string, name: string, cells: readonly Cell[], telelink: object = {}): void {
  const book = notebook(cells, "fake", "typescript");
  const whole = { ...book, metadata: { ...book.metadata, telelink } };
  writeFileSync(join(made, "notebooks", `${name}.ipynb`), formatNotebook(whole));
}

interface Done {
  readonly status: number | null;
  readonly steps: Record<string, [action: string, reasons: string[]]>;
  readonly events: string[];
  readonly stderr: string;
}

const running = new Map<string, ChildProcess>();

/** What Ctrl-C does to the last command in the folder. */
function interrupt(cwd: string): void {
  running.get(cwd)?.kill("SIGINT");
}

async function reproduce(cwd: string, ...args: string[]): Promise<Done> {
  const env = {
    ...process.env,
    JUPYTER_PATH: join(cwd, "jupyter"),
    TELELINK_DATA: join(cwd, "data"),
    SOURCE_DATE_EPOCH: "1790000000",
  };
  const child = spawn(process.execPath, [main, "reproduce", "--json", ...args], { cwd, env });
  running.set(cwd, child);
  let stdout = "";
  let stderr = "";
  child.stdout.on("data", (text) => {
    stdout += text;
  });
  child.stderr.on("data", (text) => {
    stderr += text;
  });
  const status = await new Promise<number | null>((done) => child.once("close", done));
  const events = stdout
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line));
  const steps = events
    .filter((one) => one.event === "step")
    .map((one) => [one.notebook.replace(/^notebooks\/(.*)\.ipynb$/, "$1"), [one.action, one.reasons]]);
  return { status, stderr, steps: Object.fromEntries(steps), events: events.map((one) => one.event) };
}

const hash = "0".repeat(64);
const figures = (value: number): Cell =>
  code(
    `display({ "application/vnd.telelink.figures+json": { finding: "It works.", figures: [{ name: "a", label: "A", value: ${value}, key: true }] } }); ok()`,
  );
const source = (name: string): Cell =>
  code(
    `display({ "application/vnd.telelink.provenance+json": { seeds: [1], sources: [{ name: "${name}", sha256: "${hash}", rows: 3, simulated: false }] } }); ok()`,
  );
const nothing = ["nothing", ["nothing that it depends on changed"]];
const read = (cwd: string, file: string): string => readFileSync(join(cwd, "reports", file), "utf8");

describe.concurrent("telelink reproduce", () => {
  test("telelink reproduce runs a new notebook, and then nothing, and leaves every byte alone", async () => {
    const cwd = project({ one: [prose("# One"), figures(1)] });
    const first = await reproduce(cwd);
    expect(first.status).toBe(0);
    expect(first.steps).toEqual({ one: ["run", ["it has no report yet"]] });
    expect(read(cwd, "index.html")).toContain("It works.");
    const files = ["one.html", "one.json", "one.ipynb", "index.html"];
    const before = files.map((file) => read(cwd, file));
    const second = await reproduce(cwd);
    expect(second.steps).toEqual({ one: nothing });
    expect(second.events).toEqual(["step"]);
    expect(files.map((file) => read(cwd, file))).toEqual(before);
  });

  test("telelink reproduce gives the same bytes by a clean run and by one that had less to do", async () => {
    const cwd = project({ one: [prose("# One"), figures(1)], two: [prose("# Two"), figures(2)] });
    await reproduce(cwd);
    put(cwd, "two", [prose("# Two"), figures(3)]);
    const partial = await reproduce(cwd);
    expect(partial.steps.one).toEqual(nothing);
    expect(partial.steps.two).toEqual(["run", ["cell cell-2 changed"]]);
    const files = ["one", "two"].flatMap((name) => [`${name}.html`, `${name}.json`, `${name}.ipynb`]);
    const before = [...files, "index.html"].map((file) => read(cwd, file));
    rmSync(join(cwd, "reports"), { recursive: true });
    await reproduce(cwd);
    expect([...files, "index.html"].map((file) => read(cwd, file))).toEqual(before);
  });

  test("telelink reproduce writes a page anew, without running, when only text or page changed", async () => {
    const cwd = project({ one: [prose("# One"), figures(1)] });
    await reproduce(cwd);
    put(cwd, "one", [prose("# One and only"), figures(1)]);
    const text = await reproduce(cwd);
    expect(text.steps).toEqual({ one: ["render", ["its text changed"]] });
    expect(text.events).toEqual(["step"]);
    expect(read(cwd, "one.html")).toContain("<h1>One and only</h1>");
    expect(read(cwd, "index.html")).toContain("One and only");
    const whole = read(cwd, "one.html");
    rmSync(join(cwd, "reports", "one.html"));
    expect((await reproduce(cwd)).steps).toEqual({ one: ["render", ["its page is missing or was edited"]] });
    expect(read(cwd, "one.html")).toBe(whole);
    expect((await reproduce(cwd)).steps).toEqual({ one: nothing });
  });

  test("telelink reproduce runs again when a parameter, data, a needed notebook or its executed file changed", async () => {
    const cwd = project({
      one: [code("seed = 1; ok()", "parameters"), source("telco")],
      two: [figures(2)],
      three: [figures(3)],
    });
    put(cwd, "two", [figures(2)], { needs: ["three.ipynb"] });
    writeFileSync(join(cwd, "data", "Telco-Customer-Churn.csv"), "a\n1\n");
    await reproduce(cwd);
    writeFileSync(join(cwd, "data", "Telco-Customer-Churn.csv"), "a\n2\n");
    expect((await reproduce(cwd)).steps).toEqual({
      one: ["run", ["data telco changed"]],
      two: nothing,
      three: nothing,
    });
    put(cwd, "three", [figures(4)]);
    const done = await reproduce(cwd);
    expect(done.steps).toEqual({
      one: nothing,
      three: ["run", ["cell cell-1 changed"]],
      two: ["run", ["notebook three changed"]],
    });
    expect(Object.keys(done.steps)).toEqual(["one", "three", "two"]);
    writeFileSync(join(cwd, "reports", "three.ipynb"), "{}");
    const edited = await reproduce(cwd, "three");
    expect(edited.steps).toEqual({ three: ["run", ["its executed notebook is missing or was edited"]] });
  });

  test("telelink reproduce goes on where it was broken off, and keeps the good report of a failing notebook", async () => {
    const cwd = project({ one: [figures(1)], two: [figures(2)] });
    await reproduce(cwd);
    const good = read(cwd, "two.html");
    put(cwd, "one", [figures(5)]);
    put(cwd, "two", [code("process.exit(1)")]);
    const broken = await reproduce(cwd);
    expect(broken.status).toBe(4);
    expect(read(cwd, "two.html")).toBe(good);
    expect(read(cwd, "two.failed.html")).toContain("This report is not complete.");
    expect(read(cwd, "index.html")).toContain("The last run failed");
    put(cwd, "two", [figures(2)]);
    const again = await reproduce(cwd);
    expect(again.status).toBe(0);
    expect(again.steps.one).toEqual(nothing);
    expect(again.steps.two).toEqual(nothing);
    expect(existsSync(join(cwd, "reports", "two.failed.html"))).toBe(false);
    expect(read(cwd, "index.html")).not.toContain("The last run failed");
  });

  test("telelink reproduce that is interrupted resumes: what was done stays, what was not runs", async () => {
    const slow = code(`stream("on"); await sleep(60000); ok()`);
    const cwd = project({ one: [figures(1)], two: [slow], three: [figures(3)] });
    const ended = reproduce(cwd, "--jobs", "1");
    // Notebooks run in the order of their names: one, three, two.
    await expect.poll(() => existsSync(join(cwd, "reports", "three.json")), { timeout: 30_000 }).toBe(true);
    await new Promise((done) => setTimeout(done, 500));
    interrupt(cwd);
    expect((await ended).status).toBe(130);
    put(cwd, "two", [figures(2)]);
    const again = await reproduce(cwd);
    expect(again.steps).toEqual({ one: nothing, three: nothing, two: ["run", ["it has no report yet"]] });
    expect(again.status).toBe(0);
  });

  test("telelink reproduce runs again when Node, the lockfile or a parameter is another", async () => {
    const cwd = project({ one: [code("const seed = 1;\nok()", "parameters"), figures(1)] });
    writeFileSync(join(cwd, "package-lock.json"), "{}");
    await reproduce(cwd);
    writeFileSync(join(cwd, "package-lock.json"), '{"a":1}');
    expect((await reproduce(cwd)).steps).toEqual({ one: ["run", ["package-lock.json changed"]] });
    const file = join(cwd, "reports", "one.json");
    const report = JSON.parse(readFileSync(file, "utf8"));
    writeFileSync(file, JSON.stringify({ ...report, inputs: { ...report.inputs, Node: "18.0.0" } }));
    expect((await reproduce(cwd)).steps).toEqual({ one: ["run", ["Node changed"]] });
    const other = await reproduce(cwd, "-p", "seed=2");
    expect(other.steps.one[1]).toContain("parameter seed is new");
  });

  test("telelink reproduce runs again when a file that a cell opened, looked for or listed changed", async () => {
    const fs = 'const fs = require("node:fs");';
    const reads = `${fs} stream(fs.readFileSync("../data/" + "a.csv", "utf8")); ok()`;
    const lists = `${fs} stream(fs.readdirSync("../da" + "ta").join() + fs.existsSync("./mis" + "sing.txt")); ok()`;
    // What it wrote itself is no reason, nor is what it made of its own.
    const writes = `${fs} fs.writeFileSync("own.txt", String(Date.now())); stream(fs.readFileSync("own.txt", "utf8")); ok()`;
    const names = 'stream("native readers open ../data/b.parquet"); ok()';
    const cwd = project({
      one: [code(reads)],
      two: [code(lists)],
      three: [code(writes)],
      four: [code(names)],
    });
    writeFileSync(join(cwd, "data", "a.csv"), "1");
    writeFileSync(join(cwd, "data", "b.parquet"), "1");
    await reproduce(cwd);
    expect((await reproduce(cwd)).steps).toEqual({
      one: nothing,
      two: nothing,
      three: nothing,
      four: nothing,
    });
    writeFileSync(join(cwd, "data", "a.csv"), "2");
    writeFileSync(join(cwd, "data", "b.parquet"), "2");
    const changed = await reproduce(cwd);
    expect(changed.steps).toEqual({
      one: ["run", ["file ../data/a.csv changed"]],
      two: nothing,
      three: nothing,
      four: ["run", ["file ../data/b.parquet changed"]],
    });
    expect(read(cwd, "one.ipynb")).toContain('"2"');
    writeFileSync(join(cwd, "notebooks", "missing.txt"), "");
    writeFileSync(join(cwd, "data", "c.csv"), "");
    const { steps } = await reproduce(cwd, "--dry-run");
    expect(steps.two[1].sort()).toEqual(["file missing.txt changed", "folder ../data changed"]);
    expect(steps.one).toEqual(nothing);
  });

  test("telelink reproduce looks after files that programs are given, and says that it knows of no others", async () => {
    const run = `const { execSync, spawnSync } = require("node:child_process");
      const texts = [execSync("cat ../data/d" + ".csv"), spawnSync("cat", ["../data/e" + ".csv"]).stdout];
      require("node:fs").existsSync("../data/d.csv/package.json");
      stream(texts.join("")); ok()`;
    const cwd = project({ one: [code(run)] });
    for (const name of ["d.csv", "e.csv"]) writeFileSync(join(cwd, "data", name), "1");
    const first = await reproduce(cwd);
    expect([first.status, first.events.includes("warning")]).toEqual([0, true]);
    expect((await reproduce(cwd)).steps).toEqual({ one: nothing });
    for (const name of ["d.csv", "e.csv"]) {
      writeFileSync(join(cwd, "data", name), "2");
      expect((await reproduce(cwd)).steps).toEqual({ one: ["run", [`file ../data/${name} changed`]] });
    }
    expect((await reproduce(cwd, "one", "--init")).status).toBe(2);
  });

  test("telelink reproduce follows modules, declared files and variables, and sub-folders", async () => {
    const cwd = project({ one: [code('/* import { e } from "../src/e.js" */ ok()')] });
    mkdirSync(join(cwd, "src"));
    mkdirSync(join(cwd, "notebooks", "eu"));
    writeFileSync(join(cwd, "src", "e.ts"), 'import "./f";');
    writeFileSync(join(cwd, "src", "f.ts"), "1");
    put(cwd, "eu/one", [code("ok()")], { inputs: ["../../data/**/*.csv"], env: ["TELELINK_TEST_REGION"] });
    put(cwd, "index", [code("ok()")]);
    expect((await reproduce(cwd)).status).toBe(0);
    expect(read(cwd, "index.html")).toContain('href="eu/one.html"');
    expect(read(cwd, "index.html")).toContain('href="index-report.html"');
    writeFileSync(join(cwd, "src", "f.ts"), "2");
    mkdirSync(join(cwd, "data", "x"));
    writeFileSync(join(cwd, "data", "x", "a.csv"), "1");
    process.env.TELELINK_TEST_REGION = "EU";
    const { steps } = await reproduce(cwd, "--dry-run");
    delete process.env.TELELINK_TEST_REGION;
    expect(steps.one).toEqual(["run", ["file ../src/f.ts changed"]]);
    expect(steps["eu/one"][1]).toEqual([
      "environment TELELINK_TEST_REGION changed",
      "file ../../data/x/a.csv is new",
    ]);
    expect(steps.index).toEqual(nothing);
  });

  test("telelink reproduce refuses to write where another one does, and begins a project in any folder", async () => {
    const cwd = mkdtempSync(join(tmpdir(), "telelink-empty-"));
    mkdirSync(join(cwd, "reports"));
    writeFileSync(join(cwd, "reports", ".reproduce.lock"), `${process.pid} ${hostname()}\n`);
    spawnSync(process.execPath, [main, "reproduce", "--init"], { cwd });
    expect(existsSync(join(cwd, "notebooks", "calls.ipynb"))).toBe(true);
    const second = await reproduce(cwd);
    expect([second.status, second.stderr]).toEqual([1, expect.stringContaining(`process ${process.pid} on`)]);
    // One that was killed holds nothing.
    writeFileSync(join(cwd, "reports", ".reproduce.lock"), `999999999 ${hostname()}\n`);
    expect((await reproduce(cwd)).status).toBe(0);
    expect(read(cwd, "calls.html")).toContain("A call in the north takes 3.8 minutes.");
    expect(existsSync(join(cwd, "reports", ".reproduce.lock"))).toBe(false);
  });

  test("telelink reproduce leaves out what needs a failed notebook", async () => {
    const cwd = project({ one: [code("process.exit(1)")], two: [figures(2)] });
    put(cwd, "two", [figures(2)], { needs: ["one"] });
    const done = await reproduce(cwd, "--jobs", "2");
    expect(done.status).toBe(4);
    expect(done.stderr).toContain("two.ipynb: left out, because a notebook that it needs failed");
    expect(existsSync(join(cwd, "reports", "two.html"))).toBe(false);
  });

  test("telelink reproduce --dry-run says what would run, and runs nothing", async () => {
    const cwd = project({ one: [figures(1)] });
    const done = await reproduce(cwd, "--dry-run");
    expect(done.steps).toEqual({ one: ["run", ["it has no report yet"]] });
    expect(existsSync(join(cwd, "reports", "one.html"))).toBe(false);
  });

  test("telelink reproduce with nothing to do takes less than a second", async () => {
    const cwd = project({ one: [figures(1)] });
    await reproduce(cwd);
    // Other tests share the processors: the least of several is what the command itself takes.
    let least = Infinity;
    for (let i = 0; i < 10 && least >= 1000; i++) {
      const begun = performance.now();
      await reproduce(cwd);
      least = Math.min(least, performance.now() - begun);
    }
    expect(least).toBeLessThan(1000);
  });

  test.each<[string[], RegExp]>([
    [["none"], /a notebook must be one of one, two, got "none"/],
    [["--notebooks", "nowhere"], /the folder of the notebooks must exist, got "nowhere"/],
    [["-p", "colour=red"], /a parameter must be one that a notebook declares, got "colour"/],
    [["--out", "notebooks"], /--out must be another folder/],
  ])("telelink reproduce %j is wrong usage", async (args, message) => {
    const cwd = project({ one: [figures(1)], two: [figures(2)] });
    const done = await reproduce(cwd, ...args);
    expect(done.stderr).toMatch(message);
    expect(done.status).toBe(2);
  });

  test("telelink reproduce refuses notebooks that need each other, or one that is not there", async () => {
    const cwd = project({});
    put(cwd, "one", [figures(1)], { needs: ["two.ipynb"] });
    put(cwd, "two", [figures(1)], { needs: ["one.ipynb"] });
    expect((await reproduce(cwd)).stderr).toContain("must not need each other in a circle");
    put(cwd, "two", [figures(1)], { needs: ["none.ipynb"] });
    const done = await reproduce(cwd);
    expect(done.stderr).toContain('a notebook that it needs must be there, got "none.ipynb"');
    expect(done.status).toBe(2);
  });
});
