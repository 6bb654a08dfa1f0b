import { column, type Feature, type Labelled, type Matrix, matrix } from "../../core/matrix";
import type { Resample } from "../../core/model";
import { smoteNc } from "../../resample/smote-nc";

/**
 * SMOTE-NC for rows that are one-hot encoded already: the 0/1 columns of one source become one categorical column for
 * as long as rows are made, so that each new row has one level of it, where plain SMOTE makes mixtures of levels.
 */
export function smoteNcOneHot(): Resample {
  return (train, rng) => {
    const groups = groupsOf(train.x.features);
    const made = smoteNc()({ ...train, x: collapsed(train.x, groups) }, rng);
    return { ...made, x: expanded(made.x, groups, train.x.features) } satisfies Labelled;
  };
}

/** Positions of a number's column, or of the 0/1 columns of one source. */
interface Group {
  readonly name: string;
  readonly columns: readonly number[];
  readonly oneHot: boolean;
}

function groupsOf(features: readonly Feature[]): Group[] {
  const bySource = new Map<string, number[]>();
  features.forEach(({ name, source }, j) => {
    const key = source === undefined ? `number ${name}` : `levels ${source}`;
    bySource.set(key, [...(bySource.get(key) ?? []), j]);
  });
  return [...bySource].map(([name, columns]) => ({ name, columns, oneHot: name.startsWith("levels ") }));
}

/** Code 0 where all of a group's columns are 0, else 1 + the position of the 1. */
function collapsed(x: Matrix, groups: readonly Group[]): Matrix {
  const values = new Float64Array(x.rows * groups.length);
  groups.forEach(({ columns, oneHot }, g) => {
    const to = values.subarray(g * x.rows, (g + 1) * x.rows);
    if (!oneHot) {
      to.set(column(x, columns[0]));
      return;
    }
    columns.forEach((j, at) => {
      column(x, j).forEach((value, i) => {
        if (value === 1) to[i] = at + 1;
      });
    });
  });
  const features = groups.map(({ name, columns, oneHot }): Feature => {
    return oneHot ? { name, levels: ["", ...columns.map((j) => x.features[j].name)] } : { name };
  });
  return matrix(x.rows, groups.length, values, features);
}

function expanded(x: Matrix, groups: readonly Group[], features: readonly Feature[]): Matrix {
  const values = new Float64Array(x.rows * features.length);
  groups.forEach(({ columns, oneHot }, g) => {
    const from = column(x, g);
    columns.forEach((j, at) => {
      const to = values.subarray(j * x.rows, (j + 1) * x.rows);
      if (!oneHot) to.set(from);
      else for (let i = 0; i < x.rows; i++) to[i] = Number(from[i] === at + 1);
    });
  });
  return matrix(x.rows, features.length, values, features);
}
