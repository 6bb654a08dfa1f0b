import { z } from "zod";
import { check, checkInteger } from "../../core/checks";
import { percent } from "../../core/format";
import { joinColumns, type Matrix, matrix } from "../../core/matrix";
import type { Model, ModelJson } from "../../core/model";
import type { Worth } from "./discover-confirm";
import { type Formula, formulaName, formulaValues } from "./discover-formula";

/** A feature that was found, and what it was worth on rows held out. Its columns may be features found before it. */
export interface DiscoveredFeature extends Formula, Worth {
  readonly name: string;
  /** What was found, for a report. */
  readonly sentence: string;
}

export interface DiscoveryJson {
  readonly kind: "discovery";
  readonly version: 1;
  /** The names of the columns that it was fitted to. */
  readonly columns: readonly string[];
  readonly features: readonly (Formula & Worth)[];
}

/** Features found in training rows, read-only. */
export interface Discovery {
  readonly features: readonly DiscoveredFeature[];
  /** The matrix with the features found as further columns; missing where a part is missing or a divisor is 0. */
  transform(x: Matrix): Matrix;
  toJSON(): DiscoveryJson;
}

/** A model that sees the features found as further columns. */
export interface DerivedModel<M extends Model = Model> extends Model {
  readonly kind: "derived";
  readonly discovery: Discovery;
  readonly model: M;
}

/** The model behind features found. */
export function derivedModel<M extends Model>(found: Discovery, model: M): DerivedModel<M> {
  return {
    kind: "derived",
    discovery: found,
    model,
    predict: (x) => model.predict(found.transform(x)),
    toJSON: (): ModelJson => ({
      kind: "derived",
      version: 1,
      discovery: found.toJSON(),
      model: model.toJSON(),
    }),
  };
}

/** The model that `toJSON` described; `load` reads the model inside. */
export function derivedModelFromJSON(
  json: Record<string, unknown>,
  load: (json: unknown) => Model,
): DerivedModel {
  return derivedModel(discoveryFromJSON(json.discovery), load(json.model));
}

const discoveryJson = z.strictObject({
  kind: z.literal("discovery"),
  version: z.literal(1),
  columns: z.array(z.string().max(10_000)).max(1_000_000),
  features: z
    .array(
      z
        .strictObject({
          kind: z.enum(["sum", "product", "ratio"]),
          columns: z.array(z.int().min(0)).min(2).max(100),
          signs: z
            .array(z.literal([1, -1]))
            .min(2)
            .max(100),
          before: z.number(),
          after: z.number(),
          t: z.number(),
        })
        .refine((one) => one.columns.length === one.signs.length, "columns and signs must be as many")
        .refine(
          (one) => one.kind === "sum" || one.columns.length === 2,
          "only sums have more than two columns",
        ),
    )
    .max(100),
});

/** The features that `toJSON` described; throws when the description is not one. */
export function discoveryFromJSON(json: unknown): Discovery {
  const action = "load discovered features";
  const read = discoveryJson.safeParse(json);
  check(read.success, action, read.success ? "" : z.prettifyError(read.error));
  const { columns, features } = read.data;
  features.forEach((feature, k) => {
    for (const j of feature.columns) checkInteger(j, 0, columns.length + k - 1, action, "a column number");
  });
  return discovery(columns, features);
}

/** The features found, ready to be added to matrices of these columns. */
export function discovery(columns: readonly string[], found: DiscoveryJson["features"]): Discovery {
  const known = columns.map((name) => ({ name }));
  const features = found.map((one): DiscoveredFeature => {
    const name = formulaName(one, known);
    known.push({ name: `(${name})` });
    return { ...one, name, sentence: sentence(name, one) };
  });
  return {
    features,
    transform(x) {
      const action = "add discovered features";
      check(x.columns === columns.length, action, `the rows must have ${columns.length} columns`, x.columns);
      return features.reduce(
        (wider, feature) =>
          joinColumns(wider, matrix(x.rows, 1, formulaValues(feature, wider), [{ name: feature.name }])),
        x,
      );
    },
    toJSON: () => ({ kind: "discovery", version: 1, columns, features: found }),
  };
}

function sentence(name: string, { before, after, t }: { before: number; after: number; t: number }): string {
  return `“${name}” was found in the training rows: with it the held-out log loss falls by ${percent(1 - after / before, 0)}, from ${before.toFixed(3)} to ${after.toFixed(3)} (t = ${t.toFixed(1)} over 2 × 5 folds).`;
}
