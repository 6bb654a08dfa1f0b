import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { join } from "node:path";
import type { StoredPrediction } from "./predictions";

/** When what was written is asked to reach the disk itself: before the answer, once a second, or when the system likes. */
export const syncPolicies = ["always", "second", "never"] as const;
export type SyncPolicy = (typeof syncPolicies)[number];

/** A file of predictions that the store does not hold yet. */
export interface Segment {
  readonly name: string;
  readonly rows: number;
}

/** The folder beside a store in which predictions wait for it; SQLite has names of its own that end in -journal. */
export function journalFolder(storeFile: string): string {
  return `${storeFile}-predictions`;
}

/**
 * Predictions in an append-only file, from which they go into the store when that is free. What `append` resolved for
 * survives the end of the process; with the policy "always" it survives a power cut too. Lines that come while others are
 * being written go together.
 */
export class Journal {
  private waiting: {
    readonly text: string;
    readonly done: () => void;
    readonly fail: (e: unknown) => void;
  }[] = [];
  private writing: Promise<void> | undefined;
  private handle: FileHandle | undefined;
  private number = 0;
  /** The file that is written now, from before it is there. */
  private current: string | undefined;
  private size = 0;
  private rows = 0;
  private synced = 0;
  private readonly timer: NodeJS.Timeout | undefined;

  constructor(
    readonly folder: string,
    private readonly owner: string,
    private readonly policy: SyncPolicy,
  ) {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    if (policy === "second")
      this.timer = setInterval(() => {
        if (this.size > this.synced) void this.sync().catch(() => {});
      }, 1000).unref();
  }

  /** Rows and bytes in the file that is written now. */
  get open(): { readonly rows: number; readonly bytes: number } {
    return { rows: this.rows, bytes: this.size };
  }

  /** Resolves once the rows are in the file; rejects where they can't be written. */
  append(rows: readonly StoredPrediction[]): Promise<void> {
    const text = rows.map((row) => `${JSON.stringify(row)}\n`).join("");
    return new Promise<void>((done, fail) => {
      this.waiting.push({
        text,
        done: () => {
          this.rows += rows.length;
          done();
        },
        fail,
      });
      this.go();
    });
  }

  /** Closes the file that is written now, for the store to take over; undefined where it holds nothing. */
  async seal(): Promise<Segment | undefined> {
    await this.writing;
    if (this.rows === 0) return undefined;
    const made = { name: this.current as string, rows: this.rows };
    const handle = this.handle;
    this.handle = undefined;
    this.current = undefined;
    [this.rows, this.size, this.synced] = [0, 0, 0];
    await handle?.close();
    return made;
  }

  /** Closes what is open; what the store does not hold yet waits in the folder. */
  async close(): Promise<void> {
    clearInterval(this.timer);
    await this.writing;
    if (this.policy !== "never") await this.handle?.datasync().catch(() => {});
    await this.handle?.close();
    this.handle = undefined;
    if (this.current !== undefined && this.rows === 0)
      rmSync(join(this.folder, this.current), { force: true });
  }

  /** The closed files in the folder of this owner or, where it answers true, of others. */
  sealed(adopt: (owner: string) => boolean): string[] {
    return segmentNames(this.folder).filter((name) => {
      const owner = name.slice(0, name.lastIndexOf("."));
      const by = owner.slice(0, owner.lastIndexOf("-"));
      return name !== this.current && (by === this.owner || adopt(by));
    });
  }

  private async sync(): Promise<void> {
    const to = this.size;
    await this.handle?.datasync();
    this.synced = to;
  }

  private go(): void {
    this.writing ??= this.write().finally(() => {
      this.writing = undefined;
      if (this.waiting.length > 0) this.go();
    });
  }

  private async write(): Promise<void> {
    // Whoever asks within this turn of the loop is written together with the others.
    await new Promise(setImmediate);
    while (this.waiting.length > 0) {
      const lot = this.waiting.splice(0);
      try {
        if (!this.handle) {
          this.current = `${this.owner}-${String(++this.number).padStart(9, "0")}.jsonl`;
          this.handle = await open(join(this.folder, this.current), "ax", 0o600);
        }
        const bytes = Buffer.from(lot.map((one) => one.text).join(""));
        await appendWhole(this.handle, bytes, this.size);
        this.size += bytes.length;
        if (this.policy === "always") await this.sync();
        for (const one of lot) one.done();
      } catch (error) {
        for (const one of lot) one.fail(error);
      }
    }
  }
}

/** Writes all of the bytes, or takes back what was written of them. */
async function appendWhole(handle: FileHandle, bytes: Buffer, at: number): Promise<void> {
  try {
    for (let done = 0; done < bytes.length; )
      done += (await handle.write(bytes, done, bytes.length - done)).bytesWritten;
  } catch (error) {
    await handle.truncate(at).catch(() => {});
    throw error;
  }
}

/** The files of predictions in a folder, the oldest of each server first. */
export function segmentNames(folder: string): string[] {
  try {
    return readdirSync(folder)
      .filter((name) => /^[\w-]+-\d+\.jsonl$/.test(name))
      .sort();
  } catch {
    return [];
  }
}

/** The predictions of a file, and how many of its lines are none: of the last, which a power cut may leave unfinished. */
export function readSegment(
  folder: string,
  name: string,
): { readonly rows: StoredPrediction[]; readonly broken: number } {
  const rows: StoredPrediction[] = [];
  let broken = 0;
  const path = join(folder, name);
  // Another server may have taken it over meanwhile.
  if (!existsSync(path)) return { rows, broken };
  for (const line of readFileSync(path, "utf8").split("\n")) {
    if (line === "") continue;
    try {
      rows.push(JSON.parse(line) as StoredPrediction);
    } catch {
      broken++;
    }
  }
  return { rows, broken };
}
