import { percent } from "../../core/format";
import type { Privacy } from "./budget";

/** What a private release guarantees, in one sentence. */
export function privacySentence({ epsilon, delta, neighbours, noise }: Privacy): string {
  const kept = noise === "seed" ? ", for whoever does not know the seed" : "";
  return `ε = ${epsilon}, δ = ${shownDelta(delta)}, neighbouring tables by ${neighbours}${kept}`;
}

/** Where the budget went: part, its share of ρ, the mechanism; a note where a part can fail. */
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
