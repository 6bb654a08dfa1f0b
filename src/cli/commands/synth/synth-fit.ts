import { Command } from "commander";
import { didYouMean } from "../../../core/did-you-mean";
import {
  type Method,
  methodNames,
  netMethods,
  plainMethods,
  privateMethods,
} from "../../../synthesis/method-names";
import type { NetTraining } from "../../../synthesis/nets/net-options";
import type { Sequential } from "../../../synthesis/sequential/sequential";
import { usageError } from "../../support/exit";
import { customerOption, keepDuplicates, noCustomerOption, wholeNumber } from "../../support/options";
import { note, print } from "../../support/output";
import { type ReadingFlags, readingOptions } from "../../support/reading";

interface Options extends ReadingFlags {
  data: string;
  children?: string;
  key?: string;
  out?: string;
  method: string;
  epochs?: string;
  seed?: string;
  epsilon?: string;
  delta?: string;
  domain?: string;
  strict?: boolean;
  target?: string;
  schema?: string;
  keep: string[];
  combination: string[];
  order: string[];
  search: boolean;
  minCount?: string;
  customer?: string | false;
  keepDuplicates?: boolean;
  structure?: string;
  writeStructure?: string;
  showStructure?: boolean;
}

/** `telelink synth fit`: learns a table and saves what it takes to make rows like it. */
export function synthFitCommand(): Command {
  return readingOptions(new Command("fit"))
    .description("learn a table and save what it takes to make rows like its own")
    .requiredOption("--data <file>", "a table of any format; - reads standard input")
    .option("--out <file>", "where to write the model (JSON)")
    .option("--children <file>", "a second table of rows that belong to those of --data: months, purchases")
    .option("--key <column>", "with --children: the column of both tables that says which row they belong to")
    .option(
      "--method <name>",
      "sequential (default), copula, trees, mst, aim or a net: see below",
      "sequential",
    )
    .option("--epochs <number>", "passes over the rows, for nets: 1 to 10000")
    .option(
      "--seed <number>",
      "the same seed learns the same model; left out, 42, and for mst and aim a secret one",
    )
    .option("--epsilon <number>", "mst, aim: how much one row may change what is learnt; left out, 1")
    .option("--delta <number>", "mst, aim: the chance that this fails; left out, 1e-6")
    .option("--strict", "mst, aim: refuse where the domain leaves something to be read off the table")
    .option("--domain <file>", "mst, aim: what is publicly known of the columns (JSON, see below)")
    .option(
      "--target <column>",
      "the column that depends on all others; left out, the last one (mst, aim: if it is a boolean)",
    )
    .option(
      "--schema <file>",
      "a JSON file that overrides inferred types (telelink data show --write-schema)",
    )
    .option("--keep <column...>", "columns never to be computed from others", [])
    .option(
      "--combination <columns...>",
      "columns joined by + of which only seen combinations appear: State+City",
      [],
    )
    .option("--order <pair...>", "columns of which one is never above the other: first<=last", [])
    .option("--no-search", "look for no rules in the data")
    .option(
      "--min-count <number>",
      "how many customers must share a level, word, repeated value, end or grid for it to be told; left out, 5",
    )
    .option("--customer <column>", customerOption)
    .option("--no-customer", noCustomerOption)
    .option("--keep-duplicates", keepDuplicates)
    .option("--structure <file>", "rules to keep instead of those found (JSON, see --write-structure)")
    .option(
      "--write-structure <file>",
      "write the rules that were found, to be changed and given to --structure",
    )
    .option("--show-structure", "print the rules found and stop")
    .addHelpText(
      "after",
      `
Methods: sequential  column by column, faithful and without memory of single rows (the default)
         copula      margins and correlations; the simplest
         trees       synthpop's way: very faithful, repeats training values
         mst         differentially private: a proven bound (--epsilon) on what any row changes
         aim         the same by pairs and triples that it chooses itself; takes longer, nearer to the rows
         gan, vae    nets over quantile bins and discovered rules; Ctrl-C keeps what was learnt so far
         ctgan, tvae as published (Xu et al., 2019), for comparison
         vanilla     a plain GAN over label codes, for comparison

Examples:
  $ telelink synth fit --data customers.csv --out model.json
  $ telelink synth fit --data customers.csv --children usage.csv --key customerID --out model.json
  $ telelink synth fit --data telco.csv --show-structure
  $ telelink synth fit --data telco.csv --order "started<=ended" --out model.json
  $ telelink synth fit --data telco.csv --method mst --epsilon 1 --domain domain.json --out model.json

Of more than 500,000 rows as many are learnt, drawn at random (whole customers, where a column names them), by mst and aim all;
with --children up to 100,000 parents with all their rows. The fit says how many of how many.

A domain says what is known whoever is in the file; what it leaves out is found privately, for some of ε:
  {"columns": [{"name": "tenure", "minimum": 0, "maximum": 72, "required": true},
               {"name": "paid", "decimals": 2, "format": {"kind": "number", "decimal": ",", "suffix": " €"}},
               {"name": "Contract", "levels": ["Month-to-month", "One year", "Two year"]},
               {"name": "customerID", "pattern": "[0-9]{4}-[A-Z]{5}"}],
   "rules": ["total ~ tenure * monthly", "amount = quantity * price", "rest = 100 - a - b", "started <= ended",
             "phone=No => lines=No phone", "net=No <=> backup=No internet service"]}
Rules hold in every row that is made (~ means about: the ratio is learnt; <=> that neither stands without the other).
Column names, types, decimals and the way numbers and dates are written count as public.`,
    )
    .action(fit);
}

/** The method of that name. */
function methodCalled<M extends string>(name: string, known: readonly M[]): M {
  const method = known.find((own) => own === name);
  if (method) return method;
  throw usageError(
    `Cannot use --method: it must be one of ${known.join(", ")}, got ${JSON.stringify(name)}${didYouMean(name, known)}`,
  );
}

async function fit(options: Options): Promise<void> {
  const { children } = options;
  if (children !== undefined) {
    refuse(options, oneTable, "two tables are learnt together by sequential alone, with rules found in each");
    if (options.method !== "sequential")
      throw usageError(`Cannot use --children with --method ${options.method}: it must be sequential`);
    return (await import("./synth-fit-relational.js")).fitRelational({ ...options, children });
  }
  if (options.key !== undefined) throw usageError("Cannot use --key: it goes with --children");
  const [{ readToLearn }, { synthesis }, { describeStructure }, { seeded }, { openAtomic, writeAtomic }] =
    await Promise.all([
      import("./read-to-learn.js"),
      import("../../../synthesis/methods.js"),
      import("../../../synthesis/structure/describe.js"),
      import("../../../core/rng.js"),
      import("../../../data/files.js"),
    ]);
  const [{ discoverStructure }, { describeLosses }, { withRepeatedIds }] = await Promise.all([
    import("../../../synthesis/structure/discover/discover.js"),
    import("../../../synthesis/structure/losses.js"),
    import("../../../synthesis/structure/repeated-ids.js"),
  ]);
  const [{ savedSynthesiserToJSON }, { endedAtOnce, watched }, { fileOrigin }, { packageVersion }] =
    await Promise.all([
      import("../../../synthesis/saved-synthesiser.js"),
      import("../../support/watched.js"),
      import("../../../data/read/file-origin.js"),
      import("../../support/version.js"),
    ]);
  const method = methodCalled(options.method, methodNames);
  if (privateMethods.includes(method)) {
    refuse(options, publicOnly, `${method} takes nothing from the data that its ε does not cover`);
    return (await import("./synth-fit-private.js")).fitPrivately(options, method === "aim" ? "aim" : "mst");
  }
  refuseUnheard(options, method);
  const seed = wholeNumber(options.seed ?? "42", "--seed");
  const epochs =
    options.epochs === undefined ? undefined : wholeNumber(options.epochs, "--epochs", 1, 10_000);
  const read = await readToLearn(options.data, options, { seed, ...rulesOf(options) });
  const { withCustomers } = await import("../../support/counted-rows.js");
  const found = withCustomers(read.table, options);
  const { table, repeated } = withRepeatedIds(found.table, found.customer);
  for (const name of repeated)
    note(`${name} is called an identifier, but its values repeat: it is learnt as a category`);
  const rng = seeded(seed);
  const names = table.columns.map(({ name }) => name);
  checkTarget(options, names);
  const structure = options.structure
    ? await (await import("./given-structure.js")).structureIn(options.structure, table, rng, options)
    : discoverStructure(table, rng.fork("structure"), {
        ...rulesOf(options),
        customer: found.customer ?? false,
        search: options.search && !plainMethods.includes(method),
        sequential: method === "sequential",
      });
  if (options.writeStructure)
    writeAtomic(options.writeStructure, `${JSON.stringify(structure, undefined, 1)}\n`);
  const sentences = describeStructure(structure);
  if (options.showStructure || !options.out) {
    for (const sentence of sentences) print(sentence);
    return;
  }
  // Learning may take minutes: a place that cannot be written to is told before.
  openAtomic(options.out).discard();
  // Rules that were found hold, and those that were given are looked at.
  const settings = {
    structure,
    acceptBroken: true,
    ...told(options, found.customer),
    ...(epochs !== undefined && { epochs }),
  };
  const synthesiser = await (netMethods.includes(method) ? watched : endedAtOnce)((watch) =>
    synthesis(method, settings)(table, rng, watch),
  );
  const { training } = synthesiser as { training?: NetTraining };
  if (training) noteTraining(training);
  const { structure: _, acceptBroken: __, ...plain } = settings;
  const origin = {
    method,
    options: plain,
    seed,
    rows: table.rows,
    ...(read.total > read.table.rows && { drawnFrom: read.total }),
    ...(found.subject && { rowsCounted: found.subject }),
    data: [await fileOrigin(options.data)],
    ...(read.schema.dialect && { delimiter: read.schema.dialect.delimiter }),
    version: packageVersion(),
  };
  writeAtomic(options.out, `${JSON.stringify(savedSynthesiserToJSON({ synthesiser, origin }))}\n`);
  const lost = describeLosses(structure);
  if (lost.length > 0) printUnder(`Not in the synthetic rows, of ${table.rows} rows learnt:`, lost);
  printUnder(`Rules kept in ${options.out} (change them with --write-structure and --structure):`, sentences);
  noteChosen(synthesiser, table.rows);
  note(
    `${table.rows} rows learnt by ${method}${training ? ` on ${training.backend}` : ""}; wrote ${options.out}`,
  );
}

/** What was said of the columns, as a method takes it, and is told again where it learns once more. */
function told({ target, customer }: Options, found: string | undefined) {
  const whose = found ?? (customer === false ? (false as const) : undefined);
  return { ...(target !== undefined && { target }), ...(whose !== undefined && { customer: whose }) };
}

function printUnder(title: string, sentences: readonly string[]): void {
  print(title);
  for (const sentence of sentences) print(`  ${sentence}`);
}

function rulesOf(options: Options) {
  return {
    keep: options.keep,
    combinations: options.combination.map((text) => text.split("+").map((name) => name.trim())),
    orders: options.order.map(orderOf),
    ...(options.minCount !== undefined && { minCount: wholeNumber(options.minCount, "--min-count", 1, 1e9) }),
  };
}

/** Options that steer what is found in the data; with others, what a private method and two tables do not heed. */
const steering = [
  "epochs",
  "keep",
  "combination",
  "order",
  "structure",
  "writeStructure",
  "showStructure",
] as const;
/** What steers the search for rules: nothing where these are given. */
const ofFound = ["keep", "combination", "order", "minCount"] as const;
const privateOnly = ["epsilon", "delta", "domain", "strict"] as const;
const publicOnly = ["minCount", ...steering] as const;
const oneTable = [...steering, "schema", "target", "customer", ...privateOnly, "keepDuplicates"] as const;

/** Throws where an option is given that the method cannot heed. */
function refuse(options: Options, names: readonly (keyof Options)[], why: string, beside?: string): void {
  for (const name of names) {
    const value = options[name];
    if (value === undefined || value === false || (Array.isArray(value) && value.length === 0)) continue;
    const option = name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
    throw usageError(
      `Cannot use --${option} with --${beside ?? (options.children ? "children" : `method ${options.method}`)}: ${why}`,
    );
  }
}

/** Throws where an option is given that is for other methods than this one. */
function refuseUnheard(options: Options, method: Method): void {
  if (!netMethods.includes(method)) refuse(options, ["epochs"], "it trains no net");
  if (method === "copula") refuse(options, ["target"], "no column of a copula depends on the others");
  refuse(options, privateOnly, `only ${privateMethods.join(" and ")} are differentially private`);
  if (options.structure) refuse(options, ofFound, "the rules in the file are all that hold", "structure");
  if (!options.out && !options.showStructure && !options.writeStructure) {
    throw usageError(
      "Cannot fit: --out must say where the model goes (or --show-structure that only rules are wanted)",
    );
  }
}

function checkTarget({ target, data }: Options, names: readonly string[]): void {
  if (target === undefined || names.includes(target)) return;
  throw usageError(
    `Cannot fit --target: it must be a column of ${data} (${names.join(", ")}), got ${target}${didYouMean(target, names)}`,
  );
}

/** Says on how many of many rows it was chosen what depends on what, and of which pairs of columns nothing was learnt. */
function noteChosen(synthesiser: object, rows: number): void {
  const { chosenOn, pairs, counted } = synthesiser as Partial<
    Pick<Sequential, "chosenOn" | "pairs" | "counted">
  >;
  if (chosenOn && chosenOn.choices < rows)
    note(
      `what depends on what was chosen on ${chosenOn.choices} of the rows, how numbers spread on ${Math.min(chosenOn.spread, rows)}; levels, ends, rules and rates come from all ${rows}`,
    );
  if (counted && counted.length > 0)
    note(
      `${counted.map(({ column, levels }) => `${column} (${levels} levels)`).join(", ")}: what goes with which of so many levels is told by counts, not by a regression: each column before them that helps adds what it tells alone (naive Bayes), and what columns tell only together comes out weaker or not at all`,
    );
  if (pairs && pairs.learnt < pairs.all)
    note(
      `${pairs.learnt} of ${pairs.all} pairs of columns are learnt, no more than ${rows} rows bear: what others have in common is chance, or too weak to be told from it, and comes out weaker or not at all`,
    );
}

/** Says of a net when its training ended early. */
function noteTraining(training: NetTraining): void {
  if (training.ended === "all epochs") return;
  const after = `after ${training.epochs} of ${training.asked} epochs`;
  if (training.ended === "stop signal") note(`stopped ${after}; the model is what was learnt by then`);
  else note(`${training.ended} ${after}: ${training.advice}; the model is that of the last good epoch`);
}

function orderOf(text: string): { low: string; high: string } {
  const names = text.split("<=").map((name) => name.trim());
  if (names.length !== 2 || names.includes("")) {
    throw usageError(`Cannot use --order: it must be LOWER<=HIGHER, got ${JSON.stringify(text)}`);
  }
  return { low: names[0], high: names[1] };
}
