import { Command } from "commander";
import { print, printJson } from "../../support/output";
import { storeOption } from "../../support/store-option";

interface Options {
  readonly store: string;
  readonly json?: boolean;
}

/** `telelink forget`: what is kept of a customer, removed. */
export function forgetCommand(): Command {
  return new Command("forget")
    .description("remove all that the store keeps of a customer")
    .argument("<customer>", "the customer's id, as it was sent")
    .addOption(storeOption())
    .option("--json", "print JSON")
    .addHelpText(
      "after",
      `
Predictions, outcomes and rows of ingested tables are removed, and predictions that wait for the store beforehand taken over, so
that none comes later. Models, copies (telelink backup) and files of the data folder are not touched: models hold no
rows, copies and files are yours to remove. Stores with which this one shares (telelink share) are told.

Example:
  $ telelink forget 7590-VHVEG --store /data/telelink.db`,
    )
    .action(async (customer: string, options: Options) => {
      const { forgetCustomer } = await import("../../../data/store/forget.js");
      const done = forgetCustomer(options.store, customer);
      if (options.json) return printJson(done);
      const tables = done.tables.map(({ table, rows }) => `, ${rows} rows of ${table}`).join("");
      print(
        `${done.predictions} predictions, ${done.outcomes} outcomes${tables} removed${done.shared ? "; the stores with which this one shares forget the customer with their next telelink share" : ""}`,
      );
    });
}
