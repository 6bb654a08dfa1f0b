import { describe, expect, test } from "vitest";
import { markdown } from "../../src/report/markdown";

function html(text: string): string {
  return markdown(text, { taken: new Set() }).html.trim();
}

describe("markdown", () => {
  test("markdown gives headings ids of their own and anchors", () => {
    const { html, headings } = markdown("## What *follows*\n\n## What follows", {
      taken: new Set(["content"]),
    });
    expect(headings).toEqual([
      { level: 2, id: "what-follows", text: "What follows" },
      { level: 2, id: "what-follows-2", text: "What follows" },
    ]);
    expect(html).toContain('<h2 id="what-follows">What <em>follows</em>');
    expect(html).toContain('href="#what-follows-2" aria-label="Link to section What follows"');
  });

  test("markdown draws formulas as MathML, and leaves money alone", () => {
    expect(html("Let $x^2$ be")).toMatch(/Let <span class="katex"><math.*<msup>.*<\/math><\/span> be/);
    expect(html("$$\\frac{a}{b}$$")).toContain('display="block"');
    expect(html("It costs $5 and $6.")).toBe("<p>It costs $5 and $6.</p>");
    expect(html("`$x$` and \\$y\\$")).toBe("<p><code>$x$</code> and $y$</p>");
    expect(html("$\\nonsense{$")).toContain('<code class="tl-bad"');
  });

  test("markdown puts tables where they can scroll, numbers to the right", () => {
    const table = html("|a|b|\n|--|--:|\n|x|1|");
    expect(table).toContain('<div class="tl-table" tabindex="0" role="group" aria-label="Table"><table>');
    expect(table).toContain('<td class="tl-num">1</td>');
  });

  test("markdown colours code, and cleans markup", () => {
    expect(html("```ts\nconst a = 1;\n```")).toContain('<span class="hljs-keyword">const</span>');
    expect(html('a <b onclick="x()">b</b><script>x()</script>')).toBe("<p>a <b>b</b></p>");
    expect(html("[a](javascript:alert(1)) ![b](https://x/y.png)")).not.toMatch(/<a |<img [^>]*src/);
  });

  test("markdown shows attached pictures", () => {
    const attachments = { "a.png": "data:image/png;base64,AAAA" };
    const shown = markdown("![A picture](attachment:a.png)", { taken: new Set(), attachments }).html;
    expect(shown).toContain('src="data:image/png;base64,AAAA" alt="A picture"');
  });
});
