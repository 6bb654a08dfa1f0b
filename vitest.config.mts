import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { defineConfig } from "vitest/config";

const all = "tests/**/*.test.ts";
// A file that starts nothing and changes nothing of its process shares one with its like, which then loads and compiles
// what they test once: a third of their time. What a file says decides; those of servers, commands and kernels, whose
// modules hold what one process has once, stay by themselves.
const byItself =
  /process\.(env|chdir|on|exitCode)\b|child_process|worker_threads|\bvi\.|captured|launchChromium|startReal/;
const alike = readdirSync("tests", { recursive: true, encoding: "utf8" })
  .map((name) => join("tests", name).replaceAll("\\", "/"))
  .filter((file) => /^tests\/(?!cli|deploy|notebook|serve).*\/.*\.test\.ts$/.test(file))
  .filter((file) => !byItself.test(readFileSync(file, "utf8")));

export default defineConfig({
  test: {
    globalSetup: ["tests/scratch.ts"],
    setupFiles: ["tests/bounds.ts"],
    testTimeout: 180_000,
    hookTimeout: 180_000,
    // Where a landing hangs on it, one test in thousands that a busy machine upset is tried again, and named.
    retry: process.env.TELELINK_SECOND_TRY === "1" ? 1 : 0,
    pool: "forks",
    maxWorkers: 2,
    reporters: [process.stdout.isTTY ? "default" : "dot", "./scripts/count-reporter.mjs"],
    projects: [
      { extends: true, test: { name: "alike", include: alike, isolate: false } },
      { extends: true, test: { name: "apart", include: [all], exclude: alike } },
    ],
  },
});
