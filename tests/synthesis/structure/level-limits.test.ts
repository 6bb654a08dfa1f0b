import { describe, expect, test } from "vitest";
import { seeded } from "../../../src/core/rng";
import { parseCsv } from "../../../src/data/read/read-csv";
import { cellText, columnNamed, type Table } from "../../../src/data/table";
import { copula } from "../../../src/synthesis/copula/copula";
import { loadSynthesiser } from "../../../src/synthesis/methods";
import { sequential } from "../../../src/synthesis/sequential/sequential";
import { describeStructure } from "../../../src/synthesis/structure/describe";
import { discoverStructure } from "../../../src/synthesis/structure/discover/discover";
import { checkRules } from "../../../src/synthesis/structure/given/check-rules";

type Row = Record<string, string | number>;

function tableOf(count: number, name: string, row: (uniform: () => number, i: number) => Row): Table {
  const rng = seeded(name);
  const rows = Array.from({ length: count }, (_, i) => row(() => rng.uniform(), i));
  const head = Object.keys(rows[0]);
  return parseCsv(`${head}\n${rows.map((one) => head.map((key) => one[key])).join("\n")}\n`).table;
}

function normal(uniform: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform());
}

function broken(from: Table, breaks: (row: Record<string, string>) => boolean): number {
  let count = 0;
  for (let i = 0; i < from.rows; i++) {
    const row = Object.fromEntries(from.columns.map((column) => [column.name, cellText(column, i)]));
    if (breaks(row)) count++;
  }
  return count;
}

/** Who is 67 or older is retired, and nobody else; students are younger than 26. */
const people = tableOf(1500, "people", (uniform) => {
  const age = 18 + Math.floor(67 * uniform());
  const kind = uniform();
  const job = age >= 67 ? "retired" : age < 26 && kind < 0.5 ? "student" : kind < 0.9 ? "employed" : "free";
  return { age, job, spend: (20 + age + 15 * normal(uniform)).toFixed(1) };
});
const offAge = ({ age, job }: Record<string, string>): boolean =>
  (job === "retired") !== Number(age) >= 67 || (job === "student" && Number(age) >= 26);

describe("the ends of numbers in the rows of a level", () => {
  test("are found, told in words and kept, by each method, from a file, and asked for", async () => {
    const model = await sequential()(people, seeded(1));
    const told = describeStructure(model.structure);
    const [ends] = told.filter((rule) => rule.startsWith("By job, age is "));
    for (const end of ["retired → at least 67", "student → at most 25", "employed or free → at most 66"])
      expect(ends).toContain(end);
    expect(told.filter((rule) => rule.includes("spend is"))).toEqual([]);
    const loaded = loadSynthesiser(JSON.parse(JSON.stringify(model.toJSON())));
    expect(broken(loaded.sample(4000, seeded(2)), offAge)).toBe(0);
    expect(broken(model.sample(300, seeded(3), { where: { job: "student" } }), offAge)).toBe(0);
    const other = await copula()(people, seeded(1));
    expect(broken(other.sample(2000, seeded(2)), offAge)).toBe(0);
  });

  test("are those of others that a level never reaches, of which too few rows show an end of its own", async () => {
    const from = tableOf(3000, "few", (uniform) => {
      const age = 18 + Math.floor(67 * uniform());
      const kind = uniform();
      const job = age >= 67 ? "retired" : age < 50 && kind < 0.03 ? "student" : "employed";
      return { age, job };
    });
    const model = await sequential()(from, seeded(1));
    const { limits = [] } = model.structure;
    expect(limits).toContainEqual({ column: "age", most: 66, where: { column: "job", level: "student" } });
    const off = ({ age, job }: Record<string, string>): boolean => job === "student" && Number(age) > 66;
    expect(broken(model.sample(4000, seeded(2)), off)).toBe(0);
  });

  test("leave the shares of levels and the means as they are", async () => {
    const made = (await sequential()(people, seeded(1))).sample(6000, seeded(5));
    for (const job of ["retired", "student", "employed", "free"]) {
      const [real, own] = [people, made].map((from) => broken(from, (row) => row.job === job) / from.rows);
      expect(Math.abs(real - own)).toBeLessThan(0.03);
    }
  });

  test("make no level rarer whose number is only known in the end", async () => {
    const from = tableOf(3000, "seats", (uniform) => {
      const plan = ["team", "team", "firm"][Math.floor(3 * uniform())];
      const [used, invited, free] = [30, 5, 20].map((most) => Math.floor(most * uniform() ** 2));
      const more = plan === "firm" ? Math.max(0, 20 - used - invited - free) : 0;
      return { plan, used: used + more, invited, free, seats: used + more + invited + free };
    });
    const model = await sequential()(from, seeded(1));
    expect(describeStructure(model.structure)).toContain("Where plan = firm, seats is at least 20.");
    const made = model.sample(4000, seeded(2));
    const firm = ({ plan }: Record<string, string>): boolean => plan === "firm";
    expect(broken(made, (row) => firm(row) && Number(row.seats) < 20)).toBe(0);
    expect(Math.abs(broken(from, firm) / from.rows - broken(made, firm) / made.rows)).toBeLessThan(0.03);
  });

  test("say the sign by a type that no sum tells, and the moment by a state", () => {
    const ledger = tableOf(1500, "ledger", (uniform) => {
      const kind = uniform();
      const type = kind < 0.5 ? "invoice" : kind < 0.9 ? "payment" : kind < 0.95 ? "refund" : "fee";
      const amount = Math.exp(4 + normal(uniform)) * (type === "payment" || type === "refund" ? -1 : 1);
      const days = type === "fee" ? 19_700 + 20 * uniform() : 19_000 + 720 * uniform();
      return {
        type,
        amount: amount.toFixed(2),
        on: new Date(Math.floor(days) * 864e5).toISOString().slice(0, 10),
      };
    });
    const told = describeStructure(discoverStructure(ledger, seeded(1)));
    expect(told).toContainEqual(expect.stringMatching(/^By type, amount is .*invoice → at least 0[,.]/));
    expect(told).toContainEqual(
      expect.stringMatching(/^By type, amount is .*payment or refund → at most 0[,.]/),
    );
    expect(told).toContainEqual(expect.stringMatching(/^Where type = fee, on is at least 2023-12-/));
  });

  test("hold beside those of others where two columns say the level", async () => {
    const from = tableOf(2000, "risks", (uniform) => {
      const [debt, score] = [Math.round(1000 * uniform()), 300 + Math.floor(550 * uniform())];
      const risk = debt > 600 || score < 500 ? "high" : debt < 300 && score > 650 ? "low" : "medium";
      return { debt, score, risk };
    });
    const off = ({ debt, score, risk }: Record<string, string>): boolean =>
      (+debt > 602 || +score < 498) !== (risk === "high") &&
      !(+debt >= 598 && +debt <= 602) &&
      !(+score >= 498 && +score <= 502);
    expect(describeStructure(discoverStructure(from, seeded(1)))).toContainEqual(
      expect.stringMatching(/^Where risk = high and score is at least 500, debt is at least 60\d\.$/),
    );
    expect(broken((await sequential()(from, seeded(1))).sample(4000, seeded(2)), off)).toBe(0);
  });

  test("are none where a level's numbers only thin out, or where one row lies beyond", () => {
    for (const [at, apart] of [
      [1, 1],
      [3, 1],
      [0, 0.5],
    ]) {
      const smooth = tableOf(3000, `smooth ${at}`, (uniform) => {
        const kind = uniform() < 0.4 ? "a" : "b";
        return {
          kind,
          x: (100 + (kind === "a" ? 10 * apart * normal(uniform) : 10 * (at + normal(uniform)))).toFixed(2),
        };
      });
      expect(discoverStructure(smooth, seeded(1)).limits).toBe(undefined);
    }
    const [age, job] = [columnNamed(people, "age"), columnNamed(people, "job")];
    const lines = Array.from(
      { length: people.rows },
      (_, i) => `${i === 7 ? 80 : cellText(age, i)},${i === 7 ? "employed" : cellText(job, i)}`,
    );
    const { limits = [] } = discoverStructure(parseCsv(`age,job\n${lines.join("\n")}\n`).table, seeded(1));
    expect(limits.map(({ where }) => where.level)).not.toContain("employed");
  });

  test("are no single customer's numbers", () => {
    const from = tableOf(1200, "fine", (uniform) => {
      const x = 1000 * uniform();
      return { x: x.toFixed(6), size: x < 371.234567 ? "small" : uniform() < 0.5 ? "large" : "huge" };
    });
    const own = new Set(Array.from({ length: from.rows }, (_, i) => Number(cellText(from.columns[0], i))));
    const { limits = [] } = discoverStructure(from, seeded(1));
    const ends = limits.flatMap(({ least, most }) => [least, most].filter((end) => end !== undefined));
    expect(ends.length).toBeGreaterThan(1);
    for (const end of ends) expect(own.has(end as number)).toBe(false);
  });

  test("are refused in a file where they are none", () => {
    const found = discoverStructure(people, seeded(1));
    const where = { column: "job", level: "retired" };
    for (const [one, rule] of [
      [{ column: "age", least: 67, where: { column: "job", level: "old" } }, /a level of job/],
      [{ column: "age", where }, /one or two numbers of age/],
      [{ column: "age", least: 70, most: 67, where }, /not above the most/],
      [{ column: "job", least: 67, where }, /number or date/],
      [{ column: "age", least: 67, where, beside: [{ column: "spend" }] }, /numbers of spend/],
    ] as const)
      expect(() => checkRules({ ...found, limits: [one] }, "load")).toThrow(rule);
  });
});

describe("what a level leaves out of another column", () => {
  const few = tableOf(200, "accounts", (uniform) => {
    const plan = ["Starter", "Starter", "Team", "Business"][Math.floor(4 * uniform())];
    const discount = plan === "Starter" || uniform() < 0.5 ? 0 : 5 + 5 * Math.floor(4 * uniform());
    const profiles = 1 + Math.floor((plan === "Starter" ? 2 : 5) * uniform() ** 1.5);
    return { plan, discount, profiles };
  });
  const off = ({ plan, discount, profiles }: Record<string, string>): boolean =>
    plan === "Starter" && (discount !== "0" || Number(profiles) > 2);

  test("is told whole: the one value that it has, and where a number ends", async () => {
    const model = await sequential()(few, seeded(1));
    const told = describeStructure(model.structure);
    expect(told).toContain("Where plan = Starter, discount is 0.");
    expect(told).toContain("Where plan = Starter, profiles is at most 2.");
    expect(broken(model.sample(3000, seeded(2)), off)).toBe(0);
  });

  test("is told of one level beside missing cells", async () => {
    const members = tableOf(2000, "members", (uniform) => {
      const age = 16 + Math.floor(58 * uniform());
      return { age, guardian: age < 18 ? "yes" : "", visits: Math.floor(20 * uniform()) };
    });
    const model = await sequential()(members, seeded(1));
    const made = model.sample(5000, seeded(2));
    expect(broken(made, ({ age, guardian }) => (guardian === "yes") !== Number(age) < 18)).toBe(0);
  });

  test("is held against rows that have a level, not against those that have none", () => {
    const policies = tableOf(3000, "policies", (uniform) => {
      const motor = uniform() < 0.5;
      const fuel = motor ? ["petrol", "diesel", "electric"][Math.floor(3 * uniform() ** 2)] : "";
      const tax = motor ? 16 + 300 * uniform() ** 2 : 16 * uniform();
      return { product: motor ? "Motor" : "Home", fuel, tax: tax.toFixed(2) };
    });
    const { limits = [] } = discoverStructure(policies, seeded(1), { sequential: true });
    const least = limits.filter((one) => one.where.column === "fuel" && one.least !== undefined);
    expect(new Set(least.map((one) => one.least)).size).toBeLessThanOrEqual(1);
  });
});

test("numbers keep the distance that one has at least from another, and noise has none", async () => {
  const drivers = tableOf(1500, "drivers", (uniform) => {
    const age = 18 + Math.floor(60 * uniform() ** 1.5);
    return {
      age,
      free: Math.min(age - 18, Math.floor(11 * uniform())),
      tax: 20 + Math.floor(300 * uniform()),
    };
  });
  const model = await sequential()(drivers, seeded(1));
  expect(model.structure.later).toEqual([{ low: "free", high: "age", apart: 18 }]);
  expect(describeStructure(model.structure)).toContain("free is never above age − 18.");
  checkRules(model.structure, "test");
  expect(broken(model.sample(3000, seeded(2)), ({ age, free }) => Number(free) > Number(age) - 18)).toBe(0);
});
