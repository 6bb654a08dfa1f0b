import { cholesky, triangularInverse } from "../../core/math/linear-algebra";
import { permutation, type Rng } from "../../core/rng";
import { noise } from "../../neural/noise";
import { simdEngine } from "../../neural/simd/engine";
import type { Mixture, MixtureComponent } from "./mixture";

/**
 * `rows` × `size` latent numbers: standard normal, or from a mixture. Each component's numbers have exactly its mean and
 * covariance, and components come as often as expected, to within one row, so that what is drawn from these numbers lies
 * nearer to its expectation than independent draws do.
 */
export function drawLatents(prior: Mixture | undefined, rows: number, size: number, rng: Rng): Float32Array {
  const out = noise(rng.fork("normal")).normal(new Float32Array(rows * size));
  if (!prior) {
    spread(out, size, undefined);
    return out;
  }
  const start = rng.uniform();
  let sum = 0;
  let from = 0;
  prior.components.forEach((component, k) => {
    sum += component.weight;
    const last = k === prior.components.length - 1;
    const to = last ? rows : Math.max(from, Math.min(rows, Math.ceil(sum * rows - start)));
    spread(out.subarray(from * size, to * size), size, component);
    from = to;
  });
  return shuffleRows(out, rows, size, rng);
}

/** Gives rows of independent normal numbers this mean and covariance, exactly where there are enough of them. */
function spread(points: Float32Array, size: number, component: MixtureComponent | undefined): void {
  if (points.length === 0) return;
  const rows = points.length / size;
  const engine = simdEngine();
  try {
    engine.step(() => {
      let x = engine.put(points, rows, size);
      if (rows >= 4 * size) {
        x = engine.binary("subtract", x, engine.affine(engine.sumRows(x), 1 / rows, 0));
        const covariance = engine.read(engine.affine(engine.matMul(x, x, { transposeA: true }), 1 / rows, 0));
        const factor = cholesky(Float64Array.from(covariance), size);
        const inverse = factor && engine.put(Float32Array.from(triangularInverse(factor, size)), size, size);
        if (inverse) x = engine.matMul(x, inverse, { transposeB: true });
      }
      if (component) {
        const factor = engine.put(Float32Array.from(component.factor), size, size);
        x = engine.matMul(x, factor, { transposeB: true });
        x = engine.binary("add", x, engine.put(Float32Array.from(component.mean), 1, size));
      }
      points.set(engine.read(x));
    });
  } finally {
    engine.close();
  }
}

function shuffleRows(points: Float32Array, rows: number, size: number, rng: Rng): Float32Array {
  const out = new Float32Array(points.length);
  permutation(rng.fork("shuffle"), rows).forEach((from, to) => {
    out.set(points.subarray(from * size, (from + 1) * size), to * size);
  });
  return out;
}
