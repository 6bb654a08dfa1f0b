import { check, checkInteger } from "../../core/checks";
import type { ModelJson } from "../../core/model";
import type { Rng } from "../../core/rng";
import type { ColumnSchema } from "../../data/schema";
import { type Column, isCategorical, type Table, table } from "../../data/table";
import { type ColumnCondition, resolveWhere, satisfies } from "../conditions";
import { type Redrawing, redrawn } from "../drawing/redraw";
import { dateWriter } from "../structure/dates";
import { freshKeys, keyCount } from "../structure/keys/fresh-keys";
import type { KeyPlan } from "../structure/keys/key-plan";
import { partsFrom, type SampleOptions, type Synthesiser } from "../synthesiser";
import type { Privacy } from "./budget";
import type { ColumnDomain } from "./domain/domain";
import { checkLeft, kindsBy, withoutKeys } from "./domain/level-rules";
import type { Rule } from "./domain/parse-rule";
import { isComputing, numbersIn, type Said, saidOf, withComputed } from "./domain/rules";
import { drawTree } from "./draw-tree";
import type { CliqueChances } from "./graphical-model";
import { groupCount, type PrivateVariable } from "./variable";

/** A synthesiser that tells next to nothing about any single row, provably. */
export interface PrivateSynthesiser extends Synthesiser {
  readonly privacy: Privacy;
  /** The columns that were counted together. */
  readonly links: readonly (readonly string[])[];
  /** Columns that come out empty: texts, and columns of which nothing stands out of the noise. */
  readonly empty: readonly string[];
}

/** Private by a tree of pairs; those with the target are its first links. */
export interface Mst extends PrivateSynthesiser {
  readonly kind: "mst";
}

/** The same where what is counted was chosen by AIM. */
export interface Aim extends PrivateSynthesiser {
  readonly kind: "aim";
}

/** What private models are made of, but for how columns depend on each other. */
export interface PrivateColumnParts {
  readonly variables: readonly PrivateVariable[];
  readonly schema: readonly ColumnSchema[];
  /** How identifiers are written, by column. */
  readonly keys: readonly (readonly [name: string, plan: KeyPlan])[];
  readonly privacy: Privacy;
  /** What is kept between columns, and all columns in order: the schema is without what rules compute exactly. */
  readonly rules?: readonly Rule[];
  readonly names?: readonly string[];
}

/** All that a model is. */
export interface PrivateParts extends PrivateColumnParts {
  /** The number of groups of each variable. */
  readonly sizes: readonly number[];
  readonly cliques: readonly CliqueChances[];
  /** The sets of variables that were counted together, in their order. */
  readonly sets: readonly (readonly number[])[];
}

/** How models were written before: each variable's chances given its parent (−1 for none) and the target, which came first. */
interface Branches extends PrivateColumnParts {
  readonly branches: readonly {
    readonly variable: number;
    readonly parent: number;
    readonly chances: Float64Array;
  }[];
  readonly target: number;
}

/** What files of each kind of model are written as. */
const versions = { mst: 3, aim: 1 } as const;

/** The model that `toJSON` wrote. Throws when the JSON is of another kind or version. */
export function loadMst(json: ModelJson): Mst {
  if (json.version !== 2) return load(json, "mst");
  const { branches, target, ...parts } = partsFrom<Branches>(json, "mst", 2);
  checkDrawn(parts, "mst");
  check(Array.isArray(branches), "load mst", "it must list branches", branches);
  const place = (of: number): number => branches.findIndex(({ variable }) => variable === of);
  const cliques = branches.map(({ variable, parent, chances }) => {
    const separator = [target, parent].filter((one) => one >= 0 && variable !== target);
    const above = separator.at(-1);
    const own = above === undefined ? -1 : place(above);
    return { variables: [...separator, variable], parent: own, separator, chances };
  });
  const sets = cliques.flatMap(({ variables }) =>
    variables.slice(0, -1).map((one) => [one, ...variables.slice(-1)]),
  );
  const read = { ...parts, sizes: parts.variables.map(groupCount), cliques, sets };
  return load({ ...json, ...read, version: versions.mst }, "mst");
}

/** The same of a model whose counts were chosen by AIM. */
export function loadAim(json: ModelJson): Aim {
  return load(json, "aim");
}

function load<K extends keyof typeof versions>(json: ModelJson, kind: K) {
  const parts = partsFrom<PrivateParts>(json, kind, versions[kind]);
  checkDrawn(parts, kind);
  const lists = [parts.sizes, parts.cliques, parts.sets].every(Array.isArray);
  check(lists, `load ${kind}`, "it must list sizes, cliques and the sets that were counted");
  const cliques = parts.cliques.map((one) => ({ ...one, chances: Float64Array.from(one.chances) }));
  return privateOf(kind, { ...parts, cliques });
}

/** Throws unless the columns of the model's file are those that it draws. */
function checkDrawn({ schema, variables }: PrivateColumnParts, kind: string): void {
  const names = (all: unknown): string =>
    Array.isArray(all) ? all.map((value) => value?.name).join(", ") : "";
  const drawn = names(
    (Array.isArray(schema) ? schema : []).filter((value) => value?.type !== "id" && value?.type !== "text"),
  );
  const rule = `its columns must be those that it draws (${names(variables)})`;
  check(drawn === names(variables), `load ${kind}`, rule, drawn);
}

/** The columns as they come out: levels are those that the model publishes. */
export function schemaFor(
  from: Table,
  variables: readonly PrivateVariable[],
  known: (name: string) => ColumnDomain | undefined,
): ColumnSchema[] {
  return from.columns.map((column): ColumnSchema => {
    const { name, type } = column;
    const grid = variables.find((variable) => variable.name === name)?.grid;
    if (isCategorical(column)) return { name, type, levels: grid?.kind === "levels" ? grid.levels : [] };
    if (type === "date" && grid?.kind === "date")
      return { name, type, format: grid.format.formats[0].format };
    if (type !== "numeric") return { name, type };
    const decimals = grid?.kind === "decimals" ? grid.decimals : column.decimals;
    const format = known(name)?.format ?? column.format;
    return { name, type, ...(decimals !== undefined && { decimals }), ...(format && { format }) };
  });
}

/** The synthesiser of these parts, its rules kept in every row. */
export function privateOf<K extends keyof typeof versions>(
  kind: K,
  parts: PrivateParts,
): PrivateSynthesiser & { readonly kind: K } {
  const { schema, keys, variables, privacy, rules = [], names = schema.map(({ name }) => name) } = parts;
  const place = (name: string): number => variables.findIndex((variable) => variable.name === name);
  const keyed = new Map(keys);
  const computed = new Map(rules.filter(isComputing).map((rule) => [rule.column, rule]));
  const columns = names.map((name): ColumnSchema => {
    const rule = computed.get(name);
    if (!rule) return schema.find((one) => one.name === name) as ColumnSchema;
    if (rule.kind === "bands") return { name, type: rule.type, levels: rule.levels };
    const { decimals, format, dates } = rule;
    if (dates) return { name, type: "date", format: dates };
    return { name, type: "numeric", ...(decimals !== undefined && { decimals }), ...(format && { format }) };
  });
  return {
    kind,
    columns,
    privacy,
    links: parts.sets.map((set) => set.map((v) => variables[v].name)),
    empty: schema
      .filter(
        ({ name }) =>
          !keyed.has(name) && (variables[place(name)]?.cells ?? []).every((cell) => cell === null),
      )
      .map(({ name }) => name),
    sample: (n: number, rng: Rng, { where, firstRow = 0 }: SampleOptions = {}) => {
      checkInteger(n, 0, Number.MAX_SAFE_INTEGER, "sample", "rows");
      for (const [name, plan] of keys)
        check(
          !(firstRow + n > keyCount(plan)),
          "sample",
          `the domain's pattern of ${name} has ${keyCount(plan)} different keys: make no more rows, or state a longer pattern and fit again`,
          firstRow + n,
        );
      const conditions = new Map<number, ColumnCondition>();
      const asked: Asked[] = [];
      for (const condition of resolveWhere(where, columns)) {
        const { name } = columns[condition.column];
        if (computed.has(name)) asked.push({ name, condition });
        else conditions.set(place(name), condition);
      }
      const once = (rows: number, own: Rng): Table => {
        const drawn = drawTree(parts, rows, own, conditions);
        const made = schema.map((one): Column => {
          const { name } = one;
          const plan = keyed.get(name);
          if (plan) return { name, type: "id", values: freshKeys(plan, firstRow, rows) };
          const at = place(name);
          return at < 0
            ? { name, type: "text", values: new Array<string>(rows).fill("") }
            : columnOf(one, variables[at], drawn[at]);
        });
        return withComputed(table(made), rules, names);
      };
      const again = keepingRules({ rules, asked }, once, new Set(keyed.keys()));
      const first = once(n, rng);
      const made = redrawn(first, again, rng.fork("orders"));
      if (asked.length === 0) checkLeft(rules, first, made);
      return withoutKeys(made, rules);
    },
    toJSON: () => {
      const { sizes, sets } = parts;
      const cliques = parts.cliques.map((one) => ({ ...one, chances: Array.from(one.chances) }));
      const kept = parts.rules && { rules, names };
      const version = versions[kind];
      return { kind, version, schema, keys, variables, sizes, cliques, sets, privacy, ...kept };
    },
  };
}

/** A condition on a column that a rule computes. */
interface Asked {
  readonly name: string;
  readonly condition: ColumnCondition;
}

/** What is to be drawn again: rows that break what the rules say, or what is asked of the columns that they compute. */
function keepingRules(
  { rules, asked }: { readonly rules: readonly Rule[]; readonly asked: readonly Asked[] },
  draw: Redrawing["draw"],
  keys: ReadonlySet<string>,
): Redrawing {
  const all = (rows: Table): readonly Said[] => {
    const of = numbersIn(rows);
    const conditions = asked.map(({ name, condition }): Said => {
      const values = of(name);
      return { text: `what is asked of ${name}`, broken: (i) => !satisfies(condition, values[i]) };
    });
    return [...saidOf(rules, rows), ...conditions];
  };
  return {
    broken: (rows) => {
      const said = all(rows);
      return Array.from({ length: rows.rows }, (_, i) => i).filter((i) =>
        said.some(({ broken }) => broken(i)),
      );
    },
    draw,
    keys,
    // Among rows that are asked for, kinds are as frequent as they turn out.
    ...(asked.length === 0 && { kinds: (rows) => kindsBy(rules, rows) }),
    refusal: (rows, open) => {
      const broken = all(rows).flatMap(({ text, broken }): [number, string][] => {
        const count = open.filter(broken).length;
        return count > 0 ? [[count, `${JSON.stringify(text)} by ${count}`]] : [];
      });
      const texts = broken.sort(([a], [b]) => b - a).map(([, text]) => text);
      return `rows must keep what the domain states (of the last ${open.length} is broken ${texts.join(", ")}): ask for less by conditions and shares, or take it out of the domain and fit again`;
    },
  };
}

function columnOf(schema: ColumnSchema, { grid }: PrivateVariable, values: Float64Array): Column {
  const { name, type, levels, decimals, format } = schema;
  if (levels) {
    const codes = Int32Array.from(values, (value) => (Number.isNaN(value) ? -1 : value));
    return { name, type: type as "categorical" | "boolean", codes, levels };
  }
  if (grid.kind === "date" || type === "date") {
    const write = grid.kind === "date" ? dateWriter(grid.format) : () => "";
    // Files of before don't say it in the schema; orders are read off what is written.
    const written = grid.kind === "date" ? { format: grid.format.formats[0].format } : {};
    return { name, type: "date", values: Array.from(values, (value) => write(value)), ...written };
  }
  const written = format && format.kind !== "date" && { format };
  return { name, type: "numeric", values, ...(decimals !== undefined && { decimals }), ...written };
}
