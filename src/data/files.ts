import { closeSync, fsyncSync, openSync, renameSync, rmSync, writeSync } from "node:fs";
import { basename, dirname, join } from "node:path";

/** A file that appears under its name only when it is whole. */
export interface AtomicFile {
  write(piece: string | Uint8Array): void;
  /** Closes it and puts it in its place, in one step. */
  commit(): void;
  /** Removes what was written; the file that was there before stays. */
  discard(): void;
}

/** Opens a temporary file beside `path`, which takes its place on `commit`. */
export function openAtomic(path: string): AtomicFile {
  const temporary = join(dirname(path), `.${basename(path)}.${process.pid}.part`);
  const handle = openSync(temporary, "w");
  let open = true;
  const close = (): void => {
    if (open) closeSync(handle);
    open = false;
  };
  return {
    write: (piece) => {
      const bytes = typeof piece === "string" ? Buffer.from(piece) : piece;
      for (let at = 0; at < bytes.length; ) at += writeSync(handle, bytes, at);
    },
    commit: () => {
      fsyncSync(handle);
      close();
      renameSync(temporary, path);
    },
    discard: () => {
      close();
      rmSync(temporary, { force: true });
    },
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
