import type { Watch } from "../../core/model";
import { terminalWatch } from "./progress";
import { stopSignal } from "./stop-signal";

/** A watch that can always be asked whether to stop. */
export type StoppableWatch = Watch & { readonly signal: AbortSignal };

/** Does work that Ctrl-C stops and a terminal shows the progress of; the line is cleared however the work ends. */
export async function watched<Out>(work: (watch: StoppableWatch) => Promise<Out>): Promise<Out> {
  const stop = stopSignal();
  return shown(stop.signal, work).finally(stop.end);
}

/**
 * The same for work that writes nothing until it is whole: the system ends it where it stands, since a computation that is asked to
 * stop answers only when it next lets go, which may be seconds later.
 */
export function endedAtOnce<Out>(work: (watch: StoppableWatch) => Promise<Out>): Promise<Out> {
  return shown(new AbortController().signal, work);
}

async function shown<Out>(signal: AbortSignal, work: (watch: StoppableWatch) => Promise<Out>): Promise<Out> {
  const watch = terminalWatch(signal);
  try {
    return await work({ ...watch, signal });
  } finally {
    watch.end();
  }
}
