import { z } from "zod";
import { check } from "../../core/checks";
import type { ModelJson } from "../../core/model";
import { seeded } from "../../core/rng";
import { checkWeights, type Weights, weightsFromJson, weightsToJson } from "../../neural/weights";
import { inputShape, type NetworkShape, networkWeights } from "./network-graph";
import type { NetworkInputs } from "./network-inputs";

/** Everything that a trained net holds. */
export interface NetworkState {
  readonly task: "classification" | "regression";
  /** How many columns the training matrix had. */
  readonly columns: number;
  readonly inputs: NetworkInputs;
  readonly shape: NetworkShape;
  readonly weights: Weights;
  /** Predictions of a regression are the net's outputs times `scale`, plus `offset`. */
  readonly offset: number;
  readonly scale: number;
  /** How it was trained. */
  readonly training: {
    readonly backend: string;
    readonly rate: number;
    readonly epochs: number;
    readonly kept: number;
    readonly ended: "all epochs" | "patience" | "stop signal" | "diverged";
    readonly advice?: string;
  };
}

const finite = z.number().refine(Number.isFinite);
const count = z.int().min(0).max(1e6);
const side = z.int().min(1).max(65536);

const json = z.strictObject({
  kind: z.literal("network"),
  version: z.literal(1),
  task: z.enum(["classification", "regression"]),
  columns: z.int().min(1).max(1e6),
  inputs: z.strictObject({
    numbers: z.array(
      z.strictObject({
        name: z.string(),
        column: count,
        center: finite,
        width: finite.refine((value) => value > 0),
        bounded: z.boolean(),
        edges: z.array(finite).min(2).optional(),
      }),
    ),
    flags: z.array(
      z.strictObject({
        name: z.string(),
        column: count,
        // JSON has no NaN: null stands for missing.
        value: finite.nullable(),
        off: z.union([z.literal(-1), z.literal(0)]),
      }),
    ),
    left: z.array(z.strictObject({ name: z.string(), why: z.string() })),
  }),
  shape: z.strictObject({
    numbers: count,
    plain: count,
    hidden: z.array(side).max(32),
    activation: z.enum(["relu", "selu", "tanh"]),
    members: z.int().min(1).max(1024),
    shared: z.enum(["all", "none"]),
    frequencies: z.int().min(0).max(4096),
    sums: side,
    frequencyScale: finite,
    scaled: z.boolean(),
  }),
  offset: finite,
  scale: finite,
  weights: z.record(z.string(), z.strictObject({ rows: side, columns: side, base64: z.base64() })),
  training: z.strictObject({
    backend: z.string(),
    rate: finite,
    epochs: count,
    kept: count,
    ended: z.enum(["all epochs", "patience", "stop signal", "diverged"]),
    advice: z.string().optional(),
  }),
});

export function networkJson(state: NetworkState): ModelJson {
  const { inputs } = state;
  // Parsed, so that fields come in one order whatever order they were put together in.
  return json.parse({
    kind: "network",
    version: 1,
    ...state,
    inputs: {
      ...inputs,
      flags: inputs.flags.map((flag) => ({ ...flag, value: Number.isNaN(flag.value) ? null : flag.value })),
    },
    weights: weightsToJson(state.weights),
  }) as ModelJson;
}

/** The state that such JSON describes. Throws unless columns, shape and weights fit together and all is finite. */
export function readNetwork(from: unknown): NetworkState {
  const action = "load network";
  const read = json.safeParse(from);
  check(read.success, action, read.success ? "" : z.prettifyError(read.error));
  const { kind: _, version: __, ...state } = read.data;
  const inputs: NetworkInputs = {
    ...state.inputs,
    numbers: state.inputs.numbers.map(({ edges, ...one }) => ({ ...one, ...(edges && { edges }) })),
    flags: state.inputs.flags.map((flag) => ({ ...flag, value: flag.value ?? Number.NaN })),
  };
  for (const { name, column, ...one } of [...inputs.numbers, ...inputs.flags]) {
    check(
      column < state.columns,
      action,
      `column ${JSON.stringify(name)} must be among the ${state.columns}`,
      column,
    );
    const edges: readonly number[] = "edges" in one ? (one.edges ?? []) : [];
    check(
      edges.every((edge, i) => i === 0 || edge > edges[i - 1]),
      action,
      `the edges of ${JSON.stringify(name)} must rise`,
    );
  }
  const { numbers, plain } = inputShape(inputs);
  check(
    numbers === state.shape.numbers && plain === state.shape.plain,
    action,
    "the shape must fit the inputs",
    `${state.shape.numbers} and ${state.shape.plain}`,
  );
  const weights = weightsFromJson(state.weights);
  checkWeights(weights, networkWeights(state.shape, seeded(0)), action);
  const { advice, ...training } = state.training;
  return { ...state, inputs, weights, training: { ...training, ...(advice !== undefined && { advice }) } };
}
