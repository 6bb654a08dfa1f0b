import { expect, test } from "vitest";
import { seeded } from "../../../src/core/rng";
import { parseCsv } from "../../../src/data/read/read-csv";
import { cellText, columnNamed, type Table } from "../../../src/data/table";
import { loadSequential, sequential } from "../../../src/synthesis/sequential/sequential";
import { checkRules } from "../../../src/synthesis/structure/given/check-rules";
import {
  checkDigitsOf,
  withCheckDigits,
  withoutCheckDigits,
} from "../../../src/synthesis/structure/keys/check-digits";
import type { KeyColumnPlan, Structure } from "../../../src/synthesis/structure/structure";

const remainder = (text: string): bigint =>
  BigInt([...text].map((one) => String(Number.parseInt(one, 36))).join("")) % 97n;

/** Whether an account's number is right: that of ISO 13616, computed as a whole. */
const isIban = (key: string): boolean => {
  const own = key.replaceAll(" ", "");
  return remainder(own.slice(4) + own.slice(0, 4)) === 1n;
};

/** Whether digits, each other one weighed, are a multiple of ten; of two digits both are counted. */
const isTens = (key: string, weight: number, both: boolean): boolean =>
  [...key].reverse().reduce((sum, one, k) => {
    const weighed = Number(one) * (k % 2 === 1 ? weight : 1);
    return sum + (both && weighed > 9 ? weighed - 9 : weighed);
  }, 0) %
    10 ===
  0;

test.each([
  ["luhn", "490154203237518"],
  ["ean", "4006381333931"],
  ["iban", "GB82 WEST 1234 5698 7654 32"],
  ["iban", "DE89370400440532013000"],
] as const)("withCheckDigits(bare, %s) writes %s again", (check, key) => {
  const bare = withoutCheckDigits(key, check);
  expect(bare.length).toBe(key.length - (check === "iban" ? 2 : 1));
  expect(withCheckDigits(bare, check)).toBe(key);
});

const digitsOf = (rng: ReturnType<typeof seeded>, count: number): string =>
  Array.from({ length: count }, () => Math.floor(10 * rng.uniform())).join("");

/** Accounts of three countries, devices, articles with a misprint in one of 200, and numbers that have no check digits. */
function accounts(rows = 600): Table {
  const rng = seeded("accounts");
  const lines = Array.from({ length: rows }, (_, i) => {
    const country = ["DE", "AT", "NL"][Math.floor(3 * rng.uniform())];
    const iban = withCheckDigits(`${country}${digitsOf(rng, 18)}`, "iban");
    const device = withCheckDigits(`35${digitsOf(rng, 12)}`, "luhn");
    const article = withCheckDigits(`40063${digitsOf(rng, 7)}`, "ean");
    const misprint = article.slice(0, -1) + ((Number(article.at(-1)) + 1) % 10);
    const [bytes, variant] = [seeded(`bytes ${i}`), "89ab"[Math.floor(4 * rng.uniform())]];
    const hex = (count: number) =>
      Array.from({ length: count }, () => Math.floor(16 * bytes.uniform()).toString(16)).join("");
    const uuid = `${hex(8)}-${hex(4)}-4${hex(3)}-${variant}${hex(3)}-${hex(12)}`;
    return `${country},${iban},${i % 9 === 0 ? "" : device},${i % 200 === 7 ? misprint : article},${uuid},7${digitsOf(rng, 12)},${i % 40}`;
  });
  return parseCsv(`country,iban,device,article,token,number_id,age\n${lines.join("\n")}\n`).table;
}

const texts = (rows: Table, name: string): string[] =>
  Array.from({ length: rows.rows }, (_, i) => cellText(columnNamed(rows, name), i));

test("made-up identifiers have the check digits of real ones, each its own and none a real one", async () => {
  const real = accounts();
  const model = await sequential()(real, seeded(1));
  const again = loadSequential(JSON.parse(JSON.stringify(model.toJSON())));
  const made = [model.sample(800, seeded(2)), again.sample(800, seeded(3), { firstRow: 800 })];
  const all = (name: string): string[] =>
    made.flatMap((rows) => texts(rows, name)).filter((key) => key !== "");
  expect(all("iban").filter((key) => !isIban(key))).toEqual([]);
  expect(all("device").filter((key) => !isTens(key, 2, true))).toEqual([]);
  expect(all("article").filter((key) => !isTens(key, 3, false))).toEqual([]);
  expect(all("token").filter((key) => !"89ab".includes(key[19]))).toEqual([]);
  expect(new Set(all("token").map((key) => key[19])).size).toBe(4);
  for (const rows of made)
    expect(texts(rows, "iban").map((key) => key.slice(0, 2))).toEqual(texts(rows, "country"));
  for (const name of ["iban", "device", "article", "token"]) {
    const keys = [...all(name), ...texts(real, name).filter((key) => key !== "")];
    expect(new Set(keys).size).toBe(keys.length);
  }
  const checks = (again.structure as Structure).columns.map((plan) => (plan as KeyColumnPlan).check);
  expect(checks).toEqual([undefined, "iban", "luhn", "ean", undefined, undefined, undefined]);
});

test("checkDigitsOf(keys) is undefined where identifiers are few, or more than misprints are wrong", () => {
  const keys = Array.from({ length: 100 }, (_, i) => withCheckDigits(`35${100_000 + 77 * i}`, "luhn"));
  expect(checkDigitsOf(keys)).toBe("luhn");
  expect(checkDigitsOf(keys.slice(0, 19))).toBeUndefined();
  expect(checkDigitsOf([...keys, "351", "352", "353", "354", "355"])).toBeUndefined();
  expect(checkDigitsOf([...keys, "unknown"])).toBeUndefined();
});

test("checkRules(structure) refuses check digits that are none it knows", async () => {
  const model = await sequential()(accounts(200), seeded(1));
  const structure = model.structure as Structure;
  const columns = structure.columns.map((plan) => (plan.kind === "key" ? { ...plan, check: "mod11" } : plan));
  expect(() => checkRules({ ...structure, columns } as Structure, "read")).toThrow(
    'Cannot read: iban must have as check luhn, ean, iban or nothing, got "mod11"',
  );
});
