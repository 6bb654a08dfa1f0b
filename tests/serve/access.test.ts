import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { auditLog } from "../../src/data/store/audit";
import { addKey, revokeKey, rotateKey, type Scope } from "../../src/data/store/keys";
import { openStore, type Store } from "../../src/data/store/open";
import type { RouteScope } from "../../src/serve/access/route-scope";
import { buildApp } from "../../src/serve/app";
import type { App } from "../../src/serve/context";
import type { GivenSettings } from "../../src/serve/settings";
import type { Desk } from "../../src/services/score/desk";
import { quietSettings } from "./quiet-settings";

const folder = mkdtempSync(join(tmpdir(), "telelink-access-"));
const operator = "a secret of many letters";
let store: Store;
let app: App;
let alone: App;
let routes: readonly RouteScope[];
const start = (given: GivenSettings, onRoutes?: (found: readonly RouteScope[]) => void): Promise<App> =>
  buildApp({
    settings: quietSettings({ data: folder, reports: folder, ...given }),
    store,
    desk: () => ({ origin: { data: [], model: "none" } }) as unknown as Desk,
    version: "0.0.0",
    started: new Date(),
    ...(onRoutes ? { onRoutes } : {}),
  });
beforeAll(async () => {
  store = openStore(join(folder, "private", "store.db"));
  app = await start({ host: "0.0.0.0", apiKey: operator }, (found) => {
    routes = found;
  });
  alone = await start({});
  await app.ready();
});
afterAll(async () => {
  await app.close();
  await alone.close();
  store.close();
  rmSync(folder, { recursive: true, force: true });
});

test("every route says its scope, and what is open is on this list alone", () => {
  const open = routes.filter(({ scope, url }) => scope === "open" && !/^\/docs(\/|$)/.test(url));
  expect([...new Set(open.filter((one) => one.method === "GET").map((one) => one.url))].sort()).toEqual(
    [
      ...["/", "/batch", "/config", "/training", "/generation", "/registry", "/monitoring", "/sign-in"],
      ...["/online", "/live", "/ready", "/health"],
      ...["/assets/app.css", "/assets/icon.svg"],
      ...["analyze", "batch", "beside", "config", "csv", "dom", "events"].map((one) => `/assets/${one}.js`),
      ...[
        "challenger",
        "generation",
        "losses",
        "model-facts",
        "models",
        "monitoring",
        "outcomes",
        "sign-in",
        "training",
      ].map((one) => `/assets/${one}.js`),
    ].sort(),
  );
  // No route that changes something is open, but for signing in and out.
  const changes = routes.filter((one) => !["GET", "HEAD", "OPTIONS"].includes(one.method));
  expect(changes.filter((one) => one.scope === "open").map((one) => `${one.method} ${one.url}`)).toEqual([
    "POST /session",
    "DELETE /session",
  ]);
  // What a key for reading or predicting may send is answered from the request alone; all else that is no GET changes
  // something, and asks for a key that may.
  const scopeOf = (wanted: readonly string[]): string[] =>
    changes.filter((one) => wanted.includes(one.scope)).map((one) => `${one.method} ${one.url}`);
  expect(scopeOf(["read", "predict"]).sort()).toEqual([
    "POST /batch-predict",
    "POST /explain",
    "POST /predict",
    "POST /synth/check",
    "POST /synth/compare",
    "POST /synth/preview",
  ]);
  expect(scopeOf(["admin"]).sort()).toEqual([
    "DELETE /models/challenger",
    "POST /models/champion/rollback",
    "PUT /models/challenger",
    "PUT /models/champion",
  ]);
});

test("a route that does not say its scope is an error when the server is built, wherever it stands", async () => {
  const own = await start({});
  expect(() => own.get("/new", async () => "told")).toThrow(
    "Cannot serve /new: its route must say its scope",
  );
  expect(() => own.get("/docs-of-customers", async () => "told")).toThrow("must say its scope");
  own.register(async (inner) => void inner.post("/inner", async () => "told"));
  await expect(own.ready()).rejects.toThrow("Cannot serve /inner");
  await own.close();
});

test("beyond loopback no route of a scope answers without a key, with a wrong one, or with one of another scope", async () => {
  const keys = Object.fromEntries(
    (["read", "predict", "write"] as const).map((one) => [one, addKey(store, `only ${one}`, [one]).text]),
  ) as Record<Scope, string>;
  for (const { method, url, scope } of routes) {
    if (scope === "open" || method === "HEAD" || method === "OPTIONS") continue;
    const ask = async (headers: Record<string, string>): Promise<number> => {
      const path = url.replace(":id", "1").replace(":file", "x.html").replace(":name", "x.csv");
      const reply = await app.inject({ method: method as "GET", url: path, headers, payload: "{}" });
      return reply.statusCode;
    };
    for (const key of [undefined, "", "x", "null", "undefined", operator.toUpperCase(), `${operator} `])
      expect([url, await ask(key === undefined ? {} : { "x-api-key": key })]).toEqual([url, 401]);
    for (const other of ["read", "predict", "write"] as const)
      if (other !== scope)
        expect([url, other, await ask({ "x-api-key": keys[other] })]).toEqual([url, other, 403]);
    if (scope !== "admin") {
      const own = await ask({ authorization: `Bearer ${keys[scope]}` });
      expect([401, 403]).not.toContain(own);
    }
  }
});

test("a key opens nothing once it was revoked, and nothing by its former text once it was rotated", async () => {
  const { text } = addKey(store, "reader", ["read"]);
  const ask = async (key: string): Promise<number> =>
    (await app.inject({ url: "/jobs", headers: { "x-api-key": key } })).statusCode;
  expect(await ask(text)).toBe(200);
  const next = rotateKey(store, "reader");
  expect([await ask(text), await ask(next)]).toEqual([401, 200]);
  revokeKey(store, "reader");
  expect(await ask(next)).toBe(401);
  // 192 random bits; the store holds no key.
  expect(next).toMatch(/^tl_[\w-]{32}$/);
  expect(JSON.stringify(store.db.prepare("SELECT * FROM telelink_keys").all())).not.toContain(next);
});

test("a session stands for its key until that is revoked, and can't be made up", async () => {
  const { text } = addKey(store, "person", ["read"]);
  const signIn = (key: string) => app.inject({ method: "POST", url: "/session", payload: { key } });
  expect((await signIn("nonsense")).statusCode).toBe(401);
  expect(auditLog(store, 1)).toMatchObject([{ who: "nobody", action: "sign-in refused" }]);
  const reply = await signIn(text);
  const [cookie] = String(reply.headers["set-cookie"]).split(";");
  expect(reply.headers["set-cookie"]).toMatch(/; HttpOnly; SameSite=Strict; Path=\/; Max-Age=43200$/);
  const ask = async (value: string): Promise<number> =>
    (await app.inject({ url: "/jobs", headers: { cookie: value } })).statusCode;
  expect(await ask(cookie)).toBe(200);
  // One more hour, another key's number, another signature.
  const parts = cookie.split(".");
  expect(await ask([parts[0], Number(parts[1]) + 3600, parts[2]].join("."))).toBe(401);
  expect(await ask(cookie.replace(/=\d+-/, "=1-"))).toBe(401);
  expect(await ask(`${cookie.slice(0, -1)}${cookie.endsWith("0") ? "1" : "0"}`)).toBe(401);
  const later = vi.spyOn(Date, "now").mockReturnValue(Date.now() + 1000 * (12 * 3600 + 1));
  expect(await ask(cookie)).toBe(401);
  later.mockRestore();
  const out = await app.inject({ method: "DELETE", url: "/session", headers: { cookie } });
  expect(out.headers["set-cookie"]).toMatch(/^telelink_session=; .*Max-Age=0$/);
  expect(await ask(cookie)).toBe(200);
  revokeKey(store, "person");
  expect(await ask(cookie)).toBe(401);
  // Behind a proxy that ends TLS the cookie never goes without it.
  const behind = await start({ apiKey: operator, proxy: "127.0.0.1" });
  const secure = await behind.inject({
    ...{ method: "POST", url: "/session", payload: { key: operator } },
    headers: { "x-forwarded-proto": "https" },
  });
  expect(secure.headers["set-cookie"]).toMatch(/; HttpOnly; SameSite=Strict; .*; Secure$/);
  await behind.close();
});

test("a person who opens a page that needs a key is shown where to sign in", async () => {
  const reply = await app.inject({ url: "/reports/x.html", headers: { accept: "text/html,*/*" } });
  expect([reply.statusCode, reply.headers.location]).toEqual([302, "../sign-in?to=reports%2Fx.html"]);
});

test("what changes something is in the audit log, with who did it, and holds no customer's data", async () => {
  const { text } = addKey(store, "writer", ["write"]);
  const payload = { path: "nobody.csv" };
  await app.inject({ method: "POST", url: "/synth/train", headers: { "x-api-key": text }, payload });
  expect(auditLog(store, 1)).toMatchObject([
    { who: "writer", action: "POST /synth/train", detail: { status: 422 } },
  ]);
  expect(JSON.stringify(auditLog(store))).not.toContain("nobody.csv");
});

describe("on this machine alone", () => {
  test("nothing asks for a key before there is one, then what changes something does", async () => {
    const other = openStore(":memory:");
    const own = await buildApp({
      settings: quietSettings({ data: folder }),
      store: other,
      desk: () => ({}) as Desk,
      version: "0.0.0",
      started: new Date(),
    });
    const stop = async (): Promise<number> =>
      (await own.inject({ method: "POST", url: "/jobs/1/stop" })).statusCode;
    expect(await stop()).toBe(404);
    addKey(other, "first", ["admin"]);
    expect(await stop()).toBe(401);
    expect((await own.inject("/jobs")).statusCode).toBe(200);
    await own.close();
    other.close();
  });

  test.each([
    ["evil.example", 421],
    ["evil.example:8000", 421],
    ["127.0.0.1.evil.example", 421],
    ["192.168.1.5", 421],
    ["localhost.evil.example", 421],
    ["localhost:8000", 200],
    ["127.0.0.1:8000", 200],
    ["[::1]:8000", 200],
    ["telelink:8000", 200],
  ])("Host %s is answered with %i", async (host, status) => {
    for (const url of ["/online", "/jobs"])
      expect((await alone.inject({ url, headers: { host } })).statusCode).toBe(status);
  });

  test.each([
    [{ origin: "https://evil.example" }, 403],
    [{ origin: "null" }, 403],
    [{ origin: "http://localhost:9999" }, 403],
    [{ "sec-fetch-site": "cross-site" }, 403],
    [{ "sec-fetch-site": "same-site" }, 403],
    [{ origin: "http://localhost:8000", "sec-fetch-site": "same-origin" }, 401],
    [{}, 401],
  ])("a change with %j is answered with %i", async (headers, status) => {
    const reply = await alone.inject({
      method: "POST",
      url: "/jobs/1/stop",
      headers: { host: "localhost:8000", ...headers },
    });
    expect(reply.statusCode).toBe(status);
  });
});

test("beyond loopback the names that the operator lists are answered, and no others", async () => {
  const named = await start({ host: "0.0.0.0", apiKey: operator, hosts: "customers.example.com, b.example" });
  const ask = async (host: string): Promise<number> =>
    (await named.inject({ url: "/online", headers: { host } })).statusCode;
  expect(await ask("customers.example.com")).toBe(200);
  expect(await ask("203.0.113.7")).toBe(200);
  expect(await ask("evil.example")).toBe(421);
  await named.close();
});

test("the store and a folder made for it can be read by nobody else", () => {
  const mode = (path: string): number => statSync(path).mode & 0o777;
  expect(mode(join(folder, "private"))).toBe(0o700);
  for (const name of ["store.db", "store.db-wal", "store.db-shm"])
    expect([name, mode(join(folder, "private", name))]).toEqual([name, 0o600]);
});

test("below a base path the API, the pages and the description of the API are found", async () => {
  const based = await start({ host: "0.0.0.0", apiKey: operator, basePath: "/telelink/" });
  expect((await based.inject("/telelink/online")).statusCode).toBe(200);
  expect((await based.inject("/online")).statusCode).toBe(200);
  expect((await based.inject("/telelink")).headers.location).toBe("/telelink/");
  const page = (await based.inject("/telelink/training")).body;
  // Whatever a page names lies beside it.
  expect(page.match(/(href|src)="\/[^"]*"/g)).toBeNull();
  const document = (await based.inject("/telelink/docs/json")).json();
  expect(document.servers).toEqual([{ url: "/telelink" }]);
  expect((await based.inject("/telelink/docs")).body).toContain('href="/telelink/docs/static/');
  await based.close();
});

test("requests are counted by client behind a stated proxy, and pages are not", async () => {
  const limited = await start({ rateLimit: 2, proxy: "127.0.0.1" });
  addKey(store, "counted", ["read"]);
  const ask = async (client: string, url = "/jobs"): Promise<number> =>
    (await limited.inject({ url, headers: { "x-forwarded-for": client } })).statusCode;
  expect([await ask("203.0.113.1"), await ask("203.0.113.1"), await ask("203.0.113.1")]).toEqual([
    401, 401, 429,
  ]);
  expect(await ask("203.0.113.2")).toBe(401);
  for (let k = 0; k < 5; k++) expect(await ask("203.0.113.1", "/training")).toBe(200);
  await limited.close();
});

test("headers: nothing of the program's kind, no sniffing, no framing, no referrer, one type", async () => {
  for (const url of ["/", "/online", "/nothing", "/assets/app.css"]) {
    const { headers } = await alone.inject(url);
    expect([headers.server, headers["x-powered-by"]]).toEqual([undefined, undefined]);
    expect(headers).toMatchObject({
      "x-content-type-options": "nosniff",
      "referrer-policy": "no-referrer",
      // No script of the page's own, whatever was written into it.
      "content-security-policy": expect.stringMatching(
        /^default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; (?!.*unsafe).*frame-ancestors 'none'/,
      ),
      "content-type": expect.stringMatching(/^(text|application)\/[\w+]+(; charset=utf-8)?$/),
    });
    expect(headers["access-control-allow-origin"]).toBeUndefined();
  }
});

test("answers are not kept by browsers, but for what is no customer's", async () => {
  const kept = async (url: string): Promise<unknown> => (await alone.inject(url)).headers["cache-control"];
  for (const url of ["/jobs", "/stats", "/models", "/synth/files", "/metrics", "/reports"])
    expect([url, await kept(url)]).toEqual([url, "no-store"]);
  expect(await kept("/assets/icon.svg")).toBe("max-age=86400");
});

test("an upload takes a plain name, replaces nothing, and leaves nothing behind where it is refused", async () => {
  const small = await start({ uploadLimit: 1024 });
  const key = addKey(store, "uploader", ["write"]).text;
  const put = async (name: string, payload: string): Promise<number> =>
    (
      await small.inject({
        method: "PUT",
        url: `/synth/files/${encodeURIComponent(name)}`,
        headers: { "content-type": "text/csv", "x-api-key": key },
        payload,
      })
    ).statusCode;
  expect(await put("new customers.csv", "a,b\n1,2\n")).toBe(201);
  expect(await put("new customers.csv", "a,b\n3,4\n")).toBe(409);
  expect(readFileSync(join(folder, "new customers.csv"), "utf8")).toBe("a,b\n1,2\n");
  for (const name of ["../x.csv", "x.html", ".csv", "a/b.csv", "a\0.csv", "-x.csv"])
    expect([name, await put(name, "a\n1\n")]).toEqual([name, 422]);
  expect(await put("large.csv", "x".repeat(2000))).toBe(413);
  expect(readdirSync(folder).filter((name) => /part|large/.test(name))).toEqual([]);
  await small.close();
});

test("people whom a trusted proxy signs in have the scopes of their groups; nobody else is believed", async () => {
  const people = await start({
    ...{ host: "0.0.0.0", apiKey: operator, proxy: "10.1.0.0/16", hosts: "desk.example" },
    ...{ userHeader: "X-Forwarded-User", roles: "ops=admin;analysts=read,predict;*=predict" },
  });
  const ask = async (
    url: string,
    headers: Record<string, string>,
    remoteAddress = "10.1.2.3",
  ): Promise<number> =>
    (await people.inject({ url, headers: { host: "desk.example", ...headers }, remoteAddress })).statusCode;
  const as = (user: string, groups = ""): Record<string, string> => ({
    ...{ "x-forwarded-user": user, "x-forwarded-groups": groups },
  });
  expect(await ask("/jobs", as("ann@example.org", "staff, analysts"))).toBe(200);
  expect(await ask("/jobs", as("ann@example.org", "analysts"), "::ffff:10.1.2.3")).toBe(200);
  expect(await ask("/jobs", as("bob@example.org", "staff"))).toBe(403);
  expect(await ask("/jobs", as(""))).toBe(401);
  expect(await ask("/jobs", as("ann@example.org", "ops"), "10.2.0.1")).toBe(401);
  expect(await ask("/jobs", { ...as("bob@example.org"), "x-api-key": operator })).toBe(200);
  const stop = await people.inject({
    ...{ method: "PUT", url: "/models/champion", payload: { model: "nobody@1" }, remoteAddress: "10.1.2.3" },
    headers: { host: "desk.example", ...as("eve@example.org", "ops") },
  });
  expect(stop.statusCode).toBe(404);
  expect(auditLog(store, 1)[0].who).toBe("user eve@example.org");
  await people.close();
  // A header of the client's own beside the proxy's.
  const address = await (async () => {
    const open = await start({
      host: "127.0.0.1",
      apiKey: operator,
      proxy: "loopback",
      userHeader: "x-user",
      roles: "*=read",
    });
    await open.listen({ host: "127.0.0.1", port: 0 });
    return { open, at: open.server.address() as { port: number } };
  })();
  const twice = await new Promise<number>((done) => {
    const socket = connect(address.at.port, "127.0.0.1", () =>
      socket.write(
        "GET /jobs HTTP/1.1\r\nhost: localhost\r\nx-user: a\r\nx-user: b\r\nconnection: close\r\n\r\n",
      ),
    );
    socket.once("data", (bytes) => done(Number(String(bytes).slice(9, 12))));
  });
  expect(twice).toBe(400);
  await address.open.close();
  expect(() => quietSettings({ userHeader: "x-user", roles: "*=read" })).toThrow(/TELELINK_PROXY/);
  expect(() => quietSettings({ userHeader: "x-user", proxy: "10.0.0.1", roles: "ops=root" })).toThrow(
    /scopes of read, /,
  );
});
