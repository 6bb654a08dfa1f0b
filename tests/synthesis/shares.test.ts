import { expect, test } from "vitest";
import { seeded } from "../../src/core/rng";
import type { CategoricalColumn, TextColumn } from "../../src/data/table";
import { copula } from "../../src/synthesis/copula/copula";
import { parseShares, type Shares, withShares } from "../../src/synthesis/shares";
import { customers } from "./customers";

test("withShares(model, shares) gives a level its share, other columns as they are beside it, and each row its key", async () => {
  const model = await copula()(customers(600, 1), seeded(1));
  const shares = parseShares(["churn=Yes:0.5"], model.columns) as Shares;
  const made = withShares(model, shares).sample(400, seeded(2), { where: { net: ["dsl", "fibre"] } });
  const column = (name: string): CategoricalColumn =>
    made.columns.find((one) => one.name === name) as CategoricalColumn;
  expect(column("churn").codes.filter((code) => code === 1)).toHaveLength(200);
  expect([...column("net").codes].every((code) => code < 2)).toBe(true);
  expect(new Set((made.columns[0] as TextColumn).values).size).toBe(400);
});

test("parseShares(texts, columns) and withShares refuse what cannot be", async () => {
  const model = await copula()(customers(200, 1), seeded(1));
  const shares = (...texts: string[]): Shares => parseShares(texts, model.columns) as Shares;
  expect(() => shares("churn=Yes")).toThrow("COLUMN=LEVEL:SHARE");
  expect(shares("churn=YES:0.5").shares).toEqual(new Map([["Yes", 0.5]]));
  expect(() => shares("churn=YES:0.5", "churn=Yes:0.1")).toThrow("one share only");
  expect(() => shares("churn=Yes:1.5")).toThrow("the share of Yes");
  expect(() => shares("churn=Yes:0.5", "net=dsl:0.2")).toThrow("of one column");
  expect(() => withShares(model, shares("churn=Maybe:0.5"))).toThrow("must be one of No, Yes");
  expect(() => withShares(model, shares("churn=Yes:0.5", "churn=No:0.1"))).toThrow("must add up to 1");
  expect(() => withShares(model, shares("months=3:0.5"))).toThrow("a column of levels");
});
