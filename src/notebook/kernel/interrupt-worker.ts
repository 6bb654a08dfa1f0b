/**
 * Watches over the kernel's thread while a cell is awaited: a loop that never pauses there hears no Ctrl-C, so the
 * process of the compiler, which hears it too, leaves a file, and this thread ends the loop.
 */
import { readFileSync, rmSync, statSync } from "node:fs";
import { Session } from "node:inspector";
import { workerData } from "node:worker_threads";

/** What the thread is given: the file to look for, and the number of the code that is awaited. */
export interface Watch {
  readonly file: string;
  readonly awaited: Int32Array;
}

const { file, awaited } = workerData as Watch;
// How often it looks, and how long the other thread may take to hear the signal itself, in milliseconds.
const [pause, grace] = [100, 500];

function terminate(): void {
  const session = new Session();
  session.connectToMainThread();
  // A session that stays would keep the process from ending.
  session.post("Runtime.terminateExecution", () => session.disconnect());
}

function look(): void {
  const said = statSync(file, { throwIfNoEntry: false }) ? readFileSync(file, "utf8") : "";
  if (said !== "") {
    rmSync(file, { force: true });
    // The other process may have been busy, and the cell that was meant be over: what runs now must not be ended.
    if (Atomics.wait(awaited, 0, Number(said), grace) === "timed-out") terminate();
  }
  setTimeout(look, pause);
}
look();
