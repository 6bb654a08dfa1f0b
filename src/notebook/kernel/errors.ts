import { join, relative } from "node:path";
import { pathToFileURL } from "node:url";
import { inspect } from "node:util";
import { placeInModule } from "./compile/compile-modules";
import { originalPlace } from "./compile/positions";
import { strict } from "./evaluator";

/** An error as Jupyter's messages carry it. */
export interface ErrorContent {
  readonly ename: string;
  readonly evalue: string;
  readonly traceback: readonly string[];
}

const place = /\bcell-(\d+)\.ts:(\d+):(\d+)/;
// What runs the cells is of no interest to their author, and its paths are another machine's elsewhere.
const kernel = /[\\/](?:tslab|telelink|dist)[\\/](?:dist[\\/])?notebook[\\/]kernel[\\/]/;
const system = /\(?node:/;

/** Turns places in the JavaScript of cells and of a person's own modules into lines of theirs, in every stack trace of this process. */
export class Stacks {
  private readonly mappings = new Map<number, string>();

  /** The script's name in stack traces. */
  static nameOf(cell: number): string {
    return `cell-${cell}.ts`;
  }

  /** `modules` is the folder of compiled modules. */
  constructor(private readonly modules: string) {
    Error.prepareStackTrace = (error, sites) => {
      let head: string;
      try {
        head = String(error);
      } catch {
        head = "Error";
      }
      const frames = sites.map(String).filter((site) => !kernel.test(site));
      while (frames.length > 0 && system.test(frames[frames.length - 1])) frames.pop();
      return [head, ...frames.map((site) => `    at ${this.inCells(site)}`)].join("\n");
    };
  }

  /** Takes the source map of a cell. */
  add(cell: number, mappings: string): void {
    this.mappings.set(cell, mappings);
  }

  private inCells(site: string): string {
    const [url, file, row, column] = site.match(/file:\S*?([\w.-]+\.[mc]js):(\d+):(\d+)/) ?? [];
    if (url?.startsWith(pathToFileURL(join(this.modules, file)).href)) {
      const from = placeInModule(join(this.modules, file), Number(row), Number(column));
      return from ? site.replace(url, `${relative(process.cwd(), from.path)}, line ${from.line}`) : site;
    }
    return site.replace(place, (_, cell: string, line: string, column: string) => {
      const mappings = this.mappings.get(Number(cell)) ?? "";
      const before = line === "1" ? strict.length : 0;
      const own = originalPlace(mappings, Number(line), Number(column) - before);
      return `cell [${cell}]${own ? `, line ${own.line}` : ""}`;
    });
  }
}

/** What a cell threw, without the frames of what runs it. */
export function thrownContent(thrown: unknown): ErrorContent {
  if (!(thrown instanceof Error))
    return {
      ename: "Error",
      evalue: `a thrown value: ${inspect(thrown, { breakLength: Infinity }).slice(0, 500)}`,
      traceback: inspect(thrown).split("\n"),
    };
  const ename = String(thrown.name || thrown.constructor.name);
  const evalue = String(thrown.message);
  const traceback = inspect(thrown)
    .split("\n")
    .filter((line) => !(/^\s*at /.test(line) && system.test(line)));
  return { ename, evalue, traceback };
}
