import { describe, expect, test } from "vitest";
import { integer, seeded } from "../../../src/core/rng";
import { type Table, table, takeTableRows } from "../../../src/data/table";
import { lossesOf, lossSentences } from "../../../src/evaluate/synthetic/losses";
import { canaryTest } from "../../../src/evaluate/synthetic/privacy/canaries";
import { differencingAttack } from "../../../src/evaluate/synthetic/privacy/differencing";
import { membershipAttacks } from "../../../src/evaluate/synthetic/privacy/membership-attacks";
import { adviceTold, aloneTold, verdictOf } from "../../../src/evaluate/synthetic/privacy/verdict";
import { textForms } from "../../../src/evaluate/synthetic/texts";
import { customers } from "../../synthesis/customers";

const all = customers(1400, 5);
const part = (from: number, to: number): Table =>
  takeTableRows(
    all,
    Array.from({ length: to - from }, (_, i) => from + i),
  );
const [train, holdout, other] = [part(0, 500), part(500, 900), part(900, 1400)];

describe("membershipAttacks(train, holdout, synthetic, rng)", () => {
  test("makes more than ten attacks, which all copies give in to and no independent rows", async () => {
    const copies = await membershipAttacks(train, holdout, train, seeded(1));
    expect(copies.length).toBeGreaterThanOrEqual(12);
    expect(new Set(copies.map((one) => one.kind)).size).toBe(5);
    const [nearest] = copies;
    expect(nearest.auc).toBeGreaterThan(0.95);
    expect(copies.filter((one) => one.low > 0.5).length).toBeGreaterThanOrEqual(9);
    const fresh = await membershipAttacks(train, holdout, other, seeded(1));
    expect(verdictOf({ attacks: fresh }).beyondChance).toEqual([]);
  });
});

describe("verdictOf({ attacks })", () => {
  const attacks = (...aucs: readonly number[]) =>
    Array.from({ length: 13 }, (_, k) => {
      const auc = aucs[k] ?? 0.5;
      const [low, high] = [auc - 1.96 * 0.018, auc + 1.96 * 0.018];
      return { attack: `attack ${k}`, kind: "distance" as const, auc, standardError: 0.018, low, high };
    });

  test("says why an attack whose own interval lies above chance is none of those beyond it", () => {
    const verdict = verdictOf({ attacks: attacks(0.545, 0.541) });
    expect(verdict.beyondChance).toEqual([]);
    expect(verdict.alone).toEqual(["attack 0", "attack 1"]);
    expect(aloneTold(verdict)).toBe(
      "by their own intervals attack 0 and attack 1 would be, as 0.3 of 13 are by chance",
    );
  });

  test("names none alone where all together are beyond chance, or none is by any measure", () => {
    const clear = verdictOf({ attacks: attacks(0.6) });
    expect([clear.beyondChance, clear.alone, aloneTold(clear)]).toEqual([["attack 0"], [], ""]);
    expect(verdictOf({ attacks: attacks(0.53) }).alone).toEqual([]);
  });
});

describe("differencingAttack(train, holdout, synthetic, rng)", () => {
  test("reads every answer off exact counts, and nothing off those of other rows", () => {
    const exact = differencingAttack(train, holdout, train, seeded(1));
    expect(exact.members).toBe(1);
    expect(exact.low).toBeGreaterThan(0.2);
    const fresh = differencingAttack(train, holdout, other, seeded(1));
    expect(fresh.low).toBeLessThan(0);
    expect(fresh.answers).toBe(exact.answers);
  });
});

const words = (name: string, values: readonly string[]): Table["columns"][number] => ({
  name,
  type: "text",
  values,
});
const levels = (codes: readonly number[]): Table["columns"][number] => ({
  name: "plan",
  type: "categorical",
  codes: Int32Array.from(codes),
  levels: ["a", "b", "c"],
});

describe("canaryTest(train, holdout, synthetic)", () => {
  const rows = (texts: readonly string[]): Table => table([words("name", texts)]);

  test("counts rare values that come out again, and those of strangers beside them; what both have tells nothing", () => {
    const common = new Array<string>(6).fill("Smith");
    const found = canaryTest(
      rows([...common, "Eve-Poe", "Ann-Kim"]),
      rows([...common, "Bo-Li", "Ann-Kim"]),
      rows([...common, "Eve-Poe"]),
    );
    expect(found).toMatchObject({ planted: 1, found: 1, expected: 0.5, strangers: { planted: 1, found: 0 } });
    expect(found.columns).toEqual([{ column: "name", planted: 1, found: 1, expected: 0.5 }]);
  });

  /** Rows of days of two years, and words of one row each. */
  const days = (rows: number, seed: number): Table => {
    const draw = seeded(seed);
    const day = (): string => new Date(Date.UTC(2022, 0, 1 + integer(draw, 730))).toISOString().slice(0, 10);
    return table([
      { ...words("since", Array.from({ length: rows }, day)), type: "date" } as Table["columns"][number],
      words(
        "id",
        Array.from({ length: rows }, (_, i) => `${seed}-${i}`),
      ),
    ]);
  };

  test("alarms by no day within the range, of however many more rows than strangers'", () => {
    const found = canaryTest(days(1500, 1), days(500, 2), days(3000, 3));
    expect(found.found).toBeGreaterThan(200);
    expect(Math.abs(found.found - found.expected)).toBeLessThan(20);
    expect(verdictOf({ canaries: found }).beyondChance).toEqual([]);
  });

  test("alarms by the days of the rows learnt from, though identifiers are kept apart, and names the column", () => {
    const [train, holdout] = [days(400, 1), days(400, 2)];
    const made = table([train.columns[0], holdout.columns[1]]);
    const found = canaryTest(train, holdout, made);
    expect(found.found).toBeLessThan(found.expected);
    expect(verdictOf({ canaries: found }).beyondChance).toEqual(["canaries"]);
    const advice = adviceTold({ canaries: found }, verdictOf({ canaries: found }));
    expect(advice).toMatch(
      /^Attacks: rare values of since come out again, \d+ of \d+ where chance gives \d+: leave that column/,
    );
    expect(adviceTold({}, verdictOf({}))).toBeUndefined();
  });

  test("alarms by the ends of numbers, of which each column has few", () => {
    const numbers = (seed: number): Table => {
      const draw = seeded(seed);
      return table(
        Array.from({ length: 8 }, (_, j) => ({
          name: `x${j}`,
          type: "numeric",
          values: Float64Array.from({ length: 300 }, () => draw.uniform()),
        })),
      );
    };
    const found = canaryTest(numbers(1), numbers(2), numbers(1));
    expect(verdictOf({ canaries: found }).beyondChance).toEqual(["canaries"]);
    expect(verdictOf({ canaries: canaryTest(numbers(1), numbers(2), numbers(3)) }).beyondChance).toEqual([]);
  });

  test("counts customers where these have several rows", () => {
    const town = [...new Array<string>(6).fill("Rome"), ...new Array<string>(6).fill("Atlantis")];
    const from = table([
      words("town", town),
      words(
        "who",
        town.map((name, i) => (name === "Rome" ? `r${i}` : "a")),
      ),
    ]);
    const made = table([words("town", ["Atlantis"]), words("who", ["new"])]);
    const none = table([words("town", []), words("who", [])]);
    expect(canaryTest(from, none, made, { customer: "who" }).columns).toEqual([
      { column: "town", planted: 1, found: 1, expected: 1 },
    ]);
    expect(canaryTest(from, none, made).columns).toEqual([]);
  });
});

describe("lossesOf(real, synthetic) and textForms(real, synthetic)", () => {
  const real = table([words("id", ["AB-12", "AC-34", "AD-56", ""]), levels([0, 1, 1, 2])]);

  test("names what is not there, with its share, and what is judged by its form alone", () => {
    const made = table([words("id", ["text", "text", "text", "text"]), levels([0, 1, 1, 0])]);
    const losses = lossesOf(real, made);
    expect(losses).toEqual([
      { column: "id", what: "all but one value", share: 0.75, values: 3 },
      { column: "id", what: "missing cells", share: 0.25, values: 0 },
      { column: "plan", what: "levels", share: 0.25, values: 1 },
    ]);
    const sentences = lossSentences({
      losses,
      notJudged: [],
      texts: [{ column: "id" }],
      quality: { shapesByColumn: [1] },
    });
    expect(sentences.at(-1)).toBe(
      "1 of 2 columns (50.0%) hold identifiers or free text, of which only the form is judged: id",
    );
    const [form] = textForms(real, made);
    expect(form).toMatchObject({ lengths: 0, formats: 0, unique: { real: 1, synthetic: 0.25 } });
    expect(form.score).toBeLessThan(0.3);
  });

  test("leaves out what is empty in both tables", () => {
    const empty = table([words("note", ["", ""])]);
    expect(textForms(empty, empty)).toEqual([]);
    expect(textForms(empty, table([words("note", ["", "a"])]))).toMatchObject([
      { column: "note", formats: 0 },
    ]);
  });

  test("finds texts of the same form alike, and says which are real ones", () => {
    const made = table([words("id", ["ZZ-98", "AB-12", "XY-11", ""]), levels([0, 1, 1, 2])]);
    const [form] = textForms(real, made);
    expect(form).toMatchObject({ score: 1, lengths: 1, characters: 1, formats: 1 });
    expect(form.known).toBeCloseTo(1 / 3, 12);
    expect(lossesOf(real, made)).toEqual([]);
  });
});
