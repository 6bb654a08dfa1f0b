import { createHash, createHmac, timingSafeEqual } from "node:crypto";
import type { FastifyReply, FastifyRequest } from "fastify";
import { z } from "zod";
import { audit } from "../../data/store/audit";
import { anyKey, keyNumbered, keyOf, type Scope, storeSecret, type UsableKey } from "../../data/store/keys";
import type { Store } from "../../data/store/open";
import type { App } from "../context";
import { HttpProblem, problem } from "../problem";
import { checkSender } from "./origin";
import { type ProxyUsers, proxyUser } from "./proxy-user";
import { type RouteScope, route } from "./route-scope";

/** Every route says in its options who may use it. */
declare module "fastify" {
  interface FastifyContextConfig {
    /** The scope that a key must have; "open" for what tells nothing of customers. */
    readonly scope?: Scope | "open";
  }
  interface FastifyRequest {
    /** Who asks: a key's name, or "loopback" where none is needed. */
    who: string;
  }
}

/** Who asks, and what they may do. */
interface Caller {
  readonly name: string;
  readonly scopes: readonly Scope[];
  /** What a session has to name to stand for the key: its number and a mark of its text. */
  readonly session: string;
}

export interface KeySettings {
  /** The operator's key, with every scope. */
  readonly apiKey?: string;
  readonly hosts: readonly string[];
  /** Whether only this machine reaches the server's address. */
  readonly loopback: boolean;
  /** People whom a proxy signs in; none where it is undefined. */
  readonly users?: ProxyUsers;
  /** Whether others reach it, if need be through a proxy: then reading asks for a key too. */
  readonly exposed: boolean;
}

const cookieName = "telelink_session";
/** How long a browser stays signed in, in seconds. */
const sessionSeconds = 12 * 3600;

/**
 * Lets nothing pass without a key of its scope; on this machine alone only what changes something asks for one, and only
 * once there is one. Returns the list of routes, which grows as they are added; one that does not say its scope is an
 * error when the server is built.
 */
export function askForKeys(app: App, store: Store, chosen: KeySettings): readonly RouteScope[] {
  const routes: RouteScope[] = [];
  app.addHook("onRoute", ({ method, url, config }) => {
    // What comes with the API's description is open: it tells nothing of customers.
    const scope = config?.scope ?? (/^\/docs(\/|$)/.test(url) ? "open" : undefined);
    if (scope === undefined) throw new Error(`Cannot serve ${url}: its route must say its scope`);
    for (const one of [method].flat()) routes.push({ method: one, url, scope });
  });
  app.decorateRequest("who", "nobody");
  app.addHook("onRequest", async ({ raw, method }) =>
    checkSender(method, raw.headers, raw.rawHeaders, chosen),
  );
  // After requests were counted: keys that are tried count too.
  app.addHook("preParsing", async (request) => {
    const { scope = "open" } = request.routeOptions.config;
    if (scope === "open") return;
    const changes = scope === "write" || scope === "admin";
    if (!chosen.exposed && (!changes || (chosen.apiKey === undefined && !anyKey(store)))) {
      request.who = "loopback";
      return;
    }
    const caller = callerOf(request, store, chosen) ?? (chosen.users && proxyUser(request.raw, chosen.users));
    if (!caller) {
      throw new HttpProblem(401, "Send a key in the header x-api-key, or as Authorization: Bearer");
    }
    request.who = caller.name;
    if (!caller.scopes.includes(scope) && !caller.scopes.includes("admin"))
      throw new HttpProblem(
        403,
        `${caller.name} has ${caller.scopes.length === 0 ? "no scope" : `the scope ${caller.scopes.join(", ")}`}; this asks for ${scope}`,
      );
  });
  app.addHook("onResponse", async (request, reply) => {
    const { scope, url } = { ...request.routeOptions.config, url: request.routeOptions.url ?? "" };
    if (scope !== "write" && scope !== "admin") return;
    try {
      audit(store, request.who, `${request.method} ${url}`, { status: reply.statusCode });
    } catch (error) {
      request.log.error({ err: error }, "the audit log could not be written");
    }
  });
  sessionRoute(app, store, chosen);
  return routes;
}

/** Signing in from a browser: pages, streams of events and downloads can't send a header of their own. */
function sessionRoute(app: App, store: Store, chosen: KeySettings): void {
  app.post(
    "/session",
    route("open", {
      summary: "Sign in with a key: a cookie then stands for it, for twelve hours",
      tags: ["status"],
      body: z.strictObject({ key: z.string().max(500) }),
      response: { 200: z.object({ name: z.string(), scopes: z.array(z.string()) }), 401: problem },
    }),
    async (request, reply) => {
      const caller = callerWith(request.body.key, store, chosen.apiKey);
      if (!caller) {
        noteRefused(store, request);
        throw new HttpProblem(401, "That is no key of this server, or it was revoked");
      }
      const ends = Math.floor(Date.now() / 1000) + sessionSeconds;
      const claim = `${caller.session}.${ends}`;
      setCookie(reply, `${claim}.${sign(store, claim)}`, request.protocol === "https", sessionSeconds);
      return { name: caller.name, scopes: [...caller.scopes] };
    },
  );
  app.delete(
    "/session",
    route("open", { summary: "Sign out", tags: ["status"], response: { 204: z.null() } }),
    async (request, reply) => {
      setCookie(reply, "", request.protocol === "https", 0);
      return reply.code(204).send(null);
    },
  );
}

function noteRefused(store: Store, request: FastifyRequest): void {
  try {
    audit(store, "nobody", "sign-in refused", {});
  } catch (error) {
    request.log.error({ err: error }, "the audit log could not be written");
  }
}

function setCookie(reply: FastifyReply, value: string, secure: boolean, seconds: number): void {
  reply.header(
    "set-cookie",
    `${cookieName}=${value}; HttpOnly; SameSite=Strict; Path=/; Max-Age=${seconds}${secure ? "; Secure" : ""}`,
  );
}

function callerOf(request: FastifyRequest, store: Store, chosen: KeySettings): Caller | undefined {
  const { "x-api-key": plain, authorization = "", cookie = "" } = request.headers;
  if (typeof plain === "string") return callerWith(plain, store, chosen.apiKey);
  const bearer = /^Bearer (.+)$/i.exec(authorization)?.[1];
  if (bearer !== undefined) return callerWith(bearer, store, chosen.apiKey);
  const session = new RegExp(`(?:^|; )${cookieName}=([^;]+)`).exec(cookie)?.[1];
  return session === undefined ? undefined : callerOfSession(session, store, chosen.apiKey);
}

function callerWith(text: string, store: Store, apiKey: string | undefined): Caller | undefined {
  // Digests have equal lengths, so the comparison tells nothing about the key, not even its length.
  if (apiKey !== undefined && timingSafeEqual(digest(text), digest(apiKey))) return operator(apiKey);
  return holderOf(keyOf(store, text));
}

function holderOf(key: UsableKey | undefined): Caller | undefined {
  return key && { name: key.name, scopes: key.scopes, session: `${key.id}-${key.mark}` };
}

function operator(apiKey: string): Caller {
  return {
    name: "TELELINK_API_KEY",
    scopes: ["admin"],
    session: `0-${digest(`mark ${apiKey}`).toString("hex").slice(0, 16)}`,
  };
}

/** Whom a session stands for: a key that is revoked, or has another text now, ends its sessions too. */
function callerOfSession(session: string, store: Store, apiKey: string | undefined): Caller | undefined {
  const [, claim, id, mark, ends, mac] =
    /^((\d+)-([0-9a-f]{16})\.(\d+))\.([0-9a-f]{64})$/.exec(session) ?? [];
  if (mac === undefined || Number(ends) < Date.now() / 1000) return undefined;
  if (!timingSafeEqual(Buffer.from(mac, "hex"), Buffer.from(sign(store, claim), "hex"))) return undefined;
  const own = id === "0" && apiKey !== undefined ? operator(apiKey) : undefined;
  const caller = own ?? holderOf(keyNumbered(store, Number(id)));
  return caller?.session === `${id}-${mark}` ? caller : undefined;
}

function sign(store: Store, claim: string): string {
  return createHmac("sha256", storeSecret(store, "sessions")).update(claim).digest("hex");
}

function digest(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}
