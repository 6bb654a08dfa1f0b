import { describe, expect, test } from "vitest";
import { formulaState } from "../../src/report/formulas";
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
      { level: 2, id: "What-follows", text: "What follows" },
      { level: 2, id: "What-follows-2", text: "What follows" },
    ]);
    expect(html).toContain('<h2 id="What-follows">What <em>follows</em>');
    expect(html).toContain('href="#What-follows-2" aria-label="Link to section What follows"');
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

  test("markdown lets formulas in tables hold bars, and takes no cell of other tables away", () => {
    const cells = (text: string): string[] =>
      Array.from(html(`|a|b|\n|-|-|\n${text}`).matchAll(/<td>(.*?)<\/td>/g), ([, cell]) => cell);
    expect(cells("| $|x|$ | $P(A|B)$ |").map((one) => one.includes("<math"))).toEqual([true, true]);
    expect(cells("| $|x|$ | y |")[1]).toBe("y");
    expect(cells("|$5|$6|")).toEqual(["$5", "$6"]);
    expect(cells("|$a|b$|")).toEqual(["$a", "b$"]);
    expect(cells("| `a | b | c")).toEqual(["`a", "b"]);
    expect(html("a $|x|$ b")).toContain("<math");
  });

  test("markdown colours code, and cleans markup", () => {
    expect(html("```ts\nconst a = 1;\n```")).toContain('<span class="hljs-keyword">const</span>');
    expect(html('a <b onclick="x()">b</b><script>x()</script>')).toBe("<p>a <b>b</b></p>");
    expect(html("[a](javascript:alert(1)) ![b](https://x/y.png)")).not.toMatch(/<a |<img [^>]*src/);
  });

  test("markdown names a picture that it leaves out by its words, whatever signs they hold", () => {
    expect(html("![&lt;b onclick=x&gt;C](https://x.org/c.png)")).not.toContain("<b");
    expect(html('<img src="https://x.org/c.png" alt="&lt;b onclick=x&gt;C">')).not.toContain("<b");
  });

  test("markdown embeds the pictures that it is given, and names those that it is not", () => {
    const omitted: string[] = [];
    const options = {
      taken: new Set<string>(),
      picture: (address: string) => (address === "a.png" ? "data:image/png;base64,AAAA" : undefined),
      omit: (what: string) => omitted.push(what),
    };
    const text = `![A](a.png) <img width=5 src='a.png' alt="B"> ![C](https://x.org/c.png) <iframe src="https://y"></iframe>`;
    const shown = markdown(text, options).html;
    expect(shown.match(/src="data:image\/png;base64,AAAA"/g)).toHaveLength(2);
    expect(shown).toContain("[picture left out: https://x.org/c.png (C)]");
    expect(omitted).toEqual(["picture left out: https://x.org/c.png (C)", "iframe left out: https://y"]);
  });

  test("markdown reads what Jupyter reads: environments, macros of other texts, tasks, bare links, anchors", () => {
    const formulas = formulaState();
    const draw = (text: string): string => markdown(text, { taken: new Set(), formulas }).html;
    expect(draw("\\begin{align}\n[x*y](n) &= 1 \\\\\n&= 2\n\\end{align}")).toContain("<math ");
    expect(
      draw("$$\\newcommand{\\RR}{\\mathbb{R}} x$$ \\begin{equation}\\label{e} 1 \\tag{7}\\end{equation}"),
    ).not.toContain("tl-bad");
    expect(draw("$\\RR^n$ by \\eqref{e}")).toMatch(/double-struck.*\(7\)/);
    expect(draw("$$ \\text{price: \\$5} $$ and \\\\(a\\\\)").match(/<math/g)).toHaveLength(2);
    expect(draw("- [x] done\n- [ ] todo")).toMatch(/<li class="tl-task">☑ done[\s\S]*☐ todo/);
    expect(draw("see https://a.org/b and report.py").trim()).toBe(
      '<p>see <a href="https://a.org/b">https://a.org/b</a> and report.py</p>',
    );
    expect(draw("### Überblick 概要")).toContain('id="Überblick-概要"');
    expect(draw("```rust\nfn main() {}\n```")).toContain("hljs-keyword");
  });
});
