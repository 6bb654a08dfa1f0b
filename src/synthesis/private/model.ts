import { check, checkInteger } from "../../core/checks";
import type { ModelJson } from "../../core/model";
import type { Rng } from "../../core/rng";
import type { ColumnSchema } from "../../data/schema";
import { type Column, isCategorical, type Table, table } from "../../data/table";
import { type ColumnCondition, resolveWhere } from "../conditions";
import { dateWriter } from "../structure/dates";
import { freshKeys, type KeyPlan, keyCount } from "../structure/keys";
import type { SampleOptions, Synthesiser } from "../synthesiser";
import type { Privacy } from "./budget";
import type { ColumnDomain } from "./domain/domain";
import { computedBy, keepingRules, type Rule, withComputed } from "./domain/rules";
import { drawForest, type Forest } from "./draw";
import type { PrivateVariable } from "./variable";

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

/** What all private models are made of, but for how columns depend on each other. */
export interface PrivateParts {
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
export interface MstParts extends PrivateParts, Forest {
  readonly variables: readonly PrivateVariable[];
}

/** The model that `toJSON` wrote. Throws when the JSON is of another kind or version. */
export function loadMst(json: ModelJson): Mst {
  check(json.kind === "mst", "load mst", "kind must be mst", json.kind);
  check(json.version === 2, "load mst", "version must be 2; fit it again", json.version);
  const parts = json as unknown as MstParts;
  checkDrawn(parts, "mst");
  const branches = parts.branches.map((branch) => ({
    ...branch,
    chances: Float64Array.from(branch.chances),
  }));
  return mstOf({ ...parts, branches });
}

/** Throws unless the columns of the model's file are those that it draws. */
export function checkDrawn({ schema, variables }: PrivateParts, kind: string): void {
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

/** How columns depend on each other, and how rows are drawn by it. */
interface Dependence<K extends string> {
  readonly kind: K;
  readonly links: readonly (readonly string[])[];
  readonly draw: (
    n: number,
    rng: Rng,
    conditions: ReadonlyMap<number, ColumnCondition>,
  ) => readonly Float64Array[];
  /** What a file holds beyond the parts. */
  readonly json: () => { readonly version: number; readonly [more: string]: unknown };
}

/** The synthesiser of these parts. */
export function mstOf(parts: MstParts): Mst {
  const { variables, branches, target } = parts;
  const pairs = branches.flatMap(({ variable, parent }) =>
    parent < 0 ? [] : [[variables[parent].name, variables[variable].name]],
  );
  const beside = variables.flatMap(({ name }, v) =>
    target < 0 || v === target ? [] : [[variables[target].name, name]],
  );
  return privateOf(parts, {
    kind: "mst",
    links: [...beside, ...pairs],
    draw: (n, rng, conditions) => drawForest(parts, n, rng, conditions),
    json: () => ({
      version: 2,
      branches: branches.map((branch) => ({ ...branch, chances: Array.from(branch.chances) })),
      target,
    }),
  });
}

/** The synthesiser of these parts, its rules kept in every row. */
export function privateOf<K extends string>(
  parts: PrivateParts,
  dependence: Dependence<K>,
): PrivateSynthesiser & { readonly kind: K } {
  const bare = withoutRules(parts, dependence);
  const { rules, names } = parts;
  const enoughKeys = (rows: number, { firstRow = 0 }: SampleOptions): void => {
    for (const [name, plan] of parts.keys)
      check(
        !(firstRow + rows > keyCount(plan)),
        "sample",
        `the domain's pattern of ${name} has ${keyCount(plan)} different keys: make no more rows, or state a longer pattern and fit again`,
        firstRow + rows,
      );
  };
  if (!rules || !names)
    return {
      ...bare,
      sample: (n: number, rng: Rng, options: SampleOptions = {}) => {
        enoughKeys(n, options);
        return bare.sample(n, rng, options);
      },
    };
  const computed = computedBy(rules);
  const columns = names.map((name): ColumnSchema => {
    const rule = rules.find((one) => one.kind === "formula" && one.column === name);
    if (rule?.kind !== "formula") return bare.columns.find((one) => one.name === name) as ColumnSchema;
    const { decimals, format } = rule;
    return { name, type: "numeric", ...(decimals !== undefined && { decimals }), ...(format && { format }) };
  });
  return {
    ...bare,
    columns,
    sample: (n: number, rng: Rng, options: SampleOptions = {}) => {
      enoughKeys(n, options);
      for (const { column } of resolveWhere(options.where, columns))
        check(
          !computed.has(columns[column].name),
          `sample where ${columns[column].name}`,
          "a column that a rule computes cannot be chosen; choose what it is computed from",
        );
      const draw = (rows: number, own: Rng): Table =>
        withComputed(bare.sample(rows, own, options), rules, names);
      return keepingRules(draw(n, rng), rules, draw, rng.fork("orders"));
    },
    toJSON: () => ({ ...bare.toJSON(), rules, names }),
  };
}

function withoutRules<K extends string>(
  parts: PrivateParts,
  { kind, links, draw, json }: Dependence<K>,
): PrivateSynthesiser & { readonly kind: K } {
  const { schema, keys, variables, privacy } = parts;
  const place = (name: string): number => variables.findIndex((variable) => variable.name === name);
  const keyed = new Map(keys);
  return {
    kind,
    columns: schema,
    privacy,
    links,
    empty: schema
      .filter(
        ({ name }) =>
          !keyed.has(name) && (variables[place(name)]?.cells ?? []).every((cell) => cell === null),
      )
      .map(({ name }) => name),
    sample: (n: number, rng: Rng, { where, firstRow = 0 }: SampleOptions = {}) => {
      checkInteger(n, 0, Number.MAX_SAFE_INTEGER, "sample", "rows");
      const conditions = new Map<number, ColumnCondition>();
      for (const condition of resolveWhere(where, schema))
        conditions.set(place(schema[condition.column].name), condition);
      const drawn = draw(n, rng, conditions);
      return table(
        schema.map((schema): Column => {
          const plan = keyed.get(schema.name);
          if (plan) return { name: schema.name, type: "id", values: freshKeys(plan, firstRow, n) };
          const at = place(schema.name);
          return at < 0
            ? { name: schema.name, type: "text", values: new Array<string>(n).fill("") }
            : columnOf(schema, variables[at], drawn[at]);
        }),
      );
    },
    toJSON: () => {
      const { version, ...more } = json();
      return { kind, version, schema, keys, variables, ...more, privacy };
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
    const written = format?.kind === "date" && { format };
    return { name, type: "date", values: Array.from(values, (value) => write(value)), ...written };
  }
  const written = format && format.kind !== "date" && { format };
  return { name, type: "numeric", values, ...(decimals !== undefined && { decimals }), ...written };
}
