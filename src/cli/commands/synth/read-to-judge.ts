import { type Rng, seeded } from "../../../core/rng";
import type { CsvOptions } from "../../../data/csv/options";
import { likelyCustomers } from "../../../data/customers";
import { type DrawnTable, drawnOf } from "../../../data/read/drawn-table";
import { type Survey, surveyTable } from "../../../data/read/survey-table";
import { schemaOf } from "../../../data/schema";
import { readSchema } from "../../../data/schema-file";
import type { ReportPlan } from "../../../evaluate/synthetic/report";
import { wholeTables } from "../../../evaluate/synthetic/whole";
import { whoseRows } from "../../../services/synthetic/rows-to-learn";
import { noteWhose } from "../../support/counted-rows";
import { checkLoss, csvOptions, type ReadingFlags } from "../../support/reading";

interface JudgingFlags extends ReadingFlags {
  readonly real: string;
  readonly synthetic: string;
  readonly holdout?: string;
  readonly customer?: string | false;
  readonly schema?: string;
}

/** The options of `telelink synth report`. */
export interface ReportFlags extends JudgingFlags {
  readonly realChildren?: string;
  readonly syntheticChildren?: string;
  readonly holdoutChildren?: string;
  readonly key?: string;
  readonly target?: string;
  readonly positive?: string;
  readonly model?: string;
  readonly seed: string;
  readonly json?: string;
  readonly html?: string;
}

/** The tables to be judged, or rows drawn from those that are long, and then what all rows tell. */
export interface JudgedTables extends Pick<ReportPlan, "real" | "synthetic" | "holdout" | "whole"> {
  readonly customer: string | false;
}

/** The most rows of a table that are judged: some measures compare each with each. */
const mostJudged = 50_000;

/** Reads the files of a report, of more than `most` rows as many drawn at random, or about so many of whole customers. */
export function readToJudge(flags: JudgingFlags, seed: number, most = mostJudged): Promise<JudgedTables> {
  const rng = seeded(seed).fork("rows judged");
  const how = csvOptions(flags);
  const given = flags.schema ? { schema: readSchema(flags.schema) } : {};
  const files = [flags.synthetic, ...(flags.holdout === undefined ? [] : [flags.holdout])];
  return surveyTable(flags.real, { ...how, ...given }, async (survey) => {
    checkLoss(flags.real, survey, flags);
    const { customer: told } = flags;
    const by = told === false ? undefined : (told ?? likelyCustomers(survey.columns));
    const drawn = (from: Survey, whose: string | undefined, own: Rng): Promise<DrawnTable> =>
      drawnOf(from, { most, customer: () => whose, least: 1 }, own);
    const real = await drawn(survey, by, rng.fork("real"));
    const apart = "held-out rows are those of others, and attacks are on customers";
    const whose = whoseRows(real.table, flags.customer);
    noteWhose(whose, apart);
    const customer = whose.customers?.column;
    // The other files are read as the first one is, so that a column has one type everywhere, and the same words mean missing;
    // levels may differ, but the two words of a boolean, of which another file may hold one alone.
    const columns = schemaOf(real.table).columns.map(({ name, type, levels, missing }) => ({
      ...{ name, type },
      ...(type === "boolean" && levels && { levels }),
      ...(missing && { missing }),
    }));
    const like: CsvOptions = { ...how, schema: { columns }, badCells: "missing" };
    const others: { readonly survey: Survey; readonly rows: DrawnTable }[] = [];
    for (const [k, file] of files.entries())
      await surveyTable(file, like, async (own) => {
        checkLoss(file, { ...own, remarks: newRemarks(own, survey) }, flags);
        others.push({ survey: own, rows: await drawn(own, customer, rng.fork(`file ${k}`)) });
      });
    const [synthetic, holdout] = others;
    const tables = {
      real: real.table,
      synthetic: synthetic.rows.table,
      ...(holdout && { holdout: holdout.rows.table }),
    };
    const judged = { ...tables, customer: customer ?? (false as const) };
    if (![real, ...others.map(({ rows }) => rows)].some(({ table, total }) => table.rows < total))
      return judged;
    const all = { real: survey, synthetic: synthetic.survey, ...(holdout && { holdout: holdout.survey }) };
    return { ...judged, ...(await wholeTables({ all, drawn: tables, customer })) };
  });
}

/** What is guessed of a file and not of the first one: the same is said once. */
function newRemarks(own: Survey, first: Survey): Survey["remarks"] {
  const formats = ({ schema }: Survey, name: string | undefined): string | undefined =>
    JSON.stringify(schema.columns.find((column) => column.name === name)?.format);
  return own.remarks.filter(
    ({ column, text }) =>
      !first.remarks.some((one) => one.column === column && one.text === text) &&
      !(text.startsWith("read as ") && formats(own, column) === formats(first, column)),
  );
}
