import { Command } from "commander";
import { exitCodes } from "../../support/exit";
import { print, printJson } from "../../support/output";
import { storeOption } from "../../support/store-option";

interface Options {
  readonly store: string;
  readonly json?: boolean;
}

/** `telelink doctor`: what is wrong with a store. */
export function doctorCommand(): Command {
  return new Command("doctor")
    .description("look at all that can be wrong with the store and its folder")
    .addOption(storeOption())
    .option("--json", "print JSON")
    .addHelpText(
      "after",
      `
Exit code 1 when something is not as it should be.

Example:
  $ telelink doctor --store /data/telelink.db`,
    )
    .action(async (options: Options) => {
      const { examineStore } = await import("../../../data/store/doctor.js");
      const found = examineStore(options.store);
      if (options.json) printJson(found);
      else
        for (const { what, ok, said } of found) print(`${ok ? "ok   " : "WRONG"} ${what.padEnd(10)} ${said}`);
      if (found.some((finding) => !finding.ok)) process.exitCode = exitCodes.failure;
    });
}
