import { describe, expect, test } from "vitest";
import { type SniffHints, type Structure, sniff } from "../../../src/data/dialect/sniff";

const rows = (make: (i: number) => string, count = 20): string =>
  Array.from({ length: count }, (_, i) => make(i)).join("\n");

describe("sniff(text): delimiters, titles, comments, headers", () => {
  test.each<[string, string, Partial<Structure>, SniffHints?]>([
    ["commas", `a,b\n${rows((i) => `${i},x`)}`, { delimiter: ",", fields: 2, skip: 0, header: true }],
    [
      "semicolons with decimal commas",
      `a;b;c\n${rows((i) => `${i},5;${i},25;1,5`)}`,
      { delimiter: ";", fields: 3 },
    ],
    ["tabs with commas in words", `a\tb\n${rows((i) => `${i}\tSmith, Jo`)}`, { delimiter: "\t", fields: 2 }],
    ["bars", `a|b\n${rows((i) => `${i}|x`)}`, { delimiter: "|", fields: 2 }],
    [
      "names that hold commas",
      `"last, first";"b, c";d\n${rows((i) => `Li, Jo${i};1;2`)}`,
      { delimiter: ";", fields: 3 },
    ],
    ["a lone column", "a\n1\n2\n3\n", { delimiter: ",", fields: 1, header: true }],
    ["sep=", `sep=;\na;b\n${rows((i) => `${i};x`)}`, { delimiter: ";", skip: 1, header: true }],
    [
      "titles",
      `Customers\n\nas of May\nid;age;use\n${rows((i) => `${i};${20 + i};1`)}`,
      { delimiter: ";", skip: 3, header: true },
    ],
    [
      "a title above two columns",
      `Customers of May\nid,plan\n${rows((i) => `${i},x`)}`,
      { skip: 1, fields: 2, header: true },
    ],
    ["comments", `# made by us\n# in May\na,b\n${rows((i) => `${i},x`)}`, { comment: "#", skip: 2 }],
    ["no header", rows((i) => `C${i},${i},A`), { header: false, fields: 3 }],
    ["no header, with words that return", rows((i) => `${"AB"[i % 2]},${"xy"[i % 2]}`), { header: false }],
    ["years as names", `name,2019,2020,2021\n${rows((i) => `n${i},${i},2,3`)}`, { header: true }],
    ["numbers as names", `0,1,2\n${rows((i) => `${i * 7},2.5,x${i}`)}`, { header: true }],
    ["words alone", `plan,city\n${rows((i) => `p${i},c${i}`)}`, { header: true }],
    [
      "a delimiter at the end of rows",
      `a,b\n${rows((i) => `${i},x,`)}`,
      { fields: 3, rowNames: false, header: true },
    ],
    [
      "row names as R writes them",
      `a b c d e\n${rows((i) => `r${i} ${i} 2 3 4 5`)}`,
      { delimiter: " ", fields: 6, rowNames: true },
    ],
    [
      "row names with commas",
      `"a","b"\n${rows((i) => `"${i}",2,3`)}`,
      { fields: 3, rowNames: true, header: true },
    ],
    ["single quotes", `a,b\n${rows((i) => `${i},'x, y'`)}`, { quote: "'", fields: 2 }],
    [
      "backslashes before quotes",
      `a,b\n${rows((i) => `${i},"x \\"y\\", z"`)}`,
      { backslash: true, fields: 2 },
    ],
    ["the header that is expected", `x;1\na;b\n1;2\n`, { skip: 1, header: true }, { expected: ["b", "a"] }],
    ["apostrophes in words", `a,b\n${rows((i) => `${i},it's ok`)}`, { quote: '"', fields: 2 }],
  ])("%s", (_, text, expected, hints = {}) => {
    expect(sniff(text, true, hints)).toMatchObject(expected);
  });
});
