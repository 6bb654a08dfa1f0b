import { spawn } from "node:child_process";
import { note } from "./output";

/** The program that opens a file as a double click would, and its arguments before the file. */
export function openerOf(platform: NodeJS.Platform): readonly [program: string, ...args: string[]] {
  if (platform === "darwin") return ["open"];
  // `start` is a word of cmd's own; its first quoted argument is a title.
  if (platform === "win32") return ["cmd", "/c", "start", ""];
  return ["xdg-open"];
}

/** Opens a file in the system's own program for it; where there is none, says so and goes on. */
export function openFile(file: string, platform: NodeJS.Platform = process.platform): void {
  const [program, ...args] = openerOf(platform);
  const child = spawn(program, [...args, file], { stdio: "ignore", detached: true });
  child.once("error", () => note(`${program} is not there to open it`));
  child.unref();
}
