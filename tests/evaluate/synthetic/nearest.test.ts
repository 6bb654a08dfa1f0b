import { describe, expect, test } from "vitest";
import { seeded } from "../../../src/core/rng";
import { takeTableRows } from "../../../src/data/table";
import { alignTables, type Shared } from "../../../src/evaluate/synthetic/align";
import { nearestRecords, pack, searchKernel } from "../../../src/evaluate/synthetic/nearest";
import { distancePrivacy } from "../../../src/evaluate/synthetic/privacy/privacy";
import { reference } from "../../support";
import { type Golden, tableOf } from "./golden";
import { searchPlain } from "./plain-nearest";

const golden = reference<Golden>("sdmetrics");

/** Two tables of random levels and numbers with gaps. */
function random(rows: readonly number[], levelColumns: number, numberColumns: number): readonly Shared[] {
  const rng = seeded(levelColumns);
  const each = <T>(make: (n: number) => T): T[] => rows.map(make);
  return [
    ...Array.from({ length: levelColumns }, (_, j): Shared => {
      const levels = Array.from({ length: j === 1 ? 300 : 3 }, (_, k) => String(k));
      const codes = each((n) =>
        Int32Array.from({ length: n }, () => Math.floor(rng.uniform() * (levels.length + 1)) - 1),
      );
      return { name: `l${j}`, kind: "levels", codes, levels };
    }),
    ...Array.from({ length: numberColumns }, (_, j): Shared => {
      const values = each((n) =>
        Float64Array.from({ length: n }, () => (rng.uniform() < 0.1 ? Number.NaN : rng.uniform() ** 2)),
      );
      return { name: `n${j}`, kind: "number", values };
    }),
  ];
}

describe("nearestRecords(columns, query, reference)", () => {
  test.each([
    [3, 2],
    [20, 3],
    [2, 0],
    [0, 4],
  ])(
    "finds in WebAssembly, bit for bit, what the plain search finds (%i levels, %i numbers)",
    (levels, numbers) => {
      const columns = random([70, 150], levels, numbers);
      const [queries, rows] = [pack(columns, 0, 1), pack(columns, 1, 1)];
      expect(searchKernel(rows, queries, -1)).toEqual(searchPlain(rows, queries, -1));
      expect(searchKernel(rows, rows, 0)).toEqual(searchPlain(rows, rows, 0));
    },
  );

  test("equals a search by hand, over threads too", async () => {
    const columns = random([40, 90], 4, 2);
    const difference = (one: Shared, i: number, r: number): number => {
      if (one.kind === "levels") return one.codes[0][i] === one.codes[1][r] ? 0 : 1;
      const [a, b] = [one.values[0][i], one.values[1][r]];
      if (Number.isNaN(a) || Number.isNaN(b)) return Number.isNaN(a) && Number.isNaN(b) ? 0 : 1;
      const present = one.values[1].filter((value) => !Number.isNaN(value));
      return Math.min(1, Math.abs(a - b) / (Math.max(...present) - Math.min(...present)));
    };
    const found = await nearestRecords(columns, 0, 1);
    for (let i = 0; i < 40; i++) {
      const all = Array.from(
        { length: 90 },
        (_, r) => columns.reduce((sum, one) => sum + difference(one, i, r), 0) / 6,
      );
      expect(found.distance[i]).toBeCloseTo(Math.min(...all), 12);
      expect(all[found.row[i]]).toBeCloseTo(found.distance[i], 12);
      expect(found.second[i]).toBeCloseTo(all.sort((a, b) => a - b)[1], 12);
    }
    const wide = random([5000, 5000], 4, 2);
    expect(await nearestRecords(wide, 0, 1, { threads: 2 })).toEqual(
      await nearestRecords(wide, 0, 1, { threads: 1 }),
    );
    const same = await nearestRecords(wide, 0, 0, { skipSame: true, threads: 2 });
    expect(same.row.some((row, i) => row === i)).toBe(false);
  });
});

describe("nearestRecords(columns, query, reference).distance", () => {
  test.each(["demo", "gaps"] as const)(
    "equals sdmetrics' calculate_dcr(synthetic, real) on %s",
    async (name) => {
      // sdmetrics.single_table.privacy.dcr_utils.calculate_dcr(synthetic, real, metadata)
      const columns = alignTables([tableOf(golden[name].synthetic), tableOf(golden[name].real)], "test");
      (await nearestRecords(columns, 0, 1)).distance.forEach((distance, i) => {
        expect(distance).toBeCloseTo(golden[name].dcr[i], 12);
      });
    },
  );
});

describe("distancePrivacy(train, holdout, synthetic)", () => {
  const real = tableOf(golden.demo.real);
  const rows = (from: number, to: number): Int32Array =>
    Int32Array.from({ length: to - from }, (_, i) => from + i);
  const train = takeTableRows(real, rows(0, 108));
  const holdout = takeTableRows(real, rows(108, 215));

  test("calls copies of training rows memorised, and copies of held-out rows the contrary", async () => {
    const copied = await distancePrivacy(train, holdout, train);
    expect(copied).toMatchObject({ memorisation: 1, copies: 1, closerShare: 1 });
    expect(copied.closest.median).toBe(0);
    const other = await distancePrivacy(train, holdout, holdout);
    expect(other.copies).toBe(0);
    expect(other.memorisation).toBeLessThan(-0.9);
    expect(other.closest).toEqual(other.closestHoldout);
  });
});
