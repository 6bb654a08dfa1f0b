import {
  accessSync,
  closeSync,
  constants,
  existsSync,
  fstatSync,
  mkdirSync,
  openSync,
  readSync,
  rmSync,
} from "node:fs";
import { basename, dirname, join, relative, resolve } from "node:path";
import { check } from "../../core/checks";
import { sha256Of } from "../../core/sha256";

/** Where a notebook's results go. */
export interface Target {
  readonly path: string;
  readonly out: string;
  readonly name: string;
  /** The results replace the notebook itself. */
  readonly inPlace?: boolean;
  /** Replaces files that another notebook's run, or another program, wrote. Off by default. */
  readonly overwrite?: boolean;
}

const endings = ["ipynb", "html", "json"] as const;

/** Tells one source of results from another, without naming its place on this machine. */
export function originOf(path: string, out: string): string {
  const from = relative(resolve(out), resolve(path)).replaceAll("\\", "/");
  return sha256Of(from).slice(0, 16);
}

/**
 * Makes the folder and checks that the notebook's results can be written to it: that it is not the notebook's own, and
 * that no file is there that something else than an earlier run of this notebook wrote.
 * @throws RangeError when they can't.
 */
export function checkTarget({ path, out, name, inPlace, overwrite }: Target): void {
  const folder = dirname(join(out, name));
  try {
    makeFolder(folder);
    accessSync(folder, constants.W_OK | constants.X_OK);
  } catch (error) {
    throw new RangeError(
      `Cannot write to ${folder}: it must be a folder that may be written to, but ${(error as Error).message}`,
    );
  }
  if (!inPlace)
    check(
      resolve(join(out, `${name}.ipynb`)) !== resolve(path),
      `run ${path}`,
      "--out must be another folder than the notebook's own (or say --in-place)",
      out,
    );
  if (overwrite) return;
  const origin = originOf(path, out);
  // The figures vouch for what lies beside them, edited or not.
  const figures = madeBy(join(out, `${name}.json`));
  if (figures?.origin === origin || figures?.notebook === basename(path)) return;
  for (const ending of endings) {
    if (inPlace && ending === "ipynb") continue;
    const file = join(out, `${name}.${ending}`);
    const of = madeBy(file);
    check(
      of === undefined || of.origin === origin,
      `run ${path}`,
      `${file} is there and is not of an earlier run of this notebook: choose another --out or --name, or say --overwrite`,
    );
  }
}

/** Makes the page's folder and checks that no page of something else lies there. @throws RangeError when one does. */
export function checkPage(path: string, file: string, overwrite: boolean): void {
  makeFolder(dirname(file));
  check(
    overwrite || !existsSync(file) || ends(file).includes('<meta name="generator" content="telelink">'),
    `render ${path}`,
    `${file} is there and telelink did not write it: choose --out, or say --overwrite`,
  );
}

interface Made {
  readonly origin: string;
  readonly status: string;
  /** Of figures written before files said their origin: the notebook's name. */
  readonly notebook?: string;
}

/** What a file that a run wrote says of itself; an empty origin for any other file, undefined for none. */
function madeBy(file: string): Made | undefined {
  if (!existsSync(file)) return undefined;
  const text = ends(file);
  const last = (pattern: RegExp): string => [...text.matchAll(pattern)].at(-1)?.[1] ?? "";
  const origin = last(/"origin": ?"([0-9a-f]{16})"/g);
  const old = origin === "" && file.endsWith(".json") && /"files": \{\s*"ipynb": "[0-9a-f]{64}"/.test(text);
  return {
    origin,
    ...(old && { notebook: basename(last(/\n "notebook": "([^"]*)"/g)) }),
    status: last(/"status": ?"(done|failed|partial)"/g),
  };
}

// Notebooks and figures say it at their end, a page at its beginning or its end.
const looked = 1 << 16;

function ends(file: string): string {
  const handle = openSync(file, "r");
  try {
    const { size } = fstatSync(handle);
    const piece = (at: number): string => {
      const bytes = Buffer.alloc(Math.min(looked, size - at));
      readSync(handle, bytes, 0, bytes.length, at);
      return bytes.toString("latin1");
    };
    return size <= looked ? piece(0) : piece(0) + piece(size - looked);
  } finally {
    closeSync(handle);
  }
}

/** Removes what a failed run of the notebook left, once there is a good one. */
export function dropFailed(path: string, out: string, name: string): void {
  const origin = originOf(path, out);
  for (const ending of endings) {
    const file = join(out, `${name}.failed.${ending}`);
    const of = madeBy(file);
    if (of?.origin === origin && of.status === "failed") rmSync(file, { force: true });
  }
}

/** Makes the folder and those above it; Node's own recursion never ends where the system refuses, as below /proc. */
function makeFolder(folder: string): void {
  if (existsSync(folder)) return;
  makeFolder(dirname(resolve(folder)));
  try {
    mkdirSync(folder);
  } catch (error) {
    // Another run may have made it meanwhile.
    if (!existsSync(folder)) throw error;
  }
}
