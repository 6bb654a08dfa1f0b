// The reference protocol's churn tables: one-hot with the first level dropped, scaled, SMOTE on the training rows.
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import matrixModule from "../dist/core/matrix.js";
import rngModule from "../dist/core/rng.js";
import smoteModule from "../dist/resample/smote.js";
import { customers, keep } from "./data.mjs";

const { matrix } = matrixModule;
const { seeded } = rngModule;
const { smote } = smoteModule;

/** Writes protocol-train (about 4,556 × 61) and protocol-test, from churn-bigml or, without it, simulated customers. */
export async function protocolTables() {
  const [train, test] = rawTables();
  const scaled = scale(train, test);
  await keep("protocol-train", () => smote()(scaled[0], seeded(1)));
  await keep("protocol-test", () => scaled[1]);
}

function rawTables() {
  const folder = process.env.TELELINK_DATA;
  if (!folder || !existsSync(join(folder, "churn-bigml-80.csv"))) {
    const width = [customers(2666, true, 3), customers(667, true, 4)];
    return width.map(({ x, y }) => ({ x: matrix(x.rows, 61, x.values.slice(0, x.rows * 61)), y }));
  }
  const read = (file) =>
    readFileSync(join(folder, file), "utf8")
      .trim()
      .split(/\r?\n/)
      .map((line) => line.split(","));
  const [names, ...train] = read("churn-bigml-80.csv");
  const [, ...test] = read("churn-bigml-20.csv");
  const used = names.filter((name) => !/minutes|charge|Churn/.test(name));
  const encoded = (rows) => {
    const columns = used.flatMap((name) => {
      const j = names.indexOf(name);
      if (name !== "Area code" && !Number.isNaN(Number(train[0][j])))
        return [rows.map((row) => Number(row[j]))];
      const levels = [...new Set(train.map((row) => row[j]))].sort().slice(1);
      return levels.map((level) => rows.map((row) => (row[j] === level ? 1 : 0)));
    });
    const y = rows.map((row) => (row.at(-1) === "True" ? 1 : 0));
    return {
      x: matrix(rows.length, columns.length, Float64Array.from(columns.flat())),
      y: Float64Array.from(y),
    };
  };
  return [encoded(train), encoded(test)];
}

function scale(train, test) {
  const { rows, columns } = train.x;
  const out = [train, test].map(({ x, y }) => ({ x: { ...x, values: x.values.slice() }, y }));
  for (let j = 0; j < columns; j++) {
    let sum = 0;
    let squares = 0;
    for (let i = 0; i < rows; i++) sum += train.x.values[j * rows + i];
    for (let i = 0; i < rows; i++) squares += (train.x.values[j * rows + i] - sum / rows) ** 2;
    const deviation = Math.sqrt(squares / rows) || 1;
    for (const { x } of out)
      for (let i = j * x.rows; i < (j + 1) * x.rows; i++)
        x.values[i] = (x.values[i] - sum / rows) / deviation;
  }
  return out;
}
