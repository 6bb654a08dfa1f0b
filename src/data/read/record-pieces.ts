import { Scanner } from "../csv/scanner";

/** Some whole records of a CSV file, in order. */
export interface RecordPiece {
  readonly bytes: Uint8Array;
  /** The line of the file on which they begin, from 1. */
  readonly line: number;
}

export interface PieceOptions {
  /** Fields of a record, and the byte between them. */
  readonly columns: number;
  readonly delimiter: number;
  /** As the scanner's. */
  readonly quote?: number;
  readonly comment?: string;
  readonly looseQuotes?: boolean;
  /** The line on which the first record begins. */
  readonly line: number;
  /** About how many bytes make a piece; defaults to 2 MiB. */
  readonly pieceBytes?: number;
}

/** A record longer than this is not waited for: the piece is cut where it is, and its reader says what is wrong. */
const longestRecord = 16 << 20;

/**
 * Cuts the records of a CSV file (its header already taken off) into pieces that can be read apart from one another, by
 * the scanner's own rules wherever there are quotes. One piece is held at a time.
 */
export async function* recordPieces(
  source: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  options: PieceOptions,
): AsyncGenerator<RecordPiece> {
  const { pieceBytes = 2 << 20 } = options;
  let held = Buffer.alloc(2 * pieceBytes);
  let filled = 0;
  let { line } = options;
  const take = (end: number): Uint8Array => {
    // A copy of its own: what is sent to a thread takes its whole buffer along.
    const bytes = new Uint8Array(held.subarray(0, end));
    held.copyWithin(0, end, filled);
    filled -= end;
    return bytes;
  };
  for await (const chunk of source) {
    if (filled + chunk.length > held.length) {
      const larger = Buffer.alloc(Math.max(2 * held.length, filled + chunk.length));
      larger.set(held.subarray(0, filled));
      held = larger;
    }
    held.set(chunk, filled);
    filled += chunk.length;
    if (filled < pieceBytes) continue;
    const cut = lastRecord(held.subarray(0, filled), options);
    if (cut.end === 0 && filled < longestRecord) continue;
    yield { bytes: take(cut.end || filled), line };
    line += cut.lines;
  }
  if (filled > 0) yield { bytes: take(filled), line };
}

/** Where the last whole record ends, and the lines up to there. */
function lastRecord(
  bytes: Buffer,
  { line: _, pieceBytes: __, ...rules }: PieceOptions,
): { end: number; lines: number } {
  const end =
    bytes.includes(rules.quote ?? 34) || rules.comment !== undefined ? 0 : bytes.lastIndexOf(10) + 1;
  if (end > 0) return { end, lines: countLines(bytes.subarray(0, end)) };
  const scanner = new Scanner({ ...rules, maxFieldBytes: 1 << 20, maxRows: 4096 });
  // The scanner undoes doubled quotes in place.
  const copy = Buffer.from(bytes);
  let at = 0;
  for (;;) {
    const stopped = scanner.scan(copy, at, copy.length, false, () => {});
    if (stopped === at) return { end: at, lines: scanner.line - 1 };
    at = stopped;
  }
}

function countLines(bytes: Buffer): number {
  let lines = 0;
  for (let at = bytes.indexOf(10); at >= 0; at = bytes.indexOf(10, at + 1)) lines++;
  return lines;
}
