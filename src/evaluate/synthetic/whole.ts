import { count } from "../../core/format";
import { takeValues } from "../../core/matrix";
import { customerOf } from "../../data/duplicates";
import type { Survey } from "../../data/read/survey-table";
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
  /** Values of all synthetic rows, of columns whose values are not too many to be held. */
  readonly seen: ReadonlyMap<string, { has(value: string | number): boolean }>;
  /** Shares of the synthetic and held-out rows drawn that equal any real row. */
  readonly copies?: { readonly synthetic: number; readonly holdout: number };
  /** Held-out rows drawn, and those of them that are left out, as their customer has a real row. */
  readonly known?: { readonly rows: number; readonly left: number };
}

type LongTable = Pick<Survey, "columns" | "kept" | "batches">;

/** Tables of which rows were drawn, and those rows. */
export interface DrawnTables {
  readonly all: { readonly real: LongTable; readonly synthetic: LongTable; readonly holdout?: LongTable };
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
  const counted = ({ columns }: LongTable) =>
    columns.map(({ column, counts }) => occurrences(column, counts));
  const values = counted(all.synthetic);
  const losses = lossesIn(counted(all.real), values, all.real.kept);
  const held = new Set(
    all.synthetic.columns.flatMap(({ column, complete }) => (complete ? [column.name] : [])),
  );
  const seen = new Map(
    values.flatMap((one) => (held.has(one.name) ? [[one.name, one.values] as const] : [])),
  );
  const rows = {
    real: all.real.kept,
    synthetic: all.synthetic.kept,
    ...(all.holdout && { holdout: all.holdout.kept }),
  };
  if (!holdout) return { whole: { rows, losses, seen } };
  const names = drawn.real.columns.flatMap(({ name, type }) =>
    type === "id" || type === "text" ? [] : [name],
  );
  const [made, apart] = [synthetic, holdout].map((table) => rowKeys(table, names));
  const [wanted, met] = [new Set([...made, ...apart]), new Set<number>()];
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
      seen,
      copies: { synthetic: share(made), holdout: share(takeValues(apart, others)) },
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
    ...(judged.holdout !== undefined && (judged.real < rows.real || judged.synthetic < rows.synthetic)
      ? [
          "what synthetic rows keep of rows learnt from, where either were not drawn, but for exact copies: memorisation and attacks look at those drawn",
        ]
      : []),
    ...(judged.holdout !== undefined && judged.real < rows.real
      ? ["canaries: what is rare among the rows learnt from that were drawn may not be so among all"]
      : []),
    ...(left > 0
      ? [`${left} of ${known?.rows} held-out rows, of customers (${customer}) that were learnt from`]
      : []),
  ];
}
