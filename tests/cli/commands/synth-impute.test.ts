import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { run } from "../../../src/cli/main";
import { seeded } from "../../../src/core/rng";
import { captured } from "../captured";

const names = ["stueck", "preis", "summe", "bestellt", "geliefert", "grund", "storno"];
const folder = mkdtempSync(join(tmpdir(), "impute-"));
const at = (name: string): string => join(folder, name);
let said = "";

async function telelink(...argv: string[]): Promise<number> {
  const { code, out, err } = await captured(() => run(argv));
  said = out + err;
  return code;
}

const euros = (cents: number): string => `${Math.floor(cents / 100)},${String(cents % 100).padStart(2, "0")}`;
const cents = (text: string): number => Math.round(100 * Number(text.replace(",", ".")));
const day = (n: number): string =>
  new Date(Date.UTC(2023, 0, 1 + n)).toISOString().slice(0, 10).split("-").reverse().join(".");
const moment = (text: string): number => Date.parse(text.split(".").reverse().join("-"));

/** Orders whose sum is pieces × price, which come after they were made, and have a reason only where they were cancelled. */
function orders(rows: number): string[][] {
  const rng = seeded(5);
  return Array.from({ length: rows }, () => {
    const [pieces, price] = [1 + Math.floor(9 * rng.uniform()), 300 + Math.floor(4000 * rng.uniform())];
    const made = Math.floor(300 * rng.uniform());
    const cancelled = rng.uniform() < 0.25;
    const reason = cancelled ? (rng.uniform() < 0.6 ? "teuer" : "defekt") : "";
    return [
      String(pieces),
      euros(price),
      euros(pieces * price),
      day(made),
      day(made + Math.floor(30 * rng.uniform() ** 2)),
      reason,
      cancelled ? "ja" : "nein",
    ];
  });
}

const holed = (rows: string[][]): string[][] => {
  const rng = seeded(6);
  return rows.map((row) => row.map((cell) => (rng.uniform() < 0.12 ? "" : cell)));
};
const write = (name: string, rows: string[][]): void =>
  writeFileSync(at(name), `${[names, ...rows].map((row) => row.join(";")).join("\n")}\n`);
const read = (name: string): string[][] =>
  readFileSync(at(name), "utf8")
    .trim()
    .split("\n")
    .slice(1)
    .map((line) => line.split(";"));

const impute = (name: string, ...more: string[]): Promise<number> => {
  const files = ["--model", at("model.json"), "--data", at(name), "--out", at("full.csv")];
  return telelink("synth", "impute", ...files, ...more);
};

beforeAll(async () => {
  write("holes.csv", holed(orders(600)));
  expect(await telelink("synth", "fit", "--data", at("holes.csv"), "--out", at("model.json"))).toBe(0);
  expect(said).toContain("summe = stueck × preis");
  expect(said).toContain("bestellt is never above geliefert");
});
afterAll(() => rmSync(folder, { recursive: true }));

test("telelink synth impute keeps every rule in what it fills in, and leaves empty what a rule says is", async () => {
  const before = read("holes.csv");
  for (const seed of ["42", "7"]) {
    expect(await impute("holes.csv", "--seed", seed)).toBe(0);
    const rows = read("full.csv");
    rows.forEach(([pieces, price, sum, made, come, reason, cancelled], i) => {
      expect(Number(pieces) * cents(price), rows[i].join(";")).toBe(cents(sum));
      expect(moment(made)).toBeLessThanOrEqual(moment(come));
      expect(reason === "", rows[i].join(";")).toBe(cancelled === "nein");
      before[i].forEach((cell, j) => {
        if (cell !== "") expect(rows[i][j]).toBe(cell);
      });
    });
    const empty = rows.filter((row) => row[5] === "").length;
    expect(said).toContain(
      `grund: ${empty} rows stay empty by the rule: grund is missing where storno = nein.`,
    );
    expect(said).not.toMatch(/contradict|break|guess/);
    // An empty reason tells that the order was hardly cancelled.
    const both = rows.filter((_, i) => before[i][5] === "" && before[i][6] === "");
    expect(both.filter((row) => row[6] === "ja").length).toBeLessThan(0.15 * both.length);
  }
});

test("telelink synth impute leaves known cells as they are written and where they contradict a rule, and parts that no value fits, and says so", async () => {
  const rows = holed(orders(60)).map((row) => [...row.slice(0, 5), "", row[6] && "nein"]);
  rows[2] = ["3", "10,00", "31,00", "01.02.2023", "03.02.2023", "", "nein"];
  rows[4] = ["7", "", "100,00", "01.02.2023", "03.02.2023", "", "nein"];
  rows[5] = ["", "", "9000,00", "01.02.2023", "03.02.2023", "", "nein"];
  rows[7] = ["2", "10,00", "20,00", "05.02.2023", "03.02.2023", "", "nein"];
  rows[8] = ["", "", "371,97", "01.02.2023", "", "", "nein"];
  rows[9] = ["03", "10,5", "31,50", "01.02.2023", "03.02.2023", "", "nein"];
  write("odd.csv", rows);
  expect(await impute("odd.csv")).toBe(0);
  const full = read("full.csv");
  for (const i of [2, 4, 5, 7]) expect(full[i]).toEqual(rows[i]);
  expect(Number(full[8][0]) * cents(full[8][1])).toBe(37197);
  expect(full[9]).toEqual(rows[9]);
  expect(said).toMatch(/1 row of the file contradicts the rule: summe = stueck × preis.*the first is row 3/);
  expect(said).toMatch(/2 rows stay empty in part, as no value .*summe = stueck × preis.*the first is row 5/);
  expect(said).toMatch(/1 row of the file contradicts the rule: bestellt is never above geliefert.*row 8/);
  expect(await impute("odd.csv", "--columns", "preis")).toBe(0);
  expect(read("full.csv").filter((row, i) => row[0] !== rows[i][0])).toEqual([]);
});

test("telelink synth impute fills dates in the month that an identifier says, and draws again what would break a rule", async () => {
  const rng = seeded(9);
  const rows = Array.from({ length: 900 }, (_, i) => {
    const sent = Math.floor(1000 * rng.uniform());
    const terms = [14, 30, 60][Math.floor(3 * rng.uniform())];
    const paid = sent + Math.floor(12 * rng.uniform());
    const [, month, year] = day(sent).split(".");
    return [`R${year}${month}-${1000 + i}`, day(sent), `Net ${terms}`, day(sent + terms), day(paid)];
  });
  const header = "number;sent;terms;due;paid";
  const some = rows.map(([number, ...row]) => [
    number,
    ...row.map((cell) => (rng.uniform() < 0.2 ? "" : cell)),
  ]);
  writeFileSync(at("bills.csv"), `${[header, ...some.map((row) => row.join(";"))].join("\n")}\n`);
  const model = at("bills.json");
  expect(await telelink("synth", "fit", "--data", at("bills.csv"), "--out", model)).toBe(0);
  expect(said).toContain("number holds the year and month of sent");
  expect(said).toContain("sent is never above paid");
  const files = ["--model", model, "--data", at("bills.csv"), "--out", at("full.csv")];
  expect(await telelink("synth", "impute", ...files)).toBe(0);
  expect(said).not.toMatch(/contradict|break|stays? empty/);
  for (const [number, sent, terms, due, paid] of read("full.csv")) {
    const [, month, year] = sent.split(".");
    expect(number.slice(1, 7)).toBe(`${year}${month}`);
    expect(moment(sent)).toBeLessThanOrEqual(moment(paid));
    expect((moment(due) - moment(sent)) / 86_400_000).toBe(Number(terms.slice(4)));
  }
});

test("synth impute says which cells it filled in that follow from others as the model has not learnt", async () => {
  const rng = seeded(9);
  const lines = Array.from({ length: 900 }, () => {
    const [pieces, price] = [1 + Math.floor(40 * rng.uniform()), 3 + Math.floor(90 * rng.uniform())];
    return `${pieces},${price},${pieces * price},${Math.floor(50 * rng.uniform())}`;
  });
  const holes = lines.map((line, i) => (i % 20 === 0 ? line.replace(/^(\d+,\d+),\d+,\d+/, "$1,,") : line));
  const file = (own: readonly string[]): string => `pieces,price,total,age\n${own.join("\n")}\n`;
  writeFileSync(at("whole.csv"), file(lines));
  writeFileSync(at("gaps.csv"), file(holes));
  const fill = async (...search: string[]): Promise<string> => {
    const model = at("unsearched.json");
    expect(await telelink("synth", "fit", "--data", at("whole.csv"), ...search, "--out", model)).toBe(0);
    const files = ["--model", model, "--data", at("gaps.csv"), "--out", at("gaps-full.csv")];
    expect(await telelink("synth", "impute", ...files)).toBe(0);
    return said;
  };
  expect(await fill("--no-search")).toMatch(
    / follows from .*, not in the model: what was filled in of total \(45\) may/,
  );
  expect(await fill()).not.toContain("not in the model");
});
