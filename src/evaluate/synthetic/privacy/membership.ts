import { check } from "../../../core/checks";
import { permutation, type Rng } from "../../../core/rng";
import { asTable, type PolarsFrame } from "../../../data/polars";
import { schemaOf } from "../../../data/schema";
import { type Table, takeTableRows } from "../../../data/table";
import { type AucInterval, aucInterval, type Comparison, deLong } from "../../compare";
import { alignTables } from "../align";
import { nearestRecords } from "../nearest";
import { shuffleColumns } from "./shuffle-columns";

/** How well synthetic rows tell who was in the training table. */
export interface MembershipAttack {
  /** ROC AUC of the attack: 0.5 is guessing. */
  readonly attack: AucInterval;
  /** The same attack against rows that know only the training columns' margins: what chance alone gives here. */
  readonly chance: AucInterval;
  /** Attack − chance, with DeLong's interval: what the synthetic rows give away. */
  readonly advantage: Comparison;
}

const shuffles = 3;

/**
 * A membership-inference attack: as many training as held-out people, each scored by how near the nearest synthetic row
 * comes to them (Gower). Chance is measured by the same attack on shuffled columns, because by luck the training rows
 * may lie nearer to everything.
 *
 * @example
 * const { train, test } = await loadChurnBigml();
 * const [learned, held] = [train, test].map((one) => takeTableRows(one.table, Array.from({ length: 80 }, (_, i) => i)));
 * // The training rows themselves, sold as synthetic: everybody is found.
 * (await membershipAttack(learned, held, learned, seeded(1))).attack.auc; // → 1
 */
export async function membershipAttack(
  givenTrain: Table | PolarsFrame,
  givenHoldout: Table | PolarsFrame,
  givenSynthetic: Table | PolarsFrame,
  rng: Rng,
): Promise<MembershipAttack> {
  const train = asTable(givenTrain);
  const holdout = asTable(givenHoldout, schemaOf(train));
  const synthetic = asTable(givenSynthetic, schemaOf(train));
  const action = "attack membership";
  const people = Math.min(train.rows, holdout.rows);
  check(people >= 10 && synthetic.rows > 0, action, "training and held-out rows must be at least 10", people);
  const pick = (from: Table, label: string): Table =>
    takeTableRows(from, permutation(rng.fork(label), from.rows).subarray(0, people));
  const members = pick(train, "members");
  const strangers = pick(holdout, "strangers");
  const independent = Array.from({ length: shuffles }, (_, k) =>
    shuffleColumns(train, rng.fork(`shuffle ${k}`)),
  );
  const columns = alignTables([train, members, strangers, synthetic, ...independent], action);
  const labels = Float64Array.from({ length: 2 * people }, (_, i) => (i < people ? 1 : 0));
  const scores = async (against: number): Promise<Float64Array> => {
    const out = new Float64Array(2 * people);
    for (const [k, table] of [1, 2].entries()) {
      const { distance } = await nearestRecords(columns, table, against, { ranges: 0 });
      distance.forEach((value, i) => {
        out[k * people + i] = -value;
      });
    }
    return out;
  };
  const own = await scores(3);
  const chance = new Float64Array(2 * people);
  for (let k = 0; k < shuffles; k++) {
    (await scores(4 + k)).forEach((value, i) => {
      chance[i] += value;
    });
  }
  return {
    attack: aucInterval(labels, own),
    chance: aucInterval(labels, chance),
    advantage: deLong(labels, own, chance),
  };
}
