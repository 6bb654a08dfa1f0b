import { missing } from "../core/format";
import { dataTable, type TableColumn } from "./data-table";
import { figureText } from "./figure-text";
import type { Figure } from "./figures";
import { type Html, html, raw } from "./html";

/** A report whose figures are laid side by side. */
export interface Compared {
  readonly title: string;
  readonly href: string;
  readonly figures: readonly Figure[];
}

interface Row {
  readonly name: string;
  readonly reference: boolean;
  readonly cells: ReadonlyMap<string, Figure>;
}

/** All models of all reports on one page: a table, folded, for each that figures' cells name; nothing when none does. */
export function comparisonTables(reports: readonly Compared[]): Html | null {
  const tables = reports.flatMap((report) => {
    const names = [...new Set(report.figures.flatMap((figure) => (figure.cell ? [figure.cell.table] : [])))];
    return names.map((name) => tableOf(report, name));
  });
  if (tables.length === 0) return null;
  return html`<section class="tl-compared" aria-labelledby="all-models"><h2 id="all-models">All models side by side</h2>
<p>Each figure as its report has it; the best of a column stands in bold, what is there for comparison is grey.</p>
${tables}</section>`;
}

function tableOf(report: Compared, name: string): Html {
  const figures = report.figures.filter((figure) => figure.cell?.table === name);
  const rows = new Map<string, { reference: boolean; cells: Map<string, Figure> }>();
  const columns = new Map<string, Figure>();
  for (const figure of figures) {
    const { row, column, reference = false } = figure.cell as NonNullable<Figure["cell"]>;
    const own = rows.get(row) ?? { reference, cells: new Map<string, Figure>() };
    own.cells.set(column, figure);
    rows.set(row, own);
    if (!columns.has(column)) columns.set(column, figure);
  }
  const shown = [...columns].map(([label, { better }]): TableColumn<Row> => {
    const cell = ({ cells }: Row): Figure | undefined => cells.get(label);
    return {
      label,
      align: "right",
      text: (row) => {
        const figure = cell(row);
        return figure ? figureText(figure) : missing;
      },
      value: (row) => cell(row)?.value ?? Number.NaN,
      ...(better && { best: better === "higher" ? ("highest" as const) : ("lowest" as const) }),
    };
  });
  const list = [...rows].map(([row, own]): Row => ({ name: row, ...own }));
  const body = dataTable(list, [{ label: "Model", text: (row) => row.name }, ...shown], {
    caption: name,
    muted: (row) => row.reference,
  });
  return html`<details><summary>${name}, from ${report.title}</summary>${raw(body)}<p class="tl-note">From <a href="${report.href}">${report.title}</a>.</p></details>`;
}
