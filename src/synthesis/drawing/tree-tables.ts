import { belowCount, type Tree, type TreeColumn } from "./trees";

/** Small trees with a number at each leaf, read by tables instead of branches: what they add up to. */
export interface TreeTables {
  /** What the trees ask about: cells by equality, values by thresholds. */
  readonly questions: readonly Question[];
  readonly trees: readonly TreeTable[];
}

interface Question {
  readonly variable: number;
  /** The place of each cell among the answers; cells beyond get the last answer, "another cell". */
  readonly cells?: Int32Array;
  /** Ascending: the answer says how many of them lie below the value; NaN lies above all. */
  readonly thresholds?: Float64Array;
  readonly answers: number;
}

interface TreeTable {
  /** The questions it asks, and for each of their answers the leaves that are left, a bit each, from left to right. */
  readonly asked: readonly number[];
  readonly left: readonly Int32Array[];
  /** What each leaf adds. */
  readonly adds: Float64Array;
}

/** Three questions are answered at a time; a tree that asks fewer asks the first one again, whose answer takes nothing off. */
const together = 3;

/** Trees of at most 32 leaves as tables (Lucchese et al., 2015, QuickScorer; here with the splits of a feature joined). */
export function treeTables(trees: readonly Tree[], steps: readonly (readonly number[])[]): TreeTables {
  const questions = questionsOf(trees);
  const place = new Map(
    questions.map((question, q) => [nameOf(question.variable, question.cells !== undefined), q]),
  );
  return { questions, trees: trees.map((tree, t) => tableOf(tree, steps[t], questions, place)) };
}

/** Each row's answers to the questions. */
export function answersOf(
  { questions }: TreeTables,
  columns: readonly TreeColumn[],
  rows: number,
): Uint8Array[] {
  return questions.map(({ variable, cells: places, thresholds = new Float64Array(0), answers }) => {
    const { cells, values = new Float64Array(0) } = columns[variable];
    const out = new Uint8Array(rows);
    if (places)
      for (let i = 0; i < rows; i++) {
        const cell = cells[i];
        out[i] = cell >= 0 && cell < places.length ? places[cell] : answers - 1;
      }
    else for (let i = 0; i < rows; i++) out[i] = belowCount(thresholds, values[i]);
    return out;
  });
}

/** Adds the trees' numbers to rows `from` to `to` − 1 of the sums, tree after tree in turns; `buffer` holds as many rows. */
export function addTrees(
  { trees }: TreeTables,
  answers: readonly Uint8Array[],
  from: number,
  to: number,
  sums: readonly Float64Array[],
  buffer: Int32Array,
): void {
  for (let t = 0; t < trees.length; t++) {
    const { asked, left, adds } = trees[t];
    for (let g = 0; g < asked.length; g += together) {
      const [a, b, c] = [answers[asked[g]], answers[asked[g + 1]], answers[asked[g + 2]]];
      const [leftA, leftB, leftC] = [left[g], left[g + 1], left[g + 2]];
      if (g === 0) for (let i = from; i < to; i++) buffer[i - from] = leftA[a[i]] & leftB[b[i]] & leftC[c[i]];
      else for (let i = from; i < to; i++) buffer[i - from] &= leftA[a[i]] & leftB[b[i]] & leftC[c[i]];
    }
    const own = sums[t % sums.length];
    for (let i = from; i < to; i++) {
      const bits = buffer[i - from];
      own[i] += adds[31 - Math.clz32(bits & -bits)];
    }
  }
}

function questionsOf(trees: readonly Tree[]): readonly Question[] {
  const found = new Map<string, { variable: number; cells: boolean; asked: Set<number> }>();
  for (const { variable, cell, threshold } of trees)
    variable.forEach((own, node) => {
      if (own < 0) return;
      const cells = cell[node] >= 0;
      const name = nameOf(own, cells);
      const one = found.get(name) ?? { variable: own, cells, asked: new Set<number>() };
      one.asked.add(cells ? cell[node] : threshold[node]);
      found.set(name, one);
    });
  // Trees without a split ask what has one answer.
  if (found.size === 0) return [{ variable: 0, thresholds: new Float64Array(0), answers: 1 }];
  return [...found.values()].map(({ variable, cells, asked }) => {
    const sorted = [...asked].sort((a, b) => a - b);
    const answers = sorted.length + 1;
    if (!cells) return { variable, thresholds: Float64Array.from(sorted), answers };
    const places = new Int32Array(sorted[sorted.length - 1] + 1).fill(answers - 1);
    sorted.forEach((own, k) => {
      places[own] = k;
    });
    return { variable, cells: places, answers };
  });
}

function tableOf(
  { variable, cell, threshold, left, right, leaf }: Tree,
  steps: readonly number[],
  questions: readonly Question[],
  place: ReadonlyMap<string, number>,
): TreeTable {
  const adds: number[] = [];
  const tables = new Map<number, Int32Array>();
  const visit = (node: number): number => {
    if (variable[node] < 0) return 1 << (adds.push(steps[leaf[node]]) - 1);
    const below = visit(left[node]);
    const cells = cell[node] >= 0;
    const q = place.get(nameOf(variable[node], cells)) as number;
    const { answers, thresholds, cells: places } = questions[q];
    const table = tables.get(q) ?? new Int32Array(answers).fill(-1);
    tables.set(q, table);
    const last = thresholds?.indexOf(threshold[node]) ?? 0;
    for (let answer = 0; answer < answers; answer++) {
      const goesLeft = places ? answer === places[cell[node]] : answer <= last;
      if (!goesLeft) table[answer] &= ~below;
    }
    return below | visit(right[node]);
  };
  const all = visit(0);
  const asked = [...tables.keys()];
  if (asked.length === 0) tables.set(asked.push(0) - 1, new Int32Array(questions[0].answers).fill(all));
  const masks = asked.map((q) => tables.get(q) as Int32Array);
  while (asked.length % together !== 0) {
    asked.push(asked[0]);
    masks.push(new Int32Array(masks[0].length).fill(-1));
  }
  return { asked, left: masks, adds: Float64Array.from(adds) };
}

function nameOf(variable: number, cells: boolean): string {
  return `${variable} ${cells}`;
}
