import { createHash } from "node:crypto";
import {
  closeSync,
  fsyncSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from "node:fs";
import { basename, dirname, join } from "node:path";
import { getSystemErrorName } from "node:util";

/** A file that appears under its name only when it is whole. */
export interface AtomicFile {
  write(piece: string | Uint8Array): void;
  /** Closes it and puts it in its place, in one step. */
  commit(): void;
  /** Removes what was written; the file that was there before stays. */
  discard(): void;
}

/** What the system's codes mean, and what helps. */
const reasons: Readonly<Record<string, string>> = {
  ENOSPC: "the disk is full; free space or choose a place on another disk",
  EDQUOT: "your share of the disk is used up; free space or choose a place on another disk",
  EFBIG: "the file would be larger than allowed here; raise the limit (ulimit -f) or write less",
  EROFS: "the disk can only be read; choose a place on another one",
  EACCES: "you may not write there; choose another folder or ask for the right",
  EPERM: "you may not write there; choose another folder or ask for the right",
  ENOENT: "the folder must exist",
  ENOTDIR: "the folder must exist",
  EEXIST: "a file stands where a folder must be",
  EISDIR: "it must not be a folder",
};

/** Why a file can't be read, by the system's codes. */
const refusals: Readonly<Record<string, string>> = {
  ENOENT: "there is no such file",
  ENOTDIR: "there is no such file",
  EISDIR: "it must be a file, got a folder",
  EACCES: "you may not read it; ask for the right",
  EPERM: "you may not read it; ask for the right",
  EMFILE: "too many files are open",
  EIO: "the disk cannot be read",
};

/** Runs `read`; what the system refuses becomes an error that says why `path` can't be read. */
export function readError<T>(path: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw readFailure(path, error);
  }
}

/** The error that says why `path` can't be read; one that is not the system's stays as it is. */
export function readFailure(path: string, error: unknown): unknown {
  const code = (error as NodeJS.ErrnoException)?.code;
  const reason = code !== undefined && Object.hasOwn(refusals, code) ? refusals[code] : undefined;
  return reason === undefined ? error : new Error(`Cannot read ${path}: ${reason}`, { cause: error });
}

/** Runs `write`; what the system refuses becomes an error that says why `path` was not written and what helps. */
export function attempt<T>(path: string, write: () => T): T {
  try {
    return write();
  } catch (error) {
    throw writeError(path, error);
  }
}

/** The error of a write to `path` that failed, in words; errors of other kinds stay as they are. */
export function writeError(path: string, error: unknown): unknown {
  const { code = codeIn(error) } = error as NodeJS.ErrnoException;
  if (!Object.hasOwn(reasons, code)) return error;
  const explained = new Error(`Cannot write ${path}: ${reasons[code]} (${code})`, { cause: error });
  return Object.assign(explained, { code });
}

/** The system's code in what a library written in Rust says: `No space left on device (os error 28)`. */
function codeIn(error: unknown): string {
  const number = /\(os error (\d+)\)/.exec(String((error as Error)?.message))?.[1];
  return number === undefined ? "" : getSystemErrorName(-Number(number));
}

/** What takes away each file that is open. */
const begun = new Set<() => void>();

/** A process that is told to end at once takes what it had begun with it. */
function discardBegun(): void {
  for (const discard of begun) discard();
}

/**
 * Opens a temporary file beside `path`, which takes its place on `commit`. A device or a pipe that is there, such as
 * /dev/null, is written as it is. Where the system refuses to write, the error says why and what helps.
 */
export function openAtomic(path: string): AtomicFile {
  const there = statSync(path, { throwIfNoEntry: false });
  const asItIs = there !== undefined && !there.isFile() && !there.isDirectory();
  const temporary = asItIs ? path : join(dirname(path), `.${basename(path)}.${process.pid}.part`);
  const handle = attempt(path, () => openSync(temporary, "w"));
  let open = true;
  const close = (): void => {
    if (open) closeSync(handle);
    open = false;
    begun.delete(discard);
    if (begun.size === 0) process.off("exit", discardBegun);
  };
  const discard = (): void => {
    close();
    if (!asItIs) rmSync(temporary, { force: true });
  };
  if (begun.size === 0) process.on("exit", discardBegun);
  begun.add(discard);
  return {
    write: (piece) => {
      const bytes = typeof piece === "string" ? Buffer.from(piece) : piece;
      attempt(path, () => {
        for (let at = 0; at < bytes.length; ) at += writeSync(handle, bytes, at);
      });
    },
    commit: () => {
      attempt(path, () => {
        if (asItIs) return close();
        fsyncSync(handle);
        close();
        renameSync(temporary, path);
      });
    },
    discard,
  };
}

/** Writes the whole file, or, when that fails, nothing. */
export function writeAtomic(path: string, content: string | Uint8Array): void {
  const file = openAtomic(path);
  try {
    file.write(content);
    file.commit();
  } catch (error) {
    file.discard();
    throw error;
  }
}

/** A file's bytes and their SHA-256 in hex: the same read, so that neither can belong to another version. */
export function readHashed(path: string): { readonly bytes: Uint8Array; readonly sha256: string } {
  const bytes = readFileSync(path);
  return { bytes, sha256: createHash("sha256").update(bytes).digest("hex") };
}
