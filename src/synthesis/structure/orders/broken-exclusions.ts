import { columnNamed, type Table } from "../../../data/table";
import {
  cellLabels,
  cellsOf,
  type Exclusion,
  formulaOf,
  isFree,
  missingLabel,
  repeatsName,
  type Structure,
  type Variable,
} from "../structure";
import { cellNamesOf, missingRows, reduceTable } from "../variables";

/** The columns, or variables, of which a rule says something that rows break. */
export interface Broken {
  readonly columns: readonly string[];
  readonly rows: readonly number[];
}

/** What a variable's cells are called, each row's cell (−1 where that is not known), and the columns it stands for. */
export interface LabelledCells {
  readonly labels: readonly string[];
  readonly cells: ArrayLike<number>;
  readonly columns: readonly string[];
  readonly at: (i: number) => string | undefined;
  /** 1 where it is missing, if nothing else is known of it. */
  readonly missing?: Uint8Array;
}

/** The cells of variables by name; of a number that is drawn as a distance from others it is only known whether it is there. */
export function labelled(
  structure: Structure,
  variables: readonly Variable[],
  rows: Table,
): (name: string) => LabelledCells | undefined {
  const known = new Map(variables.map((one) => [one.name, { labels: cellLabels(one), cells: cellsOf(one) }]));
  return (name) => {
    const formula = formulaOf(structure.columns.find((plan) => plan.name === name));
    if (formula) {
      const labels = cellNamesOf(structure, name) ?? [];
      const gap = labels.indexOf(missingLabel);
      // A factor of nothing is not known, though the number is there.
      if (formula.rest !== "difference" || gap < 0) return undefined;
      const missing = missingRows(columnNamed(rows, name));
      const cells = Int32Array.from(missing, (own) => (own === 1 ? gap : -1));
      return { labels, cells, columns: [name], at: (i) => labels[cells[i]], missing };
    }
    const own = known.get(name);
    if (!own) return undefined;
    const combination = structure.combinations.find((one) => one.name === name);
    const repeated = structure.columns.find((plan) => repeatsName(plan.name) === name);
    const columns = combination?.columns ?? [repeated?.name ?? name];
    return { ...own, columns, at: (i) => own.labels[own.cells[i]] };
  };
}

/** The cells of the other variable beside which the one at `place` (of these labels) is nothing but missing. */
export function onlyMissing(
  { never }: Pick<Exclusion, "never">,
  place: number,
  labels: readonly string[],
): readonly string[] {
  const present = labels.filter((label) => label !== missingLabel);
  if (present.length === labels.length) return [];
  const pairs = new Set(never.map((pair) => JSON.stringify([pair[place], pair[1 - place]])));
  return [...new Set(never.map((pair) => pair[1 - place]))].filter((label) =>
    present.every((own) => pairs.has(JSON.stringify([own, label]))),
  );
}

/** The rows in which a variable of which it is only known whether it is there is so, beside a cell that has it missing. */
export function rowsThere(own: LabelledCells, other: LabelledCells, label: string): number[] {
  const cell = other.labels.indexOf(label);
  const rows: number[] = [];
  own.missing?.forEach((gap, i) => {
    if (gap === 0 && other.cells[i] === cell) rows.push(i);
  });
  return rows;
}

/** The rows that have one of the pairs. */
export function rowsWith(a: LabelledCells, b: LabelledCells, pairs: Exclusion["never"]): number[] {
  const width = b.labels.length;
  const out = new Set(
    pairs.map(([x, y]) => {
      const [p, q] = [a.labels.indexOf(x), b.labels.indexOf(y)];
      return p < 0 || q < 0 ? -1 : p * width + q;
    }),
  );
  const rows: number[] = [];
  for (let i = 0; i < a.cells.length; i++)
    if (a.cells[i] >= 0 && b.cells[i] >= 0 && out.has(a.cells[i] * width + b.cells[i])) rows.push(i);
  return rows;
}

/** The rows that have another pair; missing cells and made-up texts go with any. */
export function rowsBeside(a: LabelledCells, b: LabelledCells, only: Exclusion["never"]): number[] {
  const width = b.labels.length;
  const places = [a, b].map(({ labels }) => new Map(labels.map((label, cell) => [label, cell])));
  const may = new Set(only.map(([x, y]) => (places[0].get(x) ?? -1) * width + (places[1].get(y) ?? -1)));
  const [freeA, freeB] = [a, b].map(({ labels }) => labels.map(isFree));
  return Array.from({ length: a.cells.length }, (_, i) => i).filter((i) => {
    const [p, q] = [a.cells[i], b.cells[i]];
    return p >= 0 && q >= 0 && !freeA[p] && !freeB[q] && !may.has(p * width + q);
  });
}

/**
 * The rows whose cells never meet by the rules: what leaves one variable nothing that goes with two others is drawn all the same, and
 * what is computed is so from what the others are in the end. `variables` are those of the rows, where they are known.
 */
export function brokenExclusions(
  structure: Structure,
  rows: Table,
  variables?: readonly Variable[],
): readonly Broken[] {
  const { exclusions, combinations } = structure;
  if (exclusions.length === 0) return [];
  const names = new Set(exclusions.flatMap(({ columns }) => columns));
  const plans = structure.columns.filter((plan) => names.has(plan.name) && !formulaOf(plan));
  const named = combinations.filter(({ name }) => names.has(name));
  const own = { ...structure, columns: plans, combinations: named, gaps: [], holes: [] };
  const of = labelled(structure, variables ?? reduceTable(own, rows, "none"), rows);
  return exclusions.flatMap((one): Broken[] => {
    const sides = one.columns.map(of);
    const [a, b] = sides;
    if (!a || !b) return [];
    const there = [a, b].flatMap((side, place) =>
      side.missing
        ? onlyMissing(one, place, side.labels).flatMap((label) =>
            rowsThere(side, sides[1 - place] as LabelledCells, label),
          )
        : [],
    );
    const beside = variables && one.only ? rowsBeside(a, b, one.only) : [];
    return [{ columns: one.columns, rows: [...rowsWith(a, b, one.never), ...there, ...beside] }];
  });
}
