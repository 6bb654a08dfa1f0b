import childProcess from "node:child_process";
import fs from "node:fs";
import { syncBuiltinESMExports } from "node:module";
import fc from "fast-check";

// What holds up the thread no timer of the test runner can end; so each of its kinds has an end of its own here.

// A property that has failed looks for a smaller example, for hours where a run of it is slow.
fc.configureGlobal({ interruptAfterTimeLimit: 90_000, markInterruptAsFailure: true });

// A call that waits for its child: the end is later than any test's own.
const patience = 400_000;

type Call = (command: string, args?: readonly string[], options?: childProcess.SpawnSyncOptions) => unknown;

for (const name of ["spawnSync", "execFileSync"] as const) {
  const call = childProcess[name] as Call;
  const bounded: Call = (command, args = [], options = {}) =>
    call(command, args, { timeout: patience, killSignal: "SIGKILL", ...options });
  Object.assign(childProcess, { [name]: bounded });
}

// A folder is not empty yet while a child that was told to end still writes its last words into it.
const { rmSync } = fs;
Object.assign(fs, {
  rmSync: (path: fs.PathLike, options: fs.RmOptions = {}) =>
    rmSync(path, { ...(options.recursive && { maxRetries: 10, retryDelay: 50 }), ...options }),
});
syncBuiltinESMExports();
