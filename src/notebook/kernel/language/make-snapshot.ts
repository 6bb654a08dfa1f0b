/** Makes the file of memory that its argument names: `node make-snapshot.js FILE`, in the folder of the notebooks. */
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { failedMark, partFile } from "./snapshot";

const file = process.argv[2];
const part = partFile(file);
// Node runs this file without a module around it.
const script = `${part}.js`;
writeFileSync(script, `const exports = {};\n${readFileSync(join(__dirname, "snapshot-entry.js"), "utf8")}`);
const args = ["--snapshot-blob", part, "--build-snapshot", script, __dirname];
const done = spawnSync(process.execPath, args, { stdio: "ignore", timeout: 300_000, killSignal: "SIGKILL" });
if (done.status === 0 && existsSync(part)) renameSync(part, file);
else writeFileSync(failedMark(file), "");
for (const left of [part, script]) rmSync(left, { force: true });
