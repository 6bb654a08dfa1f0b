import { decimal } from "../../core/format";
import { escapeHtml, untypeset } from "../../report/html";
import { sortAttribute, sortScript } from "../../report/sort-table";
import type { ShownColumn, ShownTable } from "./as-table";

// What fits a screen: the rest is counted.
const [first, last, most] = [10, 5, 40];

/**
 * The table as HTML that says all of itself: rows and columns in its caption, types below the names, missing values as
 * such. Numbers stand right; long tables show their first and last rows. Where scripts may run a click on a name sorts
 * what is shown.
 */
export function tableHtml(table: ShownTable, title?: string): string {
  const columns = table.columns.slice(0, most);
  const rows =
    table.rows <= first + last
      ? Array.from({ length: table.rows }, (_, i) => i)
      : [...Array(first).keys(), ...Array.from({ length: last }, (_, i) => table.rows - last + i)];
  const numeric = columns.map((column) => /^(?:number|bigint|u?int|float)/.test(column.type));
  const side = (j: number): string => (numeric[j] ? ' class="tl-num" style="text-align:right"' : "");
  const head = columns
    .map(
      (column, j) =>
        `<th scope="col"${side(j)}>${escapeHtml(column.name)}<br><small>${escapeHtml(column.type)}</small></th>`,
    )
    .join("");
  const body = rows.map((i, k) => {
    const cells = columns.map((column, j) => `<td${side(j)}>${cell(column, i)}</td>`).join("");
    const gap = k === first && rows.length < table.rows;
    const skipped = `<tr class="tl-muted"><td colspan="${columns.length + 1}">… ${count(table.rows - rows.length, "row")} not shown …</td></tr>`;
    return `${gap ? skipped : ""}<tr><th scope="row">${i + 1}</th>${cells}</tr>`;
  });
  const hidden = table.columns.length - columns.length;
  const says = `${title ? `${title}: ` : ""}${count(table.rows, "row")}, ${count(table.columns.length, "column")}${hidden > 0 ? `, the first ${most} shown` : ""}`;
  const caption = escapeHtml(says);
  return (
    `<div class="tl-table ${untypeset}" tabindex="0" role="group" aria-label="${caption}" style="overflow-x:auto">` +
    `<table ${sortAttribute}><caption>${caption}</caption><thead><tr><th scope="col"><small>row</small></th>${head}</tr></thead>` +
    `<tbody>${body.join("")}</tbody></table><script>${sortScript()}</script></div>`
  );
}

function count(n: number, what: string): string {
  return `${decimal(n, 0)} ${what}${n === 1 ? "" : "s"}`;
}

function cell(column: ShownColumn, row: number): string {
  const value = column.valueAt(row);
  if (value === null || value === undefined || (typeof value === "number" && Number.isNaN(value)))
    return '<span class="tl-muted" style="opacity:.7">missing</span>';
  if (typeof value === "number") {
    const text = Number.isInteger(value) ? String(value) : String(Number(value.toPrecision(6)));
    return `<span title="${value}">${text}</span>`;
  }
  if (value instanceof Date) return escapeHtml(value.toISOString().replace(/T00:00:00\.000Z$/, ""));
  const text = typeof value === "object" ? JSON.stringify(value) : String(value);
  return escapeHtml(text.length > 80 ? `${text.slice(0, 79)}…` : text);
}
