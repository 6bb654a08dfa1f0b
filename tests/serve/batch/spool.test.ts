import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Spool } from "../../../src/serve/batch/spool";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "spool-"));
});
afterAll(() => rmSync(folder, { recursive: true }));
const options = { memory: 100, most: 1e6, patience: 200 };

test("Spool gives back all bytes in their order, however slowly they are read", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.record({ size: fc.integer({ min: 0, max: 300 }), wait: fc.boolean() }), { maxLength: 30 }),
      fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 1, maxLength: 8 }),
      async (pieces, pauses) => {
        const spool = new Spool({ folder, ...options });
        const sent: Buffer[] = [];
        const writing = (async () => {
          for (const [k, { size, wait }] of pieces.entries()) {
            const bytes = Buffer.alloc(size, k);
            sent.push(bytes);
            await spool.write(bytes);
            if (wait) await sleep(0);
          }
          spool.end();
        })();
        const found: Buffer[] = [];
        let k = 0;
        for await (const bytes of spool) {
          found.push(Buffer.from(bytes));
          await sleep(pauses[k++ % pauses.length]);
        }
        await writing;
        expect(Buffer.concat(found).equals(Buffer.concat(sent))).toBe(true);
      },
    ),
    { numRuns: 60 },
  );
  expect(readdirSync(folder)).toEqual([]);
});

test("Spool takes far more than it holds in memory while nobody reads, and waits beyond what it may hold in all", async () => {
  const spool = new Spool({ folder, memory: 1000, most: 50_000, patience: 5000 });
  for (let k = 0; k < 50; k++) await spool.write(Buffer.alloc(1000, k));
  let room = false;
  const more = spool.write(Buffer.alloc(1000, 50)).then(() => {
    room = true;
    spool.end();
  });
  await sleep(30);
  expect(room).toBe(false);
  let bytes = 0;
  for await (const one of spool) bytes += one.length;
  await more;
  expect(bytes).toBe(51_000);
});

test("Spool gives up on a reader who never comes, and ends for one who goes away", async () => {
  const spool = new Spool({ folder, memory: 10, most: 100, patience: 30 });
  await expect(spool.write(Buffer.alloc(101))).rejects.toThrow("its answer is not read");
  const left = new Spool({ folder, memory: 10, most: 100, patience: 30_000 });
  const waiting = left.write(Buffer.alloc(200));
  for await (const _ of left) break;
  await waiting;
  expect(left.abandoned).toBe(true);
  await left.write(Buffer.alloc(1000));
});
