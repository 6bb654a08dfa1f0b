import { expect, test } from "vitest";
import { seeded } from "../../../src/core/rng";
import { parseCsv } from "../../../src/data/read/read-csv";
import { csvText } from "../../../src/data/write/write-csv";
import { loadSynthesiser } from "../../../src/synthesis/methods";
import { describeRunning } from "../../../src/synthesis/relational/running";
import { units } from "../../../src/synthesis/relational/units";
import { sampleCsv } from "../../../src/synthesis/sample-csv";
import { withShares } from "../../../src/synthesis/shares";
import { linesOf } from "./lines-of";

/** Meters of households, shops and industry, which use 300, 900 and 9,000 a month, more in winter; each reading begins where the last one ended. */
function meters(count: number): string {
  const rng = seeded("meters");
  const normal = (): number =>
    Math.sqrt(-2 * Math.log(1 - rng.uniform())) * Math.cos(2 * Math.PI * rng.uniform());
  const rows: string[] = [];
  for (let i = 0; i < count; i++) {
    const kind = i % 20 === 0 ? 2 : i % 20 < 4 ? 1 : 0;
    const usual = [300, 900, 9000][kind] * Math.exp(0.35 * normal());
    let reading = 1000 + Math.floor(50_000 * rng.uniform());
    for (let month = 0; month < 12; month++) {
      const winter = 1 + 0.25 * Math.cos((Math.PI * month) / 6);
      const used = Math.floor(usual * winter * Math.exp(0.08 * normal()));
      const day = `2024-${String(month + 1).padStart(2, "0")}`;
      rows.push([`M${1000 + 7 * i}`, day, "HSI"[kind], reading, reading + used, used].join());
      reading += used;
    }
  }
  return `meter,month,type,start,end,used\n${rows.join("\n")}\n`;
}

test("units({ key }) keeps what the levels of a unit say of its numbers, each beside its own mean, and what begins where the row before ended", async () => {
  const text = meters(240);
  const model = await units({ key: "meter" })(parseCsv(text).table, seeded(1));
  expect(describeRunning(model.model.running)).toEqual([
    "start = end of the row before, the first is drawn.",
  ]);
  const made = csvText(loadSynthesiser(JSON.parse(JSON.stringify(model))).sample(6000, seeded(2)));
  const [own, real] = [made, text].map(linesOf);
  const broken = own.filter(([meter, , , start, end, used], i) => {
    const before = own[i - 1];
    const goesOn = before?.[0] !== meter || before[4] === start;
    return !goesOn || Number(end) - Number(start) !== Number(used);
  });
  expect(broken).toEqual([]);
  const logs = (rows: readonly string[][], type: string, month?: string): number[] =>
    rows
      .filter((row) => row[2] === type && (!month || row[1].endsWith(month)))
      .map((row) => Math.log(Number(row[5])));
  const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;
  const spread = (values: readonly number[]): number =>
    Math.sqrt(mean(values.map((value) => (value - mean(values)) ** 2)));
  const off = [..."HSI"].map((type) => {
    const [a, b] = [own, real].map((rows) => logs(rows, type));
    const [winter, summer] = ["-01", "-07"].map((month) => mean(logs(own, type, month)));
    return [mean(a) - mean(b), spread(a) - spread(b), winter - summer - Math.log(1.25 / 0.75)];
  });
  // As ranks of all meters those of shops spread into what industry uses.
  expect(
    off.flat().filter((one) => Math.abs(one) > 0.15),
    off.join(" | "),
  ).toEqual([]);
});

test("units({ key }) makes as many names as units, and none twice, where rows come in blocks and levels have shares", async () => {
  const model = await units({ key: "meter" })(parseCsv(meters(60)).table, seeded(1));
  // Three meters of industry are too few to be told.
  expect(model.columns.find(({ name }) => name === "type")?.levels).toEqual(["H", "S"]);
  const shared = withShares(model, { column: "type", shares: new Map([["H", 0.9]]) });
  for (const one of [model, shared]) {
    const pieces: Uint8Array[] = [];
    for await (const piece of sampleCsv(one, 1000, seeded(3), { threads: 1, blockRows: 40 }))
      pieces.push(piece);
    const names = linesOf(Buffer.concat(pieces).toString("utf8")).map(([meter]) => meter);
    const runs = names.filter((name, i) => name !== names[i - 1]).length;
    // One for 12 rows, and those of each block that are cut short; a name for each row were more than there are.
    expect([names.length, new Set(names).size, runs < 200]).toEqual([1000, runs, true]);
  }
});

test("units({ key }) draws no balance that may fall below 0 as a multiple of what it was", async () => {
  const rng = seeded("balances");
  const rows = Array.from({ length: 150 }, (_, i) => {
    const usual = 50 * Math.exp(4 * rng.uniform());
    return Array.from({ length: 10 }, (_, month) => {
      const overdrawn = rng.uniform() < 0.05;
      const balance = overdrawn ? -20 * rng.uniform() : usual * (0.95 + 0.1 * rng.uniform());
      return `K${1000 + 7 * i},${month + 1},${balance.toFixed(2)}`;
    });
  }).flat();
  const { table } = parseCsv(`account,month,balance\n${rows.join("\n")}\n`);
  const model = await units({ key: "account" })(table, seeded(1));
  const made = linesOf(csvText(model.sample(3000, seeded(2))));
  const below = made.filter(([, month, balance]) => Number(month) > 1 && Number(balance) < 0).length;
  // Of 2,700 rows 135; as multiples none.
  expect(Math.abs(below - 135)).toBeLessThan(60);
});
