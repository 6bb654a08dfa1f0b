import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join, resolve } from "node:path";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { installKernel } from "../../src/notebook/install-kernel";
import { bundledTslab } from "../../src/notebook/kernel-spec";
import { formatNotebook, type Notebook } from "../../src/notebook/nbformat";
import { parseNotebook } from "../../src/notebook/parse-notebook";
import { collectFigures } from "../../src/notebook/render/payloads";
import { readNotebook } from "../../src/notebook/run/run-file";
import { runNotebook } from "../../src/notebook/run/run-notebook";
import { launchChromium } from "../browser";
import { chromium, python } from "../support";
import { code, notebook } from "./fixtures/make";
import { smallStudy } from "./fixtures/small-study";

const lab = python !== undefined && spawnSync(python, ["-c", "import jupyterlab"]).status === 0;

describe.skipIf(!lab || !chromium)(
  "JupyterLab in a browser, with the kernel of telelink kernel install",
  () => {
    const home = mkdtempSync(join(tmpdir(), "telelink-lab-"));
    const { folder, path } = lab && chromium ? smallStudy() : { folder: home, path: "" };
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
    function runInLab(name: string) {
      return inLab(name, async (_page, saved) => saved);
    }

    /** The same, with the page still open for `look`. */
    async function inLab<T>(name: string, look: (page: Page, saved: Notebook) => Promise<T>): Promise<T> {
      const page = await (browser as Browser).newPage();
      try {
        await page.goto(`${address}/lab/tree/${name}?token=t&reset`, { waitUntil: "domcontentloaded" });
        await page.locator(".jp-Notebook .jp-Cell").first().waitFor({ timeout: 60_000 });
        // It says "idle" before there is a kernel too; what is run then is lost.
        await expect
          .poll(async () => (await page.request.get(`${address}/api/kernels?token=t`)).json(), {
            timeout: 60_000,
          })
          .toEqual(expect.arrayContaining([expect.objectContaining({ connections: 1 })]));
        await page
          .locator('.jp-Notebook-ExecutionIndicator[data-status="idle"]')
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
        return await look(page, saved());
      } finally {
        await page.close();
        for (const { id } of (await (await fetch(`${address}/api/sessions?token=t`)).json()) as {
          id: string;
        }[])
          await fetch(`${address}/api/sessions/${id}?token=t`, { method: "DELETE" });
      }
    }

    // interop.test.ts runs notebook 01 under other programs.
    test("JupyterLab runs a study and gives our runner's figures", { timeout: 240_000 }, async () => {
      const ours = await runNotebook(readNotebook(path), { kernel: bundledTslab(), cwd: folder });
      expect(ours.failures).toEqual([]);
      const theirs = await runInLab(basename(path));
      expect(collectFigures(theirs).figures.length).toBeGreaterThan(30);
      expect(collectFigures(theirs)).toEqual(collectFigures(ours.notebook));
    });

    test.each(["JupyterLab Light", "JupyterLab Dark"])(
      "%s shows charts with contrast, money as money, and moves the explorer",
      { timeout: 180_000 },
      async (theme) => {
        const settings = join(home, "jupyterlab_settings_dir", "@jupyterlab", "apputils-extension");
        mkdirSync(settings, { recursive: true });
        writeFileSync(join(settings, "themes.jupyterlab-settings"), JSON.stringify({ theme }));
        const report = resolve(__dirname, "..", "..", "dist", "report");
        const cells = [
          code(
            `import { display } from "tslab";\nimport { budgetExplorer } from ${JSON.stringify(join(report, "charts", "explorer.js"))};\nimport { figure } from ${JSON.stringify(join(report, "charts", "figure.js"))};`,
          ),
          code(
            `display.html(budgetExplorer({ title: "Whom to contact", description: "Profit by threshold.", groups: [[100, 0.6, 90, 0.3], [400, 0.2, 30, 0.3]], start: { threshold: 10, contact: 2, offer: 15, budget: 5000 } }));`,
          ),
          code(
            `display.html(await figure(() => ({ data: { values: [{ a: 1, b: 2 }, { a: 3, b: 4 }] }, mark: "line", encoding: { x: { field: "a", type: "quantitative", title: "Customers kept" }, y: { field: "b", type: "quantitative", title: "Money, $" } } }), { title: "A line", description: "It rises." }, { header: ["a", "b"], rows: [["1", "2 $"], ["3", "4 $"]] }));`,
          ),
        ];
        const name = `look-${theme.split(" ")[1]}.ipynb`;
        writeFileSync(join(folder, name), formatNotebook(notebook(cells)));
        await inLab(name, async (page) => {
          const outputs = page.locator(".jp-OutputArea-output figure");
          await expect.poll(() => outputs.count(), { timeout: 60_000 }).toBe(2);
          const sentence = outputs.first().locator("p[aria-live]");
          expect(await sentence.textContent()).toMatch(/contacted for .*\$: believed profit .*\$\.$/);
          const before = await sentence.textContent();
          await outputs.first().locator("input[type=range]").first().fill("40");
          expect(await sentence.textContent()).not.toBe(before);
          expect(await page.locator(".jp-OutputArea mjx-container, .jp-OutputArea .MathJax").count()).toBe(0);
          // Every text of the chart against the cell's background (WCAG 2, contrast of normal text).
          const contrasts = await page.evaluate(contrastOfTexts);
          expect(contrasts.length).toBeGreaterThan(6);
          expect(Math.min(...contrasts)).toBeGreaterThan(4.5);
        });
      },
    );

    test("JupyterLab shows all of 3,000 lines printed at once", { timeout: 120_000 }, async () => {
      const { cells } = await runInLab("many.ipynb");
      const [first] = cells[0].outputs ?? [];
      expect(first.output_type === "stream" && first.text.match(/^line \d+$/gm)?.length).toBe(3000);
    });
  },
);

/** Runs in the page: the contrast of each text of an SVG with what is behind it. */
const contrastOfTexts = `(() => {
  const parse = (text) => { const [r, g, b, a = 1] = text.match(/[\\d.]+/g).map(Number); return [r, g, b, a]; };
  const luminance = ([r, g, b]) => { const f = (v) => { v /= 255; return v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4; }; return 0.2126 * f(r) + 0.7152 * f(g) + 0.0722 * f(b); };
  const behind = (node) => { for (let at = node; at; at = at.parentElement) { const c = parse(getComputedStyle(at).backgroundColor); if (c[3] > 0.5) return c; } return [255, 255, 255, 1]; };
  return [...document.querySelectorAll(".jp-OutputArea-output svg text")].filter((one) => one.textContent.trim()).map((one) => {
    const back = behind(one.closest("figure"));
    const fore = parse(getComputedStyle(one).fill);
    const mixed = [0, 1, 2].map((i) => fore[i] * fore[3] + back[i] * (1 - fore[3]));
    const [a, b] = [luminance(mixed), luminance(back)].sort((x, y) => y - x);
    return (a + 0.05) / (b + 0.05);
  });
})()` as unknown as () => number[];
