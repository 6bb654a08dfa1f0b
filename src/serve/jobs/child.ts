import type { Progress } from "../../core/model";
import type { FromChild, JobContext, JobResult, ToChild } from "./messages";
import { trainSynthesiser } from "./train-synthesiser";

/** The kinds of work, by the name that the store keeps. */
const kinds: Readonly<Record<string, (input: unknown, context: JobContext) => Promise<JobResult>>> = {
  "train synthesiser": trainSynthesiser,
};

const stop = new AbortController();

/** Progress at most ten times a second, but each phase's beginning and end. */
function throttled(): (step: Progress) => void {
  let phase = "";
  let last = 0;
  return (step) => {
    const now = Date.now();
    if (step.phase === phase && step.done < step.total && now - last < 100) return;
    [phase, last] = [step.phase, now];
    say({ type: "progress", step });
  };
}

function say(message: FromChild): void {
  process.send?.(message);
}

// Its server is gone, which begins the job again: this one would only be in the way.
process.on("disconnect", () => process.exit(1));

process.on("message", (message: ToChild) => {
  if (message.type === "stop") {
    stop.abort(new Error("stopped"));
    return;
  }
  const { job, kind, input, folder = process.cwd() } = message;
  const work = kinds[kind];
  const done = work
    ? work(input, { job, folder, signal: stop.signal, progress: throttled() })
    : Promise.reject(
        new Error(
          `Cannot start the job: its kind must be one of ${Object.keys(kinds).join(", ")}, got ${kind}`,
        ),
      );
  done
    .then((result) => say({ type: "done", result }))
    .catch((error: unknown) =>
      say({ type: "failed", error: error instanceof Error ? error.message : String(error) }),
    )
    .finally(() => {
      process.removeAllListeners("disconnect");
      process.disconnect();
    });
});
