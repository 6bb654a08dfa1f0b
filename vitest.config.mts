import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { defineConfig } from "vitest/config";
import { BaseSequencer, type TestSpecification } from "vitest/node";

const all = "tests/**/*.test.ts";
// A file that starts nothing and changes nothing of its process shares one with its like, which then loads and compiles
// what they test once: a third of their time. What a file says decides; those of servers, commands and kernels, whose
// modules hold what one process has once, stay by themselves.
const byItself =
  /process\.(env|chdir|on|exitCode)\b|child_process|worker_threads|\bvi\.|captured|launchChromium|startReal/;
const files = readdirSync("tests", { recursive: true, encoding: "utf8" }).map((name) =>
  join("tests", name).replaceAll("\\", "/"),
);
const alike = files
  .filter((file) => /^tests\/(?!cli|deploy|notebook|serve).*\/.*\.test\.ts$/.test(file))
  .filter((file) => !byItself.test(readFileSync(file, "utf8")));

// The files that take longest, by processor time; one of them begun last would be waited for alone.
const long = [
  "notebook/interop",
  "readme",
  "studies/synthesis/study",
  "studies/churn",
  "cli/commands/reproduce",
  "notebook/jupyterlab",
  "serve/stress",
  "guides",
  "studies/clv/studies",
  "serve/soak",
  "serve/batch/stream",
  "cli/synth-failures",
  "serve/schemathesis",
  "serve/walk",
  "services/predict/judging",
  "notebook/kernel/semantics",
  "notebook/run-tslab",
];
const gone = long.filter((name) => !files.includes(`tests/${name}.test.ts`));
if (gone.length > 0)
  throw new Error(`vitest.config.mts: no such tests: ${gone.join(", ")}. Name the files that take longest`);
const place = ({ moduleId }: TestSpecification): number => {
  const found = long.findIndex((name) => moduleId.endsWith(`/tests/${name}.test.ts`));
  return found < 0 ? long.length : found;
};

/** The long files first, then by size as always. */
class LongFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    return (await super.sort(files)).sort((a, b) => place(a) - place(b));
  }
}

const each = {
  globalSetup: ["tests/scratch.ts"],
  setupFiles: ["tests/bounds.ts"],
  testTimeout: 180_000,
  hookTimeout: 180_000,
  // Where a landing hangs on it, one test in thousands that a busy machine upset is tried again, and named.
  retry: process.env.TELELINK_SECOND_TRY === "1" ? 1 : 0,
  pool: "forks",
  // A test runs much code for a moment: machine code is made once it has run seven times as long, a fifth less work.
  execArgv: ["--interrupt-budget=1000000"],
} as const;

export default defineConfig({
  test: {
    // One more than the two processors of the smallest machine: servers, browsers and kernels wait for each other.
    maxWorkers: 3,
    sequence: { sequencer: LongFirst },
    reporters: [process.stdout.isTTY ? "default" : "dot", "./scripts/count-reporter.mjs"],
    projects: [
      { test: { ...each, name: "alike", include: alike, isolate: false } },
      { test: { ...each, name: "apart", include: [all], exclude: alike } },
    ],
  },
});
