import { execFileSync, spawn, spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
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

test("a process that ends leaves nothing of many files that were begun, and has one listener for all", () => {
  const script = `const { openAtomic } = require(${JSON.stringify(resolve("dist/data/files.js"))});
    const files = Array.from({ length: 12 }, (_, k) => openAtomic("begun-" + k));
    const listeners = process.listenerCount("exit");
    files[0].commit();
    console.log(listeners);
    process.exit(0);`;
  const done = spawnSync(process.execPath, ["-e", script], { cwd: folder, encoding: "utf8" });
  expect([done.stdout, done.stderr]).toEqual(["1\n", ""]);
  expect(readdirSync(folder).filter((name) => name.includes("begun"))).toEqual(["begun-0"]);
  const file = openAtomic(join(folder, "b.csv"));
  file.discard();
  expect(process.listeners("exit").filter(({ name }) => name === "discardBegun")).toEqual([]);
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
