import { inspect } from "node:util";
import type { Complaint } from "./compile/compile-cell";
import type { Completeness } from "./compile/is-complete";
import { type ErrorContent, Stacks, thrownContent } from "./errors";
import { Evaluator, Interrupted } from "./evaluator";
import { History, type HistoryEntry } from "./history";
import { Interrupts, interruptFile } from "./interrupts";
import type { Completions } from "./language/cell-types";
import type { RemoteLanguage } from "./language/language-client";
import { bundleOf } from "./show-value";
import { type Publisher, Streams } from "./streams";

/** A request to run a cell. */
export interface ExecuteRequest {
  readonly code: string;
  readonly silent: boolean;
  readonly storeHistory: boolean;
  readonly stopOnError: boolean;
  /** Expressions to evaluate after it, by name. */
  readonly expressions: Readonly<Record<string, string>>;
  /** Asks the person for a line of input; undefined where nobody is there to answer. */
  readonly ask: ((prompt: string) => Promise<string>) | undefined;
  /** When the front end sent it, in milliseconds; 0 where it does not say. */
  readonly sent: number;
}

export interface SessionOptions {
  readonly language: "typescript" | "javascript";
  readonly languageServer: RemoteLanguage;
  /** Where tslab's `display` finds the way to the cell that runs. */
  readonly displays: { lastWriteDisplayData: unknown };
  /** A folder of the kernel's own. */
  readonly folder: string;
  /** Whether a cell's end waits for its types; otherwise they are said when they are known. */
  readonly waitForTypes: boolean;
}

/** What a cell throws that asks for input where nobody can answer. */
class InputRefused extends Error {
  override readonly name: string = "InputRefused";
  constructor() {
    super("the cell asks for a line of input, and nobody is there to answer; give it a parameter instead");
  }
}

// How long after an error cells that were sent before it are refused.
const refusing = 200;

/** What a kernel does, whatever it is asked through. */
export class Session {
  private readonly evaluator: Evaluator;
  private readonly stacks: Stacks;
  private readonly streams = new Streams();
  private readonly history = new History();
  private count = 0;
  private turn: Promise<unknown> = Promise.resolve();
  private failedAt = -Infinity;
  private readonly checks = new Set<Promise<unknown>>();
  private readonly interrupts: Interrupts;
  private compiled = 0;
  /** Resolves to undefined when the cell that runs is interrupted. */
  private interruption: Promise<undefined> = new Promise(() => undefined);
  private stopCell: () => void = () => undefined;
  private ask: ((prompt: string) => Promise<string>) | undefined;

  constructor(private readonly options: SessionOptions) {
    this.stacks = new Stacks(options.folder);
    this.interrupts = new Interrupts(interruptFile(options.folder));
    this.evaluator = new Evaluator((awaits) =>
      awaits ? this.interrupts.watch(this.compiled) : this.interrupts.stop(),
    );
  }

  info(): object {
    const ts = this.options.language === "typescript";
    return {
      status: "ok",
      protocol_version: "5.3",
      implementation: ts ? "tslab" : "jslab",
      implementation_version: "1.0.22",
      language_info: {
        name: this.options.language,
        version: ts ? "6.0.3" : process.versions.node,
        mimetype: ts ? "text/typescript" : "text/javascript",
        file_extension: ts ? ".ts" : ".js",
        codemirror_mode: { mode: this.options.language, name: "javascript", typescript: ts },
      },
      banner: ts ? "TypeScript (tslab, telelink)" : "JavaScript (tslab, telelink)",
      help_links: [{ text: "TypeScript", url: "https://www.typescriptlang.org/docs/" }],
    };
  }

  /** Runs a cell after those before it, and returns the content of its reply. */
  execute(request: ExecuteRequest, publisher: Publisher): Promise<object> {
    const received = Date.now();
    const run = this.turn.then(() => this.run(request, publisher, received));
    this.turn = run.catch(() => undefined);
    return run;
  }

  private async run(request: ExecuteRequest, publisher: Publisher, received: number): Promise<object> {
    const late = received - this.failedAt > refusing || (request.sent > 0 && request.sent >= this.failedAt);
    if (!late) return { status: "aborted" };
    const cell = this.count + 1;
    if (request.storeHistory) {
      this.count = cell;
      this.history.add(cell, request.code);
    }
    this.ask = request.ask;
    this.interruption = new Promise((done) => {
      this.stopCell = () => done(undefined);
    });
    this.streams.to(request.silent ? undefined : publisher);
    this.options.displays.lastWriteDisplayData = (data: object, update: boolean): void => {
      if (!request.silent) publisher.publish(update ? "update_display_data" : "display_data", data);
    };
    if (!request.silent) publisher.publish("execute_input", { code: request.code, execution_count: cell });
    const failed = await this.runCode(request, publisher, cell);
    this.streams.flush();
    if (failed) {
      if (!request.silent) publisher.publish("error", failed);
      if (request.stopOnError) this.failedAt = Date.now();
      return { status: "error", execution_count: cell, ...failed };
    }
    const expressions: Record<string, object> = {};
    for (const [name, code] of Object.entries(request.expressions))
      expressions[name] = await this.expression(code);
    return { status: "ok", execution_count: cell, payload: [], user_expressions: expressions };
  }

  /** The error that the cell ends with, if any. */
  private async runCode(
    request: ExecuteRequest,
    publisher: Publisher,
    cell: number,
  ): Promise<ErrorContent | undefined> {
    if (request.code.trim() === "") return undefined;
    const { languageServer } = this.options;
    this.compiled++;
    // The compiler may be long over it; what it answers later is then nobody's.
    const compiled = await Promise.race([languageServer.compile(cell, request.code), this.interruption]);
    if (!compiled) return thrownContent(new Interrupted());
    if (compiled.complaints.length > 0) return complaintsContent(compiled.complaints);
    this.stacks.add(cell, compiled.mappings);
    const types = languageServer.check(cell);
    const evaluation = await this.evaluator.evaluate(compiled.code, Stacks.nameOf(cell));
    if (this.options.waitForTypes && evaluation.status === "value") {
      const complaints = await Promise.race([types, this.interruption]);
      if (!complaints) return thrownContent(new Interrupted());
      if (complaints.length > 0) return complaintsContent(complaints);
    }
    if (evaluation.status === "thrown") {
      // What does not fit its type is often why it threw.
      const complaints = await Promise.race([types.catch(() => []), this.interruption]);
      if (complaints && complaints.length > 0)
        process.stderr.write(`${complaintLines(complaints).join("\n")}\n`);
      return thrownContent(evaluation.thrown);
    }
    try {
      const data = await bundleOf(evaluation.value);
      if (data && !request.silent) {
        this.history.addOutput(cell, String(data["text/plain"]));
        this.streams.flush();
        publisher.publish("execute_result", { execution_count: cell, data, metadata: {} });
      }
    } catch (error) {
      return thrownContent(error);
    }
    if (!this.options.waitForTypes) this.tellLater(types, publisher);
    return undefined;
  }

  private tellLater(types: Promise<readonly Complaint[]>, publisher: Publisher): void {
    const checked = types.then((complaints) => {
      if (complaints.length > 0)
        publisher.publish("stream", {
          name: "stderr",
          text: `CompileError: ${complaintLines(complaints).join("\n")}\n`,
        });
    });
    const done = checked.catch(() => undefined).finally(() => this.checks.delete(done));
    this.checks.add(done);
  }

  /** Resolves when everything that is to be said of the cells so far has been said. */
  async settled(): Promise<void> {
    await Promise.all(this.checks);
  }

  private async expression(code: string): Promise<object> {
    const evaluation = await this.evaluator.evaluate(`(${code})`, "expression.ts");
    if (evaluation.status === "thrown") return { status: "error", ...thrownContent(evaluation.thrown) };
    const data = (await bundleOf(evaluation.value)) ?? { "text/plain": inspect(evaluation.value) };
    return { status: "ok", data, metadata: {} };
  }

  /** What was run in this kernel, as a history_request asks for it. */
  pastCells(content: Readonly<Record<string, unknown>>): readonly HistoryEntry[] {
    return this.history.find(content);
  }

  async isComplete(code: string): Promise<Completeness> {
    return this.options.languageServer.isComplete(code);
  }

  async complete(code: string, position: number): Promise<Completions> {
    return this.options.languageServer.complete(code, position);
  }

  async inspect(code: string, position: number): Promise<object> {
    const text = await this.options.languageServer.explain(code, position);
    const data = text === null ? {} : { "text/plain": text };
    return { status: "ok", found: text !== null, data, metadata: {} };
  }

  /** Says in the cell that runs, or ran last, what nobody caught. */
  uncaught(how: string, thrown: unknown): void {
    this.streams.flush();
    process.stderr.write(`${how}: ${thrownContent(thrown).traceback.join("\n")}\n`);
    this.streams.flush();
  }

  /** A line of input from the person at the front end; where there is none, the cell that asks fails at once. */
  async input(prompt: string): Promise<string> {
    this.streams.flush();
    if (this.ask) return this.ask(prompt);
    const refused = new InputRefused();
    this.evaluator.interrupt(refused);
    throw refused;
  }

  interrupt(): void {
    this.stopCell();
    this.evaluator.interrupt();
  }

  flush(): void {
    this.streams.flush();
  }

  close(): void {
    this.options.languageServer.close();
  }
}

function complaintsContent(complaints: readonly Complaint[]): ErrorContent {
  const lines = complaintLines(complaints);
  return { ename: "CompileError", evalue: lines[0].replace(/^\d+:\d+ - /, ""), traceback: lines };
}

function complaintLines(complaints: readonly Complaint[]): string[] {
  return complaints.map(({ line, column, text, code }) => `${line}:${column} - ${text} (TS${code})`);
}
