import type { IncomingMessage } from "node:http";
import { BlockList, isIP } from "node:net";
import type { Scope } from "../../data/store/keys";
import { scopes } from "../../data/store/keys";
import { HttpProblem } from "../problem";

/** How a proxy that signs people in (OIDC) says who they are, and what their groups may do here. */
export interface ProxyUsers {
  readonly userHeader: string;
  readonly groupsHeader: string;
  readonly roles: ReadonlyMap<string, readonly Scope[]>;
  /** The proxies' addresses: only theirs is believed. */
  readonly proxy: readonly string[];
}

/** What groups may do, from GROUP=SCOPE,SCOPE with semicolons between; * is whoever is signed in. Throws by zod's rule. */
export function readRoles(text: string): ReadonlyMap<string, readonly Scope[]> {
  const roles = new Map<string, readonly Scope[]>();
  for (const one of text.split(";").filter((part) => part.trim() !== "")) {
    const at = one.lastIndexOf("=");
    const group = one.slice(0, at).trim();
    const given = one
      .slice(at + 1)
      .split(",")
      .map((scope) => scope.trim());
    const wrong = given.find((scope) => !(scopes as readonly string[]).includes(scope));
    if (at < 1 || group === "" || wrong !== undefined)
      throw new RangeError(
        `Cannot start the server: roles must be GROUP=SCOPE,SCOPE with semicolons between and scopes of ${scopes.join(", ")}, such as ops=admin;*=read, got ${JSON.stringify(one.trim())}`,
      );
    roles.set(group, given as Scope[]);
  }
  return roles;
}

/** The person that a trusted proxy names, with the scopes of their groups; undefined where none does. */
export function proxyUser(
  request: IncomingMessage,
  { userHeader, groupsHeader, roles, proxy }: ProxyUsers,
): { readonly name: string; readonly scopes: readonly Scope[] } | undefined {
  if (!isOneOf(request.socket.remoteAddress ?? "", proxy)) return undefined;
  const user = onlyOne(request, userHeader);
  if (user === undefined || user === "") return undefined;
  const groups = (onlyOne(request, groupsHeader) ?? "").split(",").map((group) => group.trim());
  const given = new Set(["*", ...groups].flatMap((group) => roles.get(group) ?? []));
  return { name: `user ${user.slice(0, 200)}`, scopes: [...given] };
}

/** A header's value; one that is there twice was not all written by the proxy. */
function onlyOne({ rawHeaders }: IncomingMessage, name: string): string | undefined {
  const found = rawHeaders.filter((_, i) => i % 2 === 1 && rawHeaders[i - 1].toLowerCase() === name);
  if (found.length > 1)
    throw new HttpProblem(
      400,
      `The header ${name} is there ${found.length} times: the proxy must replace what clients send`,
    );
  return found[0]?.trim();
}

function isOneOf(address: string, list: readonly string[]): boolean {
  const plain = address.replace(/^::ffff:(?=\d+\.)/, "");
  const family = isIP(plain);
  if (family === 0) return false;
  const known = new BlockList();
  for (const one of list.flatMap((each) => (each === "loopback" ? ["127.0.0.0/8", "::1"] : [each]))) {
    const [base, bits] = one.split("/");
    const kind = isIP(base);
    if (kind === 0) continue;
    if (bits === undefined) known.addAddress(base, kind === 4 ? "ipv4" : "ipv6");
    else known.addSubnet(base, Number(bits), kind === 4 ? "ipv4" : "ipv6");
  }
  return known.check(plain, family === 4 ? "ipv4" : "ipv6");
}
