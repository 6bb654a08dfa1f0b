import { exitCodes } from "./exit";

/** A signal that Ctrl-C, or a polite request to end, sets off; a second one ends the process at once. */
export interface StopSignal {
  readonly signal: AbortSignal;
  /** Stops listening. */
  end(): void;
}

export function stopSignal(): StopSignal {
  const controller = new AbortController();
  const stop = (): void => {
    if (controller.signal.aborted) process.exit(exitCodes.interrupted);
    controller.abort();
  };
  const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
  for (const one of signals) process.on(one, stop);
  return {
    signal: controller.signal,
    end: () => {
      for (const one of signals) process.off(one, stop);
    },
  };
}
