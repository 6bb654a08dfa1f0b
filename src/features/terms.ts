/** Of each text so many characters are read. */
export const mostCharacters = 1000;

const word = /[\p{L}\p{N}]+(?:['’]\p{L}+)?/gu;

/** A word and its pieces. */
function ownTerms(text: string): string[] {
  const terms = [text];
  if (/^\p{N}+$/u.test(text)) return terms;
  const marked = `_${text}_`;
  for (const size of [3, 4])
    for (let at = 0; at + size <= marked.length; at++)
      if (marked.length > size) terms.push(`~${marked.slice(at, at + size)}`);
  return terms;
}

/** Goes through a text's terms: what `of` makes of each word, the pair that ends with it after the word itself. */
function walk<T>(
  text: string,
  of: (word: string) => readonly T[],
  own: (term: T) => void,
  pair: (two: string) => void,
): void {
  const words = text.slice(0, mostCharacters).normalize("NFKC").toLowerCase().match(word) ?? [];
  words.forEach((word, k) => {
    const [first, ...pieces] = of(word);
    own(first);
    if (k > 0) pair(`${words[k - 1]} ${word}`);
    for (const piece of pieces) own(piece);
  });
}

/** Remembers what was made of each word: words return. */
function remembered<T>(of: (word: string) => readonly T[]): (word: string) => readonly T[] {
  const known = new Map<string, readonly T[]>();
  return (text) => {
    let found = known.get(text);
    if (!found) {
      found = of(text);
      known.set(text, found);
    }
    return found;
  };
}

/** Texts as rows of TF-IDF, compressed: the entries of row i are from `starts[i]` to below `starts[i + 1]`. */
export interface TermRows {
  readonly starts: Int32Array;
  readonly terms: Int32Array;
  readonly values: Float64Array;
}

/**
 * How many texts each term is in: words in small letters, pairs of neighbouring words ("not happy"), and the pieces of three
 * and four letters of each word with its ends marked ("_unh", "happ"), by which spellings and inflections find together. Words
 * of digits alone have no pieces. Only the first thousand characters count.
 */
export function documentCounts(texts: readonly string[]): Map<string, number> {
  const places = new Map<string, number>();
  const counts: number[] = [];
  const last: number[] = [];
  const placeOf = (term: string): number => {
    const found = places.get(term);
    if (found !== undefined) return found;
    places.set(term, counts.length);
    last.push(-1);
    return counts.push(0) - 1;
  };
  const of = remembered((text) => ownTerms(text).map(placeOf));
  texts.forEach((text, i) => {
    const count = (k: number): void => {
      if (last[k] === i) return;
      last[k] = i;
      counts[k]++;
    };
    walk(text, of, count, (two) => count(placeOf(two)));
  });
  return new Map([...places].map(([term, k]) => [term, counts[k]]));
}

/**
 * Each text's known terms, weighed by (1 + ln count) · rarity and scaled to length 1, as scikit-learn's
 * `TfidfVectorizer(sublinear_tf=True)` does. A text without a known term is an empty row.
 */
export function termRows(
  texts: readonly string[],
  terms: readonly string[],
  rarity: ArrayLike<number>,
): TermRows {
  const places = new Map(terms.map((term, k) => [term, k]));
  const starts = new Int32Array(texts.length + 1);
  const found: number[] = [];
  const values: number[] = [];
  // −1 for terms that are not known.
  const of = remembered((text) => ownTerms(text).map((term) => places.get(term) ?? -1));
  texts.forEach((text, i) => {
    const counts = new Map<number, number>();
    const add = (k: number): void => {
      if (k >= 0) counts.set(k, (counts.get(k) ?? 0) + 1);
    };
    walk(text, of, add, (two) => add(places.get(two) ?? -1));
    let squares = 0;
    const own = [...counts].map(([k, count]): readonly [number, number] => {
      const value = (1 + Math.log(count)) * rarity[k];
      squares += value * value;
      return [k, value];
    });
    for (const [k, value] of own) {
      found.push(k);
      values.push(value / Math.sqrt(squares));
    }
    starts[i + 1] = found.length;
  });
  return { starts, terms: Int32Array.from(found), values: Float64Array.from(values) };
}
