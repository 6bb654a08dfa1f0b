/** Of each text so many characters are read. */
export const mostCharacters = 1000;

const word = /[\p{L}\p{N}]+(?:['’]\p{L}+)?/gu;

/**
 * The terms of a text: its words in small letters, pairs of neighbouring words ("not happy"), and the pieces of three and
 * four letters of each word with its ends marked ("_unh", "happ"), by which spellings and inflections find together. Words of
 * digits alone have no pieces. Only the first thousand characters count.
 */
export function termsOf(text: string): string[] {
  const words = text.slice(0, mostCharacters).normalize("NFKC").toLowerCase().match(word) ?? [];
  const terms: string[] = [];
  words.forEach((word, k) => {
    terms.push(word);
    if (k > 0) terms.push(`${words[k - 1]} ${word}`);
    if (/^\p{N}+$/u.test(word)) return;
    const marked = `_${word}_`;
    for (const size of [3, 4])
      for (let at = 0; at + size <= marked.length; at++)
        if (marked.length > size) terms.push(`~${marked.slice(at, at + size)}`);
  });
  return terms;
}

/** Texts as rows of TF-IDF, compressed: the entries of row i are from `starts[i]` to below `starts[i + 1]`. */
export interface TermRows {
  readonly starts: Int32Array;
  readonly terms: Int32Array;
  readonly values: Float64Array;
}

/** How many texts each term is in. */
export function documentCounts(texts: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const text of texts)
    for (const term of new Set(termsOf(text))) counts.set(term, (counts.get(term) ?? 0) + 1);
  return counts;
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
  texts.forEach((text, i) => {
    const counts = new Map<number, number>();
    for (const term of termsOf(text)) {
      const k = places.get(term);
      if (k !== undefined) counts.set(k, (counts.get(k) ?? 0) + 1);
    }
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
