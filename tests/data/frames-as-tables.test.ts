import { readFileSync } from "node:fs";
import type { DataFrame } from "nodejs-polars";
import { expect, test } from "vitest";
import { seeded } from "../../src/core/rng";
import { distinctRows } from "../../src/data/duplicates";
import { fromPolars, toPolars } from "../../src/data/polars";
import { profile } from "../../src/data/profile";
import { viewRows } from "../../src/data/simulate/view-rows";
import { dropColumns } from "../../src/data/table";
import { positiveLevel, target } from "../../src/data/target";
import { csvText } from "../../src/data/write/write-csv";
import { qualityScore } from "../../src/evaluate/synthetic/quality";
import { encode } from "../../src/features/encode";
import { logisticRegression } from "../../src/models/linear/logistic";
import { pipeline } from "../../src/models/pipeline";
import { synthesis } from "../../src/synthesis/methods";

test("target, pipeline and predict take a polars frame for a table, and say the same", async () => {
  const [rows] = viewRows("telco", 300, 4);
  const table = dropColumns(rows, ["customerID"]);
  const frame = await toPolars<DataFrame>(table);
  const y = target(frame, "Churn");
  expect(y).toEqual(target(table, "Churn"));
  const learn = pipeline({ learner: logisticRegression() });
  const features = frame.drop("Churn");
  const model = await learn(features, y, seeded(1));
  const same = await learn(dropColumns(table, ["Churn"]), y, seeded(1));
  expect(model.predict(features)).toEqual(same.predict(table));
  // One row alone is typed by what the model was trained on.
  expect(model.predict(features.slice(7, 1))[0]).toBe(model.predict(features)[7]);
});

// polars has its own ways for what these do (select, drop, gather); toPolars makes frames.
const tablesAlone = ["columnNamed", "dropColumns", "takeTableRows", "toPolars"];

test("every public function that takes a table takes a polars frame", () => {
  const index = readFileSync("src/index.ts", "utf8");
  const alone: string[] = [];
  let seen = 0;
  for (const [, names, from] of index.matchAll(/export \{([^}]*)\} from "\.\/([^"]+)"/g)) {
    const source = readFileSync(`src/${from}.ts`, "utf8");
    for (const name of names.split(",").map((one) => one.trim().split(" as ")[0])) {
      const parameters = parametersOf(source, name);
      if (parameters === undefined || !/:\s*Table\b/.test(parameters)) continue;
      seen++;
      if (/:\s*Table\b(?! \| PolarsFrame)/.test(parameters)) alone.push(name);
    }
  }
  expect(seen).toBeGreaterThan(20);
  expect(alone.sort()).toEqual(tablesAlone);
});

/** What stands between the parentheses of an exported function. */
function parametersOf(source: string, name: string): string | undefined {
  const start = new RegExp(`export (?:async )?function\\*? ?${name}\\b[^(]*\\(`).exec(source);
  if (!start) return undefined;
  let depth = 1;
  let at = start.index + start[0].length;
  const from = at;
  for (; depth > 0; at++) depth += source[at] === "(" ? 1 : source[at] === ")" ? -1 : 0;
  return source.slice(from, at - 1);
}

test("functions of one table and of several say the same of frames", async () => {
  const [table] = viewRows("telco", 200, 4);
  const [other] = viewRows("telco", 200, 5);
  const frame = await toPolars<DataFrame>(table);
  const second = await toPolars<DataFrame>(other);
  expect(profile(frame)).toEqual(profile(table));
  expect(csvText(frame)).toBe(csvText(fromPolars(frame).table));
  expect(distinctRows(frame, ["customerID"]).duplicates).toBe(distinctRows(table, ["customerID"]).duplicates);
  expect(positiveLevel(frame, "Churn")).toBe("Yes");
  expect(qualityScore(frame, second).score).toBeCloseTo(qualityScore(table, other).score, 12);
  expect(encode()(frame).transform(frame)).toEqual(encode()(table).transform(table));
  const rows = dropColumns(table, ["customerID"]);
  const learn = synthesis("sequential");
  const made = (await learn(await toPolars(rows), seeded(1))).sample(5, seeded(2));
  expect(made.columns.map((one) => one.name)).toEqual(rows.columns.map((one) => one.name));
});
