import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { seeded } from "../../core/rng";
import { distinctRows } from "../../data/duplicates";
import { readHashed } from "../../data/files";
import { parseCsv } from "../../data/read-csv";
import { beside } from "../../studies/synthesis/beside";
import { setAside } from "../../studies/synthesis/real-rows";
import { type Method, netMethods, synthesis } from "../../synthesis/methods";
import type { JobContext } from "./child";
import type { JobResult } from "./messages";

/** What the training of a generator is asked for; the server has checked it. */
export interface TrainInput {
  readonly method: Method;
  /** The CSV file to learn from. */
  readonly path: string;
  /** How the page names it. */
  readonly file: string;
  /** For the methods that train by epochs. */
  readonly epochs: number;
  /** The share of the customers that it does not see: privacy is measured against them. */
  readonly heldOut: number;
  readonly seed: string;
  readonly name: string;
}

/** Rows drawn to judge the generator by. */
const judgedRows = 2000;

/** Learns a generator from a CSV file and measures it against the rows that it did not see. */
export async function trainSynthesiser(raw: unknown, context: JobContext): Promise<JobResult> {
  const input = raw as TrainInput;
  const { job, folder, signal, progress } = context;
  const started = Date.now();
  progress({ phase: "read the data", done: 0, total: 1 });
  const { bytes, sha256 } = readHashed(input.path);
  const read = parseCsv(bytes, {}, input.file);
  progress({ phase: "read the data", done: 1, total: 1 });
  const options = netMethods.includes(input.method) ? { epochs: input.epochs } : {};
  const { table, duplicates } = distinctRows(read.table);
  const { how, ...real } = setAside(table, input.heldOut, input.seed);
  const model = await synthesis(input.method, options)(real.learnt, seeded(input.seed), { signal, progress });
  progress({ phase: "save", done: 0, total: 1 });
  const file = join(folder, `job-${job}.model`);
  writeFileSync(file, JSON.stringify(model.toJSON()));
  progress({ phase: "save", done: 1, total: 1 });
  progress({ phase: "judge", done: 0, total: 1 });
  const { columns: _, ...measured } = await beside(
    real,
    model.sample(judgedRows, seeded(input.seed).fork("judge")),
  );
  progress({ phase: "judge", done: 1, total: 1 });
  const metadata = {
    method: input.method,
    data: input.file,
    sha256,
    rows: real.learnt.rows,
    ...(how ? { heldOut: how } : {}),
    measured,
    duplicates,
    rejected: read.rejected,
    columns: table.columns.map((one) => one.name),
    seed: input.seed,
    ...("training" in model && { training: model.training }),
    seconds: Math.round((Date.now() - started) / 100) / 10,
  };
  return {
    model: { name: input.name, kind: `synthesiser ${model.kind}`, file, metadata },
    rows: real.learnt.rows,
    heldOut: how?.rows ?? 0,
    quality: measured.quality,
    ...(measured.heldOut ? { privacy: measured.heldOut.privacy } : {}),
    seconds: metadata.seconds,
  };
}
