import { checkInteger } from "../../core/checks";
import type { ModelJson } from "../../core/model";
import { asTable } from "../../data/polars";
import { gatherCandidates, noCandidates } from "../drawing/candidates";
import { checkParts } from "../drawing/check-parts";
import { sampler } from "../drawing/draw-rows";
import { drawnVariable } from "../drawing/drawn-variable";
import { treeRows } from "../drawing/grow-tree";
import { masksOf } from "../drawing/masks";
import { featuresOf, type TreeFeature } from "../drawing/trees";
import { drawingOrder } from "../sequential/order";
import type { DiscoverOptions } from "../structure/discover/discover";
import { structureOf } from "../structure/given/structure-of";
import { syntheticSchema } from "../structure/restore";
import { cellLabels, cellsOf, type Structure, type Variable } from "../structure/structure";
import { reduceTable } from "../structure/variables";
import { checkTrainable, type FitSynthesiser, partsFrom, type Synthesiser } from "../synthesiser";
import { drawTreeVariable, type TreeParts } from "./draw-variable";
import { type DonorTree, growDonors } from "./leaf-donors";

export interface TreesOptions extends DiscoverOptions {
  /** What holds in the table; discovered from it when left out. */
  readonly structure?: Structure;
  /** The column drawn last; without one and with `search: false` all are in the table's order, as synthpop keeps it. */
  readonly target?: string;
  /** Fewest training rows in a leaf; defaults to 5, as in synthpop. More rows memorise less and blur more. */
  readonly minRows?: number;
}

/** Columns drawn one after another from the leaves of trees. */
export interface TreeSynthesiser extends Synthesiser {
  readonly kind: "trees";
  readonly structure: Structure;
}

/**
 * Synthesis as in synthpop (Nowok, Raab and Dibben, 2016): for each column a tree on the columns before it, and a value
 * drawn from the training rows in the leaf. Very faithful: with small leaves much of what it makes lies next to a training
 * row. The model holds the columns' values by leaf, numbers as groups of people tell them (`sharedValues`).
 */
export function trees(options: TreesOptions = {}): FitSynthesiser<TreeSynthesiser> {
  const { minRows = 5, search = true } = options;
  checkInteger(minRows, 1, 1e9, "make trees", "minRows");
  return async (given, rng, watch = {}) => {
    const from = asTable(given);
    checkTrainable(from, "trees");
    const structure = structureOf(from, rng, { ...options, search });
    const reduced = reduceTable(structure, from);
    const variables = search || options.target ? drawingOrder(reduced, structure, options.target) : reduced;
    const features: TreeFeature[] = [];
    const models: TreeParts["models"][number][] = [];
    for (const [j, one] of variables.entries()) {
      watch.signal?.throwIfAborted();
      models.push(fitVariable(one, features, from.rows, minRows));
      const values = one.kind === "number" ? one.values : undefined;
      features.push(...featuresOf(cellsOf(one), cellLabels(one).length, values, j));
      watch.progress?.({ phase: "fit", done: j + 1, total: variables.length });
      await new Promise((next) => setImmediate(next));
    }
    return treesOf({
      schema: syntheticSchema(from, structure),
      structure,
      variables: variables.map(drawnVariable),
      models,
    });
  };
}

/** The model that `toJSON` wrote. Throws when the JSON is of another kind or version. */
export function loadTrees(json: ModelJson): TreeSynthesiser {
  const { schema, structure, variables, models } = partsFrom<TreeParts>(json, "trees");
  checkParts({ structure, variables }, "load trees");
  return treesOf({ schema, structure, variables, models });
}

function fitVariable(
  variable: Variable,
  features: readonly TreeFeature[],
  rows: number,
  minRows: number,
): { cells: DonorTree; values?: DonorTree } {
  const cells = cellsOf(variable);
  const all = Int32Array.from({ length: rows }, (_, i) => i);
  const known = all.filter((i) => cells[i] >= 0);
  const options = { minRows, leaves: Infinity };
  const data = treeRows(features, rows);
  const byCell = growDonors(data, known, { codes: cells, count: cellLabels(variable).length }, options);
  if (variable.kind === "levels") return { cells: byCell };
  const other = known.filter((i) => cells[i] === variable.atoms.length);
  return { cells: byCell, values: growDonors(data, other, { values: variable.values }, options) };
}

function treesOf(parts: Omit<TreeParts, "masks">): TreeSynthesiser {
  const { schema, structure, variables, models } = parts;
  const masks = variables.map((_, j) => masksOf(variables, structure.exclusions, j));
  const full: TreeParts = { ...parts, masks };
  return {
    kind: "trees",
    columns: schema,
    structure,
    sample: sampler({
      ...full,
      empty: noCandidates,
      step: (pool, wishes, rng) => drawTreeVariable(pool, full, wishes, rng),
      gather: gatherCandidates,
    }),
    toJSON: () => ({ kind: "trees", version: 1, schema, structure, variables, models }),
  };
}
