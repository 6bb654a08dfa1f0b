import { inspect } from "node:util";
import { originalPlace } from "./compile/positions";
import { strict } from "./evaluator";

/** An error as Jupyter's messages carry it. */
export interface ErrorContent {
  readonly ename: string;
  readonly evalue: string;
  readonly traceback: readonly string[];
}

const place = /\bcell-(\d+)\.ts:(\d+):(\d+)/;
// What runs the cells is of no interest to their author.
const inside = /\(?(?:node:|.*[\\/](?:tslab|telelink|dist)[\\/](?:dist[\\/])?notebook[\\/]kernel[\\/])/;

/** Turns places in the JavaScript of cells into lines of the cells, in every stack trace of this process. */
export class Stacks {
  private readonly mappings = new Map<number, string>();

  /** The script's name in stack traces. */
  static nameOf(cell: number): string {
    return `cell-${cell}.ts`;
  }

  constructor() {
    Error.prepareStackTrace = (error, sites) => {
      let head: string;
      try {
        head = String(error);
      } catch {
        head = "Error";
      }
      return [head, ...sites.map((site) => `    at ${this.inCells(String(site))}`)].join("\n");
    };
  }

  /** Takes the source map of a cell. */
  add(cell: number, mappings: string): void {
    this.mappings.set(cell, mappings);
  }

  private inCells(site: string): string {
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
    .filter((line) => !(/^\s*at /.test(line) && inside.test(line)));
  return { ename, evalue, traceback };
}
