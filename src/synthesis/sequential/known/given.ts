import { takeValues } from "../../../core/matrix";
import { type Column, cellText, type Table } from "../../../data/table";
import { type RowRange, stepOf } from "../../drawing/bounds";
import { allows, wordCount } from "../../drawing/masks";
import { bandRange, partRange } from "../../drawing/wishes";
import { dateReader } from "../../structure/dates";
import { isScattered } from "../../structure/discover/bands";
import { datesSaid } from "../../structure/keys/key-ties";
import { gapCauses } from "../../structure/orders/broken-exclusions";
import {
  cellOf,
  type DatePlan,
  missingLabel,
  type NumberPlan,
  repeatsName,
  type Structure,
  type Variable,
} from "../../structure/structure";
import { levelText, numbersOf } from "../../structure/variables";
import type { SequentialParts } from "../parts";
import { isMissing, type Open } from "./cells";

/** What is known of a variable: whole cells, or which codes a partly known combination may have. */
export interface Given {
  readonly known: Uint8Array;
  readonly cells: Int32Array;
  readonly values?: Float64Array;
  /** By row, the codes that go with what is known; absent where all do. */
  readonly allowed: Map<number, Uint8Array>;
  /** Whether what is unknown may be missing. */
  readonly maybeMissing: boolean;
  /** Where it is missing, and one that is not known may say so: 1 where that one is drawn before, 2 where it comes later. */
  readonly told: Uint8Array;
  /** Whether every cell of it is there: of a date without the one that it is a distance from no more is known than that. */
  readonly isThere: (i: number) => boolean;
}

/** What is known of rows but for their cells. */
export interface Beside {
  /** The columns of which every cell is known, the missing ones as missing; all others are drawn. */
  readonly beside?: ReadonlySet<string>;
  /** Missing cells that are known to be so. */
  readonly stays?: Open;
  /** Whether missing cells may be drawn as missing. */
  readonly gaps?: boolean;
}

export function givenOf(
  parts: SequentialParts,
  one: Variable,
  rows: Table,
  { beside, stays = () => false, gaps }: Beside = {},
): Given {
  const meta = parts.variables.find((variable) => variable.name === one.name) as (typeof parts.variables)[0];
  const allowed = new Map<number, Uint8Array>();
  const combination = parts.structure.combinations.find((combination) => combination.name === one.name);
  const of = parts.variables.find((other) => other.repeats && repeatsName(other.name) === one.name);
  const gap = parts.structure.gaps?.find(({ variable }) => variable === one.name);
  const names = combination?.columns ?? [gap?.column ?? of?.name ?? one.name];
  const columns = names.map((name) => rows.columns.find((column) => column.name === name) as Column);
  const isThere = (i: number): boolean => columns.every((column) => !isMissing(column, i));
  const present = (i: number): boolean =>
    beside
      ? names.every((name) => beside.has(name))
      : (gap !== undefined && !gaps) ||
        names.every((name, k) => !isMissing(columns[k], i) || (combination === undefined && stays(name, i)));
  const none = (i: number): boolean => !beside && stays(names[0], i);
  const maybeMissing = beside !== undefined || gaps === true;
  if (one.kind === "number") {
    const cells = Int32Array.from(one.values, (value) => Math.max(0, cellOf(meta, value)));
    // A number drawn whole has no cell for a gap.
    const known = Uint8Array.from(one.values, (value, i) =>
      present(i) && (beside || !Number.isNaN(value) || (meta.missing && none(i))) ? 1 : 0,
    );
    return {
      known,
      cells,
      values: one.values,
      allowed,
      maybeMissing,
      told: new Uint8Array(rows.rows),
      isThere,
    };
  }
  // Whether a gap that nothing says stays one is a hole is not known.
  const perhaps = (i: number): boolean => gap !== undefined && !beside && !isThere(i) && !stays(names[0], i);
  const known = Uint8Array.from(one.codes, (code, i) =>
    (code >= 0 || beside) && present(i) && !perhaps(i) ? 1 : 0,
  );
  for (let i = 0; combination && !beside && i < rows.rows; i++) {
    const gone = names.map((name) => stays(name, i));
    if (known[i] || (columns.every((column) => isMissing(column, i)) && !gone.includes(true))) continue;
    const texts = columns.map((column) => levelText(column, i));
    const fits = (row: readonly (string | null)[]): boolean =>
      row.every((text, k) => (texts[k] === null && !gone[k]) || texts[k] === text);
    const own = Uint8Array.from(combination.allowed, (row) => (fits(row) ? 1 : 0));
    if (own.includes(1)) allowed.set(i, own);
  }
  const cells = one.codes.map((code) => Math.max(code, 0));
  return { known, cells, allowed, maybeMissing, told: new Uint8Array(rows.rows), isThere };
}

/**
 * Marks where a variable that is not known may say that this one is missing: that it is, tells of the other. It may not where what
 * is known keeps this one from being missing, or the other one from whatever says so.
 */
export function tellMissing({ structure, variables }: SequentialParts, givens: readonly Given[]): void {
  const places = new Map(variables.map(({ name }, j) => [name, j]));
  const ruling = (v: number) =>
    structure.exclusions.flatMap((exclusion) => {
      const place = exclusion.columns.indexOf(variables[v].name);
      const k = places.get(exclusion.columns[1 - place]) ?? -1;
      return place < 0 || k < 0 ? [] : [{ exclusion, place, k }];
    });
  const barring = (v: number, label: string) =>
    ruling(v).map(({ exclusion: { never }, place, k }) => {
      const apart = never.filter((pair) => pair[place] === label).map((pair) => pair[1 - place]);
      return { k, cells: apart.map((one) => variables[k].labels.indexOf(one)) };
    });
  const isBarred = (by: ReturnType<typeof barring>, i: number): boolean =>
    by.some(({ k, cells }) => givens[k].known[i] === 1 && cells.includes(givens[k].cells[i]));
  for (const { name, other, label } of gapCauses(structure).causes) {
    const [j, k] = [places.get(name) ?? -1, places.get(other) ?? -1];
    if (j < 0 || k < 0) continue;
    const own = givens[j];
    const [there, by] = [barring(j, missingLabel), barring(k, label)];
    const cell = variables[k].labels.indexOf(label);
    for (let i = 0; i < own.told.length; i++)
      if (
        !own.known[i] &&
        !own.isThere(i) &&
        !givens[k].known[i] &&
        givens[k].allowed.get(i)?.[cell] !== 0 &&
        !isBarred(there, i) &&
        !isBarred(by, i)
      )
        own.told[i] = Math.max(own.told[i], k < j ? 1 : 2);
  }
}

/**
 * Takes out what something known does not follow from, where it follows from this variable. Where it is not known, either, that
 * this one is missing says so.
 */
export function meetLookups(
  { structure, variables }: SequentialParts,
  rows: Table,
  own: Given,
  j: number,
  gapsTell: boolean,
): void {
  const { name, labels } = variables[j];
  const gap = labels.indexOf(missingLabel);
  structure.columns.forEach((plan, c) => {
    if (plan.kind !== "lookup" || plan.of !== name) return;
    const texts = labels.map((_, code) => plan.levels[plan.map[code]] ?? "");
    for (let i = 0; i < own.known.length; i++) {
      if (own.known[i]) continue;
      const text = cellText(rows.columns[c], i);
      const before = own.allowed.get(i);
      const left = Uint8Array.from(texts, (one, code) => (one === text && before?.[code] !== 0 ? 1 : 0));
      if (text !== "" && left.includes(1)) own.allowed.set(i, left);
      if (gapsTell && text === "" && gap >= 0 && texts[gap] !== "") own.told[i] = 2;
    }
  });
}

/** Takes out what never goes with something that is known and drawn later. */
export function meetLater(
  { variables, masks }: SequentialParts,
  givens: readonly Given[],
  own: Given,
  j: number,
): void {
  for (let k = j + 1; k < givens.length; k++) {
    const later = givens[k];
    const words = wordCount(variables[k].labels.length);
    for (const { bits } of masks[k].filter(({ variable }) => variable === j))
      for (let i = 0; i < own.known.length; i++) {
        if (own.known[i] || !later.known[i]) continue;
        const before = own.allowed.get(i) ?? new Uint8Array(variables[j].labels.length).fill(1);
        const left = before.map((fits, cell) =>
          fits === 1 && allows(bits, words, cell, later.cells[i]) ? 1 : 0,
        );
        if (left.includes(1)) own.allowed.set(i, left);
      }
  }
}

/** Numbers and dates that are known, by column, for each candidate; NaN where they are not. */
export function knownNumbers(
  { columns }: Structure,
  rows: Table,
  source: Int32Array,
): ReadonlyMap<string, Float64Array> {
  return new Map(
    columns.flatMap((plan, j): [string, Float64Array][] => {
      if (plan.kind !== "number" && plan.kind !== "date") return [];
      const values = numbersOf(rows.columns[j], plan);
      return [[plan.name, takeValues(values, source)]];
    }),
  );
}

/** Where the bands, parts and identifiers that are known say that their number or date lies, by column, for each candidate. */
export function knownRanges(
  { columns }: Structure,
  rows: Table,
  source: Int32Array,
  gaps?: boolean,
): ReadonlyMap<string, readonly RowRange[]> {
  const found = new Map<string, RowRange[]>();
  const add = (
    of: string,
    ranges: readonly ({ readonly from: number; readonly to: number } | undefined)[],
  ) => {
    const low = Float64Array.from(source, (i) => ranges[i]?.from ?? -Infinity);
    const high = Float64Array.from(source, (i) => ranges[i]?.to ?? Infinity);
    found.set(of, [...(found.get(of) ?? []), { low, high }]);
  };
  columns.forEach((plan, j) => {
    // Of a date that may be missing an identifier tells nothing: none that is drawn without one says which.
    if (plan.kind === "key" && !gaps)
      for (const { of, pattern } of plan.ties ?? []) {
        const dates = columns.find(({ name }) => name === of);
        if (!pattern || dates?.kind !== "date") continue;
        const asked = { of, latest: dates.high };
        add(
          of,
          Array.from({ length: rows.rows }, (_, i) =>
            datesSaid(cellText(rows.columns[j], i), plan.ties ?? [], asked),
          ),
        );
      }
    if (plan.kind !== "bands" && plan.kind !== "part") return;
    // What is no stretch of the number tells no range of it: candidates that are not so are left out.
    if (plan.kind === "bands" && isScattered(plan)) return;
    const column = columns.findIndex(({ name }) => name === plan.of);
    const step = stepOf(columns[column] as NumberPlan | DatePlan);
    const action = `complete ${plan.name}`;
    const ranges = Array.from({ length: rows.rows }, (_, i) => {
      const text = cellText(rows.columns[j], i);
      const asked = { column, missing: false };
      if (plan.kind === "part") {
        const value = plan.format ? dateReader(plan.format)(text) : Number(text || Number.NaN);
        return partRange(plan, { ...asked, values: [value] }, step, action).range;
      }
      const levelAt = (level: string): number => plan.levels.indexOf(level);
      if (levelAt(text) < 0) return undefined;
      const levels = Uint8Array.from(plan.levels, (level) => (level === text ? 1 : 0));
      return bandRange(plan, { ...asked, levels }, levelAt, step, action).range;
    });
    add(plan.of, ranges);
  });
  return found;
}
