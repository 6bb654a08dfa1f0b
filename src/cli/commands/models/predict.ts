import { stat } from "node:fs/promises";
import { Command } from "commander";
import type { Table } from "../../../data/table";
import type { DriftCounts } from "../../../services/predict/drift";
import { addresses } from "../../support/addresses";
import { checkUsable, noteDrift } from "../../support/drift";
import { note } from "../../support/output";
import { checkLoss, csvOptions, type ReadingFlags, readingOptions } from "../../support/reading";

interface Options extends ReadingFlags {
  strict?: boolean;
  data: string;
  out?: string;
  id: string[];
}

/** `telelink predict`: a model's predictions for a CSV file of any length. */
export function predictCommand(): Command {
  return readingOptions(new Command("predict"))
    .description("predict the rows of a table, in their order; of CSV and Parquet in constant memory")
    .argument("<model>", "a file that telelink train wrote")
    .requiredOption(
      "--data <file>",
      "a table with the columns of training, or its address; - reads standard input",
    )
    .option("--out <file>", "a .csv or .parquet file, or an address; left out, CSV goes to standard output")
    .option("--id <column...>", "columns to repeat beside the prediction; left out, the row's number", [])
    .option("--strict", "fail where rows are not like those of training: unseen, unreadable, out of range, …")
    .addHelpText(
      "after",
      `
Examples:
  $ telelink predict churn.json --data customers.csv --id customerID --out risks.csv
  $ cat customers.csv | telelink predict churn.json --data - | head

Every row gets its answer, that of a customer who stands in the file more than once too, except rows with the wrong number
of fields: those are told, and numbers of rows are the file's. What is not as in training is told by column. Exit code 3:
no value of a column can be read or was seen in training, more than 1% of rows or 20% of a column are lost (--accept-loss goes on), or --strict.

${addresses}`,
    )
    .action(async (model: string, options: Options) => {
      const { withSource, withTarget } = await import("../../support/remote.js");
      await withTarget(options.out, (out) =>
        withSource(options.data, (data) =>
          predict(model, { ...options, data, ...(out === undefined ? {} : { out }) }, out !== options.out),
        ),
      );
    });
}

async function predict(file: string, options: Options, away: boolean): Promise<void> {
  const [
    { readModelFile },
    { readTableBatches },
    { columnNamed },
    { noRows, predictTable, rowNumbers },
    drift,
    { BelowLeast },
  ] = await Promise.all([
    import("../../support/model-file.js"),
    import("../../../data/read/read-table.js"),
    import("../../../data/table.js"),
    import("../../../services/predict/predict-table.js"),
    import("../../../services/predict/drift.js"),
    import("../../../services/predict/saved-model.js"),
  ]);
  const [{ watched }, { keptWhole, openRows }] = await Promise.all([
    import("../../support/watched.js"),
    import("../../support/rows-out.js"),
  ]);
  const model = readModelFile(file);
  const standardInput = options.data === "-";
  const own = new Set(model.schema.columns.map((column) => column.name));
  const ids = options.id.filter((name) => !own.has(name)).map((name) => ({ name, type: "id" as const }));
  const schema = { ...model.schema, columns: [...model.schema.columns, ...ids] };
  // Bad cells are taken for missing: every customer gets an answer.
  const reading = {
    ...csvOptions(options),
    schema,
    only: schema.columns.map((column) => column.name),
    badCells: "missing",
  } as const;
  const batches = await readTableBatches(options.data, reading);
  const size = standardInput ? 0 : (await stat(options.data)).size;
  const out = await openRows(options.out);
  const counts: DriftCounts[] = [];
  const below = new BelowLeast(model.target);
  const numbers = rowNumbers(batches);
  let done = 0;
  const write = (rows: Table): void => {
    const keep = options.id.map((name) => columnNamed(rows, name));
    drift.addDrift(counts, drift.driftCounts(model.profile ?? [], rows));
    const predicted = predictTable(model, rows, keep, numbers.next(rows.rows));
    const values = predicted.columns.at(-1);
    if (values?.type === "numeric") below.add(values.values);
    out.write(predicted);
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
      if (!options.acceptLoss)
        checkUsable(`Cannot predict ${options.data}`, drift.unusableColumn(counts, batches.problemsByColumn));
    }),
  );
  const left = batches.rejected > 0 ? `, ${batches.rejected} rows left out (told by line)` : "";
  if (options.out) note(`${done} rows predicted${left}${away ? "" : `; wrote ${options.out}`}`);
  else if (left) note(`${done} rows predicted${left}`);
  for (const sentence of below.sentences()) note(sentence);
  checkLoss(options.data, batches, options, "predicted all but what is lost");
  noteDrift(drift.driftReport(model.profile ?? [], counts, batches.problemsByColumn), options.strict);
}
