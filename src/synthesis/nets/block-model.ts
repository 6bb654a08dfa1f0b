import { check, checkInteger } from "../../core/checks";
import type { ModelJson } from "../../core/model";
import type { Rng } from "../../core/rng";
import { type WeightsJson, weightsFromJson, weightsToJson } from "../../neural/weights";
import { resolveWhere } from "../conditions";
import { type Drawing, drawRows } from "../drawing/draw-rows";
import type { DrawnVariable } from "../drawing/drawn-variable";
import { masksOf } from "../drawing/masks";
import { wishesOf } from "../drawing/wishes";
import type { Structure } from "../structure/structure";
import type { ColumnSchema, SampleOptions, Synthesiser } from "../synthesiser";
import type { Block } from "./blocks";
import { type Decoder, type DecoderLayer, decode } from "./decoder";
import { type BlockParts, type BlockPool, drawBlock, emptyBlockPool, gatherBlockPools } from "./draw-block";
import { drawLatents } from "./latent";
import type { Mixture } from "./mixture";
import type { NetTraining } from "./net-options";

/** Rows drawn from the probabilities that a net gives for latent numbers. */
export interface NetSynthesiser extends Synthesiser {
  readonly structure: Structure;
  readonly training: NetTraining;
}

export interface BlockModelParts {
  readonly schema: readonly ColumnSchema[];
  readonly structure: Structure;
  readonly variables: readonly DrawnVariable[];
  readonly blocks: readonly Block[];
  readonly decoder: Decoder;
  readonly latentSize: number;
  /** Where latent numbers come from; standard normal when left out. */
  readonly prior?: Mixture;
  readonly training: NetTraining;
}

/** The synthesiser of a net whose outputs are the probabilities of blocks. */
export function blockModel<K extends string>(
  kind: K,
  parts: BlockModelParts,
): NetSynthesiser & { readonly kind: K } {
  const { schema, structure, variables, blocks, decoder, latentSize, prior, training } = parts;
  const widths = blocks.map((block) => block.classes.length);
  const full: BlockParts = {
    schema,
    structure,
    variables,
    blocks,
    masks: variables.map((_, j) => masksOf(variables, structure.exclusions, j)),
    latents: (rows, rng) => drawLatents(prior, rows, latentSize, rng),
    probabilities: (latents, rows) => decode(decoder, latents, rows, widths),
  };
  const drawing: Drawing<BlockPool> = {
    ...full,
    empty: emptyBlockPool,
    step: (pool, wishes, rng) => drawBlock(pool, full, wishes, rng),
    gather: (pools, indices) => gatherBlockPools(pools, indices, latentSize),
  };
  return {
    kind,
    columns: schema,
    structure,
    training,
    sample: (n: number, rng: Rng, options: SampleOptions = {}) => {
      checkInteger(n, 0, Number.MAX_SAFE_INTEGER, "sample", "rows");
      const { where, firstRow = 0 } = options;
      return drawRows(drawing, n, rng, wishesOf(full, resolveWhere(where, schema)), firstRow);
    },
    toJSON: () => ({
      kind,
      version: 1,
      ...parts,
      decoder: { layers: decoder.layers, weights: weightsToJson(decoder.weights) },
    }),
  };
}

/** The model that `toJSON` wrote. Throws when the JSON is of another kind or version. */
export function loadBlockModel<K extends string>(
  kind: K,
  json: ModelJson,
): NetSynthesiser & { readonly kind: K } {
  check(json.kind === kind, `load ${kind}`, `kind must be ${kind}`, json.kind);
  check(json.version === 1, `load ${kind}`, "version must be 1", json.version);
  const {
    kind: _kind,
    version: _version,
    ...parts
  } = json as unknown as ModelJson &
    Omit<BlockModelParts, "decoder"> & {
      readonly decoder: { readonly layers: readonly DecoderLayer[]; readonly weights: WeightsJson };
    };
  const { layers, weights } = parts.decoder;
  return blockModel(kind, { ...parts, decoder: { layers, weights: weightsFromJson(weights) } });
}
