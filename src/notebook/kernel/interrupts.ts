import { rmSync } from "node:fs";
import { join } from "node:path";
import { Worker } from "node:worker_threads";

// Most cells end before; a thread costs 30 ms.
const patience = 100;

/** Lets a Ctrl-C reach a cell that, after an `await`, never pauses. */
export class Interrupts {
  private readonly heard = new Int32Array(new SharedArrayBuffer(4));
  private worker: Worker | undefined;
  private timer: NodeJS.Timeout | undefined;

  constructor(private readonly file: string) {}

  /** Watches until `stop`. */
  watch(): void {
    if (this.worker || this.timer) return;
    this.timer = setTimeout(() => {
      const workerData = { file: this.file, heard: this.heard };
      this.worker = new Worker(join(__dirname, "interrupt-worker.js"), {
        workerData,
        stdout: true,
        stderr: true,
      });
      this.worker.unref();
    }, patience);
    this.timer.unref();
  }

  stop(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
  }

  /** Says that the signal was heard where it belongs. */
  hear(): void {
    Atomics.add(this.heard, 0, 1);
    rmSync(this.file, { force: true });
  }
}

/** The file by which the process of the compiler says that it heard a Ctrl-C. */
export function interruptFile(folder: string): string {
  return join(folder, "interrupted");
}
