import { cellText, type Table } from "../table";

const total =
  /^(grand |sub)?(totals?|sum|summe|gesamt(summe)?|insgesamt|somme|totale|suma|average|mean|mittelwert|durchschnitt|schnitt|promedio|moyenne|media)(\s[^:]*)?:?(\s*[\d.,]+)?$|^[総合小]計$|^平均$/i;
/** So many rows at the end may sum the others up; the one before them is one of those. */
const mostRows = 2;

/** What is to be said of last rows that sum up the others, as spreadsheets have them; undefined where there are none. */
export function totalsRemark(from: Table): string | undefined {
  const { columns, rows } = from;
  if (rows < 3) return undefined;
  const filled = (row: number): number =>
    columns.reduce((sum, one) => sum + Number(cellText(one, row) !== ""), 0);
  const nameIn = (row: number) =>
    columns.find((one) => one.type !== "numeric" && total.test(cellText(one, row)));
  // All but empty below a full row: its name may stand in a column that is not read.
  const isFull = columns.length >= 4 && filled(rows - mostRows - 1) >= (2 / 3) * columns.length;
  const sums = (row: number): boolean => !!nameIn(row) || (isFull && filled(row) <= columns.length / 3);
  let first = rows;
  while (rows - first < mostRows && sums(first - 1)) first--;
  const named = nameIn(rows - 1);
  // What all rows are called says nothing.
  if (first === rows || (named && total.test(cellText(named, first - 1)))) return undefined;
  const texts = Array.from({ length: rows - first }, (_, k) => first + k).flatMap((row) => {
    const own = nameIn(row);
    return own ? [JSON.stringify(cellText(own, row))] : [];
  });
  const several = rows - first > 1;
  const which = several ? `its last ${rows - first} rows` : "its last row";
  const looks = named
    ? `${several ? "are" : "is"} called ${texts.join(" and ")} in ${named.name}`
    : `${several ? "fill" : "fills"} ${filled(rows - 1)} of the ${columns.length} columns that are read`;
  return `${which} ${looks}: if ${several ? "they sum up the others, take them" : "it sums up the others, take it"} out of the file`;
}
