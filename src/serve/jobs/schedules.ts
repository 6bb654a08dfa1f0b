import { type ChildProcess, spawn } from "node:child_process";
import { resolve } from "node:path";
import type { Store } from "../../data/store/open";
import { endRun, type Schedule, takeDue } from "../../data/store/schedules";

/** The command line's own program, beside this file in the package. */
const program = resolve(__dirname, "../../cli/main.js");

/** How long a command that was asked to end may take. */
const patienceMs = 3000;

export interface ScheduleOptions {
  readonly owner: string;
  readonly lives: (owner: string) => boolean;
  /** Hears how each run ended. */
  readonly ended: (name: string, exitCode: number | undefined, said: string) => void;
}

/** Runs the commands that the store has for now, each in a process of its own. */
export class Schedules {
  private readonly running = new Map<string, ChildProcess>();
  private closed = false;

  constructor(
    private readonly store: Store,
    private readonly options: ScheduleOptions,
  ) {}

  /** Begins what is due. */
  look(): void {
    if (this.closed) return;
    for (const one of takeDue(this.store, this.options.owner, this.options.lives)) this.begin(one);
  }

  /** Ends what is at work, and waits until it is noted. */
  async close(): Promise<void> {
    this.closed = true;
    const ended = [...this.running.values()].map((child) => new Promise((done) => child.once("close", done)));
    for (const child of this.running.values()) child.kill("SIGTERM");
    const hard = setTimeout(() => {
      for (const child of this.running.values()) child.kill("SIGKILL");
    }, patienceMs);
    await Promise.all(ended);
    clearTimeout(hard);
  }

  private begin(one: Schedule): void {
    // The key of the server is none of the command's business.
    const { TELELINK_API_KEY: _, ...env } = process.env;
    const child = spawn(process.execPath, [program, ...one.command], {
      cwd: one.folder,
      env: { ...env, TELELINK_STORE: this.store.file },
      stdio: ["ignore", "ignore", "pipe"],
    });
    this.running.set(one.name, child);
    let said = "";
    child.stderr?.setEncoding("utf8").on("data", (text: string) => {
      said = (said + text).slice(-4000);
    });
    let overdue = "";
    const late = setTimeout(() => {
      overdue = ` after ${one.minutes} minutes`;
      child.kill("SIGKILL");
    }, 60_000 * one.minutes).unref();
    const end = (code: number | null, signal: string | null, fault?: Error): void => {
      clearTimeout(late);
      if (!this.running.delete(one.name)) return;
      const last = fault?.message ?? said.trimEnd().split("\n").at(-1) ?? "";
      // Others end processes too, as a machine does that is out of memory.
      const words = signal === null ? last : `ended by ${signal}${overdue}: ${last}`;
      try {
        endRun(this.store, one, code ?? undefined, words);
      } catch {
        // Whoever looks next finds that its server does not live any more.
      }
      this.options.ended(one.name, code ?? undefined, words);
    };
    child.once("error", (error) => end(null, null, error));
    child.once("close", (code, signal) => end(code, signal));
  }
}
