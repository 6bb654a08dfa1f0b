import { spawn } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { seeded } from "../../../src/core/rng";
import { parseCsv } from "../../../src/data/read/read-csv";
import { savedSynthesiserToJSON } from "../../../src/synthesis/saved-synthesiser";
import { sequential } from "../../../src/synthesis/sequential/sequential";

const main = resolve(__dirname, "..", "..", "..", "dist", "cli", "main.js");
const cwd = mkdtempSync(join(tmpdir(), "telelink-stop-"));
const given = ["holes.csv", "model.json", "rows.csv"];

beforeAll(async () => {
  const rng = seeded(1);
  const line = (): string => `${rng.uniform() < 0.5 ? "a" : "b"},${Math.floor(50 * rng.uniform())}`;
  const rows = `plan,months\n${Array.from({ length: 400 }, line).join("\n")}\n`;
  writeFileSync(join(cwd, "rows.csv"), rows);
  writeFileSync(join(cwd, "holes.csv"), `plan,months\n${",3\nb,\n".repeat(60_000)}`);
  const synthesiser = await sequential()(parseCsv(rows).table, seeded(1));
  const saved = savedSynthesiserToJSON({
    synthesiser,
    origin: { method: "sequential", options: {}, version: "0" },
  });
  writeFileSync(join(cwd, "model.json"), JSON.stringify(saved));
});
afterAll(() => rmSync(cwd, { recursive: true }));

/** How the command ends that is told to once `begun` holds, and what lies in the folder then. */
async function stopped(
  signal: NodeJS.Signals,
  begun: (files: readonly string[]) => boolean,
  ...args: string[]
): Promise<{ ended: number | string | null; files: readonly string[] }> {
  const child = spawn(process.execPath, [main, "synth", ...args], { cwd, stdio: "ignore" });
  const end = new Promise<number | string | null>((done) =>
    child.once("exit", (code, by) => done(code ?? by)),
  );
  const poll = setInterval(() => {
    if (begun(readdirSync(cwd))) child.kill(signal);
  }, 50);
  const ended = await end;
  clearInterval(poll);
  return { ended, files: readdirSync(cwd).sort() };
}

describe("telelink synth, told to stop", () => {
  test.each(["SIGINT", "SIGTERM"] as const)("sample leaves no half file behind on %s", async (signal) => {
    // More rows than anybody waits for; it is writing once a file of another name lies there.
    const writing = (files: readonly string[]): boolean => files.length > given.length;
    const args = ["sample", "--model", "model.json", "--rows", "1000000000", "--out", "made.csv"];
    const { ended, files } = await stopped(signal, writing, ...args);
    expect(ended).not.toBe(0);
    expect(files).toEqual(given);
  });

  test.each(["SIGINT", "SIGTERM"] as const)("impute leaves no half file behind on %s", async (signal) => {
    const args = ["impute", "--model", "model.json", "--data", "holes.csv", "--out", "full.csv"];
    const writing = (files: readonly string[]): boolean => files.length > given.length;
    const { ended, files } = await stopped(signal, writing, ...args);
    expect(ended).not.toBe(0);
    expect(files).toEqual(given);
  });

  test("fit and report end where they stand, and write nothing", async () => {
    for (const args of [
      ["fit", "--data", "rows.csv", "--out", "other.json"],
      ["report", "--real", "rows.csv", "--synthetic", "rows.csv", "--json", "report.json"],
    ]) {
      const { ended, files } = await stopped("SIGTERM", () => true, ...args);
      expect(ended).toBe("SIGTERM");
      expect(files).toEqual(given);
    }
  });
});
