/** ` (did you mean "Churn"?)`, where one of the names is much like `word`; else nothing. */
export function didYouMean(word: string, names: readonly string[]): string {
  const most = Math.max(1, Math.floor(plain(word).length / 4));
  const [near] = nearestNames(word, names, 1);
  return near !== undefined && editDistance(plain(word), plain(near)) <= most
    ? ` (did you mean ${JSON.stringify(near)}?)`
    : "";
}

/** The names that are most like `word`, so many at most, the likest first. */
export function nearestNames(word: string, names: readonly string[], most: number): readonly string[] {
  return names
    .map((name) => ({ name, distance: editDistance(plain(word), plain(name)) }))
    .sort((a, b) => a.distance - b.distance)
    .slice(0, most)
    .map(({ name }) => name);
}

function plain(text: string): string {
  return text.toLowerCase().replace(/[^\p{L}\p{N}]/gu, "");
}

/** How many letters must be put in, taken out, changed or swapped with the next to make one word of the other. */
function editDistance(a: string, b: string): number {
  let before: number[] = [];
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const least = Math.min(row[j] + 1, next[j - 1] + 1, row[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1));
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      next.push(swapped ? Math.min(least, before[j - 2] + 1) : least);
    }
    [before, row] = [row, next];
  }
  return row[b.length];
}
