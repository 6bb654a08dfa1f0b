import type { Rng } from "../../core/rng";
import type { TextPlan } from "./structure";

/** A word must stand in this many rows: rarer ones could name a person. */
const leastRows = 5;
const mostWords = 2000;

/** The plan for free text: the words that enough rows share, and how many words a text has. */
export function textPlanOf(name: string, values: readonly string[]): TextPlan {
  const present = values.filter((value) => value !== "");
  const rows = new Map<string, number>();
  const lengths: number[] = [];
  for (const value of present) {
    const words = value.split(/\s+/).filter((word) => word !== "");
    lengths.push(words.length);
    for (const word of new Set(words)) rows.set(word, (rows.get(word) ?? 0) + 1);
  }
  lengths.sort((a, b) => a - b);
  const shared = [...rows]
    .filter(([, count]) => count >= leastRows)
    .sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1))
    .slice(0, mostWords);
  return {
    kind: "text",
    name,
    missing: 1 - present.length / Math.max(1, values.length),
    words: shared.map(([word]) => word),
    weights: shared.map(([, count]) => count),
    lengths: Array.from({ length: 10 }, (_, q) => lengths[Math.floor((q + 0.5) * 0.1 * lengths.length)] ?? 1),
  };
}

/** `count` texts of shared words; where no word is shared, the word "text" stands for each. */
export function writeTexts(plan: TextPlan, count: number, rng: Rng): string[] {
  const cumulative: number[] = [];
  let total = 0;
  for (const weight of plan.weights) {
    total += weight;
    cumulative.push(total);
  }
  const word = (): string => {
    if (total === 0) return "text";
    const at = rng.uniform() * total;
    let low = 0;
    let high = cumulative.length - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (cumulative[middle] > at) high = middle;
      else low = middle + 1;
    }
    return plan.words[low];
  };
  return Array.from({ length: count }, () => {
    if (rng.uniform() < plan.missing) return "";
    const length = plan.lengths[Math.floor(rng.uniform() * plan.lengths.length)];
    return Array.from({ length }, word).join(" ");
  });
}
