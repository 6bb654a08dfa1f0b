import { isIn, isMovedInto } from "../structure/date-days";
import { brokenLimit } from "../structure/orders/limits";
import { type Exclusion, isFree, type Limit, type Structure } from "../structure/structure";

/** Which cells of a variable the cell of an earlier one allows: bits, `words` of them per cell of the earlier one. */
export interface Mask {
  readonly variable: number;
  readonly bits: Int32Array;
}

/** A variable's name and the names of its cells. */
export interface Labelled {
  readonly name: string;
  readonly labels: readonly string[];
}

/** The masks that earlier variables put on variable `j`. */
export function masksOf(
  variables: readonly Labelled[],
  exclusions: readonly Exclusion[],
  j: number,
): readonly Mask[] {
  const own = variables[j].labels;
  const words = wordCount(own.length);
  const masks: Mask[] = [];
  for (const { columns, never, only } of exclusions) {
    const place = columns.indexOf(variables[j].name);
    if (place < 0) continue;
    const variable = variables.findIndex((variable) => variable.name === columns[1 - place]);
    if (variable < 0 || variable >= j) continue;
    const { labels } = variables[variable];
    const bits = new Int32Array(labels.length * words).fill(-1);
    const [placesFrom, placesTo] = [labels, own].map(
      (all) => new Map(all.map((label, cell) => [label, cell])),
    );
    const set = (from: number, to: number, may: boolean): void => {
      const [at, bit] = [from * words + (to >> 5), 1 << (to & 31)];
      bits[at] = may ? bits[at] | bit : bits[at] & ~bit;
    };
    const each = (pairs: Exclusion["never"], may: boolean): void => {
      for (const pair of pairs) {
        const [from, to] = [placesFrom.get(pair[1 - place]), placesTo.get(pair[place])];
        if (from !== undefined && to !== undefined) set(from, to, may);
      }
    };
    if (only) {
      labels.forEach((label, from) => {
        if (isFree(label)) return;
        for (let to = 0; to < own.length; to++) if (!isFree(own[to])) set(from, to, false);
      });
      each(only, true);
    }
    each(never, false);
    masks.push({ variable, bits });
  }
  return masks;
}

export function wordCount(cells: number): number {
  return (cells + 31) >> 5;
}

/** The allowed cells of each row, `words` integers a row; undefined when nothing is excluded. */
export function allowedBits(
  masks: readonly Mask[],
  cells: readonly ArrayLike<number>[],
  count: number,
  rows: number,
): Int32Array | undefined {
  if (masks.length === 0) return undefined;
  const words = wordCount(count);
  const out = new Int32Array(rows * words).fill(-1);
  for (const { variable, bits } of masks) {
    const own = cells[variable];
    for (let i = 0; i < rows; i++) {
      // A number that is nowhere (−1) excludes nothing.
      if (own[i] < 0) continue;
      for (let w = 0; w < words; w++) out[i * words + w] &= bits[own[i] * words + w];
    }
  }
  return out;
}

/**
 * The bits without the levels in whose rows numbers that are known would lie beyond their ends, and dates in places that they have not;
 * where dates are moved afterwards (`moves`), these say nothing.
 */
export function withinLimits(
  bits: Int32Array | undefined,
  structure: Structure,
  { name, labels }: Labelled,
  known: ReadonlyMap<string, ArrayLike<number>>,
  { rows, moves }: { readonly rows: number; readonly moves: boolean },
): Int32Array | undefined {
  const words = wordCount(labels.length);
  let out = bits;
  const without = ({ level }: Limit["where"], broken: (all: Int32Array) => readonly number[]): void => {
    const cell = labels.indexOf(level);
    const own = broken(new Int32Array(rows).fill(cell));
    if (own.length > 0) out ??= new Int32Array(rows * words).fill(-1);
    for (const i of own) if (out) out[i * words + (cell >> 5)] &= ~(1 << (cell & 31));
  };
  for (const limit of structure.limits ?? [])
    if (limit.where.column === name && !(moves && isMovedInto(structure, limit)))
      without(limit.where, (all) =>
        brokenLimit(structure, limit, (own) => (own === name ? all : known.get(own))),
      );
  for (const plan of moves ? [] : structure.columns) {
    const moments = plan.kind === "date" && plan.places && known.get(plan.name);
    if (!moments) continue;
    for (const one of plan.places ?? [])
      if (one.where?.column === name)
        without(one.where, () => [...Array(rows).keys()].filter((i) => !isIn(one, moments[i])));
  }
  return out;
}

/** Whether row `i` may have `cell`. */
export function allows(bits: Int32Array | undefined, words: number, i: number, cell: number): boolean {
  return bits === undefined || ((bits[i * words + (cell >> 5)] >>> (cell & 31)) & 1) === 1;
}
