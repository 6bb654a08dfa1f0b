import { seeded } from "../../../core/rng";
import { writeAtomic } from "../../../data/files";
import { fileOrigin } from "../../../data/read/file-origin";
import { schemaOf } from "../../../data/schema";
import { lossesTold } from "../../../evaluate/synthetic/losses";
import { verdictOf } from "../../../evaluate/synthetic/privacy/verdict";
import { likelyTarget, type SyntheticReport, syntheticReport } from "../../../evaluate/synthetic/report";
import { judgedFamilies } from "../../../services/synthetic/families-judged";
import { syntheticReportPage } from "../../../services/synthetic/report-page";
import { familiesOf, inOrder, planOf, withPace } from "../../../synthesis/relational/families";
import { usageError } from "../../support/exit";
import { note, print, printTable, printWarning } from "../../support/output";
import { endedAtOnce } from "../../support/watched";
import { printLost } from "./brief";
import { type FamiliesRead, readFamilies } from "./read-families";
import type { ReportFlags } from "./read-to-judge";
import { summary } from "./report-summary";

/** The most parents, and about the most children, that are judged. */
const most = { parents: 50_000, children: 50_000 };

/** `telelink synth report --real-children`: two tables, the rows of one belonging to those of the other, in one report. */
export async function reportBoth(flags: ReportFlags, seed: number): Promise<void> {
  const { key, real, realChildren, synthetic, syntheticChildren, holdout, holdoutChildren } = asked(flags);
  const rng = seeded(seed);
  const typed = ({ columns }: ReturnType<typeof schemaOf>) =>
    columns.map(({ name, type }) => ({ name, type }));
  const read = (data: string, children: string, like?: FamiliesRead): Promise<FamiliesRead> =>
    readFamilies(
      { ...flags, data, children },
      key,
      {
        least: 1,
        most,
        use: "judged",
        ...(like && { like: [typed(schemaOf(like.parents.table)), typed(schemaOf(like.children))] }),
      },
      rng.fork(`rows of ${data}`),
    );
  const learnt = await read(real, realChildren);
  const made = await read(synthetic, syntheticChildren, learnt);
  const held = holdout && holdoutChildren ? await read(holdout, holdoutChildren, learnt) : undefined;
  const first = planOf(learnt.children, key, 1);
  const ordered = inOrder(familiesOf(learnt.parents.table, learnt.children, key), learnt.children, first);
  const plan = withPace(first, learnt.children, ordered, { key, least: 1 });
  const judged = ({ parents, children }: FamiliesRead) =>
    judgedFamilies({ parents: parents.table, children }, key, plan);
  const [a, b, c] = [judged(learnt), judged(made), held && judged(held)];
  const found = [];
  for (const which of ["parents", "children"] as const) {
    const target = which === "parents" ? (flags.target ?? likelyTarget(a.parents)) : undefined;
    const tables = { real: a[which], synthetic: b[which], ...(c && { holdout: c[which] }) };
    const whose = { customer: which === "children" ? key : (false as const) };
    const aim =
      target === undefined
        ? {}
        : { target, ...(flags.positive !== undefined && { positive: flags.positive }) };
    const own = once(
      await endedAtOnce((watch) => syntheticReport({ ...tables, ...whose, ...aim }, rng.fork(which), watch)),
    );
    found.push({ which, tables, target, own });
    print(
      which === "parents"
        ? "Parents, with their children's number and means:"
        : "Children, beside their parent and the row before:",
    );
    printLost("  Lost, or not judged:", lossesTold(own), { all: "--html tells all", line: printWarning });
    printTable(["measure", "value", "reading"], summary(own, target, own.attacks && verdictOf(own)));
    print();
  }
  const [parents, children] = found;
  if (flags.json) {
    const { target } = parents;
    writeAtomic(
      flags.json,
      `${JSON.stringify({ seed, key, target, parents: parents.own, children: children.own }, undefined, 1)}\n`,
    );
  }
  if (flags.html) {
    const files = [
      ...sizes(real, realChildren, learnt),
      ...(held && holdout && holdoutChildren ? sizes(holdout, holdoutChildren, held) : []),
      ...sizes(synthetic, syntheticChildren, made),
    ];
    const sources = [];
    for (const [file, rows] of files) sources.push({ file: await fileOrigin(file), rows });
    const page = { found: parents.own, ...parents.tables, sources, seed };
    writeAtomic(flags.html, await syntheticReportPage(page, { found: children.own, ...children.tables }));
  }
  for (const file of [flags.json, flags.html]) if (file) note(`wrote ${file}`);
}

/** The options, where they go together. */
function asked(flags: ReportFlags) {
  const { key, realChildren, syntheticChildren, holdout, holdoutChildren } = flags;
  if (key === undefined || realChildren === undefined || syntheticChildren === undefined)
    throw usageError(
      "Cannot judge two tables: --real-children, --synthetic-children and --key must be given",
    );
  if ((holdout === undefined) !== (holdoutChildren === undefined))
    throw usageError("Cannot judge two tables: --holdout and --holdout-children go together");
  for (const name of ["model", "schema", "customer"] as const)
    if (flags[name] !== undefined) throw usageError(`Cannot use --${name} with two tables: it goes with one`);
  return { ...flags, key, realChildren, syntheticChildren };
}

/** Two files with their rows. */
function sizes(
  parents: string,
  children: string,
  read: FamiliesRead,
): readonly (readonly [string, number])[] {
  return [
    [parents, read.parents.table.rows],
    [children, read.children.rows],
  ];
}

/** What was found, without pairs that children repeat of their parent: of parents these are said once for all of them. */
function once(found: SyntheticReport): SyntheticReport {
  const { newPairs, ...others } = found;
  const own = newPairs?.filter(({ columns }) => !columns.every((name) => name.startsWith("parent: ")));
  return { ...others, ...(own && own.length > 0 && { newPairs: own }) };
}
