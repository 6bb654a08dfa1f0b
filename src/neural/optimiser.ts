import type { AdamState, Engine, Tensor } from "./engine";
import type { Tape } from "./tape";
import type { Parameters } from "./weights";

export interface AdamOptions {
  /** The step size. @default 0.001 */
  readonly rate?: number;
  /** How long the mean of the gradients remembers. GANs use 0.5 or 0. @default 0.9 */
  readonly beta1?: number;
  /** The same for their squares. @default 0.999 */
  readonly beta2?: number;
  /** Keeps the division finite; defaults to 1e-8 (Keras: 1e-7). */
  readonly epsilon?: number;
  /** Decoupled weight decay (AdamW), as a share of the weight per unit of rate. @default 0 */
  readonly decay?: number;
  /** Which parameters decay; by default the matrices of more than one row, not biases and scales. */
  readonly decays?: (name: string) => boolean;
}

/** Moves the parameters of one net. */
export interface Optimiser {
  /** One step along the derivatives that the tape holds; `scale` multiplies the rate (a schedule's value). */
  step(tape: Tape, scale?: number): void;
  free(): void;
}

/** Adam (Kingma and Ba, 2015), with decoupled decay (Loshchilov and Hutter, 2019). */
export function adam(engine: Engine, parameters: Parameters, options: AdamOptions = {}): Optimiser {
  const { rate = 1e-3, beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8, decay = 0 } = options;
  const { names, tensors } = parameters;
  const state: AdamState = engine.adamState(tensors);
  const decayed = names.map((name, i) => (options.decays ? options.decays(name) : tensors[i].rows > 1));
  let step = 0;
  return {
    step: (tape, scale = 1) => {
      step++;
      const gradients: Tensor[] = tensors.map((tensor) => tape.gradient(tensor));
      const now = rate * scale;
      engine.adam(tensors, gradients, state, {
        rate: now,
        beta1,
        beta2,
        epsilon,
        decay: now * decay,
        decayed,
        step,
      });
    },
    free: () => {
      for (const one of [...state.first, ...state.second]) engine.free(one);
    },
  };
}

/** What share of the rate is used at `done` (from 0 to 1) of the training. */
export type Schedule = (done: number) => number;

/** A schedule that looks at how the training goes. */
export interface WatchfulSchedule {
  readonly at: Schedule;
  /** Takes note of an epoch's figure; lower is better. */
  note(figure: number): void;
}

/** The full rate throughout. */
export const constantRate: Schedule = () => 1;

/** From the full rate to none along half a cosine (Loshchilov and Hutter, 2017), after a linear rise over `warmUp` of the training. */
export function cosineRate(warmUp = 0): Schedule {
  return (done) => {
    if (done < warmUp) return (done + 1e-3) / (warmUp + 1e-3);
    return 0.5 + 0.5 * Math.cos((Math.PI * (done - warmUp)) / (1 - warmUp));
  };
}

/**
 * Up along half a cosine from a 25th of the rate over the first three tenths of the training, then down to a 250,000th
 * (Smith and Topin, 2019). Adam's momentum stays as it is.
 */
export function oneCycleRate(rise = 0.3): Schedule {
  const between = (from: number, to: number, way: number): number =>
    to + ((from - to) * (1 + Math.cos(Math.PI * way))) / 2;
  return (done) =>
    done < rise ? between(1 / 25, 1, done / rise) : between(1, 4e-6, (done - rise) / (1 - rise));
}

/** The full rate, multiplied by `factor` each time when the figure did not improve for more than `patience` epochs. */
export function plateauRate(factor = 0.5, patience = 2): WatchfulSchedule {
  let [share, best, waited] = [1, Infinity, 0];
  return {
    at: () => share,
    note: (figure) => {
      // As torch's ReduceLROnPlateau: less than a ten-thousandth better does not count.
      if (figure < best * (1 - 1e-4 * Math.sign(best))) [best, waited] = [figure, 0];
      else if (++waited > patience) [share, waited] = [share * factor, 0];
    },
  };
}
