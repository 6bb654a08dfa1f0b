import { ends } from "../../core/math/statistics";
import { chosenOf, mixBits, type Rng } from "../../core/rng";
import { customerOf } from "../duplicates";
import { type RowSource, rowsAt } from "../even-rows";
import { dateParser, plainDates } from "../formats/date-format";
import {
  type Column,
  cellText,
  columnNamed,
  isCategorical,
  type Table,
  type TextColumn,
  takeTableRows,
} from "../table";
import type { Tallied } from "../tally/column-tally";
import { keyOfText } from "../tally/keys";
import type { Reopened } from "./open-table";
import type { CsvRead } from "./read-csv";
import { type Survey, type SurveyOptions, surveyTable } from "./survey-table";

/** All rows of a table, or some of them. */
export interface DrawnTable extends CsvRead {
  /** Rows that can be read. */
  readonly total: number;
  /** What those not drawn hold and the others do not; empty where all were. */
  readonly beyond: readonly Beyond[];
  /** All rows once more, batch by batch, until the source is closed. */
  readonly batches: Survey["batches"];
}

/** A column of which rows lie beyond those that were drawn. */
export interface Beyond {
  readonly column: string;
  readonly rows: number;
  /** Their levels, where it has levels; else they are below or above all that were drawn. */
  readonly levels?: number;
}

export interface Drawing {
  /** How many rows are held; of more about as many are drawn. */
  readonly most: number;
  /** The column that names customers, of whom all rows are drawn or none; undefined where there is none. */
  readonly customer: (columns: readonly Tallied[]) => string | undefined;
  /** A level of so many rows counts as beyond where fewer of them are drawn. */
  readonly least: number;
}

/** The rows of a table, read as `readTable` does; where they are more than `most`, about as many, drawn at random and in their order. */
export function drawnTable(
  source: string | Reopened,
  options: SurveyOptions,
  drawing: Drawing,
  rng: Rng,
): Promise<DrawnTable> {
  return surveyTable(source, options, (survey) => drawnOf(survey, drawing, rng));
}

/** The same of a table that was surveyed. */
export async function drawnOf(
  { columns: tallied, kept, batches, ...read }: Survey,
  { most, customer, least }: Drawing,
  rng: Rng,
): Promise<DrawnTable> {
  const like = tallied.map(({ column }) => column);
  const by = kept > most ? customer(tallied) : undefined;
  const named =
    by === undefined ? undefined : tallied[like.indexOf(columnNamed({ rows: kept, columns: like }, by))];
  const rows = named
    ? await rowsOfSome(batches([named.column.name]), named, most / kept, rng)
    : chosenOf(kept, Math.min(most, kept), rng);
  const drawn = kept > 0 ? await rowsAt(batches(), rows) : takeTableRows({ rows: 0, columns: like }, []);
  const table = withWords(drawn, like);
  const beyond: Beyond[] = [];
  for (const [j, column] of kept > most ? table.columns.entries() : [])
    beyond.push(
      ...(column.type === "date"
        ? await datesBeyond(column, tallied[j], batches)
        : beyondOf(column, tallied[j], least)),
    );
  return { ...read, table, total: kept, beyond, batches };
}

/** The rows with the words for missing of the whole table, which are known once all rows came. */
export function withWords({ rows, columns }: Table, like: readonly Column[]): Table {
  return {
    rows,
    columns: columns.map(({ missing: _, ...column }, j) => {
      const { missing } = like[j];
      return missing ? { ...column, missing } : column;
    }),
  };
}

/** A value that so large a share of the rows have names nobody, as "guest" does. */
const nobody = 0.01;

/** The rows of about this share of the customers, and of the rows that name none. */
async function rowsOfSome(
  batches: ReturnType<RowSource["batches"]>,
  { column, counts, present }: Tallied,
  share: number,
  rng: Rng,
): Promise<Int32Array> {
  const salt = Math.floor(rng.uniform() * 2 ** 32);
  const key = new Uint32Array(2);
  const guests = new Set<string>();
  counts.forEach((count, k) => {
    if (count > nobody * present) guests.add(cellText(column, k));
  });
  const rows: number[] = [];
  let before = 0;
  for await (const batch of batches) {
    const customer = customerOf(batch, [column.name]);
    for (let i = 0; i < batch.rows; i++) {
      const name = customer(i);
      const one = name !== undefined && !guests.has(name);
      if (one) keyOfText(name, key);
      const at = one ? (mixBits(key[0] ^ salt) >>> 0) / 2 ** 32 : rng.uniform();
      if (at < share) rows.push(before + i);
    }
    before += batch.rows;
  }
  return Int32Array.from(rows);
}

/** What rows that were not drawn hold in a column, and the others do not. */
export function beyondOf(drawn: Column, { column, counts }: Tallied, least: number): Beyond[] {
  let [rows, levels] = [0, 0];
  if (isCategorical(drawn) && isCategorical(column)) {
    const own = new Map<string, number>();
    for (const code of drawn.codes)
      if (code >= 0) own.set(drawn.levels[code], (own.get(drawn.levels[code]) ?? 0) + 1);
    counts.forEach((count, k) => {
      const code = column.codes[k];
      if (code < 0 || count < least || (own.get(column.levels[code]) ?? 0) >= least) return;
      rows += count;
      levels++;
    });
    return levels > 0 ? [{ column: drawn.name, rows, levels }] : [];
  }
  if (drawn.type !== "numeric" || column.type !== "numeric") return [];
  const outside = outsideOf(drawn.values);
  column.values.forEach((value, k) => {
    if (outside(value)) rows += counts[k];
  });
  return rows > 0 ? [{ column: drawn.name, rows }] : [];
}

/** The rows whose dates are before or after all that were drawn; read once more where they are too many to be tallied. */
async function datesBeyond(
  drawn: TextColumn,
  { column, counts, complete }: Tallied,
  batches: Survey["batches"],
): Promise<Beyond[]> {
  const read = dateParser(drawn.format ?? plainDates);
  const outside = outsideOf(drawn.values.map(read));
  let rows = 0;
  if (complete && column.type === "date")
    column.values.forEach((text, k) => {
      if (outside(read(text))) rows += counts[k];
    });
  else
    for await (const batch of batches([drawn.name])) {
      const own = columnNamed(batch, drawn.name);
      for (let i = 0; i < batch.rows; i++) if (outside(read(cellText(own, i)))) rows++;
    }
  return rows > 0 ? [{ column: drawn.name, rows }] : [];
}

/** Whether a number lies below or above all of these. */
function outsideOf(values: ArrayLike<number>): (value: number) => boolean {
  const [low, high] = ends(values);
  return (value) => value < low || value > high;
}
