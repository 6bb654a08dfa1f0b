import { normal, seeded } from "../../src/core/rng";
import { type Column, type Table, table } from "../../src/data/table";

/** Customers with every type of column and the rules that real tables have; the same for the same seed. */
export function customers(rows: number, seed: number): Table {
  const rng = seeded(seed);
  const each = (one: (i: number) => number): Float64Array =>
    Float64Array.from({ length: rows }, (_, i) => one(i));
  const round = (value: number, digits: number): number => Math.round(value * 10 ** digits) / 10 ** digits;
  const net = each(() => Math.floor(rng.uniform() * 3));
  const backup = net.map((code) => (code === 2 ? 2 : rng.uniform() < 0.3 + 0.3 * code ? 1 : 0));
  const region = each(() => Math.floor(rng.uniform() ** 1.5 * 40));
  const months = each(() => Math.floor(60 * rng.uniform() ** 1.3));
  const bill = net.map((code, i) =>
    round(20 + 25 * ((code + 1) % 3) + 10 * (backup[i] === 1 ? 1 : 0) + normal(rng), 2),
  );
  const total = bill.map((one, i) =>
    months[i] === 0 ? Number.NaN : round(Math.max(one, one * months[i] * (1 + 0.03 * normal(rng))), 2),
  );
  const score = each((i) => (rng.uniform() < 0.1 ? Number.NaN : 0.03 * bill[i] + normal(rng)));
  const age = each((i) =>
    rng.uniform() < 0.05 ? Number.NaN : 18 + Math.floor(20 * rng.uniform() + months[i] / 2),
  );
  const messages = each((i) => (backup[i] === 1 ? 5 + Math.floor(30 * rng.uniform()) : 0));
  const churn = each((i) =>
    rng.uniform() < 1 / (1 + Math.exp(0.5 + months[i] / 12 - bill[i] / 40)) ? 1 : 0,
  );
  const joined = each((i) => 19_700 - 30 * months[i] - Math.floor(30 * rng.uniform()));
  const date = (day: number): string => new Date(day * 86_400_000).toISOString().slice(0, 10);
  const levels = (name: string, codes: ArrayLike<number>, names: readonly string[]): Column => ({
    name,
    type: "categorical",
    codes: Int32Array.from(codes),
    levels: names,
  });
  return table([
    {
      name: "key",
      type: "id",
      values: Array.from({ length: rows }, (_, i) => `C${String(100_000 + 7 * i)}`),
    },
    levels("net", net, ["dsl", "fibre", "none"]),
    levels("backup", backup, ["no", "yes", "no net"]),
    levels(
      "region",
      region,
      Array.from({ length: 40 }, (_, k) => `region ${k}`),
    ),
    { name: "months", type: "numeric", values: months, decimals: 0 },
    { name: "bill", type: "numeric", values: bill, decimals: 2 },
    { name: "total", type: "numeric", values: total, decimals: 2 },
    { name: "score", type: "numeric", values: score },
    { name: "age", type: "numeric", values: age, decimals: 0 },
    { name: "messages", type: "numeric", values: messages, decimals: 0 },
    { name: "joined", type: "date", values: Array.from(joined, date) },
    levels("land", new Int32Array(rows), ["here", "there"]),
    { name: "empty", type: "numeric", values: new Float64Array(rows).fill(Number.NaN) },
    { name: "note", type: "text", values: Array.from({ length: rows }, (_, i) => `called about bill ${i}`) },
    { name: "churn", type: "boolean", codes: Int32Array.from(churn), levels: ["No", "Yes"] },
  ]);
}
