import { check, checkInteger } from "../../core/checks";
import type { ModelJson } from "../../core/model";
import { seeded } from "../../core/rng";
import { joinTables } from "../../data/join-tables";
import { asTable } from "../../data/polars";
import { type ColumnSchema, schemaOf } from "../../data/schema";
import {
  type Column,
  cellText,
  columnNamed,
  dropColumns,
  isCategorical,
  type Table,
  takeTableRows,
} from "../../data/table";
import { resolveWhere } from "../conditions";
import { usualMinCount } from "../structure/discover/discover";
import { keyCount } from "../structure/keys/fresh-keys";
import { type FitSynthesiser, partsFrom, type SampleOptions, type Synthesiser } from "../synthesiser";
import { countName } from "./child-table";
import { keysOf } from "./families";
import {
  loadRelational,
  type RelatedTables,
  type Relational,
  type RelationalOptions,
  relational,
} from "./relational";

/** More units than the rows should need are drawn at a time, since some have few. */
const spare = 1.1;

/** Fewer teach nothing, as a half is left out: so many times those that must share what is told. */
export const fewestUnits = 6;

/** A model of rows that belong to units, as the years of a firm: whole units are made. */
export interface Units extends Synthesiser {
  readonly kind: "units";
  /** The column that names them. */
  readonly unit: string;
  /** Units as parents, with what all rows of one have alike, and their rows as children. */
  readonly model: Relational;
  /** Rows for which units surely have names of their own. */
  readonly most: number;
}

/** The table with the names of its units as texts: those of units made are made up. Throws where a row is of none. */
export function withUnits(from: Table, key: string): Table {
  const unit = columnNamed(from, key);
  const values = Array.from({ length: from.rows }, (_, i) => cellText(unit, i));
  const nameless = values.indexOf("");
  check(nameless < 0, "learn whole units", `each row must have a ${key}`, `none in row ${nameless + 1}`);
  return {
    rows: from.rows,
    columns: from.columns.map((one): Column => (one === unit ? { name: key, type: "id", values } : one)),
  };
}

/** The place of the first row of each row's unit. */
function firstsOf(from: Table, key: string): number[] {
  const firsts = new Map<string, number>();
  return keysOf(from, key).map((name, i) => {
    const first = firsts.get(name) ?? i;
    firsts.set(name, first);
    return first;
  });
}

/** The other columns that all rows of a unit have alike. */
export function alikeWithin(from: Table, key: string): readonly Column[] {
  const firsts = firstsOf(from, key);
  return from.columns.filter(
    (column) =>
      column.name !== key && firsts.every((first, i) => cellText(column, first) === cellText(column, i)),
  );
}

/** A table of units, with what is the same in all rows of one, and their rows in order with all else. */
export function unitsIn(from: Table, key: string): RelatedTables {
  const firsts = firstsOf(from, key);
  const alike = alikeWithin(from, key).map(({ name }) => name);
  const own = [key, ...alike];
  const above = dropColumns(
    from,
    from.columns.flatMap(({ name }) => (own.includes(name) ? [] : [name])),
  );
  return {
    parents: takeTableRows(above, [...new Set(firsts)]),
    children: dropColumns(from, alike),
  };
}

/**
 * Learns a table whose rows belong to the units that a column names, as years to firms: as two tables, by `relational`, that are
 * one again when made.
 */
export function units(options: RelationalOptions): FitSynthesiser<Units> {
  return async (from, rng, watch = {}) => {
    const { key } = options;
    const named = withUnits(asTable(from), key);
    const tables = unitsIn(named, key);
    const [count, fewest] = [tables.parents.rows, fewestUnits * (options.minCount ?? usualMinCount)];
    check(count >= fewest, "learn whole units", `there must be ${fewest} of them (leave out the key)`, count);
    const model = await relational(options)(tables, rng, watch);
    const { parents, children } = model.sampleBoth(0, seeded(0));
    const made = [...parents.columns, ...children.columns];
    // Levels that few units have are none of the model's.
    const columns = schemaOf(named).columns.map((one): ColumnSchema => {
      const own = made.find(({ name }) => name === one.name);
      return own && isCategorical(own) ? { ...one, levels: own.levels } : one;
    });
    return unitsOf({ model, key, columns, each: named.rows / count });
  };
}

/** The model that `toJSON` wrote. Throws when the JSON is of another kind or version, or its columns are not those of its tables. */
export function loadUnits(json: ModelJson): Units {
  const action = "load units";
  const raw = partsFrom<Parts & { readonly model: ModelJson }>(json, "units");
  const model = loadRelational(Object(raw.model));
  check(raw.each >= 1, action, "units must have a row and more on average", raw.each);
  const { parents, children } = model.sampleBoth(0, seeded(0));
  const there = [...parents.columns, ...children.columns].map(({ name }) => name);
  const listed = Array.isArray(raw.columns) ? raw.columns.map((one) => one?.name) : [];
  check(
    [...new Set(there)].sort().join("\n") === [...listed].sort().join("\n"),
    action,
    `its columns must be those of units and their rows (${there.join(", ")})`,
    listed.join(", "),
  );
  return unitsOf({ ...raw, model });
}

interface Parts {
  readonly model: Relational;
  readonly key: string;
  readonly columns: readonly ColumnSchema[];
  /** Rows of a unit on average. */
  readonly each: number;
}

function unitsOf({ model, key, columns, each }: Parts): Units {
  const planOf = (wanted: string) => model.structures[0].columns.find(({ name }) => name === wanted);
  const [own, counts] = [planOf(key), planOf(countName)];
  const free = own?.kind === "key" ? keyCount(own.keys) : Infinity;
  const same = counts?.kind === "constant" ? Math.max(1, Number(counts.text)) : 1;
  return {
    kind: "units",
    unit: key,
    model,
    // Some have fewer rows than others.
    most: Math.floor((free / 2) * each),
    columns,
    sample: (n, rng, options: SampleOptions = {}) => {
      checkInteger(n, 0, Number.MAX_SAFE_INTEGER, "sample", "rows");
      const { firstRow = 0, block, where } = options;
      const alike = model.columns.map(({ name }) => name);
      for (const { column } of resolveWhere(where, columns)) {
        const { name } = columns[column];
        const rule = `where must name columns that all rows of a ${key} have alike (${alike.join(", ")})`;
        check(alike.includes(name), "sample whole units", rule, name);
      }
      const made: Table[] = [];
      // Parts that are made apart have units apart: where all have as many rows, so many fewer, and two for those that are cut short.
      const fewer = block !== undefined && same > 1;
      const firstUnit = fewer ? Math.floor((spare * firstRow) / same) + 2 * block : firstRow;
      let [rows, unit] = [0, firstUnit];
      do {
        const count = n === 0 ? 0 : Math.ceil((spare * (n - rows)) / each);
        const both = model.sampleBoth(count, rng.fork(`units from ${unit - firstUnit}`), {
          firstRow: unit,
          firstChild: firstRow + rows,
          ...(where && { where }),
        });
        made.push(asOne(both, key, columns));
        rows += both.children.rows;
        unit += count;
      } while (rows < n);
      const most = (spare * n) / same + 1;
      check(
        !fewer || unit - firstUnit <= most,
        "sample whole units",
        `units must have ${same} rows each`,
        rows,
      );
      return takeTableRows(
        joinTables(made),
        Array.from({ length: n }, (_, i) => i),
      );
    },
    toJSON: () => ({ kind: "units", version: 1, key, columns, each, model: model.toJSON() }),
  };
}

/** Both tables as the one that they were. */
function asOne({ parents, children }: RelatedTables, key: string, columns: readonly ColumnSchema[]): Table {
  const places = new Map(keysOf(parents, key).map((name, p) => [name, p]));
  const whose = keysOf(children, key).map((name) => places.get(name) as number);
  const own = [...children.columns, ...takeTableRows(dropColumns(parents, [key]), whose).columns];
  return {
    rows: children.rows,
    columns: columns.map(({ name }) => columnNamed({ rows: children.rows, columns: own }, name)),
  };
}
