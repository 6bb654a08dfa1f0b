import { describe, expect, test } from "vitest";
import { expit } from "../../src/core/math/special";
import { column } from "../../src/core/matrix";
import { seeded } from "../../src/core/rng";
import {
  type CategoricalColumn,
  type Column,
  type Table,
  type TextColumn,
  table,
  takeTableRows,
} from "../../src/data/table";
import { rocAuc } from "../../src/evaluate/ranking";
import { encode, everyColumn } from "../../src/features/encode";
import { encoderFromJSON } from "../../src/features/encoder";
import { documentCounts, termRows } from "../../src/features/terms";
import { tableContributions } from "../../src/models/explain/reasons";
import { logisticRegression } from "../../src/models/linear/logistic";
import { pipeline } from "../../src/models/pipeline";

const codes = encode({ ...everyColumn, categories: "codes" });
const dates = (name: string, values: string[], pattern?: string): TextColumn => ({
  name,
  type: "date",
  values,
  ...(pattern ? { format: { kind: "date", pattern } } : {}),
});
const texts = (name: string, values: string[]): TextColumn => ({ name, type: "text", values });
const levels = (name: string, values: readonly string[]): CategoricalColumn => {
  const all = [...new Set(values)].filter((value) => value !== "");
  return { name, type: "categorical", codes: Int32Array.from(values, (v) => all.indexOf(v)), levels: all };
};
const known = (y: ArrayLike<number>) => ({ y: Float64Array.from(y), rng: seeded("known") });
const columnsOf = (rows: Table, encoder: ReturnType<typeof codes>) => {
  const x = encoder.transform(rows);
  return Object.fromEntries(x.features.map((one, j) => [one.name, [...column(x, j)]]));
};

describe("encode({dates: 'parts'})", () => {
  const rows = table([
    dates("seen", ["2024-02-29 13:30", "2023-12-31 00:00", ""], "yyyy-MM-dd HH:mm"),
    dates("signed", ["28.02.2024", "30.12.2023", ""], "dd.MM.yyyy"),
  ]);

  test("reads days, month, day, weekday and hour off each, and days between two, in the column's format", () => {
    // pandas: Timestamp.month, .day, .isoweekday(), .hour, and (a - b) / Timedelta(days=1)
    expect(columnsOf(rows, codes(rows))).toEqual({
      "days of seen": [0, -60.5625, Number.NaN],
      "month of seen": [2, 12, Number.NaN],
      "day of the month of seen": [29, 31, Number.NaN],
      "weekday of seen": [4, 7, Number.NaN],
      "hour of seen": [13, 0, Number.NaN],
      "days of signed": [0, -60, Number.NaN],
      "month of signed": [2, 12, Number.NaN],
      "day of the month of signed": [28, 30, Number.NaN],
      "weekday of signed": [3, 6, Number.NaN],
      "days from seen to signed": [-1.5625, -1, Number.NaN],
    });
  });

  test("counts days from the latest date of training in later rows too, however these are written", () => {
    const later = table([dates("seen", ["2024-03-10"]), dates("signed", ["2024-03-09"])]);
    const found = columnsOf(later, codes(rows));
    expect(found["days of seen"][0]).toBe(9.4375);
    expect(found["days of signed"]).toEqual([10]);
  });

  test("fills missing dates with the median for one-hot learners and marks them once", () => {
    const fitted = encode(everyColumn)(rows);
    expect(fitted.features.filter((one) => one.name.endsWith("is missing")).map((one) => one.source)).toEqual(
      ["seen", "signed"],
    );
    expect([...fitted.transform(rows).values].every(Number.isFinite)).toBe(true);
  });

  test("leaves out what does not vary, and dates altogether unless asked for", () => {
    const same = table([dates("a", ["2024-01-01", "2024-01-01"])]);
    expect(codes(same).features).toEqual([]);
    expect(encode()(rows).features).toEqual([]);
  });
});

describe("encode({tooMany: 'target-mean'})", () => {
  test("draws each level's mean to the overall one, as TargetEncoder(smooth=…) does; unseen levels have that", () => {
    const few = table([levels("k", ["a", "a", "a", "b", "b", "c"])]);
    const fitted = encode({ tooMany: "target-mean", maxLevels: 2, categories: "codes" })(
      few,
      known([1, 1, 0, 0, 0, 1]),
    );
    const [part] = fitted.parts;
    if (part.kind !== "target-mean") throw new Error(part.kind);
    const [{ means, prior }] = part.numbers;
    // TargetEncoder(smooth=0.5, target_type="continuous").fit(x, y).transform([["a"], ["b"], ["c"], ["d"]]): of the weights
    // tried, .5 is nearest to held-out rows here.
    expect(means).toEqual([0.6428571428571429, 0.1, 0.8333333333333334]);
    expect(prior).toBe(0.5);
    expect([...fitted.transform(table([levels("k", ["d", "a"])])).values]).toEqual([0.5, means[0]]);
  });

  const rng = seeded("levels");
  const n = 3000;
  const shops = Array.from({ length: n }, () =>
    rng.uniform() < 0.03 ? "" : `shop ${Math.floor(400 * rng.uniform())}`,
  );
  const worth = new Map(
    [...new Set(shops)].map((shop) => [shop, shop === "" ? 2 : 3 * (rng.uniform() - 0.5)]),
  );
  const y = Float64Array.from(shops, (shop) => Number(rng.uniform() < expit(worth.get(shop) as number)));

  test("training rows learn from others: a target that levels say nothing of is not found in trained()", () => {
    const coin = Float64Array.from(shops, () => Number(rng.uniform() < 0.5));
    const fitted = codes(table([levels("shop", shops)]), known(coin));
    expect(fitted.supervised).toBe(true);
    // What a plain target mean claims of such rows, and what it is.
    expect(rocAuc(coin, fitted.transform(table([levels("shop", shops)])).values)).toBeGreaterThan(0.6);
    expect(Math.abs(rocAuc(coin, fitted.trained().values) - 0.5)).toBeLessThan(0.05);
  });

  test("is left out where held-out rows have nothing of it, and something else is there", () => {
    const coin = Float64Array.from(shops, () => Number(rng.uniform() < 0.5));
    const noise: Column = {
      name: "noise",
      type: "numeric",
      values: Float64Array.from(coin, () => rng.uniform()),
    };
    const rows = table([levels("shop", shops), noise]);
    expect(codes(rows, known(coin)).features.map((one) => one.name)).toEqual(["noise"]);
    expect(codes(rows, known(y)).features.map((one) => one.name)).toEqual(["target mean of shop", "noise"]);
  });

  test("a missing level has its own mean where training had one", () => {
    const fitted = codes(table([levels("shop", shops)]), known(y));
    const [missing, unseen] = fitted.transform(table([levels("shop", ["", "none"])])).values;
    expect(missing).toBeGreaterThan(0.8);
    expect(Math.abs(unseen - 0.5)).toBeLessThan(0.1);
  });
});

describe("encode({text: 'score'})", () => {
  test("termRows(texts, terms, rarity) are TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True)", () => {
    const some = ["too slow, too dear", "slow help", "dear dear help"];
    const terms = [
      "dear",
      "dear dear",
      "dear help",
      "help",
      "slow",
      "slow help",
      "slow too",
      "too",
      "too dear",
      "too slow",
    ];
    const counts = documentCounts(some);
    const rarity = terms.map((term) => Math.log(4 / (1 + (counts.get(term) as number))) + 1);
    const { starts, terms: at, values } = termRows(some, terms, rarity);
    const row = (i: number) =>
      Object.fromEntries(
        Array.from(at.slice(starts[i], starts[i + 1]), (k, j) => [
          terms[k],
          Number(values[starts[i] + j].toFixed(9)),
        ]),
      );
    // vectorizer.fit_transform(some).toarray()
    expect(row(0)).toEqual({
      ...{ dear: 0.286969482, slow: 0.286969482, "slow too": 0.37733038, too: 0.638875873 },
      ...{ "slow too": 0.377330382, "too dear": 0.377330382, "too slow": 0.377330382 },
    });
    expect(row(2)).toEqual({
      dear: 0.625610147,
      "dear dear": 0.485842088,
      "dear help": 0.485842088,
      help: 0.369495431,
    });
  });

  const termsOf = (text: string): string[] => [...documentCounts([text]).keys()];

  test("documentCounts(texts) knows words in any script, whatever their case, and pieces of them", () => {
    expect(termsOf("Größe")).toEqual([
      "größe",
      "~_gr",
      "~grö",
      "~röß",
      "~öße",
      "~ße_",
      "~_grö",
      "~größ",
      "~röße",
      "~öße_",
    ]);
    expect(termsOf("REF 12345")).toEqual([
      "ref",
      "~_re",
      "~ref",
      "~ef_",
      "~_ref",
      "~ref_",
      "12345",
      "ref 12345",
    ]);
    expect(termsOf("?!")).toEqual([]);
    expect(termsOf("x".repeat(1_000_000)).length).toBeLessThan(3000);
  });

  const rng = seeded("texts");
  const goods = ["great support", "all is fine", "quick help", "likes the plan"];
  const bads = ["too expensive", "wants to cancel", "network outage", "bad support, complains"];
  const y = Float64Array.from({ length: 600 }, () => Number(rng.uniform() < 0.4));
  const comments = Array.from(y, (label) => {
    const from = rng.uniform() < 0.8 === (label === 1) ? bads : goods;
    return rng.uniform() < 0.05
      ? ""
      : `${from[Math.floor(4 * rng.uniform())]} ref ${Math.floor(1e6 * rng.uniform())}`;
  });
  const rows = table([texts("comment", comments)]);

  test("finds what words say, also in rows that it did not see; a missing text stays missing", () => {
    const train = Array.from({ length: 400 }, (_, i) => i);
    const test = Array.from({ length: 200 }, (_, i) => 400 + i);
    const fitted = codes(takeTableRows(rows, train), known(y.slice(0, 400)));
    const { values } = fitted.transform(takeTableRows(rows, test));
    const there = test.filter((i) => comments[i] !== "");
    const scored = there.map((i) => values[i - 400]);
    expect(
      rocAuc(
        there.map((i) => y[i]),
        scored,
      ),
    ).toBeGreaterThan(0.75);
    expect(values.filter((value) => Number.isNaN(value)).length).toBe(200 - there.length);
    // A misspelt word is near to the word.
    const [typo, fine] = fitted.transform(
      table([texts("comment", ["wnats to cancle", "all is fine"])]),
    ).values;
    expect(typo).toBeGreaterThan(fine);
  });

  test("loads from JSON to the same numbers, and refuses parts that don't fit together", () => {
    const all = table([
      ...rows.columns,
      dates(
        "seen",
        comments.map((_, i) => `2024-0${1 + (i % 9)}-11`),
      ),
      levels(
        "shop",
        comments.map((_, i) => `s${i % 300}`),
      ),
    ]);
    const fitted = codes(all, known(y));
    expect(fitted.parts.map((one) => one.kind)).toContain("text");
    const json = JSON.parse(JSON.stringify(fitted.toJSON()));
    expect([...encoderFromJSON(json).transform(all).values]).toEqual([...fitted.transform(all).values]);
    json.parts.find((one: { kind: string }) => one.kind === "text").rarity.pop();
    expect(() => encoderFromJSON(json)).toThrow("there must be a rarity and a weight for each term");
  });

  test("explanations add up its numbers to the column", async () => {
    const all = table([
      ...rows.columns,
      dates(
        "seen",
        comments.map((_, i) => `2024-0${1 + (i % 9)}-${10 + (i % 17)}`),
      ),
    ]);
    const model = await pipeline({ learner: logisticRegression() })(all, y, seeded(1));
    const found = tableContributions(model, all);
    expect(found?.columns).toEqual(["comment", "seen"]);
    expect(found?.text(1, 3)).toBe("2024-04-13");
    const sum = (found?.expected ?? 0) + (found?.values.reduce((all, one) => all + one[3], 0) ?? 0);
    expect(expit(sum)).toBeCloseTo(model.predict(takeTableRows(all, [3]))[0], 10);
  });
});
