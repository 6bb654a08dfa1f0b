import { expect, test } from "vitest";
import { column } from "../../src/core/matrix";
import {
  type CategoricalColumn,
  type NumericColumn,
  type Table,
  table,
  takeTableRows,
} from "../../src/data/table";
import { type EncodeOptions, encode } from "../../src/features/encode";
import { encoderFromJSON } from "../../src/features/encoder";
import { reference } from "../support";

interface Golden {
  columns: { minutes: number[]; plan: string[]; calls: number[]; area: string[] };
  train: number[];
  test: number[];
  names: string[];
  standard: number[][];
  robust: number[][];
  median: number[][];
  mean: number[][];
}
const golden = reference<Golden>("encode");

function numeric(name: string, values: number[]): NumericColumn {
  return { name, type: "numeric", values: Float64Array.from(values) };
}
function categorical(name: string, values: (string | null)[]): CategoricalColumn {
  // Levels in order of appearance: the encoder must not rely on it.
  const levels = [...new Set(values.filter((value) => value !== null))];
  return {
    name,
    type: "categorical",
    codes: Int32Array.from(values, (v) => (v === null ? -1 : levels.indexOf(v))),
    levels,
  };
}

const { minutes, plan, calls, area } = golden.columns;
const all = table([
  numeric("minutes", minutes),
  categorical("plan", plan),
  numeric("calls", calls),
  categorical("area", area),
]);
const train = takeTableRows(all, golden.train);
const later = takeTableRows(all, golden.test);

function columns(fitted: Table, options: EncodeOptions, transformed: Table): number[][] {
  const x = encode(options)(fitted).transform(transformed);
  return Array.from({ length: x.columns }, (_, j) => [...column(x, j)]);
}
function close(found: number[][], expected: number[][]): void {
  expect(found.length).toBe(expected.length);
  found.forEach((values, j) => {
    values.forEach((value, i) => {
      expect(value).toBeCloseTo(expected[j][i], 12);
    });
  });
}

test("encode() is StandardScaler and OneHotEncoder(drop='first', handle_unknown='ignore')", () => {
  const fitted = encode()(train);
  expect(fitted.features.map((one) => one.name.replace("=", "_"))).toEqual(golden.names);
  expect(fitted.features[1].source).toBe("plan");
  // The rows to transform have a plan, "zero", that training never saw: zeros everywhere.
  const plans = later.columns[1] as CategoricalColumn;
  expect([...plans.codes].some((code) => plans.levels[code] === "zero")).toBe(true);
  close(columns(train, {}, later), golden.standard);
});

test("encode({scale: 'robust'}) is RobustScaler, then x / √(1 + (x/3)²)", () => {
  close(columns(train, { scale: "robust", categories: "drop" }, later), golden.robust);
});

test.each(["median", "mean"] as const)(
  "encode({missing: '%s'}) is SimpleImputer, then StandardScaler",
  (missing) => {
    const gaps = minutes.map((value, i) => ([1, 4, 22].includes(i) ? Number.NaN : value));
    const holed = table([numeric("minutes", gaps), numeric("calls", calls)]);
    const found = columns(takeTableRows(holed, golden.train), { missing }, takeTableRows(holed, golden.test));
    close([found[0], found[2]], golden[missing]);
    expect(found[1]).toEqual(golden.test.map((i) => (i === 22 ? 1 : 0)));
  },
);

test("encode({categories: 'codes'}) keeps numbers and NaN as they are and codes with levels", () => {
  const some = table([numeric("a", [1, Number.NaN]), categorical("b", ["y", null])]);
  const fitted = encode({ categories: "codes" })(some);
  expect(fitted.features).toEqual([{ name: "a" }, { name: "b", levels: ["y"] }]);
  expect([...fitted.transform(some).values]).toEqual([1, Number.NaN, 0, Number.NaN]);
  const unseen = table([categorical("b", ["x", "y"]), numeric("a", [5, 6])]);
  expect([...fitted.transform(unseen).values]).toEqual([5, 6, Number.NaN, 0]);
});

test("encode() gives a missing category a column where training had one, and zeros where it had none", () => {
  const some = table([categorical("b", ["y", null, "x"])]);
  const fitted = encode()(some);
  expect(fitted.features.map((one) => one.name)).toEqual(["b=y", "b is missing"]);
  expect([...fitted.transform(some).values]).toEqual([1, 0, 0, 0, 1, 0]);
  const complete = encode()(table([categorical("b", ["y", "x"])]));
  expect([...complete.transform(some).values]).toEqual([1, 0, 0]);
});

test("encode() keeps a boolean's false level as the base, whatever it is called", () => {
  const flag: CategoricalColumn = {
    name: "flag",
    type: "boolean",
    codes: Int32Array.from([0, 1]),
    levels: ["off", "live"],
  };
  expect(encode()(table([flag])).features.map((one) => one.name)).toEqual(["flag=live"]);
  expect(encode({ dropFirst: false })(table([flag])).features.length).toBe(2);
});

test("encode({maxLevels}) pools the rarest levels, or leaves the column out", () => {
  const values = ["a", "a", "a", "b", "b", "c", "d"];
  const some = table([
    categorical("k", values),
    numeric(
      "n",
      values.map((_, i) => i),
    ),
  ]);
  const pooled = encode({ categories: "codes", maxLevels: 3 })(some);
  expect(pooled.features[0].levels).toEqual(["a", "b", "(other)"]);
  expect([...pooled.transform(some).values.subarray(0, 7)]).toEqual([0, 0, 0, 1, 1, 2, 2]);
  expect(encode({ maxLevels: 3 })(some).features.map((one) => one.name)).toEqual(["k=b", "k=(other)", "n"]);
  expect(encode({ maxLevels: 3, tooMany: "drop" })(some).features.map((one) => one.name)).toEqual(["n"]);
});

test("encode() handles 10,000 levels", () => {
  const some = table([
    categorical(
      "k",
      Array.from({ length: 20_000 }, (_, i) => `level ${i % 10_000}`),
    ),
  ]);
  expect(encode()(some).features.length).toBe(254);
});

test("encode() leaves out ids, text and columns without a value, and survives constant ones", () => {
  const some = table([
    { name: "id", type: "id", values: ["1", "2"] },
    numeric("empty", [Number.NaN, Number.NaN]),
    categorical("none", [null, null]),
    numeric("constant", [0.1, 0.1]),
  ]);
  const fitted = encode()(some);
  expect(fitted.features.map((one) => one.name)).toEqual(["constant"]);
  expect([...fitted.transform(some).values]).toEqual([0, 0]);
});

test("encoderFromJSON(toJSON()) transforms bit for bit the same", () => {
  for (const options of [{}, { categories: "codes" }, { scale: "robust", maxLevels: 2 }] as const) {
    const fitted = encode(options)(train);
    const back = encoderFromJSON(JSON.parse(JSON.stringify(fitted)));
    expect(back.features).toEqual(fitted.features);
    expect(back.transform(later).values).toEqual(fitted.transform(later).values);
  }
});

test("encoders say what was wrong", () => {
  expect(() => encode({ scale: "log" as "none" })).toThrow(
    'Cannot make encoder: scale must be one of standard, robust, none, got "log"',
  );
  expect(() => encode({ drop: ["zip"] })(train)).toThrow('a column to drop must exist, got "zip"');
  expect(() => encode()(takeTableRows(train, []))).toThrow("the table must have rows");
  expect(() => encode()(table([numeric("a", [1, Infinity])]))).toThrow('column "a" must be finite numbers');
  const fitted = encode()(table([numeric("a", [1, 2])]));
  expect(() => fitted.transform(table([numeric("a", [-Infinity])]))).toThrow(
    'Cannot encode table: column "a" must hold finite numbers, got -Infinity in row 0',
  );
  expect(() => fitted.transform(table([categorical("a", ["1"])]))).toThrow(
    'Cannot encode table: column "a" must be numeric, got "categorical"',
  );
  expect(() => fitted.transform(table([numeric("b", [1])]))).toThrow("the name must be one of b");
  expect(() =>
    encoderFromJSON({ kind: "encoder", version: 1, parts: [{ kind: "number", name: "a" }] }),
  ).toThrow("Cannot load encoder");
});
