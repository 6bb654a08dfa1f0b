import { check } from "../../../core/checks";
import { column, type Matrix, matrix, takeColumns } from "../../../core/matrix";
import { seeded } from "../../../core/rng";
import { evenly } from "../../../data/even-rows";
import { plainName } from "../../../data/infer/names";
import { type Column, cellText, columnNamed, isCategorical, type Table } from "../../../data/table";
import { leakageSuspects } from "../../../evaluate/leakage";
import { spearman } from "../../../evaluate/ranking";
import { encode } from "../../../features/encode";
import { type LearnedContracts, takeContracts } from "./contracts";

/** What the chance to leave may depend on. */
export interface Covariates {
  readonly x: Matrix;
  /** `x` of other rows, and the columns of which it is made. */
  readonly encoded: (rows: Table) => Matrix;
  readonly reads: readonly string[];
  /** The columns that are used, and those left out with the reason. */
  readonly used: readonly string[];
  readonly left: readonly { readonly column: string; readonly why: string }[];
  /** Columns that were asked for although they look like the answer, in sentences. */
  readonly doubts: readonly string[];
}

/**
 * The columns that a model of lifetimes may learn from: not those that hold the answer, known only afterwards or grown
 * with time: the flag, the reason of the end, tenure, what was paid in all. They are told by their values, and by names
 * where values leave it open; `only` names the columns outright, `drop` leaves some out.
 */
export function chooseCovariates(
  contracts: LearnedContracts,
  options: { readonly only?: readonly string[]; readonly drop?: readonly string[] } = {},
): Covariates {
  const { covariates } = contracts;
  const action = "choose what the chance to leave depends on";
  const left: { column: string; why: string }[] = [];
  for (const name of [...(options.only ?? []), ...(options.drop ?? [])]) columnNamed(covariates, name);
  const both = options.drop?.find((name) => options.only?.includes(name));
  check(both === undefined, action, "a column must not be both used (covariates) and left out (drop)", both);
  const judged = judgedRows(contracts);
  const leaks = new Map(
    leakageSuspects(judged.covariates, judged.ended, seeded("leakage"), { least: 0.95 }).map((suspect) => [
      suspect.column,
      `tells by itself who left (ROC AUC ${suspect.score.toFixed(3)})`,
    ]),
  );
  const kept: Column[] = [];
  const doubts: string[] = [];
  for (const [j, one] of covariates.columns.entries()) {
    const why = options.drop?.includes(one.name)
      ? "as asked"
      : (leaks.get(one.name) ?? answers(judged.covariates.columns[j], judged) ?? unusable(one));
    if (options.only !== undefined) {
      if (options.only.includes(one.name)) {
        kept.push(one);
        if (why !== undefined) doubts.push(`${one.name} is used as asked, though it ${why}`);
      }
      continue;
    }
    if (why === undefined) kept.push(one);
    else left.push({ column: one.name, why });
  }
  const rows = contracts.ended.length;
  const empty = (of: Pick<Table, "rows">): Matrix => matrix(of.rows, 0, new Float64Array(0));
  const none = { x: empty({ rows }), encoded: empty, reads: [], used: [], left, doubts };
  if (kept.length === 0) return none;
  const encoder = encode({ maxLevels: 30, tooMany: "drop" })({ rows: covariates.rows, columns: kept });
  if (encoder.features.length === 0) return none;
  const all = encoder.transform({ rows: covariates.rows, columns: kept });
  const varying = Array.from({ length: all.columns }, (_, j) => j).filter((j) => {
    const values = column(all, j);
    return values.some((v) => v !== values[0]);
  });
  check(varying.length < rows, action, "there must be fewer columns than contracts", varying.length);
  const x = takeColumns(all, varying);
  const reads = kept.map(({ name }) => name);
  const used = reads.filter((name) => x.features.some((f) => (f.source ?? f.name) === name));
  for (const column of reads)
    if (!used.includes(column))
      left.push({ column, why: "is the same everywhere, text, or has over 30 levels" });
  const encoded = (of: Table): Matrix =>
    takeColumns(
      encoder.transform({ rows: of.rows, columns: reads.map((name) => columnNamed(of, name)) }),
      varying,
    );
  return { x, encoded, reads, used, left, doubts };
}

/** Up to so many contracts, evenly spread, are enough to see whether a column holds the answer. */
const mostJudged = 50_000;

function judgedRows(contracts: LearnedContracts): LearnedContracts {
  const rows = contracts.ended.length;
  if (rows <= mostJudged) return contracts;
  return takeContracts(contracts, evenly(rows, mostJudged));
}

/** Why a column holds the time or what it brought, if it does. */
function answers(column: Column, { revenue, ended, months }: LearnedContracts): string | undefined {
  const name = plainName(column.name);
  if (/^(churn|churned|churnlabel|churnvalue|churnscore|churnreason|churncategory|clv|cltv|ltv)$/.test(name))
    return "is named like the answer";
  if (
    /(cancel|churn|leav|exit|terminat|end).*(reason|date|type|category)|^(reason|status|customerstatus)/.test(
      name,
    )
  ) {
    if (missingTells(column, ended)) return "is filled in only where contracts have ended";
    return "is named like what is known only after the end";
  }
  if (column.type !== "numeric")
    return missingTells(column, ended) ? "is filled in only where contracts have ended" : undefined;
  const rows = Array.from(column.values.keys()).filter((i) => !Number.isNaN(column.values[i]));
  if (rows.length < 20) return undefined;
  const take = (of: ArrayLike<number>): number[] => rows.map((i) => of[i]);
  const likeness = (of: ArrayLike<number>): number => Math.abs(spearman(take(column.values), take(of)));
  if (
    likeness(months) > 0.95 ||
    (/tenure|lifetime|monthsactive|accountage/.test(name) && likeness(months) > 0.5)
  )
    return "is the time under contract itself";
  const total = revenue.map((r, i) => r * months[i]);
  if (likeness(total) > 0.95 || (/total|cumulative|lifetime|todate/.test(name) && likeness(total) > 0.8))
    return "grows with the time under contract, as what was paid in all";
  return undefined;
}

/** Whether cells are filled in for ended contracts and empty for running ones. */
function missingTells(column: Column, ended: Float64Array): boolean {
  let [filledEnded, filledRunning, endedRows] = [0, 0, 0];
  for (let i = 0; i < ended.length; i++) {
    const filled = cellText(column, i).trim() !== "";
    if (ended[i] === 1) {
      endedRows++;
      if (filled) filledEnded++;
    } else if (filled) filledRunning++;
  }
  const running = ended.length - endedRows;
  return endedRows > 0 && running > 0 && filledEnded > 0.5 * endedRows && filledRunning < 0.02 * running;
}

function unusable(column: Column): string | undefined {
  if (column.type === "id" || column.type === "date" || column.type === "text") return `is ${column.type}`;
  return isCategorical(column) && column.levels.length > 30
    ? `has ${column.levels.length} levels`
    : undefined;
}
