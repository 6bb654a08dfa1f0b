import { exitCodes } from "./exit";

/** What a stop signal is aborted with: the name of the system's signal. */
class Stopped extends Error {
  constructor(readonly signal: NodeJS.Signals) {
    super(`stopped by ${signal}`);
  }
}

/** A signal, whose reason names the system's, that Ctrl-C, or a polite request to end, sets off; a second one ends the process at once. */
export interface StopSignal {
  readonly signal: AbortSignal;
  /** Stops listening. */
  end(): void;
}

export function stopSignal(): StopSignal {
  const controller = new AbortController();
  const stop = (signal: NodeJS.Signals): void => {
    if (controller.signal.aborted) process.exit(exitCodes.interrupted);
    controller.abort(new Stopped(signal));
  };
  const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
  for (const signal of signals) process.on(signal, stop);
  return {
    signal: controller.signal,
    end: () => {
      for (const signal of signals) process.off(signal, stop);
    },
  };
}
