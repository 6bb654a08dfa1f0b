import { Readable } from "node:stream";

/** Asks the person at the front end for a line; rejects where nobody can be asked. */
export type Ask = (prompt: string) => Promise<string>;

/** Stands for the terminal's input: a line is asked of the front end whenever a cell waits for one. */
export class KernelStdin {
  private current: Readable | undefined;

  constructor(private readonly ask: Ask) {}

  /** What `process.stdin` is now: another stream after one that got no answer, which waits for ever. */
  stream(): Readable {
    this.current ??= Object.assign(this.open(), { fd: 0, isTTY: false });
    return this.current;
  }

  private open(): Readable {
    let asking = false;
    return new Readable({
      read: () => {
        if (asking) return;
        asking = true;
        const stream = this.current;
        this.ask("").then(
          (line) => {
            asking = false;
            stream?.push(`${line}\n`);
          },
          () => {
            if (this.current === stream) this.current = undefined;
          },
        );
      },
    });
  }
}
