import { percent } from "../../core/format";
import type { Privacy } from "./budget";

/**
 * What a private release guarantees, in one sentence.
 *
 * @example
 * const { table: plans } = parseCsv(`plan\n${"basic\nplus\nplus\n".repeat(40)}`);
 * const model = await mst({ epsilon: 2, domain: { columns: [{ name: "plan", levels: ["basic", "plus"] }] } })(plans, seeded(1));
 * privacySentence(model.privacy).slice(0, 5); // → "ε = 2"
 */
export function privacySentence({ epsilon, delta, neighbours, noise }: Privacy): string {
  const kept = noise === "seed" ? ", for whoever does not know the seed" : "";
  return `ε = ${epsilon}, δ = ${shownDelta(delta)}, neighbouring tables by ${neighbours}${kept}`;
}

/**
 * Where the budget went: part, its share of ρ, the mechanism; a note where a part can fail.
 *
 * @example
 * const { table: plans } = parseCsv(`plan\n${"basic\nplus\nplus\n".repeat(40)}`);
 * const model = await mst({ domain: { columns: [{ name: "plan", levels: ["basic", "plus"] }] } })(plans, seeded(1));
 * spendingRows(model.privacy)[0][0]; // → "number of rows"
 */
export function spendingRows({ rho, spending }: Privacy): readonly (readonly [string, string, string])[] {
  return spending.map(({ part, rho: own, delta, how }) => [
    part,
    percent(own / rho),
    delta > 0 ? `${how}, fails with δ = ${shownDelta(delta)}` : how,
  ]);
}

function shownDelta(delta: number): string {
  return delta < 1e-3 ? delta.toExponential().replace("e-", "e−") : String(delta);
}
