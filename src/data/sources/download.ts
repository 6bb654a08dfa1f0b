import { createHash } from "node:crypto";
import { mkdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { check } from "../../core/checks";
import type { Watch } from "../../core/model";
import { attempt, openAtomic } from "../files";
import type { PublicSource } from "./sources";

export interface DownloadOptions extends Watch {
  /** Gives up after this many milliseconds; defaults to two minutes. */
  readonly timeoutMs?: number;
}

/**
 * Downloads the data set into `folder` and returns the file's path. The file appears only once it is whole and its hash
 * is right; otherwise nothing is left behind and the error says what came instead.
 */
export async function downloadSource(
  source: PublicSource,
  folder: string,
  options: DownloadOptions = {},
): Promise<string> {
  const { timeoutMs = 120_000, signal, progress } = options;
  const { url } = source;
  check(
    url !== undefined,
    `download ${source.name}`,
    `no lasting address of ${source.file} is known: get it from ${source.origin}`,
  );
  const action = `download ${source.name} from ${url}`;
  const limit = AbortSignal.timeout(timeoutMs);
  const stop = signal ? AbortSignal.any([limit, signal]) : limit;
  const path = join(folder, source.file);
  attempt(path, () => mkdirSync(dirname(path), { recursive: true }));
  const file = openAtomic(path);
  try {
    const answer = await fetch(url, { signal: stop, redirect: "follow" });
    check(answer.ok, action, `the server must answer 200, got ${answer.status} ${answer.statusText}`.trim());
    const hash = createHash("sha256");
    let done = 0;
    for await (const piece of answer.body ?? []) {
      done += piece.length;
      check(done <= source.bytes, action, `the file must have ${source.bytes} bytes, got more`);
      hash.update(piece);
      file.write(piece);
      progress?.({ phase: "download", done, total: source.bytes });
    }
    const found = hash.digest("hex");
    check(done === source.bytes, action, `the file must have ${source.bytes} bytes`, done);
    check(found === source.sha256, action, `its SHA-256 must be ${source.sha256}, got ${found}`);
    file.commit();
    return path;
  } catch (error) {
    file.discard();
    if (limit.aborted)
      throw new Error(`Cannot ${action}: it must end within ${timeoutMs} ms`, { cause: error });
    if (signal?.aborted || error instanceof RangeError) throw error;
    throw new Error(`Cannot ${action}: ${reason(error)}`, { cause: error });
  }
}

/** fetch says "fetch failed" and "terminated"; what happened is in the cause. */
function reason(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error && error.cause.message ? error.cause.message : error.message;
}
