import { check } from "../../../core/checks";
import { type CategoricalColumn, columnNamed, isCategorical, type Table } from "../../../data/table";
import { argumentsOf } from "../formulas";
import { countPeople, type People, personsIn } from "../people";
import {
  type ColumnPlan,
  type Combination,
  formulaOf,
  type LevelsPlan,
  type LookupPlan,
  missingLabel,
  noneLabel,
} from "../structure";
import { levelText } from "../variables";
import { unlikely } from "./exclusions";

/** The combinations of the named level columns that the table holds. */
export function findCombination(from: Table, names: readonly string[]): Combination {
  check(
    names.length >= 2,
    "discover structure",
    "a combination must have at least two columns",
    names.length,
  );
  const columns = names.map((name) => {
    const column = columnNamed(from, name);
    check(isCategorical(column), "discover structure", "a combination can only hold columns of levels", name);
    return column;
  });
  const seen = new Map<string, readonly (string | null)[]>();
  for (let i = 0; i < from.rows; i++) {
    const texts = columns.map((column) => levelText(column, i));
    seen.set(JSON.stringify(texts), texts);
  }
  const allowed = [...seen].sort((a, b) => (a[0] < b[0] ? -1 : 1)).map(([, texts]) => texts);
  return { name: names.join(" + "), columns: names, allowed };
}

/** The columns of a combination, as lookups of it. */
export function combinationLookups(combination: Combination): LookupPlan[] {
  return combination.columns.map((name, k): LookupPlan => {
    const levels = [...new Set(combination.allowed.map((texts) => texts[k]))].filter(
      (text): text is string => text !== null,
    );
    const map = combination.allowed.map((texts) => levels.indexOf(texts[k] as string));
    return { kind: "lookup", name, levels, of: combination.name, map };
  });
}

/** A column of yes and no, and the rows that say yes. */
interface Dummy {
  readonly name: string;
  readonly words: readonly string[];
  readonly rows: readonly number[];
  /** How many people these are. */
  readonly people: number;
  /** Whether it is drawn, and nothing but what follows from it is read off it. */
  readonly drawn: boolean;
}

/**
 * Three columns and more of yes and no of which no two say yes in a row, as a question's answers written a column each, each with what
 * follows from it. That one of them says yes in all rows (but fewer than are told) shows that they are one question's; where it is not so,
 * each must keep from others than the commonest by more than chance, too (Bonferroni, one per cent). Of columns that are missing
 * together. Those of `keep`, and what is computed, show it, but stay what they are.
 */
export function findBlocks(
  plans: readonly ColumnPlan[],
  from: Table,
  keep: readonly string[],
  { least, people }: { readonly least: number; readonly people: People | undefined },
): readonly Combination[] {
  const read = new Set([...keep, ...plans.flatMap(readBy)]);
  const byGaps = new Map<string, Dummy[]>();
  for (const plan of plans) {
    const column = columnNamed(from, plan.name);
    if (column.type !== "boolean" || plan.kind === "constant") continue;
    const rows = rowsWith(column, 1);
    const yes = personsIn(rows, people?.of);
    const drawn = plan.kind === "levels" && !plan.texts && !read.has(plan.name);
    const own = { name: plan.name, words: column.levels, rows, people: yes, drawn };
    const gaps = rowsWith(column, -1).join();
    byGaps.set(gaps, [...(byGaps.get(gaps) ?? []), own]);
  }
  return [...byGaps].flatMap(([gaps, dummies]) => {
    const empty = gaps === "" ? [] : gaps.split(",").map(Number);
    return blocksAmong(dummies, from.rows - empty.length, least).flatMap((all) => {
      const block = all.filter(({ drawn }) => drawn);
      if (block.length < 2) return [];
      const codes = new Int32Array(from.rows).fill(block.length);
      for (const [code, { rows }] of block.entries()) for (const i of rows) codes[i] = code;
      for (const i of empty) codes[i] = block.length + 1;
      const counts = countPeople(codes, people);
      const told = [...Array(block.length + 2).keys()].filter((code) => (counts.get(code) ?? 0) >= least);
      return [combinationOf(block, told, plans)];
    });
  });
}

/** What other columns are computed from, where that must be drawn by itself. */
function readBy(plan: ColumnPlan): readonly string[] {
  if (plan.kind === "lookup") return plan.rare ? [plan.of] : [];
  const formula = formulaOf(plan);
  const by = plan.kind === "number" ? plan.grids : plan.kind === "date" ? plan.hours?.by : undefined;
  const places = plan.kind === "date" ? (plan.places ?? []).map(({ where }) => where) : [];
  const told = [by, ...places].flatMap((one) => (one ? [one.column] : []));
  return [...(formula ? argumentsOf(formula) : []), ...told];
}

function rowsWith({ codes }: CategoricalColumn, code: number): readonly number[] {
  return [...codes.keys()].filter((i) => codes[i] === code);
}

/** The blocks among columns of so many rows, in the columns' order; each column is in one at most. */
function blocksAmong(dummies: readonly Dummy[], rows: number, least: number): readonly (readonly Dummy[])[] {
  const open = [...dummies].sort((a, b) => b.rows.length - a.rows.length);
  const needed = Math.log(100 * open.length ** 2);
  const said = new Map(open.map((one) => [one, new Uint8Array(1 + (one.rows.at(-1) ?? -1))]));
  for (const [one, own] of said) for (const i of one.rows) own[i] = 1;
  const apart = (one: Dummy, other: Dummy): boolean => !other.rows.some((i) => said.get(one)?.[i] === 1);
  const count = (some: readonly Dummy[]): number => some.reduce((sum, one) => sum + one.rows.length, 0);
  const found: (readonly Dummy[])[] = [];
  const grown = (seed: Dummy, from: number): readonly Dummy[] => {
    const block = [seed];
    for (const one of open) {
      const beside = block.slice(Math.min(from, block.length - 1));
      if (one.rows.length > seed.rows.length || block.includes(one)) continue;
      if (unlikely(one.people, count(beside) / rows) < needed) continue;
      if (block.every((other) => apart(other, one))) block.push(one);
    }
    return block;
  };
  for (const covers of [true, false])
    for (const seed of [...open]) {
      if (!open.includes(seed)) continue;
      const block = grown(seed, covers ? 0 : 1);
      if (block.length < 3 || (covers && rows - count(block) >= Math.max(least, 1))) continue;
      found.push(dummies.filter((one) => block.includes(one)));
      for (const one of block) open.splice(open.indexOf(one), 1);
    }
  return found;
}

/** A block as levels, of which those of `told` appear: its columns', that none says yes, that all are missing. */
function combinationOf(
  block: readonly Dummy[],
  told: readonly number[],
  plans: readonly ColumnPlan[],
): Combination {
  const names = block.map(({ name }) => name);
  const following = plans.filter(
    (plan): plan is LookupPlan => plan.kind === "lookup" && names.includes(plan.of),
  );
  const allowed = told.map((code) => {
    const texts = block.map(({ words }, k) => (code > block.length ? null : words[k === code ? 1 : 0]));
    const others = following.map(({ of, levels, map }) => {
      const root = plans.find(({ name }) => name === of) as LevelsPlan;
      const text = texts[names.indexOf(of)];
      return levels[map[text === null ? root.levels.length : root.levels.indexOf(text)]] ?? null;
    });
    return [...texts, ...others];
  });
  return {
    name: `${names[0]} … ${names[names.length - 1]}`,
    columns: [...names, ...following.map(({ name }) => name)],
    allowed,
    labels: told.map((code) => names[code] ?? (code === names.length ? noneLabel : missingLabel)),
  };
}
