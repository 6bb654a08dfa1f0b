import type { Engine, Pointwise, Tensor } from "../../../neural/engine";
import { simdEngine } from "../../../neural/simd/engine";
import { hold, type Weights } from "../../../neural/weights";

/** One dense layer of a decoder; its weights are named `<place>.w` and `<place>.b`. */
export interface DecoderLayer {
  readonly activation: Pointwise;
  /** Whether the layer's input goes on beside its output, as in CTGAN's generator. */
  readonly keepsInput: boolean;
}

/** A trained net from latent numbers to outputs. */
export interface Decoder {
  readonly layers: readonly DecoderLayer[];
  readonly weights: Weights;
}

const chunk = 512;

/**
 * The outputs for rows of latent numbers, after `finish`, which keeps their shape. Computed by the simd engine whatever
 * the net was trained on, so that a saved model draws the same rows everywhere.
 */
export function decode(
  { layers, weights }: Decoder,
  latent: Float32Array,
  rows: number,
  finish: (engine: Engine, outputs: Tensor) => Tensor,
): Float32Array {
  const engine = simdEngine();
  const held = hold(engine, weights);
  try {
    const inputs = weights["0.w"].rows;
    const outputs = weights[`${layers.length - 1}.w`].columns;
    const out = new Float32Array(rows * outputs);
    for (let from = 0; from < rows; from += chunk) {
      const count = Math.min(chunk, rows - from);
      engine.step(() => {
        let h: Tensor = engine.put(latent.subarray(from * inputs, (from + count) * inputs), count, inputs);
        layers.forEach(({ activation, keepsInput }, k) => {
          const product = engine.matMul(h, held.get(`${k}.w`));
          const y = engine.map(activation, product, held.get(`${k}.b`));
          h = keepsInput ? engine.concat([y, h]) : y;
        });
        out.set(engine.read(finish(engine, h)), from * outputs);
      });
    }
    return out;
  } finally {
    held.free();
    engine.close();
  }
}
