import { expect, test } from "vitest";
import { seeded } from "../../../src/core/rng";
import { parseCsv } from "../../../src/data/read/read-csv";
import { discoverStructure } from "../../../src/synthesis/structure/discover/discover";
import { describeLosses } from "../../../src/synthesis/structure/losses";

test("describeLosses(structure) names a number that few rows turn into one value", () => {
  const lines = Array.from({ length: 12 }, (_, i) => `${i % 3},${i}`);
  const { table } = parseCsv(`rooms,metres\n${lines.join("\n")}\n`);
  expect(describeLosses(discoverStructure(table, seeded(1)))).toEqual([
    "rooms: fewer than 5 rows share where its values begin or end; every row gets one value from in between",
  ]);
});
