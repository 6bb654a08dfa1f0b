/** Sentences of one kind begin, or end, alike. */
const kinds = [
  /^(Where|By) .* is /,
  / always come together\.$/,
  / is never above /,
  / equals /,
  / at random\.$/,
];
/** So many of a kind are all printed; of more the first few are, and how many there are. */
const [mostOfKind, firstOfKind] = [8, 3];

/** Sentences as they are printed: of a kind that would fill the screen the first three, and how many more there are; `all` says where those stand. */
export function brief(sentences: readonly string[], all: string): string[] {
  const kindOf = sentences.map((sentence) => kinds.findIndex((kind) => kind.test(sentence)));
  const seen = new Map<number, number>();
  const total = (kind: number): number => kindOf.filter((own) => own === kind).length;
  return sentences.flatMap((sentence, s) => {
    const kind = kindOf[s];
    const many = total(kind);
    if (kind < 0 || many <= mostOfKind) return [sentence];
    const before = seen.get(kind) ?? 0;
    seen.set(kind, before + 1);
    if (before < firstOfKind) return [sentence];
    return before === firstOfKind ? [`… and ${many - firstOfKind} more rules of this kind (${all})`] : [];
  });
}
