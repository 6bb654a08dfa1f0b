import { execFileSync, spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { afterAll, expect, test } from "vitest";
import { openAtomic, writeAtomic } from "../../src/data/files";

const folder = mkdtempSync(join(tmpdir(), "telelink-files-"));
afterAll(() => rmSync(folder, { recursive: true }));

test("a file appears whole, and what was discarded leaves the earlier one", () => {
  const path = join(folder, "a.csv");
  writeAtomic(path, "one");
  const file = openAtomic(path);
  file.write("two");
  expect(readFileSync(path, "utf8")).toBe("one");
  file.discard();
  expect(readFileSync(path, "utf8")).toBe("one");
});

test.skipIf(process.platform === "win32")(
  "a pipe, or a device such as /dev/null, is written and not replaced",
  async () => {
    const pipe = join(folder, "pipe");
    execFileSync("mkfifo", [pipe]);
    const reader = spawn("cat", [pipe], { stdio: ["ignore", "pipe", "inherit"] });
    const said = text(reader.stdout);
    writeAtomic(pipe, "all of it\n");
    expect(await said).toBe("all of it\n");
    expect(statSync(pipe).isFIFO()).toBe(true);
  },
);
