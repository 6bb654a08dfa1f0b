import { duration } from "../../../core/format";
import { type Notebook, tagged } from "../../../notebook/nbformat";
import type { FileRun } from "../../../notebook/run/run-file";
import type { RunEvent } from "../../../notebook/run/run-notebook";
import { note, print } from "../output";

/** What the progress of a notebook's run is told to. */
export interface Progress {
  on(event: RunEvent): void;
  /** Clears the line of the cell that is running. */
  end(): void;
}

/** Events as lines of JSON on standard output, for programs. */
export function jsonProgress(path: string): Progress {
  return { on: (event) => print(JSON.stringify({ notebook: path, ...event })), end: () => undefined };
}

/**
 * A line for each cell on standard error: how long it took and how it begins. On a terminal the running cell shows its
 * time; in a log there are only finished lines. With `prefix`, every line says which notebook it belongs to.
 */
export function lineProgress(notebook: Notebook, prefix: string): Progress {
  const live = process.stderr.isTTY && prefix === "";
  let timer: NodeJS.Timeout | undefined;
  const clear = (): void => {
    clearInterval(timer);
    timer = undefined;
    if (live) process.stderr.write("\r\u001b[2K");
  };
  const say = (line: string): void => {
    clear();
    note(`${prefix}${line}`);
  };
  const cells = notebook.cells.length;
  const width = String(cells).length;
  const place = (cell: number): string => `  cell ${String(cell + 1).padStart(width)}/${cells}`;
  return {
    end: clear,
    on: (event) => {
      switch (event.event) {
        case "kernel":
          return say(
            `  kernel ${event.kernel} ready in ${duration(event.milliseconds)}${event.starts > 1 ? `, started ${event.starts} times` : ""}`,
          );
        case "cell-start": {
          if (!live) return;
          const begun = performance.now();
          const draw = (): void => {
            const line = `${place(event.cell)} ${duration(performance.now() - begun).padStart(9)}  ${begins(notebook, event.cell)}`;
            process.stderr.write(`\r\u001b[2K${line.slice(0, (process.stderr.columns ?? 80) - 1)}`);
          };
          draw();
          timer = setInterval(draw, 1000);
          timer.unref();
          return;
        }
        case "cell-end": {
          const allowed = event.status === "error" && tagged(notebook.cells[event.cell], "raises-exception");
          const state =
            event.status === "ok" ? "" : `${event.status}${allowed ? ", as its tag allows" : ""}: `;
          return say(
            `${place(event.cell)} ${duration(event.milliseconds).padStart(9)}  ${state}${begins(notebook, event.cell)}`,
          );
        }
        case "output":
          clear();
          process.stderr.write(prefix === "" ? event.text : event.text.replace(/^(?=.)/gm, prefix));
          return;
        case "warning":
          return say(`  ${event.text}`);
      }
    },
  };
}

/** What came of a run: its failures and its files, or an event that says so. */
export function reportRun(done: FileRun, json: boolean): void {
  const { path, run, failures, written, omitted } = done;
  const { verdict, milliseconds } = run;
  if (json) {
    print(
      JSON.stringify({ event: "end", notebook: path, verdict, milliseconds, failures, written, omitted }),
    );
    return;
  }
  for (const failure of failures) note(`telelink: ${failure}`);
  noteOmitted(omitted);
  for (const file of written) print(file);
}

/** Says what a page leaves out, at the terminal as on the page. */
export function noteOmitted(omitted: readonly string[]): void {
  for (const text of omitted.slice(0, 10)) note(`  not on the page: ${text}`);
  if (omitted.length > 10) note(`  not on the page: ${omitted.length - 10} more; the page's head lists them`);
}

/** The first line of a cell that says something. */
function begins(notebook: Notebook, cell: number): string {
  const lines = notebook.cells[cell].source.split("\n").map((line) => line.trim());
  const first =
    lines.find((line) => line !== "" && !/^(\/\/|#|import\b|from\b)/.test(line)) ?? lines[0] ?? "";
  return first.length > 60 ? `${first.slice(0, 59)}…` : first;
}
