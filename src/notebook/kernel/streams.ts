/** Publishes what belongs to one request. */
export interface Publisher {
  publish(type: string, content: object): void;
}

type Name = "stdout" | "stderr";

const decoder = new TextDecoder();
// A front end that shows text as it comes needs no more of it than twenty times a second.
const milliseconds = 50;

/** Sends what is written to stdout and stderr to the cell that runs, many small texts as one. */
export class Streams {
  private publisher: Publisher | undefined;
  private name: Name = "stdout";
  private parts: string[] = [];
  private flushed = 0;
  private scheduled = false;

  constructor() {
    for (const name of ["stdout", "stderr"] as const) {
      const write = (chunk: string | Uint8Array, ...rest: unknown[]): boolean => {
        this.add(name, typeof chunk === "string" ? chunk : decoder.decode(chunk));
        const done = rest.find((value) => typeof value === "function") as (() => void) | undefined;
        if (done) queueMicrotask(done);
        return true;
      };
      process[name].write = write as typeof process.stdout.write;
    }
  }

  /** Sends what is written from now on to a cell, or nowhere. */
  to(publisher: Publisher | undefined): void {
    this.flush();
    this.publisher = publisher;
  }

  /** Sends what is held back. */
  flush(): void {
    if (this.parts.length === 0) return;
    const { name } = this;
    const text = this.parts.join("");
    this.parts = [];
    this.flushed = performance.now();
    this.publisher?.publish("stream", { name, text });
  }

  private add(name: Name, text: string): void {
    if (name !== this.name) this.flush();
    this.name = name;
    this.parts.push(text);
    // A loop that never pauses is heard too.
    if (performance.now() - this.flushed > milliseconds && this.scheduled) this.flush();
    if (this.scheduled) return;
    this.scheduled = true;
    setImmediate(() => {
      this.scheduled = false;
      this.flush();
    });
  }
}
