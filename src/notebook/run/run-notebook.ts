import { setMaxListeners } from "node:events";
import { check, checkNumber } from "../../core/checks";
import { Kernel, type KernelDied } from "../kernel";
import type { KernelSpec } from "../kernel-spec";
import { type Cell, type ErrorOutput, type Notebook, tagged } from "../nbformat";
import { type Located, locate, thrownError, tslabError } from "../tslab-error";
import type { Message } from "../wire";
import { type CellEnd, type CellStatus, executeCell } from "./execute-cell";
import { CellOutputs, Displays } from "./outputs";
import { Widgets } from "./widgets";

/** How a run ended; each has an exit code of its own. */
export type Verdict = "ok" | "error" | "timeout" | "died" | "lost" | "stopped";

export interface Failure {
  readonly verdict: Exclude<Verdict, "ok">;
  /** The cell's place among all cells, from 0; −1 when no cell was reached. */
  readonly cell: number;
  readonly id: string;
  /** The line in the cell, from 1, where known. */
  readonly line?: number;
  readonly ename: string;
  readonly evalue: string;
  readonly traceback: readonly string[];
}

export interface CellTime {
  readonly cell: number;
  readonly id: string;
  readonly status: CellStatus | "skipped";
  readonly milliseconds: number;
}

export interface Run {
  readonly verdict: Verdict;
  /** The notebook with its outputs so far, also of a failed run. */
  readonly notebook: Notebook;
  /** Every failure, in order; one unless `keepGoing`. */
  readonly failures: readonly Failure[];
  readonly cells: readonly CellTime[];
  /** Where a cell ended the notebook by `sys.exit(0)`, which is no failure: which one, and what was not run. */
  readonly ended?: string;
  readonly startMilliseconds: number;
  readonly milliseconds: number;
}

export type RunEvent =
  | {
      readonly event: "kernel";
      readonly kernel: string;
      readonly milliseconds: number;
      /** How often it was started until it answered. */
      readonly starts: number;
    }
  | { readonly event: "cell-start"; readonly cell: number; readonly id: string; readonly of: number }
  | ({ readonly event: "cell-end"; readonly of: number } & CellTime)
  | { readonly event: "failure"; readonly failure: Failure }
  | { readonly event: "output"; readonly cell: number; readonly name: string; readonly text: string }
  | { readonly event: "warning"; readonly text: string };

export interface RunOptions {
  readonly kernel: KernelSpec;
  /** The kernel's working directory: the notebook's folder, as in Jupyter. */
  readonly cwd: string;
  /** How long a cell may take, in seconds; no limit by default. A cell's own `metadata.telelink.timeout` goes first. */
  readonly timeoutSeconds?: number;
  /** How long the kernel may take to start, in seconds; 60 by default. */
  readonly startSeconds?: number;
  /** Runs the cells after a failing one too; after a timeout or a dead kernel in a fresh one. Off by default. */
  readonly keepGoing?: boolean;
  /** How long the kernel's answer or the end of its output may be missing, in seconds; 10 by default. */
  readonly quietSeconds?: number;
  /** Characters of output at which a cell is stopped; 500 million by default, what a JavaScript string can hold. */
  readonly mostOutput?: number;
  /** Tells of outputs as they come: text of streams, and the plain form of other outputs. Off by default. */
  readonly live?: boolean;
  /** Where its reason names the signal SIGTERM, that is handed to the kernel; else the kernel is interrupted. */
  readonly signal?: AbortSignal;
  readonly on?: (event: RunEvent) => void;
  /** Called with the notebook so far: after every cell, and now and then while a cell runs. */
  readonly onNotebook?: (notebook: Notebook) => void;
}

// How often a cell that puts out something is saved while it runs.
const saveEvery = 5000;
// tslab refuses what reaches it within 200 ms of an error.
const abortWindow = 250;

/** Executes all cells in a kernel of their own. A failure is part of what comes back; only bad options throw. */
export async function runNotebook(notebook: Notebook, options: RunOptions): Promise<Run> {
  const { timeoutSeconds = Infinity, keepGoing = false, on, signal } = options;
  if (timeoutSeconds !== Infinity)
    checkNumber(timeoutSeconds, 0, 1e6, "run the notebook", "timeoutSeconds", "low");
  // One signal may stop any number of runs, each with a listener of its own.
  if (signal) setMaxListeners(Infinity, signal);
  return new Runner(notebook, { ...options, timeoutSeconds, keepGoing, on, signal }).run();
}

/** What an end that the kernel does not report itself is called: verdict, name, text. */
const broken: Record<
  Exclude<CellStatus, "ok" | "error">,
  (detail: string) => [Failure["verdict"], string, string]
> = {
  aborted: () => ["error", "Aborted", "the kernel refused to run the cell because one before it had failed"],
  timeout: (detail) => ["timeout", "Timeout", detail],
  died: (detail) => ["died", "KernelDied", detail],
  lost: (detail) => ["lost", "LostOutput", detail],
  flood: (detail) => ["error", "TooMuchOutput", detail],
  input: (prompt) => [
    "error",
    "InputRefused",
    `it asks for a line of input (${JSON.stringify(prompt)}), and nobody is there to answer`,
  ],
  stopped: () => ["stopped", "Stopped", "the run was told to stop"],
};

/** The runs of this process: their kernels end with it. One listener for all, however many run at once. */
const running = new Set<Runner>();

function killRunning(): void {
  for (const one of running) one.killNow();
}

class Runner {
  private readonly begun = performance.now();
  private readonly displays = new Displays();
  private readonly widgets = new Widgets();
  private readonly outputs = new Map<number, CellOutputs>();
  private readonly counts = new Map<number, number | null>();
  private readonly executions = new Map<number, Record<string, string>>();
  private readonly failures: Failure[] = [];
  /** What this kernel has been sent, in order. */
  private codes: string[] = [];
  private readonly times: CellTime[] = [];
  private startMilliseconds = 0;
  private kernel: Kernel | undefined;
  private ended: string | undefined;

  constructor(
    private readonly notebook: Notebook,
    private readonly options: RunOptions & { timeoutSeconds: number; keepGoing: boolean },
  ) {}

  async run(): Promise<Run> {
    running.add(this);
    if (running.size === 1) process.on("exit", killRunning);
    try {
      if (await this.start()) await this.runCells();
    } finally {
      running.delete(this);
      if (running.size === 0) process.off("exit", killRunning);
      await this.end();
    }
    return {
      verdict: this.failures[0]?.verdict ?? "ok",
      notebook: this.executed(),
      failures: this.failures,
      cells: this.times,
      ended: this.ended,
      startMilliseconds: this.startMilliseconds,
      milliseconds: performance.now() - this.begun,
    };
  }

  killNow(): void {
    this.kernel?.killNow();
  }

  /** Asks the kernel to end; one that is stuck in a cell would not hear it. */
  private async end(): Promise<void> {
    const last = this.times[this.times.length - 1]?.status ?? "ok";
    if (["ok", "error", "aborted", "skipped"].includes(last)) await this.kernel?.shutdown();
    else await this.kernel?.kill();
  }

  private async start(): Promise<boolean> {
    const begun = performance.now();
    try {
      this.kernel = await Kernel.start(this.options.kernel, this.options);
      this.codes = [];
    } catch (error) {
      const died = error as KernelDied;
      this.fail({
        verdict: "died",
        cell: -1,
        id: "",
        ename: "KernelDied",
        evalue: `the kernel ${this.options.kernel.name} did not start: ${died.message}`,
        traceback: [],
      });
      return false;
    }
    this.startMilliseconds = performance.now() - begun;
    const kernel = this.options.kernel.name;
    const { starts } = this.kernel;
    this.options.on?.({ event: "kernel", kernel, milliseconds: this.startMilliseconds, starts });
    return true;
  }

  private async runCells(): Promise<void> {
    const { cells } = this.notebook;
    const of = cells.length;
    for (let i = 0; i < of; i++) {
      const cell = cells[i];
      if (cell.cell_type !== "code" || cell.source.trim() === "") continue;
      if (tagged(cell, "skip-execution")) {
        this.finishCell({ cell: i, id: cell.id, status: "skipped", milliseconds: 0 });
        continue;
      }
      this.options.on?.({ event: "cell-start", cell: i, id: cell.id, of });
      const begun = performance.now();
      const end = await this.runCell(cell, i);
      this.finishCell({
        cell: i,
        id: cell.id,
        status: this.ended === undefined ? end.status : "ok",
        milliseconds: performance.now() - begun,
      });
      if (this.ended !== undefined) return;
      const failed = this.failures.some((failure) => failure.cell === i);
      if (end.status === "stopped" || (failed && !this.options.keepGoing)) return;
      // After an interrupt an async body may still be running, and it would write into later cells.
      if (!["ok", "error", "aborted"].includes(end.status) && !(await this.restart(i))) return;
    }
    await this.drain();
  }

  private async runCell(cell: Cell, index: number): Promise<CellEnd> {
    const outputs = new CellOutputs(this.displays, this.widgets);
    this.outputs.set(index, outputs);
    const own = Number((cell.metadata.telelink as { timeout?: unknown } | undefined)?.timeout ?? 0);
    const started = new Date().toISOString();
    const execute = (): Promise<CellEnd> =>
      executeCell(this.kernel as Kernel, cell.source, outputs, {
        timeoutSeconds: own > 0 ? own : this.options.timeoutSeconds,
        quietSeconds: this.options.quietSeconds ?? 10,
        mostOutput: this.options.mostOutput ?? 500e6,
        signal: this.options.signal,
        onOutput: (message) => this.tellOutput(message, index),
        onUncaught: (text) => {
          if (tagged(cell, "raises-exception")) return;
          const { output, line } = this.located(thrownError(text), index);
          this.failCell(cell, index, "error", output, line);
        },
      });
    this.codes.push(cell.source);
    let saved = 0;
    const saving = setInterval(() => {
      if (outputs.received === saved) return;
      saved = outputs.received;
      this.options.onNotebook?.(this.executed());
    }, saveEvery).unref();
    let end = await execute();
    for (let attempt = 0; end.status === "aborted" && attempt < 3 && index > 0; attempt++) {
      await new Promise((done) => setTimeout(done, abortWindow));
      end = await execute();
    }
    clearInterval(saving);
    this.counts.set(index, end.executionCount);
    this.executions.set(index, {
      "iopub.execute_input": started,
      "shell.execute_reply": new Date().toISOString(),
    });
    this.judge(cell, index, end, outputs);
    return end;
  }

  private tellOutput({ header, content }: Message, cell: number): void {
    if (!this.options.live) return;
    const data = content.data as Record<string, unknown> | undefined;
    const plain = [data?.["text/plain"]].flat().join("") || Object.keys(data ?? {}).join(", ");
    const text = header.msg_type === "stream" ? String(content.text ?? "") : data ? `${plain}\n` : "";
    const name = header.msg_type === "stream" ? String(content.name) : header.msg_type;
    if (text !== "") this.options.on?.({ event: "output", cell, name, text });
  }

  /** Turns the end of a cell into an error output and a failure, where it is one. */
  private judge(cell: Cell, index: number, end: CellEnd, outputs: CellOutputs): void {
    if (end.status === "ok") return;
    if (end.status === "error") {
      const { output, line } = this.errorOf(end, outputs, index);
      if (output.ename === "SystemExit" && /^0?$/.test(output.evalue)) {
        this.endEarly(index);
        return;
      }
      if (!tagged(cell, "raises-exception")) this.failCell(cell, index, "error", output, line);
      return;
    }
    const [verdict, ename, evalue] = broken[end.status](end.detail);
    const output: ErrorOutput = { output_type: "error", ename, evalue, traceback: [] };
    outputs.error(output);
    this.failCell(cell, index, verdict, output);
  }

  /** A cell says that the notebook is done, by Python's `sys.exit()`; as in papermill, that is a good end. */
  private endEarly(index: number): void {
    const rest = this.notebook.cells.slice(index + 1);
    const cells = rest.filter((cell) => cell.cell_type === "code" && cell.source.trim() !== "").length;
    this.ended = `cell ${index + 1} ended the notebook (SystemExit: 0); code cells after it that were not run: ${cells}`;
    this.options.on?.({ event: "warning", text: this.ended });
  }

  /** The error output that the kernel sent, or the one made from what tslab printed. */
  private errorOf(end: CellEnd, outputs: CellOutputs, index: number): Located {
    const sent = outputs.list().findLast((output) => output.output_type === "error");
    if (sent) return { output: sent, line: lineOf(sent.traceback) ?? this.located(sent, index).line };
    if (typeof end.reply.ename === "string") {
      const { ename, evalue, traceback } = end.reply;
      const lines = Array.isArray(traceback) ? traceback.map(String) : [];
      const output: ErrorOutput = {
        output_type: "error",
        ename,
        evalue: String(evalue ?? ""),
        traceback: lines,
      };
      outputs.error(output);
      return { output, line: lineOf(lines) };
    }
    const { output, messages } = tslabError(outputs.lastStderr());
    if (messages > 0) outputs.dropStderr(messages);
    const found = this.located(output, index);
    outputs.error(found.output);
    return found;
  }

  /** The error with its places turned into lines of cells: tslab counts the cells that it is sent. */
  private located(output: ErrorOutput, index: number): Located {
    const count = this.counts.get(index) ?? this.codes.length;
    return locate(output, new Map(this.codes.map((code, i) => [i + 1, code])), count);
  }

  private failCell(
    cell: Cell,
    index: number,
    verdict: Failure["verdict"],
    output: ErrorOutput,
    line?: number,
  ): void {
    const { ename, evalue, traceback } = output;
    this.fail({ verdict, cell: index, id: cell.id, line, ename, evalue, traceback });
  }

  private fail(failure: Failure): void {
    this.failures.push(failure);
    this.options.on?.({ event: "failure", failure });
  }

  private finishCell(time: CellTime): void {
    this.times.push(time);
    this.options.on?.({ event: "cell-end", of: this.notebook.cells.length, ...time });
    this.options.onNotebook?.(this.executed());
  }

  private async restart(index: number): Promise<boolean> {
    const rest = this.notebook.cells.slice(index + 1);
    if (!rest.some((cell) => cell.cell_type === "code")) return false;
    await this.kernel?.kill();
    this.options.on?.({
      event: "warning",
      text: "the kernel is started afresh: what earlier cells defined is gone",
    });
    return this.start();
  }

  /** Waits until all that the kernel has sent so far has arrived: what nobody caught is reported after its cell's end. */
  private async drain(): Promise<void> {
    const { kernel } = this;
    if (!kernel || kernel.death()) return;
    await new Promise<void>((done) => {
      // Our own kernel also says what its type checker has found by then.
      const limit = setTimeout(done, 60_000);
      void kernel.ended.then(() => done());
      kernel.request("kernel_info_request", {}, "shell", {
        output: (message) => {
          if (message.content.execution_state !== "idle") return;
          clearTimeout(limit);
          done();
        },
      });
    });
  }

  private executed(): Notebook {
    const cells = this.notebook.cells.map((cell, i): Cell => {
      if (cell.cell_type !== "code") return cell;
      // What is not run keeps what is stored, as its author meant it to.
      if (tagged(cell, "skip-execution"))
        return { ...cell, execution_count: cell.execution_count ?? null, outputs: cell.outputs ?? [] };
      const metadata = { ...cell.metadata };
      delete metadata.execution;
      const execution = this.executions.get(i);
      return {
        ...cell,
        metadata: execution ? { ...metadata, execution } : metadata,
        execution_count: this.counts.get(i) ?? null,
        outputs: this.outputs.get(i)?.list() ?? [],
      };
    });
    const language = this.kernel?.info.language;
    const { kernel } = this.options;
    const kernelspec = {
      ...this.notebook.metadata.kernelspec,
      name: kernel.name,
      display_name: kernel.displayName,
      language: kernel.language,
    };
    const language_info = language && Object.keys(language).length > 0 ? { language_info: language } : {};
    const { widgets: before, ...metadata } = this.notebook.metadata;
    // Only outputs that are not made anew still speak of widgets of an earlier run.
    const stored = this.notebook.cells.some((cell) => tagged(cell, "skip-execution")) ? before : undefined;
    const widgets = this.widgets.metadata(stored);
    const about = { ...metadata, kernelspec, ...language_info, ...(widgets && { widgets }) };
    return { ...this.notebook, metadata: about, cells };
  }
}

/** The line in the cell that a Python traceback marks with an arrow, or that Deno's names; undefined for others. */
function lineOf(traceback: readonly string[]): number | undefined {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: terminal codes begin with the escape sign
  const plain = traceback.join("\n").replace(/\u001b\[[\d;]*m/g, "");
  const arrow =
    plain.match(/Cell In\[\d+\], line (\d+)/) ??
    plain.match(/^-+> (\d+) /m) ??
    plain.match(/^\s+at .*<anonymous>:(\d+):\d+\)?$/m);
  return arrow ? Number(arrow[1]) : undefined;
}

/** The exit code of a verdict: a cell's error, a timeout, a dead kernel and lost output can be told apart. */
export function exitCode(verdict: Verdict): number {
  const codes: Record<Verdict, number> = { ok: 0, error: 1, timeout: 3, died: 4, lost: 5, stopped: 130 };
  return codes[verdict];
}

/** The failure as one would tell it: notebook, cell, line, error. */
export function describeFailure(failure: Failure, name: string, notebook: Notebook): string {
  if (failure.cell < 0) return `${name}: ${failure.evalue}`;
  check(failure.cell < notebook.cells.length, "describe the failure", "its cell must be in the notebook");
  const at = failure.line === undefined ? "" : `, line ${failure.line}`;
  const source = notebook.cells[failure.cell].source.split("\n");
  const shown =
    failure.line === undefined || source[failure.line - 1] === undefined
      ? source.slice(0, 5)
      : [source[failure.line - 1]];
  const quoted = shown.map((line) => `    ${line}`).join("\n");
  return `${name}, cell ${failure.cell + 1} (id ${failure.id})${at}: ${failure.ename}: ${failure.evalue}\n${quoted}`;
}
