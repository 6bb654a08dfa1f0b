import { afterEach, expect, test, vi } from "vitest";
import { run } from "../../src/cli/main";
import { type Labelled, type Matrix, matrix } from "../../src/core/matrix";
import type { Model } from "../../src/core/model";
import { normal, seeded } from "../../src/core/rng";
import type { LearnerCard } from "../../src/models/card";
import { contributionsOf } from "../../src/models/explain/contributions";
import { modelSql } from "../../src/models/export/sql/model-sql";
import { type LearnerKind, learnerFrom } from "../../src/models/learner";
import { learnerNamed, optionReference } from "../../src/models/learner-names";
import { loadModel } from "../../src/models/load";
import { number, withDefaults } from "../../src/models/options";
import { allCards, allLearners, cardOf, learnerCards } from "../../src/models/registry";
import { searchSpace } from "../../src/models/search/random-search";
import { randomCandidates } from "../../src/models/search/search-space";
import { tableLearner } from "../../src/services/predict/learners";
import { fromRegistry } from "../conformance/learner-list";

const rng = seeded("registry");
const n = 60;
const x = matrix(
  n,
  2,
  Float64Array.from({ length: 2 * n }, () => normal(rng)),
);
const rows: Labelled = { x, y: Float64Array.from({ length: n }, (_, i) => (x.values[i] > 0 ? 1 : 0)) };

/** A learner that is nowhere but here: the mean target, shrunken. */
interface MeanOptions {
  readonly shrink?: number;
}
const meanOptions = { shrink: number("how far the mean goes to a half", { low: 0, high: 1 }, 0.1) };
interface MeanModel extends Model {
  readonly mean: number;
}
function meanModel(mean: number): MeanModel {
  return {
    kind: "mean-target",
    mean,
    predict: (of: Matrix) => new Float64Array(of.rows).fill(mean),
    toJSON: () => ({ kind: "mean-target", version: 1, mean }),
  };
}
const meanCard: LearnerCard<"mean-target", MeanOptions, MeanModel> = {
  kind: "mean-target",
  name: "meanTarget",
  title: "Mean target",
  aliases: ["Dummy"],
  options: meanOptions,
  fit(options) {
    const { shrink } = withDefaults(meanOptions, options, "make mean target");
    return async ({ y }) => meanModel((1 - shrink) * (y.reduce((a, b) => a + b, 0) / y.length) + shrink / 2);
  },
  targets: { classes: {} },
  encode: "one-hot",
  needsBothClasses: false,
  search: { shrink: { uniform: [0, 1] } },
  fromJSON: (json) => meanModel(json.mean as number),
  explain: ({ mean }, of) => ({
    unit: "probability",
    expected: mean,
    exact: true,
    values: matrix(of.rows, of.columns, new Float64Array(of.values.length)),
    x: of,
  }),
  sql: ({ mean }) => String(mean),
};

afterEach(() => {
  const at = (learnerCards as unknown as object[]).indexOf(meanCard);
  if (at >= 0) (learnerCards as unknown as object[]).splice(at, 1);
  vi.restoreAllMocks();
});

test("a learner added in one place is loaded, searched, asked for, explained, exported and held to all rules", async () => {
  expect(cardOf("mean-target")).toBeUndefined();
  (learnerCards as unknown as object[]).push(meanCard);
  const kind = "mean-target" as LearnerKind;

  const model = await learnerFrom({ kind, options: { shrink: 0.5 } as never })(rows, seeded(1));
  expect(loadModel(JSON.parse(JSON.stringify(model))).predict(x)).toEqual(model.predict(x));
  expect(contributionsOf(model, x)?.unit).toBe("probability");
  expect(modelSql(model, ["a", "b"], (text) => text)).toBe(String((model as Model as MeanModel).mean));

  const drawn = randomCandidates(searchSpace(kind), 3, seeded(1)).map((one) => one.options as MeanOptions);
  expect(new Set(drawn.map((one) => one.shrink)).size).toBe(3);

  expect(learnerNamed("DummyClassifier", "classes").kind).toBe(kind);
  expect(tableLearner("mean-target", "classes")).toBeTypeOf("function");
  const written: string[] = [];
  vi.spyOn(process.stdout, "write").mockImplementation((text) => written.push(String(text)) > 0);
  expect(await run(["train", "--help"])).toBe(0);
  expect(written.join("")).toMatch(/^ {2}mean-target +Mean target \(classes; also Dummy\)$/m);
  expect(optionReference()).toContain(
    "| `shrink` | `0.1` | number from 0 to 1 | how far the mean goes to a half |",
  );

  expect(fromRegistry(allLearners()).map((one) => one.name)).toContain("meanTarget() of classes");
});

test("every kind, alias and earlier kind of the registry is one card's alone", () => {
  const names = allCards().flatMap(({ kind, formerKinds = [] }) => [kind, ...formerKinds]);
  expect(names.length).toBe(new Set(names).size);
  const asked = allLearners().flatMap(({ kind, name, aliases }) => [
    ...new Set([kind, name, ...aliases].map((one) => one.toLowerCase().replace(/[^a-z0-9]/g, ""))),
  ]);
  expect(asked.length).toBe(new Set(asked).size);
});

test("a model is of the kind of its learner", async () => {
  for (const card of allLearners()) {
    if (card.kind === "network") continue;
    const target = Object.keys(card.targets)[0] as keyof typeof card.targets;
    const model = await card.fit(card.targets[target] ?? {})(rows, seeded(1));
    expect(model.kind).toBe(card.kind);
    expect(model.toJSON().kind).toBe(card.kind);
  }
});

test("models that earlier versions saved as boosted-trees or forest load and predict the same", async () => {
  for (const [kind, former] of [
    ["gradient-boosting", "boosted-trees"],
    ["random-forest", "forest"],
    ["extra-trees", "forest"],
  ] as const) {
    const model = await learnerFrom({ kind, options: { trees: 5 } })(rows, seeded(1));
    const old = { ...(JSON.parse(JSON.stringify(model)) as object), kind: former };
    expect(loadModel(old).predict(x)).toEqual(model.predict(x));
  }
});

test.each([
  ["RandomForestClassifier", "classes", "random-forest"],
  ["random_forest", "numbers", "random-forest"],
  ["HistGradientBoostingRegressor", "numbers", "gradient-boosting"],
  ["GradientBoostingClassifier", "classes", "gradient-boosting"],
  ["ExtraTreesClassifier", "classes", "extra-trees"],
  ["MLPClassifier", "classes", "network"],
  ["LogisticRegression", "classes", "logistic-regression"],
  ["logistic", "classes", "logistic-regression"],
  ["LinearRegression", "numbers", "linear-regression"],
  ["linear", "numbers", "ridge"],
  ["Lasso", "numbers", "lasso"],
  ["ziln", "numbers", "ziln"],
] as const)("learnerNamed(%s, %s) is %s", (name, target, kind) => {
  expect(learnerNamed(name, target).kind).toBe(kind);
});

test.each([
  ["nonsense", "classes"],
  ["RandomForestRegressor", "classes"],
  ["LogisticRegression", "numbers"],
  ["constructor", "classes"],
] as const)("learnerNamed(%s, %s) lists what there is", (name, target) => {
  expect(() => learnerNamed(name, target)).toThrow(
    new RegExp(`^Cannot train: for ${target} the model must be one of auto, .*, got "${name}"$`),
  );
});

test("learners refuse an option they don't have, by name", () => {
  for (const { kind, fit } of allLearners())
    expect(() => fit({ nEstimators: 100 } as object), kind).toThrow(/^Cannot .*, got "nEstimators"$/);
});
