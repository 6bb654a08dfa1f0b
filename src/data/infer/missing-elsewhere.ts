import type { Column } from "../table";

/** What there is to say of levels that mean "missing" in other columns of the file: among words they may be values. */
export function missingElsewhere(columns: readonly Column[]): { column: string; text: string }[] {
  const places = new Map<string, string>();
  for (const { name, type, missing = [] } of columns)
    if (type !== "categorical" && type !== "text")
      for (const word of missing) if (word !== "" && !places.has(word)) places.set(word, name);
  return columns.flatMap((one) => {
    if (one.type !== "categorical") return [];
    return one.levels
      .filter((level) => places.has(level))
      .map((level) => {
        const word = JSON.stringify(level);
        const shown = /^[\w/.]+$/.test(level) ? level : word;
        return {
          column: one.name,
          text: `${word} means missing in ${places.get(level)} and is a value like the others here (--missing ${shown} has it mean missing)`,
        };
      });
  });
}
