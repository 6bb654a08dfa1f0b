/** A record as the sniffer sees it. */
export interface SampleRecord {
  readonly cells: readonly string[];
  /** Where it begins in the text, and on which line, from 0. */
  readonly at: number;
  readonly line: number;
  /** Whether text follows a closing quote, or a quote has no end. */
  readonly broken: boolean;
}

/** How to split. */
export interface SampleRules {
  readonly delimiter: string;
  readonly quote: string;
  readonly backslash?: boolean;
}

/**
 * The records of a text, at most `most`, blank lines left out. A quote that never ends gives up its line. Unless the text
 * is `whole`, its last record may be cut and is left out.
 */
export function sampleRecords(text: string, rules: SampleRules, whole: boolean, most = 300): SampleRecord[] {
  const { delimiter, quote, backslash = false } = rules;
  const records: SampleRecord[] = [];
  let at = 0;
  let line = 0;
  while (at < text.length && records.length < most) {
    const begin = at;
    const beginLine = line;
    const cells: string[] = [];
    let broken = false;
    for (;;) {
      let start = at;
      while (text[start] === " " && delimiter !== " ") start++;
      if (text[start] !== quote) {
        while (at < text.length && text[at] !== delimiter && text[at] !== "\n" && text[at] !== "\r") at++;
        cells.push(text.slice(Math.min(start, at), at).trimEnd());
      } else {
        const end = closing(text, start + 1, quote, backslash);
        if (end < 0) {
          // No end: the line is taken as it is.
          broken = true;
          while (at < text.length && text[at] !== "\n" && text[at] !== "\r") at++;
          cells.push(text.slice(start, at));
        } else {
          const inner = text.slice(start + 1, end);
          for (let k = 0; k < inner.length; k++) if (inner[k] === "\n") line++;
          at = end + 1;
          const rest = at;
          while (at < text.length && text[at] !== delimiter && text[at] !== "\n" && text[at] !== "\r") at++;
          broken = broken || text.slice(rest, at).trim() !== "";
          cells.push((inner.replaceAll(quote + quote, quote) + text.slice(rest, at)).trim());
        }
      }
      if (text[at] !== delimiter) break;
      at++;
    }
    if (at >= text.length && !whole) break;
    if (text[at] === "\r" && text[at + 1] === "\n") at++;
    at++;
    line++;
    if (cells.length > 1 || cells[0] !== "") records.push({ cells, at: begin, line: beginLine, broken });
  }
  return records;
}

function closing(text: string, from: number, quote: string, backslash: boolean): number {
  for (let i = from; i < text.length; i++) {
    if (backslash && text[i] === "\\") i++;
    else if (text[i] === quote) {
      if (text[i + 1] !== quote) return i;
      i++;
    }
  }
  return -1;
}
