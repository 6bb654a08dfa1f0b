import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { type Cell, formatNotebook } from "../../src/notebook/nbformat";
import { prepare, runFile } from "../../src/notebook/run/run-file";
import { readGiven } from "../../src/notebook/verify/given";
import { preparedFor, type Verification, verifyReport } from "../../src/notebook/verify/verify";
import { compareShown, sameText } from "../../src/report/compare-shown";
import { readSeal } from "../../src/report/seal";
import type { shownIn } from "../../src/report/shown";
import { code, notebook, prose } from "./fixtures/make";

const fake = resolve(__dirname, "fixtures", "fake");
const folder = mkdtempSync(join(tmpdir(), "telelink-verify-"));
process.env.JUPYTER_PATH = join(folder, "jupyter");

const figures = {
  finding: "Churn is 14 %.",
  figures: [
    { name: "auc", label: "ROC AUC", value: 0.915, low: 0.9, high: 0.93, interval: "95%", key: true },
    { name: "n", label: "Customers", value: 3333, digits: 0, key: true },
  ],
};
const table =
  "<table><caption>Models</caption><thead><tr><th>Model</th><th>F1</th><th>Time</th></tr></thead>" +
  '<tbody><tr><th>Forest</th><td>0.815</td><td class="tl-varies">12 ms</td></tr></tbody></table>';
const cells: readonly Cell[] = [
  prose("# Churn"),
  code(`display({ "application/vnd.telelink.figures+json": ${JSON.stringify(figures)} }); ok()`),
  code(`stream("The AUC is 0.915\\nof 3333\\n"); ok()`),
  code(`display({ "text/html": ${JSON.stringify(table)}.replace("12 ms", Date.now() + " ms") }); ok()`),
  code(`stream(String(Date.now())); ok()`, "nbval-ignore-output"),
];

beforeAll(async () => {
  const { mkdirSync, symlinkSync } = await import("node:fs");
  mkdirSync(join(folder, "jupyter", "kernels"), { recursive: true });
  symlinkSync(fake, join(folder, "jupyter", "kernels", "fake"));
  const path = join(folder, "churn.ipynb");
  writeFileSync(path, formatNotebook(notebook(cells, "fake", "typescript")));
  const { run } = await runFile(prepare(path), { out: join(folder, "out"), html: true });
  expect(run.verdict).toBe("ok");
});

/** Verifies the report with one text in place of another, alone in a folder of its own. */
async function forged(ending: string, from = "", to = ""): Promise<Verification> {
  const text = readFileSync(join(folder, "out", `churn.${ending}`), "utf8");
  if (from !== "") expect(text).toContain(from);
  const alone = mkdtempSync(join(tmpdir(), "telelink-mailed-"));
  const path = join(alone, `churn.${ending}`);
  writeFileSync(path, from === "" ? text : text.replace(from, to));
  const given = readGiven(path);
  const at = ending === "json" ? join(folder, "churn.ipynb") : undefined;
  return verifyReport(given, preparedFor(path, given, at));
}
const places = ({ differences }: Verification): string[] => differences.map((one) => one.place);

describe("verifyReport, of a page mailed to somebody", () => {
  test("holds when it is as it was made, whatever varies by its nature", async () => {
    const done = await forged("html");
    expect(done).toMatchObject({ holds: true, intact: true, differences: [], dataChanges: [] });
    expect(done.figures.map((one) => one.agrees)).toEqual([true, true]);
  });

  test.each<[what: string, from: string, to: string, place: RegExp]>([
    ["a key figure", "<dd>0.915</dd>", "<dd>0.995</dd>", /^head, dd$/],
    ["an interval", "0.900 to 0.930", "0.914 to 0.930", /^head, dd$/],
    ["the finding", ">Churn is 14 %.<", ">Churn is 4 %.<", /^head, p$/],
    [
      "a table",
      ">0.815</td>",
      ">0.915</td>",
      /output 1 of cell 4, table "Models", row "Forest", column "F1"/,
    ],
    ["an output", "of 3333</pre>", "of 9333</pre>", /output 1 of cell 3/],
    ["a heading", "<h1>Churn</h1>", "<h1>Stay</h1>", /^head, h1$/],
  ])("names %s that was changed", async (_, from, to, place) => {
    const done = await forged("html", from, to);
    expect([done.holds, done.intact]).toEqual([false, false]);
    expect(places(done)).toEqual([expect.stringMatching(place)]);
  });

  test("finds what a forger changes who makes a new seal", async () => {
    const page = readFileSync(join(folder, "out", "churn.html"), "utf8").replace(
      "<dd>0.915</dd>",
      "<dd>0.995</dd>",
    );
    const seal = readSeal(page);
    const path = join(folder, "resealed.html");
    writeFileSync(path, page.replace(seal?.stated ?? "", seal?.found ?? ""));
    const given = readGiven(path);
    expect(given.intact).toBe(true);
    const done = await verifyReport(given, preparedFor(path, given));
    expect([done.holds, places(done)]).toEqual([false, ["head, dd"]]);
  });
});

describe("verifyReport, of an executed notebook and of figures", () => {
  test.each(["ipynb", "json"])("an untouched %s holds", async (ending) =>
    expect(await forged(ending)).toMatchObject({ holds: true, intact: true, differences: [] }),
  );

  test("names the output that was changed in the notebook", async () => {
    const done = await forged("ipynb", "The AUC is 0.915\\n", "The AUC is 0.935\\n");
    expect(done).toMatchObject({ holds: false, intact: false });
    expect(done.differences).toEqual([
      { place: "cell 3, output 1, stdout, line 1", stated: "The AUC is 0.935", found: "The AUC is 0.915" },
    ]);
  });

  test("compares intervals, findings and the tolerance itself", async () => {
    const interval = await forged("json", '"low": 0.9,', '"low": 0.914,');
    expect([interval.holds, interval.figures[0].agrees]).toEqual([false, false]);
    const finding = await forged("json", '"finding": "Churn is 14 %."', '"finding": "Churn is 4 %."');
    expect([finding.holds, places(finding)]).toEqual([false, ["finding"]]);
    const tolerant = await forged("json", '"value": 0.915,', '"tolerance": 5, "value": 0.995,');
    expect(tolerant.figures[0]).toMatchObject({ agrees: false, tolerance: 0 });
  });
});

test("a report of other data than the run's does not hold, though all its figures do", async () => {
  const data = join(folder, "customers.csv");
  writeFileSync(data, "id,churn\n1,No\n");
  const file = `require("node:fs").readFileSync(${JSON.stringify(data)})`;
  const sha256 = `require("node:crypto").createHash("sha256").update(${file}).digest("hex")`;
  const sources = `[{ name: "customers.csv", title: "Customers", sha256: ${sha256}, rows: 1, simulated: false }]`;
  const path = join(folder, "data.ipynb");
  const stands = code(
    `display({ "application/vnd.telelink.provenance+json": { sources: ${sources}, seeds: [] } }); ok()`,
  );
  writeFileSync(path, formatNotebook(notebook([...cells, stands], "fake", "typescript")));
  expect((await runFile(prepare(path), { out: join(folder, "out"), html: true })).run.verdict).toBe("ok");
  const given = readGiven(join(folder, "out", "data.json"));
  expect(await verifyReport(given, preparedFor(path, given, path))).toMatchObject({ holds: true });
  writeFileSync(data, "id,churn\n1,Yes\n");
  const done = await verifyReport(given, preparedFor(path, given, path));
  expect(done.figures.every((one) => one.agrees)).toBe(true);
  expect([done.holds, done.differences]).toEqual([false, []]);
  expect(done.dataChanges).toEqual([expect.stringMatching(/^customers\.csv has SHA-256 [0-9a-f]{12}…/)]);
  if (given.kind !== "json") throw new Error("a report's figures are JSON");
  const other = { ...given.report.sources[0], name: "others.csv" };
  const renamed = { ...given, report: { ...given.report, sources: [other] } };
  expect((await verifyReport(renamed, preparedFor(path, given, path))).dataChanges).toEqual([
    "others.csv is not used any more",
    "customers.csv is used now",
  ]);
});

describe("readGiven", () => {
  test("refuses a page without a seal: nothing can be said of it", () => {
    const path = join(folder, "old.html");
    writeFileSync(path, "<!doctype html><title>Old</title><p>0.915");
    expect(() => readGiven(path)).toThrow(/the page must carry a seal, and it has none/);
  });

  test("a page's seal covers styles and attributes; blanks between tags may differ", () => {
    const page = readFileSync(join(folder, "out", "churn.html"), "utf8");
    const broken = (text: string): boolean => readSeal(text)?.stated !== readSeal(text)?.found;
    expect(broken(page)).toBe(false);
    expect(broken(page.replaceAll("\n", "\r\n"))).toBe(false);
    expect(broken(page.replace("<h1>", '<h1 hidden="">'))).toBe(true);
    // A script before the page's policy would run whatever that says; one after it does not.
    expect(broken(page.replace("<meta", "<script>document.title = 1</script><meta"))).toBe(true);
    expect(
      broken(page.replace("<meta", '<p http-equiv="Content-Security-Policy"></p><script>1</script><meta')),
    ).toBe(true);
    expect(broken(page.replace("</style>", "td{display:none}</style>"))).toBe(true);
    expect(broken(page.replace('"finding":"Churn', '"finding":"Chum'))).toBe(true);
  });
});

test("a report without figures does not hold: a run confirms nothing of it", async () => {
  const path = join(folder, "bare.ipynb");
  writeFileSync(path, formatNotebook(notebook([code('stream("a"); ok()')], "fake", "typescript")));
  await runFile(prepare(path), { out: join(folder, "out"), html: true });
  const page = join(folder, "out", "bare.html");
  const given = readGiven(page);
  expect(await verifyReport(given, preparedFor(page, given))).toMatchObject({
    ...{ holds: false, intact: true, figures: [], differences: [] },
  });
});

test("compareShown pairs by place what was put in or taken out, and allows what it is told", () => {
  const items = (...texts: string[]): ReturnType<typeof shownIn> =>
    texts.map((text) => ({ part: "p", place: text[0], text }));
  expect(compareShown(items("a 1", "b 2", "c 3"), items("a 1", "c 3"))).toEqual([
    { place: "p, b", stated: "b 2" },
  ]);
  expect(compareShown(items("a 1"), items("a 1", "d 4"))).toEqual([{ place: "p, d", found: "d 4" }]);
  expect(sameText("1,234.5 of 3", "1,234.6 of 3", { tolerance: 0.11 })).toBe(true);
  expect(sameText("1,234.5 of 3", "1,234.7 of 3", { tolerance: 0.11 })).toBe(false);
  expect(sameText("0.5 (a)", "0.5 (b)", { tolerance: 9 })).toBe(false);
});
