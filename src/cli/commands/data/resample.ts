import { Command } from "commander";
import type { CsvRead } from "../../../data/read/read-csv";
import type { TableFile } from "../../../data/write/csv-to-parquet";
import { usageError } from "../../support/exit";
import { decimalNumber, oneOf, wholeNumber } from "../../support/options";
import { note, printTable } from "../../support/output";
import { checkLoss, csvOptions, type ReadingFlags, readingOptions } from "../../support/reading";

interface Options extends ReadingFlags {
  readonly data: string;
  readonly target: string;
  readonly method: string;
  readonly out: string;
  readonly ratio?: string;
  readonly neighbours?: string;
  readonly drop?: string[];
  readonly seed: string;
  readonly dropUnlabelled?: boolean;
}

/** `telelink resample`: a CSV file with its classes balanced, by SMOTE and its kin or by removing rows. */
export function resampleCommand(): Command {
  return readingOptions(new Command("resample"))
    .description("balance the classes of a CSV file: SMOTE and its kin, or fewer rows of the larger class")
    .requiredOption("--data <file>", "a CSV file of training rows, with a header")
    .requiredOption("--target <column>", "the column of the classes: words or numbers, two or more")
    .requiredOption("--out <file>", "where the CSV file goes")
    .option("--method <name>", "see below", "smote")
    .option(
      "--ratio <share>",
      "rows of a smaller class per row of the largest afterwards: above 0, at most 1 (default: 1)",
    )
    .option("--neighbours <number>", "neighbours asked (default: 5 where rows are made, else 3)")
    .option("--drop <column...>", "columns that no distance looks at; new rows have nothing there")
    .option("--seed <number>", "the same seed makes the same rows", "42")
    .option("--drop-unlabelled", "leave out rows whose target is missing, however many")
    .addHelpText(
      "after",
      `
Methods that make rows:   smote, borderline-smote, svm-smote, kmeans-smote, adasyn, random-over (repeats rows)
Methods that remove rows: random-under, near-miss, condensed-neighbours, one-sided-selection, neighbourhood-cleaning,
                          tomek-links, edited-neighbours
Both:                     smote-tomek, smote-enn

All take numbers, levels and dates, and any number of classes: tomek-links and edited-neighbours (also after smote) hold each class
against all others, near-miss, condensed-neighbours, one-sided-selection and neighbourhood-cleaning against the smallest. New
levels are those of most neighbours by smote, of the nearer of two rows by the other methods.

Given rows stay as they are. Made rows keep what "synth fit" finds in the table: columns that follow from others are computed,
values that never go together do not meet, orders hold, dates lie on their days; where that fails, the columns concerned are taken
from the row that the new one starts from, and counted. So are columns that go together by no rule that is known, and what all
rows of one person or thing have alike. Cells are missing
where they are in that row; texts are its own. An identifier that no two rows share is made up, with what other columns say in it.

Balance training rows only: a model that is judged on rows made like this, or chosen by them, is judged too well. Predicted
probabilities are those of the balanced rows; moving the threshold often does as much.

Examples:
  $ telelink resample --data train.csv --target Churn --out balanced.csv
  $ telelink resample --data train.csv --target Churn --method near-miss --ratio 0.5 --out smaller.csv`,
    )
    .action(resample);
}

async function resample(options: Options): Promise<void> {
  const [
    { surveyTable },
    { resampleRows, tableMethods },
    { randomMethods, resampleAtRandom },
    { keptWhole },
    { labelledBatches },
    { seeded },
  ] = await Promise.all([
    import("../../../data/read/survey-table.js"),
    import("../../../services/resample/resample-table.js"),
    import("../../../services/resample/at-random.js"),
    import("../../support/rows-out.js"),
    import("../../support/counted-rows.js"),
    import("../../../core/rng.js"),
  ]);
  const { method, target, drop } = options;
  const methods = [...randomMethods, ...tableMethods];
  oneOf(method, "--method", methods);
  const ratio = options.ratio === undefined ? undefined : decimalNumber(options.ratio, "--ratio", 1e-6, 1);
  if (ratio !== undefined && !hasRatio(method))
    throw usageError(`Cannot use --ratio with --method ${method}: it removes what its rule finds`);
  const neighbours =
    options.neighbours === undefined ? undefined : wholeNumber(options.neighbours, "--neighbours", 1, 1e6);
  if (neighbours !== undefined && !hasNeighbours(method))
    throw usageError(`Cannot use --neighbours with --method ${method}: it asks none, or one`);
  const rng = seeded(wholeNumber(options.seed, "--seed"));
  const asked = {
    method,
    ...(ratio !== undefined && { ratio }),
    ...(neighbours !== undefined && { neighbours }),
    ...(drop && { drop }),
  };
  const { classes, remarks } = await surveyTable(options.data, csvOptions(options), async (survey) => {
    checkLoss(options.data, survey, options);
    const rows = labelledBatches(survey, options);
    const out = await openOut(options, survey);
    const work = randomMethods.includes(method) ? resampleAtRandom : resampleRows;
    return keptWhole(out, () => work(rows, target, asked, rng, (block) => out.write(block)));
  });
  printTable(
    [target, "rows before", "rows after"],
    classes.map(({ name, before, after }) => [name, String(before), String(after)]),
  );
  for (const remark of remarks) note(remark);
  if (ratio !== undefined && classes.every(({ before, after }) => before === after))
    note(`no class is further from the others than --ratio ${ratio}: the rows are as they were`);
  const rows = classes.reduce((sum, { after }) => sum + after, 0);
  note(`${rows} rows by ${method}; wrote ${options.out}`);
}

async function openOut({ out }: Options, { schema }: Pick<CsvRead, "schema">): Promise<TableFile> {
  const { openRows } = await import("../../support/rows-out.js");
  const delimiter = schema.dialect?.delimiter;
  return openRows(out, delimiter ? { delimiter } : {});
}

function hasNeighbours(method: string): boolean {
  return !/random|condensed|one-sided|^tomek/.test(method);
}

function hasRatio(method: string): boolean {
  return /smote|adasyn|random|near-miss/.test(method);
}
