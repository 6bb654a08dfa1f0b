import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { seeded } from "../../core/rng";
import { withCustomerIds } from "../../data/customers";
import { readHashed } from "../../data/files";
import { parseCsv } from "../../data/read/read-csv";
import type { Table } from "../../data/table";
import { beside } from "../../services/synthetic/beside";
import { notLearntBy } from "../../services/synthetic/not-learnt";
import { setAside } from "../../services/synthetic/real-rows";
import { type RowsToLearn, rowsToLearn, whoseRows } from "../../services/synthetic/rows-to-learn";
import { describeLearning, type Learning, learningOf } from "../../synthesis/learning";
import { type Method, netMethods, privateMethods } from "../../synthesis/method-names";
import { synthesis } from "../../synthesis/methods";
import type { NetTraining } from "../../synthesis/nets/net-options";
import type { JobContext, JobResult } from "./messages";

/** What the training of a generator is asked for; the server has checked it. */
export interface TrainInput {
  readonly method: Method;
  /** The CSV file to learn from. */
  readonly path: string;
  /** How the page names it. */
  readonly file: string;
  /** For the methods that train by epochs. */
  readonly epochs: number;
  /** For the method that is differentially private. */
  readonly epsilon: number;
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
  const isPrivate = privateMethods.includes(input.method);
  // Which spelling is the commonest is told by counts without noise.
  const read = parseCsv(bytes, isPrivate ? { spellings: "kept" } : {}, input.file);
  progress({ phase: "read the data", done: 1, total: 1 });
  const options = {
    ...(netMethods.includes(input.method) && { epochs: input.epochs }),
    // Its noise comes from the system: a seed that people type can be guessed.
    ...(isPrivate && { epsilon: input.epsilon }),
  };
  // One row more would set or leave out others: a private method gets all, and changes by that one alone.
  const { table, duplicates, whose } = isPrivate ? privateRows(read.table) : rowsToLearn(read.table);
  const { how, ...real } = setAside(table, isPrivate ? 0 : input.heldOut, input.seed);
  const customer = isPrivate ? {} : { customer: whose.customers?.column ?? (false as const) };
  const fit = synthesis(input.method, { ...options, ...customer });
  const model = await fit(real.learnt, seeded(input.seed), { signal, progress });
  progress({ phase: "save", done: 0, total: 1 });
  const file = join(folder, `job-${job}.model`);
  writeFileSync(file, JSON.stringify(model.toJSON()));
  progress({ phase: "save", done: 1, total: 1 });
  const columns = table.columns.map((column) => column.name);
  const seconds = (): number => Math.round((Date.now() - started) / 100) / 10;
  const kept = { name: input.name, kind: `synthesiser ${model.kind}`, file };
  if ("privacy" in model) {
    // Whatever else was kept of the data, were it only its number of rows or a figure of likeness, ε would not cover.
    const metadata = { method: input.method, data: input.file, columns, privacy: model.privacy };
    const told = whose.customers && {
      notes: [
        `${whose.customers.column} names customers with several rows each: ε is of one row, not of a customer`,
      ],
    };
    return { model: { ...kept, metadata }, epsilon: input.epsilon, ...told, seconds: seconds() };
  }
  const backend = (model as { training?: NetTraining }).training?.backend;
  progress({ phase: "judge", done: 0, total: 1 });
  const { columns: _, ...measured } = await beside(
    real,
    model.sample(judgedRows, seeded(input.seed).fork("judge")),
  );
  const looked = seeded(input.seed).fork("not learnt");
  const { lost } = await notLearntBy(model, real.learnt, looked, whose.customers?.column);
  const notLearnt = lost.map(({ text }) => text);
  progress({ phase: "judge", done: 1, total: 1 });
  const learning: Learning = { ...whose, ...learningOf(model, real.learnt.rows) };
  const metadata = {
    method: input.method,
    data: input.file,
    sha256,
    learning,
    ...(notLearnt.length > 0 && { notLearnt }),
    rows: real.learnt.rows,
    ...(how ? { heldOut: how } : {}),
    measured,
    duplicates,
    rejected: read.rejected,
    columns,
    seed: input.seed,
    ...("training" in model && { training: model.training }),
    seconds: seconds(),
  };
  return {
    model: { ...kept, metadata },
    rows: real.learnt.rows,
    duplicates,
    notes: [...notLearnt, ...describeLearning(learning, real.learnt.rows)],
    heldOut: how?.rows ?? 0,
    quality: measured.quality,
    ...(measured.heldOut
      ? {
          privacy: measured.heldOut.privacy,
          privacyLow: measured.heldOut.privacyLow,
          privacyHigh: measured.heldOut.privacyHigh,
        }
      : {}),
    seconds: metadata.seconds,
    ...(backend !== undefined && { backend }),
  };
}

/** All rows, a column of customers as identifiers, which are made up. */
function privateRows(rows: Table): Pick<RowsToLearn, "table" | "duplicates" | "whose"> {
  const whose = whoseRows(rows);
  const customer = whose.customers?.column;
  return { table: customer === undefined ? rows : withCustomerIds(rows, customer), duplicates: 0, whose };
}
