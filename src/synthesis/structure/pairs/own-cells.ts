/** A column that is drawn as levels, with each row's own cell. */
export interface OwnCells {
  readonly name: string;
  readonly labels: readonly string[];
  /** How many of the labels, the first ones, are told: those after them, a made-up text and missing, go with anything. */
  readonly told: number;
  /** Each row's cell, −1 where too few share it for its label to be told. */
  readonly codes: Int32Array;
}
