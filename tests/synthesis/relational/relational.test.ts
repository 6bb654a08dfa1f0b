import { expect, test } from "vitest";
import { normal, seeded } from "../../../src/core/rng";
import { parseCsv } from "../../../src/data/read/read-csv";
import { cellText, columnNamed, isCategorical, type Table, takeTableRows } from "../../../src/data/table";
import { csvText } from "../../../src/data/write/write-csv";
import { loadSynthesiser } from "../../../src/synthesis/methods";
import { keysOf } from "../../../src/synthesis/relational/families";
import {
  type RelatedTables,
  type Relational,
  relational,
} from "../../../src/synthesis/relational/relational";
import { describeRunning } from "../../../src/synthesis/relational/running";
import { describeTotals } from "../../../src/synthesis/relational/totals";

/** Customers with a plan, and months of usage that depend on it and on the month before. */
function customersWithMonths(rows: number): RelatedTables {
  const rng = seeded(5);
  const parents: string[] = [];
  const children: string[] = [];
  for (let i = 0; i < rows; i++) {
    const plan = rng.uniform() < 0.5 ? "basic" : "max";
    parents.push(`K${1000 + 3 * i},${plan},${18 + Math.floor(50 * rng.uniform())}`);
    const start = Math.floor(12 * rng.uniform());
    const months = plan === "max" ? 8 : 2 + Math.floor(4 * rng.uniform());
    let level = (plan === "max" ? 40 : 5) * Math.exp(0.4 * normal(rng));
    for (let m = 0; m < months; m++) {
      level *= Math.exp(0.1 * normal(rng));
      const at = start + m;
      const month = `${2023 + Math.floor(at / 12)}-${String((at % 12) + 1).padStart(2, "0")}-01`;
      const calls = Math.floor(30 * rng.uniform());
      children.push(
        `K${1000 + 3 * i},${month},${level.toFixed(2)},${calls},${(10 + 0.5 * calls).toFixed(2)}`,
      );
    }
  }
  const schema = { columns: [{ name: "key", type: "id" as const }] };
  return {
    parents: parseCsv(`key,plan,age\n${parents.join("\n")}\n`, { schema }).table,
    children: parseCsv(`key,month,gb,calls,bill\n${children.join("\n")}\n`, { schema }).table,
  };
}

const numbers = (from: Table, name: string): Float64Array => {
  const column = columnNamed(from, name);
  if (column.type !== "numeric") throw new Error(`${name} is ${column.type}`);
  return column.values;
};

/** Per plan the mean number of children; and how a month goes with the one before, in logarithms. */
function facts({ parents, children }: RelatedTables) {
  const keys = keysOf(children, "key");
  const plan = columnNamed(parents, "plan");
  const names = keysOf(parents, "key");
  const counts = new Map<string, number>();
  for (const key of keys) counts.set(key, (counts.get(key) ?? 0) + 1);
  const mean = (level: string): number => {
    const own = names.filter((_, i) => isCategorical(plan) && plan.levels[plan.codes[i]] === level);
    return own.reduce((sum, name) => sum + (counts.get(name) ?? 0), 0) / own.length;
  };
  const logs = numbers(children, "gb").map(Math.log);
  const pairs = [...logs.keys()].filter((i) => i > 0 && keys[i] === keys[i - 1]);
  const average = (of: (i: number) => number): number =>
    pairs.reduce((sum, i) => sum + of(i), 0) / pairs.length;
  const [a, b] = [average((i) => logs[i]), average((i) => logs[i - 1])];
  const spread = (of: (i: number) => number): number => Math.sqrt(average((i) => of(i) ** 2));
  const together = average((i) => (logs[i] - a) * (logs[i - 1] - b));
  const correlation = together / (spread((i) => logs[i] - a) * spread((i) => logs[i - 1] - b));
  return { basic: mean("basic"), max: mean("max"), correlation, keys, names };
}

const real = customersWithMonths(500);
let learnt: Promise<Relational> | undefined;
const model = (): Promise<Relational> => {
  learnt ??= relational({ key: "key", threads: 1 })(real, seeded(1));
  return learnt;
};

test("relational() keeps keys, counts per parent, and how a row goes with the one before", async () => {
  const made = (await model()).sampleBoth(500, seeded(2));
  const [was, is] = [facts(real), facts(made)];
  expect(new Set(is.keys).size).toBeLessThanOrEqual(500);
  expect(is.keys.every((key) => is.names.includes(key))).toBe(true);
  expect(is.names.some((name) => was.names.includes(name))).toBe(false);
  expect(Math.abs(is.basic - was.basic)).toBeLessThan(0.4);
  expect(Math.abs(is.max - was.max)).toBeLessThan(0.4);
  expect(was.correlation).toBeGreaterThan(0.97);
  expect(is.correlation).toBeGreaterThan(0.93);
});

test("relational() keeps rules within children, and months one after the other", async () => {
  const { children } = (await model()).sampleBoth(300, seeded(3));
  const [calls, bill] = [numbers(children, "calls"), numbers(children, "bill")];
  expect(bill.every((value, i) => value === 10 + 0.5 * calls[i])).toBe(true);
  const month = columnNamed(children, "month");
  const keys = keysOf(children, "key");
  const months = ("values" in month ? [...month.values] : []).map((text) => {
    const [year, own, day] = String(text).split("-").map(Number);
    expect(day).toBe(1);
    return 12 * year + own;
  });
  const steps = months.flatMap((at, i) => (i > 0 && keys[i] === keys[i - 1] ? [at - months[i - 1]] : []));
  // The last months of the data end a few families early.
  expect(steps.filter((step) => step === 1).length / steps.length).toBeGreaterThan(0.97);
});

test("relational(): same seed same bytes, JSON there and back, conditions on parents", async () => {
  const fitted = await model();
  const again = loadSynthesiser(JSON.parse(JSON.stringify(fitted))) as Relational;
  const [one, two] = [fitted, again].map((own) => own.sampleBoth(60, seeded(4)));
  expect(csvText(two.parents) + csvText(two.children)).toBe(csvText(one.parents) + csvText(one.children));
  expect(csvText(fitted.sample(60, seeded(4)))).toBe(csvText(one.parents));
  const { parents } = fitted.sampleBoth(40, seeded(4), { where: { plan: "max" } });
  expect(csvText(parents).match(/,max,/g)).toHaveLength(40);
});

test("relational() refuses parents that stand twice, and children without a parent", async () => {
  const fit = relational({ key: "key", threads: 1 });
  await expect(fit({ parents: real.children, children: real.children }, seeded(1))).rejects.toThrow(
    "key of its own",
  );
  const { table: stranger } = parseCsv("key,gb\nnobody,1\n", {
    schema: { columns: [{ name: "key", type: "id" }] },
  });
  await expect(fit({ ...real, children: stranger }, seeded(1))).rejects.toThrow("1 that are not");
});

test("relational() tells no level, end, word or date that only one parent's children have, however many", async () => {
  const rich = Array.from(
    { length: 12 },
    (_, m) => `K1003,2031-${String(m + 1).padStart(2, "0")}-01,9.5,7,99.25,Atlantis,Zanzibar ${m % 2}`,
  );
  const few = customersWithMonths(150);
  const others = csvText(few.children)
    .trim()
    .split(/\r?\n/)
    .slice(1)
    .map((line, i) => `${line},${["Rome", "Oslo"][i % 2]},said ${i} then`);
  const schema = {
    columns: [
      { name: "key", type: "id" as const },
      { name: "said", type: "text" as const },
    ],
  };
  const { table: children } = parseCsv(
    `key,month,gb,calls,bill,town,said\n${[...others, ...rich].join("\n")}\n`,
    { schema },
  );
  const fitted = await relational({ key: "key", threads: 1 })({ ...few, children }, seeded(1));
  const made = fitted.sampleBoth(500, seeded(2));
  const text = JSON.stringify(fitted) + csvText(made.children);
  for (const told of ["Atlantis", "Zanzibar", "2031-"]) expect(text).not.toContain(told);
  expect(Math.max(...numbers(made.children, "bill"))).toBeLessThan(60);
});

test("relational() keeps the parents' columns that their children tell, and what follows from these", async () => {
  const rng = seeded(6);
  const lines: string[] = [];
  const parents = Array.from({ length: 150 }, (_, i) => {
    const amounts = Array.from({ length: i % 6 }, () => Math.round(100 + 9900 * rng.uniform()) / 100);
    for (const amount of amounts)
      lines.push(`P${100 + i},${amount.toFixed(2)},${Math.ceil(9 * rng.uniform())}`);
    const total = amounts.reduce((sum, amount) => sum + amount, 0);
    const mean = amounts.length > 0 ? (total / amounts.length).toFixed(2) : "";
    const band = total < 60 ? "small" : total < 200 ? "middle" : "great";
    return `P${100 + i},${20 + (i % 37)},${(1.19 * total).toFixed(2)},${band},${total.toFixed(2)},${mean},${amounts.length}`;
  });
  const schema = { columns: [{ name: "id", type: "id" as const }] };
  const tables = {
    parents: parseCsv(`id,age,gross,band,spend,mean,orders\n${parents.join("\n")}\n`, { schema }).table,
    children: parseCsv(`id,amount,pieces\n${lines.join("\n")}\n`, { schema }).table,
  };
  const fitted = await relational({ key: "id", threads: 1 })(tables, seeded(1));
  expect(describeTotals(fitted.totals)).toEqual([
    "spend is the summed amount of the parent's children.",
    "mean is the mean amount of the parent's children.",
    "orders is the number of the parent's children.",
  ]);
  const again = loadSynthesiser(JSON.parse(JSON.stringify(fitted))) as Relational;
  const made = again.sampleBoth(400, seeded(2));
  const [amount, keys] = [numbers(made.children, "amount"), keysOf(made.children, "id")];
  const bands = columnNamed(made.parents, "band");
  const ends = new Map<string, number[]>();
  keysOf(made.parents, "id").forEach((key, p) => {
    const own = [...amount].filter((_, i) => keys[i] === key);
    const total = own.reduce((sum, value) => sum + value, 0);
    const of = (name: string): number => numbers(made.parents, name)[p];
    expect(of("orders")).toBe(own.length);
    expect(of("spend")).toBeCloseTo(total, 6);
    expect(Math.abs(of("gross") - 1.19 * of("spend"))).toBeLessThan(0.0051);
    expect(Number.isNaN(of("mean"))).toBe(own.length === 0);
    const band = isCategorical(bands) ? bands.levels[bands.codes[p]] : "";
    ends.set(band, [...(ends.get(band) ?? []), total]);
  });
  // Of 150 parents half are learnt from: an edge lies anywhere between two totals of theirs, the same for all rows.
  const [small, middle, great] = ["small", "middle", "great"].map((band) => ends.get(band) ?? []);
  for (const [below, above, edge] of [
    [small, middle, 60],
    [middle, great, 200],
  ] as const) {
    expect(Math.max(...below)).toBeLessThan(Math.min(...above));
    expect(Math.max(...below)).toBeLessThan(1.05 * edge);
    expect(Math.min(...above)).toBeGreaterThan(0.95 * edge);
  }
  expect(() => again.sampleBoth(9, seeded(2), { where: { band: "small" } })).toThrow(
    "where must name columns of the parents that their children do not tell",
  );
});

test("relational() keeps a parent's last date, ends of other dates and the number of children with a level", async () => {
  const rng = seeded(8);
  const lines: string[] = [];
  const day = (at: number): string =>
    new Date(Date.UTC(2024, 0, 1) + at * 86_400_000).toISOString().slice(0, 10);
  const german = (text: string): string => text.split("-").reverse().join(".");
  const parents = Array.from({ length: 120 }, (_, i) => {
    const calls = Array.from({ length: i % 5 }, (_, k) => {
      const at = 40 * k + Math.floor(30 * rng.uniform());
      return { at: day(at), due: day(at + 1 + Math.floor(60 * rng.uniform())), late: rng.uniform() < 0.4 };
    });
    for (const { at, due, late } of calls)
      lines.push(`P${100 + i},${at} 12:30,${due},${late ? "ja" : "nein"}`);
    const dues = calls.map(({ due }) => due).sort();
    const last = calls.at(-1)?.at;
    return `P${100 + i},${last ? german(last) : ""},${dues[0] ?? ""},${calls.filter(({ late }) => late).length}`;
  });
  const schema = { columns: [{ name: "id", type: "id" as const }] };
  const tables = {
    parents: parseCsv(`id,last_call,first_due,late_calls\n${parents.join("\n")}\n`, { schema }).table,
    children: parseCsv(`id,at,due,late\n${lines.join("\n")}\n`, { schema }).table,
  };
  const fitted = await relational({ key: "id", threads: 1 })(tables, seeded(1));
  expect(describeTotals(fitted.totals)).toEqual([
    "last_call is the last at of the parent's children.",
    "first_due is the first due of the parent's children.",
    "late_calls is the number of the parent's children with late = ja.",
  ]);
  const made = (loadSynthesiser(JSON.parse(JSON.stringify(fitted))) as Relational).sampleBoth(300, seeded(2));
  const rows = csvText(made.children)
    .trim()
    .split(/\r?\n/)
    .slice(1)
    .map((line) => line.split(","));
  for (const line of csvText(made.parents).trim().split(/\r?\n/).slice(1)) {
    const [id, last, due, late] = line.split(",");
    const own = rows.filter(([parent]) => parent === id);
    expect(last).toBe(
      german(
        own
          .map(([, at]) => at.slice(0, 10))
          .sort()
          .at(-1) ?? "",
      ),
    );
    expect(due).toBe(own.map(([, , one]) => one).sort()[0] ?? "");
    expect(Number(late)).toBe(own.filter(([, , , one]) => one === "ja").length);
  }
});

/** Customers with months without a gap, their number, a balance and a running total. */
function accounts(): RelatedTables {
  const rng = seeded("accounts");
  const [parents, children]: [string[], string[]] = [[], []];
  for (let i = 0; i < 150; i++) {
    const [start, several] = [Math.floor(20 * rng.uniform()), 1 + Math.floor(7 * rng.uniform())];
    parents.push(`K${1000 + 3 * i},${rng.uniform() < 0.5 ? "basic" : "max"}`);
    let [balance, used] = [1000 * Math.floor(5 * rng.uniform()), 0];
    for (let k = 0; k < Math.min(several, 24 - start); k++) {
      const [paid, spent] = [1000 * Math.floor(4 * rng.uniform()), Math.floor(3000 * rng.uniform())];
      balance += paid - spent;
      used += spent;
      const at = start + k;
      const month = `${2022 + Math.floor(at / 12)}-${String((at % 12) + 1).padStart(2, "0")}-01`;
      const money = [paid, spent, balance, used].map((cents) => (cents / 100).toFixed(2));
      children.push([`K${1000 + 3 * i}`, month, k + 1, ...money, balance < 0 ? "yes" : "no"].join());
    }
  }
  const schema = { columns: [{ name: "key", type: "id" as const }] };
  const header = "key,month,no,paid,spent,balance,used,overdrawn";
  return {
    parents: parseCsv(`key,plan\n${parents.join("\n")}\n`, { schema }).table,
    children: parseCsv(`${header}\n${children.join("\n")}\n`, { schema }).table,
  };
}

/** How many rows do not follow from those before them. */
function notRunning(children: Table): number {
  const keys = keysOf(children, "key");
  const cents = (name: string): Float64Array =>
    numbers(children, name).map((value) => Math.round(100 * value));
  const [no, paid, spent, balance, used] = ["no", "paid", "spent", "balance", "used"].map(cents);
  const of = (name: string, i: number): string => cellText(columnNamed(children, name), i);
  const month = (i: number): number =>
    12 * Number(of("month", i).slice(0, 4)) + Number(of("month", i).slice(5, 7));
  return keys.filter((key, i) => {
    const later = i > 0 && keys[i - 1] === key;
    const [before, spentBefore] = later
      ? [balance[i - 1], used[i - 1]]
      : [balance[i] - paid[i] + spent[i], 0];
    const runs = balance[i] === before + paid[i] - spent[i] && used[i] === spentBefore + spent[i];
    const counted = no[i] === (later ? no[i - 1] : 0) + 100 && (!later || month(i) === month(i - 1) + 1);
    return !runs || !counted || (of("overdrawn", i) === "yes") !== balance[i] < 0;
  }).length;
}

test("balances, running totals, numbers of the month and months without a gap run along a parent's children", async () => {
  const tables = accounts();
  expect(notRunning(tables.children)).toBe(0);
  const model = await relational({ key: "key" })(tables, seeded(1));
  expect(describeRunning(model.running, model.dates)).toEqual([
    "month is 1 month after the row before, on a day of the month that all parents share.",
    "no = no of the row before + 1, from 0.",
    "balance = balance of the row before + paid − spent, the first is drawn.",
    "used = used of the row before + spent, from 0.",
  ]);
  const json = JSON.parse(JSON.stringify(model.toJSON()));
  const { children } = (loadSynthesiser(json) as Relational).sampleBoth(300, seeded(2));
  expect([children.rows > 600, notRunning(children)]).toEqual([true, 0]);
  const wrong = structuredClone(json);
  wrong.running[1].more.terms[0].column = "overdrawn";
  expect(() => loadSynthesiser(wrong)).toThrow("balance must run by a sum of other numbers of the children");
});

test("a visit's number runs along though its place or the day planned for it tells it, and tells that day", async () => {
  const planned = [0, 7, 14, 28, 56];
  const rng = seeded("planned");
  const [parents, children]: [string[], string[]] = [[], []];
  for (let i = 0; i < 200; i++) {
    parents.push(`K${1000 + 3 * i},${rng.uniform() < 0.5 ? "basic" : "max"}`);
    const visits = 1 + Math.floor(5 * rng.uniform());
    for (let k = 0; k < visits; k++)
      children.push(`K${1000 + 3 * i},${planned[k]},${k + 1},${Math.floor(90 * rng.uniform())}`);
  }
  const schema = { columns: [{ name: "key", type: "id" as const }] };
  const tables = {
    parents: parseCsv(`key,plan\n${parents.join("\n")}\n`, { schema }).table,
    children: parseCsv(`key,planned,visit,score\n${children.join("\n")}\n`, { schema }).table,
  };
  const model = await relational({ key: "key" })(tables, seeded(1));
  expect(describeRunning(model.running)).toEqual(["visit = visit of the row before + 1, from 0."]);
  const made = model.sampleBoth(300, seeded(2)).children;
  const [day, visit] = ["planned", "visit"].map((name) => numbers(made, name));
  const keys = keysOf(made, "key");
  const wrong = keys.filter((key, i) => {
    const before = i > 0 && keys[i - 1] === key ? visit[i - 1] : 0;
    return visit[i] !== before + 1 || day[i] !== planned[visit[i] - 1];
  });
  expect([made.rows > 600, wrong.length]).toEqual([true, 0]);
});

/** Customers whose spending runs by a level that runs by visits, with twice that level beside it. */
function levels(): RelatedTables {
  const rng = seeded("levels");
  const [parents, children]: [string[], string[]] = [[], []];
  for (let i = 0; i < 300; i++) {
    parents.push(`K${1000 + 3 * i},${rng.uniform() < 0.5 ? "basic" : "max"}`);
    let [level, spent] = [Math.floor(50 * rng.uniform()), 0];
    for (let k = 0; k < 1 + (i % 7); k++) {
      const visits = Math.floor(6 * rng.uniform());
      level += visits;
      spent += level;
      children.push(`K${1000 + 3 * i},${k},${visits},${spent},${level},${2 * level}`);
    }
  }
  const schema = { columns: [{ name: "key", type: "id" as const }] };
  return {
    parents: parseCsv(`key,plan\n${parents.join("\n")}\n`, { schema }).table,
    children: parseCsv(`key,no,visits,spent,level,twice\n${children.join("\n")}\n`, { schema }).table,
  };
}

test("a number runs by another that runs, too, and what follows from both is right beyond what was learnt", async () => {
  const tables = levels();
  const model = await relational({ key: "key" })(tables, seeded(1));
  const rules = describeRunning(model.running);
  expect(rules).toContain("spent = spent of the row before + level, from 0.");
  expect(rules).toContain("level = level of the row before + visits, the first is drawn.");
  const { children } = model.sampleBoth(2000, seeded(2));
  const keys = keysOf(children, "key");
  const [visits, spent, level, twice] = ["visits", "spent", "level", "twice"].map((name) =>
    numbers(children, name),
  );
  const wrong = keys.filter((key, i) => {
    const later = i > 0 && keys[i - 1] === key;
    const risen = !later || level[i] === level[i - 1] + visits[i];
    return !risen || spent[i] !== (later ? spent[i - 1] : 0) + level[i] || twice[i] !== 2 * level[i];
  });
  const learnt = Math.max(...numbers(tables.children, "level"));
  expect([Math.max(...level) > learnt, wrong.length]).toEqual([true, 0]);
  const json = JSON.parse(JSON.stringify(model.toJSON()));
  json.running.reverse();
  expect(() => loadSynthesiser(json)).toThrow("spent must run by a sum of other numbers of the children");
});

test("two tables are refused where no parent has a child", async () => {
  const { parents, children } = levels();
  const none = { parents, children: takeTableRows(children, []) };
  await expect(relational({ key: "key" })(none, seeded(1))).rejects.toThrow("there must be children, got 0");
});
