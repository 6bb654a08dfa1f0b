import { blankKey, foldKey } from "../infer/fold";
import { type ColumnSchema, zeroOrOne } from "../schema";
import type { CategoricalColumn } from "../table";
import { ByteDictionary } from "./byte-dictionary";
import { decode, decodeStrictly, isBlank } from "./bytes";
import { commonestFirst, type MissingTest } from "./cells";
import { type BadCell, type ColumnBuilder, Growing } from "./columns";
import type { CsvKernel, FastDictionary } from "./kernel";
import type { Block } from "./scanner";

/** Codes into a dictionary of the distinct cells, found by their bytes. */
export class DictionaryBuilder implements ColumnBuilder {
  readonly levels: string[] = [];
  private readonly codes = new Growing((length) => new Int32Array(length));
  private readonly known = new ByteDictionary();
  private readonly schema: ColumnSchema;
  private readonly isMissing: MissingTest;
  private readonly words: Map<string, number> = new Map();
  /** Missing cells in the columns taken so far. */
  private absent = 0;
  /** Levels by what their spellings have in common, with and without letter case, where they are known beforehand; −1 where two share it. */
  private readonly cased: Map<string, number> = new Map();
  private readonly folded: Map<string, number> = new Map();
  /** The levels in the kernel's memory; none before the first block, or once there are too many. */
  private fast: FastDictionary | undefined;
  private tried: CsvKernel | undefined;
  /** The levels of the column last taken: a later one begins with the same. */
  private shared: readonly string[] = [];

  /** `levels` are known to come, in this order; others may come too unless the schema lists its own. */
  constructor(schema: ColumnSchema, isMissing: MissingTest, levels: readonly string[] = []) {
    this.schema = schema;
    this.isMissing = isMissing;
    schema.levels?.forEach((level, code) => {
      for (const [keys, key] of [
        [this.cased, blankKey(level)],
        [this.folded, foldKey(level)],
      ] as const)
        keys.set(key, keys.has(key) ? -1 : code);
    });
    for (const level of schema.levels ?? levels) this.addLevel(Buffer.from(level), level);
  }

  add(bytes: Buffer, block: Block, j: number, stride: number, bad: BadCell): void {
    const { starts, ends, rows, kernel } = block;
    this.codes.reserve(rows);
    const { values } = this.codes;
    const from = this.codes.length;
    if (kernel && kernel !== this.tried) this.startFast(kernel);
    const found = this.fast?.encode(j, rows);
    if (found) values.set(found.codes, from);
    if (!found || found.unknown > 0 || this.schema.required) {
      for (let r = 0; r < rows; r++) {
        const cell = r * stride + j;
        if (!found || values[from + r] === -2 || starts[cell] === ends[cell])
          values[from + r] = this.codeOf(bytes, starts[cell], ends[cell], r, bad);
      }
    }
    this.codes.length += rows;
  }

  expect(rows: number): void {
    this.codes.resize(rows);
  }

  dropFlagged(flags: Uint8Array, rows: number): void {
    this.codes.dropFlagged(flags, rows);
  }

  /** How often each level occurs so far. */
  counts(): Int32Array {
    const counts = new Int32Array(this.levels.length);
    const { values, length } = this.codes;
    for (let i = 0; i < length; i++) if (values[i] >= 0) counts[values[i]]++;
    return counts;
  }

  take(): CategoricalColumn {
    if (this.shared.length !== this.levels.length) this.shared = this.levels.slice();
    const type = this.schema.type === "boolean" ? "boolean" : "categorical";
    const codes = this.codes.take();
    for (let i = 0; i < codes.length; i++) if (codes[i] < 0) this.absent++;
    return {
      name: this.schema.name,
      type,
      codes,
      levels: this.shared,
      ...(this.words.size === 0 ? {} : { missing: this.missingIn() }),
    };
  }

  private missingIn(): readonly string[] {
    let blank = this.absent;
    for (const count of this.words.values()) blank -= count;
    return commonestFirst(this.words, Math.max(0, blank));
  }

  private codeOf(bytes: Buffer, start: number, end: number, row: number, bad: BadCell): number {
    if (start < end) {
      const code = this.known.find(bytes, start, end);
      if (code >= 0) return code;
    }
    return this.unseen(bytes, start, end, row, bad);
  }

  /** Missing words, invalid text, other spellings of a boolean, and levels not met before. */
  private unseen(bytes: Buffer, start: number, end: number, row: number, bad: BadCell): number {
    if (isBlank(bytes, start, end)) {
      if (this.schema.required) bad(row, "must not be empty", "");
      return -1;
    }
    const text = decodeStrictly(bytes, start, end);
    if (text === undefined) {
      bad(row, "must be UTF-8", decode(bytes, start, end));
      return -1;
    }
    const word = text.trim();
    if (this.isMissing(word)) {
      if (this.schema.required) bad(row, "must not be empty", text);
      this.words.set(word, (this.words.get(word) ?? 0) + 1);
      return -1;
    }
    const { levels, type, open } = this.schema;
    if (!levels) return this.addLevel(bytes.subarray(start, end), text);
    const spelled = this.cased.get(blankKey(text)) ?? this.folded.get(foldKey(text)) ?? -1;
    if (spelled >= 0) return spelled;
    if (open) return this.addLevel(bytes.subarray(start, end), text);
    const truth = type === "boolean" ? zeroOrOne(text) : -1;
    if (truth >= 0 && zeroOrOne(levels[truth] ?? "") === truth) return truth;
    bad(row, `must be one of ${levels.join(", ")}`, text);
    return -1;
  }

  private addLevel(bytes: Uint8Array, text: string): number {
    this.levels.push(text);
    // Once the kernel has no room for a level, its codes would no longer be those of the dictionary.
    if (this.fast && !this.fast.insert(bytes)) this.fast = undefined;
    return this.known.add(bytes, 0, bytes.length);
  }

  private startFast(kernel: CsvKernel): void {
    this.tried = kernel;
    this.fast = kernel.dictionary();
    for (const level of this.levels)
      if (this.fast && !this.fast.insert(Buffer.from(level))) this.fast = undefined;
  }
}
