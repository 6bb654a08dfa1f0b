import highlighter from "highlight.js/lib/core";
import bash from "highlight.js/lib/languages/bash";
import javascript from "highlight.js/lib/languages/javascript";
import json from "highlight.js/lib/languages/json";
import python from "highlight.js/lib/languages/python";
import sql from "highlight.js/lib/languages/sql";
import typescript from "highlight.js/lib/languages/typescript";
import { escapeHtml } from "./html";

const languages = { bash, javascript, json, python, sql, typescript };
for (const [name, language] of Object.entries(languages)) highlighter.registerLanguage(name, language);

/** The code as HTML with its words marked by kind; plain where the language is not known. */
export function highlight(code: string, language: string): string {
  const name = language.toLowerCase();
  return highlighter.getLanguage(name)
    ? highlighter.highlight(code, { language: name, ignoreIllegals: true }).value
    : escapeHtml(code);
}

const names = ["black", "red", "green", "yellow", "blue", "magenta", "cyan", "white"];

/** Text with a terminal's colour codes as HTML: bold and the eight colours are kept, all other codes left out. */
export function ansiToHtml(text: string): string {
  let out = "";
  let classes: string[] = [];
  let at = 0;
  // biome-ignore lint/suspicious/noControlCharactersInRegex: terminal codes begin with the escape sign
  for (const match of text.matchAll(/\u001b\[([\d;]*)([A-Za-z])/g)) {
    out += marked(text.slice(at, match.index), classes);
    at = match.index + match[0].length;
    if (match[2] === "m") classes = afterCodes(match[1], classes);
  }
  return out + marked(text.slice(at), classes);
}

function afterCodes(codes: string, before: readonly string[]): string[] {
  let classes = [...before];
  for (const code of codes.split(";").map(Number)) {
    if (code === 0) classes = [];
    else if (code === 1) classes = [...classes, "tl-bold"];
    const colour = code >= 90 ? code - 90 : code - 30;
    if (code === 39) classes = classes.filter((one) => one === "tl-bold");
    else if (names[colour] !== undefined)
      classes = [...classes.filter((one) => one === "tl-bold"), `tl-ansi-${names[colour]}`];
  }
  return classes;
}

function marked(text: string, classes: readonly string[]): string {
  if (text === "") return "";
  const escaped = escapeHtml(text);
  return classes.length > 0 ? `<span class="${classes.join(" ")}">${escaped}</span>` : escaped;
}
