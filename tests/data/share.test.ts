import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { run } from "../../src/cli/main";
import { backupStore, restoreStore } from "../../src/data/store/backup";
import { listModels, promotions, saveModel, setAlias } from "../../src/data/store/models";
import { addOutcomes } from "../../src/data/store/monitoring/outcomes";
import { openStore, type Store } from "../../src/data/store/open";
import { addPredictions, predictionStats, type StoredPrediction } from "../../src/data/store/predictions";
import { captured } from "../cli/captured";
import { noPostgres, type Postgres, startPostgres } from "../postgres";

const folder = mkdtempSync(join(tmpdir(), "telelink-share-test-"));
const at = (name: string): string => join(folder, name);
const made = (
  customer: string | undefined,
  i: number,
  more: Partial<StoredPrediction> = {},
): StoredPrediction => ({
  model: "churn@1",
  ...(customer === undefined ? {} : { customer }),
  probability: i / 1000,
  risk: ["Low", "High"][i % 2],
  clv: 100.5 + i,
  action: "none",
  at: new Date(1_790_000_000_000 + i).toISOString(),
  ...more,
});

describe.skipIf(noPostgres)("stores that share through PostgreSQL", () => {
  let server: Postgres;
  let a: Store;
  let b: Store;
  beforeAll(async () => {
    server = await startPostgres();
    a = openStore(at("a.db"));
    b = openStore(at("b.db"));
  }, 120_000);
  afterAll(async () => {
    a?.close();
    b?.close();
    await server?.end();
    rmSync(folder, { recursive: true, force: true });
  });
  const share = async (store: string, ...more: string[]): Promise<string> => {
    const done = await captured(() => run(["share", server.address, "--store", at(store), ...more]));
    return done.code === 0 ? done.err : `exit ${done.code}: ${done.err}`;
  };
  const customers = (store: Store): string[] =>
    (
      store.db
        .prepare(
          "SELECT coalesce(customer, '-') || ' ' || probability AS c FROM telelink_predictions ORDER BY 1",
        )
        .all() as { c: string }[]
    ).map((row) => row.c);

  test("have the same predictions, models, champion and outcomes once both have asked, each row once", async () => {
    const model = { name: "churn", kind: "k", content: Buffer.from("from a"), metadata: { seed: 1 } };
    const own = saveModel(a, model);
    saveModel(b, { ...model, content: Buffer.from("from b") });
    setAlias(a, "champion", own.id, "2026-11-01T00:00:00.000Z");
    addPredictions(
      a,
      [...Array(30).keys()].map((i) => made(i % 7 === 0 ? undefined : `a${i}`, i, { modelId: own.id })),
    );
    addPredictions(
      b,
      [...Array(20).keys()].map((i) => made(`b${i}`, i, { shadow: i === 3 })),
    );
    addOutcomes(a, [{ customer: "b1", churned: true, at: "2026-11-02T00:00:00.000Z" }]);
    expect(await share("a.db")).toContain(
      "sent 30 predictions, 1 outcomes, 1 models; received 0 predictions",
    );
    const second = await share("b.db");
    expect(second).toContain("churn@1 of another store is churn@2 here, where churn@1 is another model");
    expect(second).toContain("the champion is churn@2 now");
    expect(second).toContain(
      "sent 20 predictions, 0 outcomes, 1 models; received 30 predictions, 1 outcomes, 1 models",
    );
    await share("a.db");
    expect(customers(a)).toEqual(customers(b));
    expect(predictionStats(a)).toEqual(predictionStats(b));
    expect(predictionStats(a).predictions).toBe(49);
    // What a model said is led back to its content, whatever it is called there.
    const named = b.db.prepare("SELECT model FROM telelink_predictions WHERE customer = 'a1'").get();
    expect(named).toMatchObject({ model: "churn@2" });
    expect(listModels(b).find((one) => one.aliases[0] === "champion")?.metadata).toEqual({ seed: 1 });
    expect(promotions(b, "champion")[0].model).toBe("churn@2");
    for (const store of ["a.db", "b.db", "b.db"])
      expect(await share(store)).toMatch(
        /sent 0 predictions, 0 outcomes, 0 models; received 0 predictions, 0 outcomes, 0 models/,
      );
  });

  test("keep the last word on an outcome and the last promotion, whoever asks first", async () => {
    const key = { customer: "b1", at: "2026-11-02T00:00:00.000Z" };
    addOutcomes(b, [{ ...key, churned: false }]);
    await share("a.db");
    await share("b.db");
    await share("a.db");
    const left = (store: Store): unknown =>
      store.db.prepare("SELECT customer, churned FROM telelink_outcomes").all();
    expect(left(a)).toEqual([{ customer: "b1", churned: 0 }]);
    expect(left(b)).toEqual(left(a));
    setAlias(b, "champion", 1, "2026-11-03T00:00:00.000Z");
    setAlias(a, "champion", 2, "2026-11-02T00:00:00.000Z");
    await share("b.db");
    await share("a.db");
    await share("b.db");
    const champion = (store: Store): string | undefined =>
      listModels(store).find((one) => one.aliases.length > 0)?.sha256;
    expect(champion(a)).toBe(champion(b));
    expect(champion(b)).toBe(listModels(b).find((one) => one.id === 1)?.sha256);
  });

  test("lose no row whose number comes again, and forget whom one of them forgets", async () => {
    addPredictions(a, [made("last", 499)]);
    await share("a.db");
    await captured(() => run(["forget", "last", "--store", at("a.db")]));
    addPredictions(a, [made("again", 500), made("gone", 501)]);
    addPredictions(b, [made("gone", 502)]);
    expect(await share("a.db")).toContain("sent 2 predictions");
    await share("b.db");
    expect(customers(b).filter((one) => /again|gone/.test(one))).toEqual([
      "again 0.5",
      "gone 0.501",
      "gone 0.502",
    ]);
    addPredictions(a, [made("gone", 503)]);
    const said = await captured(() => run(["forget", "gone", "--store", at("b.db")]));
    expect(said.out).toContain("forget the customer with their next telelink share");
    await share("b.db");
    expect(await share("a.db")).toContain("1 customers forgotten");
    await share("b.db");
    for (const store of [a, b]) expect(customers(store).filter((one) => one.includes("gone"))).toEqual([]);
    const [{ n }] =
      await server.sql`SELECT count(*)::int AS n FROM telelink.predictions WHERE customer = 'gone'`;
    expect(n).toBe(0);
  });

  test("a copy of a store is refused, and comes to the same as the others with --anew", async () => {
    backupStore(at("b.db"), at("copy.db"));
    addPredictions(b, [made("later", 600)]);
    await share("b.db");
    await share("a.db");
    restoreStore(at("copy.db"), at("c.db"));
    expect(await share("c.db")).toMatch(
      /^exit 1: .*Cannot share through postgresql:.* not a copy of it or an older state/s,
    );
    const c = openStore(at("c.db"));
    addPredictions(c, [made("own", 700)]);
    await share("c.db", "--anew");
    await share("a.db");
    await share("b.db");
    expect(customers(c)).toEqual(customers(a));
    expect(customers(b)).toEqual(customers(a));
    expect(predictionStats(c).predictions).toBe(predictionStats(a).predictions);
    c.close();
    // A database that was made anew gets everything.
    await server.sql.unsafe("DROP SCHEMA telelink CASCADE");
    expect(await share("a.db")).toMatch(/^exit 1: .*does not know it/s);
    const all = customers(a);
    for (const store of ["a.db", "b.db", "c.db"]) await share(store, "--anew");
    for (const store of ["a.db", "b.db"]) await share(store);
    expect(customers(a)).toEqual(all);
    expect(customers(b)).toEqual(all);
  });

  test("an address that is none, and a database that does not answer, are told of without the password", async () => {
    const wrong = async (address: string): Promise<string> =>
      (await captured(() => run(["share", address, "--store", at("a.db")]))).err;
    expect(await wrong("s3://bucket/x")).toContain("it must be one of a database");
    expect(await wrong("postgresql://crm@db/shop?schema=a;b")).toContain("?schema= must name a schema");
    const silent = await wrong("postgresql://crm:hush@127.0.0.1:1/shop");
    expect(silent).toMatch(/Cannot share through postgresql:\/\/crm@127.0.0.1:1\/shop: .*ECONNREFUSED/);
    expect(silent).not.toContain("hush");
  });
});
