import { Command, Option } from "commander";
import { type SqlDialect, sqlDialects } from "../../../models/export/sql/dialects";
import { note, print } from "../../support/output";

interface Options {
  format: "onnx" | "sql";
  out?: string;
  table: string;
  keep: string[];
  dialect: SqlDialect;
}

/** `telelink export`: a model for engines beyond this machine. */
export function exportCommand(): Command {
  return new Command("export")
    .description("write a model, encoding included, as ONNX or as an SQL query over raw columns")
    .argument("<model>", "a file that telelink train wrote")
    .addOption(new Option("--format <name>", "what to write").choices(["onnx", "sql"]).makeOptionMandatory())
    .option("--out <file>", "where to write it; SQL may go to standard output")
    .option(
      "--table <name>",
      'SQL: the table to score, such as customers, shop.customers or "a name.csv" in double quotes',
      "customers",
    )
    .option("--keep <column...>", "SQL: columns to repeat beside the score", [])
    .addOption(
      new Option("--dialect <name>", "SQL: the engine it is for").choices(sqlDialects).default("duckdb"),
    )
    .addHelpText(
      "after",
      `
Examples:
  $ telelink export churn.json --format sql --table customers --keep customerID | duckdb telecom.db
  $ telelink export churn.json --format sql --dialect spark --table crm.customers --out churn.sql
  $ telelink export churn.json --format onnx --out churn.onnx

The query reads the table's columns as telelink predict reads a file: truth values in any spelling, codes that the engine
took for numbers, numbers that it left as text; NULL, blank and unreadable cells are missing. Target, threshold,
validation and origin of the model stand in the query's first lines and in the metadata of the ONNX file.`,
    )
    .action(exportModel);
}

async function exportModel(file: string, options: Options): Promise<void> {
  const [{ readModelFile }, { writeAtomic }, { usageError }, { modelFacts }] = await Promise.all([
    import("../../support/model-file.js"),
    import("../../../data/files.js"),
    import("../../support/exit.js"),
    import("../../../services/predict/model-facts.js"),
  ]);
  const model = readModelFile(file);
  const dates = model.pipeline.encoder.parts.flatMap(({ kind, name }) => (kind === "date" ? [name] : []));
  if (dates.length > 0 && options.format === "onnx")
    note(`dates go in as seconds since 1970 (UTC), NaN where missing: ${dates.join(", ")}`);
  if (options.format === "onnx") {
    if (!options.out) throw usageError("Cannot export: ONNX is no text, so --out must name a file");
    const { pipelineOnnx } = await import("../../../models/export/onnx/pipeline-onnx.js");
    const columns = JSON.stringify(model.schema.columns);
    writeAtomic(
      options.out,
      pipelineOnnx(model.pipeline, { ...modelFacts(model), columns }, model.target.classes),
    );
  } else {
    const { pipelineSql } = await import("../../../models/export/sql/pipeline-sql.js");
    const { table, keep, dialect } = options;
    const { classes } = model.target;
    const query = pipelineSql(model.pipeline, { table, keep, dialect, schema: model.schema, classes });
    // A line break in a name would end the comment.
    const facts = Object.entries(modelFacts(model)).map(([name, value]) =>
      `-- ${name}: ${value}`.replace(/[\r\n]+/g, " "),
    );
    const text = `${facts.join("\n")}\n${query}`;
    if (!options.out) return print(text);
    writeAtomic(options.out, text);
  }
  note(`wrote ${options.out}`);
}
