import { Command } from "commander";
import type { ReportPlan } from "../../../evaluate/synthetic/report";
import type { Learning } from "../../../synthesis/learning";
import { usageError } from "../../support/exit";
import { jsonFile } from "../../support/json-file";
import {
  customerOption,
  eitherCustomer,
  noCustomerOption,
  positiveValue,
  wholeNumber,
} from "../../support/options";
import { note, print, printTable, printWarning } from "../../support/output";
import { readingOptions } from "../../support/reading";
import type { ReportFlags } from "./read-to-judge";

/** `telelink synth report`: how faithful, useful and private synthetic rows are. */
export function synthReportCommand(): Command {
  return eitherCustomer(readingOptions(new Command("report")))
    .description("judge synthetic rows: fidelity, usefulness, privacy")
    .requiredOption("--real <file>", "the table that was learnt from, of any format")
    .requiredOption("--synthetic <file>", "the synthetic table")
    .option("--holdout <file>", "real rows that were not learnt from; privacy and usefulness need them")
    .option("--real-children <file>", "of two tables: the rows that belong to those of --real")
    .option("--synthetic-children <file>", "… to those of --synthetic")
    .option("--holdout-children <file>", "… to those of --holdout")
    .option("--key <column>", "the column of both tables that says which row they belong to")
    .option(
      "--target <column>",
      "a column to predict: two values, numbers, or three classes or more; left out, the last one of two values that is plain",
    )
    .option("--positive <value>", positiveValue)
    .option(
      "--model <file>",
      "the model they are from: learnt once more with planted canaries, which are looked for; and its file is searched for rare values",
    )
    .option("--customer <column>", customerOption)
    .option("--no-customer", noCustomerOption)
    .option("--schema <file>", "a JSON file that overrides inferred types")
    .option("--seed <number>", "for folds and draws of the measures", "42")
    .option("--json <file>", "write all figures as JSON")
    .option("--html <file>", "write a report page")
    .addHelpText(
      "after",
      `
Of a file of more than 50,000 rows as many are judged, drawn at random (whole customers, where a column names them), and the
report says so first; levels that are lost, and copies of real rows, are told by all rows. Held-out rows that were learnt from, more than chance
and one in a hundred, are said first, and nothing is judged by them.

Example:
  $ telelink synth report --real train.csv --synthetic made.csv --holdout test.csv --target Churn --model model.json \\
      --html report.html

Of two tables parents are judged with the number and the means of their children, these beside their parent, the row before and the
time since, and attacks are on parents:
  $ telelink synth report --real customers.csv --real-children usage.csv --key customerID \\
      --synthetic customers-made.csv --synthetic-children usage-made.csv --html report.html`,
    )
    .action(report);
}

async function report(options: ReportFlags): Promise<void> {
  const { realChildren, syntheticChildren, holdoutChildren, key } = options;
  if ([realChildren, syntheticChildren, holdoutChildren, key].some((given) => given !== undefined))
    return (await import("./synth-report-both.js")).reportBoth(options, wholeNumber(options.seed, "--seed"));
  const [{ readToJudge }, { likelyTarget, syntheticReport }, { seeded }, { writeAtomic }] = await Promise.all(
    [
      import("./read-to-judge.js"),
      import("../../../evaluate/synthetic/report.js"),
      import("../../../core/rng.js"),
      import("../../../data/files.js"),
    ],
  );
  const [{ lossesTold }, { verdictOf }, { targetKind, unlabelledRows }, { summary }, { printLost }] =
    await Promise.all([
      import("../../../evaluate/synthetic/losses.js"),
      import("../../../evaluate/synthetic/privacy/verdict.js"),
      import("../../../data/target.js"),
      import("./report-summary.js"),
      import("./brief.js"),
    ]);
  const [{ endedAtOnce }, { fileOrigin }] = await Promise.all([
    import("../../support/watched.js"),
    import("../../../data/read/file-origin.js"),
  ]);
  const seed = wholeNumber(options.seed, "--seed");
  const tables = await readToJudge(options, seed);
  const { real, synthetic, holdout } = tables;
  const target = options.target ?? likelyTarget(real);
  if (options.positive !== undefined && target === undefined)
    throw usageError("Cannot use --positive: --target must say of which column");
  const aim = target === undefined ? undefined : targetKind(real, target, options.positive);
  if (holdout && aim && target !== undefined) {
    const guessed =
      options.target === undefined ? ", the last column of two values that is plain (--target)" : "";
    const counted = aim.kind === "two" ? `; ${aim.positive} counts as 1` : "";
    note(`target: ${target}${guessed}${counted}`);
  }
  const unlabelled = target === undefined ? 0 : unlabelledRows(real, target).length;
  if (unlabelled > 0) note(`${unlabelled} of ${real.rows} real rows have no ${target}: they teach nothing`);
  const refit = options.model === undefined ? undefined : await refitOf(options.model);
  const plan = {
    ...tables,
    ...(target !== undefined && { target }),
    ...(options.positive !== undefined && { positive: options.positive }),
    ...(refit && { refit: { method: refit.method, fit: refit.fit, file: refit.file } }),
  };
  const learnt = refit?.learnt;
  const found = await endedAtOnce((watch) => syntheticReport(plan, seeded(seed), watch));
  if (options.json)
    writeAtomic(
      options.json,
      `${JSON.stringify({ seed, target, ...(learnt && { learnt }), ...found }, undefined, 1)}\n`,
    );
  if (options.html) {
    const { syntheticReportPage } = await import("../../../services/synthetic/report-page.js");
    const { rows } = tables.whole ?? {
      rows: { real: real.rows, synthetic: synthetic.rows, holdout: holdout?.rows },
    };
    const sources = [{ file: await fileOrigin(options.real), rows: rows.real }];
    if (options.holdout && rows.holdout !== undefined)
      sources.push({ file: await fileOrigin(options.holdout), rows: rows.holdout });
    sources.push({ file: await fileOrigin(options.synthetic), rows: rows.synthetic });
    writeAtomic(
      options.html,
      await syntheticReportPage({ found, real, synthetic, sources, seed, learnt: learnt?.notes }),
    );
  }
  const lost = lossesTold(found);
  printLost("Lost, or not judged:", lost, { all: "--html tells all", line: printWarning });
  if (lost.length > 0) print();
  if (learnt && learnt.notes.length > 0) {
    print(`How ${options.model} was learnt, of ${learnt.rows} rows:`);
    for (const sentence of learnt.notes) print(`  ${sentence}`);
    print();
  }
  printTable(["measure", "value", "reading"], summary(found, target, found.attacks && verdictOf(found)));
  for (const file of [options.json, options.html]) if (file) note(`wrote ${file}`);
}

/** How the model in a file was learnt, to be learnt again. */
async function refitOf(
  file: string,
): Promise<NonNullable<ReportPlan["refit"]> & { readonly learnt?: Learnt }> {
  const [{ savedSynthesiserFromJSON }, { methodNames }, { synthesis }] = await Promise.all([
    import("../../../synthesis/saved-synthesiser.js"),
    import("../../../synthesis/method-names.js"),
    import("../../../synthesis/methods.js"),
  ]);
  const json = jsonFile(file);
  const { origin } = savedSynthesiserFromJSON(json, file);
  const method = methodNames.find((name) => name === origin.method);
  if (!method)
    throw usageError(
      `Cannot learn ${file} again: it must be a model of one table (without --key), got ${origin.method}`,
    );
  const { learning, rows } = origin;
  const { describeLearning } = await import("../../../synthesis/learning.js");
  return {
    method,
    fit: synthesis(method, origin.options),
    file: json,
    ...(learning &&
      rows !== undefined && { learnt: { ...learning, rows, notes: describeLearning(learning, rows) } }),
  };
}

/** How a model was learnt, as its file says it, and in sentences. */
type Learnt = Learning & { readonly rows: number; readonly notes: readonly string[] };
