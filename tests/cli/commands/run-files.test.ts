import { spawn } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { describe, expect, test } from "vitest";
import { type Cell, formatNotebook } from "../../../src/notebook/nbformat";
import { code, notebook } from "../../notebook/fixtures/make";

const root = resolve(__dirname, "..", "..", "..");
const main = join(root, "dist", "cli", "main.js");
const fake = join(root, "tests", "notebook", "fixtures", "fake");

/** A folder with notebooks for the fake kernel, by path. */
function folder(books: Record<string, readonly Cell[]>): string {
  const made = mkdtempSync(join(tmpdir(), "telelink-files-"));
  for (const [path, cells] of Object.entries(books)) {
    mkdirSync(dirname(join(made, path)), { recursive: true });
    writeFileSync(join(made, path), formatNotebook(notebook(cells, "fake", "typescript")));
  }
  return made;
}

interface Started {
  readonly child: ReturnType<typeof spawn>;
  readonly end: Promise<{ status: number | null; stdout: string; stderr: string }>;
}

function start(cwd: string, args: readonly string[], input = ""): Started {
  const child = spawn(process.execPath, [main, "run", "--kernel", fake, ...args], { cwd });
  let stdout = "";
  let stderr = "";
  child.stdout.on("data", (text) => {
    stdout += text;
  });
  child.stderr.on("data", (text) => {
    stderr += text;
  });
  child.stdin.end(input);
  const end = new Promise<number | null>((done) => child.once("close", done));
  return { child, end: end.then((status) => ({ status, stdout, stderr })) };
}
const run = (cwd: string, ...args: string[]): Started["end"] => start(cwd, args).end;
const outputsIn = (file: string): unknown[] =>
  (JSON.parse(readFileSync(file, "utf8")) as { cells: { outputs: unknown[] }[] }).cells.flatMap(
    (cell) => cell.outputs,
  );
const says = (text: string): Cell => code(`stream(${JSON.stringify(text)}); ok()`);
const failing =
  'error("Oops", "no"); reply({ status: "error", ename: "Oops", evalue: "no", traceback: [] }); idle()';
const waits = code('stream("on"); await sleep(60000); ok()');

async function until(holds: () => boolean): Promise<void> {
  for (let i = 0; i < 300 && !holds(); i++) await new Promise((done) => setTimeout(done, 100));
  expect(holds()).toBe(true);
}

describe.concurrent("telelink run writes over nothing that is not its own", () => {
  test("two notebooks of one name are refused, and --name tells them apart", async () => {
    const cwd = folder({ "a/r.ipynb": [says("a")], "b/r.ipynb": [says("b")] });
    const refused = await run(cwd, "a/r.ipynb", "b/r.ipynb", "--out", "o");
    expect([refused.status, readdirSync(cwd)]).toEqual([2, ["a", "b"]]);
    expect(refused.stderr).toContain("a/r.ipynb and b/r.ipynb would both be r.ipynb");
    const named = await run(cwd, "a/r.ipynb", "b/r.ipynb", "--out", "o", "--name", "{folder}-{notebook}");
    expect([named.status, readdirSync(join(cwd, "o")).sort()]).toEqual([0, ["a-r.ipynb", "b-r.ipynb"]]);
  });

  test("a file of another notebook, or of nobody known, stays unless --overwrite says so", async () => {
    const cwd = folder({ "a/r.ipynb": [says("a")], "b/r.ipynb": [says("b")] });
    writeFileSync(join(cwd, "a", "own.txt"), "");
    expect((await run(cwd, "a/r.ipynb", "--out", "o")).status).toBe(0);
    expect((await run(cwd, "a/r.ipynb", "--out", "o")).status).toBe(0);
    const other = await run(cwd, "b/r.ipynb", "--out", "o");
    expect([other.status, outputsIn(join(cwd, "o", "r.ipynb"))]).toMatchObject([2, [{ text: ["a"] }]]);
    const source = await run(cwd, "b/r.ipynb", "--out", "a");
    expect([source.status, outputsIn(join(cwd, "a", "r.ipynb"))]).toEqual([2, []]);
    writeFileSync(join(cwd, "o", "r.json"), '{"mine": 1}');
    expect((await run(cwd, "a/r.ipynb", "--out", "o", "--html")).status).toBe(2);
    expect(readFileSync(join(cwd, "o", "r.json"), "utf8")).toBe('{"mine": 1}');
    expect((await run(cwd, "b/r.ipynb", "--out", "o", "--overwrite")).status).toBe(0);
    expect(outputsIn(join(cwd, "o", "r.ipynb"))).toMatchObject([{ text: ["b"] }]);
  });

  test("--in-place replaces the notebook when all went well, and - is a pipe", async () => {
    const cwd = folder({
      "r.ipynb": [says("a")],
      "bad.ipynb": [code(failing), says("b")],
    });
    expect((await run(cwd, "r.ipynb", "--in-place")).status).toBe(0);
    expect(outputsIn(join(cwd, "r.ipynb"))).toMatchObject([{ text: ["a"] }]);
    const before = readFileSync(join(cwd, "bad.ipynb"), "utf8");
    await run(cwd, "bad.ipynb", "--in-place", "--timeout", "5");
    expect(readFileSync(join(cwd, "bad.ipynb"), "utf8")).toBe(before);
    const piped = await start(cwd, ["-", "--out", "-"], readFileSync(join(cwd, "r.ipynb"), "utf8")).end;
    expect(JSON.parse(piped.stdout).cells[0].outputs).toMatchObject([{ text: ["a"] }]);
    expect((await run(cwd, "r.ipynb", "--in-place", "--out", "o")).status).toBe(2);
  });
});

describe.concurrent("telelink run saves as it goes", () => {
  test("a run killed outright leaves NAME.partial.ipynb, which the next good run removes", async () => {
    // Like most kernels, this one does not look whether its runner is still there.
    const cwd = folder({ "r.ipynb": [code("stream(String(process.pid)); ok()"), waits] });
    const partial = join(cwd, "o", "r.partial.ipynb");
    const { child, end } = start(cwd, ["r.ipynb", "--out", "o"]);
    await until(() => existsSync(partial));
    child.kill("SIGKILL");
    await end;
    const [{ text }] = outputsIn(partial) as [{ text: [string] }];
    await until(() => !existsSync(`/proc/${text[0]}`));
    expect(JSON.parse(readFileSync(partial, "utf8")).metadata.telelink.run.status).toBe("partial");
    writeFileSync(join(cwd, "r.ipynb"), formatNotebook(notebook([says("whole")], "fake", "typescript")));
    expect((await run(cwd, "r.ipynb", "--out", "o")).status).toBe(0);
    expect(readdirSync(join(cwd, "o"))).toEqual(["r.ipynb"]);
  });

  test("SIGTERM is handed to the kernel, which may put something away", async () => {
    const tidy = `process.on("SIGTERM", () => { require("node:fs").writeFileSync("tidy.txt", "done"); process.exit(); });`;
    const cwd = folder({ "r.ipynb": [code(`${tidy} stream("on"); await sleep(60000); ok()`)] });
    const { child, end } = start(cwd, ["r.ipynb", "--out", "o", "--live"]);
    let said = "";
    child.stderr?.on("data", (text) => {
      said += text;
    });
    await until(() => said.includes("on"));
    child.kill("SIGTERM");
    expect((await end).status).toBe(130);
    expect(readFileSync(join(cwd, "tidy.txt"), "utf8")).toBe("done");
    expect(outputsIn(join(cwd, "o", "r.failed.ipynb"))).toMatchObject([
      { text: ["on"] },
      { ename: "Stopped" },
    ]);
  });
});

test("telelink run --help-notebook lists the parameters", async () => {
  const cwd = folder({ "r.ipynb": [code('const region: "EU" | "US" = "EU"; // where', "parameters")] });
  const { stdout, status } = await run(cwd, "r.ipynb", "--help-notebook");
  expect(status).toBe(0);
  expect(stdout).toMatch(/region +"EU" \| "US" +"EU" +where/);
});
