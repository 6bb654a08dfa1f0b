import type { Engine, Tensor } from "../../../neural/engine";
import type { Noise } from "../../../neural/noise";
import { type Tape, tape, type Var } from "../../../neural/tape";
import type { Parameters } from "../../../neural/weights";
import type { SpectralNorm } from "./spectral";

/** The names of the discriminator's matrices, in order. */
export const discriminatorMatrices: readonly string[] = ["d.0.w", "d.1.w", "d.2.w"];

/** The verdict on each row: above 0 for real ones. `trained` says whether the discriminator's weights move. */
export function judge(t: Tape, held: Parameters, spectral: SpectralNorm, rows: Var, trained: boolean): Var {
  let h = rows;
  discriminatorMatrices.forEach((name, k) => {
    const kept = held.get(`d.${k}.b`);
    const bias = trained ? t.parameter(kept) : t.constant(kept);
    const last = k === discriminatorMatrices.length - 1;
    h = t.dense(h, spectral.matrix(t, name, trained), bias, last ? "linear" : "leakyRelu");
  });
  return h;
}

/** The discriminator's hinge loss: real rows should be above 1, made ones below −1 (Lim and Ye, 2017). */
export function hingeLoss(t: Tape, real: Var, made: Var): Var {
  const tooLow = t.map("relu", t.affine(real, -1, 1));
  const tooHigh = t.map("relu", t.affine(made, 1, 1));
  return t.add(t.affine(t.sum(tooLow), 1 / real.value.rows), t.affine(t.sum(tooHigh), 1 / made.value.rows));
}

/** Derivatives of the hinge loss for the discriminator's weights, on a tape of their own. */
export function discriminatorTape(
  engine: Engine,
  held: Parameters,
  spectral: SpectralNorm,
  real: Tensor,
  made: Tensor,
): { t: Tape; loss: Tensor } {
  const t = tape(engine);
  const verdicts = [real, made].map((rows) => judge(t, held, spectral, t.constant(rows), true));
  const loss = hingeLoss(t, verdicts[0], verdicts[1]);
  t.backward(loss);
  return { t, loss: loss.value };
}

/**
 * Logits with Gumbel noise, and their softmax at a temperature: the greatest of them is a draw from the logits' softmax
 * (Jang et al., 2017).
 */
export function gumbelSoftmax(
  t: Tape,
  logits: Var,
  widths: readonly number[],
  temperature: number,
  draws: Noise,
): { noisy: Var; soft: Var } {
  const { engine } = t;
  const { rows, columns } = logits.value;
  const uniform = engine.put(draws.uniform(new Float32Array(rows * columns)), rows, columns);
  const exponential = engine.affine(engine.map("log", uniform), -1, 0);
  const gumbel = engine.affine(engine.map("log", exponential), -1, 0);
  const noisy = t.add(logits, t.constant(gumbel));
  return { noisy, soft: t.softmax(t.affine(noisy, 1 / temperature), widths) };
}

/** One-hot rows drawn from the logits; backward as if they were the softmax at the temperature. */
export function discreteRows(
  t: Tape,
  logits: Var,
  widths: readonly number[],
  temperature: number,
  draws: Noise,
): Var {
  const { noisy, soft } = gumbelSoftmax(t, logits, widths, temperature, draws);
  return t.straightThrough(t.engine.hardMax(noisy.value, widths), soft);
}
