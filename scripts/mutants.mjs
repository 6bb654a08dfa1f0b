// Puts each fault of tests/mutants.json into a copy of the tree, one at a time, and runs the tests that guard the line:
// at least one of them has to fail. A fault whose text is not found (or found twice) counts as not caught, so that the
// list follows the code. `node scripts/mutants.mjs [NAME …]` runs those whose name contains one of the words.
import { execFileSync, spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const root = resolve(dirname(fileURLToPath(import.meta.url)), "..");
const wanted = process.argv.slice(2);
const all = JSON.parse(readFileSync(join(root, "tests", "mutants.json"), "utf8"));
const mutants = all.filter(({ name }) => wanted.length === 0 || wanted.some((word) => name.includes(word)));
const secondsATest = 300;

const copy = mkdtempSync(join(tmpdir(), "telelink-mutants-"));
process.once("exit", () => rmSync(copy, { recursive: true, force: true }));
process.once("SIGINT", () => process.exit(130));
process.once("SIGTERM", () => process.exit(143));
const tracked = execFileSync("git", ["ls-files", "-co", "--exclude-standard"], {
  cwd: root,
  encoding: "utf8",
});
for (const file of tracked.split("\n").filter(Boolean)) {
  mkdirSync(dirname(join(copy, file)), { recursive: true });
  cpSync(join(root, file), join(copy, file));
}
symlinkSync(join(root, "node_modules"), join(copy, "node_modules"));

/** Runs node in the copy; its output only matters when asked for. */
function node(...args) {
  return spawnSync(process.execPath, args, { cwd: copy, encoding: "utf8", timeout: secondsATest * 1000 });
}
function build() {
  return node("scripts/build.mjs").status === 0;
}
if (!build()) {
  console.error("mutants: the tree does not build");
  process.exit(1);
}
const vitest = ["node_modules/vitest/vitest.mjs", "run", "--bail", "1"];

const missed = [];
for (const { name, file, find, replace, tests } of mutants) {
  const path = join(copy, file);
  const text = readFileSync(path, "utf8");
  let verdict;
  if (text.split(find).length !== 2) verdict = "stale: its text must stand in the file just once";
  else {
    writeFileSync(
      path,
      text.replace(find, () => replace),
    );
    // A fault that the compiler finds is caught too, but not by a test: the list should hold better ones.
    if (!build()) verdict = "does not compile";
    else if (node(...vitest, ...tests).status === 0) verdict = "not caught";
    writeFileSync(path, text);
  }
  console.log(`${verdict ? "✗" : "✓"} ${name}${verdict ? `: ${verdict}` : ""}`);
  if (verdict) missed.push(name);
}
build();
console.log(`\nmutants: ${mutants.length - missed.length} caught, ${missed.length} not`);
if (missed.length > 0) process.exit(1);
