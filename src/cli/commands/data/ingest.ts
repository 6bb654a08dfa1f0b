import { basename } from "node:path";
import { Command } from "commander";
import { addresses } from "../../support/addresses";
import { exitCodes, usageError } from "../../support/exit";
import { print, printJson } from "../../support/output";
import { checkLoss, csvOptions, type ReadingFlags, readingOptions } from "../../support/reading";
import { storeOption } from "../../support/store-option";

interface Options extends ReadingFlags {
  readonly table?: string;
  readonly db: string;
  readonly schema?: string;
  readonly id?: string;
  readonly json?: boolean;
}

/** `telelink ingest`: CSV and Parquet files into the store. */
export function ingestCommand(): Command {
  return readingOptions(new Command("ingest"))
    .description("add tables of any format to a table of the store")
    .argument("<files...>", "CSV, JSON lines, Excel, Parquet or Arrow, also compressed; or their addresses")
    .option("--table <name>", "the table (default: from the first file's name)")
    .addOption(storeOption("the SQLite file", "--db <file>"))
    .option("--schema <file>", "a JSON file that overrides inferred types")
    .option("--id <column>", "the column that names the customer (default: the first that looks like one)")
    .option("--json", "print JSON")
    .addHelpText(
      "after",
      `
Each file is one transaction: all of its good rows are added, or none. The same bytes are added once. Rows that break a
rule are kept, with line, rule and value, in the table telelink_rejects, and more than 1 % of them stop the file (exit code
3, --accept-loss); a customer's second row is marked _duplicate.

Examples:
  $ telelink ingest customers.csv
  $ telelink ingest customers.parquet --id CustomerID
  $ telelink ingest january.csv february.csv --table customers --id CustomerID
  $ telelink ingest customers.csv --db /var/lib/telelink.db --json

${addresses}`,
    )
    .action(async (files: string[], options: Options) => {
      const [{ ingest }, { openStore }, { readSchema }, { terminalWatch }] = await Promise.all([
        import("../../../data/store/ingest.js"),
        import("../../../data/store/open.js"),
        import("../../../data/schema-file.js"),
        import("../../support/progress.js"),
      ]);
      if (files.includes("-"))
        throw usageError(
          "Cannot ingest: standard input has no second reading, by which a file is known again; save it first",
        );
      const { namesOfSource, withSource } = await import("../../support/remote.js");
      const table = options.table ?? tableFrom((await namesOfSource(files[0])).file);
      const store = openStore(options.db);
      const results = [];
      try {
        for (const file of files) {
          const watch = terminalWatch();
          const schema = options.schema === undefined ? undefined : readSchema(options.schema);
          const done = await withSource(file, (local) =>
            ingest(store, local, table, {
              ...watch,
              schema,
              id: options.id,
              reading: csvOptions(options),
              accept: (read) => checkLoss(local, read, options, "nothing added"),
            }),
          ).finally(() => watch.end());
          const { shown } = await namesOfSource(file);
          results.push({ ...done, file: shown });
          if (options.json) continue;
          print(
            done.known
              ? `${shown}: in table ${table} already, nothing added`
              : `${shown}: ${done.rows} rows into ${table}, ${done.rejected} rejected, ${done.duplicates} duplicates`,
          );
        }
      } finally {
        store.close();
      }
      if (options.json) printJson(results);
      if (results.every((result) => !result.known && result.rows === 0)) process.exitCode = exitCodes.failure;
    });
}

function tableFrom(file: string): string {
  const name = basename(file)
    .replace(/\.[^.]*$/, "")
    .replace(/[^A-Za-z0-9_]+/g, "_");
  return /^[A-Za-z_]/.test(name) ? name.slice(0, 63) : `t_${name}`.slice(0, 63);
}
