/**
 * Watches over the kernel's thread while a cell is awaited: a loop that never pauses there hears no Ctrl-C, so the
 * process of the compiler, which hears it too, leaves a file, and this thread ends the loop.
 */
import { rmSync, statSync } from "node:fs";
import { Session } from "node:inspector";
import { workerData } from "node:worker_threads";

/** What the thread is given: the file to look for, and how many interrupts the kernel's own thread has heard. */
export interface Watch {
  readonly file: string;
  readonly heard: Int32Array;
}

const { file, heard } = workerData as Watch;
// How often it looks, and how long the other thread may take to hear the signal itself, in milliseconds.
const [pause, grace] = [100, 150];
const clock = new Int32Array(new SharedArrayBuffer(4));

function terminate(): void {
  const session = new Session();
  session.connectToMainThread();
  // A session that stays would keep the process from ending.
  session.post("Runtime.terminateExecution", () => session.disconnect());
}

function look(): void {
  const before = Atomics.load(heard, 0);
  if (statSync(file, { throwIfNoEntry: false })) {
    rmSync(file, { force: true });
    Atomics.wait(clock, 0, 0, grace);
    if (Atomics.load(heard, 0) === before) terminate();
  }
  setTimeout(look, pause);
}
look();
