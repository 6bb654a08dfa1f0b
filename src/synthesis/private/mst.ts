import { check, checkNumber, checkOneOf } from "../../core/checks";
import { asTable } from "../../data/polars";
import { checkTrainable, type FitSynthesiser } from "../synthesiser";
import { rawColumn } from "./domain/columns";
import { checkDomain, type Domain, publicKeys } from "./domain/domain";
import { readOffTable } from "./domain/read-off";
import { ruledTable } from "./domain/rules";
import { fitForest } from "./forest";
import { withoutSpecks } from "./forest-shares";
import { learnVariables, shownNoise } from "./learn-variables";
import { chooseLinks, measureLinks } from "./links";
import { type Mst, mstOf, schemaFor } from "./model";
import { noisyCounts } from "./noise/mechanisms";
import { secretSource, seededSource } from "./noise/noise-source";
import { planOf, roundsOfLinks, targetAmong } from "./plan";
import { ontoSimplex } from "./simplex";

export interface MstOptions {
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
   * decimals, how dates are written); defaults to false: it is read, and said in `privacy.readOff`.
   */
  readonly strict?: boolean;
}

/** Bins hold at least so many standard deviations of the noise on pairs, and one in so many rows. */
const [clearOfNoise, mostBins] = [12, 32];
/**
 * Cells with fewer expected rows are what noise leaves where no row is, and are emptied: so many rows, and for cells of
 * pairs so many standard deviations of their noise. Pairs of levels that never meet then seldom do in what is drawn.
 */
const [leastCell, leastCellDeviations] = [0.5, 0.5];

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
 * from the domain's pattern and texts come out empty. Drawing rows costs nothing more, however many; fitting again on the
 * same rows does: the budgets of all fits add up. A row replaced by another is one removed and one added. What is not
 * covered: how long a fit takes, and what one learns of the table otherwise.
 *
 * @example
 * const { table: plans } = parseCsv(`plan\n${"basic\nplus\nplus\n".repeat(40)}`);
 * const domain = { columns: [{ name: "plan", levels: ["basic", "plus"] }] };
 * const model = await mst({ epsilon: 1, domain })(plans, seeded(1));
 * model.sample(50, seeded(2)).rows; // → 50
 * mst({ epsilon: 0 }); // throws "epsilon must be above 0"
 */
export function mst(options: MstOptions = {}): FitSynthesiser<Mst> {
  const { epsilon = 1, delta = 1e-6, domain = { columns: [] }, noise = "secret" } = options;
  checkNumber(epsilon, 0, Infinity, "make mst", "epsilon", "low");
  checkNumber(delta, 0, 1, "make mst", "delta", "both");
  checkOneOf(noise, ["secret", "seed"], "make mst", "noise");
  return async (given, rng, watch = {}) => {
    const whole = asTable(given);
    checkTrainable(whole, "mst");
    checkDomain(domain, whole.columns);
    watch.signal?.throwIfAborted();
    const { from, rules, known } = ruledTable(whole, domain, options.target);
    checkTrainable(from, "mst");
    const raw = from.columns.flatMap((column) => rawColumn(column, known(column.name)) ?? []);
    const readOff = readOffTable(whole.columns, domain);
    check(
      !options.strict || readOff.length === 0,
      "fit mst strictly",
      "the domain must state whatever is not found privately (telelink synth domain writes a skeleton)",
      readOff.join("; "),
    );
    const source = noise === "seed" ? seededSource(rng) : secretSource();
    const target = targetAmong(raw, from, options.target);
    const plan = planOf(raw, target, { epsilon, delta }, source);
    const { budget } = plan;
    const report = (done: number): void => watch.progress?.({ phase: "fit", done, total: 4 });

    const rows = budget.step("number of rows", { rho: plan.rho.rows }, (account) => {
      const { counts, variance } = noisyCounts([from.rows], plan.rho.rows, account);
      return { found: Math.max(1, counts[0]), how: `one count, noise of ${shownNoise(variance)} rows` };
    });
    // Known beforehand: the noise that pairs will have if every column is linked.
    const rounds = roundsOfLinks(raw.length, target);
    const variance = rounds / (2 * plan.rho.pairs);
    const leastRows = Math.max(rows / mostBins, clearOfNoise * Math.sqrt(rounds > 0 ? variance : 0));
    const learnt = learnVariables(raw, { budget, shares: plan.rho, rows, leastRows });
    report(1);
    watch.signal?.throwIfAborted();

    const variables = learnt.map(({ measured, groups }) => ({
      cells: groups,
      expected: ontoSimplex(measured.counts, rows),
    }));
    const links = budget.step("choice of pairs", { rho: plan.rho.links }, (account) => ({
      found: chooseLinks(variables, rows, { rho: plan.rho.links, variance, target, rounds }, account),
      how: `exponential mechanism, up to ${rounds} rounds`,
    }));
    report(2);
    watch.signal?.throwIfAborted();
    const star = raw.flatMap((_, v) => (v === target || target < 0 ? [] : [[target, v] as const]));
    const measure = (part: string, rho: number, pairs: readonly (readonly [number, number])[]) =>
      budget.step(part, { rho }, (account) => {
        const found = measureLinks(variables, pairs, rho, account);
        const noise = shownNoise(found[0]?.variance ?? 0);
        return { found, how: `counts of ${pairs.length} pairs, noise of ${noise} rows` };
      });
    const beside = measure(`pairs with ${raw[target]?.name}`, plan.rho.target, star);
    const pairs = measure("pairs of columns", plan.rho.pairs, links);
    budget.close();
    report(3);
    await new Promise((next) => setImmediate(next));
    watch.signal?.throwIfAborted();
    const single = learnt.map((variable) => variable.measured);
    const measured = {
      single,
      pairs,
      rows,
      ...(target >= 0 && { target: { variable: target, pairs: beside } }),
    };
    const beneath = Math.max(leastCell, leastCellDeviations * Math.sqrt(pairs[0]?.variance ?? 0));
    const forest = withoutSpecks(fitForest(measured), leastCell / rows, beneath / rows);
    report(4);
    return mstOf({
      schema: schemaFor(
        from,
        learnt.map((variable) => variable.variable),
      ),
      keys: from.columns.flatMap(({ name, type }) =>
        type === "id" ? [[name, publicKeys(known(name)?.pattern)] as const] : [],
      ),
      variables: learnt.map((variable) => variable.variable),
      ...forest,
      ...(rules.length > 0 && { rules, names: whole.columns.map(({ name }) => name) }),
      privacy: {
        epsilon,
        delta,
        rho: budget.rho,
        neighbours: "one row added or removed",
        noise,
        spending: budget.spending,
        readOff,
      },
    });
  };
}
