import { expect, test } from "vitest";
import { seeded } from "../../../src/core/rng";
import { parseCsv } from "../../../src/data/read/read-csv";
import { cellText, columnNamed, dropColumns } from "../../../src/data/table";
import { csvText } from "../../../src/data/write/write-csv";
import { loadSynthesiser } from "../../../src/synthesis/methods";
import {
  type RelatedTables,
  type Relational,
  relational,
} from "../../../src/synthesis/relational/relational";
import { describeRunning } from "../../../src/synthesis/relational/running";
import { describeToldLevel } from "../../../src/synthesis/relational/told-levels";

const day = 86_400_000;
const start = Date.UTC(2023, 0, 2);
const written = (time: number): string => new Date(time).toISOString().slice(0, 10);
/** The same day so many months later, the last one of a month that has none. */
const monthsOn = (time: number, months: number): number => {
  const at = new Date(time);
  const last = new Date(Date.UTC(at.getUTCFullYear(), at.getUTCMonth() + months + 1, 0)).getUTCDate();
  return Date.UTC(at.getUTCFullYear(), at.getUTCMonth() + months, Math.min(at.getUTCDate(), last));
};

/** Parents of three plans with rows whose dates `next` gives; a price of the plan, a due date, and a payment that may lack. */
function families(first: (u: number) => number, next: (time: number, k: number, u: number) => number) {
  const rng = seeded("families");
  const [parents, children]: [string[], string[]] = [[], []];
  for (let i = 0; i < 250; i++) {
    const key = `K${1000 + 3 * i}`;
    const fee = [10, 20, 35][Math.floor(3 * rng.uniform())];
    const begin = first(rng.uniform());
    parents.push(`${key},${fee},${written(begin)}`);
    let [time, total] = [begin, 0];
    for (let k = 0; k < 2 + Math.floor(6 * rng.uniform()); k++) {
      if (k > 0) time = next(begin, k, rng.uniform()) || time + 7 * day * (1 + Math.floor(3 * rng.uniform()));
      const more = Math.floor(30 * rng.uniform());
      total += more;
      const paid = rng.uniform() < 0.2 ? "" : written(time + day * (1 + Math.floor(5 * rng.uniform())));
      children.push([key, written(time), more, fee + 2 * more, written(time + 14 * day), paid, total].join());
    }
  }
  const schema = { columns: [{ name: "key", type: "id" as const }] };
  return {
    parents: parseCsv(`key,fee,first\n${parents.join("\n")}\n`, { schema }).table,
    children: parseCsv(`key,on,more,bill,due,paid,total\n${children.join("\n")}\n`, { schema }).table,
  };
}

const cells = (text: string): string[][] =>
  text
    .trim()
    .split(/\r?\n/)
    .slice(1)
    .map((line) => line.split(","));

/** How many rows break what holds within a row and beside its parent, or `on` of the parent's first date, theirs and the one before. */
function broken(tables: RelatedTables, on: (first: number, time: number, before: number) => boolean) {
  const fees = new Map(cells(csvText(tables.parents)).map(([key, fee, first]) => [key, { fee, first }]));
  let [key, before, sum] = ["", 0, 0];
  return cells(csvText(tables.children)).filter(([own, at, more, bill, due, paid, total]) => {
    const time = Date.parse(at);
    const { fee, first } = fees.get(own) as { fee: string; first: string };
    const starts = own !== key;
    sum = (starts ? 0 : sum) + Number(more);
    const dated = starts ? at === first : on(Date.parse(first), time, before);
    [key, before] = [own, time];
    const late = paid === "" ? 1 : (Date.parse(paid) - time) / day;
    const right = Number(bill) === Number(fee) + 2 * Number(more) && Number(total) === sum;
    return !(dated && right && Date.parse(due) === time + 14 * day && late >= 1 && late <= 5);
  }).length;
}

/** The rows broken of the tables, and of those that a model of them, from its file, makes. */
async function brokenOf(tables: RelatedTables, on: Parameters<typeof broken>[1]) {
  const model = await relational({ key: "key", threads: 1 })(tables, seeded(1));
  const again = loadSynthesiser(JSON.parse(JSON.stringify(model))) as Relational;
  const made = again.sampleBoth(300, seeded(2));
  return {
    real: broken(tables, on),
    made: broken(made, on),
    enough: made.children.rows > 1000,
    steps: describeRunning(model.running, model.dates)[0],
  };
}

test("dates beside the one that orders rows, sums with a parent's number and totals hold in every row", async () => {
  const tables = families(
    (u) => start + day * Math.floor(300 * u),
    (time, k, u) => time + day * (50 * k + Math.floor(40 * u)),
  );
  expect(await brokenOf(tables, (_, time, before) => time > before)).toMatchObject({
    real: 0,
    made: 0,
    enough: true,
  });
});

test("weeks keep the weekday that all share, or each parent's own", async () => {
  const weekly = (_: number, time: number, before: number): boolean =>
    time > before && (time - before) % (7 * day) === 0;
  const common = (first: number, time: number, before: number): boolean =>
    new Date(time).getUTCDay() === 1 && weekly(first, time, before);
  for (const [days, on, who] of [
    [7, common, "all parents share"],
    [1, weekly, "each parent keeps"],
  ] as const) {
    const tables = families(
      (u) => start + days * day * Math.floor((210 / days) * u),
      () => 0,
    );
    expect(await brokenOf(tables, on)).toEqual({
      real: 0,
      made: 0,
      enough: true,
      steps: `on is some times 7 days after the row before, on dates such steps apart that ${who}.`,
    });
  }
});

test("months keep each parent's day, to the last of a shorter one; quarters and the ends of months are common to all", async () => {
  const apart =
    (months: number) =>
    (first: number, time: number): boolean =>
      Array.from({ length: 40 }, (_, k) => monthsOn(first, months * k)).includes(time);
  const end = (time: number): boolean => new Date(time + day).getUTCDate() === 1;
  const monthEnd = (u: number): number => Date.UTC(2022, 1 + Math.floor(20 * u), 0);
  const own = families(
    (u) => start + day * Math.floor(200 * u),
    (time, k) => monthsOn(time, k),
  );
  const quarters = families(
    (u) => Date.UTC(2022, 3 * Math.floor(5 * u), 1),
    (time, k) => monthsOn(time, 3 * k),
  );
  const ends = families(monthEnd, (time, k, u) => {
    const at = new Date(time);
    return Date.UTC(at.getUTCFullYear(), at.getUTCMonth() + 3 * k + Math.floor(2 * u) + 1, 0);
  });
  const common = (first: number, time: number, _: number): boolean =>
    apart(3)(first, time) && new Date(time).getUTCMonth() % 3 === 0;
  expect(await brokenOf(own, apart(1))).toMatchObject({ real: 0, made: 0, enough: true });
  expect(await brokenOf(quarters, common)).toMatchObject({ real: 0, made: 0, enough: true });
  expect(await brokenOf(ends, (_, time, before) => end(time) && time > before)).toMatchObject({
    real: 0,
    made: 0,
    enough: true,
  });
});

/** Tickets with replies, whose columns say something of any reply, the first, the last and the commonest; and a plan that replies repeat. */
function tickets(): RelatedTables {
  const rng = seeded("tickets");
  const any = <T>(of: readonly T[]): T => of[Math.floor(of.length * rng.uniform())];
  const [parents, children]: [string[], string[]] = [[], []];
  for (let i = 0; i < 300; i++) {
    const [key, plan] = [`K${1000 + 3 * i}`, any(["basic", "max"])];
    const rows = Array.from({ length: Math.floor(6 * rng.uniform()) }, () => ({
      kind: any(["text", "text", "text", "photo"]),
      by: any(["agent", "customer", "robot"]),
      late: any([0, 0, 0, 3, 9]),
      done: any(["", "", "2024-05-06", "2024-05-07", "2024-05-08"]),
    }));
    parents.push([key, plan, ...toldOf(rows)].join());
    rows.forEach(({ kind, by, late, done }, k) => {
      const at = written(start + day * (40 * k + Math.floor(30 * rng.uniform())));
      children.push([key, kind, by, late, done, plan, at].join());
    });
  }
  const schema = { columns: [{ name: "key", type: "id" as const }] };
  return {
    parents: parseCsv(`key,plan,photos,first_by,last_by,mostly,late,state\n${parents.join("\n")}\n`, {
      schema,
    }).table,
    children: parseCsv(`key,kind,by,late,done,plan,at\n${children.join("\n")}\n`, { schema }).table,
  };
}

interface Reply {
  readonly kind: string;
  readonly by: string;
  readonly late: number;
  readonly done: string;
}

function toldOf(rows: readonly Reply[]): readonly string[] {
  const names = rows.map(({ by }) => by).sort();
  const count = (name: string): number => names.filter((one) => one === name).length;
  const most = names.reduce((a, b) => (count(b) > count(a) ? b : a), names[0] ?? "nobody");
  const last = rows.at(-1);
  return [
    rows.some(({ kind }) => kind === "photo") ? "yes" : "no",
    rows[0]?.by ?? "nobody",
    last?.by ?? "nobody",
    most,
    rows.some(({ late }) => late > 0) ? "sometimes" : "never",
    last === undefined ? "none" : last.done === "" ? "open" : "closed",
  ];
}

/** How many parents' levels do not follow from their children. */
function untold({ parents, children }: RelatedTables): number {
  const replies = cells(csvText(children));
  return cells(csvText(parents)).filter(([key, , ...told]) => {
    const own = replies.filter(([parent]) => parent === key);
    const rows = own.map(([, kind, by, late, done]) => ({ kind, by, late: Number(late), done }));
    return told.join() !== toldOf(rows).join();
  }).length;
}

test("a parent's levels that any child, the first, the last or most of them tell are told by them; what all of them repeat is not", async () => {
  const tables = tickets();
  expect(untold(tables)).toBe(0);
  const model = await relational({ key: "key", threads: 1 })(tables, seeded(1));
  expect(model.levels.map(describeToldLevel)).toEqual([
    "photos is yes where a child of the parent has kind = photo, else no.",
    "first_by follows from the first by of the parent's children ((no children): nobody, agent: agent, customer: customer, robot: robot).",
    "last_by follows from the last by of the parent's children ((no children): nobody, agent: agent, customer: customer, robot: robot).",
    "mostly follows from the commonest by of the parent's children ((no children): nobody, agent: agent, customer: customer, robot: robot).",
    "late is sometimes where a child of the parent has late = (not 0), else never.",
    "state follows from the last done of the parent's children ((missing): open, (no children): none, (not missing): closed).",
  ]);
  const json = JSON.parse(JSON.stringify(model.toJSON()));
  const made = (loadSynthesiser(json) as Relational).sampleBoth(600, seeded(2));
  expect(untold(made)).toBe(0);
  const plan = columnNamed(made.parents, "plan");
  const max = Array.from({ length: 600 }, (_, i) => cellText(plan, i)).filter((one) => one === "max").length;
  // Of 300 parents, .487 of them with it, a half is learnt from: a standard error of .03.
  expect(Math.abs(max / 600 - 0.487)).toBeLessThan(0.1);
  const where = { state: "open" };
  expect(() => model.sampleBoth(10, seeded(3), { where })).toThrow("their children do not tell");
  // Where the only date has gaps it orders the rows, and these hold still.
  const gaps = await relational({ key: "key", threads: 1 })(
    { ...tables, children: dropColumns(tables.children, ["at"]) },
    seeded(1),
  );
  const photos = ({ parents, children }: RelatedTables): string[][] =>
    cells(csvText(parents)).filter(
      ([key, , photo]) =>
        cells(csvText(children)).some(([own, kind]) => own === key && kind === "photo") !== (photo === "yes"),
    );
  expect(photos(gaps.sampleBoth(100, seeded(2)))).toEqual([]);
  const wrong = structuredClone(json);
  wrong.levels[0].of = "kinds";
  expect(() => loadSynthesiser(wrong)).toThrow("photos must be of a column of the children");
});

/** Orders at the price of the parent's tier, points counted by whole tens, and a quota that each parent keeps, with what is used of it. */
function orders(): RelatedTables {
  const rng = seeded("orders");
  const any = <T>(of: readonly T[]): T => of[Math.floor(of.length * rng.uniform())];
  const [parents, children]: [string[], string[]] = [[], []];
  for (let i = 0; i < 300; i++) {
    const [key, tier] = [`K${1000 + 3 * i}`, any(["basic", "silver", "gold"] as const)];
    const quota = 100 + Math.floor(900 * rng.uniform());
    parents.push([key, tier, any(["Oslo", "Rome"])].join());
    let points = 0;
    for (let k = 0; k < 1 + Math.floor(7 * rng.uniform()); k++) {
      const [price, count] = [any([9.9, 19.9, 25, 89, 599]), 1 + Math.floor(3 * rng.uniform())];
      const total = Number((price * count * rates[tier]).toFixed(2));
      points += Math.floor(total / 10);
      const used = Math.round(quota * (0.9 + 0.2 * rng.uniform()));
      children.push([key, price, count, total.toFixed(2), points, quota, used].join());
    }
  }
  const schema = { columns: [{ name: "key", type: "id" as const }] };
  return {
    parents: parseCsv(`key,tier,town\n${parents.join("\n")}\n`, { schema }).table,
    children: parseCsv(`key,price,count,total,points,quota,used\n${children.join("\n")}\n`, { schema }).table,
  };
}

const rates = { basic: 1, silver: 0.95, gold: 0.9 } as const;

test("rates by a parent's level, points counted in whole steps and what a parent keeps hold from row to row, and with what is drawn", async () => {
  const tables = orders();
  const model = await relational({ key: "key", threads: 1 })(tables, seeded(1));
  expect(describeRunning(model.running)).toEqual([
    "points = points of the row before + 0.1 × total, rounded down to steps of 1, from 0.",
    "quota = quota of the row before, the first is drawn.",
  ]);
  const json = JSON.parse(JSON.stringify(model.toJSON()));
  const made = (loadSynthesiser(json) as Relational).sampleBoth(600, seeded(2));
  const tiers = new Map(cells(csvText(made.parents)).map(([key, tier]) => [key, tier as keyof typeof rates]));
  let [key, points, quota, far] = ["", 0, 0, 0];
  const rows = cells(csvText(made.children)).map(([own, ...numbers]) => ({
    own,
    numbers: numbers.map(Number),
  }));
  const wrong = rows.filter(({ own, numbers: [price, count, total, sum, kept, used] }) => {
    const starts = own !== key;
    points = (starts ? 0 : points) + Math.floor(total / 10 + 1e-9);
    const right = Math.abs(price * count * rates[tiers.get(own) ?? "basic"] - total) < 0.006;
    const same = starts || kept === quota;
    [key, quota] = [own, kept];
    if (Math.abs(used / kept - 1) > 0.2) far++;
    return !(right && same && sum === points);
  });
  expect([wrong.length, rows.length > 1500]).toEqual([0, true]);
  // None is so far in what was learnt.
  expect(far / rows.length).toBeLessThan(0.1);
  const odd = structuredClone(json);
  odd.running[0].more.round.step = 0;
  expect(() => loadSynthesiser(odd)).toThrow("points must run by a sum of other numbers of the children");
});
