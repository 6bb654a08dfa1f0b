import type { Noise } from "../../../neural/noise";
import type { EncodedBlock } from "../blocks/blocks";
import { type ConditionVector, conditionWidth } from "../blocks/condition";

/** One batch of CTGAN's training by sampling. */
export interface SampledBatch {
  /** What the generator is told, row by row. */
  readonly conditions: Float32Array;
  /** 1 at the class that it was told, over all blocks side by side. */
  readonly targets: Float32Array;
  /** Training rows that satisfy the same conditions, in another order … */
  readonly rows: Int32Array;
  /** … and those conditions. */
  readonly realConditions: Float32Array;
}

/**
 * Training by sampling (Xu et al., 2019, section 4.3): a variable at random, a level of it by the logarithm of its count,
 * and one of the `total` training rows that has it, so that rare levels are seen as well as common ones.
 */
export function trainingSampler(
  blocks: readonly EncodedBlock[],
  vector: ConditionVector,
  total: number,
): (count: number, draws: Noise) => SampledBatch {
  const conditioned = conditionWidth(vector);
  const hots = blocks.reduce((sum, block) => sum + block.classes.length, 0);
  let from = 0;
  const variables = vector.variables.map(({ variable }) => {
    const { classes, codes } = blocks[variable];
    const members: number[][] = classes.map(() => []);
    codes.forEach((code, i) => {
      members[code].push(i);
    });
    const logs = members.map((rows) => Math.log(rows.length + 1));
    const sum = logs.reduce((a, b) => a + b, 0);
    const start = from;
    from += classes.length;
    const hotStart = blocks.slice(0, variable).reduce((a, block) => a + block.classes.length, 0);
    return { members, shares: logs.map((log) => log / sum), start, hotStart };
  });
  const share = new Float32Array(1);
  return (count, draws) => {
    const conditions = new Float32Array(count * conditioned);
    const realConditions = new Float32Array(count * conditioned);
    const targets = new Float32Array(count * hots);
    const rows = new Int32Array(count);
    if (variables.length === 0) {
      for (let i = 0; i < count; i++) rows[i] = draws.integer(total);
      return { conditions, targets, rows, realConditions };
    }
    // Real rows answer the same conditions in another order: a pack must not pair each made row with its model.
    const places = Int32Array.from({ length: count }, (_, i) => i);
    for (let i = count - 1; i > 0; i--) {
      const j = draws.integer(i + 1);
      [places[i], places[j]] = [places[j], places[i]];
    }
    for (let i = 0; i < count; i++) {
      const { members, shares, start, hotStart } = variables[draws.integer(variables.length)];
      let left = draws.uniform(share)[0];
      let level = 0;
      while (level < shares.length - 1 && left >= shares[level]) left -= shares[level++];
      conditions[i * conditioned + start + level] = 1;
      targets[i * hots + hotStart + level] = 1;
      realConditions[places[i] * conditioned + start + level] = 1;
      rows[places[i]] = members[level][draws.integer(members[level].length)];
    }
    return { conditions, targets, rows, realConditions };
  };
}
