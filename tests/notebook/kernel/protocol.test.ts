import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { installKernel } from "../../../src/notebook/install-kernel";
import { Kernel } from "../../../src/notebook/kernel";
import { bundledTslab } from "../../../src/notebook/kernel-spec";
import type { Message } from "../../../src/notebook/wire";
import { python } from "../../support";

const cwd = join(__dirname, "..", "fixtures");

describe("the kernel answers everything that a front end asks", () => {
  let kernel: Kernel;
  beforeAll(async () => {
    // As a front end starts it: a cell's end waits for its types.
    kernel = await Kernel.start({ ...bundledTslab(), env: {} }, { cwd });
  }, 60_000);
  afterAll(() => kernel.shutdown());

  interface Answer {
    readonly reply: Record<string, unknown>;
    readonly outputs: readonly Message[];
  }

  /** The content of the reply, and what came on the output channel, once both are complete. */
  function ask(
    type: string,
    content: Record<string, unknown>,
    options: { channel?: "shell" | "control"; input?: string; after?: () => void; said?: () => void } = {},
  ): Promise<Answer> {
    return new Promise((done) => {
      const outputs: Message[] = [];
      let reply: Record<string, unknown> | undefined;
      let idle = false;
      const settle = (): void => {
        if (reply && idle) done({ reply, outputs });
      };
      kernel.request(type, content, options.channel ?? "shell", {
        output: (message) => {
          if (message.header.msg_type === "status") idle = message.content.execution_state === "idle";
          else outputs.push(message);
          if (message.header.msg_type === "execute_input") options.after?.();
          if (message.header.msg_type === "stream") options.said?.();
          settle();
        },
        reply: (message) => {
          expect(message.header.msg_type).toBe(type.replace("_request", "_reply"));
          reply = { ...message.content };
          settle();
        },
        input: (message) => kernel.answer(message, options.input ?? ""),
      });
    });
  }
  const run = (code: string, more: Record<string, unknown> = {}, options = {}): Promise<Answer> =>
    ask("execute_request", { code, allow_stdin: false, stop_on_error: true, ...more }, options);
  const texts = ({ outputs }: Answer): unknown[] =>
    outputs
      .filter((one) => one.header.msg_type !== "execute_input")
      .map(
        ({ content }) =>
          content.text ?? content.evalue ?? (content.data as Record<string, string>)["text/plain"],
      );
  const complete = async (
    code: string,
    position = [...code].length,
  ): Promise<[unknown, unknown, string[]]> => {
    const { reply } = await ask("complete_request", { code, cursor_pos: position });
    return [reply.cursor_start, reply.cursor_end, reply.matches as string[]];
  };

  test("execute_request publishes the input, the value and the error as Jupyter has them", async () => {
    const first = await run(
      "const customer = { plan: 'pro', nested: 1 };\n/** Months. */\nlet tenure = 3;\ntenure",
    );
    expect(first.outputs.map((one) => one.header.msg_type)).toEqual(["execute_input", "execute_result"]);
    expect(first.reply).toMatchObject({ status: "ok", user_expressions: {} });
    const failed = await run("\nconst bad: number = 'x';");
    expect(failed.reply).toMatchObject({ status: "error", ename: "CompileError" });
    expect(failed.reply.traceback).toEqual([
      "2:7 - Type 'string' is not assignable to type 'number'. (TS2322)",
    ]);
    const { reply } = await run("1", { user_expressions: { a: "tenure + 1", b: "none" } });
    expect(reply.user_expressions).toMatchObject({
      a: { status: "ok", data: { "text/plain": "4" } },
      b: { status: "error", ename: "ReferenceError" },
    });
  });

  test.each<readonly [string, number, number, readonly string[]]>([
    ["customer.", 9, 9, ["nested", "plan"]],
    ["customer.ne", 9, 11, ["nested"]],
    ["cust", 0, 4, ["customer"]],
    ["ten", 0, 3, ["tenure"]],
    ["😀; cust", 3, 7, ["customer"]],
    ["`${customer.pl", 12, 14, ["plan"]],
    ["customer['", 10, 10, ["nested", "plan"]],
    ["import { readFileSync } from 'node:f", 30, 36, ["node:fs"]],
    ["import * as vega from 'vega", 23, 27, ["vega", "vega-lite"]],
    ["import('./sm", 10, 12, []],
    ["read('./sma", 8, 11, ["small.ipynb"]],
    ["const { pl } = customer", 8, 10, ["plan"]],
    ["function f() { return cust", 22, 26, ["customer"]],
    ["for (const x of [1]) x.toF", 23, 26, ["toFixed"]],
    ["let", 0, 3, ["let"]],
    ["", 0, 0, ["customer"]],
  ])("complete_request %j", async (code, start, end, expected) => {
    const position = code === "const { pl } = customer" ? 10 : undefined;
    const [from, to, matches] = await complete(code, position);
    expect([from, to]).toEqual([start, end]);
    expect(matches).toEqual(expect.arrayContaining([...expected]));
    expect(matches.join()).not.toMatch(/__cell|__tslab/);
  });

  test("inspect_request says type and documentation, also of earlier cells", async () => {
    const { reply } = await ask("inspect_request", { code: "tenure + 1", cursor_pos: 3, detail_level: 0 });
    expect(reply).toMatchObject({ found: true, data: { "text/plain": "let tenure: number\n\nMonths." } });
    const none = await ask("inspect_request", { code: "  ", cursor_pos: 1, detail_level: 0 });
    expect(none.reply).toMatchObject({ status: "ok", found: false, data: {} });
  });

  test("is_complete_request, comm_info_request, history_request and a request on control", async () => {
    const status = async (code: string) => (await ask("is_complete_request", { code })).reply.status;
    expect(await Promise.all(["a", "f(", "a b)"].map(status))).toEqual(["complete", "incomplete", "invalid"]);
    expect((await ask("comm_info_request", {})).reply).toEqual({ status: "ok", comms: {} });
    const past = { hist_access_type: "tail", n: 1, output: true, raw: true };
    expect((await ask("history_request", past)).reply.history).toEqual([[0, 3, ["1", "1"]]]);
    const info = await ask("kernel_info_request", {}, { channel: "control" });
    expect(info.reply).toMatchObject({ status: "ok", protocol_version: "5.3", implementation: "tslab" });
  });

  test("an interrupt ends a loop, a loop after an await, and a wait without end", async () => {
    for (const code of [
      "while (true) {}",
      "await new Promise((done) => setTimeout(done, 300));\nfor (;;) {}",
      "await new Promise(() => {})",
    ]) {
      const after = (): void => void setTimeout(() => kernel.interrupt(), 1200);
      const { reply } = await run(code, {}, { after });
      expect(reply).toMatchObject({ status: "error", ename: "KeyboardInterrupt" });
    }
    expect(texts(await run("let kept = tenure; kept"))).toEqual(["3"]);
  }, 60_000);

  const children = `/proc/${process.pid}/task/${process.pid}/children`;
  test.skipIf(!existsSync(children))(
    "an interrupt that the compiler hears late ends nothing else",
    async () => {
      const kernelPid = Number(texts(await run("process.pid"))[0]);
      const [compiler] = readFileSync(children.replaceAll(String(process.pid), String(kernelPid)), "utf8")
        .split(" ")
        .map(Number)
        .filter(
          (pid) =>
            pid > 0 && /language-main|snapshot-blob/.test(readFileSync(`/proc/${pid}/cmdline`, "utf8")),
        );
      const stop = (): void => {
        process.kill(compiler, "SIGSTOP");
        kernel.interrupt();
      };
      // Its types may not be looked at yet: they are not waited for.
      const waits = "console.log('runs');\nawait new Promise(() => {})";
      try {
        const { reply } = await run(waits, {}, { said: stop });
        expect(reply).toMatchObject({ status: "error", ename: "KeyboardInterrupt" });
      } finally {
        process.kill(compiler, "SIGCONT");
      }
      // Never pauses, as a cell that only Ctrl-C's file could end.
      const busy = "const end = Date.now() + 900;\nwhile (Date.now() < end) await null;\n'whole'";
      expect(texts(await run(busy))).toEqual(["'whole'"]);
      // And one that comes while a cell is still compiled is heard, and answered, though the compiler is not.
      process.kill(compiler, "SIGSTOP");
      try {
        const interrupt = (): void => void kernel.interrupt();
        const { reply } = await run("let never = 1", {}, { after: interrupt });
        expect(reply).toMatchObject({ ename: "KeyboardInterrupt" });
      } finally {
        process.kill(compiler, "SIGCONT");
      }
      expect(texts(await run("1"))).toEqual(["1"]);
    },
  );

  test("a cell that asks for input is answered by the person, or told at once that nobody is there", async () => {
    await run("import * as readline from 'node:readline/promises';");
    const code =
      "const ask = readline.createInterface({ input: process.stdin, output: process.stdout });\nconsole.log('hello', await ask.question('Who? '));\nask.close();";
    const refused = await run(code);
    expect(refused.reply).toMatchObject({ status: "error", ename: "InputRefused" });
    const answered = await run(code, { allow_stdin: true }, { input: "Ann" });
    expect(texts(answered).join("")).toContain("hello Ann\n");
  }, 30_000);

  test("cells that were sent before an error are refused, those sent after it are run", async () => {
    const [failed, refused] = await Promise.all([run("throw new Error('first')"), run("1")]);
    expect([failed.reply.status, refused.reply.status]).toEqual(["error", "aborted"]);
    expect((await run("2")).reply.status).toBe("ok");
  });

  test("an object is shown as it says itself, a promise by what it becomes", async () => {
    const data = async (code: string) => {
      const shown = (await run(code)).outputs.find((one) => one.header.msg_type === "execute_result");
      return shown?.content.data;
    };
    const display = "({ async [Symbol.for('Jupyter.display')]() { return { 'text/html': '<b>1</b>' } } })";
    expect(await data(display)).toMatchObject({ "text/html": "<b>1</b>" });
    expect(await data("({ toHTML: () => '<i>2</i>' })")).toMatchObject({ "text/html": "<i>2</i>" });
    expect(await data("Promise.resolve(5)")).toEqual({ "text/plain": "5" });
    expect((await run("Promise.reject(new Error('no'))")).reply).toMatchObject({
      status: "error",
      evalue: "no",
    });
  });
});

const suite = python !== undefined && spawnSync(python, ["-c", "import jupyter_kernel_test"]).status === 0;

test.skipIf(!suite)(
  "jupyter_kernel_test's suite passes with the installed kernel",
  () => {
    const prefix = mkdtempSync(join(tmpdir(), "telelink-suite-"));
    try {
      installKernel({ prefix });
      const done = spawnSync(python as string, [join(cwd, "kernel_suite.py"), "tslab"], {
        cwd,
        env: { ...process.env, JUPYTER_PATH: join(prefix, "share", "jupyter") },
        encoding: "utf8",
      });
      expect([done.status, done.stderr.match(/^(?:FAIL|ERROR): .*$/gm)]).toEqual([0, null]);
    } finally {
      rmSync(prefix, { recursive: true, force: true });
    }
  },
  180_000,
);
