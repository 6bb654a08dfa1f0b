// The tables that benches fit, written once as raw float64 (column-major x, then y) below .cache/bench, so that both
// sides read the same numbers.
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import matrixModule from "../dist/core/matrix.js";
import rngModule from "../dist/core/rng.js";

const { fillNormal, seeded } = rngModule;
const { matrix } = matrixModule;
const folder = join(resolve(dirname(fileURLToPath(import.meta.url)), ".."), ".cache", "bench");

/** Writes the table called `name` if it is not there; `make` returns a Labelled. */
export async function keep(name, make) {
  const file = join(folder, `${name}.f64`);
  if (existsSync(file)) return;
  mkdirSync(folder, { recursive: true });
  const { x, y } = await make();
  const all = new Float64Array(2 + x.values.length + y.length);
  all[0] = x.rows;
  all[1] = x.columns;
  all.set(x.values, 2);
  all.set(y, 2 + x.values.length);
  writeFileSync(`${file}.part`, all);
  renameSync(`${file}.part`, file);
}

/** The table called `name` as a Labelled. */
export function load(name, features) {
  const bytes = readFileSync(join(folder, `${name}.f64`));
  const all = new Float64Array(bytes.buffer, bytes.byteOffset, bytes.length / 8);
  const [rows, columns] = all;
  // Copies, so that a side that changed its input would not change what is measured next.
  return {
    x: matrix(rows, columns, all.slice(2, 2 + rows * columns), features),
    y: all.slice(2 + rows * columns),
  };
}

/**
 * Customers with churn-bigml's columns and much the same margins: 15 columns with states and areas as codes, or 65
 * with them one-hot. Churn comes from a few interactions, as there, and the labels carry some noise.
 */
export function customers(rows, oneHot, seed = 1) {
  const rng = seeded(`customers ${seed}`);
  const noise = new Float64Array(rows * 8);
  fillNormal(rng, noise);
  const gauss = (i, k, mean, sd, digits) => {
    const scale = 10 ** digits;
    return Math.max(0, Math.round((mean + sd * noise[i * 8 + k]) * scale) / scale);
  };
  const names = 15;
  const values = new Float64Array(rows * names);
  const y = new Float64Array(rows);
  for (let i = 0; i < rows; i++) {
    const state = Math.floor(51 * rng.uniform() ** 1.2);
    const area = rng.uniform();
    const international = rng.uniform() < 0.097 ? 1 : 0;
    const voiceMail = rng.uniform() < 0.277 ? 1 : 0;
    const messages = voiceMail ? 4 + Math.floor(48 * (rng.uniform() + rng.uniform()) * 0.5) : 0;
    const [day, evening, night, abroad] = [
      gauss(i, 0, 180, 54, 1),
      gauss(i, 1, 200, 50, 1),
      gauss(i, 2, 200, 50, 1),
      gauss(i, 3, 10.2, 2.8, 1),
    ];
    let service = 0;
    for (let p = rng.uniform(); p > 0.21 && service < 9; p *= rng.uniform()) service++;
    const callsAbroad = 1 + Math.floor(-3.5 * Math.log(1 - rng.uniform()));
    const charge = 0.17 * day + 0.085 * evening + 0.045 * night + 0.27 * abroad;
    let logit = -3.4 + 0.01 * ((state * 37) % 51);
    if (charge > 71 && !voiceMail) logit += 0.55 * (charge - 71);
    if (service > 3 && day < 160) logit += 5;
    else if (service > 3) logit += 1.5;
    if (international && callsAbroad < 3) logit += 6;
    if (international && abroad > 13.1) logit += 6;
    const row = [
      state,
      area < 0.25 ? 0 : area < 0.75 ? 1 : 2,
      international,
      voiceMail,
      gauss(i, 4, 101, 40, 0),
      messages,
      day,
      gauss(i, 5, 100, 20, 0),
      evening,
      gauss(i, 6, 100, 20, 0),
      night,
      gauss(i, 7, 100, 20, 0),
      abroad,
      callsAbroad,
      service,
    ];
    for (let j = 0; j < names; j++) values[j * rows + i] = row[j];
    y[i] = rng.uniform() < 1 / (1 + Math.exp(-logit)) ? 1 : 0;
  }
  if (!oneHot) return { x: matrix(rows, names, values), y };
  const columns = 50 + 2 + 13;
  const wide = new Float64Array(rows * columns);
  for (let i = 0; i < rows; i++) {
    const state = values[i];
    const area = values[rows + i];
    if (state > 0) wide[(state - 1) * rows + i] = 1;
    if (area > 0) wide[(49 + area) * rows + i] = 1;
  }
  wide.set(values.subarray(2 * rows), 52 * rows);
  return { x: matrix(rows, columns, wide), y };
}
