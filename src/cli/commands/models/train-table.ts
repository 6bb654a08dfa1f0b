import { didYouMean } from "../../../core/did-you-mean";
import { percentOf } from "../../../core/format";
import { type Rng, seeded } from "../../../core/rng";
import type { CsvOptions } from "../../../data/csv/options";
import { fileOrigin } from "../../../data/read/file-origin";
import type { CsvRead } from "../../../data/read/read-csv";
import { readTable } from "../../../data/read/read-table";
import { type SampledTable, sampleTable } from "../../../data/read/sample-table";
import { readSchema } from "../../../data/schema-file";
import { classesTitles } from "../../../evaluate/multiclass";
import { scorerNamed } from "../../../evaluate/scorers";
import { judgeOthers } from "../../../services/predict/judge-others";
import { kindAsked } from "../../../services/predict/learners";
import type { SavedModel, SavedScore } from "../../../services/predict/saved-model";
import { storeModel } from "../../../services/predict/stored-model";
import { trainModel } from "../../../services/predict/train-model";
import type { ClassWeightsAsked } from "../../../services/predict/training";
import { derivedSentences, unusedColumns, unusedSentences } from "../../../services/predict/unused-columns";
import { commonClasses, labelled, noteCounts, oncePerCustomer } from "../../support/counted-rows";
import { CliError, exitCodes, usageError } from "../../support/exit";
import { writeModelFile } from "../../support/model-file";
import { wholeNumber } from "../../support/options";
import { note, print, printTable } from "../../support/output";
import { checkLoss, csvOptions, type ReadingFlags } from "../../support/reading";
import { withStore } from "../../support/store-option";
import { packageVersion } from "../../support/version";
import { watched } from "../../support/watched";

/** The options of `telelink train`. */
export interface TrainFlags extends ReadingFlags {
  data: string;
  target: string;
  out?: string;
  alias?: string;
  name: string;
  store: string;
  positive?: string;
  drop: string[];
  id: string[];
  schema?: string;
  model: string;
  search?: string;
  members?: string;
  classes?: boolean;
  classWeights?: string[];
  calibrate?: string;
  seed: string;
  folds?: string;
  keepDuplicates?: boolean;
  dropUnlabelled?: boolean;
  sample?: string;
}

/** Trains a model on a table and says what it is worth. */
export async function train(options: TrainFlags): Promise<void> {
  if (options.out === undefined && options.alias === undefined)
    throw usageError("Cannot train: --out or --alias must say where the model goes");
  const seed = wholeNumber(options.seed, "--seed");
  const folds = options.folds === undefined ? undefined : wholeNumber(options.folds, "--folds", 2, 100);
  const search =
    options.search === undefined ? undefined : wholeNumber(options.search, "--search", 1, 10_000);
  const members = options.members?.split(",").map((one) => one.trim());
  const schema = options.schema ? readSchema(options.schema) : undefined;
  const reading = { ...csvOptions(options), ...(schema ? { schema } : {}) };
  const part = await sampled(options, reading, seeded(seed).fork("sample"));
  const read = part ?? (await readTable(options.data, reading));
  const names = read.table.columns.map((column) => column.name);
  for (const name of [...options.drop, ...options.id, options.target])
    if (!names.includes(name))
      throw usageError(
        `Cannot train: ${options.data} must have a column ${JSON.stringify(name)}, got ${names.join(", ")}${didYouMean(name, names)}${names[0] === "column 1" ? " (--header says that the first line names them)" : ""}`,
      );
  if (read.table.rows === 0) throw new CliError(`Cannot train: ${options.data} must hold rows, got none`);
  showColumns(read, options);
  checkLoss(options.data, read, options);
  const classWeights = options.classWeights && classWeightsFrom(options.classWeights);
  const { table: once } = oncePerCustomer(labelled(read.table, options), options);
  noteCounts(once, options.target);
  const table = await commonClasses(once, { ...options, folds: folds ?? 5 });
  const plan = { ...options, folds, search, members, classWeights, drop: [...options.drop, ...options.id] };
  const training = await watched((watch) =>
    trainModel(table, read.schema, plan, seeded(seed), watch).catch(async (error: unknown) => {
      if (/at least one column must be usable/.test(String(error))) {
        for (const line of unusedSentences(unusedColumns(table, [], plan), table.columns.length)) note(line);
      }
      throw watch.signal.aborted
        ? new CliError("stopped: no model was written", exitCodes.interrupted)
        : error;
    }),
  );
  const { positives, suspects } = training;
  const model: SavedModel = {
    ...training.model,
    origin: {
      model: kindAsked(options.model, training.model.target.kind),
      seed,
      rows: table.rows,
      ...(part && { sampledFrom: part.total }),
      ...(positives === undefined ? {} : { positives }),
      data: options.data === "-" ? [] : [await fileOrigin(options.data)],
      version: packageVersion(),
    },
  };
  const places = await keep(model, options, writeModelFile);
  for (const { column, score, measure, told, level } of suspects)
    note(
      `warning: ${JSON.stringify(column)} alone tells ${level === undefined ? options.target : `${level} from the others`}${told === undefined ? "" : ` in ${told} of ${table.rows} rows`} (${measure} ${score.toFixed(3)}): if it is only known afterwards, leave it out with --drop`,
    );
  for (const sentence of training.story) print(sentence);
  const titleOf = (name: string): string => classesTitles[name] ?? scorerNamed(name).title;
  showModel(model, places, titleOf);
  if (part) await showOthers(model, part, options, seeded(seed).fork("others"), titleOf);
  for (const line of derivedSentences(model.pipeline.encoder.parts)) print(line);
  const used = model.pipeline.encoder.parts.map((part) => part.name);
  for (const line of unusedSentences(unusedColumns(table, used, plan), table.columns.length)) print(line);
}

/** What --class-weights says: "balanced", or VALUE=NUMBER of each class named. */
function classWeightsFrom(words: readonly string[]): ClassWeightsAsked {
  if (words.length === 1 && words[0] === "balanced") return "balanced";
  return Object.fromEntries(
    words.map((word) => {
      const at = word.lastIndexOf("=");
      const weight = Number(word.slice(at + 1) || Number.NaN);
      if (at < 1 || !(weight > 0 && weight < Infinity))
        throw usageError(
          `Cannot train: --class-weights must be balanced or VALUE=NUMBER with a number above 0, as in Yes=3, got ${JSON.stringify(word)}`,
        );
      return [word.slice(0, at), weight];
    }),
  );
}

/** The rows that --sample asks for; undefined where it was not given. */
async function sampled(
  { data, sample, target }: TrainFlags,
  reading: CsvOptions,
  rng: Rng,
): Promise<SampledTable | undefined> {
  if (sample === undefined) return undefined;
  const rows = wholeNumber(sample, "--sample", 100, 1e9);
  const part = await sampleTable(data, rows, rng, { ...reading, by: target });
  const alike = part.strata
    ? `drawn by --seed, each of ${part.strata} values of ${target} with its share`
    : "all alike drawn by --seed";
  note(
    part.total > part.drawn
      ? `learns from ${part.drawn} of ${part.total} rows, ${alike}; ${part.otherRows < part.total - part.drawn ? `${part.otherRows} of ` : ""}the others judge the model`
      : `--sample asks for ${rows} rows: all ${part.total} are learnt from`,
  );
  return part;
}

/** Shows what the model is worth on the rows that --sample left. */
async function showOthers(
  model: SavedModel,
  part: SampledTable,
  { id }: TrainFlags,
  rng: Rng,
  titleOf: (name: string) => string,
): Promise<void> {
  if (part.total === part.drawn) return;
  const { evaluation, learned, unjudged, rejected } = await judgeOthers(model, part, id, rng);
  const why: readonly [number, string][] = [
    [learned, "whose customer was learned from"],
    [unjudged, `whose ${model.target.column} is missing or was never learned`],
    [rejected, "that can't be read"],
  ];
  const left = why.filter(([rows]) => rows > 0).map(([rows, words]) => `, without ${rows} ${words}`);
  if (!evaluation) {
    note(`none of the other rows can judge the model${left.join("")}`);
    return;
  }
  print(`judged on ${evaluation.rows} rows that it did not learn from${left.join("")}:`);
  showFigures(model, evaluation.figures, titleOf);
}

/** Writes the model where it was asked for, and says where that was. */
async function keep(
  model: SavedModel,
  { out, alias, name, store: file }: TrainFlags,
  write: (file: string, model: SavedModel) => void,
): Promise<string[]> {
  const places: string[] = [];
  if (out !== undefined) {
    write(out, model);
    places.push(`wrote ${out}`);
  }
  if (alias !== undefined) {
    await withStore(file, (store) => {
      const stored = storeModel(store, name, model, alias);
      if (model.target.kind === "multiclass")
        note(
          `warning: a model of three classes or more does not answer at the desk: --positive trains one that does`,
        );
      places.push(`kept as ${stored.name}@${stored.version} in ${store.file}; ${alias} stands for it`);
    });
  }
  return places;
}

function showColumns({ table, rejected }: CsvRead, options: TrainFlags): void {
  print(`${options.data}: ${table.rows} rows, ${table.columns.length} columns, ${rejected} rows left out`);
  const role = (name: string, type: string): string => {
    if (name === options.target) return "target";
    if (options.id.includes(name)) return "id";
    if (options.drop.includes(name)) return "dropped";
    return type === "id" ? "not used" : "feature";
  };
  print();
  printTable(
    ["column", "type", "role"],
    table.columns.map((column) => [column.name, column.type, role(column.name, column.type)]),
  );
  print();
}

/** The figures worth a line; the file holds all. */
const shown = [
  ...["rocAuc", "averagePrecision", "logLoss", "brierLoss", "calibrationError", "f1"],
  ...["meanAbsoluteError", "rootMeanSquaredError", "rSquared"],
];

function showModel(model: SavedModel, places: readonly string[], titleOf: (name: string) => string): void {
  const { origin, target, threshold } = model;
  const share =
    origin.positives === undefined ? "" : `, ${percentOf(origin.positives, origin.rows)} ${target.positive}`;
  print(`${origin.model} model of ${target.column}${share}, judged by ${model.validationMethod}:`);
  showFigures(model, model.validation, titleOf);
  if (threshold !== undefined)
    print(`threshold ${threshold.toFixed(3)} (best F1); telelink evaluate --threshold tries another`);
  for (const place of places) print(place);
}

function showFigures(
  { target }: SavedModel,
  figures: readonly SavedScore[],
  titleOf: (name: string) => string,
): void {
  printTable(
    ["figure", "value", "95% from", "to"],
    figures
      .filter((score) => target.kind === "multiclass" || shown.includes(score.name))
      .map((score) => [
        titleOf(score.name),
        ...[score.value, score.low, score.high].map((v) => v.toPrecision(4)),
      ]),
  );
}
