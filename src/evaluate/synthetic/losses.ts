import { percent } from "../../core/format";
import { type Column, isCategorical, type Table } from "../../data/table";
import type { Told } from "../../synthesis/structure/describe";
import { describeNotDetermined, type NotDetermined } from "./determined/determined";
import { describeLearnt, type LearntRows } from "./learnt-rows";
import type { NewPairs } from "./rules";
import { describeShiftedGroups, type ShiftedGroups } from "./shifted/shifted-groups";
import { describeShiftedPairs, type ShiftedPair } from "./shifted/shifted-pairs";

/** What a column holds in the real rows and not in the synthetic ones. */
export interface Loss {
  readonly column: string;
  readonly what: "all but one value" | "levels" | "missing cells";
  /** The share of the real rows that hold it. */
  readonly share: number;
  /** How many different values are lost. */
  readonly values: number;
}

/** How often each value of a column occurs. */
export interface Occurrences {
  readonly name: string;
  /** Whether its values are levels. */
  readonly levels: boolean;
  readonly values: ReadonlyMap<string | number, number>;
  readonly missing: number;
}

/** What the synthetic rows lack that the real rows have, the greatest share first: levels, variety, missing cells. */
export function lossesOf(real: Table, synthetic: Table): Loss[] {
  const [own, made] = [real, synthetic].map(({ columns }) => columns.map((column) => occurrences(column)));
  return real.rows === 0 || synthetic.rows === 0 ? [] : lossesIn(own, made, real.rows);
}

/** The same by how often each value of each column occurs, in so many real rows. */
export function lossesIn(
  real: readonly Occurrences[],
  synthetic: readonly Occurrences[],
  rows: number,
): Loss[] {
  const out: Loss[] = [];
  for (const own of real) {
    const made = synthetic.find(({ name }) => name === own.name);
    if (!made) continue;
    const add = (what: Loss["what"], of: number, values: number): void => {
      if (of > 0) out.push({ column: own.name, what, share: of / rows, values });
    };
    if (own.missing > 0 && made.missing === 0) add("missing cells", own.missing, 0);
    if (own.values.size > 1 && made.values.size <= 1) {
      const kept = [...made.values.keys()][0];
      const others = [...own.values].reduce((sum, [value, count]) => sum + (value === kept ? 0 : count), 0);
      add("all but one value", others, own.values.size - (own.values.has(kept) ? 1 : 0));
    } else if (own.levels) {
      const lost = [...own.values].filter(([value]) => !made.values.has(value));
      add(
        "levels",
        lost.reduce((sum, [, count]) => sum + count, 0),
        lost.length,
      );
    }
  }
  return out.sort((a, b) => b.share - a.share);
}

/** How often each value of a column occurs; `counts` says how many rows each of its cells stands for, one where left out. */
export function occurrences(column: Column, counts?: ArrayLike<number>): Occurrences {
  const values = new Map<string | number, number>();
  let missing = 0;
  const levels = isCategorical(column);
  const cells: ArrayLike<string | number> = levels ? column.codes : column.values;
  for (let i = 0; i < (counts ?? cells).length; i++) {
    const cell = cells[i];
    const times = counts?.[i] ?? 1;
    const gone = levels ? (cell as number) < 0 : cell === "" || Number.isNaN(cell);
    const value = levels ? column.levels[cell as number] : cell;
    if (gone) missing += times;
    else if (times > 0) values.set(value, (values.get(value) ?? 0) + times);
  }
  return { name: column.name, levels, values, missing };
}

/** What must be read before any figure, by kind: what the synthetic rows lack, and which columns the figures leave out. */
export function lossesTold(found: {
  readonly learntRows?: readonly LearntRows[];
  readonly losses: readonly Loss[];
  readonly newPairs?: readonly NewPairs[];
  readonly notDetermined?: readonly NotDetermined[];
  readonly shiftedGroups?: readonly ShiftedGroups[];
  readonly shiftedPairs?: readonly ShiftedPair[];
  readonly notJudged: readonly string[];
  readonly texts: readonly { readonly column: string }[];
  readonly quality: { readonly shapesByColumn: readonly unknown[] };
}): Told[] {
  const texts = found.texts.map((text) => text.column);
  const all = found.quality.shapesByColumn.length + texts.length;
  const unjudged = `${texts.length} of ${all} columns (${percent(texts.length / all)}) hold identifiers or free text, of which only the form is judged: ${texts.join(", ")}`;
  const pairs = (found.newPairs ?? []).map(
    ({ columns, share, fresh }) =>
      `${columns.join(" and ")}: ${percent(share, 1)} of the synthetic rows have a pair that no real row has; of new real rows it would be about ${percent(fresh, 1)}`,
  );
  const groups = (group: string, reversed: boolean): Told[] =>
    (found.shiftedGroups ?? [])
      .filter((one) => (one.reversed !== undefined) === reversed)
      .map((one) => ({ group, column: one.column, text: describeShiftedGroups(one) }));
  const of = (group: string, texts: readonly string[]): Told[] => texts.map((text) => ({ group, text }));
  return [
    ...of("learnt", (found.learntRows ?? []).map(describeLearnt)),
    ...groups("reversed", true),
    ...found.losses.map((one) => ({ group: "gone", column: one.column, text: lossSentence(one) })),
    ...of("pairs", pairs),
    ...(found.notDetermined ?? []).map((one) => ({
      group: "determined",
      column: one.what,
      text: describeNotDetermined(one),
    })),
    ...of("correlations", describeShiftedPairs(found.shiftedPairs ?? [])),
    ...groups("groups", false),
    ...of("unjudged", texts.length > 0 ? [unjudged] : []),
    ...of("not judged", found.notJudged),
  ];
}

/** The same in sentences alone. */
export function lossSentences(found: Parameters<typeof lossesTold>[0]): string[] {
  return lossesTold(found).map(({ text }) => text);
}

function lossSentence({ column, what, share, values }: Loss): string {
  const rows = `${percent(share, share < 0.1 ? 2 : 1)} of the real rows`;
  if (what === "missing cells") return `${column}: no cell is missing, as in ${rows}`;
  if (what === "all but one value") return `${column}: holds a single value; ${rows} hold another`;
  return `${column}: ${values} ${values === 1 ? "level is" : "levels are"} not there, which ${rows} have`;
}
