import { Command } from "commander";
import { decimal, percent } from "../../../core/format";
import type { CsvRead } from "../../../data/read/read-csv";
import type { Table } from "../../../data/table";
import type { RowExplanation } from "../../../services/predict/explain-model";
import type { SavedModel } from "../../../services/predict/saved-model";
import { CliError, usageError } from "../../support/exit";
import { keepDuplicates } from "../../support/options";
import { note, noteProblems, print, printJson, printTable } from "../../support/output";
import { checkLoss, csvOptions, noteRemarks, type ReadingFlags, readingOptions } from "../../support/reading";

interface Options extends ReadingFlags {
  data: string;
  row?: string;
  id?: string;
  top: string;
  seed: string;
  keepDuplicates?: boolean;
  json?: boolean;
  html?: string;
}

/** `telelink explain`: which columns matter to a model, or why it says what it says of one customer. */
export function explainCommand(): Command {
  return readingOptions(new Command("explain"))
    .description("say which columns matter and how, or why one row gets its prediction")
    .argument("<model>", "a file that telelink train wrote")
    .requiredOption(
      "--data <file>",
      "a table with the columns of training (- reads standard input); without --row and --id also the target",
    )
    .option("--row <number>", "explain this row of the file, from 1")
    .option("--id <column=value>", "explain the row whose column has this value")
    .option("--top <number>", "how many columns to show", "10")
    .option("--seed <number>", "seed of the shuffling", "42")
    .option("--keep-duplicates", keepDuplicates)
    .option("--html <file>", "with --row or --id: write a page that shows how the prediction comes about")
    .option("--json", "print JSON")
    .addHelpText(
      "after",
      `
Examples:
  $ telelink explain churn.model.json --data customers.csv
  $ telelink explain churn.model.json --data customers.csv --row 12 --html why.html
  $ telelink explain churn.model.json --data customers.csv --id customerID=7590-VHVEG`,
    )
    .action(explain);
}

async function explain(file: string, options: Options): Promise<void> {
  const one = options.row !== undefined || options.id !== undefined;
  if (options.row !== undefined && options.id !== undefined)
    throw usageError("Cannot explain: --row and --id exclude each other");
  if (options.html !== undefined && !one)
    throw usageError("Cannot write a page: --row or --id must say of which row");
  const [{ readModelFile }, { wholeNumber }] = await Promise.all([
    import("../../support/model-file.js"),
    import("../../support/options.js"),
  ]);
  const how = {
    top: wholeNumber(options.top, "--top", 1, 1000),
    seed: wholeNumber(options.seed, "--seed"),
  };
  const model = readModelFile(file);
  return one ? explainOne(model, file, options, how) : explainAll(model, file, options, how);
}

interface How {
  readonly top: number;
  readonly seed: number;
}

/** Why one row gets its prediction. */
async function explainOne(
  model: SavedModel,
  file: string,
  options: Options,
  { top, seed }: How,
): Promise<void> {
  const [{ readTable }, { explainClasses, explainRow }, { seeded }, { wholeNumber }] = await Promise.all([
    import("../../../data/read/read-table.js"),
    import("../../../services/predict/explain-model.js"),
    import("../../../core/rng.js"),
    import("../../support/options.js"),
  ]);
  const wanted = options.id === undefined ? undefined : idOf(options.id);
  const own = model.schema.columns;
  const ids = wanted && !own.some((schema) => schema.name === wanted.column) ? [wanted.column] : [];
  const schema = {
    ...model.schema,
    columns: [...own, ...ids.map((name) => ({ name, type: "id" as const }))],
  };
  // Every line keeps its number, whatever is wrong with its cells.
  const read = await readTable(options.data, { ...csvOptions(options), schema, badCells: "missing" });
  noteRemarks(read.remarks);
  noteProblems(read.problems, read.problemCount, 5);
  const place = wanted
    ? await rowOf(read.table, wanted, options.data)
    : placeOf(wholeNumber(options.row ?? "", "--row", 1), read, options.data);
  const number = fileRow(place, read.rejectedRows);
  const { classes } = model.target;
  const all = classes
    ? explainClasses(model, read.table, place, seeded(seed))
    : [explainRow(model, read.table, place, seeded(seed))];
  // Of several classes a page tells of the one that the model holds most likely.
  const found = all.reduce((best, other) => (other.prediction > best.prediction ? other : best));
  if (options.html !== undefined) {
    const [{ explainPage }, { fileOrigin }, { writeAtomic }] = await Promise.all([
      import("../../../services/predict/explain-page.js"),
      import("../../support/model-file.js"),
      import("../../../data/files.js"),
    ]);
    const source = { ...(await fileOrigin(options.data)), rows: read.rows, simulated: false };
    const name = options.id ?? `row ${number}`;
    writeAtomic(options.html, await explainPage(model, { found, name, source, seed, top }));
    note(`wrote ${options.html}`);
  }
  if (options.json)
    return printJson({
      model: file,
      data: options.data,
      row: number,
      ...(classes ? { classes: all } : found),
    });
  if (classes) return showClasses(number, all, top);
  const { kind, positive } = model.target;
  print(
    `row ${number}: ${kind === "classes" ? `${percent(found.prediction)} ${positive}` : found.prediction.toPrecision(5)}`,
  );
  printTable(
    ["column", "value", `adds to ${found.unit}${found.method === "sampled" ? " (sampled)" : ""}`],
    reasonRows(found, top),
  );
}

/** Which columns matter, and how. */
async function explainAll(
  model: SavedModel,
  file: string,
  options: Options,
  { top, seed }: How,
): Promise<void> {
  const [{ readTable }, { explainModel }, { knownSchema }, { seeded }] = await Promise.all([
    import("../../../data/read/read-table.js"),
    import("../../../services/predict/explain-model.js"),
    import("../../../services/predict/saved-model.js"),
    import("../../../core/rng.js"),
  ]);
  const read = await readTable(options.data, { ...csvOptions(options), schema: knownSchema(model) });
  checkLoss(options.data, read, options);
  const { judgedRows, oncePerCustomer } = await import("../../support/counted-rows.js");
  const { table: once, duplicates } = oncePerCustomer(read.table, { ...options, id: undefined });
  const { table, unjudged } = await judgedRows(once, model, options);
  const found = explainModel(model, table, seeded(seed), { top: Math.min(top, 5) });
  if (options.json) return printJson({ model: file, data: options.data, duplicates, unjudged, ...found });
  print(`${found.measure} lost when a column is shuffled, over ${Math.min(table.rows, 5_000)} rows:`);
  printTable(
    ["column", "loss", "±"],
    found.importances
      .slice(0, top)
      .map((importance) => [importance.feature, importance.mean.toFixed(4), importance.deviation.toFixed(4)]),
  );
  if (found.contributions) {
    const { unit, rows, columns } = found.contributions;
    print();
    print(`by how much a column moves the ${unit} on average (mean |SHAP|), over ${rows} rows:`);
    printTable(
      ["column", "moves"],
      columns.slice(0, top).map((column) => [column.feature, column.mean.toPrecision(3)]),
    );
  }
  for (const { feature, class: name, at, mean } of found.dependences) {
    print();
    print(`mean ${name === undefined ? "prediction" : `probability of ${name}`} along ${feature}:`);
    const step = Math.max(1, Math.floor(at.length / 8));
    const shown = at
      .map((value, k) => [value, mean[k]] as const)
      .filter((_, k) => k % step === 0 || k === at.length - 1);
    printTable(
      [feature, "prediction"],
      shown.map(([value, prediction]) => [
        typeof value === "number" ? String(Number(value.toPrecision(4))) : value,
        prediction.toPrecision(3),
      ]),
    );
  }
}

/** Prints each class's probability, and what adds to it. */
function showClasses(row: number, classes: readonly RowExplanation[], top: number): void {
  const chances = classes.map((one) => `${percent(one.prediction)} ${one.class}`);
  print(`row ${row}: ${chances.join(", ")}`);
  for (const one of classes) {
    print();
    printTable(
      [
        "column",
        "value",
        `adds to ${one.unit} of ${one.class}${one.method === "sampled" ? " (sampled)" : ""}`,
      ],
      reasonRows(one, top),
    );
  }
}

function reasonRows({ base, reasons }: RowExplanation, top: number): string[][] {
  const rows = reasons
    .slice(0, top)
    .map(({ column, value, contribution }) => [column, value, signed(contribution)]);
  return [["(base value)", "", decimal(base)], ...rows];
}

function idOf(text: string): { readonly column: string; readonly value: string } {
  const at = text.indexOf("=");
  if (at < 1) throw usageError(`Cannot explain: --id must be column=value, got ${JSON.stringify(text)}`);
  return { column: text.slice(0, at), value: text.slice(at + 1) };
}

/** The place, from 0, of a row of the file among those that could be read. */
function placeOf(row: number, { rows, rejectedRows }: CsvRead, file: string): number {
  if (row > rows)
    throw new CliError(`Cannot explain: --row must be one of ${rows} rows of ${file}, got ${row}`);
  if (rejectedRows.includes(row)) throw new CliError(`Cannot explain: row ${row} of ${file} can't be read`);
  return row - 1 - rejectedRows.filter((one) => one < row).length;
}

/** The number in the file, from 1, of the row at a place among those that could be read. */
function fileRow(place: number, rejectedRows: readonly number[]): number {
  let row = place + 1;
  for (const one of rejectedRows) if (one <= row) row++;
  return row;
}

/** The place, from 0, of the only row that has the value. */
async function rowOf(
  rows: Table,
  { column, value }: { column: string; value: string },
  file: string,
): Promise<number> {
  const { cellText, columnNamed } = await import("../../../data/table.js");
  const from = columnNamed(rows, column);
  const found = Array.from({ length: rows.rows }, (_, i) => i).filter((i) => cellText(from, i) === value);
  if (found.length !== 1)
    throw new CliError(
      `Cannot explain: one row of ${file} must have ${column} ${JSON.stringify(value)}, got ${found.length}`,
    );
  return found[0];
}

function signed(value: number): string {
  return `${value < 0 ? "" : "+"}${value.toFixed(3)}`;
}
