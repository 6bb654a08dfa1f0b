import { percent } from "../../core/format";
import { type Column, isCategorical, type Table } from "../../data/table";

/** What a column holds in the real rows and not in the synthetic ones. */
export interface Loss {
  readonly column: string;
  readonly what: "all but one value" | "levels" | "missing cells";
  /** The share of the real rows that hold it. */
  readonly share: number;
  /** How many different values are lost. */
  readonly values: number;
}

/** What the synthetic rows lack that the real rows have, the greatest share first: levels, variety, missing cells. */
export function lossesOf(real: Table, synthetic: Table): Loss[] {
  const out: Loss[] = [];
  for (const one of real.columns) {
    const other = synthetic.columns.find((column) => column.name === one.name);
    if (!other || real.rows === 0 || synthetic.rows === 0) continue;
    const [own, made] = [countsOf(one), countsOf(other)];
    const add = (what: Loss["what"], rows: number, values: number): void => {
      if (rows > 0) out.push({ column: one.name, what, share: rows / real.rows, values });
    };
    if (own.missing > 0 && made.missing === 0) add("missing cells", own.missing, 0);
    if (own.values.size > 1 && made.values.size <= 1) {
      const kept = [...made.values.keys()][0];
      const rows = [...own.values].reduce((sum, [value, count]) => sum + (value === kept ? 0 : count), 0);
      add("all but one value", rows, own.values.size - (own.values.has(kept) ? 1 : 0));
    } else if (isCategorical(one)) {
      const lost = [...own.values].filter(([value]) => !made.values.has(value));
      add(
        "levels",
        lost.reduce((sum, [, count]) => sum + count, 0),
        lost.length,
      );
    }
  }
  return out.sort((a, b) => b.share - a.share);
}

function countsOf(column: Column): { values: Map<string | number, number>; missing: number } {
  const values = new Map<string | number, number>();
  let missing = 0;
  const add = (value: string | number, gone: boolean): void => {
    if (gone) missing++;
    else values.set(value, (values.get(value) ?? 0) + 1);
  };
  if (isCategorical(column)) for (const code of column.codes) add(column.levels[code], code < 0);
  else if (column.type === "numeric") for (const value of column.values) add(value, Number.isNaN(value));
  else for (const value of column.values) add(value, value === "");
  return { values, missing };
}

/** What must be read before any figure: what the synthetic rows lack, and which columns the figures leave out. */
export function lossSentences(found: {
  readonly losses: readonly Loss[];
  readonly notJudged: readonly string[];
  readonly texts: readonly { readonly column: string }[];
  readonly quality: { readonly shapesByColumn: readonly unknown[] };
}): string[] {
  const texts = found.texts.map((text) => text.column);
  const all = found.quality.shapesByColumn.length + texts.length;
  const unjudged = `${texts.length} of ${all} columns (${percent(texts.length / all)}) hold identifiers or free text, of which only the form is judged: ${texts.join(", ")}`;
  return [...found.losses.map(lossSentence), ...(texts.length > 0 ? [unjudged] : []), ...found.notJudged];
}

function lossSentence({ column, what, share, values }: Loss): string {
  const rows = `${percent(share, share < 0.1 ? 2 : 1)} of the real rows`;
  if (what === "missing cells") return `${column}: no cell is missing, as in ${rows}`;
  if (what === "all but one value") return `${column}: holds a single value; ${rows} hold another`;
  return `${column}: ${values} ${values === 1 ? "level is" : "levels are"} not there, which ${rows} have`;
}
