import { percent } from "../../../core/format";
import { plainName } from "../../../data/infer/names";
import { type Column, cellText, type Table } from "../../../data/table";
import { dateText } from "../cell-values";

interface Bought {
  readonly days: Int32Array;
  readonly amounts: Float64Array;
}

const undone =
  /^(cancel|void|fail|declin|refus|refund|return|charge ?back|revers|storn|unpaid|abandon|pending|credit)/i;

/** What columns are called that may say so. */
export const stateNames: RegExp = /status|state|type|kind|event|result/i;

/** Columns whose words say that some rows are no purchases: they count as such all the same, and that is said. */
export function undoneRows(
  table: Table,
  taken: readonly Column[],
  counts: (row: number) => boolean,
): string[] {
  return table.columns
    .filter((one) => !taken.includes(one) && stateNames.test(one.name))
    .flatMap((one) => {
      const words = new Map<string, number>();
      for (let i = 0; i < table.rows; i++) {
        const text = cellText(one, i).trim();
        if (undone.test(text) && counts(i)) words.set(text, (words.get(text) ?? 0) + 1);
      }
      if (words.size === 0) return [];
      const said = [...words].map(([word, n]) => `${word} (${n})`).join(", ");
      return [
        `${one.name} says ${said}: these rows count as purchases, as their amounts are above 0; leave them out of the file if they are none`,
      ];
    });
}

/** Customers, sums and days that stand so far apart that they may be no such thing. */
export function doubtfulRows(
  customers: readonly string[],
  purchases: readonly Bought[],
  rows: number,
): string[] {
  const notes: string[] = [];
  const sum = (of: Float64Array): number => of.reduce((total, v) => total + v, 0);
  let [most, place] = [0, 0];
  let [high, all] = [0, 0];
  const firsts: number[] = [];
  purchases.forEach(({ days, amounts }, i) => {
    if (days.length > most) [most, place] = [days.length, i];
    for (const v of amounts) high = Math.max(high, v);
    all += sum(amounts);
    for (const day of days) firsts.push(day);
  });
  const occasions = firsts.length;
  if (
    customers.length >= 20 &&
    (most > 0.1 * occasions ||
      /^(guest|anonymous|unknown|none|n\/?a|cash|walk.?in|0+)$/i.test(customers[place]))
  )
    notes.push(
      `customer ${customers[place]} has ${percent(most / occasions, 0)} of all days with a purchase: if the name stands for many (guests, cash), leave those rows out`,
    );
  if (occasions >= 20 && high > 0.5 * all)
    notes.push(
      `one day's purchases of one customer, ${high.toPrecision(4)}, are ${percent(high / all, 0)} of all money: see whether it is a slip`,
    );
  const spelled = new Map<string, number>();
  for (const name of customers)
    spelled.set(plainName(name) || name, (spelled.get(plainName(name) || name) ?? 0) + 1);
  const twice = customers.length - spelled.size;
  if (twice > 0)
    notes.push(
      `${twice} customers differ from another in capitals, accents or separators alone, and are taken for others`,
    );
  const sorted = Int32Array.from(firsts).sort();
  const usual = sorted[Math.floor(0.01 * (sorted.length - 1)) + (sorted.length > 1 ? 1 : 0)];
  const last = sorted[sorted.length - 1];
  if (rows >= 20 && usual - sorted[0] > 3 * (last - usual + 30))
    notes.push(
      `the first purchase, on ${dateText(sorted[0])}, is years before the next ones (${dateText(usual)} and later): see whether it is a slip, as all time since counts`,
    );
  return notes;
}
