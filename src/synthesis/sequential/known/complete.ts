import { check } from "../../../core/checks";
import type { Rng } from "../../../core/rng";
import { type Column, cellText, isCategorical, type Table, takeTableRows } from "../../../data/table";
import { missingRows } from "../../structure/variables";
import type { SequentialParts } from "../parts";
import { copied, isMissing, type Open, put } from "./cells";
import { cellsOfColumns, deduce } from "./deduce";
import { keptBlock, openIn } from "./filled-block";
import { brokenRules, type RuleRows } from "./rules-kept";
import { emptyByRule, filledTogether, type StaysEmpty, staying } from "./stays-empty";
import { gapsBeside, gapsStayFrom } from "./true-gaps";

/** Rows with their missing cells drawn, and what could not be. */
export interface Completed extends Found {
  readonly table: Table;
}

/** What was filled in, and what could not be. */
export interface Found {
  /** By column, in the table's order. */
  readonly columns: readonly {
    readonly name: string;
    readonly missing: number;
    /** How many of these cells were drawn; the others are identifiers, or the model knows nothing but "missing" there. */
    readonly filled: number;
  }[];
  /** Rows whose known cells never go together in the model: what was drawn beside them is hardly more than a guess. */
  readonly unlikely: number;
  /** Rules of the model that cells break which were filled in. */
  readonly broken: readonly RuleRows[];
  /** Rules that the rows' own cells break among themselves: they are left. */
  readonly contradicting: readonly RuleRows[];
  /** Rules that no value of what is missing keeps, beside what is known: it is left out. */
  readonly unsolved: readonly RuleRows[];
  /** Cells that stay empty because a rule says so. */
  readonly empty: readonly Omit<StaysEmpty, "all">[];
  /** By column, cells that stay empty since such rows nearly always are in the model, and cells that were filled in though they may be. */
  readonly gaps: readonly GapsFound[];
  /** Columns, as a rule's words, that were filled in together as nothing but their gaps says that they are missing. */
  readonly together: readonly RuleRows[];
  /** Levels that the model does not know: they stay, and tell nothing of what is missing beside them; and numbers where it knows few. */
  readonly unknown: readonly UnknownLevels[];
}

/** What of a column's missing cells may be no holes, by no rule but the model: it has rows like these without the cell, too. */
export interface GapsFound {
  readonly name: string;
  /** Whether it has one value alone, which its gaps are the other of. */
  readonly flag: boolean;
  /** Cells that stay empty, as they nearly always are in such rows. */
  readonly empty: number;
  /** Cells that were filled in though they may be so, and how many of them would be. */
  readonly filled: number;
  readonly likely: number;
}

/** Cells of a column whose level the model does not know. */
export interface UnknownLevels {
  readonly name: string;
  readonly cells: number;
  /** How many different ones, and the first of them. */
  readonly levels: number;
  readonly first: readonly string[];
  /** Of numbers: what is beside them is drawn by the nearest ones that the model knows. */
  readonly nearest?: boolean;
}

export interface CompleteOptions {
  /** The columns whose missing cells are drawn; defaults to all. */
  readonly columns?: readonly string[];
  /** How many candidates a row is chosen from; defaults to 24. More are nearer to the model where known cells come late. */
  readonly candidates?: number;
}

/** Rows that are drawn at a time, so that their candidates fit into memory. */
const blockRows = 2000;

/** The rows with their missing cells drawn from the model, given all that is known of each row (`Completion`). */
export function completeRows(
  parts: SequentialParts,
  rows: Table,
  rng: Rng,
  options: CompleteOptions = {},
): Completed {
  const completion = new Completion(parts, rng, options);
  const steps = completion.steps(rows);
  let step = steps.next();
  while (!step.done) step = steps.next();
  return { table: step.value, ...completion.found };
}

/**
 * Rows that come part after part, with their missing cells drawn from the model, given all that is known of each row: multiple
 * candidates are drawn column by column, known cells as they are, and one is chosen by how likely it makes them (importance
 * resampling; Rubin, 1987). Cells are draws, not means: their spread is that of the data.
 */
export class Completion {
  private block = 0;
  private rows = 0;
  private readonly levels = new Map<string, Set<string>>();
  private all: Found = {
    columns: [],
    unlikely: 0,
    broken: [],
    contradicting: [],
    unsolved: [],
    empty: [],
    gaps: [],
    together: [],
    unknown: [],
  };

  constructor(
    private readonly parts: SequentialParts,
    private readonly rng: Rng,
    private readonly options: CompleteOptions,
  ) {}

  /** What is to be said of all rows so far. */
  get found(): Found {
    return this.all;
  }

  /** The rows that come next, filled; gives way before each block of them and after. */
  *steps(rows: Table): Generator<undefined, Table> {
    const { parts } = this;
    const { columns = rows.columns.map((column) => column.name), candidates = 24 } = this.options;
    const own = parts.schema.map(({ name }) => {
      const column = rows.columns.find((column) => column.name === name);
      check(column !== undefined, "complete rows", "the table must have the model's column", name);
      return column as Column;
    });
    const known: Table = { rows: rows.rows, columns: own };
    const wanted = own.map(
      ({ name }, j) => columns.includes(name) && parts.structure.columns[j].kind !== "key",
    );
    const isWanted = new Set(own.flatMap(({ name }, j) => (wanted[j] ? [name] : [])));
    const { structure } = parts;
    // What follows from what is known, and what is missing by it, is known before anything is drawn.
    const base = own.map((column, j) => copied(column, parts.schema[j].levels));
    const saidEmpty = (columns: readonly Column[]): Open =>
      staying(emptyByRule(structure, { rows: rows.rows, columns }, openIn(structure, columns), "known"));
    const told = saidEmpty(own);
    deduce(cellsOfColumns(structure, base, rows.rows, told));
    const more = saidEmpty(base);
    const stays: Open = (name, i) => told(name, i) || more(name, i);
    const open = Array.from({ length: rows.rows }, (_, i) => i).filter((i) =>
      base.some((column, j) => wanted[j] && isMissing(column, i) && !stays(column.name, i)),
    );
    const chances = new Map<string, Float64Array>();
    const stayFrom = new Map(structure.columns.map((plan) => [plan.name, gapsStayFrom(plan)]));
    const full = base.map((column) => copied(column));
    yield;
    let unlikely = 0;
    for (let from = 0; from < open.length; from += blockRows) {
      const block = this.block++;
      const places = open.slice(from, from + blockRows);
      const rng = (label: string): Rng => this.rng.fork(`${label} ${block}`);
      const beside = takeTableRows({ ...known, columns: base }, places);
      const saidOf: Open = (name, k) => stays(name, places[k]);
      const gaps = gapsBeside(parts, beside, saidOf, candidates, rng("gaps"));
      for (const [name, own] of gaps) {
        const all = chances.get(name) ?? new Float64Array(rows.rows);
        places.forEach((i, k) => {
          all[i] = own[k];
        });
        chances.set(name, all);
      }
      const empty: Open = (name, k) =>
        saidOf(name, k) || (gaps.get(name)?.[k] ?? 0) >= (stayFrom.get(name) ?? 1);
      const made = keptBlock(parts, beside, empty, candidates, rng);
      unlikely += made.unlikely;
      full.forEach((column, j) => {
        places.forEach((i, k) => {
          if (isMissing(column, i)) put(column, i, made.columns[j], k);
        });
      });
      yield;
    }
    const done = own.map((column, j) => {
      if (!wanted[j]) return column;
      const replaced = copied(column, parts.schema[j].levels);
      for (let i = 0; i < rows.rows; i++) if (isMissing(column, i)) put(replaced, i, full[j], i);
      return replaced;
    });
    const counts = own.map((column, j) => {
      const [before, after] = [column, done[j]].map((one) =>
        missingRows(one).reduce((sum, missing) => sum + missing, 0),
      );
      return { name: column.name, missing: before, filled: before - after };
    });
    const filled: Table = { rows: rows.rows, columns: done };
    const missing = openIn(structure, done);
    const said = emptyByRule(structure, filled, missing);
    const byRule = staying(said, stays);
    const left: Open = (name, i) => isWanted.has(name) && missing(name, i) && !byRule(name, i);
    const wasOpen = openIn(structure, own);
    this.add(rows.rows, {
      columns: counts,
      unlikely,
      ...brokenRules(structure, filled, wasOpen, left),
      empty: said.flatMap(({ all: _, ...one }) => (isWanted.has(one.name) ? [one] : [])),
      gaps: [...chances].flatMap(([name, own]): GapsFound[] => {
        if (!isWanted.has(name)) return [];
        const rest = [...own.keys()].filter((i) => own[i] > 0 && !byRule(name, i));
        const filled = rest.filter((i) => !missing(name, i));
        const likely = filled.reduce((sum, i) => sum + own[i], 0);
        const flag = (stayFrom.get(name) ?? 1) < 0.5;
        return [{ name, flag, empty: rest.length - filled.length, filled: filled.length, likely }];
      }),
      together: filledTogether(structure, rows.rows, (name, i) => wasOpen(name, i) && !missing(name, i)),
      unknown: unknownLevels(parts, own, this.levels),
    });
    return { rows: rows.rows, columns: rows.columns.map((one) => done[own.indexOf(one)] ?? one) };
  }

  /** Adds what was found in so many rows more. */
  private add(rows: number, more: Found): void {
    const { all } = this;
    const after = <Rule extends RuleRows>(before: readonly Rule[], own: readonly Rule[]): readonly Rule[] =>
      joined(
        before,
        own.map((one) => ({ ...one, first: one.first + this.rows })),
        (a, b) => ({ ...a, rows: a.rows + b.rows }),
      );
    this.all = {
      columns: joined(all.columns, more.columns, (a, b) => ({
        ...a,
        missing: a.missing + b.missing,
        filled: a.filled + b.filled,
      })),
      unlikely: all.unlikely + more.unlikely,
      broken: after(all.broken, more.broken),
      contradicting: after(all.contradicting, more.contradicting),
      unsolved: after(all.unsolved, more.unsolved),
      empty: after(all.empty, more.empty),
      gaps: joined(all.gaps, more.gaps, (a, b) => ({
        ...a,
        empty: a.empty + b.empty,
        filled: a.filled + b.filled,
        likely: a.likely + b.likely,
      })),
      together: after(all.together, more.together),
      unknown: joined(all.unknown, more.unknown, (a, b) => ({ ...b, cells: a.cells + b.cells })),
    };
    this.rows += rows;
  }
}

/** Both lists, what is said of the same column and rule as one. */
function joined<One extends { readonly name?: string; readonly rule?: string }>(
  before: readonly One[],
  more: readonly One[],
  sum: (a: One, b: One) => One,
): readonly One[] {
  const same = (a: One, b: One): boolean => a.name === b.name && a.rule === b.rule;
  const found = before.map((one) => {
    const own = more.find((other) => same(one, other));
    return own ? sum(one, own) : one;
  });
  return [...found, ...more.filter((one) => !before.some((other) => same(one, other)))];
}

const mostNamed = 3;

/** By column, cells of levels, or of numbers of few values, that the model does not draw; `seen` are those of earlier rows, and then of these too. */
function unknownLevels(
  { structure }: SequentialParts,
  columns: readonly Column[],
  seen: Map<string, Set<string>>,
): UnknownLevels[] {
  return structure.columns.flatMap((plan, j): UnknownLevels[] => {
    const own = columns[j];
    const nearest = plan.kind === "number" && !plan.formula;
    const known = nearest
      ? plan.values?.map(String)
      : plan.kind === "constant"
        ? [plan.text]
        : "levels" in plan
          ? plan.levels
          : undefined;
    if (!known || ("texts" in plan && plan.texts) || nearest !== (own.type === "numeric")) return [];
    const { name } = plan;
    const strange = seen.get(name) ?? new Set<string>();
    let cells = 0;
    const rows = isCategorical(own) ? own.codes.length : own.values.length;
    for (let i = 0; i < rows; i++) {
      // A number is the same however it is written.
      const text = own.type === "numeric" && !isMissing(own, i) ? String(own.values[i]) : cellText(own, i);
      if (text === "" || known.includes(text)) continue;
      cells++;
      strange.add(text);
    }
    if (cells === 0) return [];
    seen.set(name, strange);
    return [
      {
        name,
        cells,
        levels: strange.size,
        first: [...strange].slice(0, mostNamed),
        ...(nearest && { nearest }),
      },
    ];
  });
}
