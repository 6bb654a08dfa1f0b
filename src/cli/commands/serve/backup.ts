import { Command } from "commander";
import { print, printJson } from "../../support/output";
import { storeOption } from "../../support/store-option";

interface Options {
  readonly store: string;
  readonly json?: boolean;
  readonly ifMigrated?: boolean;
}

/** `telelink backup`: a whole copy of a store that may be in use. */
export function backupCommand(): Command {
  return new Command("backup")
    .description("write a whole, checked copy of the store, also while it is used")
    .argument("<file>", "where the copy goes; a file that is there is not replaced")
    .addOption(storeOption())
    .option("--json", "print JSON")
    .addHelpText(
      "after",
      `
Never copy a store with cp while it is used: the copy may be of different moments, and damaged.

Examples:
  $ telelink backup /backups/telelink-$(date +%F).db
  $ telelink backup copy.db --store /data/telelink.db --json`,
    )
    .action(async (file: string, options: Options) => {
      const { backupStore } = await import("../../../data/store/backup.js");
      const made = backupStore(options.store, file);
      if (options.json) return printJson(made);
      print(
        `${made.file}: ${made.bytes} bytes, version ${made.version}, ${made.predictions} predictions${made.replayed > 0 ? `, ${made.replayed} of which had not reached the store` : ""}; checked`,
      );
    });
}

/** `telelink restore`: a copy in the store's place. */
export function restoreCommand(): Command {
  return new Command("restore")
    .description("put a copy that telelink backup wrote in the store's place")
    .argument("<file>", "the copy")
    .addOption(storeOption())
    .option("--if-migrated", "only where the store's layout has another version than the copy's")
    .option("--json", "print JSON")
    .addHelpText(
      "after",
      `
Stop the servers of the store first. What was there is kept beside it, under a name with the date.

Example:
  $ telelink restore /backups/telelink-2026-11-28.db --store /data/telelink.db`,
    )
    .action(async (file: string, options: Options) => {
      const { restoreStore, storeVersion } = await import("../../../data/store/backup.js");
      if (options.ifMigrated && storeVersion(file) === storeVersion(options.store)) {
        print(`${options.store}: of version ${storeVersion(file)}, as the copy is; left as it is`);
        return;
      }
      const done = restoreStore(file, options.store);
      if (options.json) return printJson(done);
      print(
        `${done.file}: version ${done.version}, ${done.predictions} predictions${done.before ? `; what was there is now ${done.before}` : ""}`,
      );
    });
}
