import { expect, test } from "vitest";
import { takeTableRows } from "../../src/data/table";
import { workingBackends } from "../../src/neural/backend";
import { type ChurnData, churnData } from "../../src/services/churn-data";
import { referenceNets, referenceNetsTable } from "../../src/studies/reference-nets";

test("referenceNets(data) trains each net of the reference system on all backends, to the same figures but for rounding", async () => {
  const { train, test: held, ...rest } = await churnData();
  const rows = Array.from({ length: 400 }, (_, i) => i);
  const few = { rows: takeTableRows(train.rows, rows), labels: train.labels.slice(0, 400) };
  const nets = await referenceNets({ ...rest, train: few, test: held } as ChurnData, { seed: 3, epochs: 2 });
  expect(nets.map(({ net, measure }) => [net, measure])).toEqual([
    ["Deep network, churn", "ROC AUC"],
    ["Deep network, lifetime value", "R²"],
    ["Plain GAN", "Quality"],
  ]);
  const backends = await workingBackends();
  for (const { runs } of nets) {
    expect(Object.keys(runs).sort()).toEqual([...backends].sort());
    expect(Math.max(...Object.values(runs).map((one) => one.seconds))).toBeGreaterThan(0);
    // Two epochs leave rounding no time to grow.
    const { native = runs.simd, simd } = runs;
    expect(Math.abs((native?.value ?? Number.NaN) - (simd?.value ?? Number.NaN))).toBeLessThan(1e-3);
  }
  const page = referenceNetsTable(
    nets.map((one) => ({ ...one, runs: one.runs.simd ? { simd: one.runs.simd } : {} })),
  );
  expect(page).toContain('<td class="tl-num tl-varies">–</td>');
});
