import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

const root = resolve(__dirname, "..", "..");

/** `telelink serve` in a process of its own, with a folder of its own. */
export interface RealServer {
  readonly address: string;
  readonly port: number;
  readonly folder: string;
  readonly child: ChildProcess;
  /** What it wrote so far: its log, and what it says to the person at the terminal. */
  said(): string;
  /** Resident memory in MB. */
  memory(): number;
  /** Seconds of processor time used so far. */
  cpu(): number;
  /** Resolves to its exit code once it has gone. */
  readonly exited: Promise<number | null>;
  /** Asks it to end; resolves to its exit code, null when it had to be killed. */
  end(): Promise<number | null>;
}

export interface RealOptions {
  readonly folder?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Kilobytes that a file may have: what stands for a full disk. */
  readonly fileKb?: number;
  /** A file that its log goes to, instead of being read here. */
  readonly log?: string;
}

/** Starts the built server and waits until it listens. */
export async function startReal(options: RealOptions = {}): Promise<RealServer> {
  const folder = options.folder ?? mkdtempSync(join(tmpdir(), "telelink-real-"));
  const command = [process.execPath, join(root, "dist", "cli", "main.js"), "serve", "--port", "0"];
  const limit = options.fileKb === undefined ? "" : `ulimit -f ${options.fileKb}; `;
  const log = options.log === undefined ? "" : ` >> ${options.log} 2>&1`;
  const child = spawn("bash", ["-c", `${limit}exec "$@"${log}`, "bash", ...command], {
    cwd: folder,
    env: {
      ...process.env,
      TELELINK_STORE: join(folder, "store.db"),
      TELELINK_DATA_FOLDER: folder,
      TELELINK_REPORTS: folder,
      TELELINK_LOG_LEVEL: "info",
      ...options.env,
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let words = "";
  for (const stream of [child.stdout, child.stderr])
    stream.on("data", (bytes) => {
      words += bytes;
    });
  const exited = new Promise<number | null>((done) => child.once("close", (code) => done(code)));
  const stat = (): string => readFileSync(`/proc/${child.pid}/stat`, "utf8").split(") ")[1];
  const end = async (): Promise<number | null> => {
    if (child.exitCode === null) child.kill("SIGTERM");
    const hard = setTimeout(() => child.kill("SIGKILL"), 15_000);
    const code = await exited;
    clearTimeout(hard);
    if (options.folder === undefined) rmSync(folder, { recursive: true, force: true });
    return code;
  };
  for (let waited = 0; waited < 600; waited++) {
    if (options.log && existsSync(options.log)) words = readFileSync(options.log, "utf8");
    const found = /listening on (http:\/\/[\d.]+:(\d+))/.exec(words);
    if (found)
      return {
        address: found[1],
        port: Number(found[2]),
        folder,
        child,
        exited,
        said: () => words,
        memory: () =>
          Number(/VmRSS:\s*(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, "utf8"))?.[1]) / 1024,
        cpu: () => {
          const fields = stat().split(" ");
          return (Number(fields[11]) + Number(fields[12])) / 100;
        },
        end,
      };
    if (child.exitCode !== null) break;
    await new Promise((done) => setTimeout(done, 100));
  }
  await end();
  throw new Error(`Cannot start the server: ${words}`);
}
