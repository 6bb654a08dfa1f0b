import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type postgres from "postgres";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { run } from "../../src/cli/main";
import { addressOf } from "../../src/data/remote/address";
import { captured } from "../cli/captured";
import { noPostgres, type Postgres, startPostgres } from "../postgres";

const folder = mkdtempSync(join(tmpdir(), "telelink-remote-test-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const at = (name: string): string => join(folder, name);
const telelink = (...argv: string[]): ReturnType<typeof captured> => captured(() => run(argv));

const rows = Array.from({ length: 120 }, (_, i) => {
  const use = (i * 37) % 100;
  return {
    id: `C${i}`,
    use,
    vip: i % 3 === 0,
    plan: ["a", 'b "x", y', "c"][i % 3],
    churn: (i * 53) % 100 < use,
  };
});
const csv = `CustomerID,use,vip,plan,churn\n${rows
  .map(
    (row) =>
      `${row.id},${row.use},${row.vip},"${row.plan.replaceAll('"', '""')}",${row.churn ? "Yes" : "No"}`,
  )
  .join("\n")}\n`;
writeFileSync(at("c.csv"), csv);

test("an address hides its password and what signs it, and names what it lacks", () => {
  expect(addressOf("customers.csv")).toBeUndefined();
  expect(addressOf("C:\\data\\x.csv")).toBeUndefined();
  expect(addressOf("postgresql://crm:hush@db/shop?sslmode=require&table=s.t")).toMatchObject({
    table: "s.t",
    url: "postgresql://crm:hush@db/shop?sslmode=require",
    shown: "postgresql://crm@db/shop?table=s.t",
  });
  expect(addressOf("https://store/c.csv?sig=hush")?.shown).toBe("https://store/c.csv");
  expect(() => addressOf("postgresql://crm:hush@db/shop")).toThrow(
    /table= must name .*got "postgresql:\/\/crm@db\/shop"/,
  );
  expect(() => addressOf('postgresql://db/shop?table=x";drop')).toThrow(/table= must name/);
  expect(() => addressOf("ftp://x/y")).toThrow(/must begin with s3:\/\//);
});

describe("objects", () => {
  const objects = new Map<string, Buffer>();
  let store: Server;
  let asked: string[] = [];
  beforeAll(async () => {
    objects.set("/crm/in/c.csv", Buffer.from(csv));
    store = createServer(async (request, reply) => {
      asked.push(String(request.headers.authorization));
      const { pathname } = new URL(request.url ?? "/", "http://x");
      if (request.method === "PUT") {
        const pieces: Buffer[] = [];
        for await (const piece of request) pieces.push(piece as Buffer);
        objects.set(pathname, Buffer.concat(pieces));
        return reply.end();
      }
      const found = objects.get(pathname);
      if (pathname === "/crm/cut.csv") {
        reply.writeHead(200, { "content-length": 5000 }).write("a,b\n");
        return setTimeout(() => reply.destroy(), 50);
      }
      if (found) return reply.end(found);
      return reply.writeHead(404).end("<Error><Code>NoSuchKey</Code></Error>");
    }).listen(0, "127.0.0.1");
    await new Promise((done) => store.once("listening", done));
    const { port } = store.address() as AddressInfo;
    Object.assign(process.env, {
      ...{ AWS_ENDPOINT_URL: `http://127.0.0.1:${port}`, AWS_ACCESS_KEY_ID: "k", AWS_SECRET_ACCESS_KEY: "s" },
    });
  });
  afterAll(() => {
    store.close();
    for (const name of ["AWS_ENDPOINT_URL", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"])
      delete process.env[name];
  });

  test("are read, and written once all is well, signed; faults name the object", async () => {
    const trained = await telelink(
      ...[
        "train",
        "--data",
        "s3://crm/in/c.csv",
        "--target",
        "churn",
        "--model",
        "logistic",
        "--out",
        at("m.tlm"),
      ],
    );
    expect([trained.code, trained.err]).toEqual([0, expect.stringContaining("read s3://crm/in/c.csv")]);
    expect(asked[0]).toMatch(/^AWS4-HMAC-SHA256 Credential=k\/\d+\/us-east-1\/s3\//);
    asked = [];
    const predicted = await telelink(
      "predict",
      at("m.tlm"),
      "--data",
      "s3://crm/in/c.csv",
      "--out",
      "s3://crm/out/p.csv",
    );
    expect([predicted.code, predicted.err]).toEqual([
      0,
      expect.stringContaining("put into s3://crm/out/p.csv"),
    ]);
    expect(String(objects.get("/crm/out/p.csv")).split("\n")).toHaveLength(122);
    const none = await telelink(
      "predict",
      at("m.tlm"),
      "--data",
      "s3://crm/in/none.csv",
      "--out",
      "s3://crm/out/q.csv",
    );
    expect([none.code, none.err]).toEqual([
      1,
      "telelink: Cannot read s3://crm/in/none.csv: there is no such object (404, NoSuchKey)\n",
    ]);
    expect(objects.has("/crm/out/q.csv")).toBe(false);
    const other = await telelink("predict", at("m.tlm"), "--data", "s3://crm/out/p.csv");
    expect(other.err).toContain("s3://crm/out/p.csv");
    expect((await telelink("predict", at("m.tlm"), "--data", "s3://crm/cut.csv")).code).toBe(1);
    expect(
      readdirSync(tmpdir()).filter(
        (name) => name.startsWith("telelink-remote-") && name.includes(`-${process.pid}-`),
      ),
    ).toEqual([]);
  });

  test("need credentials, but for signed addresses", async () => {
    const { AWS_SECRET_ACCESS_KEY } = process.env;
    delete process.env.AWS_SECRET_ACCESS_KEY;
    const without = await telelink("ingest", "s3://crm/in/c.csv", "--db", at("s.db"));
    expect([without.code, without.err]).toEqual([
      1,
      expect.stringContaining("AWS_SECRET_ACCESS_KEY must be set"),
    ]);
    const signed = await telelink(
      "ingest",
      `${process.env.AWS_ENDPOINT_URL}/crm/in/c.csv?sig=hush`,
      "--db",
      at("s.db"),
    );
    expect([signed.code, signed.out]).toEqual([0, expect.stringContaining("c.csv: 120 rows into c")]);
    expect(signed.out + signed.err).not.toContain("hush");
    process.env.AWS_SECRET_ACCESS_KEY = AWS_SECRET_ACCESS_KEY;
  });
});

describe.skipIf(noPostgres)("PostgreSQL", () => {
  let server: Postgres;
  let address: string;
  let sql: postgres.Sql;
  beforeAll(async () => {
    server = await startPostgres();
    ({ address, sql } = server);
    await sql.unsafe(
      'CREATE SCHEMA "Shop"; CREATE TABLE "Shop"."Cust" ("CustomerID" text, use numeric, vip boolean, plan text, churn text)',
    );
    await sql`INSERT INTO "Shop"."Cust" ${sql(rows.map((row) => ({ CustomerID: row.id, use: row.use, vip: row.vip, plan: row.plan, churn: row.churn ? "Yes" : "No" })))}`;
  }, 120_000);
  afterAll(() => server?.end());

  test("is what models are trained on and customers are ingested from, as if it were the same file", async () => {
    const train = (data: string, out: string): ReturnType<typeof captured> =>
      telelink("train", "--data", data, "--target", "churn", "--model", "logistic", "--out", at(out));
    expect((await train(`${address}?table=Shop.Cust`, "pg.tlm")).code).toBe(0);
    expect((await train(at("c.csv"), "csv.tlm")).code).toBe(0);
    const answers = ["pg.tlm", "csv.tlm"].map((model) =>
      telelink("predict", at(model), "--data", at("c.csv")),
    );
    expect((await answers[0]).out).toBe((await answers[1]).out);
    const ingested = await telelink("ingest", `${address}?table=Shop.Cust`, "--db", at("pg.db"));
    expect(ingested.out).toContain("120 rows into Cust, 0 rejected");
    const none = await telelink("ingest", `${address}?table=nope`, "--db", at("pg.db"));
    expect([none.code, none.err]).toEqual([1, expect.stringContaining("the table must be there")]);
  }, 60_000);

  test("takes scores in place of those before, and no table is written over that telelink did not make", async () => {
    const score = (out: string, data = `${address}?table=Shop.Cust`): ReturnType<typeof captured> =>
      telelink("score", "--data", data, "--model", at("pg.tlm"), "--value-column", "use", "--out", out);
    expect((await score(`${address}?table=scores`)).code).toBe(0);
    await sql.unsafe("CREATE VIEW high AS SELECT * FROM scores WHERE churn_probability > .5");
    writeFileSync(at("few.csv"), csv.split("\n").slice(0, 31).join("\n"));
    expect((await score(`${address}?table=scores`, at("few.csv"))).code).toBe(0);
    const [{ n, low }] = await sql`SELECT count(*)::int AS n, min(churn_probability) AS low FROM scores`;
    expect([n, typeof low]).toEqual([30, "number"]);
    const refused = await score(`${address}?table=Shop.Cust`);
    expect([refused.code, refused.err]).toEqual([1, expect.stringContaining("others are not written over")]);
    expect((await sql`SELECT count(*)::int AS n FROM "Shop"."Cust"`)[0].n).toBe(120);
  }, 60_000);
});
