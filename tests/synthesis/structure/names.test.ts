import { describe, expect, test } from "vitest";
import { seeded } from "../../../src/core/rng";
import { parseCsv } from "../../../src/data/read/read-csv";
import { cellText, columnNamed, type Table } from "../../../src/data/table";
import { loadSequential, sequential } from "../../../src/synthesis/sequential/sequential";
import { describeStructure } from "../../../src/synthesis/structure/describe";
import { checkRules } from "../../../src/synthesis/structure/given/check-rules";

const firsts = "Anna Bernd Çağla Håkon Jörg Zoë Marie Luise Frédéric Ömer İlse Paul".split(" ");
const lasts = "Müller Rossi Yılmaz Novák Weiß Popov Sørensen Garcia Kowalski Schäfer Björk Lang".split(" ");

interface Person {
  readonly first: string;
  readonly last: string;
  readonly number: number;
}

/** People of whom one more column is made of the name. */
function people(column: string, text: (person: Person, i: number) => string, rows = 900): Table {
  const random = seeded(3).fork("people");
  const one = (list: readonly string[]): string => list[Math.floor(list.length * random.uniform() ** 1.3)];
  const lines = Array.from({ length: rows }, (_, i) => {
    const person = { first: one(firsts), last: one(lasts), number: 10 + Math.floor(90 * random.uniform()) };
    return [person.first, text(person, i), person.last, Math.round(300 * random.uniform())].join(",");
  });
  return parseCsv(`first,${column},last,spent\n${lines.join("\n")}\n`).table;
}

const texts = (rows: Table, name: string): string[] =>
  Array.from({ length: rows.rows }, (_, i) => cellText(columnNamed(rows, name), i));
const folded = (name: string): string =>
  name
    .replace(/[äöü]/gi, (one) => `${one.normalize("NFD")[0]}e`)
    .replace(/ß/g, "ss")
    .replace(/ø/g, "o")
    .replace(/ı/g, "i")
    .normalize("NFD")
    .replace(/\p{M}/gu, "")
    .toLowerCase();
const domains = ["gmx.de", "gmail.com", "web.de"];

describe("texts that are made of the row's names", () => {
  test.each<[string, (person: Person, i: number) => string, (first: string, last: string) => RegExp]>([
    [
      "first.lastNN@",
      ({ first, last, number }, i) => `${first}.${last}${number}@${domains[i % 3]}`.toLowerCase(),
      (first, last) => new RegExp(`^${first}\\.${last}\\d+@(gmx|gmail|web)\\.(de|com)$`.toLowerCase()),
    ],
    [
      "an initial, umlauts spelt out",
      ({ first, last, number }, i) => `${folded(first)[0]}.${folded(last)}${number}@${domains[i % 3]}`,
      (first, last) => new RegExp(`^${folded(first)[0]}\\.${folded(last)}\\d+@`),
    ],
    [
      "user names with an underscore and a number of each row",
      ({ first }, i) => `${folded(first)}_${1000 + 7 * i}`,
      (first) => new RegExp(`^${folded(first)}_\\d+$`),
    ],
    [
      "a name to show",
      ({ first, last }) => `${first} ${last}`,
      (first, last) => new RegExp(`^${first} ${last}$`),
    ],
    [
      "the last name first, in capitals",
      ({ first, last }) => `${last.toUpperCase()} ${first}`,
      (first, last) => new RegExp(`^${last.toUpperCase()} ${first}$`),
    ],
  ])("%s", async (_, text, form) => {
    const from = people("account", text);
    const model = await sequential({})(from, seeded(1));
    const made = loadSequential(JSON.parse(JSON.stringify(model.toJSON()))).sample(2000, seeded(2));
    const [first, account, last] = ["first", "account", "last"].map((name) => texts(made, name));
    const wrong = account.filter((own, i) => !form(first[i], last[i]).test(own));
    expect(wrong).toEqual([]);
    const real = new Set(texts(from, "account"));
    if (/\d/.test(account[0])) {
      expect(new Set(account).size).toBe(2000);
      expect(account.filter((own) => real.has(own))).toEqual([]);
    }
    expect(describeStructure(model.structure).join("\n")).toMatch(
      /account (holds|begins with) what .*(first|last)/,
    );
    expect(() => checkRules(model.structure, "learn")).not.toThrow();
  });

  test("two forms side by side are as frequent as in the data", async () => {
    const from = people("mail", ({ first, last, number }, i) =>
      i % 4 === 0
        ? `${folded(first)[0]}${folded(last)}${number}@gmx.de`
        : `${folded(first)}-${folded(last)}${number}@gmx.de`,
    );
    const made = (await sequential({})(from, seeded(1))).sample(2000, seeded(2));
    const [first, mail, last] = ["first", "mail", "last"].map((name) => texts(made, name).map(folded));
    const long = mail.filter((own, i) => own.startsWith(`${first[i]}-${last[i]}`)).length;
    expect(
      mail.filter((own, i) => !RegExp(`^(${first[i]}-|${first[i][0]})${last[i]}\\d+@`).test(own)),
    ).toEqual([]);
    expect(long / 2000).toBeGreaterThan(0.65);
    expect(long / 2000).toBeLessThan(0.85);
  });

  test("names by chance are no parts", async () => {
    const from = people("account", (_, i) => `${firsts[(i * 7) % 12].toLowerCase()}${1000 + 7 * i}@gmx.de`);
    const model = await sequential({})(from, seeded(1));
    expect(describeStructure(model.structure).join("\n")).not.toMatch(/account holds what/);
  });
});

describe("identifiers that hold the number of another", () => {
  const drawn = async (csv: string) => {
    const real = parseCsv(csv).table;
    const model = loadSequential(JSON.parse(JSON.stringify(await sequential({})(real, seeded(1)))));
    return { real, model, made: model.sample(400, seeded(2)) };
  };

  test("hold that of the row, beside what a date says and letters of their own", async () => {
    const lines = Array.from({ length: 600 }, (_, i) => {
      const [policy, year] = [String(100003 + ((i * 7919) % 890000)), 2022 + (i % 3)];
      return `${year}/${policy}/${1 + ((i >> 2) % 3)},MP${policy},${year}-0${1 + (i % 9)}-1${i % 8},${(i * 13) % 97}`;
    });
    const { real, model, made } = await drawn(`claim,policy,loss,amount\n${lines.join("\n")}\n`);
    const [claims, policies, losses] = ["claim", "policy", "loss"].map((name) => texts(made, name));
    claims.forEach((claim, i) => {
      expect(claim).toMatch(/^\d{4}\/\d{6}\/[123]$/);
      expect(claim.slice(5, 11)).toBe(policies[i].slice(2));
      expect(claim.slice(0, 4)).toBe(losses[i].slice(0, 4));
    });
    expect(new Set(claims).size).toBe(claims.length);
    for (const name of ["claim", "policy"])
      expect(texts(made, name).filter((text) => texts(real, name).includes(text))).toEqual([]);
    expect(describeStructure(model.structure).join(" ")).toContain("claim holds what policy says");
  });

  test("an account is not made of the notes that mention it in some rows", async () => {
    const lines = Array.from({ length: 600 }, (_, i) => {
      const account = `DE${String(10 ** 9 + i * 7_654_321).padStart(20, "0")}`;
      const note =
        i % 6 === 0 ? `refund to ${account}` : i % 6 < 3 ? `ticket ${20000 + i * 7}` : `message ${i}`;
      return `${account},${note},${(i * 13) % 97}`;
    });
    const { made } = await drawn(`iban,note,amount\n${lines.join("\n")}\n`);
    expect(texts(made, "iban").filter((iban) => !/^DE\d{20}$/.test(iban))).toEqual([]);
  });
});
