import { withoutSpecks } from "../graphical-model";
import { shownNoise } from "../learn-variables";
import { type Aim, privateOf } from "../model";
import { checked, type FitPrivately, type PrivateOptions, privateColumns } from "../private-fit";
import { plannedVariance, roundsPlanned, selectAndMeasure } from "./select";

export type AimOptions = PrivateOptions;

/** Cells with fewer expected rows are what noise leaves where no row is, and are emptied. */
const leastCell = 0.5;

/**
 * Synthesis with differential privacy by AIM (McKenna, Mullins, Sheldon and Miklau, 2022): which pairs and triples of columns are
 * counted is chosen round by round where the model is furthest from the rows, beyond what noise adds, with a budget that grows
 * where rounds tell nothing new and a limit to the model's size; all noisy counts together are fitted along a junction tree
 * (Private-PGM). The guarantee, what counts as public and what is not covered are those of `mst`. Its budget holds whatever the
 * mechanisms (zero-concentrated), since rounds depend on what was found before.
 *
 * @example
 * const { table: plans } = parseCsv(`plan,paid\n${"basic,no\nplus,yes\nplus,yes\n".repeat(40)}`);
 * const domain = { columns: [{ name: "plan", levels: ["basic", "plus"] }, { name: "paid", levels: ["no", "yes"] }] };
 * const model = await aim({ epsilon: 1, domain })(plans, seeded(1));
 * model.sample(50, seeded(2)).rows; // → 50
 */
export function aim(options: AimOptions = {}): FitPrivately<Aim> {
  checked(options, "aim");
  return async (given, rng, watch = {}) => {
    const varianceOf = (columns: number, _: number, rho: { readonly rounds: number }): number =>
      rho.rounds > 0 ? plannedVariance(columns, rho.rounds) : 0;
    const columns = await privateColumns(given, rng, "aim", options, varianceOf, watch);
    const { counted, single, target, rows, budget, rho, never } = columns;
    const step = budget.open("pairs and triples of columns", { rho: rho.rounds });
    const plan = {
      rho: rho.rounds,
      rows,
      target,
      never,
      report: (share: number) => {
        watch.progress?.({ phase: "fit", done: 1 + 2 * share, total: 4 });
        watch.signal?.throwIfAborted();
      },
    };
    const found = await selectAndMeasure(counted, single, plan, step.account, rng.fork("rounds"));
    const noise = shownNoise(varianceOf(single.length, target, rho));
    const rounds = `${found.sets.length} rounds (${roundsPlanned(single.length)} planned)`;
    step.close(`${rounds} of a choice and its counts, noise of ${noise} rows at first`);
    budget.close();
    watch.progress?.({ phase: "fit", done: 4, total: 4 });
    const { sizes, cliques } = found.model;
    const specks = cliques.map(({ variables }) => ({ variables, least: leastCell }));
    const kept = withoutSpecks(found.model, rows, specks, leastCell);
    return privateOf("aim", { ...columns.parts(), sizes, cliques: kept, sets: found.sets });
  };
}
