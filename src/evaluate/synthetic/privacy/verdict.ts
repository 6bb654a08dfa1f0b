import { decimal, listed } from "../../../core/format";
import { normalCdf } from "../../../core/math/normal-distribution";
import type { Canaries } from "./canaries";
import type { Differencing } from "./differencing";
import type { AttackResult } from "./membership-attacks";

/** What the attacks together say. */
export interface Verdict {
  /** How many attacks were made. */
  readonly attacks: number;
  /** Those that did better than chance, by Holm's correction at 5 %. */
  readonly beyondChance: readonly string[];
  /** Those that did not by that, but whose own intervals of 95 % lie above chance, as one in forty does by chance. */
  readonly alone: readonly string[];
  /** The membership attack with the greatest ROC AUC. */
  readonly strongest: AttackResult | undefined;
}

/** Of the attacks that lie above chance by their own intervals alone, why they do not count; empty where there are none. */
export function aloneTold({ attacks, alone }: Verdict): string {
  if (alone.length === 0) return "";
  const expected = decimal(attacks * 0.025, 1);
  return `by ${alone.length === 1 ? "its own interval" : "their own intervals"} ${listed(alone)} would be, as ${expected} of ${attacks} are by chance`;
}

/** What attacks beyond chance mean, and what to do; undefined where there are none. */
export function adviceTold(
  { attacks = [], canaries, inFile }: Parameters<typeof verdictOf>[0],
  { beyondChance }: Verdict,
): string | undefined {
  if (beyondChance.length === 0) return undefined;
  const searched = [
    { name: searches[0], one: canaries, where: "come out again" },
    { name: searches[1], one: inFile, where: "stand in the model's file" },
  ];
  const values = searched.flatMap(({ name, one, where }) => {
    const [first] = one?.columns ?? [];
    if (!first || !beyondChance.includes(name)) return [];
    const { column, found, planted, expected } = first;
    return `rare values of ${column} ${where}, ${found} of ${planted} where chance gives ${decimal(expected, 0)}: leave that column out, or round it`;
  });
  const best = Math.max(
    ...attacks.flatMap(({ attack, auc }) => (beyondChance.includes(attack) ? [auc] : [])),
  );
  const guessed = Number.isFinite(best)
    ? [
        `who was learnt from can be guessed better than by chance (ROC AUC ${decimal(best, 2)} in place of 0.50)`,
      ]
    : [];
  const others = beyondChance.includes("differencing") ? ["who knows all other rows reads answers off"] : [];
  return `Attacks: ${[...values, ...guessed, ...others].join("; ")}. Pass these rows on to those alone who may see the real ones, or learn them with --method mst or aim, which bound what any attack reaches (docs/PRIVACY.md)`;
}

/** What is looked for rare values. */
const searches = ["canaries", "canaries in the model's file"] as const;

/** Which attacks did better than chance. That none did proves nothing of an attack that was not made. */
export function verdictOf(found: {
  readonly attacks?: readonly AttackResult[];
  readonly differencing?: Differencing;
  readonly canaries?: Canaries;
  readonly inFile?: Canaries;
}): Verdict {
  const { attacks = [], differencing, canaries, inFile } = found;
  const tests = attacks.map((attack) => ({
    name: attack.attack,
    p:
      attack.standardError > 0
        ? normalCdf((0.5 - attack.auc) / attack.standardError)
        : attack.auc > 0.5
          ? 0
          : 1,
  }));
  if (differencing) {
    const error = (differencing.high - differencing.low) / (2 * 1.96);
    tests.push({ name: "differencing", p: error > 0 ? normalCdf(-differencing.advantage / error) : 1 });
  }
  const searched = { [searches[0]]: canaries, [searches[1]]: inFile };
  for (const [name, one] of Object.entries(searched)) {
    if (one) tests.push({ name, p: one.chance });
  }
  tests.sort((a, b) => a.p - b.p);
  const end = tests.findIndex(({ p }, k) => p * (tests.length - k) > 0.05);
  const clear = end < 0 ? tests.length : end;
  return {
    attacks: tests.length,
    beyondChance: tests.slice(0, clear).map(({ name }) => name),
    alone: tests.slice(clear).flatMap(({ name, p }) => (p < 0.025 ? [name] : [])),
    strongest: [...attacks].sort((a, b) => b.auc - a.auc)[0],
  };
}
