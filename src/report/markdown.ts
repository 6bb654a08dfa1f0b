import katex from "katex";
import MarkdownIt from "markdown-it";
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
  /** Pictures by name, as data URLs: what `attachment:name` means. */
  readonly attachments?: Readonly<Record<string, string>>;
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
  const parser = new MarkdownIt({ html: true, linkify: false, highlight });
  addFormulas(parser, (formula, block) => {
    formulas.push(mathml(formula, block));
    return `${open}${formulas.length - 1}${close}`;
  });
  const headings = addAnchors(parser, options.taken);
  addPictures(parser, options.attachments ?? {});
  parser.renderer.rules.table_open = () =>
    '<div class="tl-table" tabindex="0" role="group" aria-label="Table"><table>';
  parser.renderer.rules.table_close = () => "</table></div>";
  const rendered = parser.render(text.replaceAll(open, "").replaceAll(close, ""));
  const safe = uniqueIds(sanitize(rendered), before)
    .replace(/style="text-align:right"/g, 'class="tl-num"')
    .replace(new RegExp(`${open}(\\d+)${close}`, "g"), (_, i: string) => formulas[Number(i)]);
  for (const id of before) options.taken.add(id);
  return { html: safe, headings };
}

/** A formula of TeX as MathML, which browsers draw without fonts or scripts; its source with the error if it has one. */
export function mathml(formula: string, block: boolean): string {
  try {
    return katex.renderToString(formula, { displayMode: block, output: "mathml", throwOnError: true });
  } catch (error) {
    const reason = escapeHtml((error as Error).message);
    return `<code class="tl-bad" title="${reason}">${escapeHtml(formula)}</code>`;
  }
}

function addFormulas(parser: MarkdownIt, keep: (formula: string, block: boolean) => string): void {
  parser.inline.ruler.before("escape", "formula", (state, silent) => {
    const rest = state.src.slice(state.pos);
    if (!rest.startsWith("$")) return false;
    const block = rest.match(/^\$\$([^$]+?)\$\$/);
    // As in Pandoc: no blank inside the signs, no digit after: "$5 and $6" is money.
    const inline = block ?? rest.match(/^\$(?!\s)((?:[^$\\]|\\.)+?)(?<!\s)\$(?!\d)/);
    if (!inline) return false;
    if (!silent) state.push("text_special", "", 0).content = keep(inline[1], block !== null);
    state.pos += inline[0].length;
    return true;
  });
}

function addAnchors(parser: MarkdownIt, taken: Set<string>): Heading[] {
  const headings: Heading[] = [];
  parser.core.ruler.push("anchors", (state) => {
    state.tokens.forEach((token, i) => {
      if (token.type !== "heading_open") return;
      const text = (state.tokens[i + 1].children ?? [])
        .filter((one) => one.type === "text" || one.type === "code_inline" || one.type === "text_special")
        .map((one) => one.content)
        .join("");
      const id = slug(text, taken);
      token.attrSet("id", id);
      headings.push({ level: Number(token.tag.slice(1)), id, text });
    });
  });
  parser.renderer.rules.heading_close = (tokens, i, settings, _, self) => {
    const { id, text } = headings.find((one) => one.id === openingId(tokens, i)) ?? { id: "", text: "" };
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

function addPictures(parser: MarkdownIt, attachments: Readonly<Record<string, string>>): void {
  parser.validateLink = (url) => !/^(vbscript|javascript|file):/i.test(url.trim());
  const image = parser.renderer.rules.image;
  parser.renderer.rules.image = (tokens, i, settings, env, self) => {
    const source = tokens[i].attrGet("src") ?? "";
    if (source.startsWith("attachment:"))
      tokens[i].attrSet("src", attachments[decodeURIComponent(source.slice(11))] ?? "");
    return image ? image(tokens, i, settings, env, self) : self.renderToken(tokens, i, settings);
  };
}

/** The text as an id that no other element has. */
export function slug(text: string, taken: Set<string>): string {
  const plain = text
    .normalize("NFKD")
    .replace(/[\u0300-\u036f]/g, "")
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-|-$/g, "");
  const base = plain || "section";
  let id = base;
  for (let n = 2; taken.has(id); n++) id = `${base}-${n}`;
  taken.add(id);
  return id;
}
