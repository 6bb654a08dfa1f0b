import { seeded } from "../../../core/rng";
import { surveyTable } from "../../../data/read/survey-table";
import { namesParquet } from "../../../data/write/csv-to-parquet";
import { imputeRows } from "../../../services/synthetic/impute-rows";
import type { Unlearnt } from "../../../synthesis/learning";
import { savedSynthesiserFromJSON } from "../../../synthesis/saved-synthesiser";
import type { Found } from "../../../synthesis/sequential/known/complete";
import type { Sequential } from "../../../synthesis/sequential/sequential";
import { usageError } from "../../support/exit";
import { jsonFile } from "../../support/json-file";
import { wholeNumber } from "../../support/options";
import { note, printTable } from "../../support/output";
import { checkLoss, csvOptions, type ReadingFlags } from "../../support/reading";
import { keptWhole, openRows } from "../../support/rows-out";
import { watched } from "../../support/watched";

/** The options of `telelink synth impute`. */
export interface ImputeFlags extends ReadingFlags {
  readonly model: string;
  readonly data: string;
  readonly out: string;
  readonly columns?: string[];
  readonly candidates?: string;
  readonly seed: string;
}

/** Fills the missing cells of a file, and says what it filled and what not. */
export async function imputeFile(options: ImputeFlags): Promise<void> {
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

/** Fewer cells that may be true gaps, or a smaller share of those filled in, are not worth a word. */
const leastLikely = 5;
const leastShare = 0.2;

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
  for (const { name, flag, empty, filled, likely } of found.gaps) {
    if (empty > 0)
      note(
        `${name}: ${rowsOf(empty)} stay${empty === 1 ? "s" : ""} empty, as rows like these ${flag ? "may be: it has one value, and a gap is the other" : "nearly always are in the model"}`,
      );
    if (likely >= leastLikely && likely >= leastShare * filled)
      note(
        `${name}: of ${filled} filled in about ${Math.round(likely)} or more would be empty by the model, as rows like these may be: where a gap means something (nobody answered), leave ${name} out of --columns`,
      );
  }
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
