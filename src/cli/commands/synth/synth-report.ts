import { Command } from "commander";
import { decimal, percent } from "../../../core/format";
import type { Verdict } from "../../../evaluate/synthetic/privacy/verdict";
import type { ReportPlan, SyntheticReport } from "../../../evaluate/synthetic/report";
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
import { type ReadingFlags, readingOptions } from "../../support/reading";

interface Options extends ReadingFlags {
  real: string;
  synthetic: string;
  holdout?: string;
  target?: string;
  positive?: string;
  customer?: string | false;
  model?: string;
  schema?: string;
  seed: string;
  json?: string;
  html?: string;
}

/** `telelink synth report`: how faithful, useful and private synthetic rows are. */
export function synthReportCommand(): Command {
  return eitherCustomer(readingOptions(new Command("report")))
    .description("judge synthetic rows: fidelity, usefulness, privacy")
    .requiredOption("--real <file>", "the table that was learnt from, of any format")
    .requiredOption("--synthetic <file>", "the synthetic table")
    .option("--holdout <file>", "real rows that were not learnt from; privacy and usefulness need them")
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
      --html report.html`,
    )
    .action(report);
}

async function report(options: Options): Promise<void> {
  const [{ readToJudge }, { likelyTarget, syntheticReport }, { seeded }, { writeAtomic }] = await Promise.all(
    [
      import("./read-to-judge.js"),
      import("../../../evaluate/synthetic/report.js"),
      import("../../../core/rng.js"),
      import("../../../data/files.js"),
    ],
  );
  const [{ lossSentences }, { verdictOf }, { targetKind, unlabelledRows }] = await Promise.all([
    import("../../../evaluate/synthetic/losses.js"),
    import("../../../evaluate/synthetic/privacy/verdict.js"),
    import("../../../data/target.js"),
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
      await syntheticReportPage({ found, real, synthetic, holdout, sources, seed, learnt: learnt?.notes }),
    );
  }
  const lost = lossSentences(found);
  if (lost.length > 0) {
    printWarning("Lost, or not judged:");
    for (const sentence of lost) printWarning(`  ${sentence}`);
    print();
  }
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
    throw usageError(`Cannot learn ${file} again: it must be a model of one table, got ${origin.method}`);
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

/** The figures that matter most, with what they should be. */
function summary(
  found: SyntheticReport,
  target: string | undefined,
  verdict: Verdict | undefined,
): string[][] {
  const { quality, qualityAllPairs, accuracy, detection, privacy, membership, utility } = found;
  const { fresh, texts, attacks, differencing, canaries, inFile, planted, subgroups } = found;
  const three = (value: number): string => value.toFixed(3);
  const rows = [
    [
      "quality",
      three(quality.score),
      fresh ? `SDMetrics; held-out rows reach ${three(fresh.quality.score)}` : "SDMetrics; 1 is best",
    ],
    ["  column shapes", three(quality.shapes), ""],
    ["  pair trends", `${decimal(quality.trends)} (all pairs ${decimal(qualityAllPairs.trends)})`, ""],
    [
      "binned accuracy",
      three(accuracy.overall),
      `a fresh real sample reaches ${three(accuracy.attainable.overall)}`,
    ],
    ...(found.margins ?? []).map(({ columns, synthetic, real }) => [
      `  margins of ${columns} column${columns > 1 ? "s" : ""}`,
      three(synthetic.value),
      `${three(synthetic.low)} to ${three(synthetic.high)}${real ? `; rows learnt from ${three(real.value)}, ${three(real.low)} to ${three(real.high)}` : ""}`,
    ]),
  ];
  if (detection) rows.push(["detection, learnt rows", three(detection.auc), "0.5 cannot be told apart"]);
  rows.push(...detectionRows(found));
  for (const one of texts)
    rows.push([
      `form of ${one.column}`,
      three(one.score),
      `length, characters, format, different, missing; ${percent(one.known, 2)} are real ones`,
    ]);
  if (subgroups)
    rows.push([
      "subgroups beyond 2 errors",
      percent(subgroups.beyond),
      `of ${subgroups.measured} figures of small groups, against held-out rows; rows learnt from ${percent(subgroups.beyondReal)}`,
    ]);
  if (privacy) {
    rows.push([
      "memorisation",
      three(privacy.memorisation),
      `${three(privacy.memorisationLow)} to ${three(privacy.memorisationHigh)}; 0 independent, 1 copies; privacy is 1 less it`,
    ]);
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
  for (const { attack, kind, auc, low, high } of attacks ?? [])
    rows.push([`  ${kind}: ${attack}`, three(auc), `AUC, 0.5 by chance; ${three(low)} to ${three(high)}`]);
  if (differencing) {
    const { members, strangers, low, high, answers } = differencing;
    rows.push([
      "  differencing",
      percent(members),
      `of ${answers} answers read off; by chance ${percent(strangers)}; difference ${percent(low)} to ${percent(high)}`,
    ]);
  }
  if (canaries) {
    const { planted, found: hits, strangers } = canaries;
    rows.push([
      "  canaries",
      `${hits} of ${planted}`,
      `rare values that come out again; of strangers' ${strangers.found} of ${strangers.planted}`,
    ]);
  }
  if (inFile)
    rows.push([
      "  canaries in the model's file",
      `${inFile.found} of ${inFile.planted}`,
      `rare values that stand in it; of strangers' ${inFile.strangers.found} of ${inFile.strangers.planted}`,
    ]);
  if (planted)
    rows.push([
      "  planted canaries",
      `${planted.found} of ${planted.planted}`,
      `come out when ${planted.method} learns once more with them; in its file ${planted.inModel}`,
    ]);
  if (verdict) {
    const { attacks: made, beyondChance } = verdict;
    rows.push(["attacks beyond chance", `${beyondChance.length} of ${made}`, beyondChance.join("; ")]);
  }
  for (const { learner, measure, synthetic, real } of utility ?? [])
    rows.push([
      learner,
      three(synthetic.estimate),
      `${target}: ${measure}, on held-out rows; trained on real ones ${three(real.estimate)}`,
    ]);
  return rows;
}

/** By whom synthetic rows are told from real ones, the best of them first. */
function detectionRows({ detectors, detectionHoldout }: SyntheticReport): string[][] {
  const three = (value: number): string => value.toFixed(3);
  const rows: string[][] = [];
  if (detectors && detectors.length > 0) {
    const worst = detectors.reduce((a, b) => (b.synthetic.auc > a.synthetic.auc ? b : a));
    const against = detectionHoldout ? "held-out" : "learnt";
    rows.push([
      `detection, ${against} rows`,
      three(worst.synthetic.auc),
      `by ${worst.learner}, the best of ${detectors.length}; 0.5 cannot be told apart`,
    ]);
  }
  for (const { learner, synthetic, real } of detectors ?? [])
    rows.push([
      `  ${learner}`,
      three(synthetic.auc),
      `${three(synthetic.low)} to ${three(synthetic.high)}${real ? `; real rows against real ones ${three(real.auc)}, ${three(real.low)} to ${three(real.high)}` : ""}`,
    ]);
  return rows;
}
