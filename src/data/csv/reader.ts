import { Transcoder } from "../dialect/encoding";
import { Unescaper } from "../dialect/unescape";
import { type Problem, ProblemLog } from "../problems";
import { decode } from "./bytes";
import { quoted } from "./cells";
import type { ColumnBuilder } from "./columns";
import { type CsvKernel, startCsvKernel } from "./kernel";
import type { Layout } from "./layout";
import type { CsvOptions, RejectedRow } from "./options";
import { type BrokenRecord, Scanner } from "./scanner";

/** Rows in a block, as long as that makes no more than so many cells. */
const mostRows = 4096;
const mostCells = 1 << 18;
/** From this size on a file is worth starting the kernel. */
const kernelBytes = 1 << 20;

/** Takes a file's bytes in pieces of any size and fills the builders with its rows. */
export class CsvReader {
  /** Rows found, and those of them left out. */
  rows = 0;
  rejected = 0;
  /** The numbers, from 1, of the rows left out, in order. */
  readonly rejectedRows: number[] = [];
  readonly log: ProblemLog;
  readonly builders: readonly ColumnBuilder[];
  private readonly name: string;
  private readonly layout: Layout;
  private readonly options: CsvOptions;
  private readonly scanner: Scanner;
  private readonly flags: Uint8Array;
  private readonly transcoder: Transcoder;
  private readonly unescaper: Unescaper | undefined;
  private readonly maxRecordBytes: number;
  /** Fixed in size where it is the kernel's memory. */
  private readonly kernel: CsvKernel | undefined;
  private buffer: Buffer;
  private filled = 0;
  private toSkip: number;
  private skippingLine = false;

  /** `expected` is how many bytes may come: Infinity where it isn't known and may be many. */
  constructor(
    name: string,
    layout: Layout,
    options: CsvOptions,
    builders: readonly ColumnBuilder[],
    expected: number,
  ) {
    this.name = name;
    this.layout = layout;
    this.options = options;
    this.builders = builders;
    this.log = new ProblemLog(options.maxProblems ?? 100);
    const { maxFieldBytes = 1 << 20, plain = false } = options;
    this.maxRecordBytes = 4 * maxFieldBytes + (1 << 20);
    const columns = layout.names.length;
    const maxRows = Math.max(16, Math.min(mostRows, Math.floor(mostCells / columns)));
    const { dialect, delimiter, looseQuotes } = layout;
    const sizes = { columns, delimiter, maxFieldBytes, maxRows };
    const capacity = this.maxRecordBytes + (1 << 20);
    const rare = dialect.quote !== undefined || dialect.comment !== undefined || looseQuotes;
    this.kernel =
      plain || rare || expected < kernelBytes ? undefined : startCsvKernel({ ...sizes, capacity });
    const quote = (dialect.quote ?? '"').charCodeAt(0);
    this.transcoder = new Transcoder(layout.encoding, layout.fallback, `read ${name}`);
    this.unescaper = dialect.backslash ? new Unescaper(quote) : undefined;
    this.buffer = this.kernel?.bytes ?? Buffer.alloc(1 << 16);
    this.scanner = new Scanner({
      ...sizes,
      kernel: this.kernel,
      quote,
      comment: dialect.comment,
      looseQuotes,
    });
    this.scanner.line = 1 + layout.skipLines;
    this.flags = new Uint8Array(maxRows);
    this.toSkip = layout.skip;
  }

  /** Makes room for the rows of a file of so many bytes, judging by those read so far. */
  expectBytes(total: number, read: number): void {
    const rows = Math.ceil((1.02 * this.rows * total) / read) + mostRows;
    if (this.rows > 0) for (const builder of this.builders) builder.expect(rows);
  }

  /** The encoding of the bytes so far, and whether it was guessed. */
  get encoding(): { readonly name: string; readonly guessed: boolean } {
    return { name: this.transcoder.encoding, guessed: this.transcoder.guessed };
  }

  /** Reads what `bytes` adds. The bytes are copied. */
  push(bytes: Uint8Array): void {
    this.take(this.transcoder.push(bytes), false);
  }

  /** Reads what is left when no more bytes come. */
  end(): void {
    this.take(this.transcoder.end(), true);
    this.drain(true);
  }

  private take(bytes: Uint8Array, final: boolean): void {
    const skipped = Math.min(this.toSkip, bytes.length);
    this.toSkip -= skipped;
    let rest = bytes.subarray(skipped);
    if (this.unescaper) rest = this.unescaper.push(rest, final);
    while (rest.length > 0) {
      this.reserve(rest.length);
      const piece = rest.subarray(0, this.buffer.length - this.filled);
      this.buffer.set(piece, this.filled);
      this.filled += piece.length;
      rest = rest.subarray(piece.length);
      this.drain(false);
    }
  }

  private reserve(more: number): void {
    if (this.kernel || this.filled + more <= this.buffer.length) return;
    const larger = Buffer.alloc(Math.max(this.buffer.length * 2, this.filled + more));
    larger.set(this.buffer.subarray(0, this.filled));
    this.buffer = larger;
  }

  private drain(final: boolean): void {
    let at = 0;
    for (;;) {
      if (this.skippingLine) at = this.skipLine(at);
      if (at >= this.filled) break;
      const broken: BrokenRecord[] = [];
      const stopped = this.scanner.scan(this.buffer, at, this.filled, final, (one) => broken.push(one));
      this.addBlock(broken);
      if (stopped === at) break;
      at = stopped;
    }
    if (this.filled - at > this.maxRecordBytes) {
      const rule = `a row must have at most ${this.maxRecordBytes} bytes`;
      const value = decode(this.buffer, at, at + 80);
      this.rows++;
      this.reject(
        this.brokenRow({ line: this.scanner.line, rule, value, begin: at, end: at + 80 }, this.rows),
      );
      this.skippingLine = true;
      at = this.filled;
    }
    this.buffer.copyWithin(0, at, this.filled);
    this.filled -= at;
  }

  /** Passes over the rest of a line that was given up; returns where the next begins, or the end of what is there. */
  private skipLine(at: number): number {
    const feed = this.buffer.subarray(at, this.filled).indexOf(10);
    if (feed < 0) return this.filled;
    this.skippingLine = false;
    this.scanner.line++;
    return at + feed + 1;
  }

  /** Takes over the block and tells of its problems in the order of lines, broken records among bad cells. */
  private addBlock(broken: readonly BrokenRecord[]): void {
    const { block } = this.scanner;
    const stride = this.builders.length;
    const bad = new Map<number, Problem[]>();
    for (let j = 0; j < stride && block.rows > 0; j++) {
      const column = this.layout.names[j];
      this.builders[j].add(this.buffer, block, j, stride, (row, rule, value) => {
        const problem = { file: this.name, line: block.lines[row], column, rule, value };
        const others = bad.get(row);
        if (others) others.push(problem);
        else bad.set(row, [problem]);
      });
    }
    const repeated = new Set(this.repeatedHeaders());
    for (const row of repeated)
      bad.set(row, [
        {
          file: this.name,
          line: block.lines[row],
          rule: "a row must not repeat the header",
          value: this.layout.names[0],
        },
      ]);
    const before = this.rows;
    this.rows += block.rows + broken.length;
    if (this.options.onCells) this.tellCells(before, broken, this.options.onCells);
    const keep = this.options.badCells === "missing";
    let next = 0;
    let whole = 0;
    const breakBefore = (line: number): void => {
      for (; next < broken.length && broken[next].line < line; next++) {
        while (whole < block.rows && block.lines[whole] < broken[next].line) whole++;
        this.reject(this.brokenRow(broken[next], before + whole + next + 1));
      }
    };
    if (bad.size > 0) {
      this.flags.fill(0, 0, block.rows);
      for (const row of [...bad.keys()].sort((a, b) => a - b)) {
        const problems = bad.get(row) as Problem[];
        breakBefore(block.lines[row]);
        if (keep && !repeated.has(row)) for (const problem of problems) this.log.add(problem);
        else {
          this.flags[row] = 1;
          this.reject({
            row: before + row + next + 1,
            line: block.lines[row],
            text: this.recordText(row),
            problems,
          });
        }
      }
      if (this.flags.subarray(0, block.rows).includes(1))
        for (const builder of this.builders) builder.dropFlagged(this.flags, block.rows);
    }
    breakBefore(Infinity);
  }

  /** Rows of the block that hold the names of the columns, as files laid end to end or printed by the page have them. */
  private repeatedHeaders(): number[] {
    const { names, dialect } = this.layout;
    if (dialect.header === false || names.length < 2) return [];
    const { starts, ends, rows } = this.scanner.block;
    const stride = names.length;
    // The last name is compared first: a byte-order mark may stand before the first one.
    const last = names[stride - 1];
    const [first, size] = [last.charCodeAt(0), Buffer.byteLength(last)];
    const found: number[] = [];
    for (let r = 0, cell = stride - 1; r < rows; r++, cell += stride) {
      if (ends[cell] - starts[cell] !== size || (this.buffer[starts[cell]] !== first && first < 128))
        continue;
      const cells = this.recordCells(r);
      if (cells.every((text, j) => text.replace(/^\ufeff/, "").trim() === names[j])) found.push(r);
    }
    return found;
  }

  private reject(row: RejectedRow): void {
    this.rejected++;
    this.rejectedRows.push(row.row);
    for (const problem of row.problems) this.log.add(problem);
    this.options.onReject?.(row);
  }

  private tellCells(
    before: number,
    broken: readonly BrokenRecord[],
    tell: (row: number, cells: readonly string[]) => void,
  ): void {
    const { rows, lines } = this.scanner.block;
    let passed = 0;
    for (let row = 0; row < rows; row++) {
      while (passed < broken.length && broken[passed].line < lines[row]) passed++;
      tell(before + row + passed + 1, this.recordCells(row));
    }
  }

  private recordCells(row: number): string[] {
    const { starts, ends } = this.scanner.block;
    const stride = this.builders.length;
    return Array.from({ length: stride }, (_, j) =>
      decode(this.buffer, starts[row * stride + j], ends[row * stride + j]),
    );
  }

  private recordText(row: number): string {
    const delimiter = String.fromCharCode(this.layout.delimiter);
    return this.recordCells(row)
      .map((cell) => quoted(cell, delimiter))
      .join(delimiter);
  }

  private brokenRow(one: BrokenRecord, row: number): RejectedRow {
    const { line, rule, value } = one;
    const text = decode(this.buffer, one.begin, one.end).replace(/\r?\n$/, "");
    return { row, line, text, problems: [{ file: this.name, line, rule, value }] };
  }
}
