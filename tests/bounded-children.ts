import childProcess from "node:child_process";
import { syncBuiltinESMExports } from "node:module";

// A call that waits for its child holds up the thread, so no timer of the test runner can end it: a child that hangs
// would hang the whole run. Here each such call has an end, later than any test's own.
const patience = 400_000;

type Call = (command: string, args?: readonly string[], options?: childProcess.SpawnSyncOptions) => unknown;

for (const name of ["spawnSync", "execFileSync"] as const) {
  const call = childProcess[name] as Call;
  const bounded: Call = (command, args = [], options = {}) =>
    call(command, args, { timeout: patience, killSignal: "SIGKILL", ...options });
  Object.assign(childProcess, { [name]: bounded });
}
syncBuiltinESMExports();
