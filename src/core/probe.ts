import { type Task, task } from "./pool";

interface Probe {
  readonly value: number;
  readonly waitMs?: number;
  readonly fail?: string;
  readonly exit?: boolean;
  /** What its thread does once it has answered and rests. */
  readonly after?: "exit" | "throw";
}

/** The task by which tests watch the threads: waits, fails or dies as asked, else returns its value. */
export const echo: Task<Probe, number> = task("core/probe", "echo", async (probe: Probe) => {
  if (probe.waitMs) await new Promise((done) => setTimeout(done, probe.waitMs));
  if (probe.fail) throw new Error(probe.fail);
  if (probe.exit) process.exit(1);
  if (probe.after)
    setTimeout(() => {
      if (probe.after === "exit") process.exit(3);
      throw new Error("nobody waits for this");
    }, 5);
  return probe.value;
});
