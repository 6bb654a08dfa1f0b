import { expect, test } from "vitest";
import { seeded } from "../../../src/core/rng";
import { parseCsv } from "../../../src/data/read/read-csv";
import { discoverStructure } from "../../../src/synthesis/structure/discover/discover";

function ordersOf(header: string, row: (uniform: () => number) => readonly number[]): readonly string[] {
  const rng = seeded(3).fork(header);
  const rows = Array.from({ length: 1200 }, () => row(() => rng.uniform()).join(","));
  const { orders } = discoverStructure(parseCsv(`${header}\n${rows.join("\n")}\n`).table, seeded(1));
  return orders.map(({ low, high }) => `${low} <= ${high}`);
}

test("findOrders(table) takes the number of an event for no amount that is below its day", () => {
  // The event's number is below the day from the first event on, which days of 1 to 3 alone could break.
  const found = ordersOf("event,day", (uniform) => {
    const event = 1 + Math.floor(4 * uniform() ** 2);
    return [event, event + Math.floor(uniform() * 90 * event * uniform())];
  });
  expect(found).toEqual([]);
});

test("findOrders(table) keeps a few that are never above many of the same kind", () => {
  const found = ordersOf("solved,tickets", (uniform) => {
    const tickets = Math.floor(12 * uniform());
    return [Math.min(tickets, Math.floor(5 * uniform())), tickets];
  });
  expect(found).toEqual(["solved <= tickets"]);
});
