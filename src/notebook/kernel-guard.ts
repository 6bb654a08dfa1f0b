import { spawn } from "node:child_process";

// A line says that the kernel was ended as it should be; the end of the input without one, that its runner is gone.
const script = 'read -r _ || { kill -s TERM -- "-$0"; sleep 2; kill -s KILL -- "-$0"; } 2>/dev/null';

/**
 * Ends the kernel's group of processes when this process goes without doing so: killed outright, or out of memory. Most
 * kernels do not look after whoever started them, and one that is busy in a cell can't. Returns what releases it.
 */
export function guardKernel(group: number): () => void {
  if (process.platform === "win32") return () => undefined;
  const guard = spawn("/bin/sh", ["-c", script, String(group)], {
    cwd: "/",
    env: { PATH: process.env.PATH },
    stdio: ["pipe", "ignore", "ignore"],
    // What ends the runner's group must not end it.
    detached: true,
  });
  const ignore = (): void => undefined;
  guard.on("error", ignore);
  guard.stdin.on("error", ignore);
  guard.unref();
  (guard.stdin as unknown as { unref?(): void }).unref?.();
  return () => guard.stdin.end("\n");
}
