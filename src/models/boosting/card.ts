import type { LearnerCard } from "../card";
import type { Contributions } from "../explain/rescale";
import { treeSumOnnx } from "../export/onnx/trees-onnx";
import { sigmoidSql } from "../export/sql/linear-sql";
import { sqlNumber } from "../export/sql/text";
import { treesSql } from "../export/sql/trees-sql";
import { gradientBoosting } from "./boosting";
import { type BoostedTrees, boostedTreesFromJSON } from "./boosting-model";
import { boostingOptions, type GradientBoostingOptions } from "./boosting-options";

export const boostingCard: LearnerCard<"gradient-boosting", GradientBoostingOptions, BoostedTrees> = {
  kind: "gradient-boosting",
  name: "gradientBoosting",
  title: "Gradient boosting",
  aliases: ["HistGradientBoosting", "GradientBoosting", "boosting"],
  formerKinds: ["boosted-trees"],
  options: boostingOptions,
  fit: gradientBoosting,
  targets: { classes: {}, numbers: { loss: "squared" } },
  encode: "codes",
  needsBothClasses: false,
  search: {
    trees: { logInteger: [50, 500] },
    learnRate: { logUniform: [0.02, 0.2] },
    leaves: { logInteger: [4, 63] },
    minRows: { logInteger: [5, 100] },
    l2: [0, 1, 5, 20],
    rowShare: [1, 0.7],
    columnShare: [1, 0.5],
  },
  fromJSON: boostedTreesFromJSON,
  explain({ loss, expected, contributions }, x): Contributions {
    const unit = loss === "logistic" ? "log odds" : logMean(loss) ? "log mean" : "target";
    return { unit, expected, exact: true, values: contributions(x), x };
  },
  treeNodes: ({ trees }) => trees.feature.length,
  sql({ trees, base, loss }, columns, define) {
    const score = `${sqlNumber(base)} + ${treesSql(trees, columns, define)}`;
    if (loss === "logistic") return sigmoidSql(score);
    return logMean(loss) ? `EXP(${score})` : `(${score})`;
  },
  onnx({ trees, base, loss }, inputs, graph) {
    const score = graph.node("Add", [treeSumOnnx(trees, inputs, graph), graph.constant([base], [1, 1])]);
    if (loss === "logistic") return graph.node("Sigmoid", [score]);
    return logMean(loss) ? graph.node("Exp", [score]) : score;
  },
};

function logMean(loss: BoostedTrees["loss"]): boolean {
  return loss === "poisson" || loss === "tweedie";
}
