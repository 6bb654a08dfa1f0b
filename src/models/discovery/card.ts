import type { ModelCard } from "../card";
import { singleColumns } from "../export/onnx/columns";
import { formulaOnnx } from "../export/onnx/formula-onnx";
import { formulaSql } from "../export/sql/formula-sql";
import { type DerivedModel, derivedModelFromJSON } from "./discovery";

export const derivedCard: ModelCard<DerivedModel> = {
  kind: "derived",
  title: "Model with discovered features",
  fromJSON: derivedModelFromJSON,
  explain: ({ discovery, model }, x, inner) => inner(model, discovery.transform(x)),
  treeNodes: ({ model }, inner) => inner(model),
  sql({ discovery, model }, columns, define, inner) {
    const all = [...columns];
    for (const one of discovery.toJSON().features) all.push(define(formulaSql(one, all)));
    return inner(model, all, define);
  },
  onnx({ discovery, model }, inputs, graph, inner) {
    const columns = singleColumns(inputs, graph);
    for (const one of discovery.toJSON().features)
      columns.push({ numeric: formulaOnnx(one, columns, graph) });
    return inner(model, { columns, widths: columns.map(() => 1) }, graph);
  },
};
