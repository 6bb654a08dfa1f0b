import { expect, test } from "vitest";
import { seeded } from "../../../src/core/rng";
import { parseCsv } from "../../../src/data/read/read-csv";
import { cellText, columnNamed, type Table } from "../../../src/data/table";
import { sequential } from "../../../src/synthesis/sequential/sequential";

const rng = seeded(11);
const some = <T>(...all: readonly T[]): T => all[Math.floor(all.length * rng.uniform())];

/** Answers: who gave no height gave no unit; who is not a member has neither a tier nor a fee. */
const lines = Array.from({ length: 400 }, () => {
  const unit = rng.uniform() < 0.12 ? "" : some("metric", "imperial");
  const height = unit && String(150 + Math.floor(45 * rng.uniform()));
  const member = some("yes", "yes", "no");
  const tier = member === "yes" ? some("gold", "silver") : "";
  const fee = tier && String((tier === "gold" ? 30 : 20) + Math.floor(40 * rng.uniform()));
  return [some("f", "m"), height, unit, member, tier, fee].join();
});
const { table } = parseCsv(["sex,height,unit,member,tier,fee", ...lines].join("\n"));
const learnt = sequential({ threads: 1 })(table, seeded(1));
const texts = (from: Table, name: string): string[] =>
  Array.from({ length: from.rows }, (_, i) =>
    String(cellText(columnNamed(from, name), i)).replace("NaN", ""),
  );

test("complete() fills cells that are but missing together, and leaves those that a level says are", async () => {
  const model = await learnt;
  const { table: full, empty, together, unlikely } = model.complete(table, seeded(2));
  const gaps = texts(table, "unit").filter((unit) => unit === "").length;
  expect(gaps).toBeGreaterThan(30);
  for (const name of ["height", "unit"]) expect(texts(full, name)).not.toContain("");
  expect(together.map(({ rule, rows }) => [rule, rows])).toEqual([["height, unit", gaps]]);
  const member = texts(full, "member");
  for (const name of ["tier", "fee"])
    texts(full, name).forEach((text, i) => {
      expect(text === "").toBe(member[i] === "no");
    });
  expect(new Set(empty.map(({ name }) => name))).toEqual(new Set(["tier", "fee"]));
  expect(unlikely).toBe(0);
});

test("complete() fills one of two columns that are missing together where it alone is asked for", async () => {
  const { table: full, together } = (await learnt).complete(table, seeded(2), { columns: ["height"] });
  expect(texts(full, "height")).not.toContain("");
  expect(texts(full, "unit")).toEqual(texts(table, "unit"));
  expect(together).toEqual([]);
});

test("complete() tells the gap of a fee by that of its tier only where something says that this one has a reason", async () => {
  const { table: asked } = parseCsv(
    ["sex,height,unit,member,tier,fee", ...Array(40).fill("f,170,metric,,,"), "m,170,metric,yes,,"].join(
      "\n",
    ),
  );
  const { table: full } = (await learnt).complete(asked, seeded(3));
  const [member, tier, fee] = ["member", "tier", "fee"].map((name) => texts(full, name));
  expect(member).not.toContain("");
  member.forEach((own, i) => {
    expect([tier[i] === "", fee[i] === ""]).toEqual([own === "no", own === "no"]);
  });
  // That both are missing tells that these are hardly members: two in three would be by chance.
  expect(member.slice(0, 40).filter((own) => own === "no").length).toBeGreaterThan(25);
});
