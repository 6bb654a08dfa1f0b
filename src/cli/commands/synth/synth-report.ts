import { Command } from "commander";
import { percent } from "../../../core/format";
import type { Table } from "../../../data/table";
import type { SyntheticReport } from "../../../evaluate/synthetic/report";
import { wholeNumber } from "../../support/options";
import { note, printTable } from "../../support/output";

interface Options {
  real: string;
  synthetic: string;
  holdout?: string;
  target?: string;
  schema?: string;
  seed: string;
  json?: string;
  html?: string;
}

/** `telelink synth report`: how faithful, useful and private synthetic rows are. */
export function synthReportCommand(): Command {
  return new Command("report")
    .description("judge synthetic rows: fidelity, usefulness, privacy")
    .requiredOption("--real <file>", "the CSV file that was learnt from")
    .requiredOption("--synthetic <file>", "the synthetic CSV file")
    .option("--holdout <file>", "real rows that were not learnt from; privacy and usefulness need them")
    .option("--target <column>", "a column of two values to predict; left out, the last one that is plain")
    .option("--schema <file>", "a JSON file that overrides inferred types")
    .option("--seed <number>", "for folds and draws of the measures", "42")
    .option("--json <file>", "write all figures as JSON")
    .option("--html <file>", "write a report page")
    .addHelpText(
      "after",
      `
Example:
  $ telelink synth report --real train.csv --synthetic made.csv --holdout test.csv --target Churn --html report.html`,
    )
    .action(report);
}

async function report(options: Options): Promise<void> {
  const [
    { readCsv },
    { readSchema },
    { schemaOf },
    { likelyTarget, syntheticReport },
    { seeded },
    { writeAtomic },
  ] = await Promise.all([
    import("../../../data/read/read-csv.js"),
    import("../../../data/schema-file.js"),
    import("../../../data/schema.js"),
    import("../../../evaluate/synthetic/report.js"),
    import("../../../core/rng.js"),
    import("../../../data/files.js"),
  ]);
  const [{ watched }, { fileOrigin }] = await Promise.all([
    import("../../support/watched.js"),
    import("../../support/model-file.js"),
  ]);
  const seed = wholeNumber(options.seed, "--seed");
  const real = readCsv(options.real, options.schema ? { schema: readSchema(options.schema) } : {}).table;
  // The other files are read as the first one is, so that a column has one type everywhere; levels may differ.
  const { columns } = schemaOf(real);
  const schema = { columns: columns.map(({ name, type }) => ({ name, type })) };
  const like = (file: string): Table => readCsv(file, { schema, badCells: "missing" }).table;
  const holdout = options.holdout === undefined ? undefined : like(options.holdout);
  const synthetic = like(options.synthetic);
  const target = options.target ?? likelyTarget(real);
  const plan = { real, synthetic, ...(holdout && { holdout }), ...(target !== undefined && { target }) };
  const found = await watched((watch) => syntheticReport(plan, seeded(seed), watch));
  if (options.json)
    writeAtomic(options.json, `${JSON.stringify({ seed, target, ...found }, undefined, 1)}\n`);
  if (options.html) {
    const { syntheticReportPage } = await import("../../../services/synthetic/report-page.js");
    const sources = [{ file: await fileOrigin(options.real), rows: real.rows }];
    if (options.holdout && holdout)
      sources.push({ file: await fileOrigin(options.holdout), rows: holdout.rows });
    sources.push({ file: await fileOrigin(options.synthetic), rows: synthetic.rows });
    writeAtomic(options.html, await syntheticReportPage({ found, real, synthetic, holdout, sources, seed }));
  }
  printTable(["measure", "value", "reading"], summary(found));
  for (const file of [options.json, options.html]) if (file) note(`wrote ${file}`);
}

/** The figures that matter most, with what they should be. */
function summary(found: SyntheticReport): string[][] {
  const { quality, qualityAllPairs, accuracy, detection, detectionHoldout, privacy, membership, utility } =
    found;
  const three = (value: number): string => value.toFixed(3);
  const rows = [
    ["quality", three(quality.score), "SDMetrics; 1 is best"],
    ["  column shapes", three(quality.shapes), ""],
    ["  pair trends", `${three(quality.trends)} (all pairs ${three(qualityAllPairs.trends)})`, ""],
    [
      "binned accuracy",
      three(accuracy.overall),
      `a fresh real sample reaches ${three(accuracy.attainable.overall)}`,
    ],
  ];
  if (detection) rows.push(["detection, learnt rows", three(detection.auc), "0.5 cannot be told apart"]);
  if (detectionHoldout)
    rows.push(["detection, held-out rows", three(detectionHoldout.auc), "0.5 cannot be told apart"]);
  if (privacy) {
    rows.push(["memorisation", three(privacy.memorisation), "0 independent, 1 copies"]);
    rows.push([
      "exact copies",
      percent(privacy.copies, 2),
      `held-out rows: ${percent(privacy.copiesHoldout, 2)}`,
    ]);
  }
  if (membership) {
    const { difference, low, high } = membership.advantage;
    rows.push(["membership attack", three(difference), `AUC beyond chance, ${three(low)} to ${three(high)}`]);
  }
  for (const one of utility ?? []) {
    rows.push([
      one.learner,
      three(one.synthetic.auc),
      `ROC AUC on real rows; trained on real ones ${three(one.real.auc)}`,
    ]);
  }
  return rows;
}
