import { cellText, type Table } from "../table";

const total = /^(grand )?(totals?|sum|summe|gesamt(summe)?|insgesamt|somme|totale|suma)\s*:?$/i;

/** What is to be said of a last row that sums up the others, as spreadsheets have it; undefined where there is none. */
export function totalsRemark(from: Table): string | undefined {
  const last = from.rows - 1;
  if (last < 2) return undefined;
  const named = from.columns.find(
    (one) =>
      one.type !== "numeric" && total.test(cellText(one, last)) && !total.test(cellText(one, last - 1)),
  );
  if (!named) return undefined;
  return `its last row is called ${JSON.stringify(cellText(named, last))} in ${named.name}: if it sums up the others, take it out of the file`;
}
