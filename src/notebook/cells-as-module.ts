import type { Notebook } from "./nbformat";

/** Where a line of the module comes from: a cell's place, from 0, and a line of it, from 1. */
export interface Origin {
  readonly cell: number;
  readonly line: number;
}

/** A notebook's code as one TypeScript module. */
export interface CellModule {
  readonly text: string;
  /** The origin of each line, undefined for lines of our own. */
  readonly origins: readonly (Origin | undefined)[];
}

const importStatement =
  /^[ \t]*import\s+(?:type\s+)?(?:[^"';]*?\s*from\s*)?["'][^"'\n]+["'][ \t]*;?[ \t]*(?:\/\/.*)?$/gm;

/**
 * The code cells as one module that means what they mean in tslab: each cell is a block inside the one before, so that
 * it sees what earlier cells declare and may declare a name again. Imports stand at the top, each once.
 */
export function cellsAsModule(notebook: Notebook): CellModule {
  const top: [text: string, origin: Origin | undefined][] = [["export {};", undefined]];
  const body: typeof top = [];
  const seen = new Set<string>();
  let depth = 0;
  notebook.cells.forEach((cell, index) => {
    if (cell.cell_type !== "code" || cell.source.trim() === "") return;
    // Imports are taken out, their line ends left in, so that lines keep their numbers.
    const rest = cell.source.replace(importStatement, (statement, at: number) => {
      const line = cell.source.slice(0, at).split("\n").length;
      const fresh = withoutSeen(statement, seen);
      if (fresh !== "") top.push([fresh, { cell: index, line: line + leadingLines(statement) }]);
      return statement.replace(/[^\n]/g, "");
    });
    body.push(["{", undefined]);
    depth++;
    rest.split("\n").forEach((text, i) => {
      body.push([text, { cell: index, line: i + 1 }]);
    });
  });
  body.push(["}".repeat(depth), undefined]);
  const all = [...top, ...body];
  return { text: `${all.map(([text]) => text).join("\n")}\n`, origins: all.map(([, origin]) => origin) };
}

function leadingLines(statement: string): number {
  return statement.length - statement.trimStart().length > 0
    ? (statement.match(/^\s*/)?.[0].split("\n").length ?? 1) - 1
    : 0;
}

/** The statement on one line, without the names that an earlier one has imported from the same module. */
function withoutSeen(statement: string, seen: Set<string>): string {
  const line = statement
    .replace(/\/\/.*$/gm, "")
    .replace(/\s+/g, " ")
    .trim();
  const match = line.match(/^import (type )?(.*?) ?from ?(["'][^"']+["'])/);
  if (!match) return line;
  const [, type = "", clause, from] = match;
  const fresh = (name: string): boolean => {
    const key = `${from} ${name}`;
    if (seen.has(key)) return false;
    seen.add(key);
    return true;
  };
  const braces = clause.match(/\{(.*)\}/);
  const before = clause
    .replace(/\{.*\}/, "")
    .split(",")
    .map((one) => one.trim())
    .filter((one) => one !== "" && fresh(one));
  const named = (braces?.[1] ?? "")
    .split(",")
    .map((one) => one.trim())
    .filter((one) => one !== "" && fresh(one));
  const parts = [...before, ...(named.length > 0 ? [`{ ${named.join(", ")} }`] : [])];
  return parts.length > 0 ? `import ${type}${parts.join(", ")} from ${from};` : "";
}
