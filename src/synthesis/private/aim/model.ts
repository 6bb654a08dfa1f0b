import type { ModelJson } from "../../../core/model";
import { partsFrom } from "../../synthesiser";
import { checkDrawn, type PrivateParts, type PrivateSynthesiser, privateOf } from "../model";
import { drawTree } from "./draw-tree";
import type { CliqueChances } from "./graphical-model";

/** A synthesiser that tells next to nothing about any single row, provably; its counts were chosen by AIM. */
export interface Aim extends PrivateSynthesiser {
  readonly kind: "aim";
}

/** All that a model is. */
export interface AimParts extends PrivateParts {
  /** The number of groups of each variable. */
  readonly sizes: readonly number[];
  readonly cliques: readonly CliqueChances[];
  /** The sets of variables that were counted, in their order. */
  readonly sets: readonly (readonly number[])[];
}

/** The model that `toJSON` wrote. Throws when the JSON is of another kind or version. */
export function loadAim(json: ModelJson): Aim {
  const parts = partsFrom<AimParts>(json, "aim");
  checkDrawn(parts, "aim");
  return aimOf({
    ...parts,
    cliques: parts.cliques.map((clique) => ({ ...clique, chances: Float64Array.from(clique.chances) })),
  });
}

/** The synthesiser of these parts. */
export function aimOf(parts: AimParts): Aim {
  const { variables, sizes, cliques, sets } = parts;
  return privateOf(parts, {
    kind: "aim",
    links: sets.map((set) => set.map((v) => variables[v].name)),
    draw: (n, rng, conditions) => drawTree({ variables, sizes, cliques }, n, rng, conditions),
    json: () => ({
      version: 1,
      sizes,
      cliques: cliques.map((clique) => ({ ...clique, chances: Array.from(clique.chances) })),
      sets,
    }),
  });
}
