import { randomUUID } from "node:crypto";
import { type FileHandle, open, unlink } from "node:fs/promises";
import { join } from "node:path";

export interface SpoolOptions {
  /** Where what doesn't fit in memory is laid aside: in a file without a name, which is gone with the process. */
  readonly folder: string;
  /** Bytes held in memory; what goes beyond them is laid aside. */
  readonly memory: number;
  /** Bytes held in all; beyond them `write` waits until some were read. */
  readonly most: number;
  /** How long it waits before it gives up, in milliseconds. */
  readonly patience: number;
}

/**
 * Bytes on their way from one who makes them to one who reads them, at the reader's pace. A client that sends all of its body
 * before it reads of the answer (browsers do) must not be kept from sending, and what is made meanwhile must not stay in
 * memory: it goes to the disk and comes back from there.
 */
export class Spool implements AsyncIterable<Buffer> {
  private readonly held: Buffer[] = [];
  private heldBytes = 0;
  private file: FileHandle | undefined;
  private busy: Promise<unknown> = Promise.resolve();
  private writtenTo = 0;
  private readTo = 0;
  private ended = false;
  private closed = false;
  private failure: Error | undefined;
  private wake: () => void = () => {};
  private drained: () => void = () => {};

  constructor(private readonly options: SpoolOptions) {}

  /** Whether nobody reads any more. */
  get abandoned(): boolean {
    return this.closed;
  }

  /** Takes the bytes; resolves once there is room for more. Throws when nobody reads for too long. */
  async write(bytes: Buffer): Promise<void> {
    if (this.closed || bytes.length === 0) return;
    const aside = this.writtenTo > this.readTo;
    if (!aside && this.heldBytes + bytes.length <= this.options.memory) {
      this.held.push(bytes);
      this.heldBytes += bytes.length;
    } else await this.alone(() => this.layAside(bytes));
    this.wake();
    while (!this.closed && this.heldBytes + this.writtenTo - this.readTo > this.options.most)
      await this.someRead();
  }

  /** Says that no more comes; with an error, that what comes is not all. */
  end(failure?: Error): void {
    this.ended = true;
    this.failure = failure;
    this.wake();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Buffer> {
    try {
      for (;;) {
        const held = this.held.shift();
        if (held) {
          this.heldBytes -= held.length;
          yield held;
          this.drained();
        } else if (this.readTo < this.writtenTo) {
          yield await this.alone(() => this.takeBack());
          this.drained();
        } else if (this.ended) {
          if (this.failure) throw this.failure;
          return;
        } else
          await new Promise<void>((done) => {
            this.wake = done;
          });
      }
    } finally {
      this.closed = true;
      this.drained();
      await this.alone(async () => this.file?.close());
    }
  }

  /** Does one thing with the file at a time. */
  private alone<T>(work: () => Promise<T>): Promise<T> {
    const done = this.busy.then(work);
    this.busy = done.catch(() => {});
    return done;
  }

  private async layAside(bytes: Buffer): Promise<void> {
    if (this.closed) return;
    if (!this.file) {
      const path = join(this.options.folder, `.batch-${randomUUID()}`);
      this.file = await open(path, "wx+");
      await unlink(path);
    }
    for (let at = 0; at < bytes.length; ) {
      const { bytesWritten } = await this.file.write(bytes, at, bytes.length - at, this.writtenTo);
      at += bytesWritten;
      this.writtenTo += bytesWritten;
    }
  }

  /** What was laid aside first. */
  private async takeBack(): Promise<Buffer> {
    const piece = Buffer.allocUnsafe(Math.min(1 << 18, this.writtenTo - this.readTo));
    const { bytesRead } = await (this.file as FileHandle).read(piece, 0, piece.length, this.readTo);
    this.readTo += bytesRead;
    if (this.readTo === this.writtenTo) {
      // Read up: the file begins anew, so that its size depends on who is slower by how much, not on the whole.
      await this.file?.truncate(0);
      this.readTo = 0;
      this.writtenTo = 0;
    }
    return piece.subarray(0, bytesRead);
  }

  private someRead(): Promise<void> {
    return new Promise((done, fail) => {
      const late = setTimeout(
        () => fail(new Error("Cannot go on with the batch: its answer is not read")),
        this.options.patience,
      );
      this.drained = () => {
        clearTimeout(late);
        done();
      };
    });
  }
}
