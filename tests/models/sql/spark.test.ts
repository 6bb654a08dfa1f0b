import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { DuckDBInstance } from "@duckdb/node-api";
import { beforeAll, describe, expect, test } from "vitest";
import { sparkPython as spark } from "./spark-python";

const root = resolve(__dirname, "..", "..", "..");
const main = join(root, "dist", "cli", "main.js");
const rows = Number(process.env.TELELINK_SPARK_ROWS ?? 20_000);

describe.skipIf(!spark)("the scripts of examples/spark", () => {
  let folder: string;
  let customers: string;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "telelink-spark-"));
    customers = join(folder, "customers.parquet");
    const first = join(folder, "first.parquet");
    const made = ["--pretrained", "telco-sequential", "--rows", String(rows), "--seed", "5"];
    telelink("synth", "sample", ...made, "--out", first);
    // One in fifty has a second row, of another outcome.
    await ask(`COPY (SELECT * FROM '${first}' UNION ALL
      SELECT * REPLACE (CASE Churn WHEN 'Yes' THEN 'No' ELSE 'Yes' END AS Churn, tenure + 1 AS tenure)
      FROM '${first}' WHERE hash(customerID) % 50 = 0) TO '${customers}'`);
  });

  const telelink = (...words: string[]) => execFileSync(process.execPath, [main, ...words], { cwd: folder });

  /** What a script prints. */
  const submit = (script: string, ...words: string[]): string => {
    const done = spawnSync(spark as string, [join(root, "examples", "spark", script), ...words], {
      cwd: folder,
      encoding: "utf8",
      env: {
        ...process.env,
        SPARK_LOCAL_IP: "127.0.0.1",
        SPARK_LOCAL_DIRS: folder,
        TELELINK: `"${process.execPath}" "${main}"`,
      },
      timeout: 900_000,
    });
    expect(done.status, done.stderr.slice(-2000)).toBe(0);
    return done.stdout;
  };

  const ask = async (query: string): Promise<number[]> => {
    const connection = await (await DuckDBInstance.create()).connect();
    const found = await (await connection.runAndReadAll(query)).getRowsJS();
    connection.closeSync();
    return found[0].map(Number);
  };

  test("train.py learns from a sample, calibrates and judges on all others, and score.py scores by its query", async () => {
    const work = join(folder, "work");
    const size = ["--rows", String(rows / 5), "--least", String(rows / 10)];
    const said = submit(
      "train.py",
      customers,
      "Churn",
      "Yes",
      work,
      ...size,
      "--id",
      "customerID",
      "--",
      "--keep-duplicates",
      "--model",
      "logistic",
    );
    const judged = JSON.parse(readFileSync(join(work, "judged.json"), "utf8"));
    expect(judged.sampled + judged.calibrated_on + judged.judged_on).toBe(judged.customers);
    const [all] = await ask(`SELECT count(*) FROM '${customers}'`);
    expect(judged.customers).toBe(all);
    expect(said).toContain(`learned from ${judged.sampled} `);

    // Leavers came into the sample more often: as learned the model says too much, calibrated it says what comes.
    const { shares, raw, calibrated } = judged;
    expect(shares.rarer).toBeGreaterThan(1.5 * shares.others);
    expect(calibrated.share).toBeCloseTo(judged.leavers / all, 1.5);
    expect(raw.logLoss).toBeGreaterThan(calibrated.logLoss + 0.01);
    const predicted = calibrated.deciles.reduce(
      (sum: number, one: { share: number; predicted: number }) => sum + one.share * one.predicted,
      0,
    );
    expect(predicted).toBeCloseTo(calibrated.share, 1.5);

    // The query gives every customer what telelink's own prediction gives, and nobody was judged who was learned from.
    const scores = join(folder, "scores.parquet");
    submit("score.py", customers, join(work, "calibrated.sql"), scores);
    const own = join(folder, "own.csv");
    telelink("predict", join(work, "churn.tlm"), "--data", customers, "--out", own);
    const [most, apart, n, both] = await ask(`
      WITH a AS (SELECT *, row_number() OVER (PARTITION BY customerID ORDER BY score) AS nth FROM read_parquet('${scores}/*.parquet')),
        c AS (SELECT customerID, file_row_number + 1 AS row FROM read_parquet('${customers}', file_row_number = true)),
        b AS (SELECT *, row_number() OVER (PARTITION BY customerID ORDER BY probability) AS nth FROM read_csv('${own}') JOIN c USING (row)),
        s AS (SELECT customerID FROM read_parquet('${work}/sample/*.parquet')),
        j AS (SELECT customerID FROM read_parquet('${work}/scores/*.parquet'))
      SELECT max(abs(a.score - b.probability)), max(a.score - a.calibrated), count(*),
        (SELECT count(*) FROM s SEMI JOIN j USING (customerID))
      FROM a JOIN b USING (customerID, nth)`);
    expect([most < 1e-6, apart > 0.05, n, both]).toEqual([true, true, all, 0]);

    // No chance is so near to 0 or 1 that its odds have no end.
    const sure = readFileSync(join(work, "calibrated.sql"), "utf8").replace(
      /FROM \(\n[\s\S]*/,
      "FROM (SELECT unnest([0.0, 0.5, 1.0]) AS score)",
    );
    const [least, middle, greatest] = await ask(
      `SELECT list(calibrated)[1], list(calibrated)[2], list(calibrated)[3] FROM (${sure})`,
    );
    expect([least >= 0, least < 0.01, middle > least, greatest > 0.99, greatest <= 1]).toEqual(
      Array(5).fill(true),
    );
  }, 1_000_000);

  test("synthesise.py makes the same customers in pieces of any machine, with their types", async () => {
    const model = join(root, "data", "pretrained", "telco-sequential.json");
    const made = join(folder, "made.parquet");
    mkdirSync(made);
    writeFileSync(join(made, "old"), "");
    // Two whole pieces and a half one.
    const many = process.env.TELELINK_SPARK_ROWS ? rows : 2500;
    submit("synthesise.py", model, String(many), made, "--piece", String(many / 2.5), "--seed", "7");
    const piece = join(folder, "piece.csv");
    telelink(
      "synth",
      "sample",
      "--model",
      model,
      "--rows",
      String(many / 5),
      "--seed",
      "7000002",
      "--out",
      piece,
    );
    const [n, same, sum] = await ask(`
      WITH a AS (SELECT * FROM read_parquet('${made}/*.parquet')), b AS (SELECT * FROM read_csv('${piece}'))
      SELECT count(*), (SELECT count(*) FROM b SEMI JOIN a USING (customerID, MonthlyCharges, Contract)), sum(a.MonthlyCharges)
      FROM a`);
    expect([n, same, sum > 0]).toEqual([many, many / 5, true]);
  }, 1_000_000);
});
