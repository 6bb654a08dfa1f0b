import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import polars from "nodejs-polars";
import { afterAll, beforeAll, expect, test } from "vitest";
import { run } from "../../src/cli/main";
import { normal, seeded } from "../../src/core/rng";
import { parseCsv } from "../../src/data/read/read-csv";
import { captured } from "./captured";

let folder: string;
let out = "";
let err = "";
const at = (name: string): string => join(folder, name);

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "models-"));
  const rng = seeded("file");
  const rows = Array.from({ length: 400 }, (_, i) => {
    const minutes = 180 + 50 * normal(rng);
    const plan = ["basic", "plus", "max"][i % 3];
    const churn = minutes / 50 + (plan === "max" ? 1 : 0) + normal(rng) > 5 ? "Yes" : "No";
    const spent = (0.2 * minutes + normal(rng)).toFixed(2);
    const asked = churn === "Yes" ? "left" : "stays";
    return [`c${i}`, i % 50 === 7 ? "" : minutes.toFixed(1), plan, spent, asked, churn].join(",");
  });
  const header = "customerID,minutes,plan,spent,status,Churn";
  writeFileSync(at("train.csv"), [header, ...rows.slice(0, 300)].join("\n"));
  writeFileSync(at("test.csv"), [header, ...rows.slice(300)].join("\n"));
  // Another order of columns, a plan never seen, a cell that is no number, a line cut short.
  const later = rows
    .slice(300, 310)
    .map((row) => row.split(","))
    .map(([id, minutes, plan]) => [plan, id, minutes]);
  later[3][0] = "platinum";
  later[4][2] = "many";
  writeFileSync(
    at("later.csv"),
    ["plan,customerID,minutes", ...later.map((row) => row.join(",")), "basic"].join("\n"),
  );
});
afterAll(() => rmSync(folder, { recursive: true }));

async function telelink(...argv: string[]): Promise<number> {
  const done = await captured(() => run(argv));
  ({ out, err } = done);
  return done.code;
}

const training = ["--target", "Churn", "--drop", "status", "spent", "--model", "logistic"];

test("telelink train shows types, judges by cross-validation and writes the same file for the same seed", async () => {
  expect(await telelink("train", "--data", at("train.csv"), "--out", at("m.json"), ...training)).toBe(0);
  expect(out).toMatch(/customerID +id +not used/);
  expect(out).toMatch(/minutes +numeric +feature/);
  expect(out).toMatch(/status +categorical|status +boolean/);
  expect(out).toMatch(/ROC AUC +0\.\d+ +0\.\d+ +0\.\d+/);
  expect(out).toMatch(/Yes, judged by 5-fold cross-validation/);
  expect(err).toBe("");
  const first = readFileSync(at("m.json"), "utf8");
  expect(await telelink("train", "--data", at("train.csv"), "--out", at("m.json"), ...training)).toBe(0);
  expect(readFileSync(at("m.json"), "utf8")).toBe(first);
  const json = JSON.parse(first);
  expect(json.origin.data[0].sha256).toMatch(/^[0-9a-f]{64}$/);
  expect(first).not.toContain("c17");
});

test("telelink train --seed decides what is drawn by luck, and nothing else does", async () => {
  const trained = async (seed: string): Promise<string> => {
    const forest = ["--model", "random-forest", "--folds", "2", "--seed", seed, "--out", at("f.json")];
    expect(await telelink("train", "--data", at("train.csv"), ...training.slice(0, 5), ...forest)).toBe(0);
    const { pipeline, origin } = JSON.parse(readFileSync(at("f.json"), "utf8"));
    expect(origin.seed).toBe(Number(seed));
    return JSON.stringify(pipeline);
  };
  const first = await trained("1");
  expect(await trained("2")).not.toBe(first);
  expect(await trained("1")).toBe(first);
});

test("telelink train --folds is heard by auto too, of classes and of numbers", async () => {
  const asked = ["--data", at("train.csv"), "--folds", "3", "--out", at("f.json")];
  expect(await telelink("train", ...asked, ...training.slice(0, 5), "--members", "logistic-regression")).toBe(
    0,
  );
  expect(out).toContain("judged by 3-fold cross-validation");
  expect(await telelink("train", ...asked, "--target", "spent", "--members", "ridge")).toBe(0);
  expect(out).toContain("judged by 3-fold cross-validation");
});

test("telelink train --model network takes one net or the best of some, and says what it ran on", async () => {
  // A net's training has as many steps for few rows as for many, but each is quicker.
  const lines = readFileSync(at("train.csv"), "utf8").split("\n");
  writeFileSync(at("few.csv"), lines.slice(0, 81).join("\n"));
  const train = ["train", "--data", at("few.csv"), "--target", "Churn", "--drop", "status", "spent"];
  const asked = ["--model", "network", "--search", "1", "--folds", "2", "--seed", "5", "--out", at("n.json")];
  expect(await telelink(...train, ...asked)).toBe(0);
  expect(out).toMatch(
    /The model is 5 nets of (\d+-?)+ units, the best of 1, trained in \d+ epochs at a rate of 0\.\d+ on simd \(/,
  );
  expect(out).toMatch(/network model of Churn, .* judged by 2-fold cross-validation/);
  expect(await telelink("evaluate", at("n.json"), "--data", at("test.csv"))).toBe(0);
  expect(out).toMatch(/ROC AUC +0\.[6789]/);
  expect(await telelink(...train, "--search", "2", "--out", at("n.json"))).toBe(1);
  expect(err).toContain("Cannot train: search must be left out with auto, which chooses by itself");
});

test("telelink train --members says what auto may blend", async () => {
  const train = ["train", "--data", at("train.csv"), "--target", "Churn", "--drop", "status", "spent"];
  expect(await telelink(...train, "--members", " spline", "--out", at("b.json"))).toBe(0);
  expect(out).toMatch(/The model is 100% additive logistic regression\./);
  expect(await telelink(...train, "--members", "spline,nets", "--out", at("b.json"))).toBe(1);
  expect(err).toContain(
    'Cannot choose members: members must be one of logistic-regression, gradient-boosting, random-forest, spline-logistic, network, got "nets"',
  );
  expect(await telelink(...train, "--model", "forest", "--members", "spline", "--out", at("b.json"))).toBe(1);
  expect(err).toContain('Cannot train: only auto has members, got "forest"');
}, 60_000);

test("telelink train counts a customer once, and says how many rows that left out", async () => {
  const text = readFileSync(at("train.csv"), "utf8");
  const [, ...rows] = text.split("\n");
  writeFileSync(at("twice.csv"), `${text}\n${rows.slice(0, 7).join("\n")}\n`);
  const twice = ["train", "--data", at("twice.csv"), "--out", at("twice.json"), ...training];
  expect(await telelink(...twice)).toBe(3);
  expect(err).toContain("stopped: 7 of 307 rows (2.3%) have the customerID of an earlier row");
  expect(await telelink(...twice, "--accept-loss")).toBe(0);
  const told = "7 rows left out: their customerID is that of an earlier row (--keep-duplicates keeps them)";
  expect(err).toContain(told);
  const json = JSON.parse(readFileSync(at("twice.json"), "utf8"));
  expect(json.origin.rows).toBe(300);
  await telelink("train", "--data", at("train.csv"), "--out", at("once.json"), ...training);
  expect(json.pipeline).toEqual(JSON.parse(readFileSync(at("once.json"), "utf8")).pipeline);
  const every = [
    "train",
    "--data",
    at("twice.csv"),
    "--out",
    at("every.json"),
    ...training,
    "--keep-duplicates",
  ];
  expect(await telelink(...every)).toBe(0);
  expect(err).toContain("7 rows have a customerID of an earlier row; they are kept");
  expect(JSON.parse(readFileSync(at("every.json"), "utf8")).origin.rows).toBe(307);
});

test("telelink evaluate and explain count a customer once, and predict answers every row", async () => {
  await telelink("train", "--data", at("train.csv"), "--out", at("once.json"), ...training);
  const text = readFileSync(at("test.csv"), "utf8").trimEnd();
  const [header, ...rows] = text.split("\n");
  writeFileSync(at("again.csv"), `${header}\n${[...rows, ...rows.slice(0, 5)].join("\n")}\n`);
  const figures = async (...more: string[]): Promise<Record<string, unknown>> => {
    expect(await telelink("evaluate", at("once.json"), ...more, "--json")).toBe(0);
    const { data: _, ...found } = JSON.parse(out);
    return found;
  };
  const once = await figures("--data", at("test.csv"));
  expect(once).toMatchObject({ duplicates: 0, rows: rows.length });
  const again = await figures("--data", at("again.csv"), "--accept-loss");
  expect(err).toContain("5 rows left out: their customerID is that of an earlier row");
  expect(again).toEqual({ ...once, duplicates: 5 });
  const kept = await figures("--data", at("again.csv"), "--keep-duplicates");
  expect(kept).toMatchObject({ duplicates: 0, rows: rows.length + 5 });
  expect(await telelink("explain", at("once.json"), "--data", at("again.csv"), "--accept-loss")).toBe(0);
  expect(err).toContain("5 rows left out: their customerID is that of an earlier row");
  expect(await telelink("predict", at("once.json"), "--data", at("again.csv"), "--out", at("p.csv"))).toBe(0);
  expect(readFileSync(at("p.csv"), "utf8").trimEnd().split("\n")).toHaveLength(rows.length + 6);
});

test("telelink train names columns that give the target away", async () => {
  await telelink(
    "train",
    "--data",
    at("train.csv"),
    "--out",
    at("leaky.json"),
    "--target",
    "Churn",
    "--model",
    "logistic",
  );
  expect(err).toContain('warning: "status" alone tells Churn in 300 of 300 rows (ROC AUC 1.000)');
});

test("telelink predict keeps order and id, takes other column orders, unseen levels and bad cells", async () => {
  const done = await telelink(
    "predict",
    at("m.json"),
    "--data",
    at("later.csv"),
    "--id",
    "customerID",
    "--out",
    at("p.csv"),
  );
  // One row of eleven is lost, which is more than the budget of one in a hundred: the answers are written all the same.
  expect(done).toBe(3);
  expect(err).toContain("--accept-loss");
  const { table } = parseCsv(readFileSync(at("p.csv")));
  expect(table.columns.map((one) => one.name)).toEqual(["customerID", "probability", "predicted"]);
  const [id, p] = table.columns;
  expect(id.type !== "numeric" && "values" in id && id.values).toEqual(
    Array.from({ length: 10 }, (_, i) => `c${300 + i}`),
  );
  expect(p.type === "numeric" && p.values.every((value) => value > 0 && value < 1)).toBe(true);
  expect(err).toContain("10 rows predicted, 1 rows left out");
  expect(err).toContain("minutes");
  // A platinum plan is no plan that training knew: as the base level, basic.
  const text = readFileSync(at("later.csv"), "utf8").replace("platinum", "basic");
  writeFileSync(at("known.csv"), text);
  await telelink(
    "predict",
    at("m.json"),
    "--data",
    at("known.csv"),
    "--id",
    "customerID",
    "--out",
    at("q.csv"),
  );
  expect(readFileSync(at("q.csv"), "utf8")).toBe(readFileSync(at("p.csv"), "utf8"));
});

test("telelink predict writes Parquet with the same predictions, and a header alone for no rows", async () => {
  await telelink(
    "predict",
    at("m.json"),
    "--data",
    at("later.csv"),
    "--id",
    "customerID",
    "--out",
    at("p.parquet"),
  );
  const frame = polars.readParquet(at("p.parquet"));
  const { table } = parseCsv(readFileSync(at("p.csv")));
  expect(frame.columns).toEqual(["customerID", "probability", "predicted"]);
  const [, p] = table.columns;
  expect(frame.getColumn("probability").toArray()).toEqual(p.type === "numeric" ? [...p.values] : []);
  writeFileSync(at("none.csv"), "plan,minutes\n");
  expect(await telelink("predict", at("m.json"), "--data", at("none.csv"), "--out", at("none-p.csv"))).toBe(
    0,
  );
  expect(readFileSync(at("none-p.csv"), "utf8")).toBe("row,probability,predicted\n");
});

test("telelink evaluate prints figures with intervals, as words or JSON, at any threshold", async () => {
  expect(await telelink("evaluate", at("m.json"), "--data", at("test.csv"))).toBe(0);
  expect(out).toMatch(/100 rows, \d+ of them positive/);
  expect(out).toMatch(/F1 +0\.\d+ +0\.\d+ +0\.\d+/);
  await telelink("evaluate", at("m.json"), "--data", at("test.csv"), "--json", "--threshold", "0.5");
  const json = JSON.parse(out);
  expect(json.threshold).toBe(0.5);
  const auc = json.figures.find((one: { name: string }) => one.name === "rocAuc");
  expect(auc.low).toBeLessThan(auc.value);
  expect(auc.high).toBeGreaterThan(auc.value);
  expect(auc.value).toBeGreaterThan(0.75);
  expect(json.gains.length).toBe(10);
  const { confusion } = json;
  expect(confusion.truePositives + confusion.falseNegatives).toBe(json.positives);
});

test("telelink explain ranks columns, and gives one row's reasons", async () => {
  expect(await telelink("explain", at("m.json"), "--data", at("test.csv"), "--json")).toBe(0);
  const found = JSON.parse(out);
  expect(found.importances[0].feature).toBe("minutes");
  expect(found.dependences[0].mean.at(-1)).toBeGreaterThan(found.dependences[0].mean[0]);
  expect(await telelink("explain", at("m.json"), "--data", at("later.csv"), "--row", "2")).toBe(0);
  expect(out).toMatch(/^row 2: \d+\.\d% Yes\n/);
  expect(out).toMatch(/minutes +\d+(\.\d)? +[+-]\d\.\d{3}/);
  expect(await telelink("explain", at("m.json"), "--data", at("later.csv"), "--row", "99")).toBe(1);
  expect(err).toContain("Cannot explain: --row must be one of 11 rows");
});

test("telelink explain gives SHAP values of trees, globally and of the customer named by --id", async () => {
  await telelink(
    ...[
      "train",
      "--data",
      at("train.csv"),
      "--out",
      at("t.json"),
      "--target",
      "Churn",
      "--model",
      "boosting",
    ],
    ...["--drop", "status", "spent"],
  );
  expect(await telelink("explain", at("t.json"), "--data", at("test.csv"), "--json")).toBe(0);
  const { contributions } = JSON.parse(out);
  expect(contributions).toMatchObject({ unit: "log odds", rows: 100 });
  expect(contributions.columns.map((one: { feature: string }) => one.feature)).toEqual(["minutes", "plan"]);
  await telelink("explain", at("t.json"), "--data", at("test.csv"));
  expect(out).toMatch(/moves the log odds on average \(mean \|SHAP\|\), over 100 rows/);
  await telelink("explain", at("t.json"), "--data", at("test.csv"), "--row", "3", "--json");
  const row = JSON.parse(out);
  expect(row).toMatchObject({ row: 3, unit: "log odds", method: "exact" });
  expect(
    await telelink("explain", at("t.json"), "--data", at("test.csv"), "--id", "customerID=c302", "--json"),
  ).toBe(0);
  expect(JSON.parse(out)).toEqual(row);
  expect(await telelink("explain", at("t.json"), "--data", at("test.csv"), "--id", "customerID=nobody")).toBe(
    1,
  );
  expect(err).toContain('must have customerID "nobody", got 0');
  expect(await telelink("explain", at("t.json"), "--data", at("test.csv"), "--id", "nobody")).toBe(2);
  expect(err).toContain("--id must be column=value");
});

test("telelink train --out name.tlm writes compact bytes, which every command reads as the JSON", async () => {
  const data = ["--data", at("later.csv"), "--accept-loss"];
  await telelink("train", "--data", at("train.csv"), "--out", at("m.tlm"), ...training);
  const [small, text] = [readFileSync(at("m.tlm")), readFileSync(at("m.json"))];
  expect(small.length).toBeLessThan(0.5 * text.length);
  for (const command of ["predict", "explain", "evaluate"]) {
    const rest = command === "predict" ? data : ["--data", at("test.csv"), "--json"];
    expect(await telelink(command, at("m.json"), ...rest)).toBe(0);
    const expected = out.replaceAll("m.json", "m.tlm");
    expect(await telelink(command, at("m.tlm"), ...rest)).toBe(0);
    expect(out).toBe(expected);
  }
  writeFileSync(at("cut.tlm"), small.subarray(0, small.length - 9));
  expect(await telelink("predict", at("cut.tlm"), ...data)).toBe(1);
  expect(err).toContain("Cannot load model: the file must be whole and unchanged");
});

test("a model of numbers trains, predicts and is evaluated", async () => {
  const made = await telelink(
    ...["train", "--data", at("train.csv"), "--out", at("n.json"), "--target", "spent", "--model", "linear"],
    ...["--drop", "Churn", "status"],
  );
  expect(made).toBe(0);
  expect(out).toMatch(/R² +0\.9/);
  await telelink("predict", at("n.json"), "--data", at("later.csv"), "--out", at("n.csv"));
  expect(readFileSync(at("n.csv"), "utf8").split("\n")[0]).toBe("row,prediction");
  await telelink("evaluate", at("n.json"), "--data", at("test.csv"));
  expect(out).toMatch(/RMSE +\d/);
});

test("telelink train without a model's name blends for a target of numbers; the other commands take it", async () => {
  const made = await telelink(
    ...["train", "--data", at("train.csv"), "--out", at("b.json"), "--target", "spent"],
    ...["--drop", "Churn", "status"],
  );
  expect(made).toBe(0);
  expect(out).toMatch(/The model is \d+% (ridge|boosted)/);
  expect(out).toMatch(/R² +0\.9/);
  await telelink("predict", at("b.json"), "--data", at("later.csv"), "--out", at("b.csv"));
  expect(readFileSync(at("b.csv"), "utf8").split("\n")).toHaveLength(12);
  await telelink("evaluate", at("b.json"), "--data", at("test.csv"));
  expect(out).toMatch(/RMSE +\d/);
  expect(await telelink("explain", at("b.json"), "--data", at("test.csv"))).toBe(0);
  expect(out).toMatch(/minutes +\d/);
  for (const format of ["sql", "onnx"])
    expect(await telelink("export", at("b.json"), "--format", format, "--out", at("b.out"))).toBe(0);
});

test("telelink export writes SQL and ONNX", async () => {
  expect(
    await telelink("export", at("m.json"), "--format", "sql", "--table", "people", "--keep", "customerID"),
  ).toBe(0);
  expect(out).toContain('FROM "people"');
  expect(out).toMatch(/^-- score: probability that Churn is .+\n-- threshold: 0\.\d+$/m);
  expect(out).toContain('AS "customerID"');
  expect(await telelink("export", at("m.json"), "--format", "onnx", "--out", at("m.onnx"))).toBe(0);
  for (const fact of ["telelink", "threshold", "sha256"])
    expect(readFileSync(at("m.onnx")).includes(fact)).toBe(true);
  expect(await telelink("export", at("m.json"), "--format", "onnx")).toBe(2);
  expect(await telelink("export", at("m.json"), "--format", "pmml")).toBe(2);
});

test("what can't be done is said in a line, with an exit code, and leaves no file", async () => {
  expect(
    await telelink("train", "--data", at("train.csv"), "--out", at("x.json"), "--target", "churned"),
  ).toBe(2);
  expect(err).toContain('must have a column "churned", got customerID, minutes');
  expect(
    await telelink(
      "train",
      "--data",
      at("train.csv"),
      "--out",
      at("x.json"),
      "--target",
      "Churn",
      "--model",
      "magic",
    ),
  ).toBe(1);
  expect(err).toContain("Cannot train: for classes the model must be one of");
  expect(await telelink("train", "--data", at("train.csv"), "--target", "Churn")).toBe(2);
  expect(await telelink("predict", at("nothing.json"), "--data", at("later.csv"))).toBe(1);
  writeFileSync(at("cut.json"), readFileSync(at("m.json"), "utf8").slice(0, 300));
  expect(await telelink("predict", at("cut.json"), "--data", at("later.csv"), "--out", at("x.csv"))).toBe(1);
  expect(err).toContain("Cannot load model: it must be JSON text");
  writeFileSync(at("narrow.csv"), "customerID,plan\nc1,basic\n");
  expect(await telelink("predict", at("m.json"), "--data", at("narrow.csv"), "--out", at("x.csv"))).toBe(1);
  expect(err).toContain("minutes");
  for (const name of ["x.json", "x.csv"]) expect(() => readFileSync(at(name))).toThrow();
  expect(await telelink("evaluate", at("m.json"), "--data", at("later.csv"))).toBe(1);
  expect(err).toContain("Churn");
});

test("telelink train --model auto says what it found and made, and the file predicts", async () => {
  expect(
    await telelink("train", "--data", at("train.csv"), "--out", at("a.json"), ...training.slice(0, 5)),
  ).toBe(0);
  expect(out).toMatch(/The model is \d+% /);
  expect(out).toContain("auto model of Churn");
  await telelink("evaluate", at("a.json"), "--data", at("test.csv"), "--json");
  const auc = JSON.parse(out).figures.find((one: { name: string }) => one.name === "rocAuc");
  expect(auc.value).toBeGreaterThan(0.75);
});
