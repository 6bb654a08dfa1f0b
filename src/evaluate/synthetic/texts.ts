import { type Column, cellText, type Table } from "../../data/table";
import { ksComplement } from "./similarity";

/** How alike identifiers or free texts are in form, which the measures of values leave out. Scores from 0 to 1. */
export interface TextForm {
  readonly column: string;
  /** The mean of the four scores and of what the two shares of each kind differ by, as 1 − difference. */
  readonly score: number;
  /** Of the lengths, as 1 − Kolmogorov and Smirnov's distance. */
  readonly lengths: number;
  /** Of the shares of capitals, small letters, digits, blanks and other characters, as 1 − total variation. */
  readonly characters: number;
  /** Of the formats (`A9-9` for "CH2-14"), as 1 − total variation; those of less than 1 % of the rows count as one. */
  readonly formats: number;
  /** The shares of different values among those present, and of missing cells. */
  readonly unique: { readonly real: number; readonly synthetic: number };
  readonly missing: { readonly real: number; readonly synthetic: number };
  /** The share of synthetic texts that are real ones. */
  readonly known: number;
}

const rareFormat = 0.01;

/** The forms of the columns that hold identifiers or free text in the real table; none of those that are empty in both. */
export function textForms(real: Table, synthetic: Table): TextForm[] {
  return real.columns.flatMap((one) => {
    const other = synthetic.columns.find((column) => column.name === one.name);
    const texts = one.type === "id" || one.type === "text";
    const there = other && [one, other].some((column) => textsOf(column).some((text) => text !== ""));
    return texts && there ? [textForm(one, other)] : [];
  });
}

function textForm(column: Column, other: Column): TextForm {
  const all = [textsOf(column), textsOf(other)];
  const [real, synthetic] = all.map((texts) => texts.filter((text) => text !== ""));
  const share = (of: (texts: readonly string[]) => number): { real: number; synthetic: number } => ({
    real: of(all[0]),
    synthetic: of(all[1]),
  });
  const unique = share((texts) => {
    const present = texts.filter((text) => text !== "");
    return present.length > 0 ? new Set(present).size / present.length : 0;
  });
  const missing = share((texts) => texts.filter((text) => text === "").length / Math.max(1, texts.length));
  const lengths = ksComplement(
    Float64Array.from(real, (text) => text.length),
    Float64Array.from(synthetic, (text) => text.length),
  );
  const characters = overlap(
    sharesBy(real.join("").replace(/./gsu, kindOf)),
    sharesBy(synthetic.join("").replace(/./gsu, kindOf)),
  );
  const formats = overlap(...pooled(real.map(formatOf), synthetic.map(formatOf)));
  const seen = new Set(real);
  const known = synthetic.filter((text) => seen.has(text)).length / Math.max(1, synthetic.length);
  const apart = [unique, missing].map((of) => 1 - Math.abs(of.real - of.synthetic));
  const scores = [lengths, characters, formats, ...apart].map((value) => (Number.isNaN(value) ? 0 : value));
  const score = scores.reduce((sum, value) => sum + value, 0) / scores.length;
  return { column: column.name, score, lengths, characters, formats, unique, missing, known };
}

function textsOf(column: Column): string[] {
  const rows = "codes" in column ? column.codes.length : column.values.length;
  return Array.from({ length: rows }, (_, i) => cellText(column, i));
}

function kindOf(character: string): string {
  if (/\p{Lu}/u.test(character)) return "A";
  if (/\p{L}/u.test(character)) return "a";
  if (/\p{Nd}/u.test(character)) return "9";
  return /\s/.test(character) ? " " : "-";
}

/** A text's format: runs of one kind of character as one, other characters as they are. */
function formatOf(text: string): string {
  return text.replace(/[\p{L}\p{Nd}]/gu, kindOf).replace(/([Aa9 ])\1+/g, "$1");
}

function sharesBy(items: Iterable<string>): Map<string, number> {
  const counts = new Map<string, number>();
  let total = 0;
  for (const item of items) {
    counts.set(item, (counts.get(item) ?? 0) + 1);
    total++;
  }
  for (const [item, count] of counts) counts.set(item, count / total);
  return counts;
}

/** The shares of two lists, those that are rare in both joined. */
function pooled(a: readonly string[], b: readonly string[]): [Map<string, number>, Map<string, number>] {
  const [left, right] = [sharesBy(a), sharesBy(b)];
  const rare = (item: string): boolean => Math.max(left.get(item) ?? 0, right.get(item) ?? 0) < rareFormat;
  return [
    sharesBy(a.map((item) => (rare(item) ? "" : item))),
    sharesBy(b.map((item) => (rare(item) ? "" : item))),
  ];
}

/** 1 − the total variation of two lists of shares. */
function overlap(a: ReadonlyMap<string, number>, b: ReadonlyMap<string, number>): number {
  let sum = 0;
  for (const [item, share] of a) sum += Math.min(share, b.get(item) ?? 0);
  return sum;
}
