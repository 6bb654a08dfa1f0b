import katex from "katex";
import MarkdownIt from "markdown-it";
import { escapeHtml } from "./html";

/** What the formulas of a page share: macros that one defines hold in later ones, and so do numbers of equations. */
export interface FormulaState {
  readonly macros: Record<string, unknown>;
  /** The tag of a labelled equation. */
  readonly labels: Map<string, string>;
}

export function formulaState(): FormulaState {
  return { macros: {}, labels: new Map() };
}

/** A formula of TeX as MathML, which browsers draw without fonts or scripts; its source with the error if it has one. */
export function mathml(formula: string, block: boolean, state: FormulaState = formulaState()): string {
  const tag = formula.match(/\\tag\*?\{([^{}]*)\}/)?.[1];
  const known = formula
    .replace(/\\label\{([^{}]*)\}/g, (_, name: string) => {
      state.labels.set(name, tag ?? name);
      return "";
    })
    .replace(/\\eqref\{([^{}]*)\}/g, (_, name: string) => `\\text{(${state.labels.get(name) ?? name})}`)
    .replace(/\\ref\{([^{}]*)\}/g, (_, name: string) => `\\text{${state.labels.get(name) ?? name}}`)
    .replace(/\\require\{[^{}]*\}/g, "");
  try {
    const drawn = katex.renderToString(known, {
      ...{ displayMode: block, output: "mathml", throwOnError: true, globalGroup: true, strict: "ignore" },
      macros: state.macros as Record<string, string>,
    });
    // One that may be wider than its place scrolls, by keyboard too.
    return block && known.length > 40 ? drawn.replace("<math ", '<math tabindex="0" ') : drawn;
  } catch (error) {
    const reason = escapeHtml((error as Error).message);
    return `<code class="tl-bad" title="${reason}">${escapeHtml(formula)}</code>`;
  }
}

const environments =
  "align alignat aligned array bmatrix Bmatrix cases CD equation gather gathered matrix multline pmatrix smallmatrix split vmatrix Vmatrix eqnarray";
const environment = new RegExp(
  `^\\\\begin\\{((?:${environments.split(" ").join("|")})\\*?)\\}[\\s\\S]*?\\\\end\\{\\1\\}`,
);

/** The formula that the text begins with, and how much of the text it takes; undefined where there is none. */
function formulaAt(text: string): { length: number; formula: string; block: boolean } | undefined {
  const found = (pattern: RegExp, block: boolean): ReturnType<typeof formulaAt> => {
    const match = text.match(pattern);
    return match ? { length: match[0].length, formula: match[1], block } : undefined;
  };
  if (text.startsWith("$"))
    return (
      found(/^\$\$((?:[^$\\]|\\[\s\S])+?)\$\$/, true) ??
      // As in Pandoc: no blank inside the signs, no digit after: "$5 and $6" is money.
      found(/^\$(?!\s)((?:[^$\\]|\\[\s\S])+?)(?<![ \t])\$(?!\d)/, false)
    );
  if (text.startsWith("\\\\(")) return found(/^\\\\\(([\s\S]+?)\\\\\)/, false);
  if (text.startsWith("\\\\[")) return found(/^\\\\\[([\s\S]+?)\\\\\]/, true);
  const begun = text.match(environment);
  if (!begun)
    return text.match(/^\\(eq)?ref\{[^{}]*\}/) ? found(/^(\\(?:eq)?ref\{[^{}]*\})/, false) : undefined;
  return { length: begun[0].length, formula: begun[0].replaceAll("eqnarray", "align"), block: true };
}

/** Lets the parser take formulas, as blocks and within a line; `keep` gives the text that stands for one. */
export function addFormulas(parser: MarkdownIt, keep: (formula: string, block: boolean) => string): void {
  parser.inline.ruler.before("escape", "formula", (state, silent) => {
    const sign = state.src[state.pos];
    if (sign !== "$" && sign !== "\\") return false;
    const found = formulaAt(state.src.slice(state.pos));
    if (!found) return false;
    if (!silent) state.push("text_special", "", 0).content = keep(found.formula, found.block);
    state.pos += found.length;
    return true;
  });
  // Lines of an environment may look like lists, tables or headings.
  parser.block.ruler.before(
    "fence",
    "formula",
    (state, start, end, silent) => {
      const at = state.bMarks[start] + state.tShift[start];
      if (!state.src.startsWith("\\begin{", at) && !state.src.startsWith("$$", at)) return false;
      const found = formulaAt(state.src.slice(at, state.eMarks[end - 1]));
      const rest = found && state.src.slice(at + found.length).match(/^[ \t]*(?:\n|$)/);
      if (!found?.block || !rest) return false;
      if (silent) return true;
      state.line = start + state.src.slice(at, at + found.length).split("\n").length;
      const token = state.push("html_block", "", 0);
      token.content = `<p>${keep(found.formula, true)}</p>\n`;
      token.map = [start, state.line];
      return true;
    },
    { alt: ["paragraph"] },
  );
}

// Stands for a bar inside a formula while a row of a table is divided into its cells.
const bar = "\uE002";

/** Lets formulas in tables hold bars, `$|x|$`: where a row has more cells than its table, bars of formulas divide none. */
export function keepBars(parser: MarkdownIt): void {
  const plain = new MarkdownIt().block.ruler;
  plain.enableOnly(["table"]);
  const [table] = plain.getRules("");
  parser.block.ruler.at(
    "table",
    (state, start, end, silent) => {
      const { src } = state;
      const line = (i: number): string => src.slice(state.bMarks[i], state.eMarks[i]);
      const columns = start + 1 < end ? cells(line(start + 1)) : 0;
      for (let i = start; columns > 1 && i < end && line(i).trim() !== ""; i++) {
        const text = line(i);
        if (cells(text) > columns)
          state.src = state.src.slice(0, state.bMarks[i]) + hideBars(text) + state.src.slice(state.eMarks[i]);
      }
      const before = state.tokens.length;
      const found = table(state, start, end, silent);
      state.src = src;
      for (const token of state.tokens.slice(before)) token.content = token.content.replaceAll(bar, "|");
      return found;
    },
    { alt: ["paragraph", "reference"] },
  );
}

function cells(line: string): number {
  const inner = line
    .trim()
    .replace(/^\|/, "")
    .replace(/(?<!\\)\|$/, "");
  return inner.split(/(?<!\\)\|/).length;
}

function hideBars(line: string): string {
  let out = "";
  for (let at = 0; at < line.length; ) {
    const length = line[at] === "$" ? (formulaAt(line.slice(at))?.length ?? 1) : 1;
    const piece = line.slice(at, at + length);
    out += length > 1 ? piece.replace(/(?<!\\)\|/g, bar) : piece;
    at += length;
  }
  return out;
}
