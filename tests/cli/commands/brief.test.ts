import { expect, test } from "vitest";
import { brief } from "../../../src/cli/commands/synth/brief";

const room = { most: 7, least: 3, rows: 20, characters: 100 };
const held = (column: string, says: string) => ({ group: "held", column, text: `${column} ${says}` });

test("brief(told, all, room) tells the first of many in a group, and of which columns the others are", () => {
  const rules = Array.from({ length: 12 }, (_, k) => ({ group: "never", text: `a${k} is never above b.` }));
  const cells = Array.from({ length: 12 }, (_, k) => held(`c${k}`, `lies between 0 and ${k}.`));
  const [never, columns] = brief([...rules, ...cells], "--json tells all", room);
  expect(never.lines).toEqual([
    ...rules.slice(0, 7).map(({ text }) => text),
    "… and 5 more (--json tells all)",
  ]);
  expect(columns.group).toBe("held");
  expect(columns.lines.at(-1)).toBe("… and 5 more of c7, c8, c9 … c11 (5 columns) (--json tells all)");
});

test("brief(told, all, room) takes fewer of each group where all would take more of a screen", () => {
  const groups = ["a", "b", "c"].flatMap((group) =>
    Array.from({ length: 9 }, (_, k) => ({ group, text: `${group}${k}.` })),
  );
  const found = brief(groups, "--json tells all", room);
  expect(found.map(({ lines }) => lines.length)).toEqual([5, 5, 5]);
  expect(found[0].lines).toEqual(["a0.", "a1.", "a2.", "a3.", "… and 5 more (--json tells all)"]);
});

test("brief(told, all, room) says once what is said of several columns, and leaves eight of a group whole", () => {
  const same = ["A1", "A2", "A3", "A4", "A5"].map((name) => held(name, "is one of 1, 2, 3."));
  const others = Array.from({ length: 7 }, (_, k) => held(`b${k}`, `lies between 0 and ${k}.`));
  const [{ lines }] = brief([...same, ...others], "--json tells all", room);
  expect(lines[0]).toBe("A1, A2, A3 … A5 (5 columns): each is one of 1, 2, 3.");
  expect(lines.slice(1)).toEqual(others.map(({ text }) => text));
});

test("brief(told, all, room) cuts a long sentence where a part of its list ends", () => {
  const levels = Array.from({ length: 40 }, (_, k) => `level ${k} → at least ${k}`).join(", ");
  const [{ lines }] = brief([{ group: "limits", text: `By a, b is ${levels}.` }], "x", room);
  expect(lines[0]).toMatch(/^By a, b is level 0 → at least 0, .*at least \d, …$/);
  expect(lines[0].length).toBeLessThanOrEqual(100);
});
