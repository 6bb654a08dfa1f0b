import { takeValues } from "../../../core/matrix";
import { distributionOf } from "../draw-numbers";
import { type LogitLayout, logitLayout } from "../logit";
import { fitNumber, type NumberModel, type NumberRows, type Relative } from "../numbers";
import type { TermPlan } from "../terms/terms";
import { leafQuantile } from "./leaf";
import { fromScore, type NormalScale } from "./normal-scale";

/** Fewer rows that have both tell nothing, */
const leastRows = 60;
/** nor do multiples that vary, on the scale of logarithms, more than the numbers do. Where the variance is less than this share of theirs … */
const steady = 0.25;
/** … they must just not miss more than the number's own model does, else so much less. */
const asked = 0.97;
/** Of fewer rows, each of another parent, a level has no mean. */
const leastOfLevel = 5;
/** Quantiles by which both are compared. */
const compared = [0.01, 0.05, 0.2, 0.35, 0.5, 0.65, 0.8, 0.95, 0.99];
/** Beyond so many standard deviations no multiple is made. */
const widest = 6;

/** What a number may be a multiple of, in each row. */
interface Base {
  readonly of: Pick<Relative, "variable" | "centres">;
  readonly values: Float64Array;
}

interface Own {
  readonly model: NumberModel;
  readonly data: NumberRows;
  /** Places of its rows among those of the columns. */
  readonly rows: Int32Array;
  readonly dataOf: (rows: Int32Array, values: Float64Array, scale: NormalScale) => NumberRows;
}

/**
 * The number as a multiple of one of the others, and where that is none, or not nearer, of the mean of a level: meters of households,
 * shops and industry differ by a hundred times, of which ranks tell the few large ones hardly apart, and each goes by a few per cent
 * from its own mean. Of levels, `cells` has those of each row.
 */
export function fitRelative(
  plans: readonly TermPlan[],
  own: Own,
  numbers: readonly { readonly variable: number; readonly values: Float64Array }[],
  levels: readonly { readonly variable: number; readonly cells: Int32Array; readonly count: number }[],
): readonly Relative[] {
  const { data, rows } = own;
  const bases = numbers.map(
    ({ variable, values }): Base => ({ of: { variable }, values: takeValues(values, rows) }),
  );
  const all = Array.from(rows.keys()).filter((i) => data.values[i] > 0);
  const first = nearest(plans, own, bases, all);
  const left = first ? all.filter((i) => !(first.base.values[i] > 0)) : all;
  const fewest = first ? leastOfLevel : leastRows;
  const groups = levels.map(({ variable, cells, count }): Base => {
    const logs = Array.from({ length: count }, () => ({ rows: 0, sum: 0 }));
    for (const i of left) {
      const one = logs[cells[rows[i]]];
      one.rows++;
      one.sum += Math.log(data.values[i]);
    }
    const centres = logs.map((one) => (one.rows < fewest ? 0 : Math.exp(one.sum / one.rows)));
    return { of: { variable, centres }, values: Float64Array.from(rows, (row) => centres[cells[row]]) };
  });
  const second = nearest(plans, own, groups, left);
  return [first, second].flatMap((one) => (one ? [one.relative] : []));
}

/** The number as a multiple of what it is nearest to in these rows, if it is nearer than by itself. */
function nearest(
  plans: readonly TermPlan[],
  { data, model, rows, dataOf }: Own,
  bases: readonly Base[],
  among: readonly number[],
): { readonly relative: Relative; readonly base: Base } | undefined {
  const layout = logitLayout(plans);
  let best: { readonly each: number; readonly relative: Relative; readonly base: Base } | undefined;
  for (const base of bases) {
    const at = among.filter((i) => base.values[i] > 0);
    if (at.length < leastRows || at.length < 0.5 * among.length) continue;
    // A balance that may fall below 0 is no multiple of what it was.
    if (data.values.some((value, i) => base.values[i] > 0 && !(value > 0))) continue;
    const logs = Float64Array.from(at, (i) => Math.log(data.values[i]));
    const multiples = logs.map((value, k) => value - Math.log(base.values[at[k]]));
    const [whole, rest] = [logs, multiples].map(meanAndVariance);
    if (!(rest.variance > 0 && rest.variance < whole.variance)) continue;
    const width = widest * Math.sqrt(rest.variance);
    const scale = { from: [rest.mean - width], to: [rest.mean + width], scores: [-widest, widest] };
    const part = dataOf(
      Int32Array.from(at, (i) => rows[i]),
      multiples,
      scale,
    );
    const relative = { ...base.of, model: fitNumber(part, plans) };
    const lost = missed(relative.model, layout, part, multiples, (value) => value);
    const most = rest.variance < steady * whole.variance ? 1 : asked;
    const each = lost / at.length;
    if (each < (best?.each ?? Infinity) && lost < most * missed(model, layout, data, logs, Math.log, at))
      best = { each, relative, base };
  }
  return best;
}

function meanAndVariance(values: Float64Array): { readonly mean: number; readonly variance: number } {
  const mean = values.reduce((a, b) => a + b, 0) / values.length;
  return { mean, variance: values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length };
}

/** How far quantiles are from what came true (the pinball loss), once both are on the same scale. */
function missed(
  model: NumberModel,
  layout: LogitLayout,
  data: NumberRows,
  truth: Float64Array,
  onto: (value: number) => number,
  at?: readonly number[],
): number {
  const { leaf, mean } = distributionOf(model, layout, data.terms, data.columns, data.rows);
  return truth.reduce((sum, value, k) => {
    const i = at ? at[k] : k;
    const off = compared.map((u) => {
      const score = (mean?.[i] ?? 0) + leafQuantile(model.leaves[leaf[i]], u);
      const over = value - onto(fromScore(model.scale, score));
      return over * (over > 0 ? u : u - 1);
    });
    return sum + off.reduce((a, b) => a + b, 0);
  }, 0);
}
