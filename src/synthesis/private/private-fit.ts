import { check, checkNumber, checkOneOf } from "../../core/checks";
import type { Watch } from "../../core/model";
import type { Rng } from "../../core/rng";
import type { RowSource } from "../../data/even-rows";
import { asTable, type PolarsFrame } from "../../data/polars";
import { type Column, columnNamed, type Table, takeTableRows } from "../../data/table";
import { PackedTable } from "../../data/tally/packed-table";
import { checkTrainable } from "../synthesiser";
import type { Budget } from "./budget";
import { rawColumn } from "./domain/columns";
import { checkDomain, type Domain, publicKeys } from "./domain/domain";
import { neverMeeting } from "./domain/level-rules";
import { readOffTable } from "./domain/read-off";
import { ruledColumns } from "./domain/rules";
import type { MeasuredSet } from "./graphical-model";
import { learnVariables, shownNoise } from "./learn-variables";
import type { Counted } from "./links";
import { type PrivateColumnParts, schemaFor } from "./model";
import { noisyCounts } from "./noise/mechanisms";
import { secretSource, seededSource } from "./noise/noise-source";
import { type Plan, type PrivateMethod, planOf, targetAmong } from "./plan";
import { ontoSimplex } from "./simplex";

export interface PrivateOptions {
  /** How much one row may change what is learnt: chances by a factor of e^ε at most. Above 0. @default 1 */
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
  /**
   * Whether to refuse where the domain leaves open what would be read off the table (types, the words of booleans,
   * decimals, how numbers and dates are written); defaults to false: it is read, and said in `privacy.readOff`.
   */
  readonly strict?: boolean;
}

/** Bins hold at least so many standard deviations of the noise on pairs, and one in so many rows. */
const clearOfNoise = { mst: 12, aim: 18 } as const;
const mostBins = 32;

/** A table's columns once they were learnt one by one, and what is left of the budget. */
export interface PrivateColumns {
  readonly counted: readonly Counted[];
  /** The noisy counts of each alone. */
  readonly single: readonly MeasuredSet[];
  /** The target's place among them; −1 for none. */
  readonly target: number;
  readonly targetName: string | undefined;
  /** About how many rows there are; known privately. */
  readonly rows: number;
  readonly budget: Budget;
  readonly rho: Plan["rho"];
  /** Groups of two variables that never meet, by the domain's rules. */
  readonly never: ReturnType<typeof neverMeeting>;
  /** All that a model is but its dependence. */
  parts(): PrivateColumnParts;
}

/**
 * The columns of a table learnt one by one within (ε, δ): the number of rows, bounds, levels, bins and counts. `varianceOf` says
 * beforehand what noise counts of several columns will have, from what is public alone.
 */
export async function privateColumns(
  given: PrivateRows,
  rng: Rng,
  method: PrivateMethod,
  options: PrivateOptions,
  varianceOf: (columns: number, target: number, rho: Plan["rho"]) => number,
  watch: Watch,
): Promise<PrivateColumns> {
  const { epsilon, delta, domain, noise } = checked(options, method);
  const { like, ...rest } = heldRows(given);
  checkTrainable(like, method);
  checkDomain(domain, like.columns);
  watch.signal?.throwIfAborted();
  const { without, rules, known } = ruledColumns(like.columns, domain, options.target);
  const from = { ...without(takeTableRows(like, [])), rows: like.rows };
  checkTrainable(from, method);
  const cellsOf = await rest.hold(from.columns, without);
  const raw = from.columns.flatMap(({ name }) => rawColumn(() => cellsOf(name), known(name)) ?? []);
  const isDate = ({ name, type }: Column): boolean =>
    type === "date" && from.columns.some((one) => one.name === name);
  // How dates are written is told by all of them.
  const whole = like.columns.map((column) => (isDate(column) ? cellsOf(column.name) : column));
  const readOff = readOffTable(whole, domain);
  // Whole: what is left to state has to be seen, however long it is.
  check(
    !options.strict || readOff.length === 0,
    `fit ${method} strictly`,
    `the domain must state what is not found privately (telelink synth domain writes a skeleton): ${readOff.join("; ")}`,
  );
  const source = noise === "seed" ? seededSource(rng) : secretSource();
  const target = targetAmong(raw, from, options.target, method);
  const { budget, rho } = planOf(raw, target, { epsilon, delta, method }, source);
  const rows = budget.step("number of rows", { rho: rho.rows }, (account) => {
    const { counts, variance } = noisyCounts([from.rows], rho.rows, account);
    return { found: Math.max(1, counts[0]), how: `one count, noise of ${shownNoise(variance)} rows` };
  });
  const variance = varianceOf(raw.length, target, rho);
  const leastRows = Math.max(rows / mostBins, clearOfNoise[method] * Math.sqrt(variance));
  const learnt = learnVariables(raw, { budget, shares: rho, rows, leastRows });
  watch.progress?.({ phase: "fit", done: 1, total: 4 });
  watch.signal?.throwIfAborted();
  const variables = learnt.map(({ variable }) => variable);
  return {
    counted: learnt.map(({ measured, groups }) => ({
      cells: groups,
      expected: ontoSimplex(measured.counts, rows),
    })),
    single: learnt.map(({ measured }, v) => ({ variables: [v], ...measured })),
    target,
    targetName: raw[target]?.name,
    rows,
    budget,
    rho,
    never: neverMeeting(
      rules.flatMap((rule) => (rule.kind === "levels" ? [rule] : [])),
      variables,
    ),
    parts: () => ({
      schema: schemaFor(from, variables, known),
      keys: from.columns.flatMap(({ name, type }) =>
        type === "id" ? [[name, publicKeys(known(name)?.pattern)] as const] : [],
      ),
      variables,
      ...(rules.length > 0 && { rules, names: like.columns.map(({ name }) => name) }),
      privacy: {
        epsilon,
        delta,
        rho: budget.rho,
        neighbours: "one row added or removed",
        noise,
        spending: budget.spending,
        readOff,
      },
    }),
  };
}

/** A table, or one whose rows come batch by batch. */
export type PrivateRows = Table | PolarsFrame | RowSource;

/** Learns rows privately. */
export type FitPrivately<Model> = (rows: PrivateRows, rng: Rng, watch?: Watch) => Promise<Model>;

/** What a table is like, and what holds the cells of those of its columns that are learnt, in a byte or two each where they come batch by batch. */
function heldRows(given: PrivateRows): {
  readonly like: Table;
  readonly hold: (
    columns: readonly Column[],
    without: (rows: Table) => Table,
  ) => Promise<(name: string) => Column>;
} {
  if (!("batches" in given)) {
    const like = asTable(given);
    return {
      like,
      hold: async (_, without) => {
        const ruled = without(like);
        return (name) => columnNamed(ruled, name);
      },
    };
  }
  const like = { rows: given.kept, columns: given.columns.map(({ column }) => column) };
  return {
    like,
    hold: async (columns, without) => {
      // Identifiers and texts are not learnt.
      const learnt = columns.filter(({ type }) => type !== "id" && type !== "text");
      const held = new PackedTable(learnt, given.kept);
      for await (const batch of given.batches()) held.add(without(batch));
      return (name) =>
        learnt.some((column) => column.name === name)
          ? held.column(name)
          : columnNamed({ rows: 0, columns }, name);
    },
  };
}

/** The options with their defaults; throws where one is out of its range. */
export function checked(
  options: PrivateOptions,
  method: PrivateMethod,
): { epsilon: number; delta: number; domain: Domain; noise: "secret" | "seed" } {
  const { epsilon = 1, delta = 1e-6, domain = { columns: [] }, noise = "secret" } = options;
  checkNumber(epsilon, 0, Infinity, `make ${method}`, "epsilon", "low");
  checkNumber(delta, 0, 1, `make ${method}`, "delta", "both");
  checkOneOf(noise, ["secret", "seed"], `make ${method}`, "noise");
  return { epsilon, delta, domain, noise };
}
