import type { ModelCard } from "../card";
import { type Multiclass, multiclassFromJSON } from "./multiclass";

/** Its contributions and exports are a class's each: `classContributions`, `multiclassSql`, `multiclassOnnx`. */
export const multiclassCard: ModelCard<Multiclass> = {
  kind: "multiclass",
  title: "Model of several classes",
  fromJSON: multiclassFromJSON,
  treeNodes: ({ members }, inner) =>
    members.reduce((sum, { scores }) => sum + scores.reduce((nodes, model) => nodes + inner(model), 0), 0),
};
