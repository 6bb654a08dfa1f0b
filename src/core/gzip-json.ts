import { gunzipSync, gzipSync } from "node:zlib";
import { check } from "./checks";

/** How many times longer the text may be than its bytes: a small file must not fill the memory. */
const mostExpanded = 200;
/** Texts up to this length are taken at any ratio. */
const always = 2 ** 26;
/** Node's strings end here. */
const longest = 2 ** 29 - 25;

/** The value's JSON text, gzipped: any tool reads it (`zcat model.tlm`), and gzip's checksum tells a changed byte. */
export function gzipJson(value: unknown, action: string): Uint8Array {
  return gzipSync(jsonText(value, action));
}

/** The value that `gzipJson` wrote; throws with words when the bytes are cut off, changed or no such file. */
export function gunzipJson(bytes: Uint8Array, action: string): unknown {
  const most = Math.min(longest, Math.max(always, mostExpanded * bytes.length));
  let text: string;
  try {
    text = gunzipSync(bytes, { maxOutputLength: most }).toString("utf8");
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const large = code === "ERR_BUFFER_TOO_LARGE";
    check(
      false,
      action,
      large
        ? `its text must be at most ${most} characters for a file of ${bytes.length} bytes`
        : `the file must be whole and unchanged (${message}); copy it or make it again`,
    );
  }
  return parseJson(text, action);
}

/** Whether the bytes begin as gzip's do. */
export function isGzip(bytes: Uint8Array): boolean {
  return bytes[0] === 0x1f && bytes[1] === 0x8b;
}

/** The value of JSON text; throws with words when it is cut off or no JSON. */
export function parseJson(text: string, action: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    check(false, action, `it must be JSON text (${(error as Error).message})`);
  }
}

/** The value as JSON text; throws on NaN and infinities, for which JSON would write null in silence. */
export function jsonText(value: unknown, action: string): string {
  const finite = (key: string, value: unknown): unknown => {
    if (typeof value === "number" && !Number.isFinite(value))
      check(false, action, `the numbers of ${JSON.stringify(key)} must be finite`, value);
    return value;
  };
  try {
    return JSON.stringify(value, finite);
  } catch (error) {
    if (!(error as Error).message.includes("string length")) throw error;
    check(
      false,
      action,
      `its text must be at most ${longest} characters: fewer or shallower trees take less`,
    );
  }
}
