import { quoted } from "../csv/cells";
import type { Remark } from "./read-csv";

/** The first sheet of an Excel file that holds a table, as CSV text: dates as 2024-01-31, and titles above the table alone on their lines. */
export async function* sheetAsCsv(
  file: Buffer,
  source: string,
  remarks: Remark[],
): AsyncGenerator<Uint8Array> {
  const { default: readSheets } = await import("read-excel-file/node");
  let sheets: Awaited<ReturnType<typeof readSheets>>;
  try {
    sheets = await readSheets(file);
  } catch (error) {
    throw new Error(
      `Cannot read ${source}: it must be a table, got a ZIP archive that holds no Excel sheet (unpack it first)`,
      { cause: error },
    );
  }
  const filled = sheets.filter((sheet) => sheet.data.length > 0);
  const first = filled.find(({ data }) => data.filter(isWide).length > 1) ?? filled[0];
  if (!first) throw new Error(`Cannot read ${source}: its sheets must hold rows, got none`);
  if (filled.length > 1)
    remarks.push({
      text: `read its sheet ${JSON.stringify(first.sheet)}; not read: ${filled
        .filter((sheet) => sheet !== first)
        .map((sheet) => JSON.stringify(sheet.sheet))
        .join(", ")}`,
    });
  let above = true;
  const lines: string[] = [];
  for (const row of first.data) {
    const cells = row.map((value) => quoted(cellOf(value), ","));
    const present = cells.filter((cell) => cell !== "").length;
    above = above && present < 2 && cells.length > 2;
    // Empty rows aren't rows, as a file of one column would have them.
    if (present === 0 && cells.length > 1) continue;
    lines.push(
      above ? cells.filter((cell) => cell !== "").join(",") : present === 0 ? '""' : cells.join(","),
    );
  }
  yield Buffer.from(`${lines.join("\n")}\n`);
}

/** Whether a row fills two cells or more, as notes do not. */
function isWide(row: readonly unknown[]): boolean {
  return row.filter((value) => cellOf(value) !== "").length > 1;
}

function cellOf(value: unknown): string {
  if (value === null || value === undefined) return "";
  if (!(value instanceof Date)) return String(value);
  const text = value.toISOString();
  return text.endsWith("T00:00:00.000Z") ? text.slice(0, 10) : text.replace(/\.000Z$/, "").replace(/Z$/, "");
}
