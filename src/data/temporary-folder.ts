import { mkdtempSync, readdirSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isAlive } from "./processes";

/**
 * A new folder for what `kind` of work puts away for a while; whoever asks removes it by `removeTemporaryFolder`. A
 * process that is killed outright can't: its folders carry its number, and the next that asks for one of the same kind
 * removes them.
 */
export function temporaryFolder(kind: string, parent: string = tmpdir()): string {
  const prefix = `telelink-${kind}-${processSpace()}-`;
  for (const name of readdirSync(parent)) {
    const owner = name.startsWith(prefix) ? Number(name.slice(prefix.length).split("-")[0]) : Number.NaN;
    if (Number.isInteger(owner) && !isAlive(owner)) removeTemporaryFolder(join(parent, name));
  }
  return mkdtempSync(join(parent, `${prefix}${process.pid}-`));
}

/**
 * Has a signal that ends the process remove the folder first, unless somebody else listens to it, who ends the work tidily;
 * returns what takes that back.
 */
export function removedOnSignal(folder: string): () => void {
  const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
  const undo = (): void => {
    for (const signal of signals) process.off(signal, end);
  };
  const end = (signal: NodeJS.Signals): void => {
    if (process.listenerCount(signal) > 1) return;
    undo();
    removeTemporaryFolder(folder);
    process.kill(process.pid, signal);
  };
  for (const signal of signals) process.on(signal, end);
  return undo;
}

/** What tells numbers of processes apart that are counted anew, as in each container that shares the folder. */
function processSpace(): number {
  try {
    return statSync("/proc/self/ns/pid").ino;
  } catch {
    return 0;
  }
}

/**
 * Removes a temporary folder. What a process that is just ending still puts into it is waited for; what stays all the
 * same costs nobody their work: the next that asks for a folder of its kind tries again.
 */
export function removeTemporaryFolder(folder: string): void {
  try {
    rmSync(folder, { recursive: true, force: true, maxRetries: 3, retryDelay: 30 });
  } catch {
    // Another person's, being removed by somebody else, or written into without an end.
  }
}
