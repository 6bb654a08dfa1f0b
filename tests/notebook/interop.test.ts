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
import { smallStudy } from "./fixtures/small-study";

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

describe.skipIf(!python)("the stock tslab kernel, and other runners with it", () => {
  // Notebook 01 takes a minute: one other kernel runs it, and what other runners do is seen on a study of seconds.
  const churn = { folder: "", path: "" };
  const study = { folder: "", path: "" };
  let ours: ReturnType<typeof figuresOf>;
  let oursOfStudy: ReturnType<typeof figuresOf>;

  function figuresOf(file: string) {
    const notebook = parseNotebook(readFileSync(file, "utf8"), file);
    return { ...collectFigures(notebook), provenance: collectProvenance(notebook) };
  }

  async function run({ folder, path }: typeof churn, kernel: KernelSpec, out: string): Promise<string> {
    const done = await runNotebook(readNotebook(path), {
      kernel: { ...kernel, env: { PATH: env.PATH } },
      cwd: folder,
    });
    expect(done.failures).toEqual([]);
    const file = join(folder, out);
    writeFileSync(file, formatNotebook(done.notebook));
    return file;
  }

  beforeAll(async () => {
    const args = ["install", `--prefix=${prefix}`, `--python=${python}`];
    const done = spawnSync(join(bin, "tslab"), args, { env, encoding: "utf8" });
    expect([done.status, done.stderr]).toEqual([0, expect.anything()]);
    Object.assign(churn, smallChurn());
    Object.assign(study, smallStudy());
    ours = figuresOf(await run(churn, bundledTslab(), "ours.ipynb"));
    oursOfStudy = figuresOf(await run(study, bundledTslab(), "ours.ipynb"));
  }, 300_000);

  afterAll(() => {
    for (const one of [churn.folder, study.folder, prefix].filter((name) => name !== ""))
      rmSync(one, { recursive: true, force: true });
  });

  test("our runner gives dozens of figures and where they come from", () => {
    for (const one of [ours, oursOfStudy]) {
      expect(one.figures.length).toBeGreaterThan(30);
      expect(one.provenance.sources.length).toBeGreaterThan(0);
    }
  });

  test("notebook 01 gives the same figures with that kernelspec", { timeout: 300_000 }, async () => {
    const stock = readKernelSpec(join(prefix, "share", "jupyter", "kernels", "tslab"));
    expect(figuresOf(await run(churn, stock, "stock.ipynb"))).toEqual(ours);
  });

  // Both run on nbclient, each by a class of its own.
  test.each<readonly [string, readonly string[]]>([
    ["nbconvert", ["--to", "notebook", "--execute", "study.ipynb", "--output", "nbconvert.ipynb"]],
    ["papermill", ["study.ipynb", "papermill.ipynb", "--no-progress-bar"]],
  ])("%s gives a study's figures", { timeout: 300_000 }, async (name, args) => {
    await py(study.folder, "-m", name, ...args);
    expect(figuresOf(join(study.folder, `${name}.ipynb`))).toEqual(oursOfStudy);
  });

  test.skipIf(!chromium)(
    "the report of notebook 01 is below 1 MB, quiet and without a fault that axe finds",
    async () => {
      const { html } = await renderNotebook(readNotebook(join(churn.folder, "ours.ipynb")), {
        ...{ name: "01-churn.ipynb", date: "21 November 2026" },
      });
      expect(Buffer.byteLength(html)).toBeLessThan(1_000_000);
      const file = join(churn.folder, "report.html");
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
    },
  );

  test("all executed files validate with nbformat", async () => {
    const files = [churn.folder, study.folder].flatMap((folder) =>
      readdirSync(folder)
        .filter((name) => name.endsWith(".ipynb"))
        .map((name) => join(folder, name)),
    );
    expect(files.length).toBe(7);
    const script = join(__dirname, "fixtures", "validate.py");
    const done = spawnSync(python as string, [script, ...files], { encoding: "utf8" });
    expect([done.status, done.stdout]).toEqual([0, ""]);
  });
});
