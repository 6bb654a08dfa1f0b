import { check } from "../../core/checks";
import { columnSchema, type Schema } from "../../data/schema";
import type { SavedModel } from "../predict/saved-model";
import { chargeColumns } from "./charges";
import { type Desk, deskOf, type ValueRule } from "./desk";
import { fieldsOf } from "./fields";

/** A trained churn model and the name that answers give it. */
export interface NamedModel {
  readonly name: string;
  readonly model: SavedModel;
  /** Its number in the store, where it is kept there. */
  readonly id?: number;
}

/** How to value customers whose columns are not the desk's: by a column of theirs, a model that predicts numbers, or not. */
export type OwnValue = { readonly column: string } | { readonly model: SavedModel } | { readonly none: true };

/**
 * The desk with its churn model for customers of whom all is known replaced by this one; the others keep theirs. Throws
 * when the model needs a column that the desk has not.
 */
export function withChampion(desk: Desk, champion: NamedModel): Desk {
  const action = `let ${champion.name} answer at the desk`;
  const { model } = champion;
  checkClasses(model, action);
  const types = new Map(desk.schema.columns.map((column) => [column.name, column.type]));
  for (const name of chargeColumns) types.set(name, "numeric");
  for (const part of model.pipeline.encoder.parts) {
    const type = columnSchema(model.schema, part.name)?.type;
    const known = types.get(part.name);
    check(known !== undefined, action, "its columns must be those of the customer's form", part.name);
    check(
      (known === "numeric") === (type === "numeric"),
      action,
      `column ${JSON.stringify(part.name)} must be ${known}`,
      type,
    );
  }
  const own = new Set(desk.schema.columns.map((column) => column.name));
  const schema: Schema = {
    columns: [...desk.schema.columns, ...model.schema.columns.filter((column) => !own.has(column.name))],
  };
  const [first, ...others] = desk.variants;
  // The others go on saying where they come from.
  const kept = others.map((other) => ({ ...other, origin: other.origin ?? desk.origin }));
  const { modelId: _, ...origin } = desk.origin;
  return deskOf(
    [{ ...first, churn: model.pipeline }, ...kept],
    schema,
    {
      ...origin,
      model: champion.name,
      ...(champion.id === undefined ? {} : { modelId: champion.id }),
      data: [...model.origin.data, ...desk.origin.data],
    },
    desk.fields,
    trainedOf(model),
  );
}

/** A desk for customers with columns of their own. */
export function ownDesk(churn: NamedModel, value: OwnValue): Desk {
  const action = `score customers by ${churn.name}`;
  checkClasses(churn.model, action);
  const columns = [...churn.model.schema.columns];
  const add = (schema: Schema): void => {
    for (const column of schema.columns)
      if (!columns.some((other) => other.name === column.name)) columns.push(column);
  };
  let rule: ValueRule;
  if ("none" in value) rule = { kind: "none" };
  else if ("column" in value) {
    rule = { kind: "column", column: value.column };
    add({ columns: [{ name: value.column, type: "numeric" }] });
  } else {
    check(
      value.model.target.kind === "numbers",
      action,
      "the model of value must predict numbers",
      value.model.target.kind,
    );
    const rmse = value.model.validation.find((score) => score.name === "rootMeanSquaredError")?.value ?? 0;
    // Nine in ten of normal errors lie within 1.645 standard deviations.
    rule = {
      kind: "model",
      pipeline: value.model.pipeline,
      residuals: [-1.645 * rmse, 1.645 * rmse],
      least: 0,
    };
    add(value.model.schema);
  }
  const { origin } = churn.model;
  return deskOf(
    [{ churn: churn.model.pipeline, value: rule }],
    { columns },
    {
      model: churn.name,
      ...(churn.id === undefined ? {} : { modelId: churn.id }),
      seed: String(origin.seed),
      simulatedValue: false,
      data: origin.data,
    },
    fieldsOf(churn.model, "column" in value ? value.column : undefined),
    trainedOf(churn.model),
  );
}

/** What is kept of the spread of its columns and of its probabilities. */
function trainedOf({ profile, predicted }: SavedModel): Pick<Desk, "profile" | "predicted"> {
  return { ...(profile ? { profile } : {}), ...(predicted ? { predicted } : {}) };
}

/** Whether the model reads nothing but columns of this desk, so that it can take its churn model's place. */
export function readsDesk(desk: Desk, { schema }: SavedModel): boolean {
  const known = new Set([...desk.schema.columns.map((column) => column.name), ...chargeColumns]);
  return schema.columns.every((column) => known.has(column.name));
}

function checkClasses(model: SavedModel, action: string): void {
  const { kind } = model.target;
  const found = kind === "multiclass" ? "three classes or more" : kind;
  check(
    kind === "classes",
    action,
    "it must predict the chance of leaving (telelink train --positive VALUE learns the class that leaves against the others)",
    found,
  );
}
