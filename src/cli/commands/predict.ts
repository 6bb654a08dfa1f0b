import { stat } from "node:fs/promises";
import { Command } from "commander";
import type { Table } from "../../data/table";
import { note, noteProblems } from "../support/output";

interface Options {
  data: string;
  out?: string;
  id: string[];
}

/** `telelink predict`: a model's predictions for a CSV file of any length. */
export function predictCommand(): Command {
  return new Command("predict")
    .description("predict the rows of a CSV file, in their order, in constant memory")
    .argument("<model>", "a file that telelink train wrote")
    .requiredOption("--data <file>", "a CSV file with the columns of training; - reads standard input")
    .option("--out <file>", "a .csv or .parquet file; left out, CSV goes to standard output")
    .option("--id <column...>", "columns to repeat beside the prediction; left out, the row's number", [])
    .addHelpText(
      "after",
      `
Examples:
  $ telelink predict churn.json --data customers.csv --id customerID --out risks.csv
  $ cat customers.csv | telelink predict churn.json --data - | head

Every row gets its answer, that of a customer who stands in the file more than once too.`,
    )
    .action(predict);
}

async function predict(file: string, options: Options): Promise<void> {
  const [{ readModelFile }, { readCsvBatches }, { columnNamed }, { noRows, predictTable }] =
    await Promise.all([
      import("../support/model-file.js"),
      import("../../data/read-csv-batches.js"),
      import("../../data/table.js"),
      import("../../services/predict/predict-table.js"),
    ]);
  const [{ watched }, { keptWhole, openRows }] = await Promise.all([
    import("../support/watched.js"),
    import("../support/rows-out.js"),
  ]);
  const model = readModelFile(file);
  const standardInput = options.data === "-";
  const own = new Set(model.schema.columns.map((one) => one.name));
  const ids = options.id.filter((name) => !own.has(name)).map((name) => ({ name, type: "id" as const }));
  const schema = { ...model.schema, columns: [...model.schema.columns, ...ids] };
  // Bad cells are taken for missing: every customer gets an answer.
  const reading = { schema, badCells: "missing", name: "standard input" } as const;
  const batches = await readCsvBatches(standardInput ? process.stdin : options.data, reading);
  const size = standardInput ? 0 : (await stat(options.data)).size;
  const out = await openRows(options.out);
  let done = 0;
  const write = (rows: Table): void => {
    const keep = options.id.map((name) => columnNamed(rows, name));
    out.write(predictTable(model, rows, keep, done + 1));
    done += rows.rows;
  };
  await watched(({ signal, progress }) =>
    keptWhole(out, async () => {
      for await (const rows of batches) {
        signal.throwIfAborted();
        write(rows);
        progress?.({ phase: "predict", done: batches.bytes, total: size || batches.bytes });
      }
      if (done === 0) write(noRows(schema));
    }),
  );
  noteProblems(batches.problems, batches.problemCount, 5);
  const left = batches.rejected > 0 ? `, ${batches.rejected} rows left out (wrong number of fields)` : "";
  if (options.out) note(`${done} rows predicted${left}; wrote ${options.out}`);
  else if (left) note(`${done} rows predicted${left}`);
}
