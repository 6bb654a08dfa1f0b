import { rmSync } from "node:fs";
import { join } from "node:path";
import { type Task, task } from "../../core/pool";
import { readSegment } from "./journal";
import { openStore, StoreError } from "./open";
import { addSegment } from "./predictions";

/** A file of predictions that is to go into the store. */
export interface Replay {
  readonly file: string;
  readonly folder: string;
  readonly segment: string;
}

/** What became of it. */
export interface Replayed {
  readonly rows: number;
  /** Lines that are no predictions, and rows that the store does not take. */
  readonly lost: number;
}

/** Takes a file of predictions into the store and removes it, in another thread, which waits for the disk. */
export const replaySegment: Task<Replay, Replayed> = task(
  "data/store/replay",
  "replaySegment",
  ({ file, folder, segment }) => {
    const { rows, broken } = readSegment(folder, segment);
    const store = openStore(file);
    try {
      const lost = addSegment(store, segment, rows);
      rmSync(join(folder, segment), { force: true });
      return { rows: rows.length, lost: lost + broken };
    } catch (error) {
      // An error's class does not cross to another thread; its code does.
      if (error instanceof StoreError) throw new Error(`${error.code}: ${error.message}`);
      throw error;
    } finally {
      store.close();
    }
  },
);
