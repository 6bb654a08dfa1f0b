import { type DefaultTreeAdapterTypes, parse, parseFragment } from "parse5";
import { sha256Of } from "../core/sha256";

type Node = DefaultTreeAdapterTypes.Node;
type Element = DefaultTreeAdapterTypes.Element;

/** One thing that a page shows: a text, a picture or a drawing. */
export interface Shown {
  /** The part of the page: its head, a cell's text, code or output, or where it comes from. */
  readonly part: string;
  /** Where in the part, in words; "" where there is nothing to say. */
  readonly place: string;
  /** The text; of a picture or drawing a hash. */
  readonly text: string;
}

const blocks = new Set(
  (
    "p li td th caption figcaption h1 h2 h3 h4 h5 h6 dt dd pre summary text title desc blockquote div section " +
    "math code details footer header main article aside nav figure ol ul dl table thead tbody tfoot tr svg style"
  ).split(" "),
);
const pictures = new Set(["img", "image"]);
// What varies from run to run by its nature stands in elements of this class, and is not compared.
const varying = "tl-varies";

/** Everything that the page, or a piece of HTML, shows, in order; what is marked as varying is left out. */
export function shownIn(html: string, part?: string): Shown[] {
  const walker = new Walker();
  walker.walk(part === undefined ? parse(html) : parseFragment(html), { part: part ?? "head" });
  return walker.found;
}

interface Around {
  readonly part: string;
  readonly table?: Table;
  /** Whether this is a table's head. */
  readonly head?: boolean;
}

/** A table's words for its cells' places. */
interface Table {
  caption: string;
  columns: string[];
  row: string;
  column: number;
}

class Walker {
  readonly found: Shown[] = [];
  private words = "";
  private drawing: string[] | undefined;

  walk(node: Node, around: Around): void {
    if (node.nodeName === "#text") this.words += (node as DefaultTreeAdapterTypes.TextNode).value;
    if (!("childNodes" in node)) return;
    const element = node as Element;
    const { nodeName } = element;
    if (["script", "style", "template", "noscript"].includes(nodeName)) return;
    const attribute = (name: string): string | undefined =>
      element.attrs?.find((attr) => attr.name === name)?.value;
    const classes = attribute("class")?.split(/\s+/) ?? [];
    if (classes.includes(varying)) return;
    // The pictures of a text are not of the run, and may not be where it is verified.
    const ofText = around.part.startsWith("text of");
    if (ofText && (nodeName === "img" || classes.includes("tl-cut"))) return;
    const part = attribute("data-part") ?? around.part;
    let inner: Around = { ...around, part };
    if (nodeName === "table") inner = { ...inner, table: { caption: "", columns: [], row: "", column: 0 } };
    if (nodeName === "thead" || nodeName === "tbody") inner = { ...inner, head: nodeName === "thead" };
    if (pictures.has(nodeName))
      this.add(inner, "picture", hashed(attribute("src") ?? attribute("href") ?? ""));
    if (this.drawing && element.attrs) this.drawing.push(attributesOf(element));
    if (!blocks.has(nodeName)) {
      for (const child of element.childNodes) this.walk(child, inner);
      return;
    }
    this.flush(around);
    const outermost = nodeName === "svg" && !this.drawing;
    if (outermost) this.drawing = [];
    if (nodeName === "tr" && inner.table) Object.assign(inner.table, { row: "", column: 0 });
    for (const child of element.childNodes) this.walk(child, inner);
    this.flush(inner, nodeName, Number(attribute("colspan") ?? 1));
    if (outermost && this.drawing) {
      this.add(inner, "drawing", hashed(this.drawing.join("\n")));
      this.drawing = undefined;
    }
  }

  /** Ends the text that has come together, in the block that held it. */
  private flush(around: Around, block = "", span = 1): void {
    const text = this.words.replace(/\s+/g, " ").trim();
    this.words = "";
    const { table } = around;
    if ((block === "td" || block === "th") && table) {
      const { row, column, columns, caption } = table;
      const place = [
        caption && `table "${caption}"`,
        row && `row "${row}"`,
        columns[column] && `column "${columns[column]}"`,
      ];
      this.add(around, place.filter(Boolean).join(", "), text);
      if (around.head) columns[column] = text;
      else if (column === 0) table.row = text;
      table.column += span;
      return;
    }
    if (text === "") return;
    if (block === "caption" && table) table.caption = text;
    this.add(around, block === "dt" ? "label" : block === "pre" ? "text" : block, text);
  }

  private add(around: Around, place: string, text: string): void {
    if (text !== "") this.found.push({ part: around.part, place, text });
  }
}

function attributesOf(element: Element): string {
  // Ids are given out page by page.
  const kept = element.attrs.filter(
    ({ name }) => name !== "id" && !name.startsWith("aria-") && name !== "href",
  );
  return `${element.nodeName} ${kept.map(({ name, value }) => `${name}=${value.replace(/#[^)"']+/g, "#")}`).join(" ")}`;
}

function hashed(text: string): string {
  return sha256Of(text).slice(0, 16);
}
