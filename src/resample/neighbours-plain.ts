import { blockRows, type Layout, type Search } from "./neighbours-layout";

/** The twin of neighbours.as.ts: the same Float32 operations in the same order, so the same bits. */
export function plainSearch(memory: ArrayBuffer, layout: Layout): Search {
  const f32 = new Float32Array(memory);
  const u32 = new Uint32Array(memory);
  const { columns, kept, symmetric } = layout;
  const [blocks, halves, starts, lists] = [
    layout.blocksAt / 4,
    layout.halvesAt / 4,
    layout.startsAt / 4,
    layout.listsAt / 4,
  ];
  const [queryRows, limits, scores, ids] = [
    layout.queryRowsAt / 4,
    layout.limitsAt / 4,
    layout.scoresAt / 4,
    layout.idsAt / 4,
  ];
  const insert = (query: number, row: number, score: number): void => {
    const own = scores + query * kept;
    const ownIds = ids + query * kept;
    let at = kept - 1;
    for (; at > 0 && f32[own + at - 1] > score; at--) {
      f32[own + at] = f32[own + at - 1];
      u32[ownIds + at] = u32[ownIds + at - 1];
    }
    f32[own + at] = score;
    u32[ownIds + at] = row;
    f32[limits + query] = f32[own + kept - 1];
  };
  const distances = new Float32Array(blockRows);
  const compare = (query: number, row: number, block: number): void => {
    distances.fill(0);
    for (let p = u32[starts + query]; p < u32[starts + query + 1]; p++) {
      const at = blocks + block * columns * blockRows + u32[lists + 2 * p] / 4;
      const value = f32[lists + 2 * p + 1];
      for (let lane = 0; lane < blockRows; lane++) distances[lane] += Math.fround(value * f32[at + lane]);
    }
    for (let lane = 0; lane < blockRows; lane++) {
      const sum = Math.fround(f32[halves + row] + f32[halves + block * blockRows + lane]);
      distances[lane] = Math.fround(sum - distances[lane]);
    }
  };
  return {
    scan(from, to, first, last) {
      for (let query = from; query < to; query++) {
        const row = u32[queryRows + query];
        const ownBlock = Math.floor(row / blockRows);
        for (let block = symmetric ? Math.max(first, ownBlock) : first; block < last; block++) {
          const both = symmetric === 1 && block !== ownBlock;
          compare(query, row, block);
          for (let lane = 0; lane < blockRows; lane++) {
            const other = block * blockRows + lane;
            if (other === row) continue;
            if (distances[lane] < f32[limits + query]) insert(query, other, distances[lane]);
            if (both && distances[lane] < f32[limits + other]) insert(other, row, distances[lane]);
          }
        }
      }
    },
    within(query, limit, blockCount) {
      const row = u32[queryRows + query];
      let found = 0;
      for (let block = 0; block < blockCount; block++) {
        compare(query, row, block);
        for (let lane = 0; lane < blockRows; lane++) {
          const other = block * blockRows + lane;
          if (distances[lane] <= limit && other !== row) u32[layout.bandAt / 4 + found++] = other;
        }
      }
      return found;
    },
  };
}
