import type { Rng } from "../../../core/rng";
import type { Engine, Tensor } from "../../../neural/engine";
import { noise } from "../../../neural/noise";
import type { Tape, Var } from "../../../neural/tape";
import type { Parameters } from "../../../neural/weights";

/** Matrices divided by their greatest singular value, so that a net of them can't grow steep (Miyato et al., 2018). */
export interface SpectralNorm {
  /** Moves the estimate of each matrix's greatest singular value by one power iteration. */
  iterate(): void;
  /** The matrix over its greatest singular value. The value moves with the matrix; its directions are held constant. */
  matrix(t: Tape, name: string, trained: boolean): Var;
  free(): void;
}

export function spectralNorm(
  engine: Engine,
  held: Parameters,
  names: readonly string[],
  rng: Rng,
): SpectralNorm {
  const lefts = new Map<string, Tensor>();
  const rights = new Map<string, Tensor>();
  for (const name of names) {
    const { rows, columns } = held.get(name);
    const left = unit(noise(rng.fork(name)).normal(new Float32Array(rows)));
    lefts.set(name, engine.keep(left, 1, rows));
    rights.set(name, engine.keep(new Float32Array(columns), columns, 1));
  }
  const of = (map: Map<string, Tensor>, name: string): Tensor => map.get(name) as Tensor;
  return {
    iterate: () => {
      for (const name of names) {
        const w = held.get(name);
        const left = of(lefts, name);
        const right = of(rights, name);
        engine.step(() => {
          engine.write(right, unit(engine.read(engine.matMul(left, w))));
          const back = engine.matMul(right, w, { transposeA: true, transposeB: true });
          engine.write(left, unit(engine.read(back)));
        });
      }
    },
    matrix: (t, name, trained) => {
      const kept = held.get(name);
      const w = trained ? t.parameter(kept) : t.constant(kept);
      const along = t.matMul(t.constant(of(lefts, name)), w);
      const greatest = t.matMul(along, t.constant(of(rights, name)));
      return t.multiply(w, t.map("reciprocal", greatest));
    },
    free: () => {
      for (const tensor of [...lefts.values(), ...rights.values()]) engine.free(tensor);
    },
  };
}

function unit(values: Float32Array): Float32Array {
  const length = Math.hypot(...values);
  return length > 0 ? values.map((value) => value / length) : values;
}
