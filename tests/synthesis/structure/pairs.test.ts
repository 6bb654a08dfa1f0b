import { describe, expect, test } from "vitest";
import { seeded } from "../../../src/core/rng";
import { parseCsv } from "../../../src/data/read/read-csv";
import { cellText, columnNamed, type Table } from "../../../src/data/table";
import { sequential } from "../../../src/synthesis/sequential/sequential";
import { describeStructure } from "../../../src/synthesis/structure/describe";
import { discoverStructure } from "../../../src/synthesis/structure/discover/discover";
import { describeLosses } from "../../../src/synthesis/structure/losses";
import { trees } from "../../../src/synthesis/trees/trees";

const rng = (label: string) => seeded(7).fork(label);

/** Which of so many it is, the first ones far more often. */
const often = (uniform: number, count: number): number => Math.floor(count * uniform ** 2.5);

function csv(head: string, rows: number, line: (i: number, uniform: () => number) => readonly unknown[]) {
  const random = rng(head);
  const uniform = () => random.uniform();
  const lines = Array.from({ length: rows }, (_, i) => line(i, uniform).join(","));
  return parseCsv(`${head}\n${lines.join("\n")}\n`).table;
}

/** Of the towns each has one to four codes, and every third shares one with the next; later ones are rare. */
function towns(code: (place: number) => string | number, rows = 2500): Table {
  const codes: number[][] = [];
  for (let town = 0, next = 0; town < 90; town++)
    codes.push(Array.from({ length: 1 + ((town * 5) % 4) }, () => next++));
  for (let town = 0; town + 1 < 90; town += 3) codes[town + 1].push(codes[town][0]);
  return csv("town,code,spend,left", rows, (_, uniform) => {
    const town = often(uniform(), 90);
    const own = codes[town];
    const spend = Math.round(100 * uniform() + town);
    return [`Town ${town}`, code(own[often(uniform(), own.length)]), spend, uniform() < 0.3 ? "yes" : "no"];
  });
}

/** The pairs of two columns, and how many rows have each. */
function pairsOf(rows: Table, one: string, other: string): Map<string, number> {
  const [a, b] = [one, other].map((name) => columnNamed(rows, name));
  const text = (column: typeof a, i: number) =>
    column.type === "numeric" ? String(column.values[i]) : cellText(column, i);
  const pairs = new Map<string, number>();
  for (let i = 0; i < rows.rows; i++) {
    const key = `${text(a, i)} | ${text(b, i)}`;
    pairs.set(key, (pairs.get(key) ?? 0) + 1);
  }
  return pairs;
}

const austrian = (place: number): number => 1010 + 20 * place + ((place * place * 7) % 19);

describe("columns whose levels belong together", () => {
  test.each([
    ["post codes of letters", (place: number) => `A-${austrian(place)}`],
    ["post codes of four digits", austrian],
  ])("sequential: %s go with the towns that enough rows have them with, and no others", async (_, code) => {
    const real = towns(code);
    const made = (await sequential()(real, rng("fit"))).sample(4000, rng("draw"));
    const [before, after] = [real, made].map((rows) => pairsOf(rows, "town", "code"));
    for (const pair of after.keys()) expect(before.get(pair) ?? 0, pair).toBeGreaterThanOrEqual(5);
    const told = [...before].filter(([, rows]) => rows >= 8);
    expect(told.filter(([pair]) => after.has(pair)).length).toBeGreaterThan(0.95 * told.length);
    for (const [pair, rows] of told)
      if (rows >= 50) expect(Math.abs((after.get(pair) ?? 0) / 4000 - rows / 2500), pair).toBeLessThan(0.03);
  });

  test("trees() draw no new pair either", async () => {
    const real = towns(austrian, 1000);
    const made = (await trees()(real, rng("fit"))).sample(1000, rng("draw"));
    const before = pairsOf(real, "town", "code");
    for (const pair of pairsOf(made, "town", "code").keys()) expect(before.has(pair), pair).toBe(true);
  });

  test("discoverStructure(rows) tells no pair that fewer rows have, and what is lost is said", () => {
    const real = towns((place) => `A-${austrian(place)}`);
    const structure = discoverStructure(real, rng("rules"));
    const pairs = pairsOf(real, "town", "code");
    const only = structure.exclusions.find((one) => one.only)?.only ?? [];
    expect(only.length).toBe([...pairs.values()].filter((rows) => rows >= 5).length);
    expect(describeStructure(structure)).toContain(
      `town and code go together in ${only.length} pairs, and in no others.`,
    );
    expect(describeLosses(structure).join("\n")).toMatch(/town and code: up to \d+ rows have a pair/);
    expect(describeLosses(structure).join("\n")).toMatch(/town: \d+ levels are not drawn/);
  });

  test("discoverStructure(rows): pairs of which too many are rare stay open, and that is said", () => {
    const real = csv("street,code,spend", 3000, (_, uniform) => {
      const street = Math.floor(60 * uniform());
      return [
        `Street ${street}`,
        `C${(street * 7 + Math.floor(20 * uniform())) % 300}`,
        Math.round(99 * uniform()),
      ];
    });
    const structure = discoverStructure(real, rng("rules"));
    expect(structure.exclusions.filter(({ only }) => only)).toEqual([]);
    expect(describeLosses(structure).join("\n")).toMatch(
      /street and code belong together, but .*--combination/,
    );
  });

  test("discoverStructure(rows) binds no columns that chance brings together as often", () => {
    const real = csv("town,job", 2000, (_, uniform) => [
      `T${Math.floor(30 * uniform())}`,
      `J${Math.floor(12 * uniform())}`,
    ]);
    expect(discoverStructure(real, rng("rules")).exclusions).toEqual([]);
  });

  test("discoverStructure(rows, { keep }) lets a level that few have go with any other", async () => {
    const real = csv("town,note,spend", 2000, (i, uniform) => {
      const town = Math.floor(12 * uniform());
      const rare = ["epilepsy", "pacemaker"][i];
      const near = (town + Math.floor(2 * uniform())) % 12;
      return [`T${town}`, rare ?? `N${near}`, Math.round(1000 * uniform())];
    });
    const { exclusions } = discoverStructure(real, rng("rules"), { keep: ["note"] });
    const pairs = exclusions.find(({ columns }) => columns.join() === "town,note")?.only ?? [];
    expect(pairs.filter(([, note]) => note === "epilepsy")).toHaveLength(12);
    expect(pairs.filter(([, note]) => note === "N3")).toHaveLength(2);
    const made = (await sequential({ keep: ["note"] })(real, rng("fit"))).sample(20_000, rng("draw"));
    const notes = new Set(pairsOf(made, "note", "note").keys());
    for (const note of ["epilepsy", "pacemaker"]) expect(notes).toContain(`${note} | ${note}`);
  });

  test("complete(rows) says which known pairs the data never has", async () => {
    const real = towns((place) => `A-${austrian(place)}`);
    const model = await sequential()(real, rng("fit"));
    const rows = parseCsv(`town,code,spend,left\nTown 0,A-${austrian(9)},5,no\nTown 0,,5,no\n`).table;
    const { contradicting } = model.complete(rows, rng("fill"));
    expect(contradicting.map(({ rule }) => rule).join()).toMatch(/town and code go together/);
  });
});

/** How a column comes back. */
const planOf = (rows: Table, name: string, keep: readonly string[] = []) =>
  discoverStructure(rows, rng("rules"), { keep }).columns.find((plan) => plan.name === name) as {
    readonly values?: readonly number[];
  };

test("sequential({ structure }) takes back the rules that it found, rare pairs and all", async () => {
  const real = towns(austrian, 1200);
  const structure = discoverStructure(real, rng("rules"));
  await expect(sequential({ structure })(real, rng("fit"))).resolves.toMatchObject({ kind: "sequential" });
});

describe("numbers that are codes", () => {
  test("discoverStructure(rows) lists post codes, branches, and a code that another code decides", () => {
    expect(planOf(towns(austrian), "code").values?.length).toBeGreaterThan(50);
    expect(planOf(towns(austrian), "code", ["code"]).values).toBeUndefined();
    const branches = csv("branch,region,age", 2000, (_, uniform) => {
      const branch = Math.floor(40 * uniform());
      return [1 + branch, `R${(branch * 7) % 5}`, 18 + Math.floor(60 * uniform())];
    });
    expect(planOf(branches, "branch").values?.length).toBe(40);
    expect(planOf(branches, "age").values).toBeUndefined();
    const lines = csv("sic,area,staff", 2000, (_, uniform) => {
      const sic = Math.floor(50 * uniform());
      return [
        111 + sic * 173 + ((sic * sic) % 13),
        [201, 212, 305, 316, 408, 415, 510, 617, 702][(sic * 7) % 9],
        Math.floor(500 * uniform()),
      ];
    });
    expect(planOf(lines, "sic").values?.length).toBe(50);
    expect(planOf(lines, "staff").values).toBeUndefined();
  });

  test("discoverStructure(rows) leaves amounts that go with levels or each other what they are", () => {
    const people = csv(
      "age,group,born,tenure,contract,products,income,bracket,model,year",
      3000,
      (_, uniform) => {
        const age = 18 + Math.floor(65 * uniform());
        const tenure = Math.floor(Math.min(60, age - 17) * uniform());
        const income = 500 * Math.round(2 + 60 * uniform() ** 2);
        const model = Math.floor(40 * uniform());
        return [
          ...[age, age < 30 ? "young" : age < 50 ? "mid" : age < 65 ? "older" : "senior"],
          ...[2024 - age - (uniform() < 0.5 ? 1 : 0), tenure],
          ...[
            tenure < 6 ? "monthly" : tenure < 30 ? "yearly" : "long",
            1 + Math.floor((1 + tenure / 8) * uniform()),
          ],
          ...[
            income,
            `from ${5000 * Math.floor(income / 5000)}`,
            `M${model}`,
            2000 + ((model * 3) % 20) + Math.floor(4 * uniform()),
          ],
        ];
      },
    );
    for (const name of ["age", "born", "tenure", "products", "income", "year"])
      expect(planOf(people, name).values, name).toBeUndefined();
  });

  test("discoverStructure(rows) takes a bill in fives for what it is computed as, and for no code", () => {
    const bills = csv("net,months,price,total,rate,paid", 2500, (_, uniform) => {
      const price = 5 * Math.floor(4 + 16 * uniform());
      const [months, rate] = [Math.floor(73 * uniform()), [0, 25, 30, 45][Math.floor(4 * uniform())]];
      return [
        price > 40 ? "fibre" : price > 20 ? "dsl" : "none",
        months,
        price,
        months * price,
        rate,
        rate * Math.min(months, 24),
      ];
    });
    for (const name of ["price", "total", "paid"]) expect(planOf(bills, name).values, name).toBeUndefined();
    expect(describeStructure(discoverStructure(bills, rng("rules")))).toContain(
      "total = months × price, rounded.",
    );
  });
});
