import type { IncomingHttpHeaders } from "node:http";
import { HttpProblem } from "../problem";

/** Methods that change nothing. */
const harmless = new Set(["GET", "HEAD", "OPTIONS"]);

/**
 * Refuses what a web page elsewhere makes a browser send. A name that an attacker points at this machine (DNS rebinding)
 * comes as Host: only this machine's own names, addresses, names without a dot, which nobody can register, and those
 * that the operator lists are answered. A request that changes something from another site's page names that site.
 */
export function checkSender(
  method: string,
  headers: IncomingHttpHeaders,
  rawHeaders: readonly string[],
  { hosts, loopback }: { readonly hosts: readonly string[]; readonly loopback: boolean },
): void {
  // A proxy may go by the one and this server by the other (RFC 9112, 3.2).
  if (rawHeaders.filter((name, i) => i % 2 === 0 && name.toLowerCase() === "host").length > 1)
    throw new HttpProblem(400, "The header Host must be there once");
  const host = hostnameOf(headers.host ?? "");
  if (!ownName(host, hosts, loopback))
    throw new HttpProblem(
      421,
      `${JSON.stringify(host.slice(0, 100))} is none of its names; the operator lists them in TELELINK_HOSTS`,
    );
  if (harmless.has(method)) return;
  const site = headers["sec-fetch-site"];
  const { origin } = headers;
  const own = origin === undefined || sameHost(origin, headers.host ?? "", hosts);
  if (site === "cross-site" || site === "same-site" || !own)
    throw new HttpProblem(
      403,
      `A page of another site (${String(origin ?? site).slice(0, 100)}) must not change anything here`,
    );
}

function ownName(host: string, hosts: readonly string[], loopback: boolean): boolean {
  if (host === "localhost" || host === "::1" || /^127(\.\d{1,3}){3}$/.test(host)) return true;
  if (hosts.includes(host)) return true;
  if (host === "" || !/^[\w.:-]+$/.test(host)) return false;
  if (!host.includes(".") && !host.includes(":")) return true;
  // An address is no name that could be pointed elsewhere; one of loopback's own was taken above.
  return !loopback && (/^\d{1,3}(\.\d{1,3}){3}$/.test(host) || host.includes(":"));
}

function sameHost(origin: string, host: string, hosts: readonly string[]): boolean {
  try {
    const from = new URL(origin);
    const plain = (text: string): string => text.toLowerCase().replace(/:(80|443)$/, "");
    return plain(from.host) === plain(host) || hosts.includes(from.hostname.replace(/^\[|\]$/g, ""));
  } catch {
    // "null", from a page without an origin.
    return false;
  }
}

/** The name in a Host header, without its port. */
function hostnameOf(host: string): string {
  const bracketed = /^\[([^\]]*)\](?::\d+)?$/.exec(host);
  return (bracketed?.[1] ?? host.replace(/:\d+$/, "")).toLowerCase();
}
