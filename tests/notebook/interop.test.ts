import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { bundledTslab, type KernelSpec, readKernelSpec } from "../../src/notebook/kernel-spec";
import { formatNotebook } from "../../src/notebook/nbformat";
import { parseNotebook } from "../../src/notebook/parse-notebook";
import { collectFigures, collectProvenance } from "../../src/notebook/render/payloads";
import { renderNotebook } from "../../src/notebook/render/render";
import { readNotebook } from "../../src/notebook/run/run-file";
import { runNotebook } from "../../src/notebook/run/run-notebook";
import { axeViolations, launchChromium, unfold } from "../browser";
import { chromium, python } from "../support";
import { smallChurn } from "./fixtures/small-churn";

const root = resolve(__dirname, "..", "..");
const bin = join(root, "node_modules", ".bin");
const prefix = mkdtempSync(join(tmpdir(), "telelink-stock-"));
const env = {
  ...process.env,
  PATH: [bin, process.env.PATH].join(delimiter),
  JUPYTER_PATH: join(prefix, "share", "jupyter"),
};

/** Runs a module of Python in the folder, and fails with what it says. */
async function py(cwd: string, ...args: string[]): Promise<void> {
  const child = spawn(python as string, args, { cwd, env, stdio: ["ignore", "pipe", "pipe"] });
  let said = "";
  child.stdout.on("data", (text) => {
    said += text;
  });
  child.stderr.on("data", (text) => {
    said += text;
  });
  const code = await new Promise<number | null>((done) => child.once("close", done));
  if (code !== 0) throw new Error(`${args.slice(0, 4).join(" ")} ended with ${code}: ${said.slice(-2000)}`);
}

describe.skipIf(!python)("notebook 01 under the stock tslab kernel of other runners", () => {
  let folder = "";
  let path = "";
  let ours: ReturnType<typeof figuresOf>;

  function figuresOf(file: string) {
    const notebook = parseNotebook(readFileSync(file, "utf8"), file);
    return { ...collectFigures(notebook), provenance: collectProvenance(notebook) };
  }

  async function run(kernel: KernelSpec, out: string): Promise<string> {
    const done = await runNotebook(readNotebook(path), {
      kernel: { ...kernel, env: { PATH: env.PATH } },
      cwd: folder,
    });
    expect(done.verdict).toBe("ok");
    const file = join(folder, out);
    writeFileSync(file, formatNotebook(done.notebook));
    return file;
  }

  beforeAll(async () => {
    const args = ["install", `--prefix=${prefix}`, `--python=${python}`];
    const done = spawnSync(join(bin, "tslab"), args, { env, encoding: "utf8" });
    expect([done.status, done.stderr]).toEqual([0, expect.anything()]);
    ({ folder, path } = smallChurn());
    ours = figuresOf(await run(bundledTslab(), "ours.ipynb"));
  }, 300_000);

  afterAll(() => {
    for (const one of [folder, prefix]) rmSync(one, { recursive: true, force: true });
  });

  test("our runner gives dozens of figures and where they come from", () => {
    expect(ours.figures.length).toBeGreaterThan(30);
    expect(ours.provenance.sources.length).toBeGreaterThan(0);
  });

  // Both of the first run on nbclient, each by a class of its own.
  test.concurrent.each<readonly [string, (out: string) => Promise<unknown>]>([
    [
      "jupyter nbconvert --execute",
      (out) => py(folder, "-m", "nbconvert", "--to", "notebook", "--execute", path, "--output", out),
    ],
    ["papermill", (out) => py(folder, "-m", "papermill", "01-churn.ipynb", out, "--no-progress-bar")],
    [
      "our runner, with that kernelspec",
      (out) => run(readKernelSpec(join(prefix, "share", "jupyter", "kernels", "tslab")), out),
    ],
  ])("%s gives the same figures", { timeout: 300_000 }, async (name, execute) => {
    const out = `${name.replace(/\W+/g, "-")}.ipynb`;
    await execute(out);
    expect(figuresOf(join(folder, out))).toEqual(ours);
  });

  test.skipIf(!chromium)("its report is below 1 MB, quiet and without a fault that axe finds", async () => {
    const { html } = await renderNotebook(readNotebook(join(folder, "ours.ipynb")), {
      ...{ name: "01-churn.ipynb", date: "21 November 2026" },
    });
    expect(Buffer.byteLength(html)).toBeLessThan(1_000_000);
    const file = join(folder, "report.html");
    writeFileSync(file, html);
    const browser = await launchChromium();
    try {
      const page = await browser.newPage();
      const asked: string[] = [];
      page.on("request", (request) => asked.push(request.url()));
      await page.goto(`file://${file}`);
      await unfold(page);
      for (const colorScheme of ["light", "dark"] as const) {
        await page.emulateMedia({ colorScheme });
        expect(await axeViolations(page)).toEqual([]);
      }
      // Every chart has a title, a description and its data.
      const bare = `[...document.querySelectorAll(".tl-main svg")].filter((one) =>
        one.getAttribute("aria-labelledby")?.split(" ").map((id) => document.getElementById(id)?.tagName).join() !== "title,desc" ||
        !one.closest("figure").querySelector("table")).length`;
      expect(await page.evaluate(bare)).toBe(0);
      expect(await page.evaluate(`document.querySelectorAll(".tl-main svg").length`)).toBeGreaterThan(4);
      expect(asked.filter((url) => !/^(file|data):/.test(url))).toEqual([]);
    } finally {
      await browser.close();
    }
  });

  test("all executed files validate with nbformat", async () => {
    const files = readdirSync(folder).filter((name) => name.endsWith(".ipynb"));
    expect(files.length).toBe(5);
    const script = join(__dirname, "fixtures", "validate.py");
    const done = spawnSync(python as string, [script, ...files], { cwd: folder, encoding: "utf8" });
    expect([done.status, done.stdout]).toEqual([0, ""]);
  });
});
