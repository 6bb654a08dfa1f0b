import { describe, expect, test } from "vitest";
import { seeded } from "../../src/core/rng";
import { type Column, cellText, type Table, table } from "../../src/data/table";
import type { FitSynthesiser, Synthesiser } from "../../src/synthesis/synthesiser";
import { customers } from "./customers";

export interface Conformance {
  readonly fit: FitSynthesiser;
  readonly load: (json: ReturnType<Synthesiser["toJSON"]>) => Synthesiser | Promise<Synthesiser>;
  /** Rows to fit; fewer for slow methods. */
  readonly rows?: number;
  /** What the method promises beyond the contract: rules kept without exception. */
  readonly keepsRules?: boolean;
  /** Conditions on any columns. */
  readonly conditions?: boolean;
  /** Shares and dependence; not asked of methods that are kept for comparison, on so few rows. */
  readonly learns?: boolean;
  /** Whether it refuses tables of fewer rows than must share what is told; defaults to true. */
  readonly keepsCounts?: boolean;
}

const column = <T extends Column>(from: Table, name: string): T =>
  from.columns.find((one) => one.name === name) as T;
const numbers = (from: Table, name: string): Float64Array =>
  column<Column & { values: Float64Array }>(from, name).values;
const codes = (from: Table, name: string): Int32Array =>
  column<Column & { codes: Int32Array }>(from, name).codes;
const share = (values: ArrayLike<number>, holds: (value: number) => boolean): number =>
  Array.from(values).filter(holds).length / values.length;

/** What every synthesiser must hold. */
export function describeSynthesiser(
  name: string,
  {
    fit,
    load,
    rows = 1200,
    keepsRules = true,
    conditions = true,
    learns = true,
    keepsCounts = true,
  }: Conformance,
): void {
  describe(name, () => {
    const train = customers(rows, 1);
    const fitted = fit(train, seeded(1));

    test("gives back types, levels, decimals, ranges, dates and missing values", async () => {
      const made = (await fitted).sample(2000, seeded(2));
      expect(made.rows).toBe(2000);
      expect(made.columns.map(({ name: own, type }) => [own, type])).toEqual(
        train.columns.map(({ name: own, type }) => [own, type]),
      );
      for (const own of ["net", "backup", "region", "land", "churn"]) {
        const { levels } = column<Column & { levels: string[] }>(made, own);
        const { levels: all, codes } = column<Column & { levels: string[]; codes: Int32Array }>(train, own);
        // In their order; those of fewer than five rows may be left out.
        expect(levels).toEqual(all.filter((level) => levels.includes(level)));
        const common = all.filter((_, k) => codes.filter((code) => code === k).length >= 5);
        expect(levels).toEqual(expect.arrayContaining(common));
      }
      for (const [own, digits] of [
        ["months", 0],
        ["bill", 2],
        ["total", 2],
        ["age", 0],
        ["messages", 0],
      ] as const) {
        const real = numbers(train, own).filter((value) => !Number.isNaN(value));
        // An end is what enough rows let expect, not what one row has.
        const room = 0.1 * (Math.max(...real) - Math.min(...real));
        const [low, high] = [Math.max(0, Math.min(...real) - room), Math.max(...real) + room];
        for (const value of numbers(made, own)) {
          if (Number.isNaN(value)) continue;
          expect(Number(value.toFixed(digits))).toBe(value);
          expect(value).toBeGreaterThanOrEqual(low);
          expect(value).toBeLessThanOrEqual(high);
        }
      }
      if (learns) {
        expect(share(numbers(made, "age"), Number.isNaN)).toBeGreaterThan(0.01);
        expect(share(numbers(made, "age"), Number.isNaN)).toBeLessThan(0.12);
      }
      expect(share(numbers(made, "bill"), Number.isNaN)).toBe(0);
      expect(share(numbers(made, "empty"), Number.isNaN)).toBe(1);
      expect(share(codes(made, "land"), (code) => code === 0)).toBe(1);
      for (const text of column<Column & { values: string[] }>(made, "joined").values) {
        expect(text).toMatch(/^20\d\d-\d\d-\d\d$/);
      }
    });

    test("gives fresh keys, unique over calls that say where they begin", async () => {
      const model = await fitted;
      const known = new Set(column<Column & { values: string[] }>(train, "key").values);
      const keys = [0, 500].flatMap(
        (firstRow) =>
          column<Column & { values: string[] }>(model.sample(500, seeded(firstRow), { firstRow }), "key")
            .values,
      );
      expect(new Set(keys).size).toBe(1000);
      expect(keys.filter((key) => known.has(key))).toEqual([]);
      for (const key of keys) expect(key).toMatch(/^C\d{6}/);
    });

    test("draws the same rows from the same stream, and other rows from another", async () => {
      const model = await fitted;
      const first = model.sample(50, seeded(3));
      expect(model.sample(50, seeded(3))).toEqual(first);
      expect(model.sample(50, seeded(4))).not.toEqual(first);
      const again = await fit(train, seeded(1));
      expect(again.sample(50, seeded(3))).toEqual(first);
      expect(model.sample(0, seeded(3)).rows).toBe(0);
    });

    test("comes back from JSON bit-identical, without training rows", async () => {
      const model = await fitted;
      const text = JSON.stringify(model);
      const back = await load(JSON.parse(text));
      expect(back.sample(200, seeded(5))).toEqual(model.sample(200, seeded(5)));
      expect(text).not.toContain("C100007");
      expect(text).not.toContain("called about bill 17");
    });

    if (learns)
      test("learns shares and dependence", async () => {
        const made = (await fitted).sample(4000, seeded(6));
        const long = share(numbers(made, "months"), (value) => value > 30);
        expect(Math.abs(long - share(numbers(train, "months"), (value) => value > 30))).toBeLessThan(0.05);
        const rate = (from: Table, keep: (i: number) => boolean): number => {
          const own = codes(from, "churn");
          const kept = [...own.keys()].filter(keep);
          return kept.filter((i) => own[i] === 1).length / kept.length;
        };
        for (const long of [true, false]) {
          const of = (from: Table): number => rate(from, (i) => numbers(from, "months")[i] > 20 === long);
          expect(Math.abs(of(made) - of(train))).toBeLessThan(0.1);
        }
      });

    test("leaves the training table as it was", () => {
      expect(train).toEqual(customers(rows, 1));
    });

    if (keepsRules)
      test("breaks no rule", async () => {
        const made = (await fitted).sample(4000, seeded(7));
        const [net, backup] = [codes(made, "net"), codes(made, "backup")];
        const [messages, months, total, bill] = ["messages", "months", "total", "bill"].map((own) =>
          numbers(made, own),
        );
        for (let i = 0; i < made.rows; i++) {
          expect(backup[i] === 2).toBe(net[i] === 2);
          expect(messages[i] > 0).toBe(backup[i] === 1);
          expect(Number.isNaN(total[i])).toBe(months[i] === 0);
          if (months[i] > 0) expect(total[i]).toBeGreaterThanOrEqual(bill[i]);
        }
      });

    if (conditions)
      test("satisfies conditions on levels, numbers, dates and computed columns in every row", async () => {
        const model = await fitted;
        const where = {
          churn: "Yes",
          net: ["dsl", "fibre"],
          months: { from: 3, to: 30 },
          total: { to: 900 },
          age: null,
        } as const;
        const made = model.sample(300, seeded(8), { where });
        expect(made.rows).toBe(300);
        for (let i = 0; i < 300; i++) {
          expect(codes(made, "churn")[i]).toBe(1);
          expect(codes(made, "net")[i]).toBeLessThan(2);
          expect(numbers(made, "months")[i]).toBeGreaterThanOrEqual(3);
          expect(numbers(made, "months")[i]).toBeLessThanOrEqual(30);
          expect(numbers(made, "total")[i]).toBeLessThanOrEqual(900);
          expect(numbers(made, "age")[i]).toBeNaN();
        }
        const recent = model.sample(100, seeded(9), { where: { joined: { from: "2021-01-01" } } });
        for (const text of column<Column & { values: string[] }>(recent, "joined").values)
          expect(text >= "2021-01-01").toBe(true);
      });

    if (conditions && learns)
      test("keeps the other columns as they are among real rows that satisfy the condition", async () => {
        const made = (await fitted).sample(3000, seeded(10), { where: { churn: "Yes" } });
        const churned = [...codes(train, "churn").keys()].filter((i) => codes(train, "churn")[i] === 1);
        const real = churned.reduce((sum, i) => sum + numbers(train, "months")[i], 0) / churned.length;
        const drawn = numbers(made, "months").reduce((sum, value) => sum + value, 0) / made.rows;
        expect(Math.abs(drawn - real)).toBeLessThan(2.5);
      });

    if (conditions)
      test("says which conditions are possible", async () => {
        const model = await fitted;
        const sample = (where: Record<string, string | { from: number }>): Table =>
          model.sample(10, seeded(1), { where });
        expect(() => sample({ net: "cable" })).toThrow("dsl, fibre, none");
        expect(() => sample({ land: "there" })).toThrow(/(always|must be one of) here/);
        expect(() => sample({ months: { from: 1000 } })).toThrow(/between \d+ and \d+/);
        if (learns) expect(() => sample({ net: "none", backup: "yes" })).toThrow("possible");
        expect(() => sample({ key: "C1" })).toThrow("cannot be chosen");
      });

    test("fits few rows, one column, equal rows and unique texts; not so few that each would be told", async () => {
      const few = await fit(table(train.columns.map((own) => head(own, 10))), seeded(1));
      expect(few.sample(3, seeded(1)).rows).toBe(3);
      const fewer = fit(table(train.columns.map((own) => head(own, 9))), seeded(1));
      if (keepsCounts) await expect(fewer).rejects.toThrow("twice the 5 rows");
      else await fewer;
      const single = await fit(table([train.columns[4]]), seeded(1));
      expect(single.sample(10, seeded(1)).columns).toHaveLength(1);
      const equal = await fit(
        table([
          { name: "a", type: "numeric", values: new Float64Array(50).fill(3), decimals: 0 },
          { name: "b", type: "categorical", codes: new Int32Array(50), levels: ["x"] },
        ]),
        seeded(1),
      );
      expect(equal.sample(2, seeded(1)).columns.map((own) => cellText(own, 1))).toEqual(["3", "x"]);
      const texts = await fit(
        table([
          { name: "t", type: "text", values: Array.from({ length: 40 }, (_, i) => `secret${i} word`) },
          {
            name: "c",
            type: "categorical",
            codes: Int32Array.from({ length: 40 }, (_, i) => i),
            levels: Array.from({ length: 40 }, (_, i) => `unique ${i}`),
          },
        ]),
        seeded(1),
      );
      expect(texts.sample(5, seeded(1)).rows).toBe(5);
    });

    test("refuses an empty table and a number of rows that is none", async () => {
      await expect(fit({ rows: 0, columns: [] }, seeded(1))).rejects.toThrow("at least one column");
      await expect(fit(table(train.columns.map((own) => head(own, 0))), seeded(1))).rejects.toThrow(
        "at least one row",
      );
      const model = await fitted;
      expect(() => model.sample(-1, seeded(1))).toThrow("rows");
      expect(() => model.sample(1.5, seeded(1))).toThrow("rows");
    });

    test("stops when told to", async () => {
      const stop = new AbortController();
      stop.abort(new Error("enough"));
      await expect(fit(train, seeded(1), { signal: stop.signal })).rejects.toThrow("enough");
    });
  });
}

function head(one: Column, rows: number): Column {
  return "codes" in one
    ? { ...one, codes: one.codes.slice(0, rows) }
    : ({ ...one, values: one.values.slice(0, rows) } as Column);
}
