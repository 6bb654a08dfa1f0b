import { checkOneOf } from "../../core/checks";
import type { Matrix } from "../../core/matrix";
import type { Progress } from "../../core/model";
import { mapThreads } from "../../core/pool";
import { seeded } from "../../core/rng";
import { bootstrapDifferences, bootstrapIntervals, type Interval } from "../../evaluate/bootstrap";
import { logLoss } from "../../evaluate/probability";
import { averagePrecision, rocAuc } from "../../evaluate/ranking";
import { gradientBoosting } from "../../models/boosting/boosting";
import { targetColumns } from "../../models/network/sequence/sequences";
import type { UsageData } from "./data";
import { type MonthReader, readMonths } from "./read-months";
import { joinWindows, type UsageWindow } from "./windows";

export interface UsageOptions {
  /** What random numbers begin with. @default 42 */
  readonly seed?: number;
  /** Most epochs of the nets. @default 15 */
  readonly epochs?: number;
  /** Nets to train beside the GRU, which is part of an average; defaults to both. */
  readonly nets?: readonly UsageNet[];
  /** Bootstrap samples behind each interval. @default 500 */
  readonly samples?: number;
  /** Threads that train nets; defaults to all processors. The figures, times aside, are the same for any number. */
  readonly threads?: number;
  readonly progress?: (step: Progress) => void;
}

/** Nets that read months in order, beside the GRU. */
export type UsageNet = Exclude<MonthReader, "GRU">;
export const usageNets: readonly UsageNet[] = ["LSTM", "Transformer"];

export const churnMeasures = ["rocAuc", "prAuc", "logLoss"] as const;
export type ChurnMeasure = (typeof churnMeasures)[number];
const figures = { rocAuc, prAuc: averagePrecision, logLoss };

/** A way to tell who leaves, judged on customers it did not learn from. */
export interface UsageLeaver {
  readonly name: string;
  /** What it sees and what kind it is. */
  readonly kind: "yardstick" | "boosting" | "sequence" | "both" | "ceiling" | "oracle";
  readonly probability: Float64Array;
  readonly scores: Readonly<Record<ChurnMeasure, Interval>>;
  /** Its figures less those of boosting on aggregates; of that one itself none. */
  readonly differences?: Readonly<Record<ChurnMeasure, Interval>>;
  readonly milliseconds: number;
}

export interface UsageChurn {
  readonly customers: number;
  readonly leavers: number;
  /** Customers' windows taught from. */
  readonly taught: number;
  readonly ways: readonly UsageLeaver[];
}

/** The name of what the sequence models are compared with. */
export const rival = "Boosting on aggregates";
/** The name of what joins both. */
export const averaged = "Boosting and GRU averaged";
/** The name of Bayes' rule over all that may have become of a customer, by the simulator's own chances. */
export const ceiling = "Ceiling: the simulator's odds, given what is seen";
/** The name of who sees each customer's mood and risk, which no column shows, and nothing that comes after. */
export const oracle = "Oracle: sees hidden moods";

/**
 * Who leaves within three months, from twelve months of usage and the profile: nets that read the months, against
 * boosting on aggregates made by hand. All see the same customers; the nets' gain over boosting is what a sequence pays.
 */
export async function usageChurn(data: UsageData, options: UsageOptions = {}): Promise<UsageChurn> {
  const { seed = 42, epochs = 15, nets = usageNets, samples = 500, threads, progress } = options;
  for (const name of nets) checkOneOf(name, usageNets, "compare sequence models", "nets");
  const [train, validation] = [joinWindows(data.train), joinWindows(data.validation)];
  const rng = seeded(seed).fork("churn");
  const total = 6 + nets.length;
  const ways: { name: string; kind: UsageLeaver["kind"]; probability: Float64Array; milliseconds: number }[] =
    [];
  const add = async (
    name: string,
    kind: UsageLeaver["kind"],
    run: () => Promise<Float64Array>,
  ): Promise<Float64Array> => {
    progress?.({ phase: name, done: ways.length, total });
    const start = performance.now();
    const probability = await run();
    ways.push({ name, kind, probability, milliseconds: performance.now() - start });
    return probability;
  };
  const boosted = (of: (one: UsageWindow) => Matrix) => async () => {
    const labelled = (window: UsageWindow) => ({ x: of(window), y: window.left });
    // The best of six settings on the validation rows of four other bases.
    const fit = gradientBoosting({
      trees: 800,
      learnRate: 0.03,
      leaves: 6,
      minRows: 50,
      columnShare: 0.2,
      l2: 10,
      validation: labelled(validation),
      patience: 80,
    });
    return (await fit(labelled(train), rng.fork("boosting"))).predict(of(data.test));
  };
  const labelledMonths = ({ x, left }: UsageWindow) => ({ x, y: targetColumns({ left }) });
  await add(
    "Boosting without usage",
    "yardstick",
    boosted((window) => window.profile),
  );
  const reference = await add(
    rival,
    "boosting",
    boosted((window) => window.aggregates),
  );
  const readers: MonthReader[] = ["GRU", ...nets];
  const tasks = readers.map((net) => ({
    net,
    train: labelledMonths(train),
    validation: labelledMonths(validation),
    test: data.test.x,
    epochs,
    key: rng.fork(net.toLowerCase()).key,
  }));
  progress?.({ phase: readers.join(", "), done: ways.length, total });
  const read = await mapThreads(readMonths, tasks, threads);
  read.forEach((one, k) => {
    ways.push({ name: readers[k], kind: "sequence", ...one });
  });
  const recurrent = read[0].probability;
  await add(averaged, "both", async () => reference.map((p, i) => (p + recurrent[i]) / 2));
  await add(ceiling, "ceiling", async () => data.attainable);
  await add(oracle, "oracle", async () => data.test.chance);
  const { left } = data.test;
  return {
    customers: left.length,
    leavers: left.reduce((sum, one) => sum + one, 0),
    taught: train.left.length + validation.left.length,
    ways: ways.map((way) => ({
      ...way,
      scores: bootstrapIntervals(left, way.probability, figures, rng.fork("scores"), { samples }),
      ...(way.name !== rival && {
        differences: bootstrapDifferences(
          left,
          { a: way.probability, b: reference },
          figures,
          rng.fork("pairs"),
          {
            samples,
          },
        ),
      }),
    })),
  };
}
