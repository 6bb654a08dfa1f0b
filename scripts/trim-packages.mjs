// Takes from node_modules what nothing here reads: source maps, and the programs that binaryen brings beside its module.
// Together a third of a gigabyte. `npm ci` brings them back; nothing depends on their absence.
import { readdirSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";

let bytes = 0;
for (const name of readdirSync("node_modules", { recursive: true })) {
  const file = join("node_modules", name);
  if (!/\.map$|^binaryen[\\/]bin[\\/]/.test(name)) continue;
  const found = statSync(file, { throwIfNoEntry: false });
  if (!found?.isFile()) continue;
  bytes += found.size;
  rmSync(file);
}
console.log(
  `telelink: took ${Math.round(bytes / 1e6)} MB of source maps and unused programs from node_modules`,
);
