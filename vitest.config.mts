import { defineConfig } from "vitest/config";

const all = "tests/**/*.test.ts";
// Of these folders no file starts a process, changes one or replaces a function for good: they share a process, which
// then loads and compiles what they test once, a third of their time.
const alike = ["core", "evaluate", "features", "report", "resample"].map(
  (folder) => `tests/${folder}/**/*.test.ts`,
);

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
