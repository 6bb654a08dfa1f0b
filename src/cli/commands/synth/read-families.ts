import { check } from "../../../core/checks";
import { count } from "../../../core/format";
import type { Rng } from "../../../core/rng";
import { joinTables } from "../../../data/join-tables";
import { beyondOf, type DrawnTable, drawnOf, withWords } from "../../../data/read/drawn-table";
import { reopened } from "../../../data/read/open-table";
import { tableHead } from "../../../data/read/read-table";
import { type Survey, surveyTable } from "../../../data/read/survey-table";
import type { ColumnSchema } from "../../../data/schema";
import { type Table, takeTableRows } from "../../../data/table";
import { SeenTexts } from "../../../data/tally/keys";
import { keysOf } from "../../../synthesis/relational/families";
import { note } from "../../support/output";
import { checkLoss, csvOptions, lost, type ReadingFlags } from "../../support/reading";
import { checkNamed, noteBeyond } from "./read-to-learn";

/** Parents, or some of them drawn from many, with all of their children. */
export interface FamiliesRead {
  readonly parents: DrawnTable;
  readonly children: Table;
}

interface FamilyFlags extends ReadingFlags {
  readonly data: string;
  readonly children: string;
}

/** The most parents, and about the most children, that are learnt from. */
const mostLearnt = { parents: 100_000, children: 500_000 } as const;
const headBytes = 1 << 16;

/**
 * The rows of two tables that belong together by a key, wherever they stand: of many parents some are drawn at random, each
 * with all its children. Says how many of how many, and how many children have no parent.
 */
export async function readFamilies(
  flags: FamilyFlags,
  key: string,
  {
    least,
    most = mostLearnt,
    use = "learnt",
    like: [above, below] = [],
  }: {
    readonly least: number;
    readonly most?: Record<keyof typeof mostLearnt, number>;
    /** What for: what parents that are not drawn have beside is no matter of those judged. */
    readonly use?: "learnt" | "judged";
    /** The columns of tables that these are read like. */
    readonly like?: readonly (readonly ColumnSchema[])[];
  },
  rng: Rng,
): Promise<FamiliesRead> {
  return keyed(flags.data, flags, { key, like: above }, (parents) =>
    keyed(flags.children, flags, { key, like: below }, async (children) => {
      const share = Math.min(1, most.parents / parents.kept, most.children / children.kept);
      const wanted = Math.max(1, Math.floor(share * parents.kept));
      const drawing = { most: wanted, customer: () => undefined, least };
      const own = await drawnOf(parents, drawing, rng);
      const known = await allKeys(parents, key);
      const found = await theirChildren(children, key, known, keysOf(own.table, key));
      const strangers = children.kept - found.known;
      if (strangers > 0) {
        const what = `${strangers} of ${children.kept} rows of ${flags.children} have a ${key} that ${flags.data} lacks`;
        if (strangers > 0.01 * children.kept && !flags.acceptLoss) throw lost(what);
        note(`${what}: they are left out`);
      }
      if (own.table.rows < own.total) {
        note(
          `${count(own.table.rows)} of ${count(own.total)} parents are ${use}, drawn at random, with all their children (${count(found.table.rows)} of ${count(found.known)})${use === "learnt" ? ": rules, ends, levels and shares are those of these rows" : ""}`,
        );
        const beyond = use === "learnt" ? found.table.columns : [];
        if (use === "learnt") noteBeyond(own.beyond, own.total, least);
        for (const [j, column] of beyond.entries())
          noteBeyond(beyondOf(column, children.columns[j], least), found.known, least);
      }
      return { parents: own, children: found.table };
    }),
  );
}

/** A survey of a file whose key is a name, whatever it looks like. */
async function keyed<Out>(
  file: string,
  flags: FamilyFlags,
  { key, like }: { readonly key: string; readonly like: readonly ColumnSchema[] | undefined },
  use: (survey: Survey) => Promise<Out>,
): Promise<Out> {
  const source = await reopened(file);
  const how = csvOptions(flags);
  try {
    const { table } = await tableHead(source, how, headBytes);
    checkNamed("use --key", [key], file, table);
    const schema = { columns: like ?? [{ name: key, type: "id" as const }] };
    return await surveyTable(
      source,
      { ...how, schema, ...(like && { badCells: "missing" as const }) },
      async (survey) => {
        checkLoss(file, survey, flags);
        return use(survey);
      },
    );
  } finally {
    source.close();
  }
}

/** The keys of all parents; throws where one has another's. */
async function allKeys({ batches, kept }: Survey, key: string): Promise<SeenTexts> {
  const seen = new SeenTexts();
  for await (const batch of batches([key])) for (const name of keysOf(batch, key)) seen.add(name);
  const rule = `each parent must have a ${key} of its own`;
  check(seen.size === kept, "learn two tables", rule, kept - seen.size);
  return seen;
}

/** The children of some parents, in their order, and how many have a parent at all. */
async function theirChildren(
  { batches, columns }: Survey,
  key: string,
  known: SeenTexts,
  names: readonly string[],
): Promise<{ readonly table: Table; readonly known: number }> {
  const like = columns.map(({ column }) => column);
  const wanted = new Set(names);
  const parts: Table[] = [];
  let rows = 0;
  for await (const batch of batches()) {
    const places: number[] = [];
    keysOf(batch, key).forEach((name, i) => {
      if (name === "" || !known.has(name)) return;
      rows++;
      if (wanted.has(name)) places.push(i);
    });
    if (places.length > 0 || parts.length === 0) parts.push(takeTableRows(batch, places));
  }
  const table = parts.length > 0 ? joinTables(parts) : takeTableRows({ rows: 0, columns: like }, []);
  return { table: withWords(table, like), known: rows };
}
