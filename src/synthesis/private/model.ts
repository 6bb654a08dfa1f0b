import { check, checkInteger } from "../../core/checks";
import type { ModelJson } from "../../core/model";
import type { Rng } from "../../core/rng";
import type { ColumnSchema } from "../../data/schema";
import { type Column, isCategorical, type Table, table } from "../../data/table";
import { type ColumnCondition, resolveWhere } from "../conditions";
import { dateWriter } from "../structure/dates";
import { freshKeys, type KeyPlan } from "../structure/keys";
import type { SampleOptions, Synthesiser } from "../synthesiser";
import type { Privacy } from "./budget";
import { computedBy, inOrders, type Rule, withComputed } from "./domain/rules";
import { drawForest, type Forest } from "./draw";
import type { PrivateVariable } from "./variable";

/** A synthesiser that tells next to nothing about any single row, provably. */
export interface Mst extends Synthesiser {
  readonly kind: "mst";
  readonly privacy: Privacy;
  /** The pairs of columns that were counted, those with the target first. */
  readonly links: readonly (readonly [string, string])[];
  /** Columns that come out empty: texts, and columns of which nothing stands out of the noise. */
  readonly empty: readonly string[];
}

/** All that a model is. */
export interface MstParts extends Forest {
  readonly schema: readonly ColumnSchema[];
  /** How identifiers are written, by column. */
  readonly keys: readonly (readonly [name: string, plan: KeyPlan])[];
  readonly privacy: Privacy;
  /** What is kept between columns, and all columns in order: the schema is without what rules compute exactly. */
  readonly rules?: readonly Rule[];
  readonly names?: readonly string[];
}

/** The model that `toJSON` wrote. Throws when the JSON is of another kind or version. */
export function loadMst(json: ModelJson): Mst {
  check(json.kind === "mst", "load mst", "kind must be mst", json.kind);
  check(json.version === 2, "load mst", "version must be 2; fit it again", json.version);
  const {
    schema,
    keys,
    variables,
    branches,
    target,
    privacy,
    rules,
    names: all,
  } = json as unknown as MstParts;
  const names = (all: unknown): string =>
    Array.isArray(all) ? all.map((value) => value?.name).join(", ") : "";
  const drawn = names(
    (Array.isArray(schema) ? schema : []).filter((value) => value?.type !== "id" && value?.type !== "text"),
  );
  check(
    drawn === names(variables),
    "load mst",
    `its columns must be those that it draws (${names(variables)})`,
    drawn,
  );
  const whole = branches.map((branch) => ({ ...branch, chances: Float64Array.from(branch.chances) }));
  const ruled = rules && all && { rules, names: all };
  return mstOf({ schema, keys, variables, branches: whole, target, privacy, ...ruled });
}

/** The columns as they come out: levels are those that the model publishes. */
export function schemaFor(from: Table, variables: readonly PrivateVariable[]): ColumnSchema[] {
  return from.columns.map((column): ColumnSchema => {
    const { name, type } = column;
    const grid = variables.find((variable) => variable.name === name)?.grid;
    if (isCategorical(column)) return { name, type, levels: grid?.kind === "levels" ? grid.levels : [] };
    if (type !== "numeric") return { name, type };
    const decimals = grid?.kind === "decimals" ? grid.decimals : column.decimals;
    return decimals === undefined ? { name, type } : { name, type, decimals };
  });
}

/** The synthesiser of these parts, its rules kept in every row. */
export function mstOf(parts: MstParts): Mst {
  const bare = bareMst(parts);
  const { rules, names } = parts;
  if (!rules || !names) return bare;
  const computed = computedBy(rules);
  const columns = names.map((name): ColumnSchema => {
    const rule = rules.find((one) => one.kind === "formula" && one.column === name);
    if (rule?.kind !== "formula") return bare.columns.find((one) => one.name === name) as ColumnSchema;
    const { decimals } = rule;
    return { name, type: "numeric", ...(decimals !== undefined && { decimals }) };
  });
  return {
    ...bare,
    columns,
    sample: (n: number, rng: Rng, options: SampleOptions = {}) => {
      for (const { column } of resolveWhere(options.where, columns))
        check(
          !computed.has(columns[column].name),
          `sample where ${columns[column].name}`,
          "a column that a rule computes cannot be chosen; choose what it is computed from",
        );
      const draw = (rows: number, own: Rng): Table =>
        withComputed(bare.sample(rows, own, options), rules, names);
      return inOrders(draw(n, rng), rules, draw, rng.fork("orders"));
    },
    toJSON: () => ({ ...bare.toJSON(), rules, names }),
  };
}

function bareMst(parts: MstParts): Mst {
  const { schema, keys, variables, branches, target, privacy } = parts;
  const place = (name: string): number => variables.findIndex((variable) => variable.name === name);
  const keyed = new Map(keys);
  return {
    kind: "mst",
    columns: schema,
    privacy,
    links: [
      ...variables.flatMap(({ name }, v) =>
        target < 0 || v === target ? [] : [[variables[target].name, name] as const],
      ),
      ...branches.flatMap(({ variable, parent }) =>
        parent < 0 ? [] : [[variables[parent].name, variables[variable].name] as const],
      ),
    ],
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
      const drawn = drawForest(parts, n, rng, conditions);
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
    toJSON: () => ({
      kind: "mst",
      version: 2,
      schema,
      keys,
      variables,
      branches: branches.map((branch) => ({ ...branch, chances: Array.from(branch.chances) })),
      target,
      privacy,
    }),
  };
}

function columnOf(schema: ColumnSchema, { grid }: PrivateVariable, values: Float64Array): Column {
  const { name, type, levels, decimals } = schema;
  if (levels) {
    const codes = Int32Array.from(values, (value) => (Number.isNaN(value) ? -1 : value));
    return { name, type: type as "categorical" | "boolean", codes, levels };
  }
  if (grid.kind === "date" || type === "date") {
    const write = grid.kind === "date" ? dateWriter(grid.format) : () => "";
    return { name, type: "date", values: Array.from(values, (value) => write(value)) };
  }
  return { name, type: "numeric", values, ...(decimals !== undefined && { decimals }) };
}
