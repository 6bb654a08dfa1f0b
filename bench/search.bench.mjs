// The reference's search for a forest: 10 random draws, 3 folds, by F1, then a fit with the best, on the protocol's
// dense matrix.
import rngModule from "../dist/core/rng.js";
import splitModule from "../dist/data/split.js";
import scorersModule from "../dist/evaluate/scorers.js";
import searchModule from "../dist/models/search/search.js";
import { load } from "./data.mjs";
import { protocolTables } from "./protocol.mjs";

const { seeded } = rngModule;

export default {
  title: "Random search of a forest (30 fits and a refit), scikit-learn's RandomizedSearchCV beside",
  data: protocolTables,
  cases: [
    {
      name: "4,556 × 61, 2 threads, wall",
      goal: 0.4,
      measure: "wall",
      rounds: 2,
      params: { train: "protocol-train", threads: 2 },
    },
    { name: "4,556 × 61, 1 thread", goal: 0.4, rounds: 2, params: { train: "protocol-train", threads: 1 } },
  ],
  async ours({ train, threads }) {
    const data = load(train);
    const folds = splitModule.stratifiedKFold(data.y, 3, seeded(1));
    const scorer = scorersModule.scorerNamed("f1");
    // scikit-learn's own ten draws, so that both sides grow the same forests.
    const candidates = draws.map(([trees, minSplit, minRows, depth]) => ({
      kind: "random-forest",
      options: { trees, minSplit, minRows, ...(depth && { depth }), ...(threads === 1 && { threads }) },
    }));
    return async () => {
      const found = await searchModule.search({ candidates, data, folds, scorer, threads }, seeded(1));
      return () => ({ f1: found.best.scores.f1.mean, trees: found.best.spec.options.trees });
    };
  },
};

const draws = [
  [600, 2, 2, undefined],
  [400, 10, 4, undefined],
  [500, 2, 2, 20],
  [500, 2, 4, 10],
  [200, 10, 1, 20],
  [200, 2, 2, undefined],
  [600, 5, 2, undefined],
  [500, 5, 2, 10],
  [500, 5, 2, 15],
  [500, 10, 2, 15],
];
