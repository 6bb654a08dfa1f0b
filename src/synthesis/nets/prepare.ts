import type { Watch } from "../../core/model";
import type { Rng } from "../../core/rng";
import type { ColumnSchema } from "../../data/schema";
import type { Table } from "../../data/table";
import { type DrawnVariable, drawnVariable } from "../drawing/drawn-variable";
import { drawingOrder } from "../sequential/order";
import { structureOf } from "../structure/given/structure-of";
import { syntheticSchema } from "../structure/restore";
import type { Structure, Variable } from "../structure/structure";
import { reduceTable } from "../structure/variables";
import { checkTrainable } from "../synthesiser";
import { type EncodedBlock, encodeBlock, mostStretches } from "./blocks/blocks";
import { checkEpochs, type NetOptions } from "./net-options";

/** A table as nets learn it. */
export interface Prepared {
  readonly schema: readonly ColumnSchema[];
  readonly structure: Structure;
  readonly target: string | undefined;
  /** In the order of drawing. */
  readonly variables: readonly Variable[];
  readonly drawn: readonly DrawnVariable[];
  readonly rows: number;
}

/** Checks table and options, and takes out what need not be learnt. */
export function prepare(
  from: Table,
  rng: Rng,
  watch: Watch,
  method: string,
  options: NetOptions & { readonly epochs: number },
): Prepared {
  checkEpochs(options.epochs, method);
  checkTrainable(from, method);
  watch.signal?.throwIfAborted();
  watch.progress?.({ phase: "prepare", done: 0, total: 1 });
  const structure = structureOf(from, rng, options);
  const target = options.target ?? from.columns.at(-1)?.name;
  const variables = drawingOrder(reduceTable(structure, from), structure, target);
  watch.progress?.({ phase: "prepare", done: 1, total: 1 });
  return {
    schema: syntheticSchema(from, structure),
    structure,
    target,
    variables,
    drawn: variables.map(drawnVariable),
    rows: from.rows,
  };
}

/** All numbers together have about so many stretches: the work of pairs grows with their square. */
const allStretches = 320;
const leastStretches = 12;

/** Each variable as a block of softmax units, with the rows' classes. */
export function encodeBlocks({ variables }: Prepared): readonly EncodedBlock[] {
  const numbers = variables.filter((variable) => variable.kind === "number").length;
  const each = Math.floor(allStretches / Math.max(1, numbers));
  const stretches = Math.min(mostStretches, Math.max(leastStretches, each));
  return variables.map((variable) => encodeBlock(variable, stretches));
}
