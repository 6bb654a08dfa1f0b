import { check, checkNumber } from "../../../core/checks";
import { type Filled, integer, number, type OptionsOf, option, withDefaults } from "../../options";
import type { LabelledSequences } from "./sequences";

const sequenceOptions = {
  /**
   * Levels of the quantiles to foretell of each column of targets, rising, in (0, 1). Without them the target is a label
   * and the net gives its probability.
   */
  quantiles: option(
    "levels of the quantiles to foretell of each column of targets; none, the target is a label",
    "rising numbers above 0 to below 1",
    (levels: readonly number[], action, name) =>
      levels.forEach((level, i) => {
        checkNumber(level, 0, 1, action, name, "both");
        check(i === 0 || level > levels[i - 1], action, `${name} must rise`, levels.join(", "));
      }),
    [] as readonly number[],
  ),
  /** Units that carry what was read, 2 to 64. @default 32 */
  width: integer("units that carry what was read", { low: 2, high: 64 }, 32),
  /** Most passes over the training rows. Early stopping keeps the best. @default 30 */
  epochs: integer("most passes over the training rows", { low: 1, high: 10_000 }, 30),
  /** Rows per step of the optimiser. @default 128 */
  batch: integer("rows of a training step", { low: 1, high: 65_536 }, 128),
  /** AdamW's step size at first, falling along a cosine. @default 0.003 */
  rate: number("AdamW's step size at first", { low: 0, high: 1, open: "low" }, 0.003),
  /** Decoupled weight decay per unit of rate. @default 0.01 */
  decay: number("AdamW's weight decay", { low: 0, high: 10 }, 0.01),
  /** Share of what was read that is dropped at random while training, in [0, 1). @default 0.1 */
  dropout: number("share of what was read that is dropped at random", { low: 0, high: 1, open: "high" }, 0.1),
  /**
   * Rows to stop early by: a share of the training rows drawn at random (of labels, from each class), or rows of one's
   * own. 0 trains all epochs and keeps the last.
   * @default 0.15
   */
  validation: option(
    "rows to stop early by: a share of the training rows, or rows of one's own; 0 trains all epochs",
    "number from 0 to 0.9, or rows",
    (value: number | LabelledSequences, action, name) => {
      if (typeof value === "number") checkNumber(value, 0, 0.9, action, name);
    },
    0.15 as number | LabelledSequences,
  ),
  /** Ends after so many epochs without a better validation loss. @default 5 */
  patience: integer(
    "epochs without a better validation loss after which training ends",
    { low: 1, high: 10_000 },
    5,
  ),
};

const transformerOptions = {
  ...sequenceOptions,
  /** Blocks of attention, 1 to 4. @default 1 */
  blocks: integer("blocks of attention", { low: 1, high: 4 }, 1),
  /** Heads of each, 1 to 8, a divisor of the width. @default 4 */
  heads: integer("heads of each block, a divisor of the width", { low: 1, high: 8 }, 4),
};

/** What all nets for sequences take. */
export type SequenceOptions = OptionsOf<typeof sequenceOptions>;
export type TransformerOptions = OptionsOf<typeof transformerOptions>;

export interface SequenceSettings extends Filled<typeof transformerOptions> {
  readonly architecture: "gru" | "lstm" | "transformer";
}

/** The options with their defaults, checked. */
export function sequenceSettings(
  architecture: SequenceSettings["architecture"],
  options: TransformerOptions,
): SequenceSettings {
  const action = `fit ${architecture}`;
  const attends = architecture === "transformer";
  const own = withDefaults(attends ? transformerOptions : sequenceOptions, options, action);
  const asked = { architecture, ...withDefaults(transformerOptions, own, action) };
  check(
    !attends || asked.width % asked.heads === 0,
    action,
    `width ${asked.width} must be a multiple of heads`,
    asked.heads,
  );
  return asked;
}
