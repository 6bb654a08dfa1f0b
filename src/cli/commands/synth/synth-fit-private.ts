import { seeded } from "../../../core/rng";
import { withCustomerIds } from "../../../data/customers";
import { evenRows } from "../../../data/even-rows";
import { openAtomic, writeAtomic } from "../../../data/files";
import { surveyTable } from "../../../data/read/survey-table";
import type { Schema } from "../../../data/schema";
import { readSchema } from "../../../data/schema-file";
import { columnNamed, type Table, takeTableRows } from "../../../data/table";
import { whoseRows } from "../../../services/synthetic/rows-to-learn";
import { aim } from "../../../synthesis/private/aim/aim";
import { privacySentence, spendingRows } from "../../../synthesis/private/describe";
import { type Domain, domainFromJson } from "../../../synthesis/private/domain/domain";
import type { PrivateSynthesiser } from "../../../synthesis/private/model";
import { mst } from "../../../synthesis/private/mst";
import type { FitPrivately } from "../../../synthesis/private/private-fit";
import { savedSynthesiserToJSON } from "../../../synthesis/saved-synthesiser";
import { noteWhose } from "../../support/counted-rows";
import { usageError } from "../../support/exit";
import { jsonFile } from "../../support/json-file";
import { decimalNumber, wholeNumber } from "../../support/options";
import { note, print, printTable } from "../../support/output";
import { checkLoss, csvOptions } from "../../support/reading";
import { packageVersion } from "../../support/version";
import { endedAtOnce } from "../../support/watched";
import type { FitOptions } from "./fit-options";

/** Rows in which customers with several are looked for. */
const mostLooked = 500_000;

/**
 * `telelink synth fit --method mst` or `aim`. What is written and printed to standard output follows from the private model
 * alone: no number of rows, no hash of the file, no seed. Notes about reading the file are for its owner.
 */
export async function fitPrivately(options: FitOptions, method: "mst" | "aim"): Promise<void> {
  const { out } = options;
  if (!out) throw usageError("Cannot fit: --out must say where the model goes");
  const epsilon = options.epsilon === undefined ? 1 : decimalNumber(options.epsilon, "--epsilon", 1e-6, 1e6);
  const delta = options.delta === undefined ? 1e-6 : decimalNumber(options.delta, "--delta", 1e-300, 0.5);
  const seed = options.seed === undefined ? undefined : wholeNumber(options.seed, "--seed");
  const domain =
    options.domain === undefined ? undefined : domainFromJson(jsonFile(options.domain), options.domain);
  const schema = options.schema ? readSchema(options.schema) : domain && typesOf(domain);
  // Which spelling is the commonest is told by counts without noise.
  const kept = { ...csvOptions(options), spellings: "kept" as const };
  const reading = { ...kept, ...(schema && { schema, badCells: "missing" as const }) };
  await surveyTable(options.data, reading, async (survey) => {
    checkLoss(options.data, survey, options);
    const perRow = "ε is of one row: all rows of a customer change up to as many times ε as there are";
    // Customers are told by the rows that are looked at; counted are all.
    const like = { rows: 0, columns: survey.columns.map(({ column }) => column) };
    const looked =
      survey.kept > 0 ? await evenRows(survey.batches(), survey.kept, mostLooked) : takeTableRows(like, []);
    const whose = whoseRows(looked, options.customer);
    noteWhose(whose, perRow);
    const customer = whose.customers?.column;
    // Without a domain that says what they are, customers are made up.
    const named = (rows: Table): Table => (customer && !domain ? withCustomerIds(rows, customer) : rows);
    const columns = survey.columns.map((one) => ({
      ...one,
      column: named({ rows: one.counts.length, columns: [one.column] }).columns[0],
    }));
    async function* batches(): AsyncGenerator<Table> {
      for await (const rows of survey.batches()) yield named(rows);
    }
    const source = { kept: survey.kept, columns, batches };
    const table = { rows: survey.kept, columns: columns.map(({ column }) => column) };
    if (delta * table.rows >= 1)
      note("note: δ should be far below 1 / rows, and here it is not: single rows might be let out whole");
    if (seed !== undefined)
      note("note: the noise follows from --seed: the model is private only for those who don't know it");
    openAtomic(out).discard();
    const { target } = options;
    const strict = options.strict ?? false;
    // The domain is public, and learning once more (synth report --model) needs it.
    const settings = {
      epsilon,
      delta,
      ...(target !== undefined && { target }),
      ...(strict && { strict }),
      ...(domain && { domain }),
    };
    const noise = seed === undefined ? "secret" : "seed";
    const fit: FitPrivately<PrivateSynthesiser> =
      method === "aim" ? aim({ ...settings, noise }) : mst({ ...settings, noise });
    const synthesiser: PrivateSynthesiser = await endedAtOnce((watch) =>
      fit(source, seeded(seed ?? 0), watch),
    );
    // What stands between cells is told by the line of names, which are public.
    const { dialect } = survey.schema;
    const origin = {
      method,
      options: settings,
      ...(dialect && dialect.delimiter !== "," && { delimiter: dialect.delimiter }),
      version: packageVersion(),
    };
    writeAtomic(out, `${JSON.stringify(savedSynthesiserToJSON({ synthesiser, origin }))}\n`);
    const rules = domain?.rules ?? [];
    if (options.json) {
      // As the model's file, it tells of the rows what ε covers and what was read off them.
      const { privacy, empty } = synthesiser;
      const said = {
        model: out,
        ...origin,
        privacy,
        lost: empty.map((name) => `${name} comes out empty`),
        rules,
      };
      writeAtomic(options.json, `${JSON.stringify(said, undefined, 1)}\n`);
    }
    tell(synthesiser, domain, table);
    note(`learnt by ${method}; wrote ${out}. Fitting again on the same rows spends as much again`);
  });
}

/** Says what the budget went to, what is not covered by it, and what comes out empty. */
function tell(synthesiser: PrivateSynthesiser, domain: Domain | undefined, table: Table): void {
  print(`${privacySentence(synthesiser.privacy)}. The budget went to:`);
  printTable(["part", "share", "how"], spendingRows(synthesiser.privacy));
  const { readOff } = synthesiser.privacy;
  if (readOff.length > 0)
    note(
      `warning: ε does not cover what was read off the table: ${readOff.join("; ")} (--strict refuses; telelink synth domain writes a skeleton to state it)`,
    );
  const rules = domain?.rules ?? [];
  if (rules.length > 0) print(`Rules kept: ${rules.join("; ")}`);
  const about = rules.flatMap((rule) => rule.match(/^(.+?)\s*[~≈]/)?.[1] ?? []);
  const gaps = about.filter((name) => !domain?.columns.some((one) => one.name === name && one.required));
  if (gaps.length > 0)
    note(
      `note: ${gaps.join(", ")} is missing where its rule gives 0 ("required": true in the domain makes it 0)`,
    );
  if (rules.length === 0)
    note('note: no rules between columns are kept: a domain states them ("rules": ["total = a + b"])');
  const keys = table.columns.filter(({ type }) => type === "id");
  const counted = keys.filter(({ name }) => !domain?.columns.some((one) => one.name === name && one.pattern));
  if (counted.length > 0)
    note(
      `note: identifiers are counted from 1 where the domain has no "pattern" for them: ${counted.map(({ name }) => name).join(", ")}`,
    );
  // That none is missing in the table would be about its rows.
  const everywhere = keys.filter(
    ({ name }) =>
      !domain?.columns.some((one) => one.name === name && one.required) &&
      !rules.some((rule) => rule.includes(`${name}=`)),
  );
  if (everywhere.length > 0)
    note(
      `note: every row gets an identifier of its own; where there is none a domain can say ("rules": ["paid=cash => iban=(missing)"]; "required": true if there always is one): ${everywhere.map(({ name }) => name).join(", ")}`,
    );
  const texts = synthesiser.empty.filter((name) => columnNamed(table, name).type === "text");
  const lost = synthesiser.empty.filter((name) => !texts.includes(name));
  if (texts.length > 0) note(`note: texts come out empty, they are never learnt: ${texts.join(", ")}`);
  if (lost.length > 0)
    note(`${lost.join(", ")} come out empty: nothing in them stands out of the noise; a --domain may help`);
}

/** Types, levels and formats as the domain states them: cell by cell read by these, not by what most rows are like. */
function typesOf(domain: Domain): Schema {
  return {
    columns: domain.columns.flatMap(({ name, type, levels, format }) =>
      type === undefined ? [] : [{ name, type, ...(levels && { levels }), ...(format && { format }) }],
    ),
  };
}
