import { z } from "zod";
import { check } from "../../core/checks";
import type { Matrix } from "../../core/matrix";
import type { Model, ModelJson } from "../../core/model";
import { type ClassCalibration, classCalibrationFromJSON } from "./class-calibration";
import { blended, type Link, linked, mostProbable } from "./probabilities";

/** One model of several classes: a score each. */
export interface ClassScores {
  readonly name: string;
  /** Share in the blend; they sum to 1. */
  readonly weight: number;
  readonly link: Link;
  /** A model a class, in the classes' order. */
  readonly scores: readonly Model[];
}

/** Predicts which of three classes or more, and how probable each is: one model, or a blend of several. */
export interface Multiclass extends Model {
  readonly kind: "multiclass";
  readonly classes: number;
  readonly members: readonly ClassScores[];
  /** What the members' mean passes through; absent: nothing. */
  readonly calibration?: ClassCalibration;
  /** The most probable class of each row, from 0; of equals the first. */
  predict(x: Matrix): Float64Array;
  /** One array a class, one probability a row; a row's sum to 1. */
  probabilities(x: Matrix): Float64Array[];
}

/** The model of members that were fitted to the same classes, and of what corrects their probabilities. */
export function multiclass(members: readonly ClassScores[], calibration?: ClassCalibration): Multiclass {
  const action = "make model of classes";
  check(members.length > 0, action, "there must be a member", 0);
  const classes = members[0].scores.length;
  check(
    classes > 2 && members.every((member) => member.scores.length === classes),
    action,
    "every member must have a score for each of three classes or more",
    members.map((member) => member.scores.length).join(", "),
  );
  const probabilities = (x: Matrix): Float64Array[] => {
    const own = members.map(({ scores, link }) =>
      linked(
        scores.map((model) => model.predict(x)),
        link,
      ),
    );
    const mean = blended(
      own,
      members.map((member) => member.weight),
    );
    return calibration ? calibration.apply(mean) : mean;
  };
  return {
    kind: "multiclass",
    classes,
    members,
    ...(calibration && { calibration }),
    probabilities,
    predict: (x) => mostProbable(probabilities(x)),
    toJSON: (): ModelJson => ({
      kind: "multiclass",
      version: 1,
      ...(calibration && { calibration: calibration.toJSON() }),
      members: members.map(({ scores, ...member }) => ({
        ...member,
        scores: scores.map((score) => score.toJSON()),
      })),
    }),
  };
}

/**
 * Whether the model predicts one of several classes.
 *
 * @example
 * const x = matrixFromRows([[0], [1], [2], [3]]);
 * isMulticlass(await linearRegression()({ x, y: Float64Array.of(1, 3, 5, 7) }, seeded(1))); // → false
 */
export function isMulticlass(model: Model): model is Multiclass {
  return model.kind === "multiclass";
}

const membersJson = z
  .array(
    z.strictObject({
      name: z.string().max(1000),
      weight: z.number().min(0).max(1),
      link: z.enum(["softmax", "shares"]),
      scores: z.array(z.unknown()).min(3).max(1000),
    }),
  )
  .min(1)
  .max(100)
  .refine(
    (members) => Math.abs(members.reduce((sum, member) => sum + member.weight, 0) - 1) < 1e-9,
    "the weights must sum to 1",
  );

/** The model that `toJSON` described; `load` reads the models inside. */
export function multiclassFromJSON(
  json: Record<string, unknown>,
  load: (json: unknown) => Model,
): Multiclass {
  const read = membersJson.safeParse(json.members);
  check(read.success, "load model of classes", read.success ? "" : z.prettifyError(read.error));
  const members = read.data.map(({ scores, ...member }) => ({ ...member, scores: scores.map(load) }));
  if (json.calibration === undefined) return multiclass(members);
  return multiclass(members, classCalibrationFromJSON(json.calibration, members[0].scores.length));
}
