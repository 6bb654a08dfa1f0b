import { count } from "../../core/format";
import { customerOf } from "../../data/duplicates";
import type { RowSource } from "../../data/even-rows";
import { type Table, takeTableRows } from "../../data/table";
import { rowKeys } from "../copies";
import { type Loss, lossesIn, occurrences } from "./losses";

/** Rows of each table. */
export interface RowCounts {
  readonly real: number;
  readonly synthetic: number;
  readonly holdout?: number;
}

/** What all rows of long tables tell, of which some were drawn to be judged. */
export interface WholeTables {
  readonly rows: RowCounts;
  /** What all real rows hold and no synthetic one does. */
  readonly losses: readonly Loss[];
  /** Shares of the synthetic and held-out rows drawn that equal any real row. */
  readonly copies?: { readonly synthetic: number; readonly holdout: number };
  /** Held-out rows drawn, and those of them that are left out, as their customer has a real row. */
  readonly known?: { readonly rows: number; readonly left: number };
}

/** Tables of which rows were drawn, and those rows. */
export interface DrawnTables {
  readonly all: { readonly real: RowSource; readonly synthetic: RowSource; readonly holdout?: RowSource };
  readonly drawn: { readonly real: Table; readonly synthetic: Table; readonly holdout?: Table };
  /** The column that names customers, where some have several rows. */
  readonly customer?: string | undefined;
}

/** What all rows tell, and the held-out rows drawn whose customers no real row has; the real rows pass once, where there are some held out. */
export async function wholeTables({ all, drawn, customer }: DrawnTables): Promise<{
  readonly whole: WholeTables;
  readonly holdout?: Table;
}> {
  const { synthetic, holdout } = drawn;
  const counted = ({ columns }: RowSource) =>
    columns.map(({ column, counts }) => occurrences(column, counts));
  const losses = lossesIn(counted(all.real), counted(all.synthetic), all.real.kept);
  const rows = {
    real: all.real.kept,
    synthetic: all.synthetic.kept,
    ...(all.holdout && { holdout: all.holdout.kept }),
  };
  if (!holdout) return { whole: { rows, losses } };
  const names = drawn.real.columns.flatMap(({ name, type }) =>
    type === "id" || type === "text" ? [] : [name],
  );
  const [made, held] = [synthetic, holdout].map((table) => rowKeys(table, names));
  const [wanted, met] = [new Set([...made, ...held]), new Set<number>()];
  const who = customer === undefined ? undefined : customerOf(holdout, [customer]);
  const people = new Set(Array.from({ length: who ? holdout.rows : 0 }, (_, i) => who?.(i)));
  const learnt = new Set<string | undefined>();
  for await (const batch of all.real.batches()) {
    for (const key of rowKeys(batch, names)) if (wanted.has(key)) met.add(key);
    if (customer === undefined) continue;
    const own = customerOf(batch, [customer]);
    for (let i = 0; i < batch.rows; i++) if (people.has(own(i))) learnt.add(own(i));
  }
  learnt.delete(undefined);
  const others = [...Array(holdout.rows).keys()].filter((i) => !learnt.has(who?.(i)));
  const share = (keys: Float64Array): number =>
    keys.reduce((sum, key) => sum + (met.has(key) ? 1 : 0), 0) / Math.max(1, keys.length);
  return {
    whole: {
      rows,
      losses,
      copies: { synthetic: share(made), holdout: share(Float64Array.from(others, (i) => held[i])) },
      known: { rows: holdout.rows, left: holdout.rows - others.length },
    },
    holdout: others.length < holdout.rows ? takeTableRows(holdout, others) : holdout,
  };
}

/** Of how many rows of how many is judged what, in words. */
export function drawnSentences(judged: RowCounts, { rows, known }: WholeTables, customer?: string): string[] {
  const of = (part: number | undefined, all: number | undefined, what: string): string[] =>
    all === undefined || part === all ? [] : [`${count(part ?? 0)} of ${count(all)} ${what}`];
  const drawn = [
    ...of(judged.real, rows.real, "rows learnt from"),
    ...of(judged.synthetic, rows.synthetic, "synthetic rows"),
    ...of(known ? known.rows : judged.holdout, rows.holdout, "held-out rows"),
  ];
  const left = known?.left ?? 0;
  return [
    `rows that were not drawn: the figures are of ${drawn.join(" and ")}, drawn at random${customer === undefined ? "" : ` by ${customer}`}; what is lost${judged.holdout === undefined ? " is" : " and exact copies are"} told by all`,
    ...(judged.holdout !== undefined && judged.real < rows.real
      ? [
          "memory of rows learnt from that were not drawn, but for exact copies: memorisation and attacks look at those drawn, and what is rare among them may not be so among all (canaries)",
        ]
      : []),
    ...(left > 0
      ? [`${left} of ${known?.rows} held-out rows, of customers (${customer}) that were learnt from`]
      : []),
  ];
}
