import { check, checkOneOf } from "../core/checks";
import type { ModelJson } from "../core/model";
import { type CopulaOptions, copula, loadCopula } from "./copula/copula";
import { type Method, methodNames, privateMethods } from "./method-names";
import { loadBlockModel } from "./nets/block-model";
import { type CtganOptions, ctgan } from "./nets/gan/ctgan";
import { type GanOptions, gan } from "./nets/gan/gan";
import { type TvaeOptions, tvae } from "./nets/vae/tvae";
import { type VaeOptions, vae } from "./nets/vae/vae";
import { type VanillaOptions, vanilla } from "./nets/vae/vanilla";
import { type AimOptions, aim } from "./private/aim/aim";
import { loadAim, loadMst } from "./private/model";
import { type MstOptions, mst } from "./private/mst";
import { loadCrossed } from "./relational/crossed";
import { loadRelational } from "./relational/relational";
import { loadUnits } from "./relational/units";
import { forOthers } from "./sequential/holes";
import { loadSequential, type SequentialOptions, sequential } from "./sequential/sequential";
import type { Structure } from "./structure/structure";
import type { FitSynthesiser, Synthesiser } from "./synthesiser";
import { loadTrees, type TreesOptions, trees } from "./trees/trees";

/** Each method's options, by the name that says which method is meant where functions can't go: a command, a form, JSON. */
export interface MethodOptions {
  sequential: SequentialOptions;
  copula: CopulaOptions;
  trees: TreesOptions;
  mst: MstOptions;
  aim: AimOptions;
  gan: GanOptions;
  vae: VaeOptions;
  ctgan: CtganOptions;
  tvae: TvaeOptions;
  vanilla: VanillaOptions;
}

const methods: { readonly [M in Method]: (options: MethodOptions[M]) => FitSynthesiser } = {
  sequential,
  copula,
  trees,
  mst,
  aim,
  gan,
  vae,
  ctgan,
  tvae,
  vanilla,
};

const loaders: Readonly<Record<string, (json: ModelJson) => Synthesiser>> = {
  sequential: loadSequential,
  relational: loadRelational,
  units: loadUnits,
  crossed: loadCrossed,
  copula: loadCopula,
  trees: loadTrees,
  mst: loadMst,
  aim: loadAim,
  gan: loadBlockModel,
  vae: loadBlockModel,
  ctgan: loadBlockModel,
  tvae: loadBlockModel,
  vanilla: loadBlockModel,
};

/**
 * The method called `name`, with its options.
 *
 * @example
 * const { table: plans } = parseCsv(`plan\n${"basic\nplus\nplus\n".repeat(40)}`);
 * const model = await synthesis("sequential")(plans, seeded(1));
 * const made = model.sample(300, seeded(2), { where: { plan: "plus" } });
 * profile(made)[0].levels; // → [{ level: "plus", count: 300 }]
 */
export function synthesis<M extends Method>(
  name: M,
  options: MethodOptions[M] = {} as MethodOptions[M],
): FitSynthesiser {
  checkOneOf(name, methodNames, "synthesise", "the method");
  const { structure } = options as { readonly structure?: Structure };
  if (name !== "sequential" && structure)
    return methods[name]({ ...options, structure: forOthers(structure) });
  return methods[name](options);
}

/**
 * The synthesiser that `toJSON` described. Throws on an unknown kind or version, and where its columns are not those of its rules.
 *
 * @example
 * const { table: plans } = parseCsv(`plan\n${"basic\nplus\nplus\n".repeat(40)}`);
 * const model = await synthesis("sequential")(plans, seeded(1));
 * const again = loadSynthesiser(JSON.parse(JSON.stringify(model)));
 * csvText(again.sample(9, seeded(2))) === csvText(model.sample(9, seeded(2))); // → true
 */
export function loadSynthesiser(json: unknown): Synthesiser {
  const kind = (json as { kind?: unknown } | null)?.kind;
  check(
    typeof kind === "string" && Object.hasOwn(loaders, kind),
    "load a synthesiser",
    `its kind must be one of ${Object.keys(loaders).join(", ")}`,
    kind,
  );
  const made = loaders[kind](json as ModelJson);
  // Private methods discover no rules, and two tables have two lists: their loaders hold the columns to what is drawn.
  if (privateMethods.includes(kind as Method) || ["relational", "units", "crossed"].includes(kind))
    return made;
  const { structure } = json as { structure?: { columns?: unknown } };
  const names = (columns: unknown): string =>
    Array.isArray(columns) ? columns.map((column) => column?.name).join(", ") : "";
  const expected = names(structure?.columns);
  check(
    expected !== "" && names(made.columns) === expected,
    "load a synthesiser",
    `its columns must be those of its rules (${expected})`,
    names(made.columns),
  );
  return made;
}
