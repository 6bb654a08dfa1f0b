import { type Exclusion, missingLabel } from "./structure";

interface Cell {
  readonly column: string;
  readonly label: string;
}

/** How a variable is called, and all its cells. */
export interface CellNames {
  readonly called: string;
  readonly labels: readonly string[];
  /** Whether they are a number's values, in ascending order. */
  readonly ordered?: boolean;
}

/** Of more cells in a row the first few are named. */
const mostNamed = 8;
const leastNamed = 6;

type NamesOf = (variable: string) => CellNames;

/**
 * Structural zeros in few sentences: cells that always appear together are named once, and what follows from that is
 * not repeated.
 */
export function describeExclusions(exclusions: readonly Exclusion[], namesOf: NamesOf): readonly string[] {
  const cells = new Map<string, Cell>();
  const group = new Map<string, string>();
  const root = (id: string): string => (group.get(id) === id ? id : root(group.get(id) as string));
  for (const exclusion of exclusions) {
    for (const place of [0, 1]) {
      for (const pair of exclusion.never) {
        const cell = { column: exclusion.columns[place], label: pair[place] };
        cells.set(key(cell), cell);
        if (!group.has(key(cell))) group.set(key(cell), key(cell));
      }
    }
  }
  for (const exclusion of exclusions)
    for (const [x, y] of together(exclusion, namesOf)) group.set(root(key(y)), root(key(x)));
  const members = new Map<string, Cell[]>();
  for (const [id, cell] of cells) members.set(root(id), [...(members.get(root(id)) ?? []), cell]);
  // Of columns of two cells each, that those go together says no more than that the others do.
  const told = new Set<string>();
  const isSaid = (one: readonly Cell[]): boolean => {
    const others = one.flatMap(({ column, label }) =>
      namesOf(column)
        .labels.filter((other) => other !== label)
        .map((other) => key({ column, label: other })),
    );
    const roots = new Set(others.map((cell) => (group.has(cell) ? root(cell) : "")));
    return roots.size === 1 && told.has([...roots][0]);
  };
  const sentences: string[] = [];
  const plain = (one: readonly Cell[]): number => one.filter(({ label }) => label === "other").length;
  for (const one of [...members.values()].sort((a, b) => plain(a) - plain(b))) {
    if (one.length < 2 || isSaid(one)) continue;
    told.add(root(key(one[0])));
    sentences.push(
      one.every(isMissing)
        ? `${one.map(({ column }) => column).join(", ")} are missing together.`
        : `${one.map((cell) => named(cell, namesOf)).join(", ")} always come together.`,
    );
  }
  return [...sentences, ...remaining(exclusions, root, namesOf)];
}

/** That two columns' levels belong together, and in how many ways. */
export function describeOnly({ columns, only = [] }: Pick<Exclusion, "columns" | "only">): string {
  return `${columns.join(" and ")} go together in ${only.length} pairs, and in no others.`;
}

/** Pairs of cells of which each excludes all that the other one's column offers instead. */
function together(exclusion: Exclusion, namesOf: NamesOf): [Cell, Cell][] {
  const [a, b] = exclusion.columns;
  const labels = exclusion.columns.map((name, place) => {
    const { labels: own } = namesOf(name);
    return own.length > 0 ? own : [...new Set(exclusion.never.map((pair) => pair[place]))];
  });
  const excluded = (x: string, y: string): boolean =>
    exclusion.never.some((pair) => pair[0] === x && pair[1] === y);
  const found: [Cell, Cell][] = [];
  for (const x of labels[0]) {
    for (const y of labels[1]) {
      const others = labels[1].filter((label) => label !== y);
      const rest = labels[0].filter((label) => label !== x);
      if (excluded(x, y) || others.length === 0 || rest.length === 0) continue;
      if (others.every((label) => excluded(x, label)) && rest.every((label) => excluded(label, y))) {
        found.push([
          { column: a, label: x },
          { column: b, label: y },
        ]);
      }
    }
  }
  return found;
}

/** What "always together" does not say already, each fact once per group. */
function remaining(
  exclusions: readonly Exclusion[],
  root: (id: string) => string,
  namesOf: NamesOf,
): string[] {
  const said = new Set<string>();
  const byCell = new Map<string, { cell: Cell; column: string; labels: string[] }>();
  for (const exclusion of exclusions) {
    const [a, b] = exclusion.columns;
    const pairs = together(exclusion, namesOf);
    for (const [x, y] of exclusion.never) {
      const left = { column: a, label: x };
      const right = { column: b, label: y };
      // x without its partner: that is what "together" means.
      if (pairs.some(([p, q]) => p.label === x || q.label === y)) continue;
      const fact = [root(key(left)), root(key(right))].sort().join("\n");
      if (said.has(fact)) continue;
      said.add(fact);
      const id = `${key(left)}\n${b}`;
      const entry = byCell.get(id) ?? { cell: left, column: b, labels: [] };
      entry.labels.push(y);
      byCell.set(id, entry);
    }
  }
  const alike = new Map<string, { cells: Cell[]; column: string; labels: string[] }>();
  for (const { cell, column, labels } of byCell.values()) {
    const id = JSON.stringify([cell.column, column, labels]);
    alike.set(id, { column, labels, cells: [...(alike.get(id)?.cells ?? []), cell] });
  }
  const told = new Map<string, { where: string; names: string[]; rest: string }>();
  for (const { cells, column, labels } of alike.values()) {
    const names = namesOf(column);
    const left = names.labels.filter((label) => !labels.includes(label));
    const gap = [left, labels].some((own) => own.length === 1 && own[0] === missingLabel);
    const where = anyOf(cells, namesOf);
    const rest = whatIsLeft(left, labels, names);
    const id = JSON.stringify([where, rest]);
    const one = told.get(id) ?? { where, names: [], rest };
    one.names.push(gap ? column : names.called);
    told.set(id, one);
  }
  return [...told.values()].map(
    ({ where, names, rest }) =>
      `Where ${where}, ${names.join(", ")} ${names.length > 1 ? "are" : "is"} ${rest}.`,
  );
}

/** What a column is where some of its cells are left out: between ends, one of those that are left, or none of the others. */
function whatIsLeft(left: readonly string[], out: readonly string[], { labels, ordered }: CellNames): string {
  const isValue = (label: string): boolean => label !== missingLabel;
  if (left.length === 1 && isValue(out[0])) return bare(left[0]);
  const [values, rest] = [labels, left].map((own) => own.filter(isValue));
  const [from, to] = [values.indexOf(rest[0]), values.indexOf(rest.at(-1) ?? "")];
  if (ordered && rest.length > 1 && rest.length < values.length && to - from === rest.length - 1) {
    const ends =
      from === 0
        ? `at most ${rest.at(-1)}`
        : to === values.length - 1
          ? `at least ${rest[0]}`
          : `from ${rest[0]} to ${rest.at(-1)}`;
    return out.includes(missingLabel) ? `there and ${ends}` : ends;
  }
  const fewer = left.length <= out.length && !left.includes("other");
  return fewer ? `only ${listed(left)}` : `never ${listed(out)}`;
}

/** The cells in a row, of many the first few. */
function listed(labels: readonly string[]): string {
  if (labels.length <= mostNamed) return labels.map(bare).join(" or ");
  return `one of ${labels.length} such as ${labels.slice(0, leastNamed).map(bare).join(", ")}`;
}

function isMissing({ label }: Cell): boolean {
  return label === missingLabel;
}

/** Cells of one column that say the same: all but the missing one are that it is there. */
function anyOf(cells: readonly Cell[], namesOf: NamesOf): string {
  const [{ column }] = cells;
  const there = namesOf(column).labels.filter((label) => label !== missingLabel);
  const some = there.length < namesOf(column).labels.length;
  if (some && cells.length === there.length && cells.every(({ label }) => label !== missingLabel))
    return `${column} is there`;
  const rest = cells.filter(({ label }) => label !== missingLabel && label !== "other");
  const more = cells.filter((cell) => !rest.includes(cell)).map((cell) => named(cell, namesOf));
  const first =
    rest.length > 0 ? [`${namesOf(column).called} = ${listed(rest.map(({ label }) => label))}`] : [];
  return [...first, ...more].join(" or ");
}

function key(cell: Cell): string {
  return JSON.stringify([cell.column, cell.label]);
}

function named(cell: Cell, namesOf: NamesOf): string {
  if (isMissing(cell)) return `${cell.column} is missing`;
  const { called, labels } = namesOf(cell.column);
  if (cell.label !== "other") return `${called} = ${bare(cell.label)}`;
  const atoms = labels.filter((label) => label.startsWith("= "));
  return atoms.length > 0 ? `${called} is not ${listed(atoms)}` : `${cell.column} is there`;
}

function bare(label: string): string {
  if (label === "other") return "another value";
  if (label === missingLabel) return "missing";
  return label.replace(/^= (.*)/, (_, atom) => String(Number(Number(atom).toPrecision(9))));
}
