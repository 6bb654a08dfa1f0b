import { join } from "node:path";
import { Worker } from "node:worker_threads";
import type { Watch } from "./interrupt-worker";

// Most cells end before; a thread costs 30 ms.
const patience = 100;

/** Lets a Ctrl-C reach a cell that, after an `await`, never pauses. */
export class Interrupts {
  /** The number of the code that is awaited; 0 while none is. */
  private readonly awaited = new Int32Array(new SharedArrayBuffer(4));
  private worker: Worker | undefined;
  private timer: NodeJS.Timeout | undefined;

  constructor(private readonly file: string) {}

  /** Watches until `stop` over the code that was compiled as number `compiled`. */
  watch(compiled: number): void {
    Atomics.store(this.awaited, 0, compiled);
    if (this.worker || this.timer) return;
    this.timer = setTimeout(() => {
      const workerData: Watch = { file: this.file, awaited: this.awaited };
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
    Atomics.store(this.awaited, 0, 0);
    Atomics.notify(this.awaited, 0);
  }
}

/** The file by which the process of the compiler says that it heard a Ctrl-C, and how many cells it had compiled. */
export function interruptFile(folder: string): string {
  return join(folder, "interrupted");
}
