import type { FigureText } from "./figure";
import { diagonal, lineChart, type Point, referenceLine } from "./line";

/** Cumulative shares of all value by customers, the most valuable first, at about a hundred places. */
export function concentrationOf(values: Float64Array): readonly Point[] {
  const sorted = values.slice().sort().reverse();
  const total = sorted.reduce((sum, v) => sum + v, 0);
  const step = Math.max(1, Math.floor(sorted.length / 100));
  const points = [{ x: 0, y: 0 }];
  let sum = 0;
  sorted.forEach((v, k) => {
    sum += v;
    if ((k + 1) % step === 0 || k + 1 === sorted.length)
      points.push({ x: (k + 1) / sorted.length, y: sum / total });
  });
  return points;
}

/** The share of all value that the first `share` of the customers hold. */
export function heldBy(points: readonly Point[], share: number): number {
  return points.find((p) => p.x >= share)?.y ?? 0;
}

/** How much of all value sits with how few customers. */
export function concentrationChart(points: readonly Point[], text: FigureText): Promise<string> {
  return lineChart({
    ...text,
    x: { label: "Customers, the most valuable first", domain: [0, 1], format: ".0%" },
    y: { label: "Share of all value", domain: [0, 1], format: ".0%" },
    series: [{ name: "Value", colour: 1, points }, referenceLine("All alike", diagonal)],
  });
}
