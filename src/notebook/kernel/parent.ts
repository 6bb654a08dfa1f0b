// How often one looks, in milliseconds.
const pause = 1000;

/** Calls `then` when the process that Jupyter or our runner named as the kernel's parent has ended. */
export function whenParentEnds(then: () => void): void {
  const parent = Number(process.env.JPY_PARENT_PID);
  if (!Number.isInteger(parent) || parent <= 1) return;
  // A dead process that nobody has waited for still has its number, but no children.
  const own = process.ppid === parent;
  const gone = (): boolean => {
    if (own && process.ppid !== parent) return true;
    try {
      process.kill(parent, 0);
      return false;
    } catch (error) {
      // Without the right to signal it, it is still there.
      return (error as NodeJS.ErrnoException).code === "ESRCH";
    }
  };
  const timer = setInterval(() => {
    if (!gone()) return;
    clearInterval(timer);
    then();
  }, pause).unref();
}
