import { z } from "zod";
import { check } from "../../../core/checks";
import type { ModelJson } from "../../../core/model";
import { seeded } from "../../../core/rng";
import { checkWeights, weightsFromJson, weightsToJson } from "../../../neural/weights";
import type { SequenceState } from "./fit-sequence";
import { sequenceWeights } from "./sequence-graph";
import { stepWidth } from "./sequences";

const finite = z.number().refine(Number.isFinite);
const positive = finite.refine((value) => value > 0);
const count = z.int().min(0).max(65536);
const side = z.int().min(1).max(65536);
const names = z.array(z.string()).max(4096);

const json = z.strictObject({
  kind: z.literal("sequence-network"),
  version: z.literal(1),
  shape: z.strictObject({
    architecture: z.enum(["gru", "lstm", "transformer"]),
    steps: z.int().min(1).max(4096),
    inputs: side,
    fixed: count,
    width: z.int().min(2).max(64),
    blocks: z.int().min(0).max(4),
    heads: z.int().min(0).max(8),
    hidden: z.int().min(2).max(64),
    targets: z.int().min(1).max(64),
    levels: z.array(finite.refine((level) => level > 0 && level < 1)).max(64),
  }),
  inputs: z.strictObject({
    steps: z.int().min(1).max(4096),
    features: names.min(1),
    means: z.array(finite),
    scales: z.array(positive),
    flagged: z.boolean(),
    fixed: names,
    fixedMeans: z.array(finite),
    fixedScales: z.array(positive),
  }),
  targets: z.array(z.strictObject({ name: z.string(), mean: finite, scale: positive })).min(1),
  weights: z.record(z.string(), z.strictObject({ rows: side, columns: side, base64: z.base64() })),
  training: z.strictObject({
    backend: z.string(),
    epochs: z.int().min(0),
    kept: z.int().min(0),
    ended: z.enum(["all epochs", "patience", "stop signal", "diverged"]),
    advice: z.string().optional(),
  }),
});

export function sequenceNetworkJson(state: SequenceState): ModelJson {
  return json.parse({
    kind: "sequence-network",
    version: 1,
    ...state,
    weights: weightsToJson(state.weights),
  }) as ModelJson;
}

/** The state that such JSON describes. Throws unless inputs, shape and weights fit together and all is finite. */
export function readSequenceNetwork(from: unknown): SequenceState {
  const action = "load sequence network";
  const read = json.safeParse(from);
  check(read.success, action, read.success ? "" : z.prettifyError(read.error));
  const { shape, inputs, targets, training } = read.data;
  const fits =
    inputs.means.length === inputs.features.length &&
    inputs.scales.length === inputs.features.length &&
    inputs.fixedMeans.length === inputs.fixed.length &&
    inputs.fixedScales.length === inputs.fixed.length &&
    inputs.steps === shape.steps &&
    stepWidth(inputs) === shape.inputs &&
    inputs.fixed.length === shape.fixed &&
    targets.length === shape.targets &&
    (shape.architecture !== "transformer" ||
      (shape.blocks > 0 && shape.heads > 0 && shape.width % shape.heads === 0)) &&
    shape.levels.every((level, i) => i === 0 || level > shape.levels[i - 1]);
  check(fits, action, "inputs, targets and shape must fit together");
  const weights = weightsFromJson(read.data.weights);
  checkWeights(weights, sequenceWeights(shape, seeded(0)), action);
  const { advice, ...rest } = training;
  return { shape, inputs, targets, weights, training: { ...rest, ...(advice !== undefined && { advice }) } };
}
