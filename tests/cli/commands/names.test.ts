import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { run } from "../../../src/cli/main";
import { normal, seeded } from "../../../src/core/rng";
import { captured } from "../captured";

// Names that every object of JavaScript has, and one that holds a sign of conditions.
const names = ["constructor", "__proto__", "toString", "a=b", "hasOwnProperty", "churn"];

let folder: string;
const at = (name: string): string => join(folder, name);

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "names-"));
  const rng = seeded(1);
  const lines = Array.from({ length: 240 }, () => {
    const x = normal(rng);
    const level = ["p", "q", "r"][Math.floor(3 * rng.uniform())];
    const churn = x + normal(rng) > 0 ? "Yes" : "No";
    return [
      level,
      x.toFixed(2),
      Math.floor(90 * rng.uniform()),
      rng.uniform() < 0.5 ? "u" : "v",
      "No",
      churn,
    ].join();
  });
  writeFileSync(at("t.csv"), `${names.join()}\n${lines.join("\n")}\n`);
});
afterAll(() => rmSync(folder, { recursive: true }));

const lines = (name: string): string[] => readFileSync(at(name), "utf8").trim().split("\n");

/** Rows go to a file: streams are not caught. */
const telelink = async (...args: readonly string[]): Promise<string> => {
  const { code, out, err } = await captured(() => run(args));
  expect(`${code} ${code === 0 ? "" : err}`).toBe("0 ");
  return out;
};

test.each(["sequential", "copula", "trees", "mst"])(
  "telelink synth --method %s takes any name of a column",
  async (method) => {
    await telelink("synth", "fit", "--data", at("t.csv"), "--method", method, "--out", at("m.json"));
    // The private method gives no level that nobody made public.
    const where = method === "mst" ? [] : ["--where", "constructor=p|q", "__proto__>=0", "a=b=u"];
    await telelink(
      "synth",
      "sample",
      "--model",
      at("m.json"),
      "--rows",
      "40",
      ...where,
      "--out",
      at("s.csv"),
    );
    const [header, ...rows] = lines("s.csv").map((line) => line.split(","));
    expect(header).toEqual(names);
    expect(rows).toHaveLength(40);
    for (const row of method === "mst" ? [] : rows) {
      expect(["p", "q"]).toContain(row[0]);
      expect(Number(row[1])).toBeGreaterThanOrEqual(0);
      expect(row[3]).toBe("u");
    }
  },
  30_000,
);

test("telelink train, predict, explain, export and synth report take any name of a column", async () => {
  const data = ["--data", at("t.csv")];
  await telelink("data", "show", at("t.csv"));
  await telelink("prepare", ...data, "--target", "churn", "--out", at("prepared"));
  await telelink(
    "train",
    ...data,
    "--target",
    "churn",
    "--model",
    "logistic",
    "--folds",
    "2",
    "--out",
    at("c.json"),
  );
  await telelink("predict", at("c.json"), ...data, "--out", at("p.csv"));
  expect(lines("p.csv")).toHaveLength(241);
  expect(await telelink("explain", at("c.json"), ...data)).toContain("__proto__");
  await telelink("evaluate", at("c.json"), ...data);
  await telelink("export", at("c.json"), "--format", "sql", "--out", at("c.sql"));
  expect(readFileSync(at("c.sql"), "utf8")).toContain('"__proto__"');
  const files = ["--real", at("t.csv"), "--synthetic", at("t.csv"), "--holdout", at("t.csv")];
  await telelink("synth", "report", ...files, "--html", at("r.html"), "--json", at("r.json"));
  const columns = JSON.parse(readFileSync(at("r.json"), "utf8")).quality.shapesByColumn as {
    column: string;
  }[];
  expect(columns.map((one) => one.column)).toEqual(names);
}, 60_000);
