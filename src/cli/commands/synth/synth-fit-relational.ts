import { seeded } from "../../../core/rng";
import { openAtomic, writeAtomic } from "../../../data/files";
import type { DrawnTable } from "../../../data/read/drawn-table";
import { fileOrigin } from "../../../data/read/file-origin";
import {
  describeUnlike,
  type NotLearnt,
  notLearntByBoth,
  notLearntByUnits,
} from "../../../services/synthetic/not-learnt";
import { describeLearning, learningOf } from "../../../synthesis/learning";
import { countName, isContext, isStep } from "../../../synthesis/relational/child-table";
import { describeAlong } from "../../../synthesis/relational/distinct";
import { firstName } from "../../../synthesis/relational/families";
import {
  type RelatedTables,
  type Relational,
  type RelationalOptions,
  relational,
} from "../../../synthesis/relational/relational";
import { describeGap } from "../../../synthesis/relational/running";
import { describeToldLevel } from "../../../synthesis/relational/told-levels";
import { describeTotals } from "../../../synthesis/relational/totals";
import { units, unitsIn, withUnits } from "../../../synthesis/relational/units";
import { savedSynthesiserToJSON } from "../../../synthesis/saved-synthesiser";
import { ruleGroups, rulesIn, type Told } from "../../../synthesis/structure/describe";
import { usualMinCount } from "../../../synthesis/structure/discover/discover";
import { lossesOf } from "../../../synthesis/structure/losses";
import type { ColumnPlan } from "../../../synthesis/structure/structure";
import type { Synthesiser } from "../../../synthesis/synthesiser";
import { usageError } from "../../support/exit";
import { wholeNumber } from "../../support/options";
import { note } from "../../support/output";
import { packageVersion } from "../../support/version";
import { endedAtOnce } from "../../support/watched";
import { printLost, printRules } from "./brief";
import type { FitOptions } from "./fit-options";
import { readFamilies } from "./read-families";
import { checkNamed, readToLearn } from "./read-to-learn";

/** What was read, and what was learnt from it. */
interface Learnt {
  readonly tables: RelatedTables;
  readonly both: Relational;
  /** What is saved: the model of both, or of the one table that they were. */
  readonly synthesiser: Synthesiser;
  /** The parents read, or the rows; of which so many were drawn. */
  readonly read: DrawnTable;
  readonly unlearnt: NotLearnt;
}

/** `telelink synth fit --children`: a table of parents and one of rows that name them; with `--key` alone one table of both. */
export async function fitRelational(flags: FitOptions): Promise<void> {
  const { key, out, children } = flags;
  if (!out) throw usageError("Cannot fit: --out must say where the model goes");
  if (!key) throw usageError("Cannot fit --children: --key must name the column that both tables share");
  const seed = wholeNumber(flags.seed ?? "42", "--seed");
  openAtomic(out).discard();
  const minCount =
    flags.minCount === undefined ? undefined : wholeNumber(flags.minCount, "--min-count", 1, 1e9);
  const settings = {
    key,
    search: flags.search,
    ...(minCount !== undefined && { minCount }),
  };
  const learnt = await (children === undefined
    ? learnUnits(flags, settings, seed)
    : learnFamilies({ ...flags, children }, settings, seed));
  await told(learnt, { ...flags, out }, settings, seed);
}

async function learnFamilies(
  flags: FitOptions & { readonly children: string },
  settings: RelationalOptions,
  seed: number,
): Promise<Learnt> {
  const { key, minCount: least = usualMinCount } = settings;
  const { parents: read, children } = await readFamilies(
    flags,
    key,
    { least },
    seeded(seed).fork("parents drawn"),
  );
  const tables = { parents: read.table, children };
  const both = await endedAtOnce((watch) => relational(settings)(tables, seeded(seed), watch));
  const unlearnt = await notLearntByBoth(both, tables, seeded(seed).fork("not learnt"), key);
  return { tables, both, synthesiser: both, read, unlearnt };
}

async function learnUnits(flags: FitOptions, settings: RelationalOptions, seed: number): Promise<Learnt> {
  const { key, minCount } = settings;
  const whole = { seed, ...(minCount !== undefined && { minCount }) };
  return readToLearn(flags.data, { ...flags, customer: key }, whole, async (read) => {
    checkNamed("use --key", [key], flags.data, read.table);
    const named = withUnits(read.table, key);
    const synthesiser = await endedAtOnce((watch) => units(settings)(named, seeded(seed), watch));
    const tables = unitsIn(named, key);
    const unlearnt = await notLearntByUnits(synthesiser, named, seeded(seed).fork("not learnt"), tables);
    return { tables, both: synthesiser.model, synthesiser, read, unlearnt };
  });
}

/** Writes the model, and says what it lost and keeps. */
async function told(
  { tables, both, synthesiser, read, unlearnt }: Learnt,
  flags: FitOptions & { readonly out: string },
  settings: RelationalOptions,
  seed: number,
): Promise<void> {
  const { out } = flags;
  const { key } = settings;
  const { parents, children } = tables;
  const [above, below] = both.chosen;
  const learning = {
    ...learningOf(above, parents.rows),
    ...(below && { children: { rows: children.rows, ...learningOf(below, children.rows) } }),
  };
  const origin = {
    method: synthesiser.kind,
    options: { ...settings },
    seed,
    rows: read.table.rows,
    learning,
    ...(read.total > read.table.rows && { drawnFrom: read.total }),
    data: [
      await fileOrigin(flags.data),
      ...(flags.children === undefined ? [] : [await fileOrigin(flags.children)]),
    ],
    ...(read.schema.dialect && { delimiter: read.schema.dialect.delimiter }),
    version: packageVersion(),
  };
  writeAtomic(out, `${JSON.stringify(savedSynthesiserToJSON({ synthesiser, origin }))}\n`);
  // What children are drawn from (their parent, the row before) is no column of theirs.
  const own = (sentence: string): boolean => !isContext(sentence.replace(/^fewer than .* keep: /, ""));
  const totals = [...both.totals, ...both.levels].map(({ column }) => column);
  const drawn = ({ name }: ColumnPlan, k: number): boolean =>
    k === 0 ? !totals.includes(name) : !isContext(name);
  const losses = both.structures
    .flatMap((one, k) => lossesOf({ ...one, columns: one.columns.filter((plan) => drawn(plan, k)) }))
    .filter(({ text }) => own(text) && !text.startsWith(`${key}: customers`));
  const loose = both.loose.map((column) => ({
    group: "loose",
    column,
    text: `${column} follows from a part of a date of the children: what goes with it alone is not learnt`,
  }));
  const worded = flags.children === undefined ? ofUnits(key) : (text: string) => text;
  const inWords = (some: readonly Told[]): Told[] => some.map((one) => ({ ...one, text: worded(one.text) }));
  const lost = inWords([...unlearnt.lost, ...loose, ...losses]);
  const rules = rulesOf(both).map(inWords);
  printLost("Not in the synthetic rows:", lost);
  const unordered = !both.dates && both.by === undefined && parents.rows < children.rows;
  const notes = [
    ...describeLearning(learning, parents.rows),
    ...(unordered
      ? [
          "children: no date and no number (of a visit, a year) says in what order a parent's rows are; what goes from row to row is learnt of them as they stand in the file",
        ]
      : []),
  ].map(worded);
  for (const sentence of notes) note(sentence);
  const whose = flags.children === undefined ? [`each ${key}`, "its rows"] : ["parents", "children"];
  rules.forEach((own, k) => {
    printRules(`Rules kept in ${out}, of ${whose[k]}:`, own, "--json tells all");
  });
  if (flags.json) {
    const texts = (told: readonly Told[]): string[] => told.map(({ text }) => text);
    const said = {
      model: out,
      ...origin,
      childRows: children.rows,
      notes,
      lost: texts(lost),
      unlike: unlearnt.unlike,
      rules: { parents: texts(rules[0]), children: texts(rules[1]) },
    };
    writeAtomic(flags.json, `${JSON.stringify(said, undefined, 1)}\n`);
  }
  const learnt =
    flags.children === undefined
      ? `${children.rows} rows of ${parents.rows} units (${key})`
      : `${parents.rows} parents and ${children.rows} children`;
  note(`${learnt} learnt; wrote ${out}${describeUnlike(unlearnt)}`);
}

/** What is said of parents and their children as of units and their rows. */
function ofUnits(key: string): (text: string) => string {
  const words = [
    [/^children: /g, "rows: "],
    [countName, "number of rows"],
    [firstName, "the first row's date"],
    [/the parent's children/g, `the ${key}'s rows`],
    [/\b(a|each|the) parent('s)?\b/g, `$1 ${key}$2`],
  ] as const;
  return (text) => words.reduce((so, [one, other]) => so.replaceAll(one, other), text);
}

/** The rules of parents and of children in sentences. */
function rulesOf(synthesiser: Relational): Told[][] {
  return synthesiser.structures.map((structure, k) => {
    const totals = k === 0 ? synthesiser.totals : [];
    const levels = k === 0 ? synthesiser.levels : [];
    // What tells these columns leaves nothing of the rules by which they would be drawn.
    const told = k === 0 ? [...totals, ...levels] : synthesiser.running;
    const others = rulesIn(structure, new Set(told.map(({ column }) => column))).filter(
      ({ text }) => !isContext(text) && !isStep(text, synthesiser.dates),
    );
    const { dates } = synthesiser;
    const steps = others.map((one) => ({ ...one, text: dates ? describeGap(one.text, dates) : one.text }));
    const along = k === 1 ? describeAlong(synthesiser) : [];
    const aloft = [...describeTotals(totals), ...levels.map(describeToldLevel)];
    return [...[...aloft, ...along].map((text) => ({ group: ruleGroups[0], text })), ...steps];
  });
}
