import { Layout, startKernel } from "../../core/kernel";
import { wasm } from "./kernel.wasm";

interface Functions {
  setup(
    bytes: number,
    starts: number,
    ends: number,
    values: number,
    codes: number,
    powers: number,
    packed: number,
    packedBytes: number,
    columns: number,
    delimiter: number,
    maxFieldBytes: number,
    maxRows: number,
  ): void;
  position(): number;
  mostDecimals(): number;
  fewestDecimals(): number;
  presentCells(): number;
  leadingZeros(): number;
  split(from: number, to: number, row: number): number;
  numbers(j: number, rows: number, point: number): number;
  pack(j: number, from: number, rows: number): number;
  insert(dictionary: number, code: number, keyAt: number, size: number): void;
  encode(dictionary: number, j: number, rows: number): number;
}

/** Levels that a kernel's dictionary holds, and bytes of all of them together. */
const maxLevels = 256;
const poolBytes = 8192;
/** Room for the texts of one column. */
const packedBytes = 1 << 18;
const dictionaryBytes = 4096 + 32 * maxLevels + poolBytes + 16;

export interface KernelSizes {
  readonly columns: number;
  readonly delimiter: number;
  readonly maxFieldBytes: number;
  readonly maxRows: number;
  /** Bytes of the file held at a time. */
  readonly capacity: number;
}

/** What `numbers` found of a column. */
export interface FastNumbers {
  /** Values of the rows; NaN where empty or slow. Valid until the next call. */
  readonly values: Float64Array;
  /** Rows whose cells the plain code must read. */
  readonly slow: Int32Array;
  /** Most and fewest digits after the mark; 99 fewest where there is no number. */
  readonly decimals: number;
  readonly leastDecimals: number;
  readonly present: number;
  readonly leadingZeros: number;
}

/** A column's levels in the kernel's memory. */
export interface FastDictionary {
  /** Adds the next level; false when there is no more room, and the dictionary then stays as it is. */
  insert(bytes: Uint8Array): boolean;
  /** Codes of the rows, −2 where unknown, valid until the next call, and how many are unknown. */
  encode(j: number, rows: number): { readonly codes: Int32Array; readonly unknown: number };
}

/** The loops over bytes in WebAssembly, and the memory that they work in. */
export interface CsvKernel {
  readonly bytes: Buffer;
  readonly starts: Int32Array;
  readonly ends: Int32Array;
  /** Splits clean records from `from` on into rows `row`, …; returns the rows there are then, and where it stopped. */
  split(from: number, to: number, row: number): { readonly rows: number; readonly at: number };
  /** `point` is the byte of the decimal mark. */
  numbers(j: number, rows: number, point: number): FastNumbers;
  /**
   * The cells of column `j` from row `from` on, one behind the other and valid until the next call, and the row before which
   * their room ended: `from` where not even its cell has any.
   */
  pack(j: number, from: number, rows: number): { readonly bytes: Buffer; readonly to: number };
  dictionary(): FastDictionary;
}

/** Starts a kernel; undefined where WebAssembly lacks SIMD, or the memory would be too large. */
export function startCsvKernel(sizes: KernelSizes): CsvKernel | undefined {
  const { columns, delimiter, maxFieldBytes, maxRows, capacity } = sizes;
  const layout = new Layout();
  const cells = columns * maxRows;
  const startsAt = layout.take(4 * cells);
  const endsAt = layout.take(4 * cells);
  const valuesAt = layout.take(8 * maxRows);
  const codesAt = layout.take(4 * maxRows);
  const powersAt = layout.take(8 * 16);
  // Words are read beyond the last cell.
  const bytesAt = layout.take(capacity + 32);
  const packedAt = layout.take(packedBytes + 32);
  const dictionariesAt = layout.take(columns * dictionaryBytes);
  const started = startKernel<Functions>(wasm, layout.end);
  if (!started) return undefined;
  const { run, memory } = started;
  run.setup(
    bytesAt,
    startsAt,
    endsAt,
    valuesAt,
    codesAt,
    powersAt,
    packedAt,
    packedBytes,
    columns,
    delimiter,
    maxFieldBytes,
    maxRows,
  );
  new Float64Array(memory, powersAt, 16).forEach((_, k, powers) => {
    powers[k] = 10 ** k;
  });
  const values = new Float64Array(memory, valuesAt, maxRows);
  const codes = new Int32Array(memory, codesAt, maxRows);
  const all = new Uint8Array(memory);
  const packed = Buffer.from(memory, packedAt, packedBytes);
  let taken = 0;
  return {
    bytes: Buffer.from(memory, bytesAt, capacity),
    starts: new Int32Array(memory, startsAt, cells),
    ends: new Int32Array(memory, endsAt, cells),
    split: (from, to, row) => ({ rows: run.split(from, to, row), at: run.position() }),
    numbers: (j, rows, point) => {
      const slow = run.numbers(j, rows, point);
      return {
        values: values.subarray(0, rows),
        slow: codes.subarray(0, slow),
        decimals: run.mostDecimals(),
        leastDecimals: run.fewestDecimals(),
        present: run.presentCells(),
        leadingZeros: run.leadingZeros(),
      };
    },
    pack: (j, from, rows) => ({ bytes: packed, to: run.pack(j, from, rows) }),
    dictionary: () => {
      const at = dictionariesAt + dictionaryBytes * taken++;
      const poolAt = at + 4096 + 32 * maxLevels;
      let levels = 0;
      let used = 0;
      return {
        insert: (bytes) => {
          if (levels === maxLevels || used + bytes.length > poolBytes) return false;
          all.set(bytes, poolAt + used);
          // What follows a short level is masked away, but must lie within memory: the pool ends with room to spare.
          run.insert(at, levels, poolAt + used, bytes.length);
          levels++;
          used += bytes.length;
          return true;
        },
        encode: (j, rows) => {
          const unknown = run.encode(at, j, rows);
          return { codes: codes.subarray(0, rows), unknown };
        },
      };
    },
  };
}
