import type { DescribedModel } from "../routes/models.js";
import { between, shown } from "./dom.js";

/** A model as the store describes it. */
export type Model = Omit<DescribedModel, "metadata"> & { readonly metadata: Metadata };

/** What its trainer found worth keeping; models of other kinds keep other things. */
interface Metadata {
  readonly validation?: readonly {
    readonly name: string;
    readonly value: number;
    readonly low?: number;
    readonly high?: number;
  }[];
  readonly schema?: { readonly columns?: readonly Column[] };
  readonly target?: { readonly column?: string; readonly kind?: string; readonly positive?: string };
  readonly [key: string]: unknown;
}

interface Column {
  readonly name: string;
  readonly type: string;
  readonly levels?: readonly string[];
}

const titles: Readonly<Record<string, string>> = {
  rocAuc: "ROC AUC",
  averagePrecision: "PR AUC",
  logLoss: "Log loss",
  brierLoss: "Brier",
  brierSkill: "Brier skill",
  calibrationError: "ECE",
  kolmogorovSmirnov: "KS",
  accuracy: "Accuracy",
  balancedAccuracy: "Balanced accuracy",
  precision: "Precision",
  recall: "Recall",
  specificity: "Specificity",
  f1: "F1",
  matthewsCorrelation: "MCC",
  validationMethod: "Judged by",
  threshold: "Threshold",
  model: "Learner",
  seed: "Seed",
  rows: "Training rows",
  positives: "Positives",
  version: "Version of telelink",
};

/** The most facts of a model that are not figures or columns. */
const most = 60;

/** What is known of a model, a line each: its figures first, then where it comes from, then its columns. */
export function factsOf({ kind, at, sha256, metadata }: Model): Map<string, string> {
  const { validation = [], validationMethod, threshold, target, schema, origin, ...rest } = metadata;
  // Distributions of the training rows are for monitoring.
  const { profile: _, predicted: __, ...others } = rest;
  const facts = new Map([
    ["Kind", kind],
    ["Made", new Date(at).toLocaleString()],
    ["SHA-256", sha256.slice(0, 12)],
  ]);
  for (const { name, value, low, high } of validation) {
    const whole = low !== undefined && high !== undefined;
    facts.set(titles[name] ?? name, whole ? between({ estimate: value, low, high }, 4) : shown(value, 4));
  }
  for (const [name, fact] of plainFacts({ validationMethod, threshold, ...(origin as object), ...others }))
    facts.set(titles[name] ?? name, fact);
  if (target?.column !== undefined)
    facts.set("Foretold", `${target.column}${target.positive === undefined ? "" : ` = ${target.positive}`}`);
  const columns = schema?.columns ?? [];
  if (columns.length > 0) facts.set("Columns", String(columns.length));
  for (const { name, type, levels = [] } of columns)
    facts.set(columnFact(name), levels.length === 0 ? type : `${type}: ${levels.join(", ")}`);
  return facts;
}

const columnFact = (name: string): string => `Column ${name}`;

/** The facts of two models in rows; columns only where they differ. */
export function beside(one: Model, two: Model): [fact: string, one: string, two: string][] {
  const [left, right] = [factsOf(one), factsOf(two)];
  const columns = [one, two].flatMap(({ metadata }) => metadata.schema?.columns ?? []);
  const ofColumns = new Set(columns.map(({ name }) => columnFact(name)));
  return [...new Set([...left.keys(), ...right.keys()])]
    .filter((fact) => !ofColumns.has(fact) || left.get(fact) !== right.get(fact))
    .map((fact) => {
      const absent = ofColumns.has(fact) ? "not used" : "not told";
      return [fact, left.get(fact) ?? absent, right.get(fact) ?? absent];
    });
}

/** Numbers as figures, everything else as words; what lies deeper under the names that lead to it. */
function plainFacts(metadata: object): Map<string, string> {
  const facts = new Map<string, string>();
  const walk = (prefix: string, value: unknown): void => {
    if (facts.size >= most || value === null || value === undefined) return;
    if (typeof value === "number") facts.set(prefix, shown(value, Number.isInteger(value) ? 0 : 4));
    else if (typeof value === "boolean") facts.set(prefix, value ? "yes" : "no");
    else if (typeof value === "string")
      facts.set(prefix, /^[0-9a-f]{64}$/.test(value) ? value.slice(0, 12) : value);
    else if (Array.isArray(value))
      value.forEach((item, k) => {
        const named = (item as { name?: unknown } | null)?.name;
        walk(`${prefix} ${typeof named === "string" ? named : k + 1}`, item);
      });
    else
      for (const [key, inner] of Object.entries(value as object))
        if (key !== "name" || typeof inner !== "string") walk(prefix ? `${prefix} ${key}` : key, inner);
  };
  walk("", metadata);
  return facts;
}
