import { rmSync } from "node:fs";
import { join } from "node:path";
import { writeAtomic } from "../../data/files";
import { formatNotebook, type Notebook } from "../nbformat";

// Saving may take this part of a run's time: a notebook of many megabytes is not written after each of a hundred cells.
const share = 0.1;

/** The notebook as far as it came, in a file beside the result, so that not even a killed run is lost. */
export class PartialFile {
  private readonly file: string;
  private free = 0;
  private waiting: Notebook | undefined;
  private timer: NodeJS.Timeout | undefined;

  constructor(out: string, name: string) {
    this.file = join(out, `${name}.partial.ipynb`);
  }

  /** Writes it now, or as soon as writing has not taken too much of the time so far. */
  save(notebook: Notebook): void {
    const wait = this.free - performance.now();
    if (wait <= 0) {
      this.write(notebook);
      return;
    }
    this.waiting = notebook;
    this.timer ??= setTimeout(() => this.waiting && this.write(this.waiting), wait).unref();
  }

  /** Removes it: the result is written. */
  remove(): void {
    clearTimeout(this.timer);
    this.waiting = undefined;
    rmSync(this.file, { force: true });
  }

  private write(notebook: Notebook): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    this.waiting = undefined;
    const begun = performance.now();
    writeAtomic(this.file, formatNotebook(notebook));
    const ended = performance.now();
    this.free = ended + (ended - begun) / share;
  }
}
