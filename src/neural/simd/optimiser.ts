import type { AdamState, Engine, Tensor } from "../engine";
import { address, at, type SimdTensors } from "./tensors";

/** Adam and moving averages, parameter by parameter. */
export function optimiserOperations(tensors: SimdTensors): Pick<Engine, "adamState" | "adam" | "average"> {
  return {
    adamState: (parameters): AdamState => {
      const zeros = (): Tensor[] =>
        parameters.map((parameter) =>
          tensors.keep(
            new Float32Array(parameter.rows * parameter.columns),
            parameter.rows,
            parameter.columns,
          ),
        );
      return { first: zeros(), second: zeros() };
    },
    adam: (parameters, gradients, state, { beta1, beta2, rate, epsilon, decay, decayed, step }) => {
      const kernels = tensors.run();
      parameters.forEach((parameter, i) => {
        kernels.adam(
          address(parameter),
          address(gradients[i]),
          address(state.first[i]),
          address(state.second[i]),
          parameter.rows * parameter.columns,
          beta1,
          beta2,
          rate / (1 - beta1 ** step),
          1 / Math.sqrt(1 - beta2 ** step),
          epsilon,
          1 - (decayed[i] ? decay : 0),
        );
      });
    },
    average: (averages, parameters, share) => {
      const f = tensors.values();
      averages.forEach((average, i) => {
        const y = at(average);
        const x = at(parameters[i]);
        for (let j = 0; j < average.rows * average.columns; j++)
          f[y + j] = f[y + j] * share + f[x + j] * (1 - share);
      });
    },
  };
}
