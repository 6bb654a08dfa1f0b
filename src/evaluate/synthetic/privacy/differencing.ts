import { normalQuantile } from "../../../core/math/normal-distribution";
import { mean, sampleVariance } from "../../../core/math/statistics";
import { permutation, type Rng } from "../../../core/rng";
import { type Table, takeTableRows } from "../../../data/table";
import { alignTables } from "../align";
import { binned } from "./binned";

/** How often one who knows all rows learnt from but one reads that one's answers off the counts of synthetic rows. */
export interface Differencing {
  /** Right answers about people learnt from, and about strangers who were put in one's place: the chance level. */
  readonly members: number;
  readonly strangers: number;
  /** The difference, with its interval of 95 %. */
  readonly advantage: number;
  readonly low: number;
  readonly high: number;
  /** How many answers were guessed of each kind. */
  readonly answers: number;
}

const mostPeople = 200;
const mostLevels = 20;

/**
 * A differencing attack: the attacker knows every row but one, and of that one all columns but the guessed. Of the
 * counts of the guessed column, alone and with each other column, he takes off those of the rows that he knows; the answer
 * for which most is left, in standard deviations, is his guess. Synthetic rows that repeat the counts of the rows learnt
 * from give every answer away; rows of a like table give none away.
 */
export function differencingAttack(train: Table, holdout: Table, synthetic: Table, rng: Rng): Differencing {
  const people = Math.min(mostPeople, train.rows, holdout.rows);
  const members = permutation(rng.fork("members"), train.rows).subarray(0, people);
  const strangers = permutation(rng.fork("strangers"), holdout.rows).subarray(0, people);
  const columns = alignTables(
    [train, takeTableRows(holdout, strangers), synthetic],
    "attack by differences",
  ).map(binned);
  const guessed = columns.filter(({ count }) => count > 2 && count <= mostLevels + 1);
  const scale = train.rows / synthetic.rows;
  // Right answers of each person: those of one are not independent of one another.
  const right = [new Float64Array(people), new Float64Array(people)];
  for (const one of guessed) {
    const size = one.count;
    const others = columns.filter((other) => other !== one);
    // What is left of the counts of this column with each other (the first: alone), and how much it varies by chance.
    const tables = [undefined, ...others].map((other) => {
      const width = other?.count ?? 1;
      const left = new Float64Array(size * width);
      const spread = new Float64Array(size * width);
      const at = (table: number, i: number): number =>
        one.codes[table][i] * width + (other?.codes[table][i] ?? 0);
      for (let i = 0; i < train.rows; i++) {
        left[at(0, i)]--;
        spread[at(0, i)]++;
      }
      for (let i = 0; i < synthetic.rows; i++) left[at(2, i)] += scale;
      return { left, spread, width, code: (table: number, i: number) => other?.codes[table][i] ?? 0 };
    });
    const guess = (table: number, i: number, gone: number): number => {
      let best = 0;
      let most = -Infinity;
      for (let answer = 0; answer < size; answer++) {
        let score = 0;
        for (const { left, spread, width, code } of tables) {
          const cell = answer * width + code(table, i);
          // The one row that he does not know is not among those that he takes off.
          const own = one.codes[0][gone] * width + code(0, gone) === cell ? 1 : 0;
          score += (left[cell] + own) / Math.sqrt(spread[cell] - own + 1);
        }
        if (score > most) [best, most] = [answer, score];
      }
      return best;
    };
    for (let k = 0; k < people; k++) {
      if (guess(0, members[k], members[k]) === one.codes[0][members[k]]) right[0][k]++;
      if (guess(1, k, members[k]) === one.codes[1][k]) right[1][k]++;
    }
  }
  const each = Math.max(1, guessed.length);
  const [a, b] = right.map((own) => (people > 0 ? mean(own) / each : 0));
  const error = (own: Float64Array): number =>
    people > 1 ? sampleVariance(own) / (people * each * each) : 0;
  const half = normalQuantile(0.975) * Math.sqrt(error(right[0]) + error(right[1]));
  const answers = people * guessed.length;
  return { members: a, strangers: b, advantage: a - b, low: a - b - half, high: a - b + half, answers };
}
