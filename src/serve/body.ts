import type { IncomingMessage } from "node:http";
import { Socket } from "node:net";
import type { Readable } from "node:stream";

/** The longest that the rest of a body may take to arrive once its answer is known. */
const patienceMs = 60_000;

/**
 * Reads away what is left of a body that was answered before its end, so that the next request on the connection is
 * heard (RFC 9112, 9.3) and a client that sends before it reads gets its answer. A client that sends more than `most`
 * bytes, or takes too long, is cut off.
 */
export function readRest(request: IncomingMessage, most: number): void {
  const { socket } = request;
  if (request.complete || request.destroyed || !(socket instanceof Socket) || socket.destroyed) return;
  let size = 0;
  const late = setTimeout(() => socket.destroy(), patienceMs).unref();
  request.once("end", () => clearTimeout(late));
  request.once("close", () => clearTimeout(late));
  // Whoever read until now waits for more, and would keep it from flowing.
  request.removeAllListeners("readable");
  request.on("data", (piece: Buffer) => {
    size += piece.length;
    if (size > most) socket.destroy();
  });
  request.resume();
}

/** The body's bytes up to so many; `tooLarge` says what is wrong with more. Whoever stops reading leaves the connection. */
export async function* limited(
  body: Readable,
  most: number,
  tooLarge: () => Error,
): AsyncGenerator<Uint8Array> {
  let size = 0;
  // The answer still has to go through the connection, which leaving a loop over a stream would end.
  for await (const piece of body.iterator({ destroyOnReturn: false })) {
    size += (piece as Uint8Array).length;
    if (size > most) throw tooLarge();
    yield piece as Uint8Array;
  }
}
