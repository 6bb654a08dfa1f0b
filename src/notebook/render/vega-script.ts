import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { specClass } from "../../report/charts/vega";

/**
 * The script that makes a page's Vega charts interactive: Vega itself, its interpreter (no code is made from text, so
 * the page's policy needs no 'unsafe-eval'), and a few lines that put each chart in the place of its SVG. It takes about
 * 0.54 MB, and stands in a page once.
 */
export function vegaScript(): string {
  const built = (name: string, file: string): string =>
    readFileSync(join(dirname(require.resolve(name)), file), "utf8").replace(
      /\/\/# sourceMappingURL.*\s*$/,
      "",
    );
  const imports = /^import \{([^}]+)\} from 'vega-util';/m;
  const exports = /^export \{ (\w+) as expressionInterpreter \};/m;
  const module = built("vega-interpreter", "vega-interpreter.js");
  const names = module.match(imports)?.[1];
  const result = module.match(exports)?.[1];
  if (names === undefined || result === undefined)
    throw new Error("Cannot make charts interactive: vega-interpreter 2 is expected");
  const body = module.replace(imports, "").replace(exports, "");
  const interpreter = `(function () { const {${names}} = vega;\n${body}\nreturn ${result}; })()`;
  return `${built("vega", "vega.min.js")}\n(${show.toString()})("${specClass}",${interpreter});`.replaceAll(
    "</script",
    "<\\/script",
  );
}

/** Runs in the page: it may use nothing but its arguments, the browser and Vega. */
function show(mark: string, expr: unknown): void {
  // biome-ignore lint/suspicious/noExplicitAny: the browser's document, and Vega as its script leaves it
  const { document, vega } = globalThis as any;
  const refuse = () => Promise.reject(new Error("a report loads nothing"));
  const loader = { load: refuse, sanitize: refuse, http: refuse, file: refuse };
  for (const held of document.querySelectorAll(`script.${mark}`)) {
    const chart = held.parentElement.querySelector(".tl-chart");
    const still = [...chart.children];
    const live = document.createElement("div");
    chart.append(live);
    const spec = vega.parse(JSON.parse(held.textContent), undefined, { ast: true });
    const view = new vega.View(spec, { expr, loader, renderer: "svg", container: live, hover: true });
    view
      .runAsync()
      .then(() => {
        for (const one of still) one.remove();
        // On a narrow screen its plot gives way, as that of the still one did.
        const over = live.scrollWidth - live.clientWidth;
        return over > 0 && view.width() - over > 100 && view.width(view.width() - over).runAsync();
      })
      // The still chart stays where the other can't be drawn.
      .catch(() => live.remove());
  }
}
