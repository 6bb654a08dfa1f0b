import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { seeded } from "../../src/core/rng";
import { pretrainedCards } from "../../src/data/sources/pretrained";
import { loadPretrained } from "../../src/synthesis/pretrained";

const cards = pretrainedCards();

test("there are small pretrained gan, vae and sequential generators", () => {
  expect(new Set(cards.map((one) => one.method))).toEqual(new Set(["gan", "vae", "sequential"]));
  for (const { bytes } of cards) expect(bytes).toBeLessThan(300_000);
});

describe.each(cards)("$name", (card) => {
  test("has the bytes and columns that its card says, and draws rows", () => {
    const bytes = readFileSync(join(__dirname, "../../data/pretrained", card.file));
    expect(bytes.length).toBe(card.bytes);
    expect(createHash("sha256").update(bytes).digest("hex")).toBe(card.sha256);
    const { synthesiser, origin } = loadPretrained(card.name);
    expect(origin).toMatchObject({ method: card.method, seed: card.seed, rows: card.rows });
    const made = synthesiser.sample(200, seeded(1));
    expect(made.columns.map((one) => one.name)).toEqual(card.columns);
    expect(made.rows).toBe(200);
  });

  test("was found faithful on rows it never saw, and does not repeat those it learnt", () => {
    expect(card.figures.quality).toBeGreaterThan(0.97);
    expect(Math.abs(card.figures.memorisation)).toBeLessThan(0.1);
  });
});

test("loadPretrained(name) lists the names there are", () => {
  expect(() => loadPretrained("nobody")).toThrow(/must be one of telco-gan, .*got "nobody"/);
});
