import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type Labelled, matrix } from "../../src/core/matrix";
import { realData } from "../support";

/** The training and test rows of churn-bigml, all columns, text ones as categories. */
export function churnBigml(): readonly [Labelled, Labelled] {
  const read = (file: string): string[][] => {
    const lines = readFileSync(join(realData as string, file), "utf8")
      .trim()
      .split(/\r?\n/);
    return lines.map((line) => line.split(","));
  };
  const [names, ...train] = read("churn-bigml-80.csv");
  const [, ...held] = read("churn-bigml-20.csv");
  const columns = names.length - 1;
  const features = Array.from({ length: columns }, (_, j) => {
    const text = Number.isNaN(Number(train[0][j]));
    return { name: names[j], ...(text && { levels: [...new Set(train.map((row) => row[j]))].sort() }) };
  });
  const labelled = (rows: string[][]): Labelled => {
    const values = features.flatMap((feature, j) =>
      rows.map((row) => (feature.levels ? feature.levels.indexOf(row[j]) : Number(row[j]))),
    );
    const y = rows.map((row) => (row[columns] === "True" ? 1 : 0));
    return { x: matrix(rows.length, columns, Float64Array.from(values), features), y: Float64Array.from(y) };
  };
  return [labelled(train), labelled(held)];
}

/** Area under the receiver operating characteristic, ties counted half. */
export function rocAuc(y: Float64Array, p: Float64Array): number {
  let won = 0;
  let pairs = 0;
  for (let i = 0; i < y.length; i++) {
    for (let k = 0; k < y.length; k++) {
      if (y[i] <= y[k]) continue;
      pairs++;
      won += p[i] > p[k] ? 1 : p[i] === p[k] ? 0.5 : 0;
    }
  }
  return won / pairs;
}

/** Mean precision over the ranks of the positives, tied scores taken together. */
export function averagePrecision(y: Float64Array, p: Float64Array): number {
  let sum = 0;
  let ones = 0;
  for (let i = 0; i < y.length; i++) {
    if (y[i] === 0) continue;
    ones++;
    let hits = 0;
    let above = 0;
    for (let k = 0; k < y.length; k++) {
      if (p[k] < p[i]) continue;
      above++;
      hits += y[k];
    }
    sum += hits / above;
  }
  return sum / ones;
}
