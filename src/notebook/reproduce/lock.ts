import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { isAlive } from "../../data/processes";

/**
 * Takes the folder of reports for this process, until the function that comes back is called.
 * @throws RangeError while another process, that is alive, has it.
 */
export function lockReports(out: string): () => void {
  mkdirSync(out, { recursive: true });
  const file = join(out, ".reproduce.lock");
  const mine = `${process.pid} ${hostname()}\n`;
  for (let attempt = 0; ; attempt++) {
    try {
      writeFileSync(file, mine, { flag: "wx" });
      break;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
      const [pid, host] = holder(file);
      if (attempt > 0 || (host === hostname() ? isAlive(Number(pid)) : host !== ""))
        throw new RangeError(
          `Cannot reproduce: another telelink reproduce (process ${pid} on ${host}) writes to ${out}: wait for it, or give another --out (if it is gone, remove ${file})`,
        );
      // What held it was killed.
      rmSync(file, { force: true });
    }
  }
  const free = (): void => {
    process.off("exit", free);
    if (holder(file).join(" ") === mine.trim()) rmSync(file, { force: true });
  };
  process.once("exit", free);
  return free;
}

function holder(file: string): string[] {
  try {
    return readFileSync(file, "utf8").trim().split(" ");
  } catch {
    return ["", ""];
  }
}
