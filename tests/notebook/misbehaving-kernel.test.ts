import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { describe, expect, test } from "vitest";
import type { KernelSpec } from "../../src/notebook/kernel-spec";
import type { Cell, Output } from "../../src/notebook/nbformat";
import { type Run, type RunEvent, type RunOptions, runNotebook } from "../../src/notebook/run/run-notebook";
import { code, notebook } from "./fixtures/make";

function fake(mode = ""): KernelSpec {
  return {
    name: "fake",
    displayName: "Fake",
    language: "fake",
    argv: [process.execPath, resolve(__dirname, "fixtures", "fake", "kernel.cjs"), "{connection_file}"],
    env: { FAKE_MODE: mode },
    interruptMode: "signal",
    folder: "",
  };
}

function run(cells: readonly (string | Cell)[], options: Partial<RunOptions> = {}): Promise<Run> {
  const all = cells.map((one) => (typeof one === "string" ? code(one) : one));
  return runNotebook(notebook(all, "fake", "fake"), {
    kernel: fake(),
    cwd: __dirname,
    timeoutSeconds: 20,
    quietSeconds: 1,
    ...options,
  });
}

function outputs(done: Run, cell = 0): readonly Output[] {
  return done.notebook.cells[cell].outputs ?? [];
}

function alive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

const fine = 'stream("fine"); ok()';

describe.concurrent("runNotebook under a kernel that misbehaves", () => {
  test("runNotebook takes idle before reply as well as reply before idle", async () => {
    const done = await run([
      'idle(); await sleep(100); reply({ status: "ok" })',
      'reply({ status: "ok" }); await sleep(100); stream("late"); idle()',
      fine,
    ]);
    expect(done.verdict).toBe("ok");
    expect(outputs(done, 1)).toMatchObject([{ text: "late" }]);
  });

  test("runNotebook gives output that comes after idle to the cell that made it", async () => {
    const done = await run(['ok(); await sleep(50); stream("after")', "await sleep(150); ok()"]);
    expect(done.verdict).toBe("ok");
    expect(outputs(done, 0)).toMatchObject([{ text: "after" }]);
    expect(outputs(done, 1)).toEqual([]);
  });

  test("runNotebook tells a reply without idle: output may be missing", async () => {
    const done = await run(['stream("a"); reply({ status: "ok" })', fine]);
    expect(done.verdict).toBe("lost");
    expect(done.failures).toMatchObject([{ cell: 0, ename: "LostOutput" }]);
    expect(done.failures[0].evalue).toContain("never reported the end of its output");
    expect(outputs(done, 0)[0]).toMatchObject({ text: "a" });
  });

  test("runNotebook waits for slow output after the reply as long as some comes", async () => {
    const slow =
      'reply({ status: "ok" }); for (let i = 0; i < 8; i++) { await sleep(300); stream(String(i)); } idle()';
    const done = await run([slow]);
    expect(done.verdict).toBe("ok");
    expect(outputs(done)).toMatchObject([{ text: "01234567" }]);
  });

  test("runNotebook tells an idle without reply", async () => {
    const done = await run(["idle()", fine]);
    expect(done.verdict).toBe("lost");
    expect(done.failures[0].evalue).toContain("never answered");
  });

  test("runNotebook leaves out messages of other parents and with wrong signatures", async () => {
    const done = await run([
      'stream("mine"); stream("strange", "stdout", { msg_id: "other" }); forge("forged"); busy({}); ok()',
    ]);
    expect(done.verdict).toBe("ok");
    expect(outputs(done)).toEqual([{ output_type: "stream", name: "stdout", text: "mine" }]);
  });

  test("runNotebook does not take another request's idle for the cell's", async () => {
    const done = await run([
      'reply({ status: "ok" }); idle({ msg_id: "other" }); await sleep(200); stream("end"); idle()',
    ]);
    expect(done.verdict).toBe("ok");
    expect(outputs(done)).toMatchObject([{ text: "end" }]);
  });

  test("runNotebook tells a kernel that dies in a cell, and what it said", async () => {
    const done = await run([fine, 'stream("half"); console.error("out of memory"); process.exit(9)', fine]);
    expect(done.verdict).toBe("died");
    expect(done.failures).toMatchObject([{ cell: 1, ename: "KernelDied" }]);
    expect(done.failures[0].evalue).toMatch(/exit code 9; it said: out of memory/);
    expect(outputs(done, 0)).toMatchObject([{ text: "fine" }]);
    expect(outputs(done, 1)).toMatchObject([{ text: "half" }, { ename: "KernelDied" }]);
    expect(outputs(done, 2)).toEqual([]);
  });

  test("runNotebook gives the kernel ports that no outgoing connection is given", async () => {
    const ask = 'stream(require("node:fs").readFileSync(process.argv[2], "utf8")); ok()';
    const done = await run([ask]);
    const connection = JSON.parse((outputs(done)[0] as { text: string }).text);
    const ports = Object.entries(connection).filter(([name]) => name.endsWith("_port"));
    expect(new Set(ports.map(([, port]) => port)).size).toBe(5);
    for (const [, port] of ports) expect(port).toSatisfy((one: number) => one >= 10_000 && one < 32_768);
  });

  test("runNotebook tells a kernel that is killed between cells", async () => {
    const done = await run([
      'ok(); setTimeout(() => process.kill(process.pid, "SIGKILL"), 50)',
      "await sleep(5000)",
    ]);
    expect(done.verdict).toBe("died");
    expect(done.failures[0].evalue).toContain("by SIGKILL");
  });

  test("runNotebook tells a kernel that ends at its start, with its last words", async () => {
    const done = await run([fine], { kernel: fake("crash") });
    expect(done.verdict).toBe("died");
    expect(done.failures[0].evalue).toMatch(/did not start: .*exit code 7; it said: no kernel today/);
  });

  test("runNotebook tells a kernel that never answers", async () => {
    const done = await run([fine], { kernel: fake("mute"), startSeconds: 1 });
    expect(done.verdict).toBe("died");
    expect(done.failures[0].evalue).toContain("did not answer within 1 s at any of 2 starts");
  });

  test("runNotebook starts a kernel that does not answer once more, and says so", async () => {
    const folder = mkdtempSync(join(tmpdir(), "mute-"));
    const events: RunEvent[] = [];
    const kernel = fake(`mute:${join(folder, "once")}`);
    const done = await run([fine], { kernel, startSeconds: 3, on: (event) => events.push(event) });
    rmSync(folder, { recursive: true });
    expect(done.verdict).toBe("ok");
    expect(events).toContainEqual(expect.objectContaining({ event: "kernel", starts: 2 }));
  });

  test("runNotebook tells a kernel that can't be started", async () => {
    const done = await run([fine], { kernel: { ...fake(), argv: ["/no/such/program"] } });
    expect(done.verdict).toBe("died");
    expect(done.failures[0].evalue).toContain("ENOENT");
  });

  test("runNotebook interrupts a cell at its timeout and keeps what it has put out", async () => {
    const done = await run(['stream("begun"); await interrupt(); stream(" stopped"); ok()', fine], {
      timeoutSeconds: 0.5,
    });
    expect(done.verdict).toBe("timeout");
    expect(done.failures).toMatchObject([
      { cell: 0, ename: "Timeout", evalue: "it did not end within 0.5 s" },
    ]);
    expect(outputs(done, 0)).toMatchObject([{ text: "begun stopped" }, { ename: "Timeout" }]);
    expect(outputs(done, 1)).toEqual([]);
  });

  test("runNotebook gives up a cell that ignores the interrupt", async () => {
    const begun = performance.now();
    const done = await run(["await sleep(60000)", fine], { timeoutSeconds: 0.5 });
    expect(done.verdict).toBe("timeout");
    expect(performance.now() - begun).toBeLessThan(8000);
  });

  test("runNotebook takes a cell's own timeout from its metadata", async () => {
    const own = { ...code("await sleep(60000)"), metadata: { telelink: { timeout: 0.3 } } };
    const done = await run([own]);
    expect(done.failures[0].evalue).toBe("it did not end within 0.3 s");
  });

  test("runNotebook with keepGoing starts a fresh kernel after a timeout and after a death", async () => {
    const events: RunEvent[] = [];
    // A timeout of its own, so that on a busy machine the cells that are fine have the time that they need.
    const slow = { ...code("await sleep(60000)"), metadata: { telelink: { timeout: 0.3 } } };
    const done = await run([slow, fine, "process.exit(3)", fine], {
      keepGoing: true,
      on: (event) => events.push(event),
    });
    expect(done.failures.map((one) => one.verdict)).toEqual(["timeout", "died"]);
    expect(done.verdict).toBe("timeout");
    expect(outputs(done, 1)).toMatchObject([{ text: "fine" }]);
    expect(outputs(done, 3)).toMatchObject([{ text: "fine" }]);
    expect(events.filter((one) => one.event === "kernel").length).toBe(3);
    expect(events.filter((one) => one.event === "warning").length).toBe(2);
  });

  test("runNotebook runs a cell again that the kernel refused after an allowed error", async () => {
    const refuse =
      'if (!globalThis.asked) { globalThis.asked = true; reply({ status: "aborted" }); idle(); } else { stream("second"); ok(); }';
    const fail = 'error("E", "x"); reply({ status: "error", ename: "E", evalue: "x" }); idle()';
    const done = await run([code(fail, "raises-exception"), refuse]);
    expect(done.verdict).toBe("ok");
    expect(outputs(done, 1)).toMatchObject([{ text: "second" }]);
  });

  test("runNotebook fails a cell that the kernel refuses again and again", async () => {
    const done = await run([fine, 'reply({ status: "aborted" }); idle()']);
    expect(done.failures).toMatchObject([{ cell: 1, verdict: "error", ename: "Aborted" }]);
  });

  test("runNotebook refuses input, and says what was asked", async () => {
    const done = await run(['input("Your name? "); await sleep(60000)']);
    expect(done.verdict).toBe("error");
    expect(done.failures).toMatchObject([{ ename: "InputRefused" }]);
    expect(done.failures[0].evalue).toContain('"Your name? "');
  });

  test("runNotebook loses nothing of 5,000 messages sent at once", async () => {
    const done = await run(["for (let i = 0; i < 5000; i++) stream(i + '\\n'); ok()"]);
    expect(done.verdict).toBe("ok");
    const [text] = outputs(done) as readonly { text: string }[];
    expect(text.text.trimEnd().split("\n").map(Number)).toEqual(Array.from({ length: 5000 }, (_, i) => i));
  });

  test("runNotebook stops a cell that puts out more than the limit", async () => {
    const flood =
      'let on = true; interrupt().then(() => { on = false; }); while (on) { stream("x".repeat(10000)); await sleep(0); } ok()';
    const done = await run([flood], { mostOutput: 1e6 });
    expect(done.verdict).toBe("error");
    expect(done.failures).toMatchObject([
      { ename: "TooMuchOutput", evalue: "it put out more than 1 million characters" },
    ]);
  });

  test("runNotebook updates a display of an earlier cell", async () => {
    const done = await run([
      'display({ "text/plain": "0 %" }, "bar"); ok()',
      'update({ "text/plain": "100 %" }, "bar"); display({ "text/plain": "again" }, "bar"); ok()',
      'update({ "text/plain": "both" }, "bar"); update({ "text/plain": "nobody" }, "other"); ok()',
    ]);
    expect(outputs(done, 0)).toMatchObject([{ data: { "text/plain": "both" } }]);
    expect(outputs(done, 1)).toMatchObject([{ data: { "text/plain": "both" } }]);
    expect(outputs(done, 2)).toEqual([]);
  });

  test("runNotebook clears output at once, or with wait when the next output comes", async () => {
    const done = await run([
      'stream("a"); clear(false); stream("b"); ok()',
      'stream("a"); clear(true); ok()',
      'stream("a"); clear(true); stream("b"); ok()',
    ]);
    expect(outputs(done, 0)).toMatchObject([{ text: "b" }]);
    expect(outputs(done, 1)).toMatchObject([{ text: "a" }]);
    expect(outputs(done, 2)).toMatchObject([{ text: "b" }]);
  });

  test("runNotebook joins texts of one stream and keeps the order of streams", async () => {
    const done = await run(['stream("a"); stream("b"); stream("!", "stderr"); stream("c"); ok()']);
    expect(outputs(done).map((one) => (one.output_type === "stream" ? one.text : ""))).toEqual([
      "ab",
      "!",
      "c",
    ]);
  });

  test("runNotebook honours skip-execution and an execute_result's count", async () => {
    const done = await run([
      code("process.exit(1)", "skip-execution"),
      'result({ "text/plain": "7" }); ok()',
    ]);
    expect(done.verdict).toBe("ok");
    expect(done.cells.map((one) => one.status)).toEqual(["skipped", "ok"]);
    expect(outputs(done, 1)).toMatchObject([{ output_type: "execute_result", execution_count: 1 }]);
  });

  test("runNotebook stops when its signal is set off", async () => {
    const controller = new AbortController();
    const done = await run(["await interrupt(); ok()", fine], {
      signal: controller.signal,
      on: (event) => event.event === "cell-start" && setTimeout(() => controller.abort(), 100),
    });
    expect(done.verdict).toBe("stopped");
    expect(done.failures).toMatchObject([{ cell: 0, ename: "Stopped" }]);
    expect(outputs(done, 1)).toEqual([]);
  });

  test("runNotebook leaves no process behind, not even a kernel's own children", async () => {
    const done = await run(['stream(String(child())); stream(" " + process.pid); ok()'], {
      kernel: fake("stubborn"),
    });
    expect(done.verdict).toBe("ok");
    const [text] = outputs(done) as readonly { text: string }[];
    const pids = text.text.split(" ").map(Number);
    expect(pids.length).toBe(2);
    expect(pids.filter(alive)).toEqual([]);
  });
});
