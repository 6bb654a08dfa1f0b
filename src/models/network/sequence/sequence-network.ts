import { column, type Matrix, matrix } from "../../../core/matrix";
import type { ModelJson, Watch } from "../../../core/model";
import type { Rng } from "../../../core/rng";
import { simdEngine } from "../../../neural/simd/engine";
import { tape } from "../../../neural/tape";
import { hold } from "../../../neural/weights";
import { blocksOf, type SequenceState } from "./fit-sequence";
import { outputWidth, sequenceOutput } from "./sequence-graph";
import { readSequenceNetwork, sequenceNetworkJson } from "./sequence-json";
import { checkSequences, encodeSequences, type LabelledSequences, type Sequences } from "./sequences";

/** A trained net for sequences. */
export interface SequenceNetwork extends SequenceState {
  readonly kind: "sequence-network";
  /**
   * One row per sequence, in order. One column with the probability of label 1; or for each target its quantiles from
   * low to high, in columns called "minutes 0.1", "minutes 0.5", …, which never cross.
   */
  predict(x: Sequences): Matrix;
  toJSON(): ModelJson;
}

/** A learner of sequences. Same rows, same stream: same model. */
export type FitSequences = (train: LabelledSequences, rng: Rng, watch?: Watch) => Promise<SequenceNetwork>;

/**
 * The model that `toJSON` wrote, predicting the same to the last bit; throws on anything unsound.
 *
 * @example
 * const usage = sequences(40, 3, ["calls"], Float32Array.from({ length: 120 }, (_, i) => ((i * 7) % 5) / 5));
 * const y = targetColumns({ churn: Array.from({ length: 40 }, (_, i) => i % 2) });
 * const model = await gru({ epochs: 1 })({ x: usage, y }, seeded(1));
 * const again = sequenceNetworkFromJSON(JSON.parse(JSON.stringify(model)));
 * again.predict(usage).values[7] === model.predict(usage).values[7]; // → true
 */
export function sequenceNetworkFromJSON(json: unknown): SequenceNetwork {
  return sequenceNetworkOf(readSequenceNetwork(json));
}

/** The model of a trained state. */
export function sequenceNetworkOf(state: SequenceState): SequenceNetwork {
  const { shape, inputs, targets, weights } = state;
  const each = Math.max(1, shape.levels.length);
  const features = targets.flatMap(({ name }) =>
    shape.levels.length === 0 ? [{ name }] : shape.levels.map((level) => ({ name: `${name} ${level}` })),
  );
  return {
    kind: "sequence-network",
    ...state,
    predict: (x) => {
      checkSequences(x, inputs, `predict with ${shape.architecture}`);
      const out = matrix(x.rows, outputWidth(shape), new Float64Array(x.rows * outputWidth(shape)), features);
      const engine = simdEngine();
      const net = hold(engine, weights);
      try {
        for (const block of blocksOf(x.rows)) {
          const values = engine.step(() =>
            engine.read(sequenceOutput(tape(engine), shape, net, encodeSequences(x, inputs, block)).value),
          );
          features.forEach((_, k) => {
            const { mean, scale } = targets[Math.floor(k / each)];
            const to = column(out, k);
            block.forEach((row, i) => {
              const value = values[i * features.length + k];
              to[row] = shape.levels.length === 0 ? 1 / (1 + Math.exp(-value)) : value * scale + mean;
            });
          });
        }
      } finally {
        net.free();
        engine.close();
      }
      return out;
    },
    toJSON: () => sequenceNetworkJson(state),
  };
}
