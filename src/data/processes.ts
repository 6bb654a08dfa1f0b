/** Whether a process of this number lives on this machine. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // Without the right to signal it, it is still there.
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
