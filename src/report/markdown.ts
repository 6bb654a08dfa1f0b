import MarkdownIt from "markdown-it";
import { addFormulas, type FormulaState, formulaState, keepBars, mathml } from "./formulas";
import { highlight } from "./highlight";
import { escapeHtml } from "./html";
import { sanitize, uniqueIds } from "./sanitize";

/** A heading of rendered text, for a table of contents. */
export interface Heading {
  readonly level: number;
  readonly id: string;
  /** Its words, without markup. */
  readonly text: string;
}

export interface Rendered {
  readonly html: string;
  readonly headings: readonly Heading[];
}

export interface MarkdownOptions {
  /** Ids of the page so far; those of the headings are added. */
  readonly taken: Set<string>;
  /** The picture that an address means, as a data URL; undefined where it stays out of the page. None by default. */
  readonly picture?: (address: string) => string | undefined;
  /** Told of what is left out, in words. */
  readonly omit?: (what: string) => void;
  /** What formulas share with those of other texts. */
  readonly formulas?: FormulaState;
}

// Signs of Unicode's private use area hold a formula's place while the HTML around it is cleaned.
const open = "\uE000";
const close = "\uE001";

/**
 * Markdown as HTML: tables, code in colour, formulas between dollar signs as MathML, headings with anchors. Markup
 * written into the text is kept as far as it is harmless.
 */
export function markdown(text: string, options: MarkdownOptions): Rendered {
  const before = new Set(options.taken);
  const formulas: string[] = [];
  const shared = options.formulas ?? formulaState();
  const parser = new MarkdownIt({ html: true, linkify: true, highlight });
  // What only looks like an address, such as `report.py`, is none.
  parser.linkify.set({ fuzzyLink: false, fuzzyEmail: false }).add("www.", {
    validate: (rest, at) => rest.slice(at).match(/^[\w-]+(?:\.[\w-]+)+(?:\/[^\s<>)"']*)?/)?.[0].length ?? 0,
    normalize: (match) => {
      match.url = `https://${match.url}`;
    },
  });
  addFormulas(parser, (formula, block) => {
    formulas.push(mathml(formula, block, shared));
    return `${open}${formulas.length - 1}${close}`;
  });
  keepBars(parser);
  const headings = addAnchors(parser, options.taken);
  addTasks(parser);
  // Every address is looked at again, as it stands in the HTML.
  parser.validateLink = (url) => !/^(vbscript|javascript|file):/i.test(url.trim());
  parser.renderer.rules.table_open = () =>
    '<div class="tl-table" tabindex="0" role="group" aria-label="Table"><table>';
  parser.renderer.rules.table_close = () => "</table></div>";
  const rendered = parser.render(text.replaceAll(open, "").replaceAll(close, ""));
  const safe = uniqueIds(sanitize(withPictures(rendered, options)), before)
    .replace(/style="text-align:right"/g, 'class="tl-num"')
    .replace(new RegExp(`${open}(\\d+)${close}`, "g"), (_, i: string) => formulas[Number(i)]);
  for (const id of before) options.taken.add(id);
  return { html: safe, headings };
}

function addAnchors(parser: MarkdownIt, taken: Set<string>): Heading[] {
  const headings: Heading[] = [];
  parser.core.ruler.push("anchors", (state) => {
    state.tokens.forEach((token, i) => {
      if (token.type !== "heading_open") return;
      const text = (state.tokens[i + 1].children ?? [])
        .filter(
          (child) => child.type === "text" || child.type === "code_inline" || child.type === "text_special",
        )
        .map((child) => child.content)
        .join("");
      const id = slug(text, taken);
      token.attrSet("id", id);
      headings.push({ level: Number(token.tag.slice(1)), id, text });
    });
  });
  parser.renderer.rules.heading_close = (tokens, i, settings, _, self) => {
    const { id, text } = headings.find((heading) => heading.id === openingId(tokens, i)) ?? {
      id: "",
      text: "",
    };
    const label = `Link to section ${escapeHtml(text)}`;
    return ` <a class="tl-anchor" href="#${id}" aria-label="${label}">#</a>${self.renderToken(tokens, i, settings)}`;
  };
  return headings;
}

function openingId(
  tokens: readonly { type: string; attrGet(name: string): string | null }[],
  close: number,
): string {
  for (let i = close; i >= 0; i--)
    if (tokens[i].type === "heading_open") return tokens[i].attrGet("id") ?? "";
  return "";
}

const image = /<img\b((?:[^>"']|"[^"]*"|'[^']*')*)>/gi;
const media = /<(video|audio|iframe|object|embed)\b((?:[^>"']|"[^"]*"|'[^']*')*)>/gi;

/** The HTML with its pictures embedded, and a word in place of those that can't be, and of films and frames. */
function withPictures(html: string, { picture, omit }: MarkdownOptions): string {
  const left = (what: string): string => {
    omit?.(what);
    return `<span class="tl-cut">[${escapeHtml(what)}]</span>`;
  };
  return html
    .replace(image, (whole, attributes: string) => {
      const value = (name: string): string => attributeOf(attributes, name);
      const address = value("src");
      if (address.startsWith("data:")) return whole;
      const data = picture?.(address);
      const alt = value("alt");
      if (data === undefined)
        return left(`picture left out: ${address || "no address"}${alt ? ` (${alt})` : ""}`);
      return whole.replace(/\bsrc\s*=\s*(?:"[^"]*"|'[^']*'|[^\s>]+)/i, () => `src="${data}"`);
    })
    .replace(media, (_, tag: string, attributes: string) => {
      const address = attributeOf(attributes, "src") || attributeOf(attributes, "data");
      return left(`${tag} left out${address ? `: ${address}` : ""}`);
    });
}

function attributeOf(attributes: string, name: string): string {
  const pattern = new RegExp(`\\b${name}\\s*=\\s*(?:"([^"]*)"|'([^']*)'|([^\\s>]+))`, "i");
  return unescapeHtml(attributes.match(pattern)?.slice(1).find(Boolean) ?? "");
}

function unescapeHtml(text: string): string {
  return text
    .replaceAll("&amp;", "&")
    .replaceAll("&quot;", '"')
    .replaceAll("&lt;", "<")
    .replaceAll("&gt;", ">");
}

/** `- [x] done` shows a box. */
function addTasks(parser: MarkdownIt): void {
  parser.core.ruler.after("inline", "tasks", (state) => {
    state.tokens.forEach((token, i) => {
      const item = state.tokens[i - 2];
      if (token.type !== "inline" || item?.type !== "list_item_open") return;
      const [first] = token.children ?? [];
      const box = first?.type === "text" ? first.content.match(/^\[([ xX])\]\s+/) : null;
      if (!box) return;
      item.attrSet("class", "tl-task");
      first.content = `${box[1] === " " ? "☐" : "☑"} ${first.content.slice(box[0].length)}`;
    });
  });
}

/** The text as an id that no other element has: as Jupyter writes it, so that links of notebooks find it. */
function slug(text: string, taken: Set<string>): string {
  const base =
    text
      .trim()
      .replace(/\s+/g, "-")
      .replace(/["'<>&#%]/g, "") || "section";
  let id = base;
  for (let n = 2; taken.has(id); n++) id = `${base}-${n}`;
  taken.add(id);
  return id;
}

/** What two ways of writing an anchor have in common: letters and digits, in lower case. */
export function plainSlug(text: string): string {
  return text
    .normalize("NFKD")
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, "-")
    .replace(/^-|-$/g, "");
}
