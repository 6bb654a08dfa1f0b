import { describe, expect, test } from "vitest";
import { seeded } from "../../../src/core/rng";
import { table } from "../../../src/data/table";
import { checkDomain, domainFromJson, publicKeys } from "../../../src/synthesis/private/domain/domain";
import { mst } from "../../../src/synthesis/private/mst";
import { freshKeys } from "../../../src/synthesis/structure/keys/fresh-keys";

describe("domainFromJson(value, from)", () => {
  test("takes what is known of each column", () => {
    const known = {
      columns: [
        { name: "a", type: "numeric", minimum: 0, maximum: 72, decimals: 0, required: true },
        { name: "b", levels: ["x", "y"] },
        { name: "c", minimum: "2020-01-01", maximum: "2024-12-31" },
        { name: "d", pattern: "[0-9]{4}-[A-Z]{5}" },
      ],
    };
    expect(domainFromJson(known, "d.json")).toEqual(known);
  });

  test.each([
    [[], "it must be an object"],
    [{ columns: {} }, "columns must be an array"],
    [
      { columns: [{ nam: "a" }] },
      'columns[0] may only have name, type, levels, minimum, maximum, decimals, step, format, required, pattern, got "nam"',
    ],
    [{ columns: [{ name: 3 }] }, "columns[0].name must be a text"],
    [{ columns: [{ name: "a" }, { name: "a" }] }, "column names must differ"],
    [{ columns: [{ name: "a", type: "number" }] }, "the type of a must be one of numeric"],
    [{ columns: [{ name: "a", levels: [] }] }, "levels of a must be texts"],
    [{ columns: [{ name: "a", levels: ["x", "x"] }] }, "levels of a must differ"],
    [{ columns: [{ name: "a", minimum: 3 }] }, "a must have both minimum and maximum, or neither"],
    [{ columns: [{ name: "a", minimum: 3, maximum: 2 }] }, "the lower one first"],
    [{ columns: [{ name: "a", minimum: "soon", maximum: "later" }] }, "must be numbers or dates"],
    [{ columns: [{ name: "a", decimals: 0.5 }] }, "decimals of a must be a whole number"],
    [{ columns: [{ name: "a", required: "yes" }] }, "required of a must be true or false"],
    [
      { columns: [{ name: "a", pattern: "[0-9" }] },
      "it must be made of characters, [classes], <low-high> numbers and {counts}",
    ],
    [{ columns: [{ name: "a", pattern: "[9-0]" }] }, "a range must go up"],
  ])("refuses %j", (value, message) => {
    expect(() => domainFromJson(value, "d.json")).toThrow(message);
    expect(() => domainFromJson(value, "d.json")).toThrow("Cannot read domain d.json");
  });
});

test("checkDomain(domain, columns) holds the domain to the columns' types", () => {
  const { columns } = table([
    { name: "n", type: "numeric", values: Float64Array.of(1) },
    { name: "c", type: "categorical", codes: Int32Array.of(0), levels: ["x"] },
    { name: "d", type: "date", values: ["2024-01-01"] },
    { name: "k", type: "id", values: ["1"] },
    { name: "b", type: "boolean", codes: Int32Array.of(0), levels: ["No", "Yes"] },
  ]);
  const use = (one: object) => (): void => checkDomain({ columns: [one as { name: string }] }, columns);
  use({ name: "n", minimum: 0, maximum: 1 })();
  use({ name: "d", minimum: "2020-01-01", maximum: "2021-01-01" })();
  expect(use({ name: "m" })).toThrow("its columns must be among n, c, d, k, b");
  use({ name: "b", levels: ["No", "Yes"] })();
  expect(use({ name: "b", levels: ["No", "Yes", "?"] })).toThrow("b is boolean and has two levels");
  expect(use({ name: "n", levels: ["x"] })).toThrow("n is numeric and has no levels");
  expect(use({ name: "c", minimum: 0, maximum: 1 })).toThrow("c is categorical and has no bounds");
  expect(use({ name: "c", pattern: "x" })).toThrow("has no pattern");
  expect(use({ name: "d", decimals: 2 })).toThrow("has no decimals");
  expect(use({ name: "d", minimum: 0, maximum: 1 })).toThrow("bounds of d must be a date as text");
  expect(use({ name: "n", minimum: "2020-01-01", maximum: "2021-01-01" })).toThrow(
    "bounds of n must be a number",
  );
});

test("publicKeys(pattern) makes keys that are all different and of that form", () => {
  const keys = freshKeys(publicKeys("K[0-9]{3}-[A-Cx]{2}"), 0, 500);
  expect(new Set(keys).size).toBe(500);
  for (const key of keys) expect(key).toMatch(/^K\d{3}-[ABCx]{2}$/);
  expect(freshKeys(publicKeys("[0-9]{4}"), 40, 2)).not.toEqual(freshKeys(publicKeys("[0-9]{4}"), 0, 2));
  expect(freshKeys(publicKeys(undefined), 7, 2)).toEqual(["8", "9"]);
});

test.each([[[]], [["low <= high"]]])(
  "sample(n) makes as many rows as a stated pattern has keys, and says where it has no more (rules %j)",
  async (rules) => {
    const place = Float64Array.from({ length: 100 }, (_, i) => i);
    const from = table([
      { name: "uid", type: "id", values: Array.from(place, (i) => `C${i}`) },
      { name: "low", type: "numeric", values: place, decimals: 0 },
      { name: "high", type: "numeric", values: place, decimals: 0 },
    ]);
    const bounds = { minimum: 0, maximum: 99 };
    const columns = [
      { name: "uid", pattern: "C[0-9]{2}" },
      { name: "low", ...bounds },
      { name: "high", ...bounds },
    ];
    const model = await mst({ noise: "seed", target: null, domain: { columns, rules } })(from, seeded(1));
    const [keys] = model.sample(60, seeded(2), { firstRow: 40 }).columns;
    expect(new Set("values" in keys ? Array.from(keys.values, String) : [])).toEqual(
      new Set(Array.from({ length: 60 }, (_, i) => `C${40 + i}`)),
    );
    expect(() => model.sample(61, seeded(2), { firstRow: 40 })).toThrow(
      "the domain's pattern of uid has 100 different keys",
    );
  },
);
