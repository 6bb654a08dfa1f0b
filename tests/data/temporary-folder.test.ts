import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { temporaryFolder } from "../../src/data/temporary-folder";

test("temporaryFolder(kind, parent) removes what a killed process left, and nothing else", () => {
  const parent = mkdtempSync(join(tmpdir(), "telelink-test-"));
  const own = temporaryFolder("work", parent);
  const gone = spawnSync(process.execPath, ["-e", ""]).pid;
  const left = own.replace(`-${process.pid}-`, `-${gone}-`);
  const others = [
    left.replace("-work-", "-other-"),
    join(parent, `telelink-work-${gone}`),
    join(parent, "x"),
  ];
  for (const folder of [left, ...others]) mkdirSync(folder);
  const second = temporaryFolder("work", parent);
  expect(existsSync(left)).toBe(false);
  expect(readdirSync(parent)).toHaveLength(2 + others.length);
  expect(second).not.toBe(own);
});
