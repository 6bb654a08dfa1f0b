import { expect, test } from "vitest";
import { seeded } from "../../../src/core/rng";
import { schemaOf } from "../../../src/data/schema";
import { type Column, type Table, table, takeTableRows } from "../../../src/data/table";
import { customerSchema } from "../../../src/serve/schemas";
import { driftCounts, driftReport } from "../../../src/services/predict/drift";
import { explainModel, explainRow } from "../../../src/services/predict/explain-model";
import { savedModelFromJSON, savedModelToJSON } from "../../../src/services/predict/saved-model";
import { trainModel } from "../../../src/services/predict/train-model";
import { derivedSentences, unusedColumns } from "../../../src/services/predict/unused-columns";
import { ownDesk } from "../../../src/services/score/own-desk";
import { deskTable } from "../../../src/services/score/rows";

const rng = seeded("customers");
const n = 1500;
const iso = (day: number): string => new Date(86_400_000 * day).toISOString().slice(0, 10);
const german = (day: number): string => iso(day).split("-").reverse().join(".");
const signed = Array.from({ length: n }, () => 18_000 + Math.floor(1000 * rng.uniform()));
const seen = signed.map((day) => day + Math.floor(900 * rng.uniform()));
const shop = signed.map(() => Math.floor(280 * rng.uniform()));
const last = (days: number[]): string => iso(Math.max(...days));
const words = ["all is fine", "so dear", "will leave", "great help", "thanks a lot", "no answer"];
const comment = signed.map(() => Math.floor(6 * rng.uniform()));
const left = signed.map((day, i) => {
  const calm = [0, 3, 4].includes(comment[i]) ? 0 : 0.25;
  return Number(rng.uniform() < calm + (seen[i] - day < 450 ? 0.3 : 0) + (shop[i] % 4 === 0 ? 0.5 : 0));
});
const columns: Column[] = [
  { name: "id", type: "id", values: signed.map((_, i) => `c${i}`) },
  {
    name: "signed",
    type: "date",
    values: signed.map(german),
    format: { kind: "date", pattern: "dd.MM.yyyy" },
  },
  { name: "seen", type: "date", values: seen.map(iso) },
  {
    name: "shop",
    type: "categorical",
    codes: Int32Array.from(shop),
    levels: Array.from({ length: 280 }, (_, k) => `s${k}`),
  },
  { name: "comment", type: "text", values: comment.map((k, i) => `${words[k]} ${i}`) },
  {
    name: "memo",
    type: "text",
    values: signed.map(() => `${Math.floor(1e9 * rng.uniform())} of ${rng.uniform()}`),
  },
  { name: "left", type: "boolean", codes: Int32Array.from(left), levels: ["No", "Yes"] },
];
const customers: Table = table(columns);
const options = { target: "left", model: "gradient-boosting" } as const;

test("trainModel uses dates, texts and columns of many levels, says so, and the model keeps them", async () => {
  const { model, suspects } = await trainModel(customers, schemaOf(customers), options, seeded(1));
  expect(suspects).toEqual([]);
  const { parts } = model.pipeline.encoder;
  expect(derivedSentences(parts)).toEqual([
    `signed is used by days since ${last(signed)} (the latest in training), month, day of the month, weekday.`,
    `seen is used by days since ${last(seen)} (the latest in training), month, day of the month, weekday, days since signed.`,
    `shop is used by the target's mean in each of its ${new Set(shop).size} levels.`,
    expect.stringMatching(/^comment is used by a score of its words, from \d+ terms\.$/),
    expect.stringContaining("were drawn at random, not by time"),
  ]);
  const used = parts.map((one) => one.name);
  expect(unusedColumns(customers, used, options)).toEqual([
    { column: "id", reason: "it names the row" },
    {
      column: "memo",
      reason: "its words tell nothing of the target in rows that they were not learned from",
    },
  ]);
  // Without them there is nothing to learn from.
  expect(model.validation.find((one) => one.name === "rocAuc")?.value).toBeGreaterThan(0.7);

  const origin = { model: "gradient-boosting", seed: 1, rows: n, data: [], version: "0" };
  const loaded = savedModelFromJSON(JSON.parse(JSON.stringify(savedModelToJSON({ ...model, origin }))), "it");
  expect(loaded.schema.columns.map((one) => one.type)).toEqual(["date", "date", "categorical", "text"]);
  expect(loaded.pipeline.predict(customers)).toEqual(model.pipeline.predict(customers));

  const found = explainModel(loaded, customers, seeded(1), { top: 4, most: 300 });
  expect(found.importances.map((one) => one.feature).sort()).toEqual(["comment", "seen", "shop", "signed"]);
  expect(found.importances.every((one) => one.mean > 0)).toBe(true);
  // There is no walking along a text; along a date in its own writing.
  expect(found.dependences.map((one) => one.feature).sort()).toEqual(["seen", "shop", "signed"]);
  expect(String(found.dependences.find((one) => one.feature === "signed")?.at[0])).toMatch(
    /^\d\d\.\d\d\.\d{4}$/,
  );
  const { reasons } = explainRow(
    loaded,
    { row: takeTableRows(customers, [4]), others: customers },
    seeded(1),
  );
  expect(reasons.map((one) => one.column).sort()).toEqual(["comment", "seen", "shop", "signed"]);
  expect(reasons.find((one) => one.column === "signed")?.value).toBe(german(signed[4]));

  // Later dates are told.
  const late = { ...columns[2], values: seen.map((day) => iso(day + 2000)) } as Column;
  const rows = table(columns.map((one) => (one.name === "seen" ? late : one)));
  const drift = driftReport(loaded.profile ?? [], driftCounts(loaded.profile ?? [], rows));
  expect(drift.find((one) => one.column === "seen")?.findings[0]).toMatch(
    `to ${last(seen)}, the range of training`,
  );

  // So are levels that training did not see, of however many.
  const renamed = { ...columns[3], levels: Array.from({ length: 280 }, (_, k) => `new ${k}`) } as Column;
  const strange = table(columns.map((one) => (one.name === "shop" ? renamed : one)));
  const told = driftReport(loaded.profile ?? [], driftCounts(loaded.profile ?? [], strange));
  expect(told.find((one) => one.column === "shop")?.findings[0]).toMatch(/^100% unseen in training, such as/);

  // The desk asks for words, and answers as the model does.
  const desk = ownDesk({ name: "own", model: loaded }, { none: true });
  expect(desk.fields.map((one) => one.kind)).toEqual(["words", "words", "words", "words"]);
  const asked = {
    signed: german(signed[4]),
    seen: iso(seen[4]),
    shop: `s${shop[4]}`,
    comment: words[comment[4]],
  };
  const customer = customerSchema(desk.fields).parse(asked) as Record<string, string>;
  const one = deskTable([customer], desk.fields);
  const same = table(
    takeTableRows(customers, [4]).columns.map((c) => (c.name === "comment" ? one.columns[3] : c)),
  );
  expect(desk.score(one).probability[0]).toBe(model.pipeline.predict(same)[0]);
  expect(
    customerSchema(desk.fields).safeParse({ ...asked, signed: "yesterday" }).error?.issues[0].message,
  ).toBe(`must be a date such as ${german(Math.max(...signed))}`);
});
