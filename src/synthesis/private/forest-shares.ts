import type { FittedForest } from "./forest";

/** The shares of a variable's cells, by class: rows of `classes` × cells. */
export function sharesOf({ branches, target }: FittedForest): ReadonlyMap<number, Float64Array> {
  const [first] = branches;
  const tops = target < 0 ? Float64Array.of(1) : first.chances;
  const out = new Map<number, Float64Array>([[-1, tops]]);
  for (const { variable, parent, chances } of branches) {
    if (variable === target) {
      out.set(variable, chances);
      continue;
    }
    const above = out.get(parent) as Float64Array;
    const size = chances.length / above.length;
    const own = new Float64Array(tops.length * size);
    const rows = above.length / tops.length;
    for (let i = 0; i < above.length; i++)
      for (let j = 0; j < size; j++) own[Math.floor(i / rows) * size + j] += above[i] * chances[i * size + j];
    out.set(variable, own);
  }
  return out;
}

/**
 * The same without cells of a smaller share than `least` (`leastBeside` where there is a parent) over all classes: their
 * chance is 0, and the others of their row share it. The greatest cell of a row always stays, and that of a column that is not
 * a speck as a whole.
 */
export function withoutSpecks(forest: FittedForest, least: number, leastBeside: number): FittedForest {
  const shares = sharesOf(forest);
  const classes = (shares.get(-1) as Float64Array).length;
  const branches = forest.branches.map((branch) => {
    if (branch.variable === forest.target) return branch;
    const above = shares.get(branch.parent) as Float64Array;
    const rows = above.length / classes;
    const size = branch.chances.length / above.length;
    const together = new Float64Array(rows * size);
    for (let i = 0; i < above.length; i++)
      for (let j = 0; j < size; j++)
        together[(i % rows) * size + j] += above[i] * branch.chances[i * size + j];
    const [greatest, whole] = [new Float64Array(size), new Float64Array(size)];
    for (let at = 0; at < together.length; at++) {
      greatest[at % size] = Math.max(greatest[at % size], together[at]);
      whole[at % size] += together[at];
    }
    const limit = branch.parent < 0 ? least : leastBeside;
    const chances = branch.chances.slice();
    for (let i = 0; i < above.length; i++) {
      const row = chances.subarray(i * size, (i + 1) * size);
      const most = row.reduce((a, b) => Math.max(a, b), 0);
      let sum = 0;
      for (let j = 0; j < size; j++) {
        const share = together[(i % rows) * size + j];
        const spared = row[j] === most || (share === greatest[j] && whole[j] >= least);
        if (share < limit && !spared) row[j] = 0;
        sum += row[j];
      }
      for (let j = 0; j < size; j++) row[j] /= sum;
    }
    return { ...branch, chances };
  });
  return { ...forest, branches };
}
