import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";

/** Gives a run of the tests a folder for all temporary ones, its children's too, and takes it away at the end. */
export default function scratch(): () => void {
  if (basename(tmpdir()).startsWith("telelink-tests-")) return () => {}; // Each project of the run asks.
  const folder = mkdtempSync(join(tmpdir(), "telelink-tests-"));
  chmodSync(folder, 0o1777); // Some tests start children as another user.
  process.env.TMPDIR = folder;
  return () => {
    try {
      rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
    } catch (error) {
      console.log(`left behind by a test: ${folder} (${(error as Error).message})`);
    }
  };
}
