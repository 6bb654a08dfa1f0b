import { decimal, percent } from "../../../core/format";
import { seeded } from "../../../core/rng";
import { evenRows } from "../../../data/even-rows";
import { writeAtomic } from "../../../data/files";
import { fileOrigin } from "../../../data/read/file-origin";
import { type Survey, surveyTable } from "../../../data/read/survey-table";
import { type Column, cellText, columnNamed, type Table, takeTableRows } from "../../../data/table";
import {
  explainClasses,
  explainModel,
  explainRow,
  mostBeside,
  mostExplained,
  type RowAmong,
  type RowExplanation,
} from "../../../services/predict/explain-model";
import { knownSchema, type SavedModel } from "../../../services/predict/saved-model";
import { judgedRows } from "../../support/counted-rows";
import { CliError, usageError } from "../../support/exit";
import { readModelFile } from "../../support/model-file";
import { wholeNumber } from "../../support/options";
import { note, noteProblems, print, printJson, printTable } from "../../support/output";
import { checkLoss, csvOptions, noteRemarks, type ReadingFlags } from "../../support/reading";

/** The options of `telelink explain`. */
export interface ExplainFlags extends ReadingFlags {
  data: string;
  row?: string;
  id?: string;
  top: string;
  seed: string;
  keepDuplicates?: boolean;
  json?: boolean;
  html?: string;
}

/** Says which columns matter to a model, or why it says what it says of one row. */
export async function explain(file: string, options: ExplainFlags): Promise<void> {
  const one = options.row !== undefined || options.id !== undefined;
  if (options.row !== undefined && options.id !== undefined)
    throw usageError("Cannot explain: --row and --id exclude each other");
  if (options.html !== undefined && !one)
    throw usageError("Cannot write a page: --row or --id must say of which row");
  const how = {
    top: wholeNumber(options.top, "--top", 1, 1000),
    seed: wholeNumber(options.seed, "--seed"),
  };
  const model = readModelFile(file);
  return one ? explainOne(model, file, options, how) : explainAll(model, file, options, how);
}

interface How {
  readonly top: number;
  readonly seed: number;
}

/** Why one row gets its prediction. */
async function explainOne(
  model: SavedModel,
  file: string,
  options: ExplainFlags,
  { top, seed }: How,
): Promise<void> {
  const wanted = options.id === undefined ? undefined : idOf(options.id);
  const own = model.schema.columns;
  const ids = wanted && !own.some((schema) => schema.name === wanted.column) ? [wanted.column] : [];
  const schema = {
    ...model.schema,
    columns: [...own, ...ids.map((name) => ({ name, type: "id" as const }))],
  };
  // Every line keeps its number, whatever is wrong with its cells.
  const reading = { ...csvOptions(options), schema, badCells: "missing" } as const;
  const { among, number, rows } = await surveyTable(options.data, reading, async (survey) => {
    noteRemarks(survey.remarks);
    noteProblems(survey.problems, survey.problemCount, 5);
    const asked = wanted ?? placeOf(wholeNumber(options.row ?? "", "--row", 1), survey, options.data);
    const { place, ...among } = await rowAmong(survey, asked, options.data);
    return { among, number: fileRow(place, survey.rejectedRows), rows: survey.rows };
  });
  const { classes } = model.target;
  const all = classes ? explainClasses(model, among, seeded(seed)) : [explainRow(model, among, seeded(seed))];
  // Of several classes a page tells of the one that the model holds most likely.
  const found = all.reduce((best, other) => (other.prediction > best.prediction ? other : best));
  if (options.html !== undefined) {
    const { explainPage } = await import("../../../services/predict/explain-page.js");
    const source = { ...(await fileOrigin(options.data)), rows, simulated: false };
    const name = options.id ?? `row ${number}`;
    writeAtomic(options.html, await explainPage(model, { found, name, source, seed, top }));
    note(`wrote ${options.html}`);
  }
  if (options.json)
    return printJson({
      model: file,
      data: options.data,
      row: number,
      ...(classes ? { classes: all } : found),
    });
  if (classes) return showClasses(number, all, top);
  const { kind, positive } = model.target;
  print(
    `row ${number}: ${kind === "classes" ? `${percent(found.prediction)} ${positive}` : found.prediction.toPrecision(5)}`,
  );
  printTable(
    ["column", "value", `adds to ${found.unit}${found.method === "sampled" ? " (sampled)" : ""}`],
    reasonRows(found, top),
  );
}

/** Which columns matter, and how. */
async function explainAll(
  model: SavedModel,
  file: string,
  options: ExplainFlags,
  { top, seed }: How,
): Promise<void> {
  const reading = { ...csvOptions(options), schema: knownSchema(model) };
  const { table, left } = await surveyTable(options.data, reading, async (survey) => {
    checkLoss(options.data, survey, options);
    const judged = judgedRows(model, survey, { ...options, id: undefined });
    let rows = 0;
    for await (const batch of judged.batches()) rows += batch.rows;
    if (rows === 0)
      throw new CliError(`Cannot explain: ${options.data} must have rows to judge by, got none`);
    return { table: await evenRows(judged.batches(), rows, mostExplained), left: judged.left };
  });
  const found = explainModel(model, table, seeded(seed), { top: Math.min(top, 5) });
  if (options.json) return printJson({ model: file, data: options.data, ...left, ...found });
  print(`${found.measure} lost when a column is shuffled, over ${table.rows} rows:`);
  printTable(
    ["column", "loss", "±"],
    found.importances
      .slice(0, top)
      .map((importance) => [importance.feature, importance.mean.toFixed(4), importance.deviation.toFixed(4)]),
  );
  if (found.contributions) {
    const { unit, rows, columns } = found.contributions;
    print();
    print(`by how much a column moves the ${unit} on average (mean |SHAP|), over ${rows} rows:`);
    printTable(
      ["column", "moves"],
      columns.slice(0, top).map((column) => [column.feature, column.mean.toPrecision(3)]),
    );
  }
  for (const { feature, class: name, at, mean } of found.dependences) {
    print();
    print(`mean ${name === undefined ? "prediction" : `probability of ${name}`} along ${feature}:`);
    const step = Math.max(1, Math.floor(at.length / 8));
    const shown = at
      .map((value, k) => [value, mean[k]] as const)
      .filter((_, k) => k % step === 0 || k === at.length - 1);
    printTable(
      [feature, "prediction"],
      shown.map(([value, prediction]) => [
        typeof value === "number" ? String(Number(value.toPrecision(4))) : value,
        prediction.toPrecision(3),
      ]),
    );
  }
}

/** Prints each class's probability, and what adds to it. */
function showClasses(row: number, classes: readonly RowExplanation[], top: number): void {
  const chances = classes.map((one) => `${percent(one.prediction)} ${one.class}`);
  print(`row ${row}: ${chances.join(", ")}`);
  for (const one of classes) {
    print();
    printTable(
      [
        "column",
        "value",
        `adds to ${one.unit} of ${one.class}${one.method === "sampled" ? " (sampled)" : ""}`,
      ],
      reasonRows(one, top),
    );
  }
}

function reasonRows({ base, reasons }: RowExplanation, top: number): string[][] {
  const rows = reasons
    .slice(0, top)
    .map(({ column, value, contribution }) => [column, value, signed(contribution)]);
  return [["(base value)", "", decimal(base)], ...rows];
}

function idOf(text: string): { readonly column: string; readonly value: string } {
  const at = text.indexOf("=");
  if (at < 1) throw usageError(`Cannot explain: --id must be column=value, got ${JSON.stringify(text)}`);
  return { column: text.slice(0, at), value: text.slice(at + 1) };
}

/** The place, from 0, of a row of the file among those that could be read. */
function placeOf(row: number, { rows, rejectedRows }: Survey, file: string): number {
  if (row > rows)
    throw new CliError(`Cannot explain: --row must be one of ${rows} rows of ${file}, got ${row}`);
  if (rejectedRows.includes(row)) throw new CliError(`Cannot explain: row ${row} of ${file} can't be read`);
  return row - 1 - rejectedRows.filter((one) => one < row).length;
}

/** The number in the file, from 1, of the row at a place among those that could be read. */
function fileRow(place: number, rejectedRows: readonly number[]): number {
  let row = place + 1;
  for (const one of rejectedRows) if (one <= row) row++;
  return row;
}

/** The row at a place, or the only one that has a value, and rows to compare it with. */
async function rowAmong(
  survey: Survey,
  asked: number | { readonly column: string; readonly value: string },
  file: string,
): Promise<RowAmong & { readonly place: number }> {
  const found: { place: number; row: Table }[] = [];
  let before = 0;
  let count = 0;
  async function* looked(): AsyncGenerator<Table> {
    for await (const rows of survey.batches()) {
      const column = typeof asked === "number" ? undefined : columnNamed(rows, asked.column);
      for (let i = 0; i < rows.rows; i++) {
        const place = before + i;
        if (typeof asked === "number" ? place !== asked : cellText(column as Column, i) !== asked.value)
          continue;
        if (count++ === 0) found.push({ place, row: takeTableRows(rows, [i]) });
      }
      before += rows.rows;
      yield rows;
    }
  }
  const others = survey.kept > 0 ? await evenRows(looked(), survey.kept, mostBeside) : undefined;
  if (!others || (count !== 1 && typeof asked !== "number"))
    throw new CliError(
      typeof asked === "number"
        ? `Cannot explain: ${file} must have rows, got none`
        : `Cannot explain: one row of ${file} must have ${asked.column} ${JSON.stringify(asked.value)}, got ${count}`,
    );
  return { ...found[0], others };
}

function signed(value: number): string {
  return `${value < 0 ? "" : "+"}${value.toFixed(3)}`;
}
