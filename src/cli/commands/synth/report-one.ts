import { seeded } from "../../../core/rng";
import { writeAtomic } from "../../../data/files";
import { fileOrigin } from "../../../data/read/file-origin";
import { targetKind, unlabelledRows } from "../../../data/target";
import { lossesTold } from "../../../evaluate/synthetic/losses";
import { adviceTold, verdictOf } from "../../../evaluate/synthetic/privacy/verdict";
import {
  likelyTarget,
  positiveOf,
  type ReportPlan,
  syntheticReport,
} from "../../../evaluate/synthetic/report";
import { syntheticReportPage } from "../../../services/synthetic/report-page";
import { describeLearning, type Learning } from "../../../synthesis/learning";
import { methodNames } from "../../../synthesis/method-names";
import { synthesis } from "../../../synthesis/methods";
import { savedSynthesiserFromJSON } from "../../../synthesis/saved-synthesiser";
import { usageError } from "../../support/exit";
import { jsonFile } from "../../support/json-file";
import { note, print, printTable, printWarning } from "../../support/output";
import { endedAtOnce } from "../../support/watched";
import { printLost } from "./brief";
import { type ReportFlags, readToJudge } from "./read-to-judge";
import { summary } from "./report-summary";

/** `telelink synth report` of one table. */
export async function reportOne(options: ReportFlags, seed: number): Promise<void> {
  const tables = await readToJudge(options, seed);
  const { real, synthetic, holdout } = tables;
  const target = options.target ?? likelyTarget(real);
  if (options.positive !== undefined && target === undefined)
    throw usageError("Cannot use --positive: --target must say of which column");
  const positive = target === undefined ? undefined : positiveOf(real, target, options.positive);
  const aim = target === undefined ? undefined : targetKind(real, target, positive);
  if (holdout && aim && target !== undefined) {
    const guessed =
      options.target === undefined ? ", the last column of two values that is plain (--target)" : "";
    const rarer = positive === options.positive ? "" : ", the rarer (--positive)";
    const counted = aim.kind === "two" ? `; ${aim.positive} counts as 1${rarer}` : "";
    note(`target: ${target}${guessed}${counted}`);
  }
  const unlabelled = target === undefined ? 0 : unlabelledRows(real, target).length;
  if (unlabelled > 0) note(`${unlabelled} of ${real.rows} real rows have no ${target}: they teach nothing`);
  const refit = options.model === undefined ? undefined : refitOf(options.model);
  const plan = {
    ...tables,
    ...(target !== undefined && { target }),
    ...(positive !== undefined && { positive }),
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
  const verdict = found.attacks && verdictOf(found);
  printTable(["measure", "value", "reading"], summary(found, target, verdict));
  const advice = verdict && adviceTold(found, verdict);
  if (advice !== undefined) printWarning(`\n${advice}`);
  for (const file of [options.json, options.html]) if (file) note(`wrote ${file}`);
}

/** How the model in a file was learnt, to be learnt again. */
function refitOf(file: string): NonNullable<ReportPlan["refit"]> & { readonly learnt?: Learnt } {
  const json = jsonFile(file);
  const { origin } = savedSynthesiserFromJSON(json, file);
  const method = methodNames.find((name) => name === origin.method);
  if (!method)
    throw usageError(
      `Cannot learn ${file} again: it must be a model of one table (without --key), got ${origin.method}`,
    );
  const { learning, rows } = origin;
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
