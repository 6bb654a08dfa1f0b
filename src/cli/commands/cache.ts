import { Command } from "commander";
import { note, printJson, printTable } from "../support/output";

/** `telelink cache`: what is kept between runs in the user's cache folder, and its removal. */
export function cacheCommand(): Command {
  const cache = new Command("cache")
    .description("show or remove what is kept between runs outside of projects")
    .addHelpText("after", "\nExamples:\n  $ telelink cache list\n  $ telelink cache clear");
  cache
    .command("list", { isDefault: true })
    .description("the folder, what lies in it and how large it is")
    .option("--json", "print it as JSON")
    .action(list);
  cache.command("clear").description("remove it all; what is needed again is made again").action(clear);
  return cache;
}

interface Kept {
  readonly name: string;
  readonly bytes: number;
}

/** What telelink keeps in the folder, and how many others lie there. */
async function kept(): Promise<{ folder: string; entries: Kept[]; others: number }> {
  const [{ cacheFolder, isKept }, { existsSync, lstatSync, readdirSync }, { join }] = await Promise.all([
    import("../../data/sources/cache-folder.js"),
    import("node:fs"),
    import("node:path"),
  ]);
  const folder = cacheFolder();
  const sizeOf = (path: string): number => {
    const stat = lstatSync(path);
    if (!stat.isDirectory()) return stat.size;
    return readdirSync(path).reduce((sum, name) => sum + sizeOf(join(path, name)), 0);
  };
  const names = existsSync(folder) ? readdirSync(folder).sort() : [];
  const own = names.filter(isKept);
  return {
    folder,
    entries: own.map((name) => ({ name, bytes: sizeOf(join(folder, name)) })),
    others: names.length - own.length,
  };
}

async function list(options: { json?: boolean }): Promise<void> {
  const { folder, entries, others } = await kept();
  if (options.json) {
    printJson({ folder, entries, others });
    return;
  }
  if (entries.length === 0) note(`${folder}: nothing is kept`);
  else {
    printTable(
      ["kept", "MB"],
      entries.map((entry) => [entry.name, (entry.bytes / 1e6).toFixed(1)]),
    );
    note(`in ${folder}; telelink cache clear removes it`);
  }
  noteOthers(others);
}

async function clear(): Promise<void> {
  const { folder, entries, others } = await kept();
  const [{ rmSync }, { join }, { attempt }] = await Promise.all([
    import("node:fs"),
    import("node:path"),
    import("../../data/files.js"),
  ]);
  for (const { name } of entries)
    attempt(join(folder, name), () => rmSync(join(folder, name), { recursive: true, force: true }));
  const bytes = entries.reduce((sum, entry) => sum + entry.bytes, 0);
  note(`removed ${(bytes / 1e6).toFixed(1)} MB from ${folder}`);
  noteOthers(others);
}

function noteOthers(others: number): void {
  if (others > 0)
    note(
      `${others} other ${others === 1 ? "file or folder" : "files and folders"} there are not telelink's, and stay`,
    );
}
