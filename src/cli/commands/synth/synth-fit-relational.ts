import { seeded } from "../../../core/rng";
import { openAtomic, writeAtomic } from "../../../data/files";
import { fileOrigin } from "../../../data/read/file-origin";
import { describeUnlike, notLearntByBoth } from "../../../services/synthetic/not-learnt";
import { describeLearning, learningOf } from "../../../synthesis/learning";
import { isContext, isStep } from "../../../synthesis/relational/child-table";
import { describeAlong } from "../../../synthesis/relational/distinct";
import { type Relational, relational } from "../../../synthesis/relational/relational";
import { describeToldLevel } from "../../../synthesis/relational/told-levels";
import { describeTotals } from "../../../synthesis/relational/totals";
import { savedSynthesiserToJSON } from "../../../synthesis/saved-synthesiser";
import { describeStructure } from "../../../synthesis/structure/describe";
import { usualMinCount } from "../../../synthesis/structure/discover/discover";
import { describeLosses } from "../../../synthesis/structure/losses";
import type { ColumnPlan } from "../../../synthesis/structure/structure";
import { usageError } from "../../support/exit";
import { wholeNumber } from "../../support/options";
import { note, print } from "../../support/output";
import type { ReadingFlags } from "../../support/reading";
import { packageVersion } from "../../support/version";
import { endedAtOnce } from "../../support/watched";
import { brief } from "./brief";
import { readFamilies } from "./read-families";

/** The options of `telelink synth fit` that two tables use. */
export interface RelationalFlags extends ReadingFlags {
  readonly data: string;
  readonly children: string;
  readonly key?: string;
  readonly out?: string;
  readonly json?: string;
  readonly seed?: string;
  readonly minCount?: string;
  readonly search: boolean;
}

/** `telelink synth fit --children`: a table of parents and one of rows that name them. */
export async function fitRelational(flags: RelationalFlags): Promise<void> {
  const { key, out } = flags;
  if (!out) throw usageError("Cannot fit: --out must say where the model goes");
  if (!key) throw usageError("Cannot fit --children: --key must name the column that both tables share");
  const seed = wholeNumber(flags.seed ?? "42", "--seed");
  openAtomic(out).discard();
  const minCount =
    flags.minCount === undefined ? undefined : wholeNumber(flags.minCount, "--min-count", 1, 1e9);
  const least = minCount ?? usualMinCount;
  const { parents, children } = await readFamilies(flags, key, { least }, seeded(seed).fork("parents drawn"));
  const tables = { parents: parents.table, children };
  const settings = {
    key,
    search: flags.search,
    ...(minCount !== undefined && { minCount }),
  };
  const synthesiser = await endedAtOnce((watch) => relational(settings)(tables, seeded(seed), watch));
  const [above, below] = synthesiser.chosen;
  const learning = {
    ...learningOf(above, tables.parents.rows),
    ...(below && { children: { rows: children.rows, ...learningOf(below, children.rows) } }),
  };
  const origin = {
    method: "relational",
    options: settings,
    seed,
    rows: tables.parents.rows,
    learning,
    ...(parents.total > tables.parents.rows && { drawnFrom: parents.total }),
    data: [await fileOrigin(flags.data), await fileOrigin(flags.children)],
    ...(parents.schema.dialect && { delimiter: parents.schema.dialect.delimiter }),
    version: packageVersion(),
  };
  writeAtomic(out, `${JSON.stringify(savedSynthesiserToJSON({ synthesiser, origin }))}\n`);
  const { structures } = synthesiser;
  // What children are drawn from (their parent, the row before) is no column of theirs.
  const own = (sentence: string): boolean => !isContext(sentence);
  const totals = [...synthesiser.totals, ...synthesiser.levels].map(({ column }) => column);
  const drawn = ({ name }: ColumnPlan): boolean => !totals.includes(name);
  const losses = structures
    .flatMap((one, k) => describeLosses(k === 0 ? { ...one, columns: one.columns.filter(drawn) } : one))
    .filter((line) => own(line) && !line.startsWith(`${key}: customers`));
  const unlearnt = await notLearntByBoth(synthesiser, tables, seeded(seed).fork("not learnt"), key);
  for (const name of synthesiser.loose)
    losses.push(
      `${name} follows from a part of a date of the children: what goes with it alone is not learnt`,
    );
  losses.push(...unlearnt.sentences);
  if (losses.length > 0) print("Not in the synthetic rows:");
  for (const sentence of losses) print(`  ${sentence}`);
  const notes = describeLearning(learning, tables.parents.rows);
  for (const sentence of notes) note(sentence);
  const rules = rulesOf(synthesiser);
  rules.forEach((sentences, k) => {
    print(`Rules kept in ${out}, of ${k === 0 ? "parents" : "children"}:`);
    for (const sentence of brief(sentences, "--json tells all")) print(`  ${sentence}`);
  });
  const { parents: count, children: rows } = tables;
  if (flags.json) {
    const said = {
      model: out,
      ...origin,
      childRows: rows.rows,
      notes,
      lost: losses,
      unlike: unlearnt.unlike,
      rules: { parents: rules[0], children: rules[1] },
    };
    writeAtomic(flags.json, `${JSON.stringify(said, undefined, 1)}\n`);
  }
  note(`${count.rows} parents and ${rows.rows} children learnt; wrote ${out}${describeUnlike(unlearnt)}`);
}

/** The rules of parents and of children in sentences. */
function rulesOf(synthesiser: Relational): string[][] {
  return synthesiser.structures.map((structure, k) => {
    const totals = k === 0 ? synthesiser.totals : [];
    const levels = k === 0 ? synthesiser.levels : [];
    // What tells these columns leaves nothing of the rules by which they would be drawn.
    const told = k === 0 ? [...totals, ...levels] : synthesiser.running;
    const others = describeStructure(structure, new Set(told.map(({ column }) => column))).filter(
      (sentence) => !isContext(sentence) && !isStep(sentence, synthesiser.dates),
    );
    const along = k === 1 ? describeAlong(synthesiser) : [];
    const aloft = [...describeTotals(totals), ...levels.map(describeToldLevel)];
    return [...aloft, ...along, ...others];
  });
}
