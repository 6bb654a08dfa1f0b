import type { AdamState, Engine, Tensor } from "../engine";
import type { Tensors, Values } from "./tensors";

/** Adam and moving averages, on all parameters in one vector: a dozen operations whatever their number. */
export function optimiserOperations(tensors: Tensors): Pick<Engine, "adamState" | "adam" | "average"> {
  const { tf, of } = tensors;
  const concatFlat = (parts: readonly Tensor[]): Values =>
    parts.length === 1
      ? tf.reshape(of(parts[0]), [-1])
      : tf.concat(parts.map((part) => tf.reshape(of(part), [-1])));
  const splitFlat = (all: Values, into: readonly Tensor[]): void => {
    if (into.length === 1) {
      // A reshape shares its data, and so survives the scope only as a tensor of its own.
      tensors.replace(into[0], tf.reshape(all, [into[0].rows, into[0].columns]));
      return;
    }
    const sizes = into.map((tensor) => tensor.rows * tensor.columns);
    tf.split(all, sizes).forEach((part, i) => {
      tensors.replace(into[i], tf.reshape(part, [into[i].rows, into[i].columns]));
    });
  };
  return {
    adamState: (parameters): AdamState => {
      const size = parameters.reduce((sum, tensor) => sum + tensor.rows * tensor.columns, 0);
      const zeros = (): Tensor[] => [tensors.keep(new Float32Array(size), 1, size)];
      return { first: zeros(), second: zeros() };
    },
    adam: (parameters, gradients, state, how) => {
      tf.tidy(() => {
        const { beta1, beta2, epsilon, decay } = how;
        const w = concatFlat(parameters);
        const g = concatFlat(gradients);
        const first = tf.add(tf.mul(concatFlat(state.first), beta1), tf.mul(g, 1 - beta1));
        const second = tf.add(tf.mul(concatFlat(state.second), beta2), tf.mul(tf.square(g), 1 - beta2));
        const scale = Math.sqrt(1 - beta2 ** how.step);
        const rate = (how.rate / (1 - beta1 ** how.step)) * scale;
        const move = tf.div(tf.mul(first, rate), tf.add(tf.sqrt(second), epsilon * scale));
        const sizes = parameters.map((parameter) => parameter.rows * parameter.columns);
        const shrunk =
          decay === 0
            ? w
            : tf.mul(
                w,
                tf.add(
                  tf.mul(
                    tensors.constant(`decayed ${sizes} ${how.decayed}`, () =>
                      tf.tensor1d(
                        sizes.flatMap((size, i) => Array<number>(size).fill(how.decayed[i] ? 1 : 0)),
                      ),
                    ),
                    -decay,
                  ),
                  1,
                ),
              );
        splitFlat(tf.sub(shrunk, move), parameters);
        splitFlat(first, state.first);
        splitFlat(second, state.second);
      });
    },
    average: (averages, parameters, share) => {
      tf.tidy(() => {
        const y = tf.add(tf.mul(concatFlat(averages), share), tf.mul(concatFlat(parameters), 1 - share));
        splitFlat(y, averages);
      });
    },
  };
}
