import type { Dialect } from "../dialect/dialect";
import { learnNumbers, type MarkHints } from "../formats/learn-numbers";
import { formatIn, type Guess, guess, type Known } from "../infer/settle";
import type { ColumnSchema } from "../schema";
import type { Layout } from "./layout";
import { DictionaryBuilder } from "./levels";
import type { CsvOptions } from "./options";
import { CsvReader } from "./reader";

interface Guesses {
  readonly guesses: readonly (Guess & { readonly empty: boolean })[];
  readonly known: Layout["known"];
  /** Rows looked at. */
  readonly rows: number;
  /** The marks of numbers that the file has in common. */
  readonly marks: Pick<Dialect, "decimal" | "thousands">;
}

/** The beginning of a file; `whole` says that it is all of it. */
interface FileHead {
  readonly name: string;
  readonly head: Uint8Array;
  readonly whole: boolean;
}

/** Rows after which the beginning of a long file has told enough, and bytes looked at between two counts of them. */
const enoughRows = 1000;
const pieceBytes = 1 << 15;

/** What the beginning of a file tells of each column's type, levels and format. */
export function guessColumns(
  { name, head, whole }: FileHead,
  layout: Layout,
  given: readonly (ColumnSchema | undefined)[],
  options: CsvOptions,
): Guesses {
  const missing = options.schema?.missing;
  const builders = layout.columns.map((column) => new DictionaryBuilder(column, () => false));
  const quiet = { ...options, maxProblems: 0, onReject: undefined, onCells: undefined };
  const reader = new CsvReader(name, { ...layout, encoding: "utf-8" }, quiet, builders, head.length);
  let at = 0;
  for (; at < head.length && (whole || reader.rows < enoughRows); at += pieceBytes)
    reader.push(head.subarray(at, at + pieceBytes));
  if (whole && at >= head.length) reader.end();
  const marks = marksOf(builders, layout, options);
  const known = (j: number): Known => ({
    first: j === 0,
    hints: marks,
    spellings: options.spellings,
    ...(missing === undefined ? {} : { missing }),
    ...(options.missing === undefined ? {} : { alsoMissing: options.missing }),
    ...patternFor(layout.names[j], options.dateFormats),
  });
  const guesses = builders.map((builder, j) => {
    const asked = given[j];
    const typed = asked && formatIn(builder, asked, known(j));
    const remarks = typed?.remark === undefined ? [] : [typed.remark];
    const made = typed
      ? { column: typed.column, levels: [], remarks, guessedCells: 0 }
      : guess(builder, layout.names[j], known(j));
    return { ...made, empty: builder.levels.length === 0 };
  });
  const { decimal, thousands } = marks;
  return {
    guesses,
    known,
    rows: reader.rows,
    marks: { ...(decimal === "," ? { decimal } : {}), ...(thousands === undefined ? {} : { thousands }) },
  };
}

function patternFor(
  column: string,
  patterns: ReadonlyMap<string, string> | undefined,
): Pick<Known, "datePattern"> {
  const datePattern = patterns?.get(column) ?? patterns?.get("*");
  return datePattern === undefined ? {} : { datePattern };
}

/** The decimal mark and the thousands that are given, or that the columns which tell them have in common. */
function marksOf(builders: readonly DictionaryBuilder[], layout: Layout, options: CsvOptions): MarkHints {
  const usual = options.schema?.dialect;
  const votes = { ".": 0, ",": 0 };
  let thousands: string | undefined;
  for (const one of builders) {
    const texts = one.levels.slice(0, 500).filter((text) => /\d/.test(text));
    if (texts.length < 0.5 * Math.min(500, one.levels.length)) continue;
    const found = learnNumbers(texts);
    if (!found?.certain || found.share < 0.8) continue;
    const { format } = found;
    if (format.decimal === "," || texts.some((text) => text.includes("."))) votes[format.decimal]++;
    thousands ??= format.thousands;
  }
  const voted = votes[","] > votes["."] ? "," : votes["."] > votes[","] ? "." : undefined;
  // Where a comma is the decimal mark, files are written with semicolons.
  const byDelimiter = layout.dialect.delimiter === ";" && votes["."] === 0 ? "," : undefined;
  const decimal = options.decimal ?? voted ?? usual?.decimal ?? byDelimiter;
  const between = options.thousands ?? thousands ?? usual?.thousands;
  return {
    ...(decimal === undefined ? {} : { decimal }),
    ...(between === undefined ? {} : { thousands: between }),
  };
}
