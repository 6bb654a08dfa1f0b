import { Command } from "commander";
import type { Unlearnt } from "../../../synthesis/learning";
import type { Found } from "../../../synthesis/sequential/known/complete";
import type { Sequential } from "../../../synthesis/sequential/sequential";
import { usageError } from "../../support/exit";
import { jsonFile } from "../../support/json-file";
import { wholeNumber } from "../../support/options";
import { note, printTable } from "../../support/output";
import { checkLoss, csvOptions, type ReadingFlags, readingOptions } from "../../support/reading";

interface Options extends ReadingFlags {
  readonly model: string;
  readonly data: string;
  readonly out: string;
  readonly columns?: string[];
  readonly candidates?: string;
  readonly seed: string;
}

/** `telelink synth impute`: missing cells drawn from a fitted model. */
export function synthImputeCommand(): Command {
  return readingOptions(new Command("impute"))
    .description("fill the missing cells of a table by draws from a fitted model")
    .requiredOption("--model <file>", "a file that telelink synth fit wrote by its default method")
    .requiredOption("--data <file>", "a table with the columns that the model learnt; - reads standard input")
    .requiredOption("--out <file>", "a .csv or .parquet file")
    .option("--columns <names...>", "fill these alone; left out, all columns")
    .option("--candidates <number>", "how many draws a row is chosen from: 1 to 1000; left out, 24")
    .option("--seed <number>", "the same seed fills in the same values", "42")
    .addHelpText(
      "after",
      `
Known cells stay as they are. What follows from them by a rule of the model is solved for (amount ÷ price = quantity), and
stays empty where a rule says so by a known cell (no reason for rejection where the status is open; two cells that are missing
together are no reason for each other, are filled in, and said); everything else is a draw given all that is known of its row, not a mean, so that spreads
and shares stay true; rows that break a rule are counted and named; run it with several seeds and pool the results where the uncertainty counts (multiple imputation).
The model may be learnt from the same table with its holes. Identifiers are never filled in. Rows pass through 20,000 at a
time, in their order, and cells that are not filled are written as the file has them.

Example:
  $ telelink synth fit --data customers.csv --out model.json
  $ telelink synth impute --model model.json --data customers.csv --out filled.csv`,
    )
    .action(impute);
}

async function impute(options: Options): Promise<void> {
  const [{ surveyTable }, { savedSynthesiserFromJSON }, { seeded }, { imputeRows }] = await Promise.all([
    import("../../../data/read/survey-table.js"),
    import("../../../synthesis/saved-synthesiser.js"),
    import("../../../core/rng.js"),
    import("../../../services/synthetic/impute-rows.js"),
  ]);
  const [{ openRows, keptWhole }, { namesParquet }, { watched }] = await Promise.all([
    import("../../support/rows-out.js"),
    import("../../../data/write/csv-to-parquet.js"),
    import("../../support/watched.js"),
  ]);
  const seed = wholeNumber(options.seed, "--seed");
  const candidates =
    options.candidates === undefined ? undefined : wholeNumber(options.candidates, "--candidates", 1, 1000);
  const { synthesiser, origin } = savedSynthesiserFromJSON(jsonFile(options.model), options.model);
  if (!("complete" in synthesiser))
    throw usageError(
      `Cannot impute: the model must be learnt by sequential, the default method, got ${synthesiser.kind}`,
    );
  const names = synthesiser.columns.map(({ name }) => name);
  const unknown = options.columns?.find((name) => !names.includes(name));
  if (unknown !== undefined)
    throw usageError(`Cannot impute --columns: each must be one of ${names.join(", ")}, got ${unknown}`);
  // Of a column of two words a file may hold one alone; other levels stay open.
  const columns = synthesiser.columns.map(({ name, type, format, levels }) => ({
    name,
    type,
    ...(type === "boolean" && levels && { levels }),
    ...(format && { format }),
  }));
  const completion = (synthesiser as Sequential).completion(seeded(seed), {
    ...(options.columns && { columns: options.columns }),
    ...(candidates !== undefined && { candidates }),
  });
  const reading = { ...csvOptions(options), schema: { columns }, badCells: "missing" as const };
  await surveyTable(options.data, reading, async (survey) => {
    checkLoss(options.data, survey, options);
    const delimiter = survey.schema.dialect?.delimiter;
    // Parquet has numbers; text is as the file has it ("19.0" among whole numbers).
    const asWritten = !namesParquet(options.out);
    await watched(async (watch) => {
      const out = await openRows(options.out, delimiter === undefined ? {} : { delimiter });
      await keptWhole(out, () => imputeRows(survey, completion, { asWritten }, out.write, watch));
    });
    tell(completion.found, origin.learning?.unlearnt);
    note(`${survey.kept} rows; wrote ${options.out}`);
  });
}

/** Says what was filled in, and what could not be. */
function tell(found: Found, unlearnt: readonly Unlearnt[] = []): void {
  const holes = found.columns.filter(({ missing }) => missing > 0);
  if (holes.length > 0)
    printTable(
      ["column", "missing", "filled in", "still missing"],
      holes.map(({ name, missing, filled }) => [name, ...[missing, filled, missing - filled].map(String)]),
    );
  else note("no cell is missing: the rows are those of the file");
  if (found.unlikely > 0)
    note(
      `${found.unlikely} rows have known cells that never go together in the model: what was drawn there is a guess`,
    );
  for (const { what, of, by } of unlearnt) {
    const cells = holes.filter(({ name, filled }) => filled > 0 && [...of, ...by].includes(name));
    if (cells.length > 0)
      note(
        `${what} follows from ${by.join(", ")} in the rows learnt, not in the model: what was filled in of ${cells.map(({ name, filled }) => `${name} (${filled})`).join(", ")} may not go with it (--structure of synth fit states a rule)`,
      );
  }
  for (const { name, rule, rows } of found.empty)
    note(`${name}: ${rowsOf(rows)} stay${rows === 1 ? "s" : ""} empty by the rule: ${rule}`);
  for (const { rule, rows } of found.together)
    note(
      `${rule}: filled in though missing together, in ${rowsOf(rows)}, as nothing known says why; where such a gap means something (nothing was measured), name the columns to fill with --columns`,
    );
  for (const { rule, rows, first } of found.contradicting)
    note(
      `${rowsOf(rows)} of the file contradict${rows === 1 ? "s" : ""} the rule: ${rule} (the first is row ${first + 1}); known cells stay`,
    );
  for (const { rule, rows, first } of found.unsolved)
    note(
      `${rowsOf(rows)} stay${rows === 1 ? "s" : ""} empty in part, as no value that the model allows goes with the known cells by the rule: ${rule} (the first is row ${first + 1})`,
    );
  for (const { rule, rows, first } of found.broken)
    note(
      `${rowsOf(rows)} break${rows === 1 ? "s" : ""} the rule by what was filled in: ${rule} (the first is row ${first + 1})`,
    );
  for (const { name, cells, levels, first, nearest } of found.unknown)
    note(
      `${name}: ${nearest ? "values" : "levels"} that the model does not know stay in ${rowsOf(cells)} (${first.join(", ")}${levels > first.length ? ` and ${levels - first.length} more` : ""}); ${nearest ? "what is beside them was drawn as by the nearest that it knows" : "nothing beside them was drawn by them"}`,
    );
}

function rowsOf(count: number): string {
  return count === 1 ? "1 row" : `${count} rows`;
}
