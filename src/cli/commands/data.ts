import { Command } from "commander";
import { CliError } from "../support/exit";
import { note, noteProblems, print, printJson, printTable } from "../support/output";
import { terminalWatch } from "../support/progress";

/** `telelink data`: the public data sets, and a look at any CSV file. */
export function dataCommand(): Command {
  const data = new Command("data")
    .description("list, find, download, verify and profile data sets")
    .addHelpText(
      "after",
      `
Examples:
  $ telelink data list
  $ telelink data fetch            # download what is missing into data/raw/
  $ telelink data verify           # compare the files found with their SHA-256
  $ telelink data show customers.csv`,
    );
  data
    .command("list", { isDefault: true })
    .description("list the public data sets and where each was found")
    .option("--json", "print JSON")
    .action(list);
  data
    .command("find")
    .argument("[name]", "a data set of `telelink data list`; all when left out")
    .description("print the paths of the files found; fails when one is missing")
    .action(find);
  data
    .command("fetch")
    .argument("[names...]", "data sets of `telelink data list`; all when left out")
    .description("download the data sets that are missing, and verify them")
    .option("--to <folder>", "where to put them (default: TELELINK_DATA, else data/raw)")
    .option("--timeout <seconds>", "give up on a file after this time", "120")
    .action(fetchAll);
  data
    .command("verify")
    .description("compare every data set found with its SHA-256")
    .option("--json", "print JSON")
    .action(verify);
  data
    .command("show")
    .argument("<file>", "a CSV or Parquet file")
    .description("profile a file: inferred types, missing values, ranges, problems")
    .option("--schema <file>", "a JSON file that overrides inferred types")
    .option("--write-schema <file>", "write the inferred schema, to be edited and used with --schema")
    .option("--json", "print JSON")
    .action(show);
  return data;
}

async function list(options: { json?: boolean }): Promise<void> {
  const [{ findSource, publicSources }, { whereToGet }] = await Promise.all([
    import("../../data/sources.js"),
    import("../../data/load-source.js"),
  ]);
  const found = publicSources().map((one) => ({ ...one, path: findSource(one) }));
  if (options.json) return printJson(found);
  printTable(
    ["name", "rows", "title", "found at"],
    found.map((one) => [one.name, String(one.rows), one.title, one.path ?? `not found (${whereToGet(one)})`]),
  );
}

async function find(name: string | undefined): Promise<void> {
  const { dataFolders, findSource, publicSource, publicSources } = await import("../../data/sources.js");
  const { whereToGet } = await import("../../data/load-source.js");
  let missing = 0;
  for (const one of name ? [publicSource(name)] : publicSources()) {
    const path = findSource(one);
    if (path) print(path);
    else {
      missing++;
      note(`${one.file} is not in ${dataFolders().join(", ")}; ${whereToGet(one)}`);
    }
  }
  if (missing > 0) throw new CliError(`${missing} data set${missing === 1 ? "" : "s"} missing`);
}

async function fetchAll(names: string[], options: { to?: string; timeout: string }): Promise<void> {
  const { downloadFolder, findSource, publicSource, publicSources } = await import("../../data/sources.js");
  const { downloadSource } = await import("../../data/download.js");
  const { whereToGet } = await import("../../data/load-source.js");
  const { seconds } = await import("../support/options.js");
  const folder = options.to ?? downloadFolder();
  const timeoutMs = seconds(options.timeout, "--timeout") * 1000;
  const watch = terminalWatch();
  let failed = 0;
  for (const one of names.length > 0 ? names.map(publicSource) : publicSources()) {
    const path = options.to ? findSource(one, [options.to]) : findSource(one);
    if (path) {
      print(`${path} is there`);
      continue;
    }
    if (names.length === 0 && one.url === undefined) {
      note(`${one.name} must be got by hand: ${whereToGet(one)}`);
      continue;
    }
    try {
      print(`${await downloadSource(one, folder, { ...watch, timeoutMs })} downloaded and verified`);
    } catch (error) {
      failed++;
      note(`telelink: ${(error as Error).message}`);
    } finally {
      watch.end();
    }
  }
  if (failed > 0) throw new CliError(`${failed} data set${failed === 1 ? "" : "s"} could not be downloaded`);
}

async function verify(options: { json?: boolean }): Promise<void> {
  const { findSource, publicSources, readSource } = await import("../../data/sources.js");
  const results = publicSources().map((one) => {
    const path = findSource(one);
    if (!path) return { name: one.name, path, state: "not found" };
    try {
      const { table, problems } = readSource(one, path);
      return { name: one.name, path, state: "verified", rows: table.rows, problems: problems.length };
    } catch (error) {
      return { name: one.name, path, state: (error as Error).message };
    }
  });
  if (options.json) printJson(results);
  else
    printTable(
      ["name", "state", "file"],
      results.map((one) => [one.name, one.state, one.path ?? ""]),
    );
  const wrong = results.filter((one) => one.path !== undefined && one.state !== "verified").length;
  if (wrong > 0)
    throw new CliError(`${wrong} data set${wrong === 1 ? " is" : "s are"} not what was published`);
}

async function show(
  file: string,
  options: { schema?: string; writeSchema?: string; json?: boolean },
): Promise<void> {
  const { readTable } = await import("../../data/read-table.js");
  const { readSchema, writeSchema } = await import("../../data/schema-file.js");
  const { profile } = await import("../../data/profile.js");
  const read = await readTable(file, { schema: options.schema ? readSchema(options.schema) : undefined });
  const columns = profile(read.table);
  if (options.writeSchema) writeSchema(options.writeSchema, read.schema);
  const { rows, rejected, problemCount, problems, problemsByRule, schema } = read;
  if (options.json)
    return printJson({ file, rows, rejected, problemCount, problemsByRule, problems, schema, columns });
  print(
    `${file}: ${rows} rows, ${columns.length} columns, ${rejected} rows left out, ${problemCount} problems`,
  );
  print();
  printTable(
    ["column", "type", "missing", "distinct", "values"],
    columns.map((one) => [one.name, one.type, String(one.missing), String(one.distinct), one.summary]),
  );
  noteProblems(problems, problemCount);
}
