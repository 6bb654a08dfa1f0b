import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test, vi } from "vitest";
import { removedOnSignal, temporaryFolder } from "../../src/data/temporary-folder";

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

test("removedOnSignal(folder) removes it before the signal ends the process, which nobody else listens to", () => {
  const folder = temporaryFolder("work", mkdtempSync(join(tmpdir(), "telelink-test-")));
  const kill = vi.spyOn(process, "kill").mockReturnValue(true);
  const before = process.listenerCount("SIGHUP");
  const tidily = (): void => {};
  removedOnSignal(folder);
  process.on("SIGHUP", tidily);
  process.emit("SIGHUP", "SIGHUP");
  process.off("SIGHUP", tidily);
  expect(existsSync(folder)).toBe(true);
  expect(kill).not.toHaveBeenCalled();
  process.emit("SIGHUP", "SIGHUP");
  expect(existsSync(folder)).toBe(false);
  expect(kill).toHaveBeenCalledWith(process.pid, "SIGHUP");
  expect(process.listenerCount("SIGHUP")).toBe(before);
  kill.mockRestore();
});
