import { describe, expect, test } from "vitest";
import { seeded } from "../../../src/core/rng";
import { parseCsv } from "../../../src/data/read/read-csv";
import { cellText, columnNamed } from "../../../src/data/table";
import { csvText } from "../../../src/data/write/write-csv";
import type { Method } from "../../../src/synthesis/method-names";
import { synthesis } from "../../../src/synthesis/methods";

/** Orders as foreign tables have them: money, a product, a date with its month, an age with its group, half stars. */
function orders(): string {
  const rng = seeded("orders");
  const lines = Array.from({ length: 240 }, () => {
    const [quantity, price] = [
      1 + Math.floor(6 * rng.uniform()),
      [2.5, 4, 9.99][Math.floor(3 * rng.uniform())],
    ];
    const day = new Date(Date.UTC(2023, 0, 1 + Math.floor(350 * rng.uniform()))).toISOString().slice(0, 10);
    const age = 18 + Math.floor(60 * rng.uniform());
    const stars = 1 + Math.floor(9 * rng.uniform()) / 2;
    const group = age < 30 ? "young" : age < 55 ? "middle" : "old";
    return [
      ["north", "south", "west"][Math.floor(3 * rng.uniform())],
      quantity,
      `$${price.toFixed(2)}`,
      `$${(quantity * price).toFixed(2)}`,
      day,
      day.slice(0, 7),
      age,
      group,
      stars,
      rng.uniform() < 0.3 ? "yes" : "no",
    ].join(",");
  });
  return `region,quantity,price,amount,day,month,age,group,stars,bought\n${lines.join("\n")}\n`;
}

const nets: Partial<Record<Method, object>> = {
  gan: { epochs: 2 },
  vae: { epochs: 2 },
  ctgan: { epochs: 2, batch: 50, pac: 5, units: 16, latent: 8 },
  tvae: { epochs: 2, batch: 50, units: 16, latent: 8 },
  vanilla: { epochs: 2 },
  copula: {},
  trees: {},
};

describe("every method on a table of another kind", () => {
  const { table } = parseCsv(orders());
  test.each(Object.entries(nets))(
    "%s keeps types, ways of writing, rules and conditions",
    async (name, options) => {
      const model = await synthesis(name as Method, options)(table, seeded(1));
      const made = model.sample(120, seeded(2));
      const again = parseCsv(csvText(made)).table;
      expect(again.columns.map(({ type }) => type)).toEqual(table.columns.map(({ type }) => type));
      const of = (column: string, i: number): string =>
        cellText(columnNamed(made, column), i).replace("$", "");
      const lines = csvText(made).split("\n");
      for (let i = 0; i < made.rows; i++) {
        expect(lines[i + 1]).toMatch(
          /^(north|south|west),[1-6],\$\d+\.\d\d,\$\d+\.\d\d,2023-\d\d-\d\d,2023-\d\d,/,
        );
        expect((2 * Number(of("stars", i))) % 1).toBe(0);
        expect(Number(of("amount", i))).toBeCloseTo(Number(of("quantity", i)) * Number(of("price", i)), 6);
        expect(of("month", i)).toBe(of("day", i).slice(0, 7));
        const age = Number(of("age", i));
        expect(of("group", i)).toBe(age < 30 ? "young" : age < 55 ? "middle" : "old");
      }
      const where = { region: "south" };
      for (const column of [model.sample(30, seeded(3), { where })])
        for (let i = 0; i < 30; i++) expect(cellText(columnNamed(column, "region"), i)).toBe("south");
    },
  );
});

describe("every method on a table without anything to learn", () => {
  const { table } = parseCsv(`brand,year,note\n${"acme,2024,\n".repeat(40)}`);
  test.each(Object.entries(nets))("%s gives its constants and empty column back", async (name, options) => {
    const model = await synthesis(name as Method, options)(table, seeded(1));
    expect(csvText(model.sample(3, seeded(2)))).toBe(`brand,year,note\n${"acme,2024,\n".repeat(3)}`);
  });
});
