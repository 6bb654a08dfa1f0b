import { Command } from "commander";
import { note, printJson } from "../../support/output";
import { storeOption, withStore } from "../../support/store-option";

interface Options {
  readonly store: string;
  readonly anew?: boolean;
  readonly json?: boolean;
}

/** `telelink share`: what several stores have in common, through a database. */
export function shareCommand(): Command {
  return new Command("share")
    .description(
      "exchange models, the champion, predictions and outcomes with other stores, through PostgreSQL",
    )
    .argument(
      "<address>",
      "postgresql://user@host/database, with ?schema= where it is not telelink (PGPASSWORD)",
    )
    .addOption(storeOption())
    .option("--anew", "make a store known that is a copy, or whose database was made anew")
    .option("--json", "print JSON")
    .addHelpText(
      "after",
      `
Each server has a store of its own and runs this by schedule; what one has, the others have once both have run it. Shared are
models and which of them is champion (the last promotion counts), predictions, outcomes (the last word on a customer and time
counts), and whom to forget. Keys, jobs, schedules, challengers, counts for monitoring, ingested tables and the audit log
stay with each store. Each row counts once, however often this is tried or broken off. Clocks should agree.

Examples:
  $ telelink share postgresql://crm@db/shop --store /data/telelink.db
  $ telelink schedule set share "* * * * *" -- share "postgresql://crm@db/shop?schema=churn"`,
    )
    .action(async (text: string, options: Options) => {
      const [{ schemaAddress }, { shareThrough }] = await Promise.all([
        import("../../../data/remote/address.js"),
        import("../../../data/remote/share.js"),
      ]);
      const address = schemaAddress(text);
      const done = await withStore(options.store, (store) =>
        shareThrough(store, address, options.anew === true),
      );
      if (options.json) return printJson(done);
      const counts = ({ models, predictions, outcomes }: typeof done.sent): string =>
        `${predictions} predictions, ${outcomes} outcomes, ${models} models`;
      for (const { there, here } of done.renamed)
        note(`${there} of another store is ${here} here, where ${there} is another model`);
      if (done.forgotten > 0) note(`${done.forgotten} customers forgotten, as others asked`);
      if (done.champion !== undefined) note(`the champion is ${done.champion} now, as promoted elsewhere`);
      note(`${address.shown}: sent ${counts(done.sent)}; received ${counts(done.received)}`);
    });
}
