import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { expect, test } from "vitest";

const root = resolve(__dirname, "..", "..");

// The long run is node bench/load.mjs --minutes 10 --training.
test("under load with a training beside it no request fails and memory stays flat", () => {
  const folder = mkdtempSync(join(tmpdir(), "soak-"));
  try {
    const out = join(folder, "soak.json");
    const args = ["bench/load.mjs", "--minutes", "0.2", "--training", "--connections", "8", "--out", out];
    const { status, stderr } = spawnSync(process.execPath, args, { cwd: root, encoding: "utf8" });
    expect(status, stderr).toBe(0);
    const { results, all } = JSON.parse(readFileSync(out, "utf8")) as {
      results: { failed: number; memoryMb: number; training: string; requests: number }[];
      all: { requests: number; failed: number; lastTraining: string };
    };
    expect(all.failed).toBe(0);
    expect(all.requests).toBeGreaterThan(2000);
    expect(all.lastTraining).toMatch(/running|stopped/);
    expect(results.length).toBeGreaterThanOrEqual(9);
    for (const one of results) {
      expect(one.training).toBe("running");
      expect(one.requests).toBeGreaterThan(0);
    }
    const memory = results.map((one) => one.memoryMb);
    expect(Math.max(...memory.slice(-3)) - Math.max(...memory.slice(0, 5))).toBeLessThan(60);
    expect(Math.max(...memory)).toBeLessThan(400);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}, 120_000);
