import { Command } from "commander";
import type { Condition } from "../../../synthesis/conditions";
import type { Crossed } from "../../../synthesis/relational/crossed";
import type { Relational } from "../../../synthesis/relational/relational";
import type { SavedSynthesiser } from "../../../synthesis/saved-synthesiser";
import type { Structure } from "../../../synthesis/structure/structure";
import { usageError } from "../../support/exit";
import { jsonFile } from "../../support/json-file";
import { wholeNumber } from "../../support/options";
import { note } from "../../support/output";

interface Options {
  model?: string;
  pretrained?: string;
  rows: string;
  where: string[];
  share: string[];
  seed: string;
  threads?: string;
  out?: string;
  childrenOut?: string;
}

/** `telelink synth sample`: any number of synthetic rows in constant memory. */
export function synthSampleCommand(): Command {
  return new Command("sample")
    .description("make synthetic rows, any number of them in constant memory")
    .option("--model <file>", "a file that telelink synth fit wrote")
    .option("--pretrained <name>", "a generator that comes with telelink; a wrong name lists them")
    .requiredOption("--rows <number>", "how many rows")
    .option(
      "--where <condition...>",
      "what every row has to satisfy: COLUMN=VALUE, COLUMN=A|B, COLUMN>=NUMBER, COLUMN<=NUMBER",
      [],
    )
    .option(
      "--share <share...>",
      "which share of the rows has a level: COLUMN=LEVEL:SHARE (Churn=Yes:0.5), of one column; its other levels share the rest",
      [],
    )
    .option("--seed <number>", "the same seed makes the same rows", "42")
    .option("--threads <number>", "left out, as many as there are processors; the rows are the same")
    .option("--out <file>", "a .csv or .parquet file; left out, CSV goes to standard output")
    .option("--children-out <file>", "of a model of two tables: where the second one goes (.csv)")
    .addHelpText(
      "after",
      `
Examples:
  $ telelink synth sample --model model.json --rows 10000 --out customers.csv
  $ telelink synth sample --model two.json --rows 1000 --out customers.csv --children-out usage.csv
  $ telelink synth sample --pretrained telco-gan --rows 1000 --out customers.csv
  $ telelink synth sample --model model.json --rows 500 --where Churn=Yes "tenure>=12" --out leavers.csv`,
    )
    .action(sample);
}

async function sample(options: Options): Promise<void> {
  const [{ sampleCsv }, { parseWhere }, { seeded }, { watched }, { keptWhole, openText }] = await Promise.all(
    [
      import("../../../synthesis/sample-csv.js"),
      import("../../../synthesis/conditions.js"),
      import("../../../core/rng.js"),
      import("../../support/watched.js"),
      import("../../support/rows-out.js"),
    ],
  );
  const rows = wholeNumber(options.rows, "--rows", 0, 1e12);
  const seed = wholeNumber(options.seed, "--seed");
  const { synthesiser: learnt, origin } = await chosen(options);
  if (options.childrenOut !== undefined)
    return (await import("./synth-sample-both.js")).sampleBoth(
      { ...options, childrenOut: options.childrenOut },
      learnt,
      { rows, seed, delimiter: origin.delimiter },
    );
  if (learnt.kind === "relational") {
    const { totals, levels } = learnt as Relational;
    const told = [...totals, ...levels].map(({ column }) => column).join(", ");
    const guess = told
      ? `; ${told} would be told by it, and ${told.includes(",") ? "are" : "is"} drawn with the others`
      : "";
    note(`the model has a second table, which is left out: --children-out says where it goes${guess}`);
  }
  const { parseShares, partsOf, withShares } = await import("../../../synthesis/shares.js");
  const shares = parseShares(options.share, learnt.columns);
  const synthesiser = shares ? withShares(learnt, shares) : learnt;
  const where = parseWhere(options.where, synthesiser.columns);
  const threads = shares
    ? 1
    : options.threads === undefined
      ? undefined
      : wholeNumber(options.threads, "--threads", 1, 1024);
  const out = await openText(options.out, synthesiser.columns);
  await watched((watch) =>
    keptWhole(out, async () => {
      // Parquet is made of text with commas.
      const delimiter = options.out?.endsWith(".parquet") ? undefined : origin.delimiter;
      const how = {
        where,
        ...watch,
        ...(threads !== undefined && { threads }),
        ...(delimiter !== undefined && { delimiter }),
      };
      for await (const piece of sampleCsv(synthesiser, rows, seeded(seed), how)) out.write(piece);
    }),
  );
  if ("structure" in learnt) {
    const { describeShortages } = await import("../../../synthesis/structure/losses.js");
    for (const sentence of describeShortages(learnt.structure as Structure, rows))
      note(`${sentence} (a longer "pattern" in the rules of telelink synth fit --structure has more)`);
  }
  if (learnt.kind === "crossed") {
    const levels = learnt.columns.find(({ name }) => name === shares?.column)?.levels ?? [];
    const kinds = shares
      ? partsOf(shares.shares, levels).map((part) => ({
          where: new Map<string, Condition>([...where, [shares.column, part.levels]]),
          rows: Math.round(part.share * rows),
        }))
      : [{ where, rows }];
    noteRepeated(learnt as Crossed, kinds);
  }
  if (options.out) note(`${rows} rows made; wrote ${options.out}`);
}

/** Says where names of rows repeat, as more rows of some kind are made than there are to be named. */
function noteRepeated(
  { key, named }: Crossed,
  kinds: readonly { readonly where: ReadonlyMap<string, Condition>; readonly rows: number }[],
): void {
  const each = kinds.map(({ where, rows }) => ({ count: named(where), rows, asked: [...where.keys()] }));
  const [worst] = each
    .filter(({ rows, count }) => rows > count)
    .sort((a, b) => b.rows / b.count - a.rows / a.count);
  if (worst)
    note(
      `there are ${worst.count} rows to be named by ${key.join(" and ")}${worst.asked.length > 0 ? ` with the ${worst.asked.join(" and ")} asked for` : ""}: each name stands in up to ${Math.ceil(worst.rows / worst.count)} of those made`,
    );
}

/** The model that the options name: exactly one. */
async function chosen({ model, pretrained }: Options): Promise<SavedSynthesiser> {
  if (pretrained !== undefined && model === undefined)
    return (await import("../../../synthesis/pretrained.js")).loadPretrained(pretrained);
  if (model === undefined || pretrained !== undefined)
    throw usageError("Cannot sample: either --model or --pretrained must name a generator");
  const { savedSynthesiserFromJSON } = await import("../../../synthesis/saved-synthesiser.js");
  return savedSynthesiserFromJSON(jsonFile(model), model);
}
