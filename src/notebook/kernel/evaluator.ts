import { type Runtime, Session } from "node:inspector";
import vm from "node:vm";

/** How the evaluation of a cell ended. */
export type Evaluation =
  | { readonly status: "value"; readonly value: unknown }
  | { readonly status: "thrown"; readonly thrown: unknown };

/** What a cell throws that was told to stop. */
export class Interrupted extends Error {
  override readonly name: string = "KeyboardInterrupt";
  constructor() {
    super("the cell was interrupted");
  }
}

/** What stands before the code on its first line; a directive alone would be the cell's value. */
export const strict: string = "'use strict';void 0;";

/**
 * Evaluates scripts in V8's REPL mode: top-level `let` and `class` may be declared again and are one live scope, `await`
 * works, and the value of the last expression comes back (`Runtime.evaluate` of the inspector, in this very process).
 */
export class Evaluator {
  private session = new Session();
  private taken: unknown;
  private job: () => void = () => undefined;
  private readonly start: vm.Script;
  private stop: (reason: Error) => void = () => undefined;

  /** `pending` is told when a cell begins to be awaited, and when that is over. */
  constructor(private readonly pending: (awaits: boolean) => void) {
    this.session.connect();
    const hook = Symbol.for("telelink.evaluate");
    Object.defineProperty(globalThis, hook, {
      value: { job: () => this.job(), take: (value: unknown) => (this.taken = value) },
    });
    // Node watches for Ctrl-C only while such a script runs.
    this.start = new vm.Script(`globalThis[Symbol.for("telelink.evaluate")].job()`, {
      filename: __filename,
    });
  }

  /** The value of `code`, or what it throws; `name` stands in stack traces. */
  async evaluate(code: string, name: string): Promise<Evaluation> {
    const stopped = new Promise<Evaluation>((done) => {
      this.stop = (thrown) => done({ status: "thrown", thrown });
    });
    const evaluated = new Promise<Evaluation>((done) => {
      const { session } = this;
      this.job = () =>
        session.post(
          "Runtime.evaluate",
          {
            expression: `${strict}${code}\n//# sourceURL=${name}`,
            replMode: true,
            awaitPromise: true,
            objectGroup: "cell",
          },
          (error, given) => {
            if (session !== this.session) return;
            const answer = given as Runtime.EvaluateReturnType;
            if (error) done({ status: "thrown", thrown: new Interrupted() });
            else if (answer.exceptionDetails) done({ status: "thrown", thrown: this.thrown(answer) });
            else done({ status: "value", value: this.valueOf(answer.result) });
            session.post("Runtime.releaseObjectGroup", { objectGroup: "cell" });
          },
        );
    });
    try {
      this.start.runInThisContext({ breakOnSigint: true });
    } catch {
      // Ctrl-C while the script ran.
      this.interrupt();
    }
    this.pending(true);
    return Promise.race([evaluated, stopped]).finally(() => this.pending(false));
  }

  /** Ends the waiting for the cell that runs, which throws `reason`; what it has begun may go on. */
  interrupt(reason: Error = new Interrupted()): void {
    this.stop(reason);
    // V8 ends the process when what an interrupted script waits for is collected; a closed session does not mind.
    this.session.disconnect();
    this.session = new Session();
    this.session.connect();
  }

  private thrown(answer: Runtime.EvaluateReturnType): unknown {
    const { exception, text } = answer.exceptionDetails as Runtime.ExceptionDetails;
    return exception ? this.valueOf(exception) : new Error(text);
  }

  private valueOf(remote: Runtime.RemoteObject): unknown {
    if (remote.objectId === undefined) {
      if (remote.type === "bigint") return BigInt((remote.unserializableValue as string).slice(0, -1));
      return remote.unserializableValue === undefined ? remote.value : Number(remote.unserializableValue);
    }
    const { objectId } = remote;
    this.session.post("Runtime.callFunctionOn", {
      objectId,
      functionDeclaration: `(value) => { globalThis[Symbol.for("telelink.evaluate")].take(value); }`,
      arguments: [{ objectId }],
    });
    const value = this.taken;
    this.taken = undefined;
    // It is awaited a moment later, and then fails the cell.
    if (value instanceof Promise) value.catch(() => undefined);
    return value;
  }
}
