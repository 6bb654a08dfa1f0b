import { type Column, cellText, isCategorical, type Table } from "../../../data/table";
import { dateReader, writtenDates } from "../../../synthesis/structure/dates";
import { allowed, leastMore, type NotDetermined } from "./looked-at";

/** A text says what its row's cell says in this part of the rows that have both; what it says of the next row's is chance, and is so much less. */
const [mostly, beyondChance] = [0.8, 0.2];
/** Shorter cells stand in any text; texts of which fewer are another say it as levels do. */
const [leastLength, leastTexts] = [3, 0.5];
const leastRows = 30;

/** Texts that hold what other columns' cells say (dates in some way of writing, words, numbers) in real rows and not in synthetic ones. */
export function textsNotHolding(real: Table, made: Table): NotDetermined[] {
  return real.columns.flatMap((one): NotDetermined[] => {
    const other = made.columns.find(({ name }) => name === one.name);
    const own = textsOf(one, real.rows);
    const free = one.type !== "numeric" && one.type !== "date" && new Set(own).size > leastTexts * real.rows;
    if (!free || !other) return [];
    const others = textsOf(other, made.rows);
    const lost = real.columns.flatMap((column) => {
      const same = made.columns.find(({ name }) => name === column.name);
      if (column === one || !same) return [];
      const [cells, synthetic] = [formsOf(column, real.rows), formsOf(same, made.rows)];
      const next = cells.map((_, i) => cells[(i + 1) % cells.length]);
      const [held, chance, after] = [holding(own, cells), holding(own, next), holding(others, synthetic)];
      if (Math.min(held.rows, after.rows) < leastRows || held.share < mostly) return [];
      if (held.share - chance.share < beyondChance) return [];
      const apart = allowed(held.share, held.rows, after.share, after.rows);
      if (held.share - after.share < Math.max(leastMore, apart)) return [];
      return [{ name: column.name, real: held.share, synthetic: after.share }];
    });
    if (lost.length === 0) return [];
    const worst = lost.reduce((a, b) => (b.synthetic < a.synthetic ? b : a));
    const by = lost.map(({ name }) => name);
    return [
      { what: one.name, of: [one.name], by, order: "holds", real: worst.real, synthetic: worst.synthetic },
    ];
  });
}

function textsOf(column: Column, rows: number): string[] {
  return Array.from({ length: rows }, (_, i) => cellText(column, i));
}

/** How a text may say each cell; none where it is missing, or too short to tell. */
function formsOf(column: Column, rows: number): readonly (readonly string[])[] {
  const texts = textsOf(column, rows);
  const dates = !isCategorical(column) && column.type === "date" && writtenDates(texts, 1, column.format);
  const read = dates ? dateReader(dates) : () => Number.NaN;
  return texts.map((text) => {
    const time = read(text);
    const own = text.length < leastLength ? [] : [text];
    return Number.isNaN(time) ? own : [...own, ...written(new Date(time))];
  });
}

function written(date: Date): readonly string[] {
  const [year, month, day] = date.toISOString().slice(0, 10).split("-");
  const orders = [
    [year, month, day],
    [day, month, year],
    [month, day, year],
  ];
  return orders.flatMap((parts) => ["-", ".", "/", ""].map((mark) => parts.join(mark)));
}

/** In which share of the rows that have both the text holds the cell. */
function holding(texts: readonly string[], cells: readonly (readonly string[])[]) {
  const both = [...texts.keys()].filter((i) => texts[i] !== "" && cells[i].length > 0);
  const held = both.filter((i) => cells[i].some((form) => texts[i].includes(form)));
  return { share: both.length > 0 ? held.length / both.length : 0, rows: both.length };
}
