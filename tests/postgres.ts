import { execFileSync, spawn } from "node:child_process";
import { chownSync, existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import postgres from "postgres";

const programs = [
  "/usr/lib/postgresql/15/bin",
  "/usr/lib/postgresql/17/bin",
  "/usr/bin",
  "/usr/local/bin",
].find((path) => existsSync(join(path, "initdb")) && existsSync(join(path, "postgres")));

/** Whether this machine has no PostgreSQL: tests with it are skipped by name. */
export const noPostgres = programs === undefined;

/** A database of one's own, on loopback. */
export interface Postgres {
  /** postgresql://user@host:port/database */
  readonly address: string;
  readonly sql: postgres.Sql;
  end(): Promise<void>;
}

/** Starts a PostgreSQL in a folder of its own and waits until it answers. */
export async function startPostgres(): Promise<Postgres> {
  // It does not run as root.
  const root = userInfo().uid === 0;
  const ids = root ? /^postgres:[^:]*:(\d+):(\d+)/m.exec(readFileSync("/etc/passwd", "utf8")) : null;
  const as = ids ? { uid: Number(ids[1]), gid: Number(ids[2]) } : {};
  const base = mkdtempSync(join(tmpdir(), "telelink-pg-"));
  if (ids) chownSync(base, Number(ids[1]), Number(ids[2]));
  const data = join(base, "d");
  const initialise = ["-D", data, "-A", "trust", "--no-sync", "-U", "crm", "-E", "UTF8", "--locale=C"];
  const initdb = join(programs as string, "initdb");
  execFileSync(initdb, initialise, { ...as, cwd: base, stdio: "ignore", timeout: 60_000 });
  const port = await new Promise<number>((done) => {
    const probe = createServer().listen(0, "127.0.0.1", () => {
      const { port: free } = probe.address() as AddressInfo;
      probe.close(() => done(free));
    });
  });
  const settings = ["-D", data, "-p", String(port), "-h", "127.0.0.1", "-k", base, "-F"];
  const child = spawn(join(programs as string, "postgres"), settings, { ...as, cwd: base, stdio: "ignore" });
  const address = `postgresql://crm@127.0.0.1:${port}/postgres`;
  const sql = postgres(address, { max: 1, connect_timeout: 5, onnotice: () => {} });
  const end = async (): Promise<void> => {
    await sql.end({ timeout: 2 });
    const ended = new Promise((done) => child.once("close", done));
    child.kill("SIGINT");
    const hard = setTimeout(() => child.kill("SIGKILL"), 10_000);
    await ended;
    clearTimeout(hard);
    rmSync(base, { recursive: true, force: true });
  };
  for (let i = 0; ; i++)
    try {
      await sql`SELECT 1`;
      return { address, sql, end };
    } catch (error) {
      if (i > 200) {
        await end();
        throw error;
      }
      await new Promise((done) => setTimeout(done, 100));
    }
}
