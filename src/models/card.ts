import type { Matrix } from "../core/matrix";
import type { Fit, Model } from "../core/model";
import type { Contributions } from "./explain/rescale";
import type { OnnxInputs } from "./export/onnx/columns";
import type { OnnxGraph } from "./export/onnx/graph";
import type { Define } from "./export/sql/text";
import type { OptionSchema } from "./options";
import type { Distribution } from "./search/distribution";

/** How models of one kind are read back, explained and exported. `inner` does the same with a model inside. */
export interface ModelCard<M extends Model = Model> {
  /** What `kind` of the model and of its JSON says. */
  readonly kind: string;
  /** What a reader calls it, as in "Gradient boosting". */
  readonly title: string;
  /** What `kind` said in files of earlier versions; they load as this kind. */
  readonly formerKinds?: readonly string[];
  /** The model that its `toJSON` described; throws on anything unsound. */
  fromJSON(json: Record<string, unknown>, inner: (json: unknown) => Model): M;
  /** See `contributionsOf`. */
  explain?(model: M, x: Matrix, inner: Explain): Contributions | undefined;
  /** How many nodes all its trees have; 0 when absent. */
  treeNodes?(model: M, inner: (model: Model) => number): number;
  /** The prediction as one SQL expression over the names of the columns; a missing value is NULL. */
  sql?(model: M, columns: readonly string[], define: Define, inner: WriteSql): string;
  /** The prediction as a value of shape [N, 1] of the graph. */
  onnx?(model: M, inputs: OnnxInputs, graph: OnnxGraph, inner: WriteOnnx): string;
}

export type Explain = (model: Model, x: Matrix) => Contributions | undefined;
export type WriteSql = (model: Model, columns: readonly string[], define: Define) => string;
export type WriteOnnx = (model: Model, inputs: OnnxInputs, graph: OnnxGraph) => string;

/** What is predicted: the chance of class 1, any number, or amounts from 0 up of which many are 0. */
export type TargetKind = "classes" | "numbers" | "amounts";

/** All that the project knows of a learner of matrices; `registry.ts` lists the cards. */
export interface LearnerCard<K extends string, O extends object, M extends Model = Model>
  extends ModelCard<M> {
  readonly kind: K;
  /** The library's function. */
  readonly name: string;
  /** What else it answers to where it is asked for by name: scikit-learn's name first. */
  readonly aliases: readonly string[];
  readonly options: OptionSchema<O>;
  /** The learner with these options; throws on options that don't hold. */
  fit(options: O): Fit<M>;
  /** What it can predict, and with which options beside its defaults. */
  readonly targets: { readonly [T in TargetKind]?: O };
  /** How a table's columns reach it: "codes" as they are, missing values too; "one-hot" as finite numbers. */
  readonly encode: "one-hot" | "codes";
  /** Whether rows of one class alone are refused; else it predicts that class. */
  readonly needsBothClasses: boolean;
  /** Options to vary in a search, and their values; `undefined` among them leaves the option out. */
  readonly search: { readonly [N in keyof O]?: readonly O[N][] | Distribution };
  /** Options that hold while candidates are compared and not for the one chosen, given those that are fixed. */
  whileSearching?(fixed: O): O;
}
