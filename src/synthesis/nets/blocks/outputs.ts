import type { Block } from "./blocks";
import { type Decoder, decode } from "./decoder";

/** How a net's outputs become scalars and probabilities. */
export interface OutputPlan {
  /** Scalars, which come before the blocks. */
  readonly scalars: number;
  readonly scalarActivation: "tanh" | "sigmoid";
  /**
   * Classes are drawn from the blocks' probabilities; or the greatest one is taken; or there are no blocks, and a class is
   * a scalar rounded, label by label. Of one that is taken a little is left to the others (`leftOpen`).
   */
  readonly choice: "drawn" | "greatest" | "rounded";
  /** Standard deviations of the scalars around what the net gives. */
  readonly deviations?: readonly number[];
}

/** Only blocks, drawn from their probabilities. */
export const blocksOnly: OutputPlan = { scalars: 0, scalarActivation: "tanh", choice: "drawn" };

/** What rules and conditions may choose among where they forbid the class that is taken: so little that nothing else does. */
export const leftOpen = 1e-4;

/**
 * Scalars and probabilities, row by row. Rows of `latents` are the decoder's inputs, and as many normal numbers as there
 * are scalars where these have deviations.
 */
export function netOutputs(
  decoder: Decoder,
  plan: OutputPlan,
  blocks: readonly Block[],
  latents: Float32Array,
  rows: number,
): Float32Array {
  const { scalars, scalarActivation, choice, deviations } = plan;
  const widths = blocks.map((block) => block.classes.length);
  const { inputs, noise } = deviations
    ? parted(latents, rows, scalars)
    : { inputs: latents, noise: undefined };
  const made = decode(decoder, inputs, rows, (engine, h) => {
    if (choice === "rounded") return engine.map(scalarActivation, h);
    const end = scalars + widths.reduce((sum, own) => sum + own, 0);
    const logits = scalars > 0 ? engine.slice(h, scalars, end) : h;
    const soft = engine.softmax(logits, widths);
    const shares =
      choice === "greatest"
        ? engine.binary("add", engine.hardMax(logits, widths), engine.affine(soft, leftOpen, 0))
        : soft;
    if (scalars === 0) return shares;
    return engine.concat([engine.map(scalarActivation, engine.slice(h, 0, scalars)), shares]);
  });
  if (choice === "rounded") return rounded(made, rows, scalars, blocks);
  if (deviations && noise) {
    const stride = made.length / rows;
    for (let i = 0; i < rows; i++)
      for (let s = 0; s < scalars; s++) {
        const value = made[i * stride + s] + deviations[s] * noise[i * scalars + s];
        made[i * stride + s] = Math.max(-1, Math.min(1, value));
      }
  }
  return made;
}

/** The decoder's inputs apart from the normal numbers behind them. */
function parted(
  latents: Float32Array,
  rows: number,
  scalars: number,
): { inputs: Float32Array; noise: Float32Array } {
  const size = rows > 0 ? latents.length / rows - scalars : 0;
  const inputs = new Float32Array(rows * size);
  const noise = new Float32Array(rows * scalars);
  for (let i = 0; i < rows; i++) {
    const row = latents.subarray(i * (size + scalars), (i + 1) * (size + scalars));
    inputs.set(row.subarray(0, size), i * size);
    noise.set(row.subarray(size), i * scalars);
  }
  return { inputs, noise };
}

/** Labels from scalars: the first of a variable's scalars says which, the class after a number's line is "missing"; then the nearest. */
function rounded(scalars: Float32Array, rows: number, count: number, blocks: readonly Block[]): Float32Array {
  const stride = blocks.reduce((sum, block) => sum + block.classes.length, count);
  const out = new Float32Array(rows * stride);
  for (let i = 0; i < rows; i++) {
    out.set(scalars.subarray(i * count, (i + 1) * count), i * stride);
    let from = count;
    let s = 0;
    for (const { classes } of blocks) {
      const value = scalars[i * count + s++];
      const isNumber = classes[0].line !== undefined;
      const missing = isNumber && classes.length > 1 && scalars[i * count + s++] > 0.5;
      const chosen = isNumber ? (missing ? 1 : 0) : Math.round(value * (classes.length - 1));
      for (let c = 0; c < classes.length; c++)
        out[i * stride + from + c] = c === chosen ? 1 : leftOpen * 2 ** -Math.abs(c - chosen);
      from += classes.length;
    }
  }
  return out;
}
