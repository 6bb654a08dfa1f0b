import { Command } from "commander";
import { didYouMean } from "../../../core/did-you-mean";
import { money, percentOf } from "../../../core/format";
import type { ColumnSchema } from "../../../data/schema";
import type { DriftCounts, DriftedColumn } from "../../../services/predict/drift";
import type { DecisionRules } from "../../../services/score/decide";
import type { Desk } from "../../../services/score/desk";
import type { ScoredPiece, ScoreWork } from "../../../services/score/score-piece";
import { addresses } from "../../support/addresses";
import { checkUsable, noteDrift } from "../../support/drift";
import { CliError, exitCodes, usageError } from "../../support/exit";
import { note, noteProblems, printJson } from "../../support/output";
import { csvOptions, lost, noteRemarks, type ReadingFlags, readingOptions } from "../../support/reading";
import type { ModelFlags } from "../../support/score/score-model";
import type { ScoreSource } from "../../support/score/score-source";
import { storeOption } from "../../support/store-option";

interface Options extends ReadingFlags, ModelFlags {
  readonly strict?: boolean;
  readonly data: string;
  readonly out: string;
  readonly table?: string;
  readonly id?: string[];
  readonly threads?: string;
  readonly spreadsheetSafe?: boolean;
  readonly json?: boolean;
  readonly every?: string;
}

/** `telelink score`: churn, value and decision for any number of customers. */
export function scoreCommand(): Command {
  return readingOptions(new Command("score"))
    .description("score any number of customers: churn probability, value, risk, action and expected profit")
    .requiredOption(
      "--data <file>",
      "CSV, Parquet or a store (.db), or an address (see below); - reads CSV from standard input",
    )
    .requiredOption("--out <file>", "a .csv or .parquet file, or an address; - writes CSV to standard output")
    .option("--table <name>", "the table of the store; may be left out where there is one")
    .option(
      "--model <model>",
      "a file that telelink train wrote, or a model of the store (default: its champion)",
    )
    .addOption(storeOption("the store of models"))
    .option("--value-model <file>", "a model of the value in money, for customers with other columns")
    .option("--value-column <column>", "the column that holds the value, likewise")
    .option(
      "--id <column...>",
      "columns to repeat in the answer (default: the first identifier, or row numbers)",
    )
    .option("--threads <number>", "threads (default: one a processor)")
    .option("--strict", "fail where rows are not like those that the model was trained on")
    .option("--spreadsheet-safe", "put an apostrophe before text that a spreadsheet would run as a formula")
    .option("--json", "print the summary as JSON")
    .option("--every <time>", "score now and again every 30s, 15m, 6h or 1d, until it is stopped")
    .addHelpText(
      "after",
      `
Examples:
  $ telelink score --data customers.csv --out scores.csv
  $ telelink score --data customers.parquet --out scores.parquet --id customer_id
  $ telelink score --data data/telelink.db --table customers --out scores.csv
  $ telelink score --data telco.csv --model churn.tlm --value-column TotalCharges --out scores.csv
  $ telelink score --data /shares/customers.csv --out /shares/scores.csv --every 1d
  $ telelink score --data s3://crm/customers.parquet --out "postgresql://crm@db/shop?table=scores"

${addresses}

Rows stay in their order; a bad cell counts as missing, a row with the wrong number of fields is left out and told of.
Without --model the store's champion answers, and without one a model trained on the churn-bigml customers, which says
little of yours: the column model says who answered. A customer is contacted where probability × acceptance × value −
offers taken − contact is above 0. Costs and thresholds are the server's: TELELINK_ACCEPTANCE,
TELELINK_STAYER_ACCEPTANCE, TELELINK_OFFER_COST, TELELINK_CONTACT_COST, TELELINK_RISK_HIGH, TELELINK_RISK_MEDIUM;
TELELINK_RULE=reference takes the reference system's cases instead, with TELELINK_CLV_HIGH and TELELINK_CLV_MEDIUM.`,
    )
    .action(scoreNowOrAgain);
}

/** Scores once or, where it is asked for, whenever the time has come: with the model, data and settings of then. */
async function scoreNowOrAgain(options: Options): Promise<void> {
  if (options.every === undefined) return scoreOnce(options);
  if (options.data === "-" || options.out === "-")
    throw usageError("--every needs files: standard input and output come and go once");
  const { everyMs, repeatEvery } = await import("../../support/every.js");
  const ended = new AbortController();
  for (const one of ["SIGINT", "SIGTERM"] as const) process.once(one, () => ended.abort());
  await repeatEvery(everyMs(options.every), () => scoreOnce(options), ended.signal);
}

/** Scores what lies at an address, or into one, by way of a file. */
async function scoreOnce(options: Options): Promise<void> {
  const { withSource, withTarget } = await import("../../support/remote.js");
  await withTarget(options.out, (out) =>
    withSource(options.data, (data) => score({ ...options, data, out }, out !== options.out)),
  );
}

async function score(options: Options, away: boolean): Promise<void> {
  const { driftReport } = await import("../../../services/predict/drift.js");
  const [{ openSource }, { scoringDesk }, { settings }, { wholeNumber }] = await Promise.all([
    import("../../support/score/score-source.js"),
    import("../../support/score/score-model.js"),
    import("../../../serve/settings.js"),
    import("../../support/options.js"),
  ]);
  const threads =
    options.threads === undefined ? undefined : wholeNumber(options.threads, "--threads", 1, 1024);
  const source = await openSource(options.data, options.table, csvOptions(options));
  noteRemarks(source.remarks);
  const desk = await scoringDesk(options);
  const rules = settings({}, process.env);
  const works = worksOf(source, desk, rules, keptColumns(source, options), options);
  const started = performance.now();
  const total = await writeScores(works, source, options, threads);
  const seconds = (performance.now() - started) / 1000;
  const summary = {
    model: desk.origin.model,
    simulatedValue: desk.origin.simulatedValue,
    learntFrom: learntFrom(desk, options.data),
    rule: rules.rule,
    customers: total.rows,
    rejected: total.rejected,
    ...(source.duplicates === undefined ? {} : { duplicates: source.duplicates }),
    byRisk: { High: total.byRisk[0], Medium: total.byRisk[1], Low: total.byRisk[2] },
    meanProbability: total.rows > 0 ? total.probability / total.rows : null,
    meanValue: total.rows > 0 ? total.value / total.rows : null,
    worthContacting: total.worthContacting,
    expectedProfit: total.profit,
    seconds,
  };
  noteProblems(total.problems, total.problemCount, 5);
  if (total.lastRow) note(total.lastRow);
  const drift = driftReport(desk.profile ?? [], total.drift, total.problemsByColumn);
  if (options.json) {
    printJson({ ...summary, drift });
    checkScored(total, drift, options);
    return;
  }
  const left = [
    ...(total.rejected > 0 ? [`${total.rejected} rows left out (told by line)`] : []),
    ...(source.duplicates ? [`${source.duplicates} duplicate customers left out`] : []),
  ];
  const { High, Medium, Low } = summary.byRisk;
  note(`${[`${total.rows} customers scored by ${desk.origin.model}`, ...left].join(", ")}`);
  note(
    `risk: ${High} high, ${Medium} medium, ${Low} low; ${total.worthContacting} to be contacted by the rule ${rules.rule}, expected to bring ${money(total.profit)}`,
  );
  for (const line of learntFrom(desk, options.data)) note(line);
  note(`${options.out === "-" || away ? "" : `wrote ${options.out} in `}${seconds.toFixed(1)} s`);
  checkScored(total, drift, options);
}

/** Whether the desk's own models answer, which know none of the user's customers. */
function embedded({ origin }: Desk): boolean {
  return origin.model.startsWith("desk (");
}

/** What the answers were learnt from, where that is not the user's own customers. */
function learntFrom(desk: Desk, data: string): string[] {
  if (!desk.origin.simulatedValue) return [];
  const value = "value from a formula of the reference system with noise, not from anybody's revenue";
  if (!embedded(desk))
    return [
      `Only churn is by ${desk.origin.model}: ${value} (--value-column or --value-model for your own).`,
    ];
  const sources = desk.origin.data
    .map(({ name, rows, simulated }) =>
      [name, ...(rows === undefined ? [] : [`${rows} customers`]), ...(simulated ? ["simulated"] : [])].join(
        ", ",
      ),
    )
    .join("; ");
  return [
    `These figures are not learnt from your customers: churn from ${sources}, ${value}.`,
    ownModel(data),
  ];
}

function ownModel(data: string): string {
  const file = data === "-" ? "customers.csv" : data;
  return `For a model of your own: telelink train --data ${file} --target <who left> --out churn.tlm, then telelink score --data ${file} --model churn.tlm --value-column <value> --out scores.csv`;
}

/** The columns that the answer repeats. */
function keptColumns({ columns }: ScoreSource, { id, data }: Options): ColumnSchema[] {
  if (id === undefined) return columns.filter((column) => column.type === "id").slice(0, 1);
  return id.map((name) => {
    const found = columns.find((column) => column.name === name);
    if (!found)
      throw usageError(
        `Cannot score: ${data} must have a column ${JSON.stringify(name)}, got ${columns.map((column) => column.name).join(", ")}${didYouMean(
          name,
          columns.map((column) => column.name),
        )}`,
      );
    // Repeated as it is written.
    return { name, type: "text" };
  });
}

/** What is to be done for each piece of the source. */
async function* worksOf(
  source: ScoreSource,
  desk: Desk,
  rules: DecisionRules,
  keep: readonly ColumnSchema[],
  { data, spreadsheetSafe = false }: Options,
): AsyncGenerator<ScoreWork> {
  const { chargeColumns } = await import("../../../services/score/charges.js");
  const has = new Set(source.columns.map((column) => column.name));
  const wanted = desk.schema.columns;
  const missing = wanted
    .map((schema) => schema.name)
    .filter((name) => !has.has(name) && !desk.optional.includes(name) && !chargeColumns.includes(name));
  if (missing.length > 0)
    throw new CliError(
      `Cannot score ${data}: the columns ${missing.join(", ")} must be there, got ${[...has].join(", ")}${didYouMean(missing[0], [...has])}${embedded(desk) ? `. ${ownModel(data)}` : ""}`,
    );
  const { sha256Of } = await import("../../../core/sha256.js");
  const text = Buffer.from(JSON.stringify(desk.toJSON()));
  const shared = new Uint8Array(new SharedArrayBuffer(text.length));
  shared.set(text);
  const { rule, riskHigh, riskMedium, clvHigh, clvMedium } = rules;
  const { acceptance, stayerAcceptance = 1, offerCost, contactCost } = rules;
  const work = {
    key: sha256Of(text),
    desk: shared,
    rules: {
      ...{ rule, riskHigh, riskMedium, clvHigh, clvMedium },
      ...{ acceptance, stayerAcceptance, offerCost, contactCost },
    },
    keep,
    columns: wanted
      .filter((schema) => has.has(schema.name))
      .map((schema) => writtenAs(schema, source.columns)),
    spreadsheetSafe,
    ...(desk.profile ? { profile: desk.profile } : {}),
  };
  for await (const piece of source.pieces()) yield { ...work, piece };
}

/** The column with the format that the source has, where it is known to hold numbers or dates. */
function writtenAs(one: ColumnSchema, source: readonly ColumnSchema[]): ColumnSchema {
  const found = source.find((other) => other.name === one.name);
  if (found?.type !== one.type || (one.type !== "numeric" && one.type !== "date")) return one;
  const { format: _, ...rest } = one;
  return found.format ? { ...rest, format: found.format } : rest;
}

/** Ends the command where too much is lost or, with --strict, rows are not as in training. */
function checkScored(total: Total, drift: readonly DriftedColumn[], options: Options): void {
  const all = total.rows + total.rejected;
  if (total.rejected > 0.01 * all && !options.acceptLoss)
    throw lost(
      `${total.rejected} of ${all} rows of ${options.data} (${percentOf(total.rejected, all)}) can't be read`,
      "",
      "scored all but what is lost",
    );
  noteDrift(drift, options.strict);
}

type Total = Omit<ScoredPiece, "csv" | "rejectedRows" | "drift" | "problemsByColumn"> & {
  readonly drift: DriftCounts[];
  readonly problemsByColumn: Map<string, number>;
};

/** Scores all pieces and writes them in their order; what was there before stays when that fails. */
async function writeScores(
  works: AsyncIterable<ScoreWork>,
  source: ScoreSource,
  options: Options,
  threads: number | undefined,
): Promise<Total> {
  const { addDrift, unusableColumn } = await import("../../../services/predict/drift.js");
  const [{ streamThreads }, { scorePiece }, { watched }, { keptWhole }] = await Promise.all([
    import("../../../core/pool.js"),
    import("../../../services/score/score-piece.js"),
    import("../../support/watched.js"),
    import("../../support/rows-out.js"),
  ]);
  const out = await openOutput(options, keptColumns(source, options));
  const total = {
    rows: 0,
    rejected: 0,
    problemCount: 0,
    problems: [] as Total["problems"][number][],
    problemsByColumn: new Map<string, number>(),
    drift: [] as DriftCounts[],
    byRisk: [0, 0, 0],
    probability: 0,
    value: 0,
    worthContacting: 0,
    profit: 0,
    lastRow: undefined as string | undefined,
  };
  await watched(({ signal, progress }) =>
    keptWhole(out, async () => {
      for await (const piece of streamThreads(scorePiece, works, threads)) {
        if (signal.aborted) throw new CliError("stopped: nothing was written", exitCodes.interrupted);
        out.write(piece, total.rows + total.rejected);
        for (const key of [
          "rows",
          "rejected",
          "problemCount",
          "probability",
          "value",
          "worthContacting",
          "profit",
        ] as const)
          total[key] += piece[key];
        piece.byRisk.forEach((count, k) => {
          total.byRisk[k] += count;
        });
        total.lastRow = piece.lastRow;
        addDrift(total.drift, piece.drift);
        for (const [column, count] of piece.problemsByColumn)
          total.problemsByColumn.set(column, (total.problemsByColumn.get(column) ?? 0) + count);
        total.problems.push(...piece.problems.slice(0, 20 - Math.min(20, total.problems.length)));
        progress?.({ phase: "score", ...source.progress(), figures: { customers: total.rows } });
      }
      if (!options.acceptLoss)
        checkUsable(`Cannot score ${options.data}`, unusableColumn(total.drift, total.problemsByColumn));
    }),
  );
  return total;
}

interface Output {
  /** `before` is how many rows of the source came before, with those left out. */
  write(piece: ScoredPiece, before: number): void;
  end(): void | Promise<void>;
  discard(): void;
}

async function openOutput({ out, spreadsheetSafe }: Options, keep: readonly ColumnSchema[]): Promise<Output> {
  const [{ openText }, { answerColumns }, { csvWriter }, { numbered }, { noRows }] = await Promise.all([
    import("../../support/rows-out.js"),
    import("../../../services/score/score-piece.js"),
    import("../../../data/write/write-csv.js"),
    import("../../../data/numbered.js"),
    import("../../../services/predict/predict-table.js"),
  ]);
  const named: readonly ColumnSchema[] =
    keep.length > 0 ? keep : [{ name: "row", type: "numeric", decimals: 0 }];
  const columns = [...named, ...answerColumns];
  const { write, end, discard } = await openText(out === "-" ? undefined : out, columns);
  const header = csvWriter(write, { spreadsheetSafe });
  header.write(noRows({ columns }));
  header.end();
  return {
    write: (piece, before) =>
      write(keep.length > 0 ? piece.csv : numbered(piece.csv, before + 1, piece.rejectedRows)),
    end,
    discard,
  };
}
