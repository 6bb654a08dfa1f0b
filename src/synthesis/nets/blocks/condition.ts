import type { Rng } from "../../../core/rng";
import type { Wishes } from "../../drawing/wishes";
import type { Block } from "./blocks";

/** What tells a net which level of which variable a row shall have: one unit for each level of each variable of levels. */
export interface ConditionVector {
  readonly variables: readonly {
    /** The variable's place in the order of drawing. */
    readonly variable: number;
    /** The training rows' share of each of its classes. */
    readonly shares: readonly number[];
  }[];
}

export function conditionWidth({ variables }: ConditionVector): number {
  return variables.reduce((sum, variable) => sum + variable.shares.length, 0);
}

/**
 * Condition vectors for rows that are to be drawn: a variable at random and a level of it by its share; where levels are
 * wished for, always one of them, of the variable in which they are rarest.
 */
export function drawConditions(
  vector: ConditionVector,
  blocks: readonly Block[],
  rows: number,
  wishes: Wishes,
  rng: Rng,
): Float32Array {
  const width = conditionWidth(vector);
  const out = new Float32Array(rows * width);
  const choices = vector.variables.map(({ variable, shares }) => {
    const wish = wishes.cells.get(variable);
    const left = shares.map((share, c) =>
      !wish || blocks[variable].classes[c].cells.some((cell) => wish[cell] === 1) ? share : 0,
    );
    return { left, total: left.reduce((sum, share) => sum + share, 0), wished: wish !== undefined };
  });
  const rarest = choices
    .map((choice, k) => ({ ...choice, k }))
    .filter(({ wished, total }) => wished && total > 0)
    .sort((a, b) => a.total - b.total)[0]?.k;
  const starts = vector.variables.map((_, k) =>
    vector.variables.slice(0, k).reduce((sum, variable) => sum + variable.shares.length, 0),
  );
  for (let i = 0; i < rows && width > 0; i++) {
    const k = rarest ?? Math.floor(rng.uniform() * choices.length);
    const { left, total } = choices[k];
    let rest = rng.uniform() * total;
    let chosen = left.findIndex((share) => share > 0);
    for (let c = 0; c < left.length; c++) {
      if (left[c] === 0) continue;
      chosen = c;
      rest -= left[c];
      if (rest < 0) break;
    }
    out[i * width + starts[k] + chosen] = 1;
  }
  return out;
}
