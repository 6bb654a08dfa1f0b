import { blockRows, type Layout, type Search } from "../../src/resample/neighbours-layout";

/** The twin of neighbours.as.ts: sums of whole numbers, so the same in any order. */
export function startPlain(layout: Layout): { readonly memory: ArrayBuffer; readonly search: Search } {
  const memory = new ArrayBuffer(layout.bytes);
  return { memory, search: plainSearch(memory, layout) };
}

function plainSearch(memory: ArrayBuffer, layout: Layout): Search {
  const i32 = new Int32Array(memory);
  const i16 = new Int16Array(memory);
  const { pairs, rows, kept, symmetric } = layout;
  const [blocks, squares, starts, lists] = [
    layout.blocksAt / 4,
    layout.squaresAt / 4,
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
    for (; at > 0 && i32[own + at - 1] > score; at--) {
      i32[own + at] = i32[own + at - 1];
      i32[ownIds + at] = i32[ownIds + at - 1];
    }
    i32[own + at] = score;
    i32[ownIds + at] = row;
    i32[limits + query] = i32[own + kept - 1];
  };
  const distances = new Int32Array(blockRows);
  const compare = (query: number, row: number, block: number): void => {
    distances.fill(0);
    for (let p = i32[starts + query]; p < i32[starts + query + 1]; p++) {
      const at = 2 * (blocks + block * pairs * blockRows + i32[lists + 2 * p] / 4);
      const entry = 2 * (lists + 2 * p + 1);
      for (let lane = 0; lane < blockRows; lane++)
        distances[lane] += i16[entry] * i16[at + 2 * lane] + i16[entry + 1] * i16[at + 2 * lane + 1];
    }
    for (let lane = 0; lane < blockRows; lane++)
      distances[lane] = i32[squares + row] + i32[squares + block * blockRows + lane] - 2 * distances[lane];
  };
  return {
    scan(from, to, first, last) {
      for (let query = from; query < to; query++) {
        const row = i32[queryRows + query];
        const ownBlock = Math.floor(row / blockRows);
        for (let block = symmetric ? Math.max(first, ownBlock) : first; block < last; block++) {
          const both = symmetric === 1 && block !== ownBlock;
          compare(query, row, block);
          for (let lane = 0; lane < blockRows; lane++) {
            const other = block * blockRows + lane;
            if (other === row || other >= rows) continue;
            if (distances[lane] < i32[limits + query]) insert(query, other, distances[lane]);
            if (both && distances[lane] < i32[limits + other]) insert(other, row, distances[lane]);
          }
        }
      }
    },
    within(query, limit, blockCount) {
      const row = i32[queryRows + query];
      let found = 0;
      for (let block = 0; block < blockCount; block++) {
        compare(query, row, block);
        for (let lane = 0; lane < blockRows; lane++) {
          const other = block * blockRows + lane;
          if (distances[lane] <= limit && other !== row && other < rows)
            i32[layout.bandAt / 4 + found++] = other;
        }
      }
      return found;
    },
  };
}
