import { expect, test } from "vitest";
import { brief } from "../../../src/cli/commands/synth/brief";

const rule = (k: number): string => `Where plan = ${k}, net is never none.`;

test("brief(sentences, all) tells three of a kind that would fill the screen, in their place, and how many more there are", () => {
  const many = Array.from({ length: 12 }, (_, k) => rule(k));
  expect(brief(["a is a key.", ...many, "b is never above c."], "--json tells all")).toEqual([
    "a is a key.",
    rule(0),
    rule(1),
    rule(2),
    "… and 9 more rules of this kind (--json tells all)",
    "b is never above c.",
  ]);
});

test("brief(sentences, all) tells few of a kind, and what is of no kind, all", () => {
  const few = Array.from({ length: 8 }, (_, k) => rule(k));
  const others = Array.from({ length: 40 }, (_, k) => `column ${k} lies between 0 and 1.`);
  expect(brief([...few, ...others], "x")).toEqual([...few, ...others]);
});
