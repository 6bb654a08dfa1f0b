import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { createRequire } from "node:module";
import { constants, homedir, setPriority } from "node:os";
import { dirname, join, resolve } from "node:path";
import { type KernelSpec, preload } from "./kernel-spec";

const entry = resolve(dirname(preload), "snapshot-entry.js");
// Each takes 50 MB; the ones used last stay.
const kept = 4;

/** The memory of a tslab that is ready to start, kept in a file; undefined where there can be none. */
interface Snapshot {
  readonly file: string;
  readonly typescript: string;
  /** The folder of the declarations that every cell sees. */
  readonly types: string;
}

/** The command that starts the bundled kernel from its snapshot; undefined when that has not been made. */
export function snapshotCommand(spec: KernelSpec, cwd: string): readonly string[] | undefined {
  const snapshot = snapshotFor(spec, cwd);
  if (!snapshot || !existsSync(snapshot.file)) return undefined;
  const now = new Date();
  utimesSync(snapshot.file, now, now);
  const tslab = spec.argv.indexOf(preload) + 1;
  return [process.execPath, "--snapshot-blob", snapshot.file, preload, ...spec.argv.slice(tslab)];
}

/** Forgets a snapshot that a kernel could not start from, and makes no other for a day. */
export function dropSnapshot(spec: KernelSpec, cwd: string): void {
  const snapshot = snapshotFor(spec, cwd);
  if (!snapshot) return;
  rmSync(snapshot.file, { force: true });
  writeFileSync(failedMark(snapshot), "");
}

// A system where it can't be made, or is of no use, must not try at every run.
const retryAfter = 24 * 3600e3;

function failedMark(snapshot: Snapshot): string {
  return `${snapshot.file}.failed`;
}

function failedLately(snapshot: Snapshot): boolean {
  const mark = failedMark(snapshot);
  return existsSync(mark) && Date.now() - statSync(mark).mtimeMs < retryAfter;
}

/**
 * Makes the snapshot for kernels in `cwd` unless there is one; takes about three seconds, once for a version of Node.
 * Returns whether there is one then. A failure costs nothing but speed.
 */
export async function makeSnapshot(spec: KernelSpec, cwd: string, signal?: AbortSignal): Promise<boolean> {
  const snapshot = snapshotFor(spec, cwd);
  if (!snapshot) return false;
  if (existsSync(snapshot.file)) return true;
  if (failedLately(snapshot)) return false;
  const part = `${snapshot.file}.${process.pid}.part`;
  // Node runs this file without a module around it.
  const script = `${part}.js`;
  writeFileSync(script, `const exports = {};\n${readFileSync(entry, "utf8")}`);
  const args = ["--snapshot-blob", part, "--build-snapshot", script, snapshot.typescript, snapshot.types];
  const child = spawn(process.execPath, args, { stdio: "ignore", signal, killSignal: "SIGKILL" });
  try {
    if (child.pid !== undefined) setPriority(child.pid, constants.priority.PRIORITY_LOW);
  } catch {
    // It has ended already, or the system has no priorities.
  }
  const code = await new Promise<number | null>((done) => {
    child.once("error", () => done(null));
    child.once("close", done);
  });
  if (code === 0 && existsSync(part)) renameSync(part, snapshot.file);
  else if (!signal?.aborted) writeFileSync(failedMark(snapshot), "");
  for (const file of [part, script]) rmSync(file, { force: true });
  prune(dirname(snapshot.file));
  return existsSync(snapshot.file);
}

/** A snapshot in the making. */
export interface Making {
  /** Waits until it is made. */
  end(): Promise<void>;
  /** Gives it up. */
  stop(): void;
}

/** Makes the snapshot, where it is missing, while notebooks run. */
export function makeSnapshotMeanwhile(spec: KernelSpec, cwd: string): Making {
  const controller = new AbortController();
  const made = makeSnapshot(spec, cwd, controller.signal).catch(() => false);
  const stop = (): void => controller.abort();
  process.once("exit", stop);
  return {
    stop,
    end: async () => {
      await made;
      process.off("exit", stop);
    },
  };
}

function snapshotFor(spec: KernelSpec, cwd: string): Snapshot | undefined {
  if (spec.folder !== "" || process.env.TELELINK_SNAPSHOT === "0") return undefined;
  const folder = cacheFolder();
  if (!folder) return undefined;
  const tslab = createRequire(require.resolve("tslab/package.json"));
  const typescript = tslab.resolve("@tslab/typescript-for-tslab");
  const types =
    typesFolder(cwd) ?? join(dirname(tslab.resolve("tslab/package.json")), "node_modules", "@types");
  // Node refuses a snapshot of another build of itself; a declaration that has changed since is parsed anew.
  const script = readFileSync(entry, "utf8");
  const about = [process.version, process.arch, process.execPath, script, typescript, types];
  const key = createHash("sha256").update(JSON.stringify(about)).digest("hex").slice(0, 16);
  return { file: join(folder, `tslab-${key}.snapshot`), typescript, types };
}

/** The folder that tslab takes declarations from: the nearest @types that has Node's. */
function typesFolder(cwd: string): string | undefined {
  for (let at = resolve(cwd); ; at = dirname(at)) {
    const types = join(at, "node_modules", "@types");
    if (existsSync(join(types, "node", "package.json"))) return types;
    if (dirname(at) === at) return undefined;
  }
}

/** A folder that only this user can write to, since what lies there is run; undefined where there is none. */
function cacheFolder(): string | undefined {
  const home = homedir();
  const base =
    process.env.TELELINK_CACHE ??
    (process.platform === "win32"
      ? join(process.env.LOCALAPPDATA ?? home, "telelink", "cache")
      : process.platform === "darwin"
        ? join(home, "Library", "Caches", "telelink")
        : join(process.env.XDG_CACHE_HOME ?? join(home, ".cache"), "telelink"));
  try {
    mkdirSync(base, { recursive: true, mode: 0o700 });
    const { uid, mode } = statSync(base);
    const mine = process.getuid === undefined || (uid === process.getuid() && (mode & 0o022) === 0);
    return mine ? base : undefined;
  } catch {
    return undefined;
  }
}

/** Removes snapshots that are used no more, and what makings left that were ended from outside. */
function prune(folder: string): void {
  for (const name of readdirSync(folder)) {
    const file = join(folder, name);
    const part = /^tslab-.*\.part(\.js)?$/.test(name);
    if (part && Date.now() - statSync(file).mtimeMs > 600e3) rmSync(file, { force: true });
  }
  const all = readdirSync(folder)
    .filter((name) => /^tslab-.*\.snapshot(\.failed)?$/.test(name))
    .map((name) => join(folder, name))
    .sort((a, b) => statSync(b).mtimeMs - statSync(a).mtimeMs);
  for (const file of all.slice(kept)) rmSync(file, { force: true });
}
