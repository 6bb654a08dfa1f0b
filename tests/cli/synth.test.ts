import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, expect, test, vi } from "vitest";
import { run } from "../../src/cli/main";
import { readCsv } from "../../src/data/read-csv";
import { takeTableRows } from "../../src/data/table";
import { csvText } from "../../src/data/write-csv";
import { customers } from "../synthesis/customers";

let folder: string;
let out = "";
let err = "";
const at = (name: string): string => join(folder, name);

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "synth-"));
  const all = customers(900, 1);
  const rows = (from: number, to: number): Int32Array =>
    Int32Array.from({ length: to - from }, (_, i) => from + i);
  writeFileSync(at("train.csv"), csvText(takeTableRows(all, rows(0, 600))));
  writeFileSync(at("test.csv"), csvText(takeTableRows(all, rows(600, 900))));
});
afterAll(() => rmSync(folder, { recursive: true }));
afterEach(() => vi.restoreAllMocks());

async function telelink(...argv: string[]): Promise<number> {
  out = "";
  err = "";
  const into = (stream: NodeJS.WriteStream, add: (text: string) => void): void => {
    vi.spyOn(stream, "write").mockImplementation((text) => {
      add(String(text));
      return true;
    });
  };
  into(process.stdout, (text) => {
    out += text;
  });
  into(process.stderr, (text) => {
    err += text;
  });
  const code = await run(argv);
  vi.restoreAllMocks();
  process.exitCode = undefined;
  return code;
}

test("telelink synth fit, sample and report go from a CSV file to a judged one", async () => {
  expect(await telelink("synth", "fit", "--data", at("train.csv"), "--out", at("m.json"))).toBe(0);
  expect(out).toContain("net = none, backup = no net always come together.");
  expect(
    await telelink("synth", "sample", "--model", at("m.json"), "--rows", "500", "--out", at("s.csv")),
  ).toBe(0);
  expect(readCsv(at("s.csv")).table.rows).toBe(500);
  const judged = ["--holdout", at("test.csv"), "--json", at("r.json"), "--html", at("r.html")];
  expect(
    await telelink("synth", "report", "--real", at("train.csv"), "--synthetic", at("s.csv"), ...judged),
  ).toBe(0);
  expect(out).toMatch(/membership attack +-?0\.\d{3}/);
  const found = JSON.parse(readFileSync(at("r.json"), "utf8"));
  expect(found.target).toBe("churn");
  expect(found.quality.score).toBeGreaterThan(0.9);
  const page = readFileSync(at("r.html"), "utf8");
  expect(page).toContain("Do they give anybody away?");
  expect(page).not.toMatch(/undefined|NaN|\[object/);
});

test("telelink synth sample repeats itself, satisfies conditions, and says what is possible", async () => {
  const sample = (...more: string[]): Promise<number> =>
    telelink("synth", "sample", "--model", at("m.json"), ...more);
  for (const [file, seed] of ["7", "7", "8"].entries()) {
    expect(await sample("--rows", "5", "--seed", seed, "--out", at(`${file}.csv`))).toBe(0);
  }
  const [first, second, third] = [0, 1, 2].map((file) => readFileSync(at(`${file}.csv`), "utf8"));
  expect(second).toBe(first);
  expect(third).not.toBe(first);
  expect(
    await sample("--rows", "40", "--where", "churn=Yes", "months>=12", "net=dsl|fibre", "--out", at("w.csv")),
  ).toBe(0);
  for (const line of readFileSync(at("w.csv"), "utf8").trim().split(/\r?\n/).slice(1)) {
    const cells = line.split(",");
    expect(cells.at(-1)).toBe("Yes");
    expect(Number(cells[4])).toBeGreaterThanOrEqual(12);
    expect(cells[1]).not.toBe("none");
  }
  expect(await sample("--rows", "4", "--where", "net=none", "backup=yes", "--out", at("n.csv"))).toBe(1);
  expect(err).toContain("only no net is possible");
  expect(existsSync(at("n.csv"))).toBe(false);
  expect(await sample("--rows", "many")).toBe(2);
});

test("telelink synth fit shows its rules and keeps those that a user has changed", async () => {
  const fit = (...more: string[]): Promise<number> =>
    telelink("synth", "fit", "--data", at("train.csv"), ...more);
  expect(await fit("--show-structure", "--write-structure", at("rules.json"))).toBe(0);
  expect(out).toContain("total = months × bill × a factor near 1");
  const rules = JSON.parse(readFileSync(at("rules.json"), "utf8"));
  rules.exclusions = [];
  writeFileSync(at("rules.json"), JSON.stringify(rules));
  expect(await fit("--structure", at("rules.json"), "--method", "copula", "--out", at("c.json"))).toBe(0);
  expect(out).not.toContain("always come together");
  writeFileSync(at("rules.json"), '{"version":1,"columns":[]}');
  expect(await fit("--structure", at("rules.json"), "--out", at("c.json"))).toBe(1);
  expect(err).toContain("rules of version 1 for the columns key, net");
});

test("telelink synth fit refuses what it cannot use, and leaves the old model alone", async () => {
  const before = readFileSync(at("m.json"), "utf8");
  const fit = (...more: string[]): Promise<number> =>
    telelink("synth", "fit", "--data", at("train.csv"), "--out", at("m.json"), ...more);
  expect(await fit("--method", "magic")).toBe(2);
  expect(err).toContain("sequential, copula, trees");
  expect(await fit("--epochs", "0")).toBe(2);
  expect(await fit("--order", "months")).toBe(2);
  expect(await fit("--order", "bill<=months")).toBe(1);
  expect(err).toContain("bill must never be above months");
  expect(readFileSync(at("m.json"), "utf8")).toBe(before);
  writeFileSync(at("other.json"), '{"kind":"telelink-model","version":1}');
  expect(await telelink("synth", "sample", "--model", at("other.json"), "--rows", "1")).toBe(1);
  expect(err).toContain("must be a model that telelink synth fit wrote");
  const cut = { ...JSON.parse(before), version: 9 };
  writeFileSync(at("other.json"), JSON.stringify(cut));
  expect(await telelink("synth", "sample", "--model", at("other.json"), "--rows", "1")).toBe(1);
  expect(err).toContain("version must be 1");
});

test("telelink synth sample --pretrained NAME draws from a generator that comes with it", async () => {
  const sample = (...more: string[]): Promise<number> => telelink("synth", "sample", "--rows", "20", ...more);
  for (const name of ["telco-gan", "telco-vae", "telco-sequential", "reference-gan"])
    expect(await sample("--pretrained", name, "--out", at("p.csv"))).toBe(0);
  expect(readCsv(at("p.csv")).table.rows).toBe(20);
  expect(await sample("--pretrained", "nobody")).toBe(1);
  expect(err).toContain("must be one of telco-gan, telco-vae, telco-sequential, reference-gan");
  expect(await sample()).toBe(2);
  expect(err).toContain("either --model or --pretrained");
});

test("telelink synth fit trains a net for the epochs asked for, and needs at least one", async () => {
  const fit = (...more: string[]): Promise<number> =>
    telelink("synth", "fit", "--data", at("train.csv"), "--out", at("net.json"), "--method", "gan", ...more);
  expect(await fit("--epochs", "2")).toBe(0);
  expect(JSON.parse(readFileSync(at("net.json"), "utf8")).synthesiser.training).toMatchObject({ epochs: 2 });
  expect(await telelink("synth", "sample", "--model", at("net.json"), "--rows", "5")).toBe(0);
  expect(await fit("--epochs", "0")).toBe(2);
  expect(err).toContain("--epochs");
});
