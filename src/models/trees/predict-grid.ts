/** Equal cells that thresholds fall into: what stands for a search where none holds more than a few of them. */
export interface Grid {
  /** Of each cell, how many thresholds lie in the cells before it. */
  readonly before: Uint16Array;
  /** How many thresholds a cell holds at most. */
  readonly most: number;
  /** A value's cell is the nearest whole number to value × scale + shift − `cellBase`, within the grid. */
  readonly scale: number;
  readonly shift: number;
}

/** At 1.5 × 2⁵² a sum's last bits are its nearest whole number. */
const cellBase = 1.5 * 2 ** 52;
const gridSizes = [256, 1024, 4096];
/** More thresholds in one cell than that take as long as a search. */
const mostInCell = 2;

/** The smallest grid for these ascending thresholds that has few in each cell, if there is one. */
export function gridOf(thresholds: Float64Array): Grid | undefined {
  const low = thresholds[0];
  // A split of missing values from all others has the largest number there is for its threshold.
  const high = thresholds.findLast((value) => value < Number.MAX_VALUE) ?? low;
  for (const cells of gridSizes) {
    const scale = (cells - 2) / (high - low);
    const shift = cellBase + 1 - low * scale;
    if (!(scale > 0 && scale < Infinity && Number.isFinite(shift))) return undefined;
    const held = new Uint16Array(cells);
    for (const value of thresholds)
      held[Math.max(0, Math.min(cells - 1, value * scale + shift - cellBase))]++;
    const most = held.reduce((a, b) => Math.max(a, b), 0);
    if (most > mostInCell) continue;
    const before = new Uint16Array(cells);
    for (let cell = 1; cell < cells; cell++) before[cell] = before[cell - 1] + held[cell - 1];
    return { before, most, scale, shift };
  }
  return undefined;
}
