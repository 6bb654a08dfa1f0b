import { randomUUID } from "node:crypto";
import { hostname } from "node:os";
import { isAlive } from "../processes";
import { type Store, transaction, withoutWaiting } from "./open";
import { rowsOf } from "./rows";

/** A server's claim on its jobs and predictions: others leave them alone while it is renewed. */
export interface Lease {
  readonly id: string;
  /** Says that the server is still there. */
  renew(): void;
  /** Gives up the claim. */
  end(): void;
}

/** How long a server of another machine may be silent before it counts as dead. */
export const leaseMs = 30_000;

/** Takes a lease for this process. A store that can't be written gives one too: it is kept as soon as it can. */
export function takeLease(store: Store): Lease {
  const id = randomUUID();
  const started = new Date().toISOString();
  const renew = (): void => {
    withoutWaiting(store, "renew the lease of", () => {
      store.db
        .prepare(
          "INSERT INTO telelink_servers (id, host, pid, started, seen) VALUES (?, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET seen = excluded.seen",
        )
        .run(id, hostname(), process.pid, started, new Date().toISOString());
    });
  };
  return {
    id,
    renew,
    end: () => void transaction(store, "end a lease of", () => remove(store, id)),
  };
}

/** The servers that live, by number. */
export function liveServers(store: Store): Set<string> {
  return new Set(
    servers(store)
      .filter(lives)
      .map((one) => one.id),
  );
}

/** Forgets the servers that are dead. */
export function forgetDeadServers(store: Store): void {
  const dead = servers(store).filter((one) => !lives(one));
  if (dead.length > 0)
    transaction(store, "end a lease of", () => {
      for (const { id } of dead) remove(store, id);
    });
}

function remove(store: Store, id: string): void {
  store.db.prepare("DELETE FROM telelink_servers WHERE id = ?").run(id);
}

function servers(store: Store): ServerRow[] {
  return rowsOf(store, "SELECT id, host, pid, started, seen FROM telelink_servers");
}

interface ServerRow {
  readonly id: string;
  readonly host: string;
  readonly pid: number;
  readonly started: string;
  readonly seen: string;
}

function lives({ host, pid, started, seen }: ServerRow): boolean {
  // A clock that was set back leaves times to come.
  const silent = Math.abs(Date.now() - Date.parse(seen));
  if (host !== hostname()) return silent <= leaseMs;
  // On this machine its process tells more than a clock, which may have jumped; a number is given out again in time.
  if (silent > 10 * leaseMs) return false;
  // In a container every server has the same number: one that began before this process is another, and dead.
  if (pid === process.pid) return Date.parse(started) >= Date.now() - 1000 * process.uptime() - 1000;
  return isAlive(pid);
}
