import type { Watch } from "../../core/model";
import { terminalWatch } from "./progress";
import { stopSignal } from "./stop-signal";

/** A watch that can always be asked whether to stop. */
export type StoppableWatch = Watch & { readonly signal: AbortSignal };

/** Does work that Ctrl-C stops and a terminal shows the progress of; the line is cleared however the work ends. */
export async function watched<Out>(work: (watch: StoppableWatch) => Promise<Out>): Promise<Out> {
  const stop = stopSignal();
  const watch = terminalWatch(stop.signal);
  try {
    return await work({ ...watch, signal: stop.signal });
  } finally {
    watch.end();
    stop.end();
  }
}
