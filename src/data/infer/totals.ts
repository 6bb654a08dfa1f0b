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
  if (!named) return emptyRemark(from, last);
  return `its last row is called ${JSON.stringify(cellText(named, last))} in ${named.name}: if it sums up the others, take it out of the file`;
}

/** The same of a last row that is all but empty below a full one: its name may stand in a column that is not read. */
function emptyRemark({ columns }: Table, last: number): string | undefined {
  const filled = (row: number): number =>
    columns.reduce((sum, one) => sum + Number(cellText(one, row) !== ""), 0);
  const found = filled(last);
  if (columns.length < 4 || found > columns.length / 3 || filled(last - 1) < (2 / 3) * columns.length)
    return undefined;
  return `its last row fills ${found} of the ${columns.length} columns that are read: if it sums up the others, take it out of the file`;
}
