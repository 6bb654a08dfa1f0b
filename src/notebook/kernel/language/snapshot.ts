import { spawn } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { constants, setPriority } from "node:os";
import { dirname, join } from "node:path";
import { sha256Of } from "../../../core/sha256";
import { cacheFolder } from "../../../data/sources/cache-folder";
import { nodeTypes } from "./type-options";

// Each takes some 60 MB; the ones used last stay.
const kept = 4;
// A system where it can't be made, or is of no use, must not try at every start.
const retryAfter = 24 * 3600e3;

/**
 * The file of memory that the process of the compiler starts from in this folder, three times as fast as without: the
 * compiler itself, and the declarations of JavaScript and Node parsed. Undefined where there can be none.
 */
export function snapshotFile(cwd: string): string | undefined {
  if (process.env.TELELINK_SNAPSHOT === "0") return undefined;
  const folder = ownFolder();
  if (!folder) return undefined;
  const types = join(nodeTypes(cwd), "node", "package.json");
  const kernel = dirname(__dirname);
  const ours = readdirSync(kernel, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".js"))
    .map((name) => readFileSync(join(kernel, name), "utf8"));
  // Node refuses a snapshot of another build of itself.
  const about = [process.version, process.arch, process.execPath, types, readFileSync(types, "utf8"), ours];
  const key = sha256Of(JSON.stringify(about)).slice(0, 16);
  return join(folder, `typescript-${key}.snapshot`);
}

/** Whether the process can start from the file; marks it as used. */
export function isReady(file: string): boolean {
  const now = new Date();
  try {
    utimesSync(file, now, now);
    return true;
  } catch {
    // There is none, or another kernel has just removed it.
    return false;
  }
}

/** Forgets a file that nothing could start from, and lets none be made for a day; not one that is gone already. */
export function dropSnapshot(file: string): void {
  if (!existsSync(file)) return;
  rmSync(file, { force: true });
  writeFileSync(failedMark(file), "");
}

/** Makes the file in a process of its own, which nobody waits for and which gives way to all others. */
export function makeSnapshotMeanwhile(file: string, cwd: string): void {
  const mark = failedMark(file);
  if (existsSync(mark) && Date.now() - statSync(mark).mtimeMs < retryAfter) return;
  prune(dirname(file));
  // One at a time.
  try {
    writeFileSync(partFile(file), "", { flag: "wx" });
  } catch {
    return;
  }
  const child = spawn(process.execPath, [join(__dirname, "make-snapshot.js"), file], {
    ...{ cwd, detached: true, stdio: "ignore" },
    env: { ...process.env, NODE_OPTIONS: "" },
  });
  child.unref();
  child.once("error", () => rmSync(partFile(file), { force: true }));
  try {
    if (child.pid !== undefined) setPriority(child.pid, constants.priority.PRIORITY_LOW);
  } catch {
    // It has ended already, or the system has no priorities.
  }
}

/** What the file is called while it is made. */
export function partFile(file: string): string {
  return `${file}.part`;
}

/** Says that the file could not be made. */
export function failedMark(file: string): string {
  return `${file}.failed`;
}

/** A folder that only this user can write to, since what lies there is run; undefined where there is none. */
function ownFolder(): string | undefined {
  const base = cacheFolder();
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
  const age = (file: string): number =>
    Date.now() - (statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0);
  const files = readdirSync(folder)
    .filter((name) => /^(?:typescript|tslab)-.*\.snapshot/.test(name))
    .map((name) => join(folder, name));
  for (const file of files) if (file.endsWith(".part") && age(file) > 600e3) rmSync(file, { force: true });
  const whole = files.filter((file) => !file.endsWith(".part")).sort((a, b) => age(a) - age(b));
  for (const file of whole.slice(kept)) rmSync(file, { force: true });
}
