import type { AdamState, Engine, Tensor } from "../engine";
import type { AdamNumbers } from "./raw";
import type { Tensors } from "./tensors";

/** Decay below this leaves a Float32 weight what it is. */
const leastDecay = 2 ** -25;

/** Adam by TensorFlow's own operation, which passes over a parameter once where tfjs would a dozen times; moving averages. */
export function optimiserOperations(tensors: Tensors): Pick<Engine, "adamState" | "adam" | "average"> {
  const { tf, of, raw } = tensors;
  return {
    adamState: (parameters): AdamState => {
      const zeros = (): Tensor[] =>
        parameters.map(({ rows, columns }) => tensors.keep(new Float32Array(rows * columns), rows, columns));
      return { first: zeros(), second: zeros() };
    },
    adam: (parameters, gradients, state, how) => {
      tf.tidy(() => {
        const { beta1, beta2, epsilon, decay, step } = how;
        // The operation adds ε to the root before its correction, we after it.
        const scaled = epsilon * Math.sqrt(1 - beta2 ** step);
        const numbers = [beta1 ** step, beta2 ** step, how.rate, beta1, beta2, scaled].map((value) =>
          tf.scalar(value),
        ) as unknown as AdamNumbers;
        parameters.forEach((parameter, i) => {
          const shrinks = decay >= leastDecay && how.decayed[i];
          const lost = shrinks ? tf.mul(of(parameter), decay) : undefined;
          tensors.move(parameter, (variable) => {
            if (lost) raw.subtract(variable, lost);
            const [first, second] = [state.first[i], state.second[i]].map((one) => tensors.variable(one));
            raw.adam(variable, first, second, numbers, of(gradients[i]));
          });
        });
      });
    },
    average: (averages, parameters, share) => {
      tf.tidy(() => {
        averages.forEach((average, i) => {
          const y = tf.add(tf.mul(of(average), share), tf.mul(of(parameters[i]), 1 - share));
          tensors.replace(average, y);
        });
      });
    },
  };
}
