import { describe, expect, test } from "vitest";
import { integer, seeded } from "../../../src/core/rng";
import { type Column, cellText, columnNamed, type Table, table } from "../../../src/data/table";
import { csvText } from "../../../src/data/write/write-csv";
import { aim } from "../../../src/synthesis/private/aim/aim";
import { domainFromJson } from "../../../src/synthesis/private/domain/domain";
import { loadAim, loadMst } from "../../../src/synthesis/private/model";
import { mst } from "../../../src/synthesis/private/mst";

const dates = { kind: "date", pattern: "dd.MM.yyyy" } as const;
const rng = seeded(5);
const each = <T>(of: (i: number) => T): T[] => Array.from({ length: 700 }, (_, i) => of(i));
const number = (name: string, values: readonly number[], decimals = 0): Column => ({
  name,
  type: "numeric",
  decimals,
  values: Float64Array.from(values),
});
const level = (name: string, levels: readonly string[], codes: readonly number[]): Column => ({
  name,
  type: "categorical",
  levels,
  codes: Int32Array.from(codes),
});
const date = (name: string, values: readonly string[]): Column => ({
  name,
  type: "date",
  format: dates,
  values,
});
const written = (day: number): string =>
  new Date(Date.UTC(2020, 0, 1 + day)).toISOString().slice(0, 10).split("-").reverse().join(".");

/** Contracts with an age group, half stars, a discount, an end after some days, and leavers alone with a reason, a date and no IBAN. */
const contracts = ((): Table => {
  const age = each(() => 18 + integer(rng, 70));
  const start = each(() => integer(rng, 700));
  const days = each(() => integer(rng, 90));
  const left = each(() => integer(rng, 3));
  const price = each(() => 10 + integer(rng, 50));
  const discount = each(() => 10 * integer(rng, 3));
  return table([
    { name: "iban", type: "id", values: each((i) => (left[i] === 0 ? "" : `DE${i}`)) },
    number("age", age),
    level(
      "age group",
      ["young", "old", "18-29"],
      age.map((own) => (own < 30 ? 2 : own <= 60 ? 0 : 1)),
    ),
    number(
      "stars",
      each(() => (2 + integer(rng, 9)) / 2),
      1,
    ),
    number("price", price),
    number("discount", discount),
    number(
      "net",
      price.map((own, i) => own - 0.01 * own * discount[i]),
      1,
    ),
    date("start", start.map(written)),
    number("days", days),
    date(
      "end",
      start.map((own, i) => written(own + days[i])),
    ),
    number(
      "term",
      each(() => 12 * (1 + integer(rng, 2))),
    ),
    date("until", start.map(written)),
    number("weeks", days),
    level(
      "left",
      ["yes", "no"],
      left.map((own) => (own === 0 ? 0 : 1)),
    ),
    level(
      "reason",
      ["price", "move"],
      left.map((own, i) => (own === 0 ? i % 2 : -1)),
    ),
    date(
      "gone",
      left.map((own, i) => (own === 0 ? written(start[i]) : "")),
    ),
  ]);
})();

const domain = (rules: readonly string[], more: Readonly<Record<string, object>> = {}) =>
  domainFromJson(
    {
      columns: [
        { name: "iban", type: "id", pattern: "DE[0-9]{8}" },
        { name: "age", minimum: 18, maximum: 99 },
        { name: "age group", levels: ["18-29", "young", "old"] },
        { name: "stars", minimum: 1, maximum: 5, decimals: 1, step: 0.5 },
        { name: "discount", minimum: 0, maximum: 20, step: 10 },
        { name: "start", minimum: "01.01.2020", maximum: "31.12.2022", required: true },
        { name: "days", minimum: 0, maximum: 89, required: true },
        { name: "term", minimum: 12, maximum: 24, step: 12, required: true },
        { name: "left", levels: ["yes", "no"], required: true },
        { name: "reason", levels: ["price", "move"] },
        { name: "gone", minimum: "01.01.2020", maximum: "31.12.2022" },
      ].map((one) => ({ ...one, ...more[one.name] })),
      rules,
    },
    "d.json",
  );
const stated = [
  "age group by age: 18-29, from 30: young, above 60: old",
  "net = price - 0.01 * price * discount",
  "end = start + days",
  "until = start + term months - 1 day",
  "weeks = end - start in weeks",
  "left=no <=> reason=(missing)",
  "left=no <=> gone=",
  "left=yes <=> iban=(missing)",
];
const fit = (method: typeof aim, rules: readonly string[], more = {}) =>
  method({ epsilon: 4, noise: "seed", target: null, domain: domain(rules, more) })(contracts, seeded(1));

const dayOf = (text: string): number => Date.parse(text.split(".").reverse().join("-")) / 86_400_000;

function broken(made: Table): Record<string, number> {
  const cell = (name: string, i: number): string => cellText(columnNamed(made, name), i);
  const rows = Array.from({ length: made.rows }, (_, i) => i);
  const counts = (holds: (i: number) => boolean): number => rows.filter((i) => !holds(i)).length;
  const untilOf = (start: string, term: number): string => {
    const [day, month, year] = start.split(".").map(Number);
    const first = new Date(Date.UTC(year, month - 1 + term, 1));
    const last = new Date(Date.UTC(year, month + term, 0)).getUTCDate();
    first.setUTCDate(Math.min(day, last));
    return new Date(first.getTime() - 86_400_000).toISOString().slice(0, 10).split("-").reverse().join(".");
  };
  return {
    group: counts((i) => {
      const age = cell("age", i);
      const band = age === "" ? "" : Number(age) < 30 ? "18-29" : Number(age) <= 60 ? "young" : "old";
      return cell("age group", i) === band;
    }),
    stars: counts((i) => cell("stars", i) === "" || (Number(cell("stars", i)) * 2) % 1 === 0),
    discount: counts((i) => cell("discount", i) === "" || Number(cell("discount", i)) % 10 === 0),
    net: counts((i) => {
      const [price, discount, net] = ["price", "discount", "net"].map((name) => cell(name, i));
      if (price === "" || discount === "") return net === "";
      return Math.abs(Number(net) - Number(price) * (1 - Number(discount) / 100)) < 0.051;
    }),
    end: counts((i) => dayOf(cell("end", i)) === dayOf(cell("start", i)) + Number(cell("days", i))),
    until: counts((i) => cell("until", i) === untilOf(cell("start", i), Number(cell("term", i)))),
    weeks: counts((i) => Number(cell("weeks", i)) === Math.round(Number(cell("days", i)) / 7)),
    leavers: counts((i) => {
      const [left, reason, gone, iban] = ["left", "reason", "gone", "iban"].map((name) => cell(name, i));
      const isThere = left === "yes";
      return (reason !== "") === isThere && (gone !== "") === isThere && (iban === "") === isThere;
    }),
  };
}
const none = { group: 0, stars: 0, discount: 0, net: 0, end: 0, until: 0, weeks: 0, leavers: 0 };

describe.each([
  ["mst", mst as unknown as typeof aim, loadMst as unknown as typeof loadAim],
  ["aim", aim, loadAim],
] as const)("%s keeps what a domain states of shapes", (_, method, load) => {
  const fitted = fit(method, stated);

  test("bands, steps, discounts, dates and what is missing, in every row", async () => {
    const model = await fitted;
    const made = model.sample(1000, seeded(2));
    expect(broken(made)).toEqual(none);
    expect(made.columns.map(({ name, type }) => [name, type])).toEqual(
      contracts.columns.map(({ name, type }) => [name, type]),
    );
    const ibans = columnNamed(made, "iban") as { values: readonly string[] };
    expect(new Set(ibans.values.filter((one) => one !== "")).size).toBe(
      ibans.values.filter((one) => one !== "").length,
    );
    const again = load(JSON.parse(JSON.stringify(model)));
    expect(csvText(again.sample(50, seeded(3)))).toBe(csvText(model.sample(50, seeded(3))));
  });

  test("under conditions on them and on what is computed", async () => {
    const where = { stars: { from: 3.2, to: 4.1 }, left: ["yes"], "age group": ["old"] };
    const made = (await fitted).sample(50, seeded(2), { where });
    expect(broken(made)).toEqual(none);
    expect(new Set(Array.from({ length: 50 }, (_, i) => cellText(made.columns[3], i)))).toEqual(
      new Set(["3.5", "4.0"]),
    );
    expect(new Set(Array.from({ length: 50 }, (_, i) => cellText(made.columns[2], i)))).toEqual(
      new Set(["old"]),
    );
  });
});

test("without these rules their shapes are broken", async () => {
  const made = (await fit(mst as unknown as typeof aim, [])).sample(1000, seeded(2));
  const { group, net, end, until, leavers } = broken(made);
  expect(Math.min(group, net, end, until, leavers)).toBeGreaterThan(0);
});

test("two rules may say where an identifier is missing, and neither stands without its gap", async () => {
  const rules = ["reason=price => iban=(missing)", "left=yes <=> iban=(missing)"];
  const made = (await fit(aim, rules)).sample(300, seeded(2));
  const cell = (name: string, i: number): string => cellText(columnNamed(made, name), i);
  const rows = Array.from({ length: made.rows }, (_, i) => i);
  expect(rows.filter((i) => (cell("iban", i) === "") !== (cell("left", i) === "yes"))).toEqual([]);
  expect(rows.filter((i) => cell("reason", i) === "price" && cell("iban", i) !== "")).toEqual([]);
});

test.each<[string, string, object?]>([
  ["age group by age: young", "there must be cuts"],
  ["age group by age: young, from 30: nobody", 'age group must be one of 18-29, young, old, got "nobody"'],
  ["age group by age: young, from 30: old, from 20: 18-29", "each above the one before"],
  ["age group by age: young, from x: old", 'a cut must be a number, got "x"'],
  ["age group by age: young, from  : old", "a cut must be a number"],
  ["term < days", "the least term must be below the greatest days", { days: { maximum: 12 } }],
  ["days < days", "it must be about two columns"],
  ["end = start + 2 weeks * term days", "may have one unit"],
  ["age group by reason: young, from 30: old", "reason must be a number or a date"],
  ["stars by age: young, from 30: old", "stars must be a column of levels"],
  ["end = start * 2", "must be another date plus or minus lengths of time"],
  ["end = start + start", "must be another date plus or minus lengths of time"],
  ["end ~ start + days", "must be exact"],
  ["end = start + term months + days", "days and shorter ones must be numbers"],
  ["weeks = end - 3", "one date less another"],
  ["end = start + 3 moons", "it may only name"],
  ["left=no => iban=DE1", "iban must be a column of levels, or (missing)"],
  ["iban=(missing) => left=no", "must follow from another column"],
  ["left=no => days=(missing)", "days must not be required where it can be missing"],
  ["net = price - price * discount * days", "two columns"],
])("the rule %j is refused: %s", async (rule, message, more) => {
  await expect(fit(aim, [rule], more)).rejects.toThrow(message);
});

test("a step holds in the decimals and between the bounds that are stated with it", () => {
  const use = (one: object) => () => domainFromJson({ columns: [{ name: "a", ...one }] }, "d.json");
  expect(use({ step: 0 })).toThrow("step of a must be above 0");
  expect(use({ step: "1" })).toThrow("step of a");
  expect(use({ step: 0.25, decimals: 1 })).toThrow("step of a must have its decimals");
  expect(use({ step: 10, minimum: 1, maximum: 9 })).toThrow("must lie between its minimum and maximum");
  use({ step: 10, minimum: 1, maximum: 10 })();
});

test("levels that others follow from are as frequent as in the table, however few of their rows keep the rules", async () => {
  const made = (await fit(mst as unknown as typeof aim, stated)).sample(2000, seeded(2));
  const share = (of: Table): number => {
    const { codes } = columnNamed(of, "left") as { codes: Int32Array };
    return codes.filter((code) => code === 0).length / of.rows;
  };
  expect(Math.abs(share(made) - share(contracts))).toBeLessThan(0.04);
});

test("a level that no row could keep by its rule is refused, not left out", async () => {
  const model = await fit(aim, ["left=yes => price=(missing)"]);
  expect(() => model.sample(300, seeded(2))).toThrow(
    /rows with left=yes must be left, .* got "\d of \d+ rows"/,
  );
});

test("orders may leave out that both are the same", async () => {
  const made = (await fit(aim, ["days < weeks"])).sample(300, seeded(2));
  const [days, weeks] = ["days", "weeks"].map(
    (name) => (columnNamed(made, name) as { values: Float64Array }).values,
  );
  expect(days.every((own, i) => !(own >= weeks[i]))).toBe(true);
});
