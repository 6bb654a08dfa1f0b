import { describe, expect, test } from "vitest";
import { seeded } from "../../../src/core/rng";
import { ctgan, loadCtgan } from "../../../src/synthesis/nets/gan/ctgan";
import { loadTvae, tvae } from "../../../src/synthesis/nets/vae/tvae";
import { loadVanilla, vanilla } from "../../../src/synthesis/nets/vae/vanilla";
import { describeSynthesiser } from "../conformance";
import { customers } from "../customers";

const few = { rows: 300, keepsRules: false, learns: false };
const small = { epochs: 10, batch: 50, latent: 16, units: 24 };

describeSynthesiser("ctgan(options)(table, rng)", {
  fit: ctgan({ ...small, pac: 5 }),
  load: loadCtgan,
  ...few,
});
describeSynthesiser("tvae(options)(table, rng)", {
  fit: tvae(small),
  load: loadTvae,
  conditions: false,
  ...few,
});
describeSynthesiser("vanilla(options)(table, rng)", {
  fit: vanilla({ epochs: 10 }),
  load: loadVanilla,
  conditions: false,
  ...few,
});

describe("conditions of methods that reject", () => {
  const train = customers(300, 5);
  test.each([
    ["tvae", tvae({ ...small, epochs: 60 })],
    ["vanilla", vanilla({ epochs: 60 })],
  ] as const)("%s gives only rows that satisfy them, or says what it can give", async (_, fit) => {
    const model = await fit(train, seeded(1));
    const made = model.sample(20, seeded(2), { where: { churn: "No" } });
    const churn = made.columns.find((one) => one.name === "churn");
    expect(churn && "codes" in churn && [...new Set(churn.codes)]).toEqual([0]);
    expect(() => model.sample(5, seeded(2), { where: { months: { from: 58 }, churn: "Yes" } })).toThrow(
      /possible/,
    );
    expect(() => model.sample(5, seeded(2), { where: { churn: "maybe" } })).toThrow("No, Yes");
  });
});

test("ctgan(options) needs whole packs", () => {
  expect(() => ctgan({ batch: 45, pac: 10 })).toThrow("batch must be a multiple of pac (10), got 45");
});
