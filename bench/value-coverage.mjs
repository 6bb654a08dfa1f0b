// How often the interval of the total holds what CDNOW's customers spent: node bench/value-coverage.mjs [step] [folder]
// One line a day and horizon; the log is known until the day. Of the full base one customer in `step` (8) counts.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import transactionsModule from "../dist/services/value/purchases/transactions.js";
import valueModule from "../dist/services/value/purchases/value-transactions.js";

const { historyOf } = transactionsModule;
const { valueTransactions } = valueModule;
const step = Number(process.argv[2] ?? 8);
const folder = process.argv[3] ?? "../shared/data";
const dayOf = (text) => Date.parse(`${text.slice(0, 4)}-${text.slice(4, 6)}-${text.slice(6)}`) / 86_400_000;
const pairs = [
  ["19970515", 3],
  ["19970615", 3],
  ["19970615", 9],
  ["19970731", 3],
  ["19970731", 9],
  ["19970930", 3],
  ["19970930", 9],
  ["19971231", 3],
  ["19971231", 6],
];

function purchasesIn(file) {
  const byCustomer = new Map();
  for (const line of readFileSync(join(folder, file), "utf8").split("\n")) {
    const cells = line.trim().split(/\s+/);
    const [date, , amount] = cells.slice(-3);
    if (cells.length < 4 || !/^\d{8}$/.test(date)) continue;
    const own = byCustomer.get(cells[0]) ?? new Map();
    byCustomer.set(cells[0], own.set(dayOf(date), (own.get(dayOf(date)) ?? 0) + Number(amount)));
  }
  return [...byCustomer.values()].map((own) => {
    const days = Int32Array.from(own.keys()).sort();
    return { days, amounts: Float64Array.from(days, (day) => own.get(day)) };
  });
}

let [held, all] = [0, 0];
for (const [file, every] of [
  ["CDNOW_master.txt", step],
  ["CDNOW_sample.txt", 1],
]) {
  const customers = purchasesIn(file).filter((_, i) => i % every === 0);
  for (const [date, months] of pairs) {
    const cut = dayOf(date);
    const end = cut + Math.round(months * 30.4375);
    const known = customers.filter(({ days }) => days[0] <= cut);
    const purchases = known.map(({ days, amounts }) => {
      const n = days.filter((day) => day <= cut).length;
      return { days: days.subarray(0, n), amounts: amounts.subarray(0, n) };
    });
    const log = {
      customers: known.map((_, i) => String(i)),
      history: historyOf(purchases, cut),
      ...{ covariates: {}, purchases, rows: 1, duplicates: 0, columns: {}, notes: [] },
      ...{ firstDate: "1997-01-01", asOf: new Date(cut * 86_400_000).toISOString().slice(0, 10) },
    };
    const { value, totalInterval } = valueTransactions(log, { months, discountRate: 0, draws: 100 });
    let spent = 0;
    for (const { days, amounts } of known)
      amounts.forEach((amount, k) => {
        if (days[k] > cut && days[k] <= end) spent += amount;
      });
    const total = value.reduce((sum, v) => sum + v, 0);
    const within = totalInterval && spent >= totalInterval[0] && spent <= totalInterval[1];
    all++;
    if (within) held++;
    const ends = totalInterval?.map((at) => (at / total).toFixed(2)).join(" to ");
    console.log(
      `${file} ${date} + ${months} months: spent ${(spent / total).toFixed(2)} of the expected, interval ${ends}: ${within ? "held" : "not held"}`,
    );
  }
}
console.log(`held in ${held} of ${all}`);
