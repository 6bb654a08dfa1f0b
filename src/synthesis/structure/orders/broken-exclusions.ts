import { columnNamed, type Table } from "../../../data/table";
import { describeOnly } from "../describe-exclusions";
import { mayMiss } from "../formulas";
import {
  cellLabels,
  cellsOf,
  type Exclusion,
  formulaOf,
  isComputed,
  isFree,
  missingLabel,
  repeatsName,
  type Structure,
  type Variable,
} from "../structure";
import { cellNamesOf, missingRows, reduceTable } from "../variables";

/** A rule in words, what it reads, and the rows that break it. */
export interface Broken {
  readonly rule: string;
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

/** That a variable is missing wherever another one has a cell. */
export interface GapCause {
  readonly name: string;
  readonly other: string;
  readonly label: string;
}

/**
 * What says that a variable is missing: cells of others, and the gaps of those of which something says so in turn, after them. Where
 * variables are but missing `together`, the gap of one is no reason for that of the other.
 */
export function gapCauses(structure: Structure): Record<"causes" | "together", readonly GapCause[]> {
  const all = structure.exclusions.flatMap(({ columns, never }) =>
    [0, 1].flatMap((place) => {
      const [name, other] = [columns[place], columns[1 - place]];
      const labels = onlyMissing({ never }, place, cellNamesOf(structure, name) ?? []);
      return labels.map((label) => ({ name, other, label }));
    }),
  );
  const lookups = structure.columns.flatMap((plan): GapCause[] => {
    if (plan.kind !== "lookup") return [];
    const code = plan.map[(cellNamesOf(structure, plan.of) ?? []).indexOf(missingLabel)] ?? -1;
    const alone = code >= 0 && plan.map.filter((other) => other === code).length === 1;
    return alone ? [{ name: plan.of, other: plan.name, label: plan.levels[code] }] : [];
  });
  const causes = [...all.filter(({ label }) => label !== missingLabel), ...lookups];
  // A number that is there without one of its terms says that this one is missing.
  const terms = structure.columns.flatMap((plan) =>
    isComputed(plan) ? plan.formula.terms.flatMap((term) => (mayMiss(term) ? [term.column] : [])) : [],
  );
  let together = all.filter(({ label }) => label === missingLabel);
  // What has a reason but by the gap of this one is none for it.
  const first = new Set([...terms, ...causes.map(({ name }) => name)]);
  for (const caused = new Set(first); ; ) {
    const says = together.filter(({ other }) => caused.has(other));
    if (says.length === 0) break;
    causes.push(
      ...says.filter(({ name, other }) => !caused.has(name) || (first.has(name) && first.has(other))),
    );
    for (const { name } of says) caused.add(name);
    together = together.filter((one) => !says.includes(one));
  }
  return { causes, together };
}

/** The rows in which a variable of which it is only known whether it is there is so, beside a cell that has it missing. */
function rowsThere(own: LabelledCells, other: LabelledCells, label: string): number[] {
  const cell = other.labels.indexOf(label);
  const rows: number[] = [];
  own.missing?.forEach((gap, i) => {
    if (gap === 0 && other.cells[i] === cell) rows.push(i);
  });
  return rows;
}

/** The rows that have each of the pairs. */
function rowsWith(a: LabelledCells, b: LabelledCells, pairs: Exclusion["never"]): readonly number[][] {
  const width = b.labels.length;
  const rows = pairs.map((): number[] => []);
  const out = new Map(
    pairs.map(([x, y], k) => {
      const [p, q] = [a.labels.indexOf(x), b.labels.indexOf(y)];
      return [p < 0 || q < 0 ? -1 : p * width + q, rows[k]];
    }),
  );
  for (let i = 0; i < a.cells.length; i++)
    if (a.cells[i] >= 0 && b.cells[i] >= 0) out.get(a.cells[i] * width + b.cells[i])?.push(i);
  return rows;
}

/** The rows that have another pair; missing cells and made-up texts go with any. */
function rowsBeside(a: LabelledCells, b: LabelledCells, only: Exclusion["never"]): number[] {
  const width = b.labels.length;
  const places = [a, b].map(({ labels }) => new Map(labels.map((label, cell) => [label, cell])));
  const may = new Set(only.map(([x, y]) => (places[0].get(x) ?? -1) * width + (places[1].get(y) ?? -1)));
  const [freeA, freeB] = [a, b].map(({ labels }) => labels.map(isFree));
  return Array.from({ length: a.cells.length }, (_, i) => i).filter((i) => {
    const [p, q] = [a.cells[i], b.cells[i]];
    return p >= 0 && q >= 0 && !freeA[p] && !freeB[q] && !may.has(p * width + q);
  });
}

/** What the structure says of cells that never meet and these break; without `gaps` a missing cell meets any. */
export function exclusionsBroken(
  structure: Pick<Structure, "exclusions">,
  of: (name: string) => LabelledCells | undefined,
  gaps: boolean,
): Broken[] {
  return structure.exclusions.flatMap((one): Broken[] => {
    const [a, b] = one.columns.map(of);
    if (!a || !b) return [];
    const columns = [...a.columns, ...b.columns];
    const never = one.never.filter((pair) => gaps || !pair.includes(missingLabel));
    const meeting = rowsWith(a, b, never);
    const nevers = never.map((pair, k): Broken => {
      const [x, y] = pair.map((label, at) => cellNamed(one.columns[at], label));
      return { rule: `${x} and ${y} never go together.`, columns, rows: meeting[k] };
    });
    for (const [place, own, other] of [
      [0, a, b],
      [1, b, a],
    ] as const)
      for (const label of own.missing ? onlyMissing(one, place, own.labels) : []) {
        const rule = `${own.columns[0]} is missing where ${cellNamed(one.columns[1 - place], label)}.`;
        nevers.push({ rule, columns, rows: rowsThere(own, other, label) });
      }
    if (!one.only) return nevers;
    const rows = rowsBeside(a, b, one.only);
    // So many rows learnt from had others, and some pair stood in for theirs.
    const known = gaps && rows.length <= (one.rare ?? 0);
    return [
      ...nevers,
      { rule: describeOnly({ columns: one.columns, only: one.only }), columns, rows: known ? [] : rows },
    ];
  });
}

/** A cell in words. */
export function cellNamed(column: string, label: string): string {
  return label === "other" ? `another value of ${column}` : `${column} = ${label.replace(/^= /, "")}`;
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
  return exclusions.flatMap(({ columns, never, only }) => {
    const bare = { columns, never, ...(variables && only && { only }) };
    const broken = exclusionsBroken({ exclusions: [bare] }, of, true);
    return broken.flatMap((one) => (one.rows.length > 0 ? [{ ...one, columns }] : []));
  });
}
