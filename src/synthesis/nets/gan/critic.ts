import type { Engine, Tensor } from "../../../neural/engine";
import type { Noise } from "../../../neural/noise";
import type { Tape, Var } from "../../../neural/tape";
import type { Parameters } from "../../../neural/weights";

/** Hidden layers of the critic; its weights are named `c.0.w`, `c.0.b`, … */
const hidden = 2;
const dropRate = 0.5;
/** What the penalty counts (Gulrajani et al., 2017). */
const penaltyWeight = 10;

/** A dropout mask for each hidden layer. */
export function dropoutMasks(
  engine: Engine,
  held: Parameters,
  rows: number,
  draws: Noise,
): readonly Tensor[] {
  return Array.from({ length: hidden }, (_, k) => {
    const units = held.get(`c.${k}.w`).columns;
    return engine.put(draws.mask(new Float32Array(rows * units), dropRate), rows, units);
  });
}

/** The rows times the weights of the critic's first layer: most of what a verdict costs. */
function firstProduct(t: Tape, held: Parameters, rows: Var): Var {
  return t.matMul(rows, t.parameter(held.get("c.0.w")));
}

/** The critic's verdict on rows of which the first product is known; its weights move. */
function verdictFrom(t: Tape, held: Parameters, product: Var, masks: readonly Tensor[]): Var {
  const first = t.map("leakyRelu", t.add(product, t.parameter(held.get("c.0.b"))));
  return criticVerdict(t, held, t.multiply(first, t.constant(masks[0])), masks, { trained: true, from: 1 });
}

/** The critic's verdict on each row, or on what layer `from` gets of it. `trained` says whether its weights move. */
export function criticVerdict(
  t: Tape,
  held: Parameters,
  rows: Var,
  masks: readonly Tensor[],
  { trained, from = 0 }: { readonly trained: boolean; readonly from?: number },
): Var {
  const p = (name: string): Var => (trained ? t.parameter(held.get(name)) : t.constant(held.get(name)));
  let h = rows;
  for (let k = from; k < hidden; k++) {
    h = t.dense(h, p(`c.${k}.w`), p(`c.${k}.b`), "leakyRelu");
    h = t.multiply(h, t.constant(masks[k]));
  }
  return t.dense(h, p(`c.${hidden}.w`), p(`c.${hidden}.b`), "linear");
}

/**
 * λ · mean (‖∇ₓ verdict‖ − 1)² at points between real and made rows, given the first products of both: that of a point
 * between lies between them. The critic is linear between the kinks of its activations, so its derivative by x is a product
 * of its matrices with the slopes as constants, and only first derivatives by the weights are left to take.
 */
export function gradientPenalty(
  t: Tape,
  held: Parameters,
  { real, made }: { readonly real: Tensor; readonly made: Tensor },
  masks: readonly Tensor[],
  draws: Noise,
): Var {
  const { engine } = t;
  const share = engine.put(draws.uniform(new Float32Array(real.rows)), real.rows, 1);
  const apart = engine.binary("subtract", real, made);
  let product = engine.binary("add", made, engine.binary("multiply", apart, share));
  const slopes: Tensor[] = [];
  for (let k = 0; k < hidden; k++) {
    const sum = engine.map("linear", product, held.get(`c.${k}.b`));
    const y = engine.map("leakyRelu", sum);
    slopes.push(engine.mapGradient("leakyRelu", sum, y, masks[k]));
    const h = engine.binary("multiply", y, masks[k]);
    if (k + 1 < hidden) product = engine.matMul(h, held.get(`c.${k + 1}.w`));
  }
  const last = t.parameter(held.get(`c.${hidden}.w`));
  let slope = t.multiply(t.constant(slopes[hidden - 1]), t.reshape(last, 1, last.value.rows));
  for (let k = hidden - 1; k >= 0; k--) {
    slope = t.matMul(slope, t.parameter(held.get(`c.${k}.w`)), { transposeB: true });
    if (k > 0) slope = t.multiply(slope, t.constant(slopes[k - 1]));
  }
  // A hair above 0, where the root has no derivative.
  const length = t.map("sqrt", t.affine(t.sumColumns(t.map("square", slope)), 1, 1e-12));
  return t.affine(t.sum(t.map("square", t.affine(length, 1, -1))), penaltyWeight / real.rows);
}

/** What the critic makes small: mean verdict on made less real rows, and the penalty. `distance` is its first part, turned. */
export function criticLoss(
  t: Tape,
  held: Parameters,
  real: Tensor,
  made: Tensor,
  draws: Noise,
): { loss: Var; distance: Var } {
  const masks = (): readonly Tensor[] => dropoutMasks(t.engine, held, real.rows, draws);
  const [ofReal, ofMade] = [real, made].map((rows) => firstProduct(t, held, t.constant(rows)));
  const mean = (product: Var): Var => t.affine(t.sum(verdictFrom(t, held, product, masks())), 1 / real.rows);
  const distance = t.subtract(mean(ofReal), mean(ofMade));
  const penalty = gradientPenalty(t, held, { real: ofReal.value, made: ofMade.value }, masks(), draws);
  return { loss: t.subtract(penalty, distance), distance };
}

/** What the generator makes small: the negative mean verdict on its rows, the critic's weights held. */
export function generatorLoss(t: Tape, held: Parameters, made: Var, draws: Noise): Var {
  const masks = dropoutMasks(t.engine, held, made.value.rows, draws);
  return t.affine(t.sum(criticVerdict(t, held, made, masks, { trained: false })), -1 / made.value.rows);
}
