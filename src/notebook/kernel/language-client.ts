import { type ChildProcess, spawn } from "node:child_process";
import { join } from "node:path";
import type { Answer, Language, LanguageOptions } from "./language-server";

/** The answers of another process, each when it comes. */
export type RemoteLanguage = {
  readonly [method in keyof Language]: (
    ...given: Parameters<Language[method]>
  ) => Promise<ReturnType<Language[method]>>;
} & { close(): void };

/** Starts the process that knows TypeScript; it ends with this one. */
export function startLanguage(options: LanguageOptions): RemoteLanguage {
  const child: ChildProcess = spawn(
    process.execPath,
    [join(__dirname, "language-main.js"), JSON.stringify(options)],
    // Its output is no cell's.
    { stdio: ["ignore", "ignore", 2, "ipc"], env: { ...process.env, NODE_OPTIONS: "" } },
  );
  const waiting = new Map<number, { done(value: unknown): void; fail(error: Error): void }>();
  let asked = 0;
  let ended: Error | undefined;
  child.on("message", (answer: Answer) => {
    const one = waiting.get(answer.id);
    waiting.delete(answer.id);
    if (answer.error === undefined) one?.done(answer.value);
    else one?.fail(new Error(answer.error));
  });
  const end = (how: string): void => {
    ended = new Error(`the process that compiles cells ended ${how}: restart the kernel`);
    for (const one of waiting.values()) one.fail(ended);
    waiting.clear();
  };
  child.once("error", (error) => end(`with ${error.message}`));
  child.once("exit", (code, signal) => end(signal ? `by ${signal}` : `with exit code ${code}`));
  // A kernel with nothing left to do must not be kept alive by it.
  child.unref();
  child.channel?.unref();
  const ask =
    (method: keyof Language) =>
    (...given: unknown[]): Promise<unknown> =>
      new Promise((done, fail) => {
        if (ended) return fail(ended);
        const id = ++asked;
        child.channel?.ref();
        const settle = (): void => {
          if (waiting.size === 0) child.channel?.unref();
        };
        waiting.set(id, {
          done: (value) => {
            settle();
            done(value);
          },
          fail: (error) => {
            settle();
            fail(error);
          },
        });
        child.send({ id, method, given });
      });
  return {
    compile: ask("compile"),
    check: ask("check"),
    complete: ask("complete"),
    explain: ask("explain"),
    isComplete: ask("isComplete"),
    module: ask("module"),
    close: () => child.kill("SIGKILL"),
  } as RemoteLanguage;
}
