import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { installKernel } from "../../src/notebook/install-kernel";
import { bundledTslab } from "../../src/notebook/kernel-spec";
import { formatNotebook } from "../../src/notebook/nbformat";
import { parseNotebook } from "../../src/notebook/parse-notebook";
import { collectFigures } from "../../src/notebook/render/payloads";
import { readNotebook } from "../../src/notebook/run/run-file";
import { runNotebook } from "../../src/notebook/run/run-notebook";
import { launchChromium } from "../browser";
import { chromium, python } from "../support";
import { code, notebook } from "./fixtures/make";
import { smallChurn } from "./fixtures/small-churn";

const lab = python !== undefined && spawnSync(python, ["-c", "import jupyterlab"]).status === 0;

describe.skipIf(!lab || !chromium)(
  "JupyterLab in a browser, with the kernel of telelink kernel install",
  () => {
    const home = mkdtempSync(join(tmpdir(), "telelink-lab-"));
    const { folder, path } = lab && chromium ? smallChurn() : { folder: home, path: "" };
    let server: ChildProcess | undefined;
    let browser: Browser | undefined;
    let said = "";
    let address = "";

    beforeAll(async () => {
      installKernel({ prefix: home });
      const many = code(
        'import { seeded } from "telelink";\nfor (let i = 0; i < 3000; i++) console.log("line", i);\nseeded(1).uniform()',
      );
      writeFileSync(join(folder, "many.ipynb"), formatNotebook(notebook([many, code("'after'")])));
      const own = Object.fromEntries(
        [
          "JUPYTER_CONFIG_DIR",
          "JUPYTER_RUNTIME_DIR",
          "JUPYTERLAB_SETTINGS_DIR",
          "JUPYTERLAB_WORKSPACES_DIR",
        ].map((name) => [name, join(home, name.toLowerCase())]),
      );
      const options = ["--no-browser", "--allow-root", "--ServerApp.port=0", "--IdentityProvider.token=t"];
      server = spawn(python as string, ["-m", "jupyterlab", ...options, `--ServerApp.root_dir=${folder}`], {
        env: { ...process.env, ...own, JUPYTER_PATH: join(home, "share", "jupyter") },
        stdio: ["ignore", "ignore", "pipe"],
      });
      address = await new Promise<string>((done, fail) => {
        server?.stderr?.on("data", (text) => {
          said += text;
          const match = said.match(/(http:\/\/(?:localhost|127\.0\.0\.1):\d+)\/lab\?token=/);
          if (match) done(match[1]);
        });
        server?.once("exit", () => fail(new Error(`JupyterLab ended: ${said.slice(-2000)}`)));
      });
      browser = await launchChromium();
    });

    afterAll(async () => {
      await browser?.close();
      if (server?.exitCode === null) {
        const ended = new Promise((done) => server?.once("exit", done));
        server.kill("SIGTERM");
        await ended;
      }
      for (const one of [folder, home]) rmSync(one, { recursive: true, force: true });
    });

    /** Opens the notebook, runs all cells by the menu, saves it, and returns the saved file. */
    async function runInLab(name: string) {
      const page = await (browser as Browser).newPage();
      try {
        await page.goto(`${address}/lab/tree/${name}?token=t&reset`, { waitUntil: "domcontentloaded" });
        await page.locator(".jp-Notebook .jp-Cell").first().waitFor({ timeout: 60_000 });
        // It says "idle" before there is a kernel too; what is run then is lost.
        for (const status of ["connecting", "idle"])
          await page
            .locator(`.jp-Notebook-ExecutionIndicator[data-status="${status}"]`)
            .first()
            .waitFor({ timeout: 60_000, state: "attached" });
        await page.getByRole("menuitem", { name: "Run", exact: true }).click();
        await page.getByRole("menuitem", { name: /^Run All Cells/ }).click();
        const file = join(folder, name);
        const saved = () => parseNotebook(readFileSync(file, "utf8"), file);
        const codes = saved().cells.filter((one) => one.cell_type === "code").length;
        // Cells out of sight are not in the page, so the saved file tells when all have run.
        const ran = async () => {
          await page.keyboard.press("Control+s");
          return saved().cells.filter((one) => one.execution_count).length;
        };
        await expect.poll(ran, { timeout: 150_000, interval: 1000 }).toBe(codes);
        return saved();
      } finally {
        await page.close();
      }
    }

    test("JupyterLab runs notebook 01 and gives the same figures", { timeout: 240_000 }, async () => {
      const source = join(home, basename(path));
      cpSync(path, source);
      const ours = await runNotebook(readNotebook(source), { kernel: bundledTslab(), cwd: folder });
      expect(ours.verdict).toBe("ok");
      const theirs = await runInLab(basename(path));
      expect(collectFigures(theirs).figures.length).toBeGreaterThan(30);
      expect(collectFigures(theirs)).toEqual(collectFigures(ours.notebook));
    });

    test("JupyterLab shows all of 3,000 lines printed at once", { timeout: 120_000 }, async () => {
      const { cells } = await runInLab("many.ipynb");
      const [first] = cells[0].outputs ?? [];
      expect(first.output_type === "stream" && first.text.match(/^line \d+$/gm)?.length).toBe(3000);
    });
  },
);
