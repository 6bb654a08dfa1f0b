import { constants, openSync, write } from "node:fs";

/** Where log lines go. Lines that can't be written for now are counted, and nobody waits for them. */
export interface LogStream {
  write(line: string): void;
  dropped(): number;
}

/** Bytes of lines that may wait for a slow reader or a slow disk. */
const mostBytes = 1 << 20;
/** How long to wait before a full disk, or a reader who has stopped, is tried again. */
const restMs = 500;

/**
 * Log lines into a file descriptor, never in the way of what they tell of: they are written in the background, what does
 * not fit is dropped, and how many were dropped is the first thing written once there is room again.
 */
export function logStream(descriptor = 1): LogStream {
  const to = withoutBlocking(descriptor);
  let waiting: string[] = [];
  let bytes = 0;
  let dropped = 0;
  let unreported = 0;
  let busy = false;
  const drop = (lines: number): void => {
    dropped += lines;
    unreported += lines;
  };
  const rest = (): void => {
    setTimeout(() => {
      busy = false;
      go();
    }, restMs).unref();
  };
  const go = (): void => {
    if (busy || (waiting.length === 0 && unreported === 0)) return;
    busy = true;
    const reported = unreported;
    const note =
      reported > 0
        ? `${JSON.stringify({ level: 40, time: Date.now(), dropped: reported, msg: "log lines could not be written and were dropped" })}\n`
        : "";
    const lines = waiting;
    const buffer = Buffer.from(note + lines.join(""));
    waiting = [];
    bytes = 0;
    put(buffer, 0, (error, whole) => {
      if (!error) {
        unreported -= reported;
        busy = false;
        go();
        return;
      }
      if (error.code === "EAGAIN" && !whole) {
        // A reader who is slow: what is left is kept, as far as it may.
        waiting = [...lines, ...waiting];
        bytes = waiting.reduce((sum, text) => sum + text.length, 0);
        trim();
      } else drop(lines.length);
      rest();
    });
  };
  const trim = (): void => {
    let gone = 0;
    while (bytes > mostBytes) bytes -= waiting[gone++].length;
    waiting.splice(0, gone);
    drop(gone);
  };
  /** Writes the rest of the bytes; `whole` says whether some had been written when it failed. */
  const put = (
    buffer: Buffer,
    at: number,
    done: (error: NodeJS.ErrnoException | null, whole: boolean) => void,
  ): void => {
    write(to, buffer, at, buffer.length - at, null, (error, written) => {
      if (error) done(error, at > 0);
      else if (at + written < buffer.length) put(buffer, at + written, done);
      else done(null, true);
    });
  };
  return {
    write(line) {
      waiting.push(line);
      bytes += line.length;
      if (bytes > mostBytes) trim();
      go();
    },
    dropped: () => dropped,
  };
}

/** The same file opened anew, so that a pipe whose reader has stopped refuses bytes at once; itself where that can't be. */
function withoutBlocking(descriptor: number): number {
  try {
    return openSync(
      `/proc/self/fd/${descriptor}`,
      constants.O_WRONLY | constants.O_APPEND | constants.O_NONBLOCK,
    );
  } catch {
    return descriptor;
  }
}
