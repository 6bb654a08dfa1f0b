/** Rows that are equal: the number of each row's group, and the first row of each group, in the order they come. */
export interface RowGroups {
  readonly of: Int32Array;
  readonly first: Int32Array;
}

/** The groups of rows that have the same numbers in all of these columns; all rows are one where there are none. */
export function groupRows(columns: readonly ArrayLike<number>[], rows: number): RowGroups {
  let of = new Int32Array(rows);
  let first = Int32Array.of(...(rows > 0 ? [0] : []));
  for (const values of columns) {
    const codes = new Map<number, number>();
    const pairs = new Map<number, number>();
    const next = new Int32Array(rows);
    const starts: number[] = [];
    for (let i = 0; i < rows; i++) {
      const code = codes.get(values[i]) ?? codes.size;
      if (code === codes.size) codes.set(values[i], code);
      // Both are below 2^31 and the product is exact below 2^53: beyond, there are no so many rows.
      const pair = code * first.length + of[i];
      const group = pairs.get(pair) ?? starts.length;
      if (group === starts.length) {
        pairs.set(pair, group);
        starts.push(i);
      }
      next[i] = group;
    }
    of = next;
    first = Int32Array.from(starts);
  }
  return { of, first };
}

/** The rows of each group, ascending. */
export function membersOf({ of, first }: RowGroups): readonly Int32Array[] {
  const sizes = new Int32Array(first.length);
  for (const group of of) sizes[group]++;
  const members = Array.from(sizes, (size) => new Int32Array(size));
  sizes.fill(0);
  for (let i = 0; i < of.length; i++) members[of[i]][sizes[of[i]]++] = i;
  return members;
}
