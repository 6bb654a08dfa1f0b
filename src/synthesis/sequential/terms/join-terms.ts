import { type JoinedPlaces, joinPlaces } from "../../drawing/join-places";
import { type EncodedTerm, type TermPlan, tableSize } from "./terms";

/** Terms whose cells are joined; the intercept comes first, as in the terms' own tables. */
export interface JoinedTerms extends JoinedPlaces {
  readonly terms: readonly EncodedTerm[];
  readonly tableStarts: readonly number[];
}

/** Joins terms (their tables begin at `starts`) where that is worth it. */
export function joinTerms(
  plans: readonly TermPlan[],
  starts: readonly number[],
  terms: readonly EncodedTerm[],
  rows: number,
): JoinedTerms {
  const sizes = plans.map(tableSize);
  const tables = plans.map(({ kind }, t) => ({ start: starts[t], size: sizes[t], joins: kind === "cells" }));
  const places = joinPlaces(tables, rows);
  const joined = ([first, ...others]: readonly number[]): EncodedTerm => {
    if (others.length === 0) return terms[first];
    const at = terms[first].at.slice(0, rows);
    let stride = sizes[first];
    for (const t of others) {
      const own = terms[t].at;
      for (let i = 0; i < rows; i++) at[i] += stride * own[i];
      stride *= sizes[t];
    }
    return { at };
  };
  return { ...places, tableStarts: places.starts, terms: places.groups.map(joined) };
}

/** Fills the joined tables with the sums of the terms' own. */
export function joinTables({ parts, ends }: JoinedPlaces, tables: Float64Array, out: Float64Array): void {
  for (let place = 0, q = 0; place < ends.length; place++) {
    let sum = 0;
    for (; q < ends[place]; q++) sum += tables[parts[q]];
    out[place] = sum;
  }
}

/** Adds what was collected by joined places up to that of the terms' own. */
export function partTables({ parts, ends }: JoinedPlaces, joined: Float64Array, out: Float64Array): void {
  out.fill(0);
  for (let place = 0, q = 0; place < ends.length; place++)
    for (; q < ends[place]; q++) out[parts[q]] += joined[place];
}
