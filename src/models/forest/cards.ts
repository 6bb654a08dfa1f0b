import type { LearnerCard } from "../card";
import type { Contributions } from "../explain/rescale";
import { treeSumOnnx } from "../export/onnx/trees-onnx";
import { sqlNumber } from "../export/sql/text";
import { treesSql } from "../export/sql/trees-sql";
import { extraTrees, randomForest } from "./forest";
import { type Forest, forestFromJSON } from "./forest-model";
import { type ForestOptions, forestOptions } from "./forest-options";

/** What both kinds of forest share. */
const shared = {
  options: forestOptions,
  targets: { classes: { minRows: 3 }, numbers: { criterion: "squared", minRows: 3 } },
  encode: "codes",
  needsBothClasses: false,
  search: {
    trees: [300],
    minRows: { logInteger: [1, 30] },
    maxFeatures: ["sqrt", 0.3, 0.5, 0.8],
    depth: [undefined, 6, 10, 15],
  },
  explain({ criterion, expected, contributions }: Forest, x): Contributions {
    const unit = criterion === "squared" ? "target" : "probability";
    return { unit, expected, exact: true, values: contributions(x), x };
  },
  treeNodes: ({ trees }: Forest) => trees.feature.length,
  sql: ({ trees }: Forest, columns, define) =>
    `(${treesSql(trees, columns, define)} / ${sqlNumber(trees.roots.length - 1)})`,
  onnx({ trees }: Forest, inputs, graph) {
    const count = graph.constant([trees.roots.length - 1], [1, 1]);
    return graph.node("Div", [treeSumOnnx(trees, inputs, graph), count]);
  },
} satisfies Partial<LearnerCard<string, ForestOptions, Forest>>;

export const randomForestCard: LearnerCard<"random-forest", ForestOptions, Forest> = {
  ...shared,
  kind: "random-forest",
  name: "randomForest",
  title: "Random forest",
  aliases: ["RandomForest", "forest"],
  // Earlier versions saved both kinds as "forest"; their models are of one form.
  formerKinds: ["forest"],
  fit: randomForest,
  fromJSON: (json) => forestFromJSON("random-forest", json),
};

export const extraTreesCard: LearnerCard<"extra-trees", ForestOptions, Forest> = {
  ...shared,
  kind: "extra-trees",
  name: "extraTrees",
  title: "Extra trees",
  aliases: ["ExtraTrees"],
  fit: extraTrees,
  fromJSON: (json) => forestFromJSON("extra-trees", json),
};
