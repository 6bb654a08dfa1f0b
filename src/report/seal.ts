import { type DefaultTreeAdapterTypes, parse } from "parse5";
import { formatExact, parseExact } from "../core/exact-json";
import { sha256Of } from "../core/sha256";

type Node = DefaultTreeAdapterTypes.Node;
type Element = DefaultTreeAdapterTypes.Element;

/** The element that holds a page's seal. */
const sealId = "telelink-seal";
/** The element where the page's own check stands. */
export const sealPlace = "tl-seal";
const blank = "0".repeat(64);
const field = /"sha256":"([0-9a-f]{64})"/;

/** A page's seal: what it was made from, and whether it is still as it was made. */
export interface Seal {
  /** The claims that were sealed into it. */
  readonly content: unknown;
  /** SHA-256 that it states. */
  readonly stated: string;
  /** SHA-256 that it has. */
  readonly found: string;
}

/** The seal as a block of data, its hash still blank. */
export function sealBlock(content: unknown): string {
  const json = formatExact({ sha256: blank, content }).replaceAll("<", "\\u003c");
  return `<script type="application/json" id="${sealId}">${json}</script>\n`;
}

/** The page with its hash filled in: of all that a browser makes of it except scripts, whose hashes its policy holds. */
export function sealPage(page: string): string {
  const seal = readSeal(page);
  return seal ? page.replace(`"sha256":"${blank}"`, `"sha256":"${seal.found}"`) : page;
}

/** The seal of a page; undefined where it has none. */
export function readSeal(page: string): Seal | undefined {
  const root = parse(page);
  const block = find(root, (element) =>
    element.attrs.some(({ name, value }) => name === "id" && value === sealId),
  );
  const text = block ? textOf(block) : "";
  const stated = text.match(field)?.[1];
  if (stated === undefined) return undefined;
  const found = sha256Of(canonical(root, text));
  try {
    return { content: (parseExact(text) as { content: unknown }).content, stated, found };
  } catch {
    return undefined;
  }
}

/**
 * What is hashed: elements, attributes in order of name, texts with their blanks made one, and the sealed claims. Scripts
 * are held by the page's policy; those that stand before it, and would run whatever it says, are hashed.
 */
function canonical(root: Node, seal: string): string {
  const out: string[] = [];
  let words = "";
  const flush = (): void => {
    const plain = words.replace(/[\t\n\f\r ]+/g, " ").replace(/^ | $/g, "");
    if (plain !== "") out.push(plain);
    words = "";
  };
  let guarded = false;
  const walk = (node: Node): void => {
    if (node.nodeName === "#text") words += (node as DefaultTreeAdapterTypes.TextNode).value;
    if (!("childNodes" in node) || (guarded && node.nodeName === "script")) return;
    const { attrs } = node as Element;
    if (attrs) {
      guarded ||= attrs.some(
        ({ name, value }) => name === "http-equiv" && value === "Content-Security-Policy",
      );
      flush();
      const named = attrs.map(({ prefix, name, value }) => `${prefix ? `${prefix}:` : ""}${name}=${value}`);
      out.push(`<${[node.nodeName, ...named.sort()].join("\u0001")}>`);
    }
    for (const child of node.childNodes) walk(child);
    if (!attrs) return;
    flush();
    out.push("</>");
  };
  walk(root);
  return `${out.join("\u0002")}\u0003${seal.replace(field, "")}`;
}

function find(node: Node, holds: (one: Element) => boolean): Element | undefined {
  if ("attrs" in node && holds(node)) return node;
  for (const child of "childNodes" in node ? node.childNodes : []) {
    const found = find(child, holds);
    if (found) return found;
  }
  return undefined;
}

function textOf(node: Element): string {
  return node.childNodes.map((node) => ("value" in node ? node.value : "")).join("");
}

/** The script that lets a reader check the seal in the page: `canonical`, over the browser's tree instead of parse5's. */
export function sealScript(): string {
  return `(() => {
const block = document.getElementById("${sealId}"), place = document.getElementById("${sealPlace}");
if (!block || !place) return;
const out = []; let words = "", guarded = false;
const flush = () => { const plain = words.replace(/[\\t\\n\\f\\r ]+/g, " ").replace(/^ | $/g, ""); if (plain) out.push(plain); words = ""; };
const walk = (node) => {
  if (node.nodeType === 3) words += node.data;
  if (node.nodeType !== 1 || (guarded && node.localName === "script")) return;
  guarded = guarded || node.getAttribute("http-equiv") === "Content-Security-Policy";
  flush();
  out.push("<" + [node.localName, ...[...node.attributes].map((one) => one.name + "=" + one.value).sort()].join("\\u0001") + ">");
  node.childNodes.forEach(walk);
  flush();
  out.push("</>");
};
walk(document.documentElement);
const field = ${field}, seal = block.textContent, stated = (seal.match(field) || [])[1];
const text = out.join("\\u0002") + "\\u0003" + seal.replace(field, "");
const button = document.createElement("button"), said = document.createElement("output");
button.type = "button"; button.textContent = "Check the seal";
button.onclick = async () => {
  if (!crypto.subtle) { said.textContent = "This browser checks it only in a page opened as a file or over https."; return; }
  const hash = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  const found = [...new Uint8Array(hash)].map((one) => one.toString(16).padStart(2, "0")).join("");
  said.textContent = found === stated ? "The page is as it was made (SHA-256 " + found.slice(0, 16) + "\\u2026)." : "The page was edited after it was made.";
};
place.append(button, said);
})();`;
}
