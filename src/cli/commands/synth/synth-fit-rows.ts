import { percentOf } from "../../../core/format";
import { type Rng, seeded } from "../../../core/rng";
import { openAtomic, writeAtomic } from "../../../data/files";
import type { DrawnTable } from "../../../data/read/drawn-table";
import { fileOrigin } from "../../../data/read/file-origin";
import type { Table } from "../../../data/table";
import { describeUnlike, notLearntBy } from "../../../services/synthetic/not-learnt";
import { describeLearning, type Learning, learningOf } from "../../../synthesis/learning";
import { type Method, netMethods } from "../../../synthesis/method-names";
import { synthesis } from "../../../synthesis/methods";
import type { NetTraining } from "../../../synthesis/nets/net-options";
import { crossed, namedBy, withLevels } from "../../../synthesis/relational/crossed";
import { savedSynthesiserToJSON } from "../../../synthesis/saved-synthesiser";
import { rulesBrokenIn } from "../../../synthesis/sequential/known/rules-kept";
import { rulesIn } from "../../../synthesis/structure/describe";
import { type DiscoverOptions, discoverStructure } from "../../../synthesis/structure/discover/discover";
import { tooBroken } from "../../../synthesis/structure/given/structure-of";
import { lossesOf } from "../../../synthesis/structure/losses";
import type { Structure } from "../../../synthesis/structure/structure";
import { withCustomers } from "../../support/counted-rows";
import { CliError, exitCodes } from "../../support/exit";
import { wholeNumber } from "../../support/options";
import { note, print } from "../../support/output";
import { packageVersion } from "../../support/version";
import { endedAtOnce, watched } from "../../support/watched";
import { printLost, printRules } from "./brief";
import type { FitOptions } from "./fit-options";
import { checkNamed, readToLearn } from "./read-to-learn";
import { structureIn } from "./rules-in-file";

/** What steers the search for rules. */
type Steering = Pick<DiscoverOptions, "keep" | "combinations" | "orders" | "minCount">;

/** `telelink synth fit` of one table by a method that counts its rows as they are. */
export async function fitRows(
  options: FitOptions,
  method: Method,
  steering: Steering & { readonly key?: readonly string[] },
): Promise<void> {
  const seed = wholeNumber(options.seed ?? "42", "--seed");
  const { epochs } = options;
  const nets = epochs === undefined ? {} : { epochs: wholeNumber(epochs, "--epochs", 1, 10_000) };
  await readToLearn(options.data, options, { seed, ...steering }, (read) =>
    learn(read, options, { method, steering, seed, nets }),
  );
}

async function learn(
  read: DrawnTable,
  options: FitOptions,
  how: {
    readonly method: Method;
    readonly steering: Steering & { readonly key?: readonly string[] };
    readonly seed: number;
    readonly nets: { readonly epochs?: number };
  },
): Promise<void> {
  const { method, seed, nets } = how;
  const { key, ...steering } = how.steering;
  const { out, search, target } = options;
  const { table: counted, whose } = withCustomers(read.table, options);
  const customer = whose.customers?.column;
  if (target !== undefined) checkNamed("fit --target", [target], options.data, counted);
  const { table, named } = namedRows(counted, options.data, key, steering.minCount);
  const rng = seeded(seed);
  const { structure, broken, elsewhere } = await rulesFor(read, table, rng, options, {
    ...steering,
    keep: [...(steering.keep ?? []), ...named],
    customer: customer ?? false,
    search,
    sequential: method === "sequential",
  });
  if (options.writeStructure)
    writeAtomic(options.writeStructure, `${JSON.stringify(structure, undefined, 1)}\n`);
  const rules = rulesIn(structure);
  if (options.showStructure || !out) {
    for (const { text } of rules) print(text);
    return;
  }
  // Learning may take minutes: a place that cannot be written to is told before.
  openAtomic(out).discard();
  const whom = customer ?? (options.customer === false ? (false as const) : undefined);
  const told = {
    ...(target !== undefined && { target }),
    ...(whom !== undefined && { customer: whom }),
    ...(!search && { search }),
    ...nets,
  };
  // Rules that were found hold, and those that were given are looked at.
  const settings = { structure, acceptBroken: true, ...told };
  const synthesiser = await (netMethods.includes(method) ? watched : endedAtOnce)((watch) =>
    (key ? crossed({ ...settings, ...steering, key }) : synthesis(method, settings))(table, rng, watch),
  );
  const { training } = synthesiser as { training?: NetTraining };
  if (training) noteTraining(training);
  const chosen = learningOf(synthesiser, table.rows);
  const unlearnt = await notLearntBy(synthesiser, table, rng.fork("not learnt"), customer);
  const learning: Learning = {
    ...whose,
    ...listed("beyond", read.beyond),
    ...listed("elsewhere", elsewhere),
    ...listed("broken", broken),
    ...listed("unlearnt", unlearnt.unlearnt),
    ...chosen,
  };
  const origin = {
    method: key ? synthesiser.kind : method,
    options: { ...told, ...(key && { key }) },
    seed,
    rows: table.rows,
    ...(read.total > read.table.rows && { drawnFrom: read.total }),
    learning,
    data: [await fileOrigin(options.data)],
    ...(read.schema.dialect && { delimiter: read.schema.dialect.delimiter }),
    version: packageVersion(),
  };
  writeAtomic(out, `${JSON.stringify(savedSynthesiserToJSON({ synthesiser, origin }))}\n`);
  const lost = [...unlearnt.lost, ...lossesOf(structure)];
  if (options.json) {
    const notes = describeLearning(learning, table.rows);
    const [told, kept] = [lost, rules].map((all) => all.map(({ text }) => text));
    const said = { model: out, ...origin, notes, lost: told, unlike: unlearnt.unlike, rules: kept };
    writeAtomic(options.json, `${JSON.stringify(said, undefined, 1)}\n`);
  }
  printLost(`Not in the synthetic rows, of ${table.rows} rows learnt:`, lost);
  if (lost.some(({ group }) => group === "determined"))
    print(
      "  a rule that is not learnt can be stated: --write-structure writes those found, --structure takes them",
    );
  printRules(
    `Rules kept in ${out} (change them with --write-structure and --structure):`,
    rules,
    "--show-structure tells all",
  );
  // All else was noted before anything was learnt.
  for (const sentence of describeLearning(chosen, table.rows)) note(sentence);
  noteNamed(named, key, table.rows);
  const where = training ? ` on ${training.backend}` : "";
  note(`${table.rows} rows learnt by ${method}${where}; wrote ${out}${describeUnlike(unlearnt)}`);
}

/** The table to be learnt where columns name its rows, and those that are as these names have them. */
function namedRows(table: Table, data: string, key: readonly string[] | undefined, least?: number) {
  if (!key) return { table, named: [] };
  checkNamed("use --key", key, data, table);
  const levelled = withLevels(table, key[0]);
  return { table: levelled, named: namedBy(levelled, key, least) };
}

function noteNamed(named: readonly string[], key: readonly string[] | undefined, rows: number): void {
  if (!key) return;
  const beside = named.length > key.length ? `, with ${named.slice(key.length).join(", ")},` : "";
  note(`which ${key.join(" and ")} go together${beside} comes out as it is, each once in ${rows} rows`);
}

/** The rules found in the rows or given, given ones that rows break, and those that rows which were not drawn do. */
async function rulesFor(
  read: DrawnTable,
  table: Table,
  rng: Rng,
  options: FitOptions,
  search: DiscoverOptions,
): Promise<Pick<Learning, "broken" | "elsewhere"> & { readonly structure: Structure }> {
  const { structure, broken } = options.structure
    ? await structureIn(options.structure, table, rng, {
        ...options,
        counted: typeof search.customer === "string" ? search.customer : undefined,
      })
    : { structure: discoverStructure(table, rng.fork("structure"), search), broken: [] };
  const elsewhere = read.total > read.table.rows ? await rulesBrokenIn(structure, read.batches()) : [];
  for (const sentence of describeLearning({ elsewhere }, read.total)) note(sentence);
  const [worst] = options.acceptLoss ? [] : tooBroken(elsewhere, { rows: read.total });
  if (worst)
    throw new CliError(
      `stopped: ${percentOf(worst.rows, read.total)} of the rows break a rule that those drawn keep: ${worst.rule} --no-search looks for none, --write-structure and --structure change it, --accept-loss keeps it in the rows that are made`,
      exitCodes.loss,
    );
  return { structure, broken, elsewhere };
}

function listed<K extends string, T>(name: K, list: readonly T[] = []): { readonly [N in K]?: readonly T[] } {
  return (list.length > 0 ? { [name]: list } : {}) as { readonly [N in K]?: readonly T[] };
}

/** Says of a net when its training ended early. */
function noteTraining(training: NetTraining): void {
  if (training.ended === "all epochs") return;
  const after = `after ${training.epochs} of ${training.asked} epochs`;
  if (training.ended === "stop signal") note(`stopped ${after}; the model is what was learnt by then`);
  else note(`${training.ended} ${after}: ${training.advice}; the model is that of the last good epoch`);
}
