import type { Matrix } from "../../core/matrix";
import type { BinLayout } from "../trees/bin-layout";

/** What a boosting engine works on. */
export interface BoostData {
  readonly x: Matrix;
  readonly layout: BinLayout;
  readonly y: Float64Array;
  readonly weights?: Float64Array;
  /** What all rows are predicted to begin with. */
  readonly base: number;
}

/** How trees are grown: options after defaults. */
export interface BoostRules {
  readonly leaves: number;
  readonly depth: number;
  readonly byDepth: boolean;
  readonly minRows: number;
  readonly minHessian: number;
  readonly minGain: number;
  readonly l1: number;
  readonly l2: number;
  /** Per place of the layout: −1, 0 or 1. */
  readonly monotone: Int8Array;
  /** Fewest rows on either side of a categorical split, and in each part that it is put together from. */
  readonly levelRows: number;
  /** Most levels on the smaller side of a categorical split. */
  readonly mostLevels: number;
  /** Columns of up to so many bins are split one level against the others. */
  readonly oneAgainstRest: number;
  readonly levelSmooth: number;
  readonly levelL2: number;
  /** Whether the engine itself makes the gradients of the logistic loss. */
  readonly logistic: boolean;
  /** Whether the host needs to know the rows of each leaf. */
  readonly listRows: boolean;
}

/**
 * The state of one boosting run: rows of bytes, scores, quantised gradients, the tree at hand. The kernel and the
 * tests' plain engine implement it to the same bits.
 */
export interface BoostEngine {
  /** Where the host writes the gradients and hessians of losses other than the logistic one, or of sampled rows. */
  readonly gradients: Float32Array;
  readonly hessians: Float32Array;
  /** What each row is predicted so far. */
  readonly scores: Float64Array;
  /** The rows of the tree at hand, leaf by leaf, once it has a split. */
  readonly rowIds: Int32Array;
  /** The nodes of the tree at hand: records of `NODE_BYTES` (see the offsets below). */
  readonly nodes: DataView;
  /** Columns that met another one of their bundle in some row: the layout has to keep them apart. */
  readonly conflicts: readonly number[];
  /**
   * Quantises gradients and hessians: `gScale` and `hScale` units to 1, rounded at random by `seed`. With `own`, they
   * are those of the logistic loss at the present scores; else those that the host wrote.
   */
  refresh(own: boolean, gScale: number, hScale: number, seed: number): void;
  /** Grows a tree on `rows` (all if absent) by the columns with a 1 in `used`; returns the number of its nodes. */
  grow(rows: Int32Array | undefined, used: Uint8Array, gScale: number, hScale: number): number;
  /** Adds the values of the tree's leaves, as they now stand in `nodes`, to the scores of all rows. */
  addTree(): void;
  /** Lets go of its threads. */
  close(): Promise<void>;
}

export const NODE_BYTES = 128;

/** Where in a node's record what is found. */
export const node = {
  /** Place in the layout, i32; −1 in a leaf. */
  feature: 0,
  /** Last bin that goes left, i32. */
  bin: 4,
  /** Left child, i32; the right one comes next. */
  left: 8,
  /** 1 if missing values go left, i32. */
  missingLeft: 12,
  gain: 16,
  /** Sums of the quantised hessians (u32) and gradients (i32). */
  hessian: 24,
  gradient: 28,
  count: 32,
  group: 36,
  /** The leaf's best value, f64. */
  value: 40,
  /** Where its rows begin in rowIds, i32. */
  start: 48,
  /** The bins that go left in a categorical split: 32 bytes of bits. */
  set: 64,
  /** The codes of the group that go left: 32 bytes of bits. */
  codes: 96,
} as const;

/** The largest quantised gradient and hessian whose sums over `rows` rows fit into 32 bits each. */
export function quantisedRange(rows: number): readonly [number, number] {
  return [Math.min(32766, Math.floor(2 ** 31 / rows) - 1), Math.min(65534, Math.floor(2 ** 32 / rows) - 1)];
}
