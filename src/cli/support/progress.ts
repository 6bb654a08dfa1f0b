import type { Progress, Watch } from "../../core/model";

/** A watch that draws on a terminal, and what ends its line. */
export interface TerminalWatch extends Watch {
  /** Clears the progress line. */
  end(): void;
}

/**
 * A watch that shows phase, share and time left in one line of standard error; silent unless that is a terminal, so
 * logs and pipes stay clean.
 */
export function terminalWatch(
  signal?: AbortSignal,
  stream: NodeJS.WriteStream = process.stderr,
): TerminalWatch {
  if (!stream.isTTY) return { signal, end: () => {} };
  let phase = "";
  let started = 0;
  let drawn = 0;
  return {
    signal,
    progress: (step) => {
      const now = Date.now();
      if (step.phase !== phase) [phase, started] = [step.phase, now];
      if (now - drawn < 100 && step.done < step.total) return;
      drawn = now;
      stream.write(`\r\x1b[2K${progressLine(step, now - started, stream.columns ?? 80)}`);
    },
    end: () => {
      if (drawn > 0) stream.write("\r\x1b[2K");
    },
  };
}

/** `train  [#######·············]  35 %  12 s left  loss 0.412`, cut to the width. */
export function progressLine(step: Progress, elapsedMs: number, width: number): string {
  const share = step.total > 0 ? Math.min(1, step.done / step.total) : 0;
  const filled = Math.round(share * 20);
  const left = share > 0.01 && share < 1 ? `  ${duration((elapsedMs * (1 - share)) / share)} left` : "";
  const figures = Object.entries(step.figures ?? {})
    .map(([name, value]) => `  ${name} ${Number(value.toPrecision(3))}`)
    .join("");
  const bar = `[${"#".repeat(filled)}${"·".repeat(20 - filled)}]`;
  const line = `${step.phase}  ${bar}  ${Math.floor(share * 100)}%${left}${figures}`;
  return line.slice(0, Math.max(20, width - 1));
}

/** A duration as a person says it: `0.4 s`, `12 s`, `3 min 5 s`. */
export function duration(milliseconds: number): string {
  const seconds = milliseconds / 1000;
  if (seconds < 9.95) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  return whole < 60 ? `${whole} s` : `${Math.floor(whole / 60)} min ${whole % 60} s`;
}
