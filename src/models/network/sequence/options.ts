import { check, checkInteger, checkNumber } from "../../../core/checks";
import type { LabelledSequences } from "./sequences";

/** What all nets for sequences take. */
export interface SequenceOptions {
  /**
   * Levels of the quantiles to foretell of each column of targets, rising, in (0, 1). Without them the target is a label
   * and the net gives its probability.
   */
  readonly quantiles?: readonly number[];
  /** Units that carry what was read, 2 to 64. @default 32 */
  readonly width?: number;
  /** Most passes over the training rows. Early stopping keeps the best. @default 30 */
  readonly epochs?: number;
  /** Rows per step of the optimiser. @default 128 */
  readonly batch?: number;
  /** AdamW's step size at first, falling along a cosine. @default 0.003 */
  readonly rate?: number;
  /** Decoupled weight decay per unit of rate. @default 0.01 */
  readonly decay?: number;
  /** Share of what was read that is dropped at random while training, in [0, 1). @default 0.1 */
  readonly dropout?: number;
  /**
   * Rows to stop early by: a share of the training rows drawn at random (of labels, from each class), or rows of one's
   * own. 0 trains all epochs and keeps the last.
   * @default 0.15
   */
  readonly validation?: number | LabelledSequences;
  /** Ends after so many epochs without a better validation loss. @default 5 */
  readonly patience?: number;
}

export interface TransformerOptions extends SequenceOptions {
  /** Blocks of attention, 1 to 4. @default 1 */
  readonly blocks?: number;
  /** Heads of each, 1 to 8, a divisor of the width. @default 4 */
  readonly heads?: number;
}

export type SequenceSettings = Required<TransformerOptions> & {
  readonly architecture: "gru" | "lstm" | "transformer";
};

/** The options with their defaults, checked. */
export function sequenceSettings(
  architecture: SequenceSettings["architecture"],
  options: TransformerOptions,
): SequenceSettings {
  const action = `fit ${architecture}`;
  const asked: SequenceSettings = {
    architecture,
    quantiles: options.quantiles ?? [],
    width: options.width ?? 32,
    epochs: options.epochs ?? 30,
    batch: options.batch ?? 128,
    rate: options.rate ?? 0.003,
    decay: options.decay ?? 0.01,
    dropout: options.dropout ?? 0.1,
    validation: options.validation ?? 0.15,
    patience: options.patience ?? 5,
    blocks: options.blocks ?? 1,
    heads: options.heads ?? 4,
  };
  asked.quantiles.forEach((level, i, all) => {
    checkNumber(level, 0, 1, action, "quantiles", "both");
    check(i === 0 || level > all[i - 1], action, "quantiles must rise", all.join(", "));
  });
  checkInteger(asked.width, 2, 64, action, "width");
  checkInteger(asked.epochs, 1, 10_000, action, "epochs");
  checkInteger(asked.batch, 1, 65_536, action, "batch");
  checkNumber(asked.rate, 0, 1, action, "rate", "low");
  checkNumber(asked.decay, 0, 10, action, "decay");
  checkNumber(asked.dropout, 0, 1, action, "dropout", "high");
  checkInteger(asked.patience, 1, 10_000, action, "patience");
  if (typeof asked.validation === "number") checkNumber(asked.validation, 0, 0.9, action, "validation");
  if (architecture === "transformer") {
    checkInteger(asked.blocks, 1, 4, action, "blocks");
    checkInteger(asked.heads, 1, 8, action, "heads");
    check(
      asked.width % asked.heads === 0,
      action,
      `width ${asked.width} must be a multiple of heads`,
      asked.heads,
    );
  }
  return asked;
}
