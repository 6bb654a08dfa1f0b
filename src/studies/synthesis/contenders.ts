import { integer, permutation, type Rng } from "../../core/rng";
import { type Table, takeTableRows } from "../../data/table";
import { shuffleColumns } from "../../evaluate/synthetic/privacy/shuffle-columns";
import type { Colour } from "../../report/charts/theme";
import type { Method } from "../../synthesis/method-names";
import { synthesis } from "../../synthesis/methods";
import type { FitSynthesiser } from "../../synthesis/synthesiser";
import { uniformNoise } from "./noise";

/** Rows to be judged, and the real rows that they were made from. */
export interface Made {
  readonly synthetic: Table;
  readonly from: Table;
  /** Of learning and of drawing, in milliseconds. */
  readonly fit: number;
  readonly sample: number;
}

/** A way to get customers that are not the training customers. */
export interface Contender {
  readonly name: string;
  /** What it is, in a few words. */
  readonly about: string;
  /** Real rows and rows without any knowledge: what the others are measured against. */
  readonly yardstick?: boolean;
  readonly colour: Colour;
  /** The ε that a differentially private method states. */
  readonly epsilon?: number;
  /** What a fit costs: next to nothing, seconds for a small net, minutes for one as published. */
  readonly cost: "light" | "net" | "published";
  make(train: Table, rng: Rng): Promise<Made>;
}

const learnt = (learn: FitSynthesiser, shown: Omit<Contender, "make">): Contender => ({
  ...shown,
  async make(train, rng) {
    const start = performance.now();
    const model = await learn(train, rng.fork("fit"));
    const fitted = performance.now();
    const synthetic = model.sample(train.rows, rng.fork("sample"));
    return { synthetic, from: train, fit: fitted - start, sample: performance.now() - fitted };
  },
});

const method = (
  name: Method,
  about: string,
  colour: Colour,
  { cost = "light", search = true }: { readonly cost?: Contender["cost"]; readonly search?: boolean } = {},
): Contender => learnt(synthesis(name, { search }), { name, about, colour, cost });

/** Differentially private; its noise follows from the study's seed here, so that figures can be made again. */
const privately = (epsilon: number): Contender =>
  learnt(synthesis("mst", { epsilon, noise: "seed" }), {
    name: `mst, ε = ${epsilon}`,
    about: "a tree of noisy counts: differentially private, by one customer added or removed",
    epsilon,
    colour: 5,
    cost: "light",
  });

const drawn = (
  name: string,
  about: string,
  make: (train: Table, rng: Rng) => Pick<Made, "synthetic" | "from">,
): Contender => ({
  name,
  about,
  yardstick: true,
  cost: "light",
  colour: "grey",
  make: async (train, rng) => ({ fit: 0, sample: 0, ...make(train, rng) }),
});

/** The yardsticks and every method, in the order in which they are shown. */
export const contenders: readonly Contender[] = [
  drawn("other real customers", "half of the training customers beside the other half", (train, rng) => {
    const order = permutation(rng, train.rows);
    const half = train.rows >> 1;
    return {
      from: takeTableRows(train, order.subarray(0, half)),
      synthetic: takeTableRows(train, order.subarray(half, 2 * half)),
    };
  }),
  drawn("training rows again", "drawn with replacement: perfect and no privacy", (train, rng) => ({
    from: train,
    synthetic: takeTableRows(
      train,
      Int32Array.from({ length: train.rows }, () => integer(rng, train.rows)),
    ),
  })),
  method("sequential", "column after column; the default", 1),
  method("vae", "variational autoencoder, this project's", 3, { cost: "net" }),
  method("gan", "adversarial net, this project's", 4, { cost: "net" }),
  method("trees", "synthpop's way: leaves of donors", 2, { search: false }),
  method("copula", "margins and correlations", 5),
  privately(1),
  method("ctgan", "conditional adversarial net, as published", 6, { cost: "published", search: false }),
  method("tvae", "variational autoencoder, as published", 6, { cost: "published", search: false }),
  method("vanilla", "adversarial net, as the reference system builds it", 6, { cost: "net", search: false }),
  drawn("shuffled columns", "right margins, no relations", (train, rng) => ({
    from: train,
    synthetic: shuffleColumns(train, rng),
  })),
  drawn("uniform noise", "as in the reference system's file", (train, rng) => ({
    from: train,
    synthetic: uniformNoise(train, rng),
  })),
];

/** The contender called `name`. */
export function contenderNamed(name: string): Contender {
  return contenders.find((contender) => contender.name === name) as Contender;
}
