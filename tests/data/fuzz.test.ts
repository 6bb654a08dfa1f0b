import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test, vi } from "vitest";
import { type Rng, seeded } from "../../src/core/rng";
import { readTable } from "../../src/data/read/read-table";
import { variants } from "./variants";

const folder = mkdtempSync(join(tmpdir(), "telelink-fuzz-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** Files to try; TELELINK_FUZZ sets more (10000), or a part of them (2000-4000). */
const range = (process.env.TELELINK_FUZZ ?? "200").split("-").map(Number);
const [from, to] = range.length === 1 ? [0, range[0]] : range;
if (process.env.TELELINK_FUZZ) vi.setConfig({ testTimeout: 3_600_000 });

/** The bytes with some of them flipped, a stretch cut out or doubled, or the end cut off. */
function mutated(bytes: Uint8Array, rng: Rng): Uint8Array {
  const place = (): number => Math.floor(rng.uniform() * bytes.length);
  const [from, to] = [place(), place()].sort((a, b) => a - b);
  const kind = Math.floor(rng.uniform() * 4);
  if (kind === 0) {
    const out = Uint8Array.from(bytes);
    for (let k = 0; k < 1 + rng.uniform() * 20; k++) out[place()] = Math.floor(rng.uniform() * 256);
    return out;
  }
  if (kind === 1) return Buffer.concat([bytes.subarray(0, from), bytes.subarray(to)]);
  if (kind === 2) return Buffer.concat([bytes.subarray(0, to), bytes.subarray(from)]);
  return bytes.subarray(0, to);
}

test(`readTable(file) of ${to - from} files that are broken somewhere reads what it can or says what is wrong`, async () => {
  const all = variants();
  const rng = seeded("fuzz");
  const file = join(folder, "x");
  const before = process.memoryUsage().rss;
  let slowest = 0;
  for (let i = from; i < to; i++) {
    const { name, bytes } = all[i % all.length];
    const broken = mutated(bytes, rng.fork(`${i}`));
    writeFileSync(file, broken);
    const started = performance.now();
    try {
      const { table, rows, rejected } = await readTable(file);
      expect(table.rows, name).toBe(rows - rejected);
    } catch (error) {
      // An error in words, never one of the code itself.
      expect(String(error), name).toMatch(/Cannot (read|make table)/);
    }
    slowest = Math.max(slowest, performance.now() - started);
  }
  expect(slowest).toBeLessThan(10_000);
  expect(process.memoryUsage().rss - before).toBeLessThan(600 << 20);
});
