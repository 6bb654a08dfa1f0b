import { Command } from "commander";
import { CliError } from "../../support/exit";
import { note, noteProblems, print, printJson, printTable } from "../../support/output";
import { terminalWatch } from "../../support/progress";
import { csvOptions, type ReadingFlags, readingOptions } from "../../support/reading";

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
  $ telelink data find telco       # its path, for other programs
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
  readingOptions(data.command("show"))
    .argument("<file>", "CSV, JSON lines, Excel, Parquet or Arrow, also compressed; - reads standard input")
    .description(
      "examine a file: types, formats, missing values, ranges, problems, and what would not be used",
    )
    .option("--schema <file>", "a JSON file that overrides inferred types")
    .option("--write-schema <file>", "write the inferred schema, to be edited and used with --schema")
    .option("--json", "print JSON")
    .action(show);
  return data;
}

async function list(options: { json?: boolean }): Promise<void> {
  const [{ findSource, publicSources }, { whereToGet }] = await Promise.all([
    import("../../../data/sources/sources.js"),
    import("../../../data/sources/load-source.js"),
  ]);
  const found = publicSources().map((source) => ({ ...source, path: findSource(source) }));
  if (options.json) return printJson(found);
  printTable(
    ["name", "rows", "title", "found at"],
    found.map((one) => [one.name, String(one.rows), one.title, one.path ?? `not found (${whereToGet(one)})`]),
  );
}

async function find(name: string | undefined): Promise<void> {
  const { dataFolders, findSource, publicSource, publicSources } = await import(
    "../../../data/sources/sources.js"
  );
  const { whereToGet } = await import("../../../data/sources/load-source.js");
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
  const { downloadFolder, findSource, publicSource, publicSources } = await import(
    "../../../data/sources/sources.js"
  );
  const { downloadSource } = await import("../../../data/sources/download.js");
  const { whereToGet } = await import("../../../data/sources/load-source.js");
  const { seconds } = await import("../../support/options.js");
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
  const { findSource, publicSources, readSource } = await import("../../../data/sources/sources.js");
  const results = publicSources().map((source) => {
    const path = findSource(source);
    if (!path) return { name: source.name, path, state: "not found" };
    try {
      const { table, problems } = readSource(source, path);
      return { name: source.name, path, state: "verified", rows: table.rows, problems: problems.length };
    } catch (error) {
      return { name: source.name, path, state: (error as Error).message };
    }
  });
  if (options.json) printJson(results);
  else
    printTable(
      ["name", "state", "file"],
      results.map((result) => [result.name, result.state, result.path ?? ""]),
    );
  const wrong = results.filter((result) => result.path !== undefined && result.state !== "verified").length;
  if (wrong > 0)
    throw new CliError(`${wrong} data set${wrong === 1 ? " is" : "s are"} not what was published`);
}

interface ShowOptions extends ReadingFlags {
  readonly schema?: string;
  readonly writeSchema?: string;
  readonly json?: boolean;
}

async function show(file: string, options: ShowOptions): Promise<void> {
  const [{ surveyTable }, { readSchema, writeSchema }, { profileOf }, { whyUnused }] = await Promise.all([
    import("../../../data/read/survey-table.js"),
    import("../../../data/schema-file.js"),
    import("../../../data/profile.js"),
    import("../../../services/predict/unused-columns.js"),
  ]);
  const given = options.schema ? { schema: readSchema(options.schema) } : {};
  const read = await surveyTable(file, { ...csvOptions(options), ...given }, async (found) => found);
  const columns = read.columns.map(profileOf);
  if (options.writeSchema) writeSchema(options.writeSchema, read.schema);
  const { rows, rejected, problemCount, problems, problemsByRule, schema, dialect, remarks } = read;
  if (options.json)
    return printJson({
      file,
      rows,
      rejected,
      problemCount,
      problemsByRule,
      problems,
      dialect,
      remarks,
      schema,
      columns,
    });
  print(
    `${file}: ${rows} rows, ${columns.length} columns, ${rejected} rows left out, ${problemCount} problems`,
  );
  for (const one of remarks) if (one.column === undefined) print(one.text);
  print();
  const { formatSample } = await import("../../../data/formats/format.js");
  const formats = schema.columns.map((column) => {
    const missing = column.missing?.filter((word) => word !== "").map((word) => JSON.stringify(word)) ?? [];
    const style = column.format ? formatSample(column.format, column.decimals) : "";
    return [style, ...(missing.length > 0 ? [`missing ${missing.join(", ")}`] : [])]
      .filter((text) => text !== "")
      .join("; ");
  });
  printTable(
    ["column", "type", "written", "missing", "distinct", "values"],
    columns.map((column, j) => [
      column.name,
      column.type,
      formats[j],
      String(column.missing),
      `${column.estimates?.includes("distinct") ? "about " : ""}${column.distinct}`,
      column.summary,
    ]),
  );
  const ofColumns = remarks.filter((remark) => remark.column !== undefined);
  if (ofColumns.length > 0) print();
  for (const { column, text } of ofColumns) print(`${column}: ${text}`);
  const estimated = columns.flatMap(({ name, estimates }) => (estimates ? [{ name, estimates }] : []));
  if (estimated.length > 0) print();
  for (const { name, estimates } of estimated)
    print(`${name}: estimated, as its different values are too many to hold: ${estimates.join(", ")}`);
  const unused = read.columns.filter(({ column }, j) => column.type === "id" || columns[j].distinct < 2);
  if (unused.length > 0) print();
  for (const { column } of unused) {
    const { reason, remedy } = whyUnused(column, rows);
    print(`${column.name} would not be a feature: ${reason}${remedy ? `; ${remedy} would rescue it` : ""}`);
  }
  noteProblems(problems, problemCount);
}
