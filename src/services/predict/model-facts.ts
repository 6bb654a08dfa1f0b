import type { SavedModel } from "./saved-model";

/** What a model is, in words and JSON by name: it goes where the model goes, into other engines' files. */
export function modelFacts({
  target,
  threshold,
  validation,
  validationMethod,
  origin,
}: SavedModel): Record<string, string> {
  const { column, kind, positive, negative, classes } = target;
  return {
    target: column,
    ...(kind === "classes"
      ? {
          classes: JSON.stringify([negative, positive]),
          score: `probability that ${column} is ${positive}`,
          threshold: String(threshold),
        }
      : kind === "multiclass"
        ? { classes: JSON.stringify(classes), score: `probability of each value of ${column}` }
        : { score: `expected ${column}` }),
    validation: JSON.stringify(validation),
    ...(validationMethod === undefined ? {} : { validationMethod }),
    origin: JSON.stringify(origin),
  };
}
