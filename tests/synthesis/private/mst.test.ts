import { describe, expect, test } from "vitest";
import { seeded } from "../../../src/core/rng";
import { asTable } from "../../../src/data/polars";
import {
  type CategoricalColumn,
  type Column,
  isCategorical,
  type NumericColumn,
  type Table,
  table,
  takeTableRows,
} from "../../../src/data/table";
import { deltaOfComposition } from "../../../src/synthesis/private/accountant";
import { aim } from "../../../src/synthesis/private/aim/aim";
import { deltaOf } from "../../../src/synthesis/private/budget";
import type { Domain } from "../../../src/synthesis/private/domain/domain";
import { loadMst } from "../../../src/synthesis/private/model";
import { type MstOptions, mst } from "../../../src/synthesis/private/mst";
import { describeSynthesiser } from "../conformance";
import { customers } from "../customers";

const rows = 1200;
const known = customers(rows, 1);
/** As if the bounds and levels were publicly known; keys have one more digit than those of the table. */
const domain: Domain = {
  columns: known.columns.flatMap((one): Domain["columns"][number][] => {
    const { name } = one;
    if (isCategorical(one)) return [{ name, levels: one.levels, required: true }];
    if (one.type === "id") return [{ name, pattern: "C[0-9]{7}" }];
    if (one.type === "text") return [];
    const values: readonly (number | string)[] =
      one.type === "date" ? one.values.slice().sort() : [...one.values.filter(Number.isFinite).sort()];
    if (values.length === 0) return [];
    return [{ name, minimum: values[0], maximum: values[values.length - 1], required: name === "bill" }];
  }),
};
const forTable = ({ columns }: Table): Domain => ({
  columns: domain.columns.filter((one) => columns.some(({ name }) => name === one.name)),
});

describeSynthesiser("mst({ domain, epsilon: 1e6 })(table, rng): next to no noise, so that learning shows", {
  fit: (from, rng, watch) =>
    mst({ epsilon: 1e6, domain: forTable(asTable(from)), noise: "seed" })(from, rng, watch),
  load: loadMst,
  keepsCounts: false,
  rows,
  keepsRules: false,
});

const seedNoise: MstOptions = { noise: "seed" };

describe("mst({ epsilon, delta })(table, rng)", () => {
  test("says where its budget went, and the parts sum to it", async () => {
    for (const epsilon of [0.1, 1, 10]) {
      const { privacy } = await mst({ epsilon, delta: 1e-7, ...seedNoise })(known, seeded(1));
      expect(privacy).toMatchObject({
        epsilon,
        delta: 1e-7,
        neighbours: "one row added or removed",
        noise: "seed",
      });
      const sum = (of: "rho" | "delta"): number => privacy.spending.reduce((all, one) => all + one[of], 0);
      expect(Math.abs(sum("rho") / privacy.rho - 1)).toBeLessThan(1e-12);
      // What the loss of all parts may fail with, and what published levels may fail with, make δ.
      const links = privacy.spending.find(({ part }) => part === "choice of pairs");
      const choices = Number(links?.how.match(/\d+/)?.[0] ?? 0);
      const choice = choices > 0 && links ? links.rho / choices : 0;
      const spent = { gaussian: privacy.rho - choices * choice, choice, choices };
      const failing = Math.min(deltaOfComposition(spent, epsilon), deltaOf(privacy.rho, epsilon));
      expect(failing + sum("delta")).toBeLessThanOrEqual(1e-7 * (1 + 1e-9));
      if (epsilon >= 1) expect(privacy.spending.at(-1)?.rho).toBeLessThan(0.001 * privacy.rho);
      if (epsilon < 1) continue;
      expect(privacy.spending.map((one) => one.part)).toEqual([
        "number of rows",
        "bounds of numbers and dates",
        "levels of categories",
        "bins of numbers and dates",
        "single columns",
        "choice of pairs",
        "pairs with churn",
        "pairs of columns",
        "left over",
      ]);
    }
  });

  test("spends nothing on what the domain says", async () => {
    const whole: Domain = {
      columns: [...domain.columns, { name: "empty", minimum: 0, maximum: 1 }],
    };
    const { privacy } = await mst({ domain: whole, ...seedNoise })(known, seeded(1));
    const parts = privacy.spending.map((one) => one.part);
    expect(parts).not.toContain("bounds of numbers and dates");
    expect(parts).not.toContain("levels of categories");
    expect(privacy.spending.every((one) => one.delta === 0)).toBe(true);
  });

  test("counts every column beside the target: the last boolean, one that is named, or none", async () => {
    const some = table(
      known.columns.filter(({ name }) => ["net", "backup", "months", "churn"].includes(name)),
    );
    const fit = (target?: string | null): ReturnType<ReturnType<typeof mst>> =>
      mst({ epsilon: 1e4, domain: forTable(some), ...(target !== undefined && { target }), ...seedNoise })(
        some,
        seeded(1),
      );
    const of = async (target?: string | null): Promise<(readonly string[])[]> =>
      (await fit(target)).links.map((pair) => [...pair]);
    expect((await of()).slice(0, 3)).toEqual(["net", "backup", "months"].map((name) => ["churn", name]));
    expect((await of("net")).slice(0, 3)).toEqual(["backup", "months", "churn"].map((name) => ["net", name]));
    expect(await of(null)).toHaveLength(3);
    await expect(fit("months")).rejects.toThrow(
      "the target must be one of the columns of levels net, backup, churn",
    );
    // Churn depends on both net and months in these rows: no tree of pairs alone could keep that.
    const made = (await fit()).sample(20_000, seeded(1));
    const rate = (from: Table, net: number, long: boolean): number => {
      const [nets, , months, churn] = from.columns as [
        CategoricalColumn,
        Column,
        NumericColumn,
        CategoricalColumn,
      ];
      const own = [...nets.codes.keys()].filter(
        (i) => nets.codes[i] === net && months.values[i] > 20 === long,
      );
      return own.filter((i) => churn.codes[i] === 1).length / own.length;
    };
    for (const net of [0, 1, 2])
      for (const long of [true, false])
        expect(Math.abs(rate(made, net, long) - rate(some, net, long))).toBeLessThan(0.08);
  });

  test("takes its noise from the system unless told to follow the seed", async () => {
    const few = takeTableRows(
      known,
      Int32Array.from({ length: 200 }, (_, i) => i),
    );
    const text = async (options: MstOptions): Promise<string> =>
      JSON.stringify(await mst(options)(few, seeded(1)));
    expect(await text({})).not.toBe(await text({}));
    expect(await text(seedNoise)).toBe(await text(seedNoise));
  });

  test("keeps neither rare levels nor extremes nor the number of rows", async () => {
    const unique: Column = {
      name: "tariff",
      type: "categorical",
      levels: ["basic", "plus", "the only one", "other town"],
      codes: Int32Array.from({ length: rows }, (_, i) => (i === 0 ? 2 : i < 9 ? 3 : i % 2)),
    };
    const rich: Column = {
      name: "income",
      type: "numeric",
      decimals: 0,
      values: Float64Array.from({ length: rows }, (_, i) => (i === 0 ? 987_654_321 : 1000 + (i % 1000))),
    };
    const model = await mst({ epsilon: 2, ...seedNoise })(table([unique, rich]), seeded(3));
    expect(model.columns[0].levels).toEqual(["basic", "plus"]);
    const text = JSON.stringify(model);
    expect(text).not.toMatch(/the only one|other town|987654321|1200/);
    const [, income] = model.sample(2000, seeded(1)).columns;
    if (income.type === "numeric") expect(Math.max(...income.values)).toBeLessThan(4096);
  });

  test("clips numbers to the domain, and counts other levels as missing", async () => {
    const odd = table([
      {
        name: "age",
        type: "numeric",
        decimals: 0,
        values: Float64Array.from({ length: 900 }, (_, i) => i - 300),
      },
      {
        name: "plan",
        type: "categorical",
        levels: ["a", "b", "c"],
        codes: Int32Array.from({ length: 900 }, (_, i) => i % 3),
      },
    ]);
    const model = await mst({
      epsilon: 50,
      domain: {
        columns: [
          { name: "age", minimum: 0, maximum: 99 },
          { name: "plan", levels: ["a", "b"] },
        ],
      },
      ...seedNoise,
    })(odd, seeded(1));
    const [age, plan] = model.sample(3000, seeded(1)).columns;
    if (age.type !== "numeric" || !isCategorical(plan)) throw new Error("types changed");
    const share = (holds: (i: number) => boolean): number =>
      [...age.values.keys()].filter(holds).length / 3000;
    expect(share((i) => age.values[i] === 0)).toBeCloseTo(301 / 900, 1);
    expect(share((i) => age.values[i] === 99)).toBeCloseTo(501 / 900, 1);
    expect(share((i) => age.values[i] < 0 || age.values[i] > 99)).toBe(0);
    expect(share((i) => plan.codes[i] === -1)).toBeCloseTo(1 / 3, 1);
  });

  test("learns nothing from a single row: what comes out is the domain, or empty", async () => {
    const one = takeTableRows(known, [0]);
    const blind = await mst(seedNoise)(one, seeded(4));
    expect(blind.empty).toContain("months");
    expect(blind.sample(50, seeded(1)).rows).toBe(50);
    const own = known.columns[1] as CategoricalColumn;
    let hits = 0;
    for (let seed = 0; seed < 30; seed++) {
      const told = await mst({ domain: forTable(table([own])), ...seedNoise })(
        takeTableRows(table([own]), [0]),
        seeded(seed),
      );
      const [net] = told.sample(1, seeded(seed)).columns;
      if (isCategorical(net) && net.codes[0] === own.codes[0]) hits++;
    }
    expect(hits).toBeLessThan(20);
  });

  test("makes rows of identifiers and texts alone, of which nothing is learnt, as aim does", async () => {
    const texts = table(known.columns.filter(({ type }) => type === "id" || type === "text"));
    for (const method of [mst, aim]) {
      const model = await method(seedNoise)(texts, seeded(1));
      expect([model.links, model.sample(5, seeded(1)).rows]).toEqual([[], 5]);
    }
  });

  test("refuses what is no guarantee", () => {
    expect(() => mst({ epsilon: 0 })).toThrow("epsilon must be above 0");
    expect(() => mst({ epsilon: Number.NaN })).toThrow("epsilon");
    expect(() => mst({ delta: 0 })).toThrow("delta must be above 0");
    expect(() => mst({ noise: "none" as "seed" })).toThrow("noise must be one of secret, seed");
  });
});

test("loadMst(json) refuses another kind or version", () => {
  expect(() => loadMst({ kind: "trees", version: 1 })).toThrow("kind must be mst");
  expect(() => loadMst({ kind: "mst", version: 1 })).toThrow("version must be 3");
});

describe("mst({ strict })", () => {
  const from = table([
    {
      name: "g",
      type: "categorical",
      codes: Int32Array.from({ length: 100 }, (_, i) => i % 2),
      levels: ["a", "b"],
    },
    { name: "x", type: "numeric", values: Float64Array.from({ length: 100 }, (_, i) => i), decimals: 0 },
  ]);

  test("refuses what would be read off the table, and names it", async () => {
    await expect(mst({ strict: true })(from, seeded(1))).rejects.toThrow("the type of g");
    const domain: Domain = {
      columns: [
        { name: "g", type: "categorical" },
        { name: "x", type: "numeric" },
      ],
    };
    await expect(mst({ strict: true, domain })(from, seeded(1))).rejects.toThrow("the decimals of x");
  });

  test("takes a domain that states it; without strict the model says what was read off", async () => {
    const domain: Domain = {
      columns: [
        { name: "g", type: "categorical" },
        { name: "x", type: "numeric", decimals: 0 },
      ],
    };
    expect((await mst({ strict: true, domain })(from, seeded(1))).privacy.readOff).toEqual([]);
    expect((await mst()(from, seeded(1))).privacy.readOff).toContain("the decimals of x");
  });
});
