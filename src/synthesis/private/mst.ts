import { fitGraphical, withoutSpecks } from "./graphical-model";
import { shownNoise } from "./learn-variables";
import { chooseLinks, measureLinks } from "./links";
import { type Mst, privateOf } from "./model";
import { roundsOfLinks } from "./plan";
import { checked, type FitPrivately, type PrivateOptions, privateColumns } from "./private-fit";

export type MstOptions = PrivateOptions;

/**
 * Cells with fewer expected rows are what noise leaves where no row is, and are emptied: so many rows, and for cells of
 * pairs so many standard deviations of their noise. Pairs of levels that never meet then seldom do in what is drawn.
 */
const [leastCell, leastCellDeviations] = [0.5, 0.5];

/** So many steps at most, as long as they are worth it, bring the model to the counts. */
const fitting = { steps: 1500, worthwhile: 1e-4 };

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
export function mst(options: MstOptions = {}): FitPrivately<Mst> {
  checked(options, "mst");
  return async (given, rng, watch = {}) => {
    const noiseOfPairs = (columns: number, target: number, rho: { readonly pairs: number }): number =>
      rho.pairs > 0 ? roundsOfLinks(columns, target) / (2 * rho.pairs) : 0;
    const columns = await privateColumns(given, rng, "mst", options, noiseOfPairs, watch);
    const { counted, single, target, targetName, rows, budget, rho } = columns;
    const report = (done: number): void => watch.progress?.({ phase: "fit", done, total: 4 });
    const rounds = roundsOfLinks(single.length, target);
    const variance = noiseOfPairs(single.length, target, rho);
    const links = budget.step("choice of pairs", { rho: rho.links }, (account) => ({
      found: chooseLinks(counted, rows, { rho: rho.links, variance, target, rounds }, account),
      how: `exponential mechanism, up to ${rounds} rounds`,
    }));
    report(2);
    watch.signal?.throwIfAborted();
    const star = single.flatMap((_, v) => (v === target || target < 0 ? [] : [[target, v] as const]));
    const measure = (part: string, rho: number, pairs: readonly (readonly [number, number])[]) =>
      budget.step(part, { rho }, (account) => {
        const found = measureLinks(counted, pairs, rho, account);
        const noise = shownNoise(found[0]?.variances[0] ?? 0);
        return { found, how: `counts of ${pairs.length} pairs, noise of ${noise} rows` };
      });
    const beside = measure(`pairs with ${targetName}`, rho.target, star);
    const pairs = measure("pairs of columns", rho.pairs, links);
    budget.close();
    report(3);
    await new Promise((next) => setImmediate(next));
    watch.signal?.throwIfAborted();
    const sizes = single.map(({ counts }) => counts.length);
    const model = fitGraphical(sizes, [...single, ...beside, ...pairs], rows, fitting);
    // Cells are looked at over all classes of the target.
    const beneath = Math.max(leastCell, leastCellDeviations * Math.sqrt(pairs[0]?.variances[0] ?? 0));
    const specks = [
      ...sizes.flatMap((_, v) => (v === target ? [] : [{ variables: [v], least: leastCell }])),
      ...links.map((variables) => ({ variables, least: beneath })),
    ];
    const cliques = withoutSpecks(model, rows, specks, leastCell);
    report(4);
    return privateOf("mst", { ...columns.parts(), sizes, cliques, sets: [...star, ...links] });
  };
}
