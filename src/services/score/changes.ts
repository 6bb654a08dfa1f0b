import { columnNamed, isCategorical, type Table, takeTableRows } from "../../data/table";
import { type DecisionRules, type Risk, riskOf, risks } from "./decide";
import type { Desk } from "./desk";

/** One thing different about a customer, and what then would be. */
export interface Change {
  readonly column: string;
  readonly from: string | number;
  readonly to: string | number;
  readonly probability: number;
  readonly risk: Risk;
}

/**
 * What an agent can bring about today, and the value it can be set to: 1 for having the plan. Calls and minutes are the
 * past, where somebody lives is theirs, and nobody is talked into the international plan, whose customers leave more.
 */
const plans: readonly { readonly column: string; readonly to: readonly number[] }[] = [
  { column: "International plan", to: [0] },
  { column: "Voice mail plan", to: [0, 1] },
];
const messages = "Number vmail messages";
/** Messages of a usual customer with a voice-mail plan. */
const usualMessages = 28;
/** A change of less is none. */
const least = 0.01;

interface Idea {
  readonly column: string;
  /** Values set, by column. */
  readonly set: ReadonlyMap<string, number>;
  /** How far it goes, to prefer the nearest. */
  readonly distance: number;
}

/**
 * What one change would make of the only row of `rows`, the most effective first: for each column the nearest value that
 * lowers the risk level, or where none does, the one that lowers the probability most.
 */
export function changes(desk: Desk, rows: Table, rules: DecisionRules): Change[] {
  const [now] = desk.score(rows).probability;
  const ideas = planIdeas(rows);
  if (ideas.length === 0) return [];
  const { probability } = desk.score(changed(rows, ideas));
  const best = new Map<string, { idea: Idea; probability: number }>();
  ideas.forEach((idea, k) => {
    const p = probability[k];
    if (p > now - least) return;
    const before = best.get(idea.column);
    if (!before || better(p, idea, before.probability, before.idea))
      best.set(idea.column, { idea, probability: p });
  });
  function better(p: number, idea: Idea, other: number, otherIdea: Idea): boolean {
    const [mine, its] = [riskOf(p, rules), riskOf(other, rules)];
    if (mine !== its) return mine > its;
    // Of those that lower the level alike, the nearest; where the level stays, the most effective.
    return mine > riskOf(now, rules) ? idea.distance < otherIdea.distance : p < other;
  }
  return [...best.values()]
    .sort((a, b) => a.probability - b.probability)
    .map(({ idea, probability: p }) => ({
      column: idea.column,
      from: cell(rows, idea.column),
      to: cell(changed(rows, [idea]), idea.column),
      probability: p,
      risk: risks[riskOf(p, rules)],
    }));
}

function planIdeas(rows: Table): Idea[] {
  return plans.flatMap(({ column, to }) => {
    const one = columnNamed(rows, column);
    const other = isCategorical(one) && one.codes[0] === 1 ? 0 : 1;
    if (!to.includes(other)) return [];
    const set = new Map([[column, other]]);
    // Messages come with the plan.
    if (column === "Voice mail plan") set.set(messages, other === 1 ? usualMessages : 0);
    return [{ column, set, distance: 1 }];
  });
}

/** The row once for each idea, with what the idea sets. */
function changed(rows: Table, ideas: readonly Idea[]): Table {
  const many = takeTableRows(rows, new Int32Array(ideas.length));
  const columns = many.columns.map((one) => {
    const into = isCategorical(one) ? one.codes : one.type === "numeric" ? one.values : undefined;
    ideas.forEach(({ set }, k) => {
      const value = set.get(one.name);
      if (value !== undefined && into) into[k] = value;
    });
    return one;
  });
  return { rows: many.rows, columns: columns.filter((one) => !/^Total \w+ charge$/.test(one.name)) };
}

function cell(rows: Table, column: string): string | number {
  const one = columnNamed(rows, column);
  if (one.type === "numeric") return one.values[0];
  return isCategorical(one) ? one.levels[one.codes[0]] : one.values[0];
}
