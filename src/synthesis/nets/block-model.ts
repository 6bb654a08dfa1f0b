import type { ModelJson } from "../../core/model";
import type { ColumnSchema } from "../../data/schema";
import { type WeightsJson, weightsFromJson, weightsToJson } from "../../neural/weights";
import { checkParts } from "../drawing/check-parts";
import { sampler } from "../drawing/draw-rows";
import type { DrawnVariable } from "../drawing/drawn-variable";
import { masksOf } from "../drawing/masks";
import type { Structure } from "../structure/structure";
import { partsFrom, type Synthesiser } from "../synthesiser";
import type { Block } from "./blocks/blocks";
import { type ConditionVector, conditionWidth, drawConditions } from "./blocks/condition";
import type { Decoder, DecoderLayer } from "./blocks/decoder";
import {
  type BlockParts,
  type BlockPool,
  drawBlock,
  emptyBlockPool,
  gatherBlockPools,
} from "./blocks/draw-block";
import { blocksOnly, netOutputs, type OutputPlan } from "./blocks/outputs";
import { drawLatents } from "./latent";
import type { Mixture } from "./mixture";
import type { NetTraining } from "./net-options";

/** Rows drawn from the probabilities that a net gives for latent numbers. */
export interface NetSynthesiser<K extends string = string> extends Synthesiser {
  readonly kind: K;
  readonly structure: Structure;
  readonly training: NetTraining;
}

export interface BlockModelParts {
  readonly schema: readonly ColumnSchema[];
  readonly structure: Structure;
  readonly variables: readonly DrawnVariable[];
  readonly blocks: readonly Block[];
  /** The training rows' shares of each block's classes, where margins are to be held to them. */
  readonly shares?: readonly (readonly number[])[];
  readonly decoder: Decoder;
  readonly latentSize: number;
  /** Where latent numbers come from; standard normal when left out. */
  readonly prior?: Mixture;
  /** What the outputs are; only blocks when left out. */
  readonly output?: OutputPlan;
  /** What is put beside the latent numbers. */
  readonly condition?: ConditionVector;
  readonly training: NetTraining;
}

/** The synthesiser of a net whose outputs are the probabilities of blocks. */
export function blockModel<K extends string>(kind: K, parts: BlockModelParts): NetSynthesiser<K> {
  const { schema, structure, variables, blocks, decoder, latentSize, prior, training } = parts;
  const { output = blocksOnly, condition, shares } = parts;
  const extra = output.deviations?.length ?? 0;
  const sizes = [latentSize, condition ? conditionWidth(condition) : 0, extra];
  const full: BlockParts = {
    schema,
    structure,
    variables,
    blocks,
    ...(shares && { shares }),
    masks: variables.map((_, j) => masksOf(variables, structure.exclusions, j)),
    scalars: output.scalars,
    latents: (rows, wishes, rng) => {
      const own = drawLatents(prior, rows, latentSize, rng);
      if (!condition && extra === 0) return own;
      const conditions = condition
        ? drawConditions(condition, blocks, rows, wishes, rng.fork("conditions"))
        : new Float32Array(0);
      const noisy = drawLatents(undefined, rows, extra, rng.fork("noise"));
      return sideBySide([own, conditions, noisy], sizes, rows);
    },
    outputs: (latents, rows) => netOutputs(decoder, output, blocks, latents, rows),
  };
  const width = sizes.reduce((sum, size) => sum + size, 0);
  return {
    kind,
    columns: schema,
    structure,
    training,
    sample: sampler<BlockPool>({
      ...full,
      empty: emptyBlockPool,
      step: (pool, wishes, rng) => drawBlock(pool, full, wishes, rng),
      gather: (pools, indices) => gatherBlockPools(pools, indices, width),
    }),
    toJSON: () => ({
      kind,
      version: 1,
      ...parts,
      decoder: { layers: decoder.layers, weights: weightsToJson(decoder.weights) },
    }),
  };
}

interface BlockModelJson extends ModelJson, Omit<BlockModelParts, "decoder"> {
  readonly decoder: { readonly layers: readonly DecoderLayer[]; readonly weights: WeightsJson };
}

/** The model that `toJSON` wrote. Throws when the JSON is of another version. */
export function loadBlockModel(json: ModelJson): NetSynthesiser {
  const { kind, version: _, ...parts } = partsFrom<BlockModelJson>(json, json.kind);
  checkParts(parts, `load ${kind}`);
  const { layers, weights } = parts.decoder;
  return blockModel(kind, { ...parts, decoder: { layers, weights: weightsFromJson(weights) } });
}

/** Rows of several tables of numbers, side by side. */
function sideBySide(parts: readonly Float32Array[], sizes: readonly number[], rows: number): Float32Array {
  const width = sizes.reduce((sum, size) => sum + size, 0);
  const out = new Float32Array(rows * width);
  let from = 0;
  parts.forEach((part, k) => {
    for (let i = 0; i < rows; i++) out.set(part.subarray(i * sizes[k], (i + 1) * sizes[k]), i * width + from);
    from += sizes[k];
  });
  return out;
}
