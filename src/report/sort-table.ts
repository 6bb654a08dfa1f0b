/** Marks a table whose columns a reader may sort by. */
export const sortAttribute = "data-tl-sort";

/** The script that makes marked tables sortable: an output brings it for notebooks, and a report holds it once. */
export function sortScript(): string {
  return `(${sortable.toString()})("${sortAttribute}")`;
}

/** Runs in the page: turns the names of columns into buttons that sort. */
function sortable(attribute: string): void {
  // biome-ignore lint/suspicious/noExplicitAny: the document is the browser's, which this package's types don't know
  const page = (globalThis as any).document;
  for (const table of page.querySelectorAll(`table[${attribute}]`)) {
    table.removeAttribute(attribute);
    if (!table.tHead?.rows[0] || !table.tBodies[0]) continue;
    const heads = [...table.tHead.rows[0].cells];
    heads.forEach((head, column) => {
      const button = page.createElement("button");
      button.type = "button";
      button.style = "all:unset;cursor:pointer;outline:revert";
      button.append(...head.childNodes);
      head.append(button);
      button.addEventListener("click", () => {
        const down = head.getAttribute("aria-sort") === "ascending";
        for (const value of heads) value.removeAttribute("aria-sort");
        head.setAttribute("aria-sort", down ? "descending" : "ascending");
        const body = table.tBodies[0];
        // biome-ignore lint/suspicious/noExplicitAny: a row of the browser's
        const text = (row: any): string => row.cells[column].textContent;
        // biome-ignore lint/suspicious/noExplicitAny: rows of the browser's
        const rows = [...body.rows].filter((row: any) => row.cells.length === heads.length);
        rows.sort((a, b) => {
          const [x, y] = [text(a), text(b)];
          // What is missing stands last, whichever way.
          if ((x === "missing") !== (y === "missing")) return x === "missing" ? 1 : -1;
          return (down ? -1 : 1) * x.localeCompare(y, [], { numeric: true });
        });
        body.append(...rows);
      });
    });
  }
}
