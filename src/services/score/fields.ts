import { type DateFormat, datePrinter, plainDates } from "../../data/formats/date-format";
import { columnSchema } from "../../data/schema";
import type { NumberPart } from "../../features/parts";
import type { TrainedColumn } from "../predict/drift";
import type { SavedModel } from "../predict/saved-model";
import type { DeskField } from "./columns";

/** What a number may be at most where nothing else is known of its column. */
const most = 1e12;

/** The fields of customers as a model of one's own reads them, in the order of its training file, then the value's. */
export function fieldsOf(model: SavedModel, valueColumn?: string): DeskField[] {
  const parts = new Map(model.pipeline.encoder.parts.map((part) => [part.name, part]));
  const own = model.schema.columns.flatMap(({ name }): DeskField[] => {
    const part = parts.get(name);
    if (!part) return [];
    const known = { key: name, column: name, label: name };
    if (part.kind === "date") {
      const format = columnSchema(model.schema, name)?.format as DateFormat | undefined;
      const example = datePrinter(format ?? plainDates)(part.reference);
      return [
        { ...known, kind: "words", type: "date", ...(format ? { format } : {}), unknown: true, example },
      ];
    }
    if (part.kind === "text") return [{ ...known, kind: "words", type: "text", unknown: true, example: "" }];
    if (part.kind === "target-mean") {
      const [example = ""] = part.levels;
      return [{ ...known, kind: "words", type: "categorical", unknown: true, example }];
    }
    if (part.kind !== "number") {
      const levels = [...part.levels, ...part.pooled];
      return [{ ...known, kind: "choice", choices: levels, unknown: true, example: levels[0] ?? "" }];
    }
    const trained = model.profile?.find((column) => column.name === name);
    return [numberField(known, part, columnSchema(model.schema, name)?.decimals, trained)];
  });
  if (valueColumn === undefined || own.some((field) => field.column === valueColumn)) return own;
  const known = { key: valueColumn, column: valueColumn, label: valueColumn };
  return [...own, { ...known, kind: "number", low: -most, high: most, step: 0, example: 0 }];
}

/** The usual value is the training rows' median, or else their mean, where the model remembers it. */
function numberField(
  known: { readonly key: string; readonly column: string; readonly label: string },
  part: NumberPart,
  decimals: number | undefined,
  trained: TrainedColumn | undefined,
): DeskField {
  const scale = 10 ** (decimals ?? 2);
  const usual = (trained && medianOf(trained)) ?? part.fill ?? part.center;
  const example = Math.round(usual * scale) / scale;
  const step = decimals === undefined ? 0 : 1 / 10 ** decimals;
  const { minimum, maximum } = trained ?? {};
  return {
    ...{ ...known, kind: "number", low: -most, high: most, step, unknown: true, example },
    ...(minimum === undefined || maximum === undefined ? {} : { seen: [minimum, maximum] as const }),
  };
}

/** The edge of training's bins at which half of the values lie below it. */
function medianOf({ edges = [], shares }: TrainedColumn): number | undefined {
  let below = 0;
  for (const [k, edge] of edges.entries()) {
    below += shares[k];
    if (below >= 0.5 - 1e-9) return edge;
  }
  return edges[edges.length - 1];
}
