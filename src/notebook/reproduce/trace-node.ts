/**
 * Tells which files a Node process opens: loaded with `node --require` before the kernel, in what it starts too. Each
 * path goes once, as a line of JSON, to the file that TELELINK_TRACE names: ["r" | "w" | "d", path] for what is read
 * or looked for, written, listed, and ["x", words, folder] for a program that is started. Native code is not seen.
 */
import childProcess from "node:child_process";
import fs from "node:fs";
import { syncBuiltinESMExports } from "node:module";
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";

type How = "r" | "w" | "d";
type Call = (this: unknown, ...args: unknown[]) => unknown;

const target = process.env.TELELINK_TRACE;
const append = fs.appendFileSync;
const seen = new Set<string>();
const packages = /[\\/]node_modules[\\/]/;

function tell(how: How, given: unknown): void {
  let path: string;
  if (typeof given === "string") path = given;
  else if (Buffer.isBuffer(given)) path = given.toString();
  else if (given instanceof URL && given.protocol === "file:") path = fileURLToPath(given);
  else return;
  path = resolve(path);
  const key = how + path;
  if (seen.has(key) || packages.test(path) || path === target) return;
  seen.add(key);
  try {
    append(target as string, `${JSON.stringify([how, path])}\n`);
  } catch {
    // The run is over, or its folder is gone.
  }
}

/** What the flags of an open mean; reading by default. */
function howOpened(flags: unknown): How {
  if (typeof flags === "number") return flags & (fs.constants.O_WRONLY | fs.constants.O_RDWR) ? "w" : "r";
  return typeof flags === "string" && /[wa+]/.test(flags) ? "w" : "r";
}

const calls: Readonly<Record<string, (args: readonly unknown[]) => void>> = {
  readFile: ([path]) => tell("r", path),
  open: ([path, flags]) => tell(howOpened(flags), path),
  openAsBlob: ([path]) => tell("r", path),
  exists: ([path]) => tell("r", path),
  readdir: ([path]) => tell("d", path),
  opendir: ([path]) => tell("d", path),
  writeFile: ([path]) => tell("w", path),
  appendFile: ([path]) => tell("w", path),
  truncate: ([path]) => tell("w", path),
  unlink: ([path]) => tell("w", path),
  rm: ([path]) => tell("w", path),
  rename: ([from, to]) => {
    tell("w", from);
    tell("w", to);
  },
  copyFile: ([from, to]) => {
    tell("r", from);
    tell("w", to);
  },
  createReadStream: ([path]) => tell("r", path),
  createWriteStream: ([path]) => tell("w", path),
};

/** A program that is started: its words, or its line for a shell, and where. Node's own tell of themselves. */
function tellProgram(words: readonly unknown[], options: unknown): void {
  const said = words.map(String);
  const { cwd = "." } = (options ?? {}) as { readonly cwd?: string | URL };
  if (said[0] === process.execPath) return;
  const key = JSON.stringify(["x", said, resolve(String(cwd))]);
  if (seen.has(key)) return;
  seen.add(key);
  try {
    append(target as string, `${key}\n`);
  } catch {
    // As above.
  }
}

/** exec(line, options), and spawn(file, words, options) in the forms that Node takes. */
const starts: Readonly<Record<string, (args: readonly unknown[]) => void>> = {
  exec: ([line, options]) => tellProgram([line], options),
  ...Object.fromEntries(
    ["spawn", "execFile"].map((name) => [
      name,
      ([file, words, options]: readonly unknown[]) =>
        tellProgram([file, ...(Array.isArray(words) ? words : [])], Array.isArray(words) ? options : words),
    ]),
  ),
};

function watch(on: object, name: string, called: (args: readonly unknown[]) => void): void {
  const methods = on as Record<string, Call | undefined>;
  const original = methods[name];
  if (typeof original !== "function") return;
  const watched: Call = function (...args) {
    called(args);
    return original.apply(this, args);
  };
  methods[name] = Object.assign(watched, original);
}

if (target !== undefined) {
  for (const [name, called] of Object.entries(calls)) {
    watch(fs, name, called);
    watch(fs, `${name}Sync`, called);
    watch(fs.promises, name, called);
  }
  for (const [name, called] of Object.entries(starts))
    for (const one of [name, `${name}Sync`]) watch(childProcess, one, called);
  syncBuiltinESMExports();
}
