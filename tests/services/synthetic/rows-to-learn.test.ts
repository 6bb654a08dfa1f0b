import { expect, test } from "vitest";
import { seeded } from "../../../src/core/rng";
import { parseCsv } from "../../../src/data/read/read-csv";
import { columnNamed } from "../../../src/data/table";
import { rowsToLearn } from "../../../src/services/synthetic/rows-to-learn";
import { sequential } from "../../../src/synthesis/sequential/sequential";
import { discoverStructure } from "../../../src/synthesis/structure/discover/discover";

const lines = Array.from({ length: 400 }, (_, i) => `${1000 + ((i * 37) % 90) * 3},${(i * 53) % 71}.5`);
const { table } = parseCsv(`wer,paid\n${lines.join("\n")}\n`);

test("rowsToLearn(table, { customer }) gives numbers that name customers as identifiers", () => {
  expect(columnNamed(table, "wer").type).toBe("numeric");
  expect(columnNamed(rowsToLearn(table, { customer: "wer" }).table, "wer").type).toBe("id");
});

test("sequential({ structure }) learns with rules by which a number names customers", async () => {
  const structure = discoverStructure(table, seeded(1), { customer: "wer" });
  const model = await sequential({ structure })(table, seeded(2));
  expect(columnNamed(model.sample(50, seeded(3)), "wer").type).toBe("id");
});
