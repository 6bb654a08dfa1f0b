import { check, checkInteger } from "../../core/checks";
import type { ModelJson } from "../../core/model";
import { permutation, type Rng, seeded } from "../../core/rng";
import { asTable } from "../../data/polars";
import type { ColumnSchema } from "../../data/schema";
import { type Column, cellText, columnNamed, isCategorical, type Table } from "../../data/table";
import { resolveWhere, satisfies, type Where } from "../conditions";
import {
  loadSequential,
  type Sequential,
  type SequentialOptions,
  sequential,
} from "../sequential/sequential";
import { discoverStructure, usualMinCount } from "../structure/discover/discover";
import { brokenRows } from "../structure/orders/broken";
import { countPeople } from "../structure/people";
import { keysOf } from "../structure/restore";
import { tieKeys } from "../structure/variables";
import { type FitSynthesiser, partsFrom, type SampleOptions, type Synthesiser } from "../synthesiser";
import { emptyColumn, mostMended, withRedrawn } from "./draw-children";
import { keysOf as cellsOf } from "./families";
import { alikeWithin } from "./units";

export interface CrossedOptions extends SequentialOptions {
  /** Columns that together name a row, as a firm and a year. */
  readonly key: readonly string[];
}

/** A model of rows that several columns name together: what these name is as it was, each once, and all else is drawn. */
export interface Crossed extends Synthesiser {
  readonly kind: "crossed";
  readonly key: readonly string[];
  readonly names: readonly string[];
  /** How many rows there are to be named; of more each name stands several times. */
  readonly most: number;
  /** How many of them meet conditions. Throws where these are of what is drawn, and where none does. */
  readonly named: (where?: Where) => number;
  readonly model: Sequential;
}

/** The table with the numbers of a column as levels: those of firms are names. */
export function withLevels(from: Table, name: string): Table {
  const one = columnNamed(from, name);
  if (one.type !== "numeric") return from;
  const cells = Array.from({ length: from.rows }, (_, i) => cellText(one, i));
  const levels = [...new Set(cells)].filter((cell) => cell !== "");
  const places = new Map(levels.map((level, code) => [level, code]));
  const codes = Int32Array.from(cells, (cell) => places.get(cell) ?? -1);
  const named: Column = { name, type: "categorical", levels, codes };
  return { rows: from.rows, columns: from.columns.map((column) => (column === one ? named : column)) };
}

/** The columns that are as the names of rows have them: these, and what all rows of a firm, or of a year, have alike, of as many as may be told. */
export function namedBy(from: Table, key: readonly string[], least = usualMinCount): readonly string[] {
  const told = key.flatMap((name) => {
    const rows = new Map<string, number>();
    for (const cell of cellsOf(from, name)) rows.set(cell, (rows.get(cell) ?? 0) + 1);
    return [...rows.values()].some((own) => own < least) ? [] : alikeWithin(from, name);
  });
  const there = told.filter((column) => {
    const cells = Array.from({ length: from.rows }, (_, i) => cellText(column, i));
    const drawn = column.type !== "id" && column.type !== "text";
    return drawn && !cells.includes("") && cells.some((cell) => cell !== cells[0]);
  });
  return [...new Set([...key, ...there.map(({ name }) => name)])];
}

/**
 * Learns a table whose rows several columns name together (each firm once a year): by `sequential`, given these, the first as
 * levels, and what these say (`namedBy`). Throws where two rows have the same, where a row lacks one, and where a level of them has
 * fewer rows than may be told.
 */
export function crossed({ key, ...options }: CrossedOptions): FitSynthesiser<Crossed> {
  return async (rows, rng, watch) => {
    const from = withLevels(asTable(rows), key[0]);
    const action = `learn rows named by ${key.join(" and ")}`;
    const { minCount: least = usualMinCount } = options;
    const seen = new Map<string, number>();
    for (let i = 0; i < from.rows; i++) {
      const cells = key.map((name) => cellText(columnNamed(from, name), i));
      check(!cells.includes(""), action, "each row must have all of them", `none in row ${i + 1}`);
      const before = seen.get(cells.join("\n"));
      const rule = "no two rows may have the same";
      check(
        before === undefined,
        action,
        rule,
        `${cells.join(" and ")} in rows ${(before ?? 0) + 1} and ${i + 1}`,
      );
      seen.set(cells.join("\n"), i);
    }
    const names = namedBy(from, key, least);
    const found = { customer: false as const, ...options, keep: names };
    const structure = options.structure ?? discoverStructure(from, rng.fork("structure"), found);
    const given = { ...options, structure, customer: false as const, given: names, acceptBroken: true };
    const model = await sequential(given)(from, rng, watch);
    const cells = names.map((name) => {
      const one = columnNamed(from, name);
      const schema = model.columns.find(({ name }) => name === one.name) as ColumnSchema;
      if (one.type === "numeric") return Array.from(one.values);
      if (!isCategorical(one)) return [...one.values];
      const codes = Array.from(one.codes, (code) => (schema.levels ?? []).indexOf(one.levels[code]));
      const rows = countPeople(one.codes, undefined);
      const rare = codes.findIndex((code, i) => code < 0 || Number(rows.get(one.codes[i])) < least);
      const rule = `each level must have ${least} rows and more (--key ${one.name} makes up others)`;
      check(rare < 0, action, rule, `${one.name} = ${cellText(one, Math.max(0, rare))}`);
      return codes;
    });
    return crossedOf({ key, names, cells, model });
  };
}

interface Parts {
  readonly key: readonly string[];
  /** The columns that are as the rows' names have them: the key first. */
  readonly names: readonly string[];
  /** What names the rows, a list for each of the columns: codes of levels, numbers, or texts. */
  readonly cells: readonly (readonly (number | string)[])[];
  readonly model: Sequential;
}

/** The model that `toJSON` wrote. Throws when the JSON is of another kind or version, or names no rows. */
export function loadCrossed(json: ModelJson): Crossed {
  const action = "load crossed";
  const { key, names, cells, ...raw } = partsFrom<Parts & { readonly model: ModelJson }>(json, "crossed");
  const model = loadSequential(Object(raw.model));
  const there = Array.isArray(names) && names.every((name) => model.columns.some((one) => one.name === name));
  const first = there && Array.isArray(key) && key.length > 0 && key.every((name, k) => names[k] === name);
  check(first, action, "its key must be columns of the model", key);
  const rows = Array.isArray(cells) && Array.isArray(cells[0]) ? cells[0].length : 0;
  const whole =
    cells.length === names.length &&
    cells.every((own, k) => {
      const { levels, type } = model.columns.find(({ name }) => name === names[k]) as ColumnSchema;
      const fits = (cell: unknown): boolean =>
        levels
          ? levels[Number(cell)] !== undefined
          : type === "numeric"
            ? Number.isFinite(cell)
            : typeof cell === "string";
      return Array.isArray(own) && own.length === rows && own.every(fits);
    });
  check(rows > 0 && whole, action, "it must have a cell of each column of its key for every row", rows);
  return crossedOf({ key, names, cells, model });
}

function crossedOf({ key, names, cells, model }: Parts): Crossed {
  const { columns, structure } = model;
  const most = cells[0].length;
  const schemas = names.map((name) => columns.find((one) => one.name === name) as ColumnSchema);
  const given = new Set(names);
  // The same order in all blocks.
  const order = permutation(seeded(0).fork(key.join("\n")), most);
  const placesWhere = (where?: Where): Int32Array => {
    const conditions = resolveWhere(where, columns);
    const own = conditions.map((one) => ({ one, k: names.indexOf(columns[one.column].name) }));
    for (const { one, k } of own) {
      const { name, type } = columns[one.column];
      const rule = `where must name ${names.join(" or ")}, and no dates: all else is drawn by them`;
      check(k >= 0 && type !== "date", "sample", rule, name);
    }
    const places = order.filter((i) => own.every(({ one, k }) => satisfies(one, Number(cells[k][i]))));
    check(places.length > 0, "sample", "some row must meet all conditions", "none");
    return places;
  };
  const draw = (places: readonly number[], rng: Rng): Table => {
    const rows = places.length;
    const named = schemas.map((schema, k) => withCells(emptyColumn(schema, rows), cells[k], places));
    const own = (one: Column): Column => named.find(({ name }) => name === one.name) ?? one;
    const bare = { rows, columns: columns.map((schema) => own(emptyColumn(schema, rows))) };
    const made = model.drawBeside(bare, given, rng);
    // Drawing keeps numbers within the ends that may be told.
    return { rows, columns: made.columns.map(own) };
  };
  return {
    kind: "crossed",
    key,
    names,
    most,
    named: (where) => placesWhere(where).length,
    model,
    columns,
    sample: (n, rng, options: SampleOptions = {}) => {
      checkInteger(n, 0, Number.MAX_SAFE_INTEGER, "sample", "rows");
      const { firstRow = 0 } = options;
      const free = placesWhere(options.where);
      const turns = Array.from({ length: n }, (_, i) => {
        const at = firstRow + i;
        return { round: Math.floor(at / free.length), place: free[at % free.length] };
      });
      const places = turns.sort((a, b) => a.round - b.round || a.place - b.place).map(({ place }) => place);
      let made = draw(places, rng);
      for (let k = 0; k < mostMended; k++) {
        const broken = brokenRows(structure, made);
        if (broken.length === 0) break;
        const again = draw(
          broken.map((row) => places[row]),
          rng.fork(`again ${k}`),
        );
        made = withRedrawn(made, again, broken, given);
      }
      const named = structure.columns.flatMap((plan) =>
        plan.kind === "key" ? [{ plan, values: keysOf(plan, firstRow, n, rng.fork(plan.name)) }] : [],
      );
      const columnsMade = made.columns.map((one): Column => {
        const own = named.find(({ plan }) => plan.name === one.name);
        return own && "values" in one && one.type !== "numeric" ? { ...one, values: own.values } : one;
      });
      return tieKeys(structure, { rows: n, columns: columnsMade });
    },
    toJSON: () => ({ kind: "crossed", version: 1, key, names, cells, model: model.toJSON() }),
  };
}

/** An empty column with the cells at the places. */
function withCells(one: Column, cells: readonly (number | string)[], places: readonly number[]): Column {
  const own = places.map((place) => cells[place]);
  if (one.type === "numeric") return { ...one, values: Float64Array.from(own, Number) };
  if (isCategorical(one)) return { ...one, codes: Int32Array.from(own, Number) };
  return { ...one, values: own.map(String) };
}
