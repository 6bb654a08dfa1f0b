import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { describe, expect, test } from "vitest";
import { type Cell, formatNotebook } from "../../../src/notebook/nbformat";
import { code, notebook } from "../../notebook/fixtures/make";

const main = resolve(__dirname, "..", "..", "..", "dist", "cli", "main.js");
const cwd = mkdtempSync(join(tmpdir(), "telelink-verify-test-"));
mkdirSync(join(cwd, "jupyter", "kernels"), { recursive: true });
mkdirSync(join(cwd, "notebooks"));
symlinkSync(
  resolve(__dirname, "..", "..", "notebook", "fixtures", "fake"),
  join(cwd, "jupyter", "kernels", "fake"),
);

function telelink(...args: string[]): { status: number | null; stdout: string; stderr: string } {
  const env = { ...process.env, JUPYTER_PATH: join(cwd, "jupyter"), JUPYTER_DATA_DIR: join(cwd, "own") };
  return spawnSync(process.execPath, [main, ...args], { cwd, env, encoding: "utf8" });
}

function put(name: string, ...cells: Cell[]): void {
  writeFileSync(join(cwd, "notebooks", name), formatNotebook(notebook(cells, "fake", "typescript")));
}

const show = (mime: string, content: string): string =>
  `display({ "application/vnd.telelink.${mime}+json": ${content} })`;
const figures = (values: Record<string, string>): Cell => {
  const list = Object.entries(values).map(
    ([name, value]) => `{ name: "${name}", label: "The ${name}", ${value} }`,
  );
  return code(`${show("figures", `{ figures: [${list.join(", ")}] }`)}; ok()`);
};
const source = (hash: string): Cell =>
  code(
    `${show("provenance", `{ seeds: [1], sources: [{ name: "telco", sha256: "${hash.repeat(64)}", rows: 3, simulated: false }] }`)}; ok()`,
  );

describe("telelink verify", () => {
  test("telelink verify executes again and finds that every figure agrees", () => {
    put(
      "a.ipynb",
      figures({ auc: "value: 0.1 + 0.2", time: "value: Date.now(), tolerance: 60000" }),
      source("a"),
    );
    expect(telelink("reproduce").status).toBe(0);
    const before = readFileSync(join(cwd, "reports", "a.html"), "utf8");
    const done = telelink("verify", "reports/a.html", "--all");
    expect(done.stderr).toContain("a: 2 of 2 figures agree");
    expect(done.stdout).toMatch(/auc +0\.3 +0\.3 +0 +0 +agrees/);
    expect(done.status).toBe(0);
    expect(readFileSync(join(cwd, "reports", "a.html"), "utf8")).toBe(before);
  });

  test("telelink verify shows the figures that differ, are gone or new, and other data, and ends with 1", () => {
    put("b.ipynb", figures({ auc: "value: 0.5", loss: "value: 1", f1: "value: 2" }), source("a"));
    expect(telelink("reproduce", "b").status).toBe(0);
    put("b.ipynb", figures({ auc: "value: 0.5", loss: "value: 1.25", brier: "value: 3" }), source("b"));
    const done = telelink("verify", "reports/b.json");
    expect(done.stdout).toMatch(/loss +1 +1\.25 +0\.25 +0 +differs/);
    expect(done.stdout).toMatch(/f1 +2 +0 +is gone/);
    expect(done.stdout).toMatch(/brier +3 +0 +is new/);
    expect(done.stdout).not.toMatch(/^auc/m);
    expect(done.stdout).toContain("data: telco has SHA-256 bbbbbbbbbbbb…, the report's has aaaaaaaaaaaa…");
    expect(done.stderr).toContain("1 of 4 figures agree");
    expect(done.status).toBe(1);
    const json = JSON.parse(telelink("verify", "reports/b.json", "--tolerance", "0.3", "--json").stdout);
    expect(json.figures.find((one: { name: string }) => one.name === "loss").agrees).toBe(true);
    expect(json.holds).toBe(false);
  });

  test("telelink verify ends as the run does when it fails, and names what it can't read", () => {
    put("c.ipynb", figures({ auc: "value: 0.5" }));
    expect(telelink("reproduce", "c").status).toBe(0);
    put("c.ipynb", code("process.exit(1)"));
    expect(telelink("verify", "reports/c.json").status).toBe(4);
    const none = telelink("verify", "reports/none.html");
    expect(none.stderr).toContain("Cannot read reports/none.html: ");
    expect(none.status).toBe(2);
  });
});

describe("telelink compare", () => {
  test("telelink compare shows differences by figure, with intervals and circumstances", () => {
    const interval = (value: number): string =>
      `value: ${value}, low: ${value - 0.1}, high: ${value + 0.1}, better: "higher"`;
    put("d.ipynb", figures({ auc: interval(0.5), n: "value: 10" }), source("a"));
    expect(telelink("reproduce", "d").status).toBe(0);
    put("e.ipynb", figures({ auc: interval(0.9), n: "value: 10" }), source("b"));
    expect(telelink("reproduce", "e").status).toBe(0);
    const done = telelink("compare", "reports/d.json", "reports/e.html");
    expect(done.stdout).toMatch(
      /The auc +0\.500 \(0\.400 to 0\.600\) +0\.900 \(0\.800 to 1\.000\) +\+0\.4 +better/,
    );
    expect(done.stdout).toMatch(/The n +10 +10 +0 +same/);
    expect(done.stderr).toContain("reports/e.html: the data are others");
    expect(done.stderr).toContain("1 of 2 figures are not the same");
    expect(done.status).toBe(0);
    expect(telelink("compare", "reports/d.json", "reports/e.json", "--changed").stdout).not.toContain(
      "The n",
    );
    const three = JSON.parse(
      telelink("compare", "reports/d.json", "reports/e.json", "reports/d.json", "--json").stdout,
    );
    expect(three.figures[0].changes).toEqual(["better", "same"]);
    expect(telelink("compare", "reports/d.json").status).toBe(2);
  });
});

describe("telelink kernel", () => {
  test("telelink kernel install registers tslab with its repairs, and uninstall removes it", () => {
    const folder = join(cwd, "own", "kernels", "tslab");
    expect(telelink("kernel", "install").stdout.trim()).toBe(folder);
    const spec = JSON.parse(readFileSync(join(folder, "kernel.json"), "utf8"));
    expect(spec).toMatchObject({ display_name: "TypeScript", language: "typescript" });
    expect(spec.argv).toContain("{connection_file}");
    expect(spec.argv.join(" ")).toMatch(/kernel[\\/]main\.js/);
    expect(telelink("kernel", "install", "--name", "tslab-2").status).toBe(0);
    expect(telelink("kernel", "list").stdout).toMatch(/tslab-2 +typescript +TypeScript +\//);
    expect(telelink("kernel", "uninstall").stdout.trim()).toBe(folder);
    expect(telelink("kernel", "uninstall").status).toBe(2);
    expect(telelink("kernel", "install", "--prefix", "/no/such/prefix").status).toBe(2);
  });
});
