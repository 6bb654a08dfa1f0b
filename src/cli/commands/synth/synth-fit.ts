import { Command } from "commander";
import { type Method, methodNames, netMethods, privateMethods } from "../../../synthesis/method-names";
import { usageError } from "../../support/exit";
import {
  customerOption,
  eitherCustomer,
  keepDuplicates,
  noCustomerOption,
  oneOf,
  wholeNumber,
} from "../../support/options";
import { readingOptions } from "../../support/reading";
import type { FitOptions } from "./fit-options";

/** `telelink synth fit`: learns a table and saves what it takes to make rows like it. */
export function synthFitCommand(): Command {
  return eitherCustomer(readingOptions(new Command("fit")))
    .description("learn a table and save what it takes to make rows like its own")
    .requiredOption("--data <file>", "a table of any format; - reads standard input")
    .option("--out <file>", "where to write the model (JSON)")
    .option("--json <file>", "write how it was learnt, all that is lost and all rules that are kept")
    .option("--children <file>", "a second table of rows that belong to those of --data: months, purchases")
    .option(
      "--key <column>",
      "with --children: the column of both tables that says which row they belong to; of one table: whose the rows are, of whom whole ones are made (firm); or what names a row, each once (firm+year)",
    )
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
         trees       synthpop's way: very faithful, near to training rows
         mst         differentially private: a proven bound (--epsilon) on what any row changes
         aim         the same by pairs and triples that it chooses itself; takes longer, nearer to the rows
         gan, vae    nets over quantile bins and discovered rules; Ctrl-C keeps what was learnt so far
         ctgan, tvae as published (Xu et al., 2019), beside the rules
         vanilla     a plain GAN over label codes, beside the rules

Examples:
  $ telelink synth fit --data customers.csv --out model.json
  $ telelink synth fit --data customers.csv --children usage.csv --key customerID --out model.json
  $ telelink synth fit --data firms-by-year.csv --key firm --out model.json          new firms, each with all its years
  $ telelink synth fit --data firms-by-year.csv --key firm+year --out model.json     the same firms and years, each once
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
             "ended = started + term months - 1 day", "age_group by age: young, from 30: middle, from 60: old",
             "phone=No => lines=No phone", "churn=No <=> reason=(missing)"]}
Rules hold in every row that is made (~ means about: the ratio is learnt; <=> that neither stands without the other);
"step": 0.5 beside a column's bounds says that it comes in halves.
Column names, types, decimals and the way numbers and dates are written count as public.`,
    )
    .action(fit);
}

async function fit(options: FitOptions): Promise<void> {
  const { children, key } = options;
  const pair =
    children === undefined && key?.includes("+") ? key.split("+").map((name) => name.trim()) : undefined;
  if (key !== undefined && options.method !== "sequential")
    throw usageError(`Cannot use --key with --method ${options.method}: it must be sequential`);
  if (pair) {
    refuse(options, ["customer", "structure"], "what names rows is as it was, and rows are counted", "key");
    refuseUnheard(options, "sequential");
    const steering = rulesOf(options);
    const rows = { ...options, customer: false as const };
    return (await import("./synth-fit-rows.js")).fitRows(rows, "sequential", { ...steering, key: pair });
  }
  if (children !== undefined || key !== undefined) {
    const [beside, not, what] =
      children === undefined
        ? ["key", oneTable.filter((name) => name !== "schema"), "units and their rows"]
        : ["children", oneTable, "two tables"];
    refuse(options, not, `${what} are learnt together by sequential alone, with rules found in each`, beside);
    if (options.method !== "sequential")
      throw usageError(`Cannot use --children with --method ${options.method}: it must be sequential`);
    return (await import("./synth-fit-relational.js")).fitRelational(options);
  }
  const method = oneOf(options.method, "--method", methodNames);
  if (privateMethods.includes(method)) {
    refuse(options, publicOnly, `${method} takes nothing from the data that its ε does not cover`);
    return (await import("./synth-fit-private.js")).fitPrivately(options, method === "aim" ? "aim" : "mst");
  }
  refuseUnheard(options, method);
  const steering = rulesOf(options);
  return (await import("./synth-fit-rows.js")).fitRows(options, method, steering);
}

/** What steers the search for rules. */
function rulesOf(options: FitOptions) {
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
function refuse(
  options: FitOptions,
  names: readonly (keyof FitOptions)[],
  why: string,
  beside?: string,
): void {
  for (const name of names) {
    const value = options[name];
    if (value === undefined || value === false || (Array.isArray(value) && value.length === 0)) continue;
    const option = name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
    throw usageError(`Cannot use --${option} with --${beside ?? `method ${options.method}`}: ${why}`);
  }
}

/** Throws where an option is given that is for other methods than this one. */
function refuseUnheard(options: FitOptions, method: Method): void {
  if (!netMethods.includes(method)) refuse(options, ["epochs"], "it trains no net");
  if (method === "copula") refuse(options, ["target"], "no column of a copula depends on the others");
  refuse(options, privateOnly, `only ${privateMethods.join(" and ")} are differentially private`);
  if (options.structure) refuse(options, ofFound, "the rules in the file are all that hold", "structure");
  if (options.json && (!options.out || options.showStructure))
    throw usageError(
      "Cannot use --json: it tells how a model was learnt, which --out must say where to write",
    );
  if (!options.out && !options.showStructure && !options.writeStructure) {
    throw usageError(
      "Cannot fit: --out must say where the model goes (or --show-structure that only rules are wanted)",
    );
  }
}

function orderOf(text: string): { low: string; high: string } {
  const names = text.split("<=").map((name) => name.trim());
  if (names.length !== 2 || names.includes("")) {
    throw usageError(`Cannot use --order: it must be LOWER<=HIGHER, got ${JSON.stringify(text)}`);
  }
  return { low: names[0], high: names[1] };
}
