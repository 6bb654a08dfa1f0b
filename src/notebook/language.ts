import type { Notebook } from "./nbformat";

/** The languages whose parameters can be set. */
export const languages = [
  "typescript",
  "javascript",
  "python",
  "r",
  "julia",
  "scala",
  "bash",
  "powershell",
  "f#",
  "c#",
] as const;
export type Language = (typeof languages)[number];

// What kernels and notebooks call them besides.
const aliases: Readonly<Record<string, Language>> = {
  ts: "typescript",
  deno: "typescript",
  js: "javascript",
  node: "javascript",
  python3: "python",
  ipython: "python",
  sh: "bash",
  shell: "bash",
  pwsh: "powershell",
  fsharp: "f#",
  csharp: "c#",
};

/** The notebook's language by one of the names above where it is one of these, else as the notebook writes it. */
export function languageOf(notebook: Notebook, fallback = ""): string {
  const { kernelspec, language_info } = notebook.metadata;
  const named = [language_info?.name, kernelspec?.language, fallback].map(languageName);
  return named.find(isLanguage) ?? named.find((name) => name !== "") ?? "";
}

/** The language that a name means, in lower case. */
export function languageName(name: unknown): string {
  const lower = typeof name === "string" ? name.toLowerCase() : "";
  return aliases[lower] ?? lower;
}

export function isLanguage(name: string): name is Language {
  return (languages as readonly string[]).includes(name);
}
