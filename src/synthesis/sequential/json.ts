import type { ModelJson } from "../../core/model";
import { checkParts } from "../drawing/check-parts";
import type { Mask } from "../drawing/masks";
import { partsFrom } from "../synthesiser";
import type { CellModel } from "./cells";
import type { Conditional } from "./conditionals";
import { logitLayout } from "./logit";
import type { NumberModel } from "./numbers";
import type { SequentialParts } from "./parts";

/** The model as plain JSON: layouts follow from the terms and are left out. */
export function sequentialToJson(parts: SequentialParts): ModelJson {
  const { layouts: _, ...kept } = parts;
  return { kind: "sequential", version: 2, ...(plain(kept) as object) };
}

/** The parts that `sequentialToJson` wrote. */
export function sequentialFromJson(json: ModelJson): SequentialParts {
  const raw = partsFrom<SequentialParts>(json, "sequential", 2);
  checkParts(raw, "load sequential");
  return {
    schema: raw.schema,
    structure: raw.structure,
    variables: raw.variables,
    plans: raw.plans,
    parents: raw.parents,
    ...(raw.crowded !== undefined && { crowded: raw.crowded }),
    ...(raw.rows !== undefined && { rows: raw.rows }),
    layouts: raw.parents.map((own) => logitLayout(own.flatMap((k) => raw.plans[k]))),
    masks: raw.masks.map((own) => own.map((mask): Mask => ({ ...mask, bits: Int32Array.from(mask.bits) }))),
    conditionals: raw.conditionals.map(revived),
  };
}

function revived(conditional: Conditional): Conditional {
  const cells = conditional.cells && { cells: revivedCells(conditional.cells) };
  const number = conditional.number && { number: revivedNumber(conditional.number) };
  return { ...cells, ...number };
}

function revivedCells(model: CellModel): CellModel {
  return { ...model, tables: model.tables.map((table) => Float64Array.from(table)) };
}

function revivedNumber(model: NumberModel): NumberModel {
  const { mean, more, apart, relative } = model;
  return {
    ...model,
    ...(mean && { mean: Float64Array.from(mean) }),
    ...(more && { more: Float64Array.from(more) }),
    ...(apart && { apart: { ...apart, mean: Float64Array.from(apart.mean) } }),
    ...(relative && {
      relative: relative.map((one) => ({ ...one, model: revivedNumber(one.model) })),
    }),
  };
}

/** Typed arrays become lists; JSON then keeps every bit of a number. */
function plain(value: unknown): unknown {
  if (ArrayBuffer.isView(value)) return Array.from(value as unknown as ArrayLike<number>);
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, plain(one)]));
}
