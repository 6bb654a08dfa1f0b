import { expect, test } from "vitest";
import { ansiToHtml } from "../../src/report/ansi";

test.each<[name: string, text: string, html: string]>([
  [
    "the eight colours and bold",
    "\u001b[1;31mno\u001b[22m n\u001b[0m.",
    '<span class="tl-bold tl-ansi-red">no</span><span class="tl-ansi-red"> n</span>.',
  ],
  [
    "backgrounds and inverse",
    "\u001b[41;97mx\u001b[0m\u001b[7my\u001b[27mz",
    '<span class="tl-ansi-white tl-ansi-bg-red">x</span><span class="tl-ansi-paper tl-ansi-bg-ink">y</span>z',
  ],
  ["colours of 256 by their place", "\u001b[38;5;1mx\u001b[0m", '<span class="tl-ansi-red">x</span>'],
  [
    "a true background, with an ink that can be read on it",
    "\u001b[48;2;255;255;0mx",
    '<span style="background:rgb(255 255 0);color:rgb(0 0 0)">x</span>',
  ],
  [
    "links (OSC 8)",
    "\u001b]8;;https://x.y\u001b\\\\a\u001b]8;;\u001b\\\\ b".replaceAll("\\\\", "\\"),
    '<a href="https://x.y">a</a> b',
  ],
  [
    "a link's quotes as part of its address",
    '\u001b]8;;https://x.y/"onclick="z\u0007a\u001b]8;;\u0007',
    '<a href="https://x.y/&quot;onclick=&quot;z">a</a>',
  ],
  ["no link to a script", "\u001b]8;;javascript:x\u0007a\u001b]8;;\u0007", "a"],
  ["nothing of what moves the cursor", "\u001b[?25l\u001b[2Ka\u001b[10;5Hb\u001b]0;title\u0007", "ab"],
  ["control characters as a sign that there was one", "a\u0000b<", "a\ufffdb&lt;"],
])("ansiToHtml keeps %s", (_, text, html) => expect(ansiToHtml(text)).toBe(html));

test("ansiToHtml makes a true colour readable on light and dark paper", () => {
  expect(ansiToHtml("\u001b[38;2;255;255;0mx")).toMatch(
    /color:light-dark\(rgb\(\d+ \d+ 0\), rgb\(255 255 0\)\)/,
  );
  expect(ansiToHtml("\u001b[38;5;17mx")).toMatch(/color:light-dark\(rgb\(0 0 95\), rgb\(\d+ \d+ \d+\)\)/);
});
