import { describe, expect, test } from "vitest";
import { seeded } from "../../../src/core/rng";
import { type Column, columnNamed, type Table } from "../../../src/data/table";
import { loadBlockModel } from "../../../src/synthesis/nets/block-model";
import { ctgan } from "../../../src/synthesis/nets/gan/ctgan";
import { tvae } from "../../../src/synthesis/nets/vae/tvae";
import { vanilla } from "../../../src/synthesis/nets/vae/vanilla";
import { describeSynthesiser } from "../conformance";
import { customers } from "../customers";

const few = { rows: 1200, learns: false };
const small = { epochs: 4, batch: 50, latent: 16, units: 24 };

describeSynthesiser("ctgan(options)(table, rng)", {
  fit: ctgan({ ...small, pac: 5 }),
  load: loadBlockModel,
  ...few,
});
describeSynthesiser("tvae(options)(table, rng)", {
  fit: tvae(small),
  load: loadBlockModel,
  ...few,
});
describeSynthesiser("vanilla(options)(table, rng)", {
  fit: vanilla({ epochs: 2 }),
  load: loadBlockModel,
  ...few,
});

describe("conditions of methods whose nets choose", () => {
  const train = customers(300, 5);
  test.each([
    ["tvae", tvae({ ...small, epochs: 60 })],
    ["vanilla", vanilla({ epochs: 60 })],
  ] as const)(
    "%s gives rows that satisfy them, were they such as it makes of itself or not",
    async (_, fit) => {
      const model = await fit(train, seeded(1));
      const column = (made: Table, name: string): Column => columnNamed(made, name);
      const made = model.sample(20, seeded(2), { where: { churn: "No" } });
      expect(column(made, "churn")).toMatchObject({ codes: new Int32Array(20) });
      const late = model.sample(20, seeded(2), { where: { months: { from: 55 }, churn: "Yes" } });
      expect(column(late, "churn")).toMatchObject({ codes: new Int32Array(20).fill(1) });
      const months = column(late, "months");
      expect(months.type === "numeric" && Math.min(...months.values)).toBeGreaterThanOrEqual(55);
      expect(() => model.sample(5, seeded(2), { where: { churn: "maybe" } })).toThrow("No, Yes");
    },
  );
});

test("ctgan(options) needs whole packs", () => {
  expect(() => ctgan({ batch: 45, pac: 10 })).toThrow("batch must be a multiple of pac (10), got 45");
});
