import { Command, Option } from "commander";
import { note, print } from "../../support/output";

interface Options {
  format: "onnx" | "sql";
  out?: string;
  table: string;
  keep: string[];
  dialect: "standard" | "spark";
}

/** `telelink export`: a model for engines beyond this machine. */
export function exportCommand(): Command {
  return new Command("export")
    .description("write a model, encoding included, as ONNX or as an SQL query over raw columns")
    .argument("<model>", "a file that telelink train wrote")
    .addOption(new Option("--format <name>", "what to write").choices(["onnx", "sql"]).makeOptionMandatory())
    .option("--out <file>", "where to write it; SQL may go to standard output")
    .option("--table <name>", "SQL: the table to score", "customers")
    .option("--keep <column...>", "SQL: columns to repeat beside the score", [])
    .addOption(
      new Option("--dialect <name>", "SQL: how names and types are written")
        .choices(["standard", "spark"])
        .default("standard"),
    )
    .addHelpText(
      "after",
      `
Examples:
  $ telelink export churn.json --format sql --table customers --keep customerID | duckdb telecom.db
  $ telelink export churn.json --format sql --dialect spark --table customers --out churn.sql
  $ telelink export churn.json --format onnx --out churn.onnx`,
    )
    .action(exportModel);
}

async function exportModel(file: string, options: Options): Promise<void> {
  const [{ readModelFile }, { writeAtomic }, { usageError }] = await Promise.all([
    import("../../support/model-file.js"),
    import("../../../data/files.js"),
    import("../../support/exit.js"),
  ]);
  const { pipeline } = readModelFile(file);
  const dates = pipeline.encoder.parts.flatMap(({ kind, name }) => (kind === "date" ? [name] : []));
  if (dates.length > 0)
    note(
      options.format === "onnx"
        ? `dates go in as seconds since 1970 (UTC), NaN where missing: ${dates.join(", ")}`
        : `dates must be of type DATE or TIMESTAMP, or text such as 2024-01-31: ${dates.join(", ")}`,
    );
  if (options.format === "onnx") {
    if (!options.out) throw usageError("Cannot export: ONNX is no text, so --out must name a file");
    const { pipelineOnnx } = await import("../../../models/export/onnx/pipeline-onnx.js");
    writeAtomic(options.out, pipelineOnnx(pipeline));
  } else {
    const { pipelineSql } = await import("../../../models/export/sql/pipeline-sql.js");
    const query = pipelineSql(pipeline, {
      table: options.table,
      keep: options.keep,
      dialect: options.dialect,
    });
    if (!options.out) return print(query);
    writeAtomic(options.out, query);
  }
  note(`wrote ${options.out}`);
}
