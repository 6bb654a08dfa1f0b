import { check } from "../../core/checks";
import { kFold, stratifiedKFold } from "../../data/split";
import { logLoss } from "../../evaluate/probability";
import { rootMeanSquaredError } from "../../evaluate/regression";
import { encode } from "../../features/encode";
import { gradientBoosting } from "../../models/boosting";
import { randomForest } from "../../models/forest";
import { ridge } from "../../models/linear";
import { logisticRegression } from "../../models/logistic";
import { fitFolds, outOfFold } from "../../models/out-of-fold";
import { type FitTable, type Pipeline, pipeline } from "../../models/pipeline";

export type TargetKind = "classes" | "numbers";

/** A learner of tables, which may predict its own training rows by models that did not see them. */
export type Learner = FitTable<Pipeline & { readonly outOfFold?: Float64Array }>;

/** The learners that can be asked for by name, each behind the encoding that suits it; "auto" takes the best. */
const named: { readonly [name: string]: { readonly [kind in TargetKind]?: () => Learner } } = {
  auto: {
    classes: () => bestOf(["logistic", "boosting"], "classes"),
    numbers: () => bestOf(["linear", "boosting"], "numbers"),
  },
  logistic: { classes: () => pipeline({ encode: encode(), learner: logisticRegression() }) },
  linear: { numbers: () => pipeline({ encode: encode(), learner: ridge() }) },
  boosting: {
    classes: () => pipeline({ encode: codes(), learner: gradientBoosting() }),
    numbers: () => pipeline({ encode: codes(), learner: gradientBoosting({ loss: "squared" }) }),
  },
  forest: {
    classes: () => pipeline({ encode: codes(), learner: randomForest({ minRows: 3 }) }),
    numbers: () => pipeline({ encode: codes(), learner: randomForest({ criterion: "squared", minRows: 3 }) }),
  },
};

/** The names, for a target of classes or of numbers. */
export function learnerNames(kind: TargetKind): string[] {
  return Object.keys(named).filter((name) => named[name][kind]);
}

/** The learner called `name`; throws, listing the names, where there is none for this kind of target. */
export function learnerNamed(name: string, kind: TargetKind): Learner {
  const make = Object.hasOwn(named, name) ? named[name][kind] : undefined;
  check(
    make !== undefined,
    "train",
    `for ${kind} the model must be one of ${learnerNames(kind).join(", ")}`,
    name,
  );
  return make();
}

/** Whichever does best in a cross-validation on the rows given, by log loss or squared error, fitted to all of them. */
function bestOf(names: readonly string[], kind: TargetKind): Learner {
  const loss = kind === "classes" ? logLoss : rootMeanSquaredError;
  return async (table, y, rng, watch) => {
    const splits =
      kind === "classes" ? stratifiedKFold(y, 3, rng.fork("split")) : kFold(y.length, 3, rng.fork("split"));
    let best = { loss: Infinity, learner: learnerNamed(names[0], kind) };
    for (const name of names) {
      const learner = learnerNamed(name, kind);
      const folds = await fitFolds({ learner, data: { table, y } }, splits, rng.fork(name), {
        signal: watch?.signal,
      });
      const found = loss(y, outOfFold(folds, y.length));
      if (found < best.loss) best = { loss: found, learner };
    }
    return best.learner(table, y, rng.fork("learn"), watch);
  };
}

function codes(): ReturnType<typeof encode> {
  return encode({ categories: "codes" });
}
