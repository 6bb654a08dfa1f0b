import { type EncodedTerm, type TermPlan, tableSize } from "./terms";

/**
 * Terms whose cells are joined, several to a table: a row then reads, and adds to, one place a table in place of one a term. The
 * intercept comes first, as in the terms' own tables.
 */
export interface JoinedTerms {
  readonly terms: readonly EncodedTerm[];
  readonly tableStarts: readonly number[];
  /** For each joined place those of the terms' own tables that it is the sum of: `parts[ends[p - 1]]` to `parts[ends[p] - 1]`. */
  readonly parts: Int32Array;
  readonly ends: Int32Array;
}

/** Joined tables must be so small that they stay in the processor's nearest cache … */
const mostPlaces = 256;
/** … and that filling them costs little beside the rows. */
const rowsPerPlace = 16;

/** Joins terms (their tables begin at `starts`) where that is worth it. */
export function joinTerms(
  plans: readonly TermPlan[],
  starts: readonly number[],
  terms: readonly EncodedTerm[],
  rows: number,
): JoinedTerms {
  const most = Math.min(mostPlaces, rows / rowsPerPlace);
  const groups: { size: number; members: number[] }[] = [];
  plans.forEach((plan, t) => {
    const size = tableSize(plan);
    const roomy = plan.kind === "cells" ? groups.find((group) => group.size * size <= most) : undefined;
    if (roomy) {
      roomy.size *= size;
      roomy.members.push(t);
    } else groups.push({ size: plan.kind === "cells" ? size : Infinity, members: [t] });
  });
  const parts = [0];
  const ends = [1];
  const tableStarts = groups.map(({ members }) => {
    const start = ends.length;
    const sizes = members.map((t) => tableSize(plans[t]));
    const places = sizes.reduce((product, size) => product * size, 1);
    for (let place = 0; place < places; place++) {
      let rest = place;
      members.forEach((t, m) => {
        parts.push(starts[t] + (rest % sizes[m]));
        rest = Math.floor(rest / sizes[m]);
      });
      ends.push(parts.length);
    }
    return start;
  });
  return {
    terms: groups.map(({ members }) =>
      members.length === 1 ? terms[members[0]] : joined(plans, terms, members, rows),
    ),
    tableStarts,
    parts: Int32Array.from(parts),
    ends: Int32Array.from(ends),
  };
}

function joined(
  plans: readonly TermPlan[],
  terms: readonly EncodedTerm[],
  members: readonly number[],
  rows: number,
): EncodedTerm {
  const at = terms[members[0]].at.slice(0, rows);
  let stride = tableSize(plans[members[0]]);
  for (const t of members.slice(1)) {
    const own = terms[t].at;
    for (let i = 0; i < rows; i++) at[i] += stride * own[i];
    stride *= tableSize(plans[t]);
  }
  return { at };
}

/** Fills the joined tables with the sums of the terms' own. */
export function joinTables({ parts, ends }: JoinedTerms, tables: Float64Array, out: Float64Array): void {
  for (let place = 0, q = 0; place < ends.length; place++) {
    let sum = 0;
    for (; q < ends[place]; q++) sum += tables[parts[q]];
    out[place] = sum;
  }
}

/** Adds what was collected by joined places up to that of the terms' own. */
export function partTables({ parts, ends }: JoinedTerms, joined: Float64Array, out: Float64Array): void {
  out.fill(0);
  for (let place = 0, q = 0; place < ends.length; place++)
    for (; q < ends[place]; q++) out[parts[q]] += joined[place];
}
