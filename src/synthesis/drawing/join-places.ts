/** Small tables joined, several to one, so that a row touches one place in place of one in each. */
export interface JoinedPlaces {
  /** Which of the tables make up each joined one. */
  readonly groups: readonly (readonly number[])[];
  /** Where each joined table begins. */
  readonly starts: readonly number[];
  /** For each joined place those of the own tables that it stands for: `parts[ends[p - 1]]` to `parts[ends[p] - 1]`. */
  readonly parts: Int32Array;
  readonly ends: Int32Array;
}

/** Of a table: where it begins, how many places it has, and whether a row has one of them and no more. */
export interface OwnPlaces {
  readonly start: number;
  readonly size: number;
  readonly joins: boolean;
}

/** Joined tables must be so small that they stay in the processor's nearest cache … */
const mostPlaces = 256;
/** … and that reading them off costs little beside the rows. */
const rowsPerPlace = 16;

/** Joins tables where so many rows make that worth it; place 0 stands for itself where the first table begins at 1. */
export function joinPlaces(tables: readonly OwnPlaces[], rows: number): JoinedPlaces {
  const most = Math.min(mostPlaces, rows / rowsPerPlace);
  const groups: { size: number; members: number[] }[] = [];
  tables.forEach(({ size, joins }, t) => {
    const roomy = joins ? groups.find((group) => group.size * size <= most) : undefined;
    if (roomy) {
      roomy.size *= size;
      roomy.members.push(t);
    } else groups.push({ size: joins ? size : Infinity, members: [t] });
  });
  const parts = tables[0]?.start === 0 ? [] : [0];
  const ends = parts.map(() => 1);
  const starts = groups.map(({ members }) => {
    const start = ends.length;
    const places = members.reduce((product, t) => product * tables[t].size, 1);
    for (let place = 0; place < places; place++) {
      let rest = place;
      for (const t of members) {
        parts.push(tables[t].start + (rest % tables[t].size));
        rest = Math.floor(rest / tables[t].size);
      }
      ends.push(parts.length);
    }
    return start;
  });
  return {
    groups: groups.map(({ members }) => members),
    starts,
    parts: Int32Array.from(parts),
    ends: Int32Array.from(ends),
  };
}
