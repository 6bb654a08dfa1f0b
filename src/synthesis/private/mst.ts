import { check, checkInteger, checkNumber, checkOneOf } from "../../core/checks";
import type { ModelJson, Watch } from "../../core/model";
import type { Rng } from "../../core/rng";
import type { ColumnSchema } from "../../data/schema";
import { type Column, isCategorical, type Table, table } from "../../data/table";
import { type ColumnCondition, resolveWhere } from "../conditions";
import { writeDate } from "../structure/dates";
import { freshKeys, type KeyPlan } from "../structure/keys";
import { checkTrainable, type FitSynthesiser, type SampleOptions, type Synthesiser } from "../synthesiser";
import { type Budget, budgetOf, type Privacy, rhoOf } from "./budget";
import { type RawColumn, rawColumn } from "./columns";
import { checkDomain, type Domain, publicKeys } from "./domain";
import { drawForest, type Forest } from "./draw";
import { fitForest, withoutSpecks } from "./forest";
import { learnVariables, shownNoise } from "./learn-variables";
import { chooseLinks, measureLinks } from "./links";
import { noisyCounts } from "./mechanisms";
import { secretSource, seededSource } from "./noise-source";
import { ontoSimplex } from "./simplex";
import type { PrivateVariable } from "./variable";

export interface MstOptions {
  /** How much one row may change what is learnt: chances by a factor of e^ε at most. Above 0; defaults to 1. */
  readonly epsilon?: number;
  /** The chance that this bound fails, in (0, 1); should be far below 1 / rows. Defaults to 1e-6, whatever the table. */
  readonly delta?: number;
  /** What is publicly known of the columns. What it leaves out is found privately, at the cost of some of ε. */
  readonly domain?: Domain;
  /**
   * A column of levels whose relation with every other column is counted too, so that a model can learn to predict it
   * from what is drawn; null for none. Defaults to the last column if that is a boolean.
   */
  readonly target?: string | null;
  /**
   * Where noise comes from. "secret", the default: from the operating system, so no two fits are the same. "seed": from
   * the stream given to fit, so the same seed makes the same model; whoever knows the seed can take the noise away.
   */
  readonly noise?: "secret" | "seed";
}

/** A synthesiser that tells next to nothing about any single row, provably. */
export interface Mst extends Synthesiser {
  readonly kind: "mst";
  readonly privacy: Privacy;
  /** The pairs of columns that were counted, those with the target first. */
  readonly links: readonly (readonly [string, string])[];
  /** Columns that come out empty: texts, and columns of which nothing stands out of the noise. */
  readonly empty: readonly string[];
}

interface MstParts extends Forest {
  readonly schema: readonly ColumnSchema[];
  /** How identifiers are written, by column. */
  readonly keys: Readonly<Record<string, KeyPlan>>;
  readonly privacy: Privacy;
}

/**
 * What each step gets of the budget, relative to the others that a table needs: the same for every table. Chosen on a
 * public one, where half or twice as much for any step changes the quality by less than another seed does.
 */
const shares = { rows: 2, bounds: 5, levels: 6, bins: 14, single: 12, links: 12, target: 17, pairs: 32 };

/** Bins hold at least so many standard deviations of the noise on pairs, and one in so many rows. */
const [clearOfNoise, mostBins] = [12, 32];
/** Cells with fewer expected rows than this are empty: what noise leaves where no row is. */
const speck = 0.5;

/**
 * Synthesis with differential privacy: the maximum spanning tree of private marginals that won NIST's contest (McKenna,
 * Miklau and Sheldon, 2021). Counts of single columns, a tree of the pairs that depend on each other most, and counts
 * of those pairs, all with discrete Gaussian noise; from them the distribution that fits best. Beyond the paper, every
 * column is counted beside the target, so that the tree may differ between its levels (a tree-augmented naive Bayes
 * network, Friedman, Geiger and Goldszmidt, 1997): a model that learns from drawn rows loses far less.
 *
 * The model is (ε, δ)-differentially private: tables that differ by one row added or removed give the same model with
 * chances at most e^ε apart, but for a chance of δ. The number of rows is private too. Column names, types, decimals, the
 * words of booleans and the way dates are written count as public, as does all that `domain` says; identifiers are made
 * from the domain's pattern and texts come out empty. What a model is drawn from costs nothing more, however many rows.
 */
export function mst(options: MstOptions = {}): FitSynthesiser<Mst> {
  const { epsilon = 1, delta = 1e-6, domain = { columns: [] }, noise = "secret" } = options;
  checkNumber(epsilon, 0, Infinity, "make mst", "epsilon", "low");
  checkNumber(delta, 0, 1, "make mst", "delta", "both");
  checkOneOf(noise, ["secret", "seed"], "make mst", "noise");
  return async (from: Table, rng: Rng, watch: Watch = {}) => {
    checkTrainable(from, "mst");
    checkDomain(domain, from.columns);
    watch.signal?.throwIfAborted();
    const known = (name: string) => domain.columns.find((one) => one.name === name);
    const raw = from.columns.flatMap((column) => rawColumn(column, known(column.name)) ?? []);
    const source = noise === "seed" ? seededSource(rng) : secretSource();
    const target = targetAmong(raw, from, options.target);
    const plan = planOf(raw, target, epsilon, delta);
    const { budget } = plan;
    const report = (done: number): void => watch.progress?.({ phase: "fit", done, total: 4 });

    const counted = noisyCounts([from.rows], plan.rho.rows, source);
    budget.spend({
      part: "number of rows",
      rho: counted.rho,
      delta: 0,
      how: `one count, noise of ${shownNoise(counted.variance)} rows`,
    });
    const rows = Math.max(1, counted.counts[0]);
    // Known beforehand: the noise that pairs will have if every column is linked.
    const rounds = Math.max(0, raw.length - (target < 0 ? 1 : 2));
    const variance = rounds / (2 * plan.rho.pairs);
    const leastRows = Math.max(rows / mostBins, clearOfNoise * Math.sqrt(rounds > 0 ? variance : 0));
    const learnt = learnVariables(raw, { budget, shares: plan.rho, source, rows, leastRows });
    report(1);
    watch.signal?.throwIfAborted();

    const variables = learnt.map(({ measured, groups }) => ({
      cells: groups,
      expected: ontoSimplex(measured.counts, rows),
    }));
    const links = chooseLinks(variables, rows, { rho: plan.rho.links, variance, target, rounds }, source);
    if (rounds > 0)
      budget.spend({
        part: "choice of pairs",
        rho: plan.rho.links,
        delta: 0,
        how: `exponential mechanism, up to ${rounds} rounds`,
      });
    report(2);
    watch.signal?.throwIfAborted();
    const star = raw.flatMap((_, v) => (v === target || target < 0 ? [] : [[target, v] as const]));
    const beside = measureLinks(variables, star, plan.rho.target, source);
    if (star.length > 0)
      budget.spend({
        part: `pairs with ${raw[target].name}`,
        rho: beside.rho,
        delta: 0,
        how: `counts of ${star.length} pairs, noise of ${shownNoise(beside.pairs[0].variance)} rows`,
      });
    const { pairs, rho } = measureLinks(variables, links, plan.rho.pairs, source);
    if (links.length > 0)
      budget.spend({
        part: "pairs of columns",
        rho,
        delta: 0,
        how: `counts of ${links.length} pairs, noise of ${shownNoise(pairs[0].variance)} rows`,
      });
    const left = budget.rho - budget.spending.reduce((sum, one) => sum + one.rho, 0);
    budget.spend({
      part: "left over",
      rho: Math.max(0, left),
      delta: 0,
      how: "steps that found nothing to count",
    });
    report(3);
    await new Promise((next) => setImmediate(next));
    watch.signal?.throwIfAborted();
    const single = learnt.map((one) => one.measured);
    const measured = {
      single,
      pairs,
      rows,
      ...(target >= 0 && { target: { variable: target, pairs: beside.pairs } }),
    };
    const forest = withoutSpecks(fitForest(measured), speck / rows);
    report(4);
    return mstOf({
      schema: schemaFor(
        from,
        learnt.map((one) => one.variable),
      ),
      keys: Object.fromEntries(
        from.columns.flatMap(({ name, type }) =>
          type === "id" ? [[name, publicKeys(known(name)?.pattern)]] : [],
        ),
      ),
      variables: learnt.map((one) => one.variable),
      ...forest,
      privacy: {
        epsilon,
        delta,
        rho: budget.rho,
        neighbours: "one row added or removed",
        noise,
        spending: budget.spending,
      },
    });
  };
}

/** The model that `toJSON` wrote. Throws when the JSON is of another kind or version. */
export function loadMst(json: ModelJson): Mst {
  check(json.kind === "mst", "load mst", "kind must be mst", json.kind);
  check(json.version === 1, "load mst", "version must be 1", json.version);
  const { schema, keys, variables, branches, target, privacy } = json as unknown as MstParts;
  const names = (all: unknown): string => (Array.isArray(all) ? all.map((one) => one?.name).join(", ") : "");
  const drawn = names(
    (Array.isArray(schema) ? schema : []).filter((one) => one?.type !== "id" && one?.type !== "text"),
  );
  check(
    drawn === names(variables),
    "load mst",
    `its columns must be those that it draws (${names(variables)})`,
    drawn,
  );
  const whole = branches.map((one) => ({ ...one, chances: Float64Array.from(one.chances) }));
  return mstOf({ schema, keys, variables, branches: whole, target, privacy });
}

/** The target's place among the columns that are learnt; −1 for none. */
function targetAmong(raw: readonly RawColumn[], from: Table, target: string | null | undefined): number {
  const last = from.columns[from.columns.length - 1];
  const name = target === undefined && last.type === "boolean" ? last.name : target;
  if (name === undefined || name === null) return -1;
  const levels = raw.filter((one) => one.kind === "levels").map((one) => one.name);
  check(
    levels.includes(name),
    "fit mst",
    `the target must be one of the columns of levels ${levels.join(", ")}`,
    name,
  );
  return raw.findIndex((one) => one.name === name);
}

type Plan = { readonly budget: Budget; readonly rho: Readonly<Record<keyof typeof shares, number>> };

/** What each step may spend: follows from what is public alone. */
function planOf(raw: readonly RawColumn[], target: number, epsilon: number, delta: number): Plan {
  const ranges = raw.filter((one) => one.kind === "range");
  const unknownLevels = raw.some((one) => one.kind === "levels" && !one.levels);
  const needed: Readonly<Record<keyof typeof shares, boolean>> = {
    rows: true,
    bounds: ranges.some((one) => !one.bounds),
    levels: unknownLevels,
    bins: ranges.length > 0,
    single: raw.length > 0,
    links: raw.length > (target < 0 ? 1 : 2),
    target: target >= 0 && raw.length > 1,
    pairs: raw.length > (target < 0 ? 1 : 2),
  };
  // Published levels can fail with half of δ; the other half belongs to turning ρ into ε.
  const failing = unknownLevels ? delta / 2 : 0;
  const budget = budgetOf(rhoOf(epsilon, delta - failing), failing);
  const steps = Object.keys(shares) as (keyof typeof shares)[];
  const sum = steps.reduce((all, step) => all + (needed[step] ? shares[step] : 0), 0);
  const rho = Object.fromEntries(
    steps.map((step) => [step, needed[step] ? (budget.rho * shares[step]) / sum : 0]),
  );
  return { budget, rho: rho as Plan["rho"] };
}

/** The columns as they come out: levels are those that the model publishes. */
function schemaFor(from: Table, variables: readonly PrivateVariable[]): ColumnSchema[] {
  return from.columns.map((column): ColumnSchema => {
    const { name, type } = column;
    const grid = variables.find((one) => one.name === name)?.grid;
    if (isCategorical(column)) return { name, type, levels: grid?.kind === "levels" ? grid.levels : [] };
    if (type !== "numeric") return { name, type };
    const decimals = grid?.kind === "decimals" ? grid.decimals : column.decimals;
    return decimals === undefined ? { name, type } : { name, type, decimals };
  });
}

function mstOf(parts: MstParts): Mst {
  const { schema, keys, variables, branches, target, privacy } = parts;
  const place = (name: string): number => variables.findIndex((one) => one.name === name);
  return {
    kind: "mst",
    columns: schema,
    privacy,
    links: [
      ...variables.flatMap(({ name }, v) =>
        target < 0 || v === target ? [] : [[variables[target].name, name] as const],
      ),
      ...branches.flatMap(({ variable, parent }) =>
        parent < 0 ? [] : [[variables[parent].name, variables[variable].name] as const],
      ),
    ],
    empty: schema
      .filter(
        ({ name }) => !(name in keys) && (variables[place(name)]?.cells ?? []).every((cell) => cell === null),
      )
      .map(({ name }) => name),
    sample: (n: number, rng: Rng, { where, firstRow = 0 }: SampleOptions = {}) => {
      checkInteger(n, 0, Number.MAX_SAFE_INTEGER, "sample", "rows");
      const conditions = new Map<number, ColumnCondition>();
      for (const one of resolveWhere(where, schema)) conditions.set(place(schema[one.column].name), one);
      const drawn = drawForest(parts, n, rng, conditions);
      return table(
        schema.map((one): Column => {
          if (one.name in keys)
            return { name: one.name, type: "id", values: freshKeys(keys[one.name], firstRow, n) };
          const at = place(one.name);
          return at < 0
            ? { name: one.name, type: "text", values: new Array<string>(n).fill("") }
            : columnOf(one, variables[at], drawn[at]);
        }),
      );
    },
    toJSON: () => ({
      kind: "mst",
      version: 1,
      schema,
      keys,
      variables,
      branches: branches.map((one) => ({ ...one, chances: Array.from(one.chances) })),
      target,
      privacy,
    }),
  };
}

function columnOf(schema: ColumnSchema, { grid }: PrivateVariable, values: Float64Array): Column {
  const { name, type, levels, decimals } = schema;
  if (levels) {
    const codes = Int32Array.from(values, (value) => (Number.isNaN(value) ? -1 : value));
    return { name, type: type as "categorical" | "boolean", codes, levels };
  }
  if (grid.kind === "date" || type === "date") {
    const write = (value: number): string => (grid.kind === "date" ? writeDate(value, grid.format) : "");
    return { name, type: "date", values: Array.from(values, write) };
  }
  return { name, type: "numeric", values, ...(decimals !== undefined && { decimals }) };
}
