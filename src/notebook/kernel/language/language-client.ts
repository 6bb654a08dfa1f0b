import { type ChildProcess, spawn } from "node:child_process";
import { join } from "node:path";
import type { Answer, Asked, Language, LanguageOptions } from "./language-server";
import { dropSnapshot, isReady, makeSnapshotMeanwhile, snapshotFile } from "./snapshot";

/** The answers of another process, each when it comes. */
export type RemoteLanguage = {
  readonly [method in keyof Language]: (
    ...given: Parameters<Language[method]>
  ) => Promise<ReturnType<Language[method]>>;
} & { close(): void };

interface Waiting {
  readonly asked: Asked;
  done(value: unknown): void;
  fail(error: Error): void;
}

/** Starts the process that knows TypeScript; it ends with this one. */
export function startLanguage(options: LanguageOptions): RemoteLanguage {
  const process_ = new LanguageProcess(options);
  const ask =
    (method: keyof Language) =>
    (...given: unknown[]): Promise<unknown> =>
      process_.ask(method, given);
  return {
    compile: ask("compile"),
    check: ask("check"),
    complete: ask("complete"),
    explain: ask("explain"),
    isComplete: ask("isComplete"),
    module: ask("module"),
    close: () => process_.close(),
  } as RemoteLanguage;
}

class LanguageProcess {
  private readonly waiting = new Map<number, Waiting>();
  private readonly snapshot: string | undefined;
  private child: ChildProcess;
  private count = 0;
  private begun = false;
  private ended: Error | undefined;

  constructor(private readonly options: LanguageOptions) {
    this.snapshot = snapshotFile(options.cwd);
    const fast = this.snapshot !== undefined && isReady(this.snapshot);
    this.child = this.start(fast);
    if (this.snapshot !== undefined && !fast) makeSnapshotMeanwhile(this.snapshot, options.cwd);
  }

  ask(method: keyof Language, given: readonly unknown[]): Promise<unknown> {
    return new Promise((done, fail) => {
      if (this.ended) return fail(this.ended);
      const asked = { id: ++this.count, method, given };
      this.waiting.set(asked.id, { asked, done, fail });
      this.child.channel?.ref();
      this.child.send(asked);
    });
  }

  close(): void {
    this.child.kill("SIGKILL");
  }

  private start(fast: boolean): ChildProcess {
    const begin = fast ? ["--snapshot-blob", this.snapshot as string] : [join(__dirname, "language-main.js")];
    const child = spawn(process.execPath, [...begin, JSON.stringify(this.options)], {
      cwd: this.options.cwd,
      // Its output is no cell's.
      stdio: ["ignore", "ignore", fast ? "ignore" : 2, "ipc"],
      env: { ...process.env, NODE_OPTIONS: "" },
    });
    child.on("message", (answer: Answer) => this.take(answer));
    child.once("error", (error) => this.end(`with ${error.message}`, fast));
    child.once("exit", (code, signal) =>
      this.end(signal ? `by ${signal}` : `with exit code ${code}`, fast, signal),
    );
    // A kernel with nothing left to do must not be kept alive by it.
    child.unref();
    child.channel?.unref();
    return child;
  }

  private take(answer: Answer): void {
    this.begun = true;
    const one = this.waiting.get(answer.id);
    this.waiting.delete(answer.id);
    if (this.waiting.size === 0) this.child.channel?.unref();
    if (answer.error === undefined) one?.done(answer.value);
    else one?.fail(new Error(answer.error));
  }

  private end(how: string, fast: boolean, signal?: NodeJS.Signals | null): void {
    // A Ctrl-C came before it could hear one: it is for the cell.
    const stopped = signal === "SIGINT";
    if (!this.begun && (fast || stopped)) {
      if (!stopped) dropSnapshot(this.snapshot as string);
      this.child = this.start(fast && stopped);
      for (const { asked } of this.waiting.values()) this.child.send(asked);
      return;
    }
    this.ended = new Error(`the process that compiles cells ended ${how}: restart the kernel`);
    for (const one of this.waiting.values()) one.fail(this.ended);
    this.waiting.clear();
  }
}
