const decimalText = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/;
const dateText =
  /^(\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}[-/.]\d{1,2}[-/.]\d{2,4})([T ]\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?( ?(Z|[+-]\d{2}:?\d{2}))?)?$/;
const otherMissing: readonly string[] = ["NA", "N/A", "NaN", "nan", "null", "NULL", "None"];

/** Whether the text is a finite decimal number as a CSV file may hold it. */
export function isNumber(text: string): boolean {
  return decimalText.test(text.trim()) && Number.isFinite(Number(text));
}

/** Whether the text looks like a date, with or without a time of day. */
export function isDate(text: string): boolean {
  return dateText.test(text.trim());
}

/** The words that mean "missing" in a column of this type. */
export function missingWords(type: string, given: readonly string[] | undefined): readonly string[] {
  return given ?? (type === "numeric" || type === "boolean" || type === "date" ? otherMissing : []);
}

/** The cell as a CSV file writes it: in quotes where it must be. */
export function quoted(cell: string, delimiter: string): string {
  return cell.includes(delimiter) || /["\r\n]/.test(cell) || /^\s|\s$/.test(cell)
    ? `"${cell.replaceAll('"', '""')}"`
    : cell;
}
