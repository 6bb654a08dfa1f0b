import { decimal } from "../core/format";
import { escapeHtml, untypeset } from "./html";

/** One column of a shown table. */
export interface TableColumn<Row> {
  readonly label: string;
  /** The cell's text, already with sensible digits (see format.ts). */
  readonly text: (row: Row) => string;
  /** Words run left, numbers right; words by default. */
  readonly align?: "left" | "right";
  /** The number by which the best row is found; marked by weight, and said to screen readers. */
  readonly value?: (row: Row) => number;
  /** Which end is best; nothing is marked when absent. */
  readonly best?: "highest" | "lowest";
  /** Whether its values are others in every run by their nature, such as durations: `verify` does not compare them. */
  readonly varies?: boolean;
  /** What the column means, shown on hover and read out. */
  readonly help?: string;
}

/** What else a column may be told. */
type More<Row> = Pick<TableColumn<Row>, "varies" | "help">;

/** A column of numbers, written as `text` says. */
export function numeric<Row>(
  label: string,
  text: (row: Row) => string,
  more: More<Row> = {},
): TableColumn<Row> {
  return { label, align: "right", text, ...more };
}

/** A column of numbers whose best is marked. */
export function scored<Row>(
  label: string,
  best: "highest" | "lowest",
  value: (row: Row) => number,
  write: (value: number) => string = decimal,
  more: More<Row> = {},
): TableColumn<Row> {
  return { ...numeric<Row>(label, (row) => write(value(row)), more), value, best };
}

export interface TableOptions<Row> {
  /** Says what the table shows. */
  readonly caption: string;
  /** Rows that are for comparison only (a reference, a ceiling): grey, and never the best. */
  readonly muted?: (row: Row) => boolean;
  /** A line under the table. */
  readonly note?: string;
}

/** An accessible HTML table: caption, column and row headers, numbers right-aligned, the best value of a column bold. */
export function dataTable<Row>(
  rows: readonly Row[],
  columns: readonly TableColumn<Row>[],
  options: TableOptions<Row>,
): string {
  const best = columns.map((column) => bestRow(rows, column, options.muted));
  const head = columns
    .map((column) => {
      const help = column.help ? ` title="${escapeHtml(column.help)}"` : "";
      return `<th scope="col"${align(column)}${help}>${escapeHtml(column.label)}</th>`;
    })
    .join("");
  const body = rows.map((row) => {
    const cells = columns.map((column, j) => {
      const text = escapeHtml(column.text(row));
      if (j === 0) return `<th scope="row"${align(column)}>${text}</th>`;
      const shown = best[j] === row ? `<strong>${text}<span class="tl-sr"> (best)</span></strong>` : text;
      return `<td${classes(column)}>${shown}</td>`;
    });
    return `<tr${options.muted?.(row) ? ' class="tl-muted"' : ""}>${cells.join("")}</tr>`;
  });
  const note = options.note ? `<p class="tl-note ${untypeset}">${escapeHtml(options.note)}</p>` : "";
  return (
    `<div class="tl-table ${untypeset}" tabindex="0" role="group" aria-label="${escapeHtml(options.caption)}">` +
    `<table><caption>${escapeHtml(options.caption)}</caption><thead><tr>${head}</tr></thead>` +
    `<tbody>${body.join("")}</tbody></table></div>${note}`
  );
}

function classes<Row>(column: TableColumn<Row>): string {
  const all = [column.align === "right" ? "tl-num" : "", column.varies ? "tl-varies" : ""].filter(Boolean);
  return all.length > 0 ? ` class="${all.join(" ")}"` : "";
}

function align<Row>(column: TableColumn<Row>): string {
  return column.align === "right" ? ' class="tl-num"' : "";
}

function bestRow<Row>(
  rows: readonly Row[],
  column: TableColumn<Row>,
  muted?: (row: Row) => boolean,
): Row | undefined {
  const { value, best } = column;
  if (!value || !best) return undefined;
  let found: Row | undefined;
  for (const row of rows) {
    if (muted?.(row) || !Number.isFinite(value(row))) continue;
    if (found === undefined || (best === "highest" ? value(row) > value(found) : value(row) < value(found)))
      found = row;
  }
  return found;
}
