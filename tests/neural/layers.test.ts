import { expect, test } from "vitest";
import { openEngine, workingBackends } from "../../src/neural/backend";
import { binaryCrossEntropy, focalLoss } from "../../src/neural/layers";
import { oneCycleRate, plateauRate } from "../../src/neural/optimiser";
import { type Tape, tape, type Var } from "../../src/neural/tape";
import { reference } from "../support";

interface Golden {
  readonly focal: {
    readonly z: readonly number[];
    readonly y: readonly number[];
    readonly weight: readonly number[];
    readonly cases: readonly {
      readonly gamma: number;
      readonly loss: number;
      readonly slopes: readonly number[];
    }[];
  };
  readonly oneCycle: readonly (readonly [step: number, rate: number])[];
  readonly plateau: readonly { readonly figures: readonly number[]; readonly rates: readonly number[] }[];
}
const golden = reference<Golden>("nets");
const backends = await workingBackends();

test.each(backends)("focalLoss() and its derivatives equal torch's on %s", async (backend) => {
  // torchvision.ops.sigmoid_focal_loss(z, y, alpha=-1, gamma=gamma), weighted, mean; by autograd in scripts/reference/nets.py
  const { z, y, weight, cases } = golden.focal;
  const engine = await openEngine(backend);
  const compute = (loss: (t: Tape, out: Var, ...rest: never[]) => Var, gamma: number) =>
    engine.step(() => {
      const t = tape(engine);
      const put = (values: readonly number[]) => engine.put(Float32Array.from(values), z.length, 1);
      const logits = put(z);
      const all = [t, t.parameter(logits), put(y), put(weight), gamma] as unknown as Parameters<typeof loss>;
      const out = loss(...all);
      t.backward(out);
      return { loss: engine.read(out.value)[0], slopes: [...engine.read(t.gradient(logits))] };
    });
  for (const { gamma, loss, slopes } of cases) {
    const ours = compute(focalLoss, gamma);
    expect(ours.loss).toBeCloseTo(loss, 6);
    for (const [i, slope] of slopes.entries()) expect(ours.slopes[i]).toBeCloseTo(slope, 6);
    if (gamma === 0) expect(compute(binaryCrossEntropy, 0).loss).toBeCloseTo(loss, 6);
  }
  expect(engine.live()).toBe(0);
  engine.close();
});

test("oneCycleRate() goes as torch's OneCycleLR", () => {
  // torch.optim.lr_scheduler.OneCycleLR(optimiser, max_lr=1, total_steps=1000, cycle_momentum=False)
  const rate = oneCycleRate();
  // torch's turning points lie one step earlier.
  for (const [step, expected] of golden.oneCycle)
    expect(Math.abs(rate(step / 1000) - expected)).toBeLessThan(4e-3);
  expect(Math.max(...golden.oneCycle.map(([step]) => rate(step / 1000)))).toBeGreaterThan(0.98);
});

test.each(golden.plateau)(
  "plateauRate() goes as torch's ReduceLROnPlateau over $figures",
  ({ figures, rates }) => {
    // torch.optim.lr_scheduler.ReduceLROnPlateau(optimiser, factor=0.5, patience=2)
    const schedule = plateauRate(0.5, 2);
    const ours = figures.map((figure) => {
      schedule.note(figure);
      return schedule.at(0.5);
    });
    expect(ours).toEqual(rates);
  },
);

test("plateauRate() counts a gain of a negative figure, such as −PR AUC, as one", () => {
  const schedule = plateauRate(0.5, 0);
  const rates = [-0.5, -0.6, -0.6, -0.59, -0.7].map((figure) => {
    schedule.note(figure);
    return schedule.at(0);
  });
  expect(rates).toEqual([1, 1, 0.5, 0.25, 0.25]);
});
