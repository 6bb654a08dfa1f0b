/** How a date may stand in an identifier, and how that is called. */
const dateNames = {
  yyyy: "year",
  yy: "two-digit year",
  yyyyMM: "year and month",
  yyMM: "two-digit year and month",
  yyyyMMdd: "date",
  yyMMdd: "six-digit date",
} as const;
export const datePatterns = Object.keys(dateNames) as readonly (keyof typeof dateNames)[];

/** A part of identifiers that another column's cell says. */
export interface KeyTie {
  readonly of: string;
  /** Where it is put into what is made up, the ties before it put in already. */
  readonly at: number;
  /** Of a date: what of it stands there. */
  readonly pattern?: keyof typeof dateNames;
  /** By cell; left out, and without a pattern, the cell's own text. */
  readonly texts?: readonly (readonly [cell: string, text: string])[];
  /** Where the cell says nothing. */
  readonly otherwise: string;
}

/** What a column's cells hold. */
export interface TyingColumn {
  readonly name: string;
  /** Texts, or of dates milliseconds; "" and NaN where missing. */
  readonly cells: readonly string[] | Float64Array;
  /** Cells that may be told. */
  readonly told?: ReadonlySet<string>;
}

/** Fewer keys say nothing, nor do columns of more cells, or of fewer rows for each. */
const fewestKeys = 20;
const mostCells = 200;
const fewestRows = 5;
/** Below this probability under independence, that a column says a part of the keys is no coincidence. */
const chance = 1e-6;
/** Columns that say a part of so many keys, but not of all, are named. */
const leastAlike = 0.9;
const mostTies = 3;

/** What is known of identifiers and other columns. */
export interface TiedKeys {
  /** In the order in which they are put in. */
  readonly ties: readonly KeyTie[];
  /** The keys without what the ties say. */
  readonly bare: readonly string[];
  /** Columns that say a part of most keys, but not of all: that is not kept. */
  readonly loose: readonly string[];
}

/**
 * The parts of identifiers that other columns say: a country's letters in front, the year of an order's date, a branch's number.
 * What fewer than `least` identifiers hold there is made up where the cell says nothing.
 */
export function tiedKeys(keys: readonly string[], columns: readonly TyingColumn[], least: number): TiedKeys {
  let bare = keys;
  const written = columns.map((column) => ({ name: column.name, told: column.told, ways: waysOf(column) }));
  const ties: KeyTie[] = [];
  for (;;) {
    const found = segmentsOf(bare).flatMap((segment) =>
      written.flatMap((column) => tieOf(segment, column, least) ?? []),
    );
    const [best] = found.filter(({ share }) => share === 1).sort((a, b) => b.distinct - a.distinct);
    if (!best || ties.length === mostTies) {
      // What says nearly what a tie says goes with it, and was taken out before.
      const near = found.filter(({ share }) => share < 1).map(({ tie }) => tie.of);
      return { ties, bare, loose: [...new Set(near)].filter((name) => !ties.some(({ of }) => of === name)) };
    }
    const { at, texts } = best;
    bare = bare.map((key, i) => key.slice(0, at) + key.slice(at + texts[i].length));
    ties.unshift(best.tie);
  }
}

/** What the rows of a table hold in a tie's column. */
export type CellsOfTie = (tie: Pick<KeyTie, "of">) => TyingColumn["cells"];

/** Identifiers with what the ties' columns say. */
export function withTies(bare: readonly string[], ties: readonly KeyTie[], cellsOf: CellsOfTie): string[] {
  let keys = [...bare];
  for (const tie of ties) {
    const says = saidBy(tie, cellsOf(tie));
    keys = keys.map((key, i) => (key === "" ? "" : key.slice(0, tie.at) + says(i) + key.slice(tie.at)));
  }
  return keys;
}

/**
 * Identifiers without what the ties' columns say; those in which something else stands there stay whole, and are told of where a cell
 * says what should stand there (`odd`).
 */
export function withoutTies(
  whole: readonly string[],
  ties: readonly KeyTie[],
  cellsOf: CellsOfTie,
  odd: (tie: KeyTie, row: number) => void = () => undefined,
): string[] {
  let keys = [...whole];
  for (const tie of [...ties].reverse()) {
    const says = saidBy({ ...tie, otherwise: "" }, cellsOf(tie));
    keys = keys.map((key, i) => {
      const said = says(i) || tie.otherwise;
      if (key.startsWith(said, tie.at)) return key.slice(0, tie.at) + key.slice(tie.at + said.length);
      if (key !== "" && says(i) !== "") odd(tie, i);
      return key;
    });
  }
  return keys;
}

/**
 * From when to when the dates of a column may be by what an identifier says of them, in milliseconds; undefined where it says nothing.
 * Two digits are a year of this century, or of the last where none of this is at or before `latest`.
 */
export function datesSaid(
  key: string,
  ties: readonly KeyTie[],
  { of, latest }: { readonly of: string; readonly latest: number },
): { readonly from: number; readonly to: number } | undefined {
  let rest = key;
  for (const tie of [...ties].reverse()) {
    const { at, pattern } = tie;
    const texts = tie.texts?.map(([, text]) => text).filter((text) => rest.startsWith(text, at));
    const longest = Math.max(...(texts ?? []).map(({ length }) => length));
    const length = pattern ? pattern.length : longest;
    if (!(length > 0)) return undefined;
    const text = rest.slice(at, at + length);
    if (pattern && tie.of === of) return /^\d+$/.test(text) ? datesOf(text, pattern, latest) : undefined;
    rest = rest.slice(0, at) + rest.slice(at + length);
  }
  return undefined;
}

function datesOf(text: string, pattern: NonNullable<KeyTie["pattern"]>, latest: number) {
  const digits = pattern.startsWith("yyyy") ? 4 : 2;
  const [start, month, day] = [0, digits, digits + 2].map((at) =>
    Number(text.slice(at, at + (at ? 2 : digits))),
  );
  const century = digits === 4 ? 0 : Date.UTC(2000 + start, 0) <= latest ? 2000 : 1900;
  const year = century + start;
  const from = Date.UTC(year, (month || 1) - 1, day || 1);
  const next = day ? [year, month - 1, day + 1] : month ? [year, month, 1] : [year + 1, 0, 1];
  return { from, to: Date.UTC(next[0], next[1], next[2]) - 1 };
}

/** What a tie puts into the identifier of a row. */
function saidBy({ texts, pattern, otherwise }: KeyTie, cells: TyingColumn["cells"]): (row: number) => string {
  const known = new Map(texts);
  return (i) => (texts ? known.get(cells[i] as string) : cellIn(cells[i], pattern)) || otherwise;
}

/** What a tie says, in words. */
export function describeTie({ of, at, pattern, texts }: KeyTie): string {
  const where = at === 0 ? "begins with" : "holds";
  if (texts)
    return `${where} what ${of} says (${texts
      .slice(0, 3)
      .map((pair) => pair.join(" → "))
      .join(", ")}${texts.length > 3 ? " …" : ""})`;
  return `${where} ${pattern ? `the ${dateNames[pattern]} of ${of}` : `its ${of}`}`;
}

/** What a cell says as it is: its text, or its date as the pattern writes it; "" where it is missing. */
function cellIn(cell: string | number, pattern: KeyTie["pattern"]): string {
  if (typeof cell === "string") return cell;
  if (Number.isNaN(cell)) return "";
  const [year, month, day] = new Date(cell).toISOString().split(/[-T]/);
  return (pattern ?? "yyyyMMdd")
    .replace("yyyy", year)
    .replace("yy", year.slice(2))
    .replace("MM", month)
    .replace("dd", day);
}

/** A part that stands at the same place of all keys, with several texts. */
interface Segment {
  readonly at: number;
  readonly texts: readonly string[];
}

/** Runs of letters or digits that begin at the same place in all keys, and beginnings of those that are as long in all. */
function segmentsOf(keys: readonly string[]): readonly Segment[] {
  if (keys.length < fewestKeys) return [];
  const runs = keys.map((key) => key.match(/\p{L}+|\p{Nd}+|[^\p{L}\p{Nd}]+/gu) ?? []);
  const segments: Segment[] = [];
  for (let r = 0, at = 0; ; r++) {
    const texts = runs.map((own) => own[r] ?? "");
    if (texts.includes("")) break;
    const long = texts.every(({ length }) => length === texts[0].length) ? texts[0].length : 0;
    const cuts = long > 1 ? Array.from({ length: Math.min(8, long - 1) }, (_, k) => k + 1) : [];
    segments.push(
      { at, texts },
      ...cuts.map((cut) => ({ at, texts: texts.map((text) => text.slice(0, cut)) })),
    );
    if (long === 0) break;
    at += long;
  }
  return segments.filter(({ texts }) => new Set(texts).size > 1);
}

/** What a column's cells say: their texts, or of dates those of each pattern. */
type Ways = ReadonlyMap<KeyTie["pattern"], readonly string[]>;

function waysOf({ cells }: TyingColumn): Ways {
  if (!(cells instanceof Float64Array)) return new Map([[undefined, cells]]);
  const days = new Map<number, string>();
  return new Map(
    datePatterns.map((pattern) => {
      days.clear();
      const texts = Array.from(cells, (cell) => {
        const text = days.get(cell) ?? cellIn(cell, pattern);
        days.set(cell, text);
        return text;
      });
      return [pattern, texts];
    }),
  );
}

/** Whether the column's cells say the segment, in which share of the keys, and how. */
function tieOf(
  { at, texts }: Segment,
  { name, ways, told }: Pick<TyingColumn, "name" | "told"> & { readonly ways: Ways },
  least: number,
) {
  for (const [pattern, own] of ways) {
    if (pattern && texts.some((text) => text.length !== pattern.length)) continue;
    const by = new Map<string, Map<string, number>>();
    own.forEach((cell, i) => {
      const counts = by.get(cell) ?? new Map<string, number>();
      by.set(cell, counts.set(texts[i], (counts.get(texts[i]) ?? 0) + 1));
    });
    const missing = by.get("");
    by.delete("");
    if (by.size < 2) continue;
    const usual = new Map([...by].map(([cell, counts]) => [cell, most(counts)]));
    const known = own.filter((cell) => cell !== "").length;
    const same = own.filter((cell, i) => usual.get(cell) === texts[i]).length;
    const itself = [...usual].every(([cell, text]) => cell === text);
    const share = same / known;
    if (share < leastAlike || (pattern && !itself) || new Set(usual.values()).size < 2) continue;
    const few = by.size <= Math.min(mostCells, known / fewestRows);
    if (!(itself || few) || logChance(by, texts, itself) > Math.log(chance)) continue;
    const pairs = [...usual].filter(([cell]) => told?.has(cell) ?? true).sort();
    const times = timesOf(texts);
    // A missing cell may say something, too.
    const usually = most(missing ?? times);
    const otherwise = ((missing ?? times).get(usually) ?? 0) < least ? emptied(usually) : usually;
    const tie: KeyTie = {
      ...{ of: name, at, otherwise },
      ...(pattern ? { pattern } : itself ? {} : { texts: pairs }),
    };
    return { tie, at, texts, share, distinct: new Set(usual.values()).size };
  }
  return undefined;
}

/** The probability that each cell goes with one text, or with its own, were columns and keys independent; its logarithm. */
function logChance(
  by: ReadonlyMap<string, ReadonlyMap<string, number>>,
  texts: readonly string[],
  itself: boolean,
): number {
  const shares = new Map([...timesOf(texts)].map(([text, count]) => [text, count / texts.length]));
  let sum = 0;
  for (const [cell, counts] of by) {
    const rows = [...counts.values()].reduce((a, b) => Math.max(a, b), 0);
    const fits = itself ? [shares.get(cell) ?? 1] : [...shares.values()];
    sum += Math.log(fits.reduce((total, share) => total + share ** rows, 0));
  }
  return sum;
}

function timesOf(texts: readonly string[]): Map<string, number> {
  const times = new Map<string, number>();
  for (const text of texts) times.set(text, (times.get(text) ?? 0) + 1);
  return times;
}

/** A text of the same form that says nothing. */
function emptied(text: string): string {
  return text
    .replace(/\p{Nd}/gu, "0")
    .replace(/\p{Lu}/gu, "X")
    .replace(/(?!X)\p{L}/gu, "x");
}

/** The key that is counted most. */
function most(counts: ReadonlyMap<string, number>): string {
  return [...counts].reduce((a, b) => (b[1] > a[1] ? b : a))[0];
}
