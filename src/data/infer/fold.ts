/** What spellings of the same word have in common: no blanks around or doubled, small letters, composed accents. */
export function foldKey(word: string): string {
  return blankKey(word).toLowerCase();
}

/** The same where letter case means something. */
export function blankKey(word: string): string {
  return word.trim().replace(/\s+/g, " ").normalize("NFC");
}

/** Of more words than this case isn't folded: they are codes or names. */
const mostWords = 255;

/** Whether spellings that differ by letter case alone become the commonest of them, or stay apart. */
export type Spellings = "folded" | "kept";

/** Spellings of words, folded. */
export interface Folded {
  /** The words, each in its commonest spelling, sorted by code point. */
  readonly words: readonly string[];
  /** For each spelling given, the number of its word. */
  readonly wordOf: Int32Array;
  /** Of how many words there were several spellings, and how many cells were written otherwise; a few of them. */
  readonly merged: number;
  readonly cells: number;
  readonly examples: readonly string[];
  /** Words that would have been one, where spellings are kept. */
  readonly apart: readonly (readonly string[])[];
}

/**
 * Spellings that differ by blanks or letter case only are one word, unless case means something: of many words, and
 * of codes of a letter or two that come in both, only blanks are folded. Where they are kept, a word follows from its own
 * spelling, whichever others there are and however often.
 */
export function foldSpellings(
  spellings: readonly string[],
  counts: ArrayLike<number>,
  how: Spellings = "folded",
): Folded {
  // Blanks that fill all up to one length are no spelling.
  const filled = spellings.every((one) => one.length === spellings[0].length);
  const byCase = grouped(spellings, foldKey);
  const byBlank = grouped(spellings, blankKey);
  const double = byBlank.size - byCase.size;
  const codes = [...byCase.keys()].every((word) => word.length <= 2);
  const meant = (codes && byCase.size > 2 && double * 2 >= byCase.size) || byCase.size > mostWords;
  const groups = meant || how === "kept" ? byBlank : byCase;
  const wordOf = new Int32Array(spellings.length);
  const found: { word: string; members: readonly number[] }[] = [];
  let [merged, cells] = [0, 0];
  const examples: string[] = [];
  for (const members of groups.values()) {
    let best = members[0];
    for (const i of members) if (counts[i] > counts[best]) best = i;
    const word = how === "kept" ? blankKey(spellings[best]) : spellings[best].trim();
    found.push({ word, members });
    const others = members.filter((i) => (filled ? spellings[i].trim() : spellings[i]) !== word);
    if (others.length === 0) continue;
    merged++;
    for (const i of others) cells += counts[i];
    if (examples.length < 3) examples.push(...others.slice(0, 3 - examples.length).map((i) => spellings[i]));
  }
  found.sort((a, b) => (a.word < b.word ? -1 : a.word > b.word ? 1 : 0));
  found.forEach(({ members }, code) => {
    for (const i of members) wordOf[i] = code;
  });
  const words = found.map((one) => one.word);
  const kept = how === "kept" && !meant ? [...byCase.values()] : [];
  const apart = kept
    .map((members) => [...new Set(members.map((i) => blankKey(spellings[i])))])
    .filter((own) => own.length > 1);
  return { words, wordOf, merged, cells, examples, apart };
}

function grouped(spellings: readonly string[], key: (text: string) => string): Map<string, number[]> {
  const groups = new Map<string, number[]>();
  spellings.forEach((spelling, i) => {
    const group = groups.get(key(spelling));
    if (group) group.push(i);
    else groups.set(key(spelling), [i]);
  });
  return groups;
}
