import { picker } from "../../core/math/sorted";
import { permutation, type Rng } from "../../core/rng";
import { keyOfText } from "../../data/tally/keys";
import { placesBy } from "./keys/forms-go-with";
import { bitsOf, textOfBits } from "./keys/free-of";
import { rangeOf } from "./keys/places-for";

/**
 * How texts are made up that too few rows share to be told: by shape (runs of digits, of letters in one case, and what
 * stands between them), by words and numbers that enough rows have in the same place, by lengths and letters. Nothing in
 * it comes from fewer rows than were asked for.
 */
export interface TextGrammar {
  readonly shapes: readonly Weighted<readonly Run[]>[];
  /** For texts of no shape that enough rows have: how many words (ten quantiles), and the words. */
  readonly sentence: {
    readonly weight: number;
    readonly lengths: readonly number[];
    readonly word: Run;
  };
  /** How often each letter occurs, a to z. */
  readonly letters: readonly number[];
  /** The share of the rows whose text another row has, too. */
  readonly repeated: number;
  /** Only texts with these remainders (a bit each, in Base64) of their hash are made: no text that was learnt has one. */
  readonly free?: { readonly stride: number; readonly rests: string };
  /** About which share of the texts made up are real ones all the same. */
  readonly real?: number;
  /** Where another column says how texts are written, grammars of its cells' texts: each of `cells` has one, by its place; others have this one. */
  readonly by?: {
    readonly of: string;
    readonly grammars: readonly TextGrammar[];
    readonly cells: readonly (readonly [cell: string, grammar: number])[];
  };
}

export interface Weighted<T> {
  readonly of: T;
  readonly weight: number;
}

/** A run of one class of characters. */
export interface Run {
  readonly kind: "literal" | "digits" | "upper" | "lower" | "title" | "mixed";
  /** What enough rows have here as it stands, and how many rows. */
  readonly words: readonly Weighted<string>[];
  /** How many rows have something else here. */
  readonly others: number;
  /** Lengths of what else stands here: ten quantiles. */
  readonly lengths: readonly number[];
  /** For digits: how often each comes first. */
  readonly first?: readonly number[];
  /** For digits: the range of the numbers of each length, where enough rows have them; a number beside others keeps to it. */
  readonly ranges?: readonly { readonly length: number; readonly low: number; readonly high: number }[];
}

const tokens = /\p{Nd}+|\p{L}+|[^\p{Nd}\p{L}]/gu;
/** Longer texts are sentences. */
const mostRuns = 24;
const mostShapes = 200;
const mostWords = 2000;
/** Longer runs of digits are no numbers that have a range. */
const mostDigits = 15;

/** The grammar of texts, one a row, of which each part stands for at least `least` rows. */
export function grammarOf(texts: readonly string[], least: number): TextGrammar {
  const rows = texts.map((text) => text.match(tokens) ?? []);
  const shapes = new Map<string, number[]>();
  rows.forEach((own, i) => {
    if (own.length > mostRuns) return;
    const key = own.map(classOf).join("\u0000");
    const members = shapes.get(key);
    if (members) members.push(i);
    else shapes.set(key, [i]);
  });
  const kept = [...shapes]
    .filter(([, members]) => members.length >= least)
    .sort((a, b) => b[1].length - a[1].length || (a[0] < b[0] ? -1 : 1))
    .slice(0, mostShapes);
  const common = new Set(kept.flatMap(([, members]) => members));
  const left = texts.filter((_, i) => !common.has(i));
  const sentences = left.map((text) => text.split(/\s+/).filter((word) => word !== ""));
  return {
    shapes: kept.map(([, members]) => ({
      weight: members.length,
      of: rows[members[0]].map((_, at) =>
        runOf(
          members.map((i) => rows[i][at]),
          least,
        ),
      ),
    })),
    sentence: {
      weight: left.length,
      lengths: tenths(sentences.map((sentence) => sentence.length)),
      word: wordRun(sentences, least),
    },
    letters: letterCounts(texts),
    repeated: texts.length > 0 ? 1 - new Set(texts).size / texts.length : 0,
  };
}

/** So many texts are made up to see how many are real ones. */
const trials = 5000;
/** Texts of which fewer repeat are as good as identifiers: none is made that is real. */
const leastShared = 0.1;
/** Where more of the texts made are real ones, there are too few others: their numbers become longer by a digit. */
const crowded = 0.1;
/** Which share of the remainders is used: more of them would tell more of texts that are none of those learnt. */
const freeShare = 0.25;
const fewestRests = 64;
const mostTries = 256;

/** The grammar, so that it makes none of the texts where hardly any two of these are alike; else with how many of those it makes are real ones. */
export function apartFrom(grammar: TextGrammar, texts: readonly string[], rng: Rng): TextGrammar {
  const own = new Set(texts);
  const realIn = (one: TextGrammar): number =>
    writeTexts({ ...one, repeated: 0 }, trials, rng).filter((text) => own.has(text)).length / trials;
  const chance = realIn(grammar);
  if (chance === 0) return grammar;
  let apart = grammar;
  if (grammar.repeated <= leastShared) {
    const stride = Math.max(fewestRests, own.size);
    const taken = new Uint8Array(stride);
    for (const text of own) taken[hashOf(text) % stride] = 1;
    const rests = [...taken.keys()].filter((one) => taken[one] === 0).slice(0, freeShare * stride);
    const roomy = chance > crowded ? withLongerNumbers(grammar) : grammar;
    apart = { ...roomy, free: { stride, rests: textOfBits(rests, stride) } };
  }
  const real = apart === grammar ? chance : realIn(apart);
  return real > 0 ? { ...apart, real } : apart;
}

/** The last number of each shape that is no word of enough rows with one digit more. */
function withLongerNumbers(grammar: TextGrammar): TextGrammar {
  const longer = ({ ranges: _, ...run }: Run): Run => ({
    ...run,
    lengths: run.lengths.map((length) => length + 1),
  });
  return {
    ...grammar,
    shapes: grammar.shapes.map(({ of, weight }) => {
      const last = of.findLastIndex(({ kind, others }) => kind === "digits" && others > 0);
      return { weight, of: of.map((run, at) => (at === last ? longer(run) : run)) };
    }),
  };
}

const hash = new Uint32Array(2);
function hashOf(text: string): number {
  keyOfText(text, hash);
  return hash[0];
}

/** `count` texts; as many rows have the same as of those that were learnt, in no order. */
export function writeTexts(grammar: TextGrammar, count: number, rng: Rng): string[] {
  const { shapes, sentence, repeated, free } = grammar;
  const rests = new Set(free && bitsOf(free.rests));
  const pick = picker([...shapes.map((shape) => shape.weight), sentence.weight]);
  const writers = shapes.map((shape) => shape.of.map((run) => runWriter(run, grammar.letters)));
  const word = runWriter(sentence.word, grammar.letters);
  const make = (): string => {
    const shape = pick(rng.uniform());
    if (shape < shapes.length) return writers[shape].map((write) => write(rng)).join("");
    const length = Math.max(1, sentence.lengths[Math.floor(rng.uniform() * sentence.lengths.length)] ?? 1);
    return Array.from({ length }, () => word(rng)).join(" ");
  };
  const alike = 1 / (1 - repeated);
  const out: string[] = [];
  while (out.length < count) {
    let made = make();
    for (let tries = 1; free && tries < mostTries && !rests.has(hashOf(made) % free.stride); tries++)
      made = make();
    const rows = repeated === 0 ? 1 : Math.floor(alike + rng.uniform());
    for (let row = 0; row < rows && out.length < count; row++) out.push(made);
  }
  if (repeated === 0) return out;
  return Array.from(permutation(rng, count), (i) => out[i]);
}

/** A text for each of the cells of the column that says how they are written. */
export function writeTextsBy(grammar: TextGrammar, cells: readonly string[], rng: Rng): string[] {
  const { grammars = [], cells: told = [] } = grammar.by ?? {};
  const places = new Map(told);
  const out = new Array<string>(cells.length);
  for (const [place, rows] of placesBy(cells.map((cell) => places.get(cell) ?? -1))) {
    const made = writeTexts(
      grammars[place] ?? grammar,
      rows.length,
      place < 0 ? rng : rng.fork(`part ${place}`),
    );
    rows.forEach((i, k) => {
      out[i] = made[k];
    });
  }
  return out;
}

function classOf(token: string): string {
  if (/^\p{Nd}/u.test(token)) return "digits";
  if (!/^\p{L}/u.test(token)) return `literal ${token}`;
  if (token === token.toLowerCase()) return "lower";
  if (token === token.toUpperCase() && token.length > 1) return "upper";
  const rest = token.slice(1);
  return rest === rest.toLowerCase() ? "title" : "mixed";
}

function runOf(values: readonly string[], least: number): Run {
  const kind = classOf(values[0]).split(" ")[0] as Run["kind"];
  const { words, others } = frequent(values, least);
  const first = new Array<number>(10).fill(0);
  if (kind === "digits") for (const value of others) first[Number(value[0])]++;
  return {
    kind,
    words,
    others: others.length,
    lengths: tenths(others.map((value) => value.length)),
    ...(kind === "digits" && {
      first: first.map((rows) => (rows >= least ? rows : 0)),
      ranges: rangesOf(others, least),
    }),
  };
}

function rangesOf(digits: readonly string[], least: number): NonNullable<Run["ranges"]> {
  return [...new Set(digits.map(({ length }) => length))]
    .filter((length) => length <= mostDigits)
    .flatMap((length) => {
      const own = digits.filter((text) => text.length === length);
      const range = rangeOf(own.map(Number), least);
      return range ? [{ length, low: range[0], high: range[1] }] : [];
    });
}

/** The words of sentences: those that enough rows have, and how long the others are. */
function wordRun(sentences: readonly (readonly string[])[], least: number): Run {
  const { words } = frequent(
    sentences.flatMap((sentence) => [...new Set(sentence)]),
    least,
  );
  const known = new Set(words.map((word) => word.of));
  const others = sentences.flatMap((sentence) => sentence.filter((word) => !known.has(word)));
  return { kind: "lower", words, others: others.length, lengths: tenths(others.map((word) => word.length)) };
}

function frequent(
  values: readonly string[],
  least: number,
): { words: readonly Weighted<string>[]; others: readonly string[] } {
  const counts = new Map<string, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  const words = [...counts]
    .filter(([, weight]) => weight >= least)
    .sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1))
    .slice(0, mostWords)
    .map(([of, weight]) => ({ of, weight }));
  const known = new Set(words.map((word) => word.of));
  return { words, others: values.filter((value) => !known.has(value)) };
}

function letterCounts(texts: readonly string[]): number[] {
  // One of each: no letter is impossible.
  const counts = new Array<number>(26).fill(1);
  for (const text of texts) {
    for (const letter of text.toLowerCase()) {
      const place = letter.charCodeAt(0) - 97;
      if (place >= 0 && place < 26) counts[place]++;
    }
  }
  return counts;
}

function tenths(values: readonly number[]): number[] {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted.length === 0
    ? []
    : Array.from({ length: 10 }, (_, q) => sorted[Math.floor((q + 0.5) * 0.1 * sorted.length)]);
}

function runWriter(run: Run, letters: readonly number[]): (rng: Rng) => string {
  const pick = picker([...run.words.map((word) => word.weight), run.others]);
  const letter = picker(letters);
  const leading = run.first?.some((weight) => weight > 0) ? picker(run.first) : undefined;
  return (rng) => {
    const word = pick(rng.uniform());
    if (word < run.words.length) return run.words[word].of;
    const length = run.lengths[Math.floor(rng.uniform() * run.lengths.length)] ?? 1;
    if (run.kind === "digits") {
      const made = Array.from({ length }, (_, at) =>
        at === 0 && leading ? leading(rng.uniform()) : Math.floor(rng.uniform() * 10),
      ).join("");
      const range = run.ranges?.find((one) => one.length === length);
      if (!range || (Number(made) >= range.low && Number(made) <= range.high)) return made;
      const within = range.low + Math.floor(rng.uniform() * (range.high - range.low + 1));
      return String(within).padStart(length, "0");
    }
    const made = Array.from({ length }, () => String.fromCharCode(97 + letter(rng.uniform()))).join("");
    if (run.kind === "upper") return made.toUpperCase();
    return run.kind === "lower" ? made : made[0].toUpperCase() + made.slice(1);
  };
}
