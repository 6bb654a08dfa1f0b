import { spawnSync } from "node:child_process";
import { getMaxListeners } from "node:events";
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { describe, expect, test } from "vitest";
import { findKernelSpec } from "../../src/notebook/kernel-spec";
import { type Cell, formatNotebook, type Notebook, type Output } from "../../src/notebook/nbformat";
import { injectParameters } from "../../src/notebook/parameters/parameters";
import { runNotebook } from "../../src/notebook/run/run-notebook";
import { python } from "../support";
import { code, notebook } from "./fixtures/make";

const show =
  "from IPython.display import clear_output, display, HTML, SVG, Image, Markdown, update_display\n";

/** What nbclient's own test suite goes through, each written anew as a notebook. */
const scenarios: Record<string, readonly Cell[]> = {
  "hello world": [code("print('Hello World')")],
  "values and counts": [code("1 + 1"), code("x = 3;"), code("x"), code("None")],
  "a function over cells": [
    code("i, j = 1, 1"),
    code("for m in range(10):\n    i, j = j, i + j\n    print(j)"),
  ],
  unicode: [code("print('☃ naïve 𝒳')")],
  "both streams": [
    code("import sys\nprint('out'); sys.stdout.flush()\nprint('err', file=sys.stderr); sys.stderr.flush()"),
  ],
  "clear output at once": [code(`${show}print('gone'); clear_output(); print('stays')`)],
  "clear output with wait": [
    code(`${show}for i in range(5):\n    clear_output(wait=True)\n    print('step', i)`),
    code("print('kept')\nclear_output(wait=True)"),
  ],
  "displays updated in their own cell": [
    code(`${show}h = display(HTML('<b>0</b>'), display_id='one')\nh.update(HTML('<b>1</b>'))`),
  ],
  "displays updated from later cells": [
    code(`${show}display(Markdown('*first*'), display_id='here');display('other', display_id='there')`),
    code("update_display(Markdown('*second*'), display_id='here')\ndisplay('again', display_id='there')"),
    code("update_display('last', display_id='there')"),
  ],
  "rich outputs": [
    code(
      `${show}SVG("<svg xmlns='http://www.w3.org/2000/svg' width='9' height='9'><rect width='9' height='9'/></svg>")`,
    ),
    code("Image(data=bytes.fromhex('89504e470d0a1a0a'), format='png')"),
    code(
      "class Both:\n    def __repr__(self): return 'both'\n    def _repr_html_(self): return '<i>x</i>'\n    def _repr_latex_(self): return '$x$'\nBoth()",
    ),
  ],
  "a progress bar": [
    code("for i in range(0, 101, 10):\n    print(f'\\r{i:3d} %', end='', flush=True)\nprint()"),
  ],
  "an error": [code("print('before')\n1 / 0"), code("print('never')")],
  "an error that is expected": [code("raise ValueError('x')", "raises-exception"), code("print('on')")],
  "skipped cells": [code("raise SystemError", "skip-execution"), code("print('ran')")],
  "a kernel that dies": [code("import os, signal\nos.kill(os.getpid(), signal.SIGKILL)"), code("1")],
  history: [code("'first'"), code("_ + ' again'"), code("Out[1]")],
  // What ipywidgets sends, which need not be there.
  widgets: [
    code(
      "from comm import create_comm\n" +
        "state = {'_model_name': 'IntSliderModel', '_model_module': '@jupyter-widgets/controls', '_model_module_version': '2.0.0', 'value': 3, 'description': 'Depth'}\n" +
        "slider = create_comm(comm_id='m1', target_name='jupyter.widget', data={'state': state, 'buffer_paths': []})\n" +
        "picture = create_comm(comm_id='m2', target_name='jupyter.widget', data={'state': {'_model_name': 'ImageModel', '_model_module': 'x', '_model_module_version': '1', 'format': 'png'}, 'buffer_paths': [['value']]}, buffers=[b'\\x89PNG'])\n" +
        "display({'application/vnd.jupyter.widget-view+json': {'model_id': 'm1', 'version_major': 2, 'version_minor': 0}, 'text/plain': 'IntSlider(value=3)'}, raw=True)",
    ),
    code("slider.send({'method': 'update', 'state': {'value': 7}, 'buffer_paths': []})"),
  ],
  magics: [code("%%capture out\nprint('x')"), code("out.stdout"), code("%cd -q .")],
  "threads that write": [
    code(
      "import threading\nt = threading.Thread(target=lambda: print('from a thread'))\nt.start(); t.join()",
    ),
  ],
  "an empty cell": [code(""), code("# nothing to do"), code("  \n\n  ")],
  "other comms": [
    code(
      "from comm import create_comm\nc = create_comm(target_name='theirs', data={'a': 1})\nc.send({'b': 2}); 'sent'",
    ),
  ],
  "a cell that sleeps": [code("import time; time.sleep(0.2); print('awake')")],
  factorials: [
    code("import math"),
    code("math.factorial(30)"),
    code("[math.factorial(i) for i in range(9)]"),
  ],
  "an inline image": [
    code(
      "from base64 import b64decode\nImage(data=b64decode('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=='), width=8)",
    ),
  ],
  "many lines": [code("for i in range(20000): print(i)")],
};

/** What must be equal: not the path of a traceback, nor an object's address. */
function comparable(outputs: readonly Output[]): unknown[] {
  return outputs.map((one) => {
    if (one.output_type === "error") return { error: one.ename, evalue: one.evalue };
    if (one.output_type === "stream") return { stream: one.name, text: one.text };
    return { type: one.output_type, data: one.data, count: one.execution_count };
  });
}

const written = mkdtempSync(join(tmpdir(), "telelink-peer-"));

function file(name: string, content: Notebook): string {
  const path = join(written, `${name.replaceAll(" ", "-")}.ipynb`);
  writeFileSync(path, formatNotebook(content));
  return path;
}

function peer(script: string, ...args: string[]): { verdict: string; cells: Cell[]; widgets: unknown }[] {
  const whole = resolve(__dirname, "fixtures", script);
  const done = spawnSync(python as string, [whole, ...args], { encoding: "utf8", maxBuffer: 1e9 });
  if (done.status !== 0) throw new Error(done.stderr);
  return JSON.parse(done.stdout);
}

describe.skipIf(!python)("runNotebook with ipykernel, beside nbclient", () => {
  const kernel = python
    ? findKernelSpec(join(python, "..", "..", "share", "jupyter", "kernels", "python3"))
    : undefined;

  test("runNotebook gives nbclient's outputs and verdicts in the scenarios of its test suite", async () => {
    // What ends a run stands alone; everything else shares a kernel, to save its start.
    const alone = Object.keys(scenarios).filter((name) => /^an error$|dies/.test(name));
    const together = Object.keys(scenarios).filter((name) => !alone.includes(name));
    const names = [...alone, "all others"];
    const books = [...alone.map((name) => scenarios[name]), together.flatMap((name) => scenarios[name])].map(
      (cells) => notebook(cells, "python3", "python"),
    );
    const theirs = peer("nbclient_run.py", "python3", ...books.map((book, i) => file(names[i], book)));
    for (const [i, book] of books.entries()) {
      const ours = await runNotebook(book, { kernel: kernel!, cwd: written, timeoutSeconds: 60 });
      expect([names[i], ours.verdict]).toEqual([names[i], theirs[i].verdict]);
      expect(ours.notebook.metadata.widgets ?? null).toEqual(theirs[i].widgets);
      ours.notebook.cells.forEach((cell, j) => {
        const ends = cell.outputs?.at(-1);
        // Our own note that the kernel died; nbclient leaves none in the notebook.
        const outputs =
          ends?.output_type === "error" && ends.ename === "KernelDied"
            ? cell.outputs!.slice(0, -1)
            : cell.outputs!;
        expect([names[i], j, comparable(outputs)]).toEqual([
          names[i],
          j,
          comparable(theirs[i].cells[j].outputs ?? []),
        ]);
        if (ours.verdict !== "died") expect(cell.execution_count).toBe(theirs[i].cells[j].execution_count);
      });
    }
  });

  test("runNotebook gives papermill's outputs and verdicts: parameters, errors, sys.exit()", async () => {
    const given = {
      a: 5,
      b: 1.5,
      text: "01234",
      yes: true,
      list: [1, null, "x"],
      map: { k: [1, { z: false }] },
      odd: "😀\n",
    };
    const cells = [
      code("a = 1\nb = 2.5\ntext = 'x'", "parameters"),
      code("a, b, text, yes, list, map, odd, type(b)"),
    ];
    const endings = {
      parameters: cells,
      // What an earlier run injected gives way.
      again: [cells[0], { ...code("a = 7", "injected-parameters"), id: "old" }, cells[1]],
      broken: [code("print('before')"), code("1 / 0"), code("print('never')")],
      "good end": [code("print('on')"), code("import sys; sys.exit(0)"), code("print('never')")],
      "bad end": [code("raise SystemExit(3)"), code("print('never')")],
    };
    const books = Object.entries(endings).map(
      ([name, cells]) => [name, notebook(cells, "python3", "python")] as const,
    );
    const theirs = peer(
      "papermill_run.py",
      JSON.stringify(given),
      ...books.map(([name, book]) => file(name, book)),
    );
    for (const [i, [name, book]] of books.entries()) {
      const options = { kernel: kernel!, cwd: written };
      const ours = await runNotebook(injectParameters(book, given, "python"), options);
      expect([name, ours.verdict]).toEqual([name, theirs[i].verdict]);
      // papermill puts a cell above one that failed.
      const their = new Map(theirs[i].cells.map((cell) => [cell.source, cell.outputs]));
      const code = ours.notebook.cells.filter((cell) => book.cells.some((one) => one.source === cell.source));
      for (const { source, outputs } of code)
        expect([name, source, comparable(outputs ?? [])]).toEqual([
          name,
          source,
          comparable(their.get(source) ?? []),
        ]);
      if (name === "good end")
        expect(ours.ended).toBe(
          "cell 3 ended the notebook (SystemExit: 0); code cells after it that were not run: 1",
        );
    }
  });

  test("runNotebook runs notebooks that wait for each other at once, with one listener for all", async () => {
    const before = process.listenerCount("exit");
    const { signal } = new AbortController();
    let most = 0;
    const count = (): void => {
      most = Math.max(most, process.listenerCount("exit"));
    };
    const folder = mkdtempSync(join(tmpdir(), "telelink-peer-"));
    const wait = (i: number): string =>
      `import pathlib, time\npathlib.Path("${i}").touch()\nwhile len(list(pathlib.Path(".").iterdir())) < 3: time.sleep(0.05)`;
    const runs = await Promise.all(
      [0, 1, 2].map((i) =>
        runNotebook(notebook([code(wait(i))]), {
          ...{ kernel: kernel!, cwd: folder, timeoutSeconds: 60, on: count, signal },
        }),
      ),
    );
    expect(runs.map((one) => one.verdict)).toEqual(["ok", "ok", "ok"]);
    expect([most, process.listenerCount("exit")]).toEqual([before + 1, before]);
    // Node warns where more than the allowed number listen to one signal.
    expect(getMaxListeners(signal)).toBe(Infinity);
  });

  test("runNotebook interrupts an endless loop at its timeout", async () => {
    const endless = notebook([code("import time\nprint('on', flush=True)\nwhile True: time.sleep(0.1)")]);
    const done = await runNotebook(endless, { kernel: kernel!, cwd: written, timeoutSeconds: 1 });
    expect(done.verdict).toBe("timeout");
    const outputs = done.notebook.cells[0].outputs ?? [];
    expect(outputs.map((one) => one.output_type)).toEqual(["stream", "error", "error"]);
    expect(outputs[1]).toMatchObject({ ename: "KeyboardInterrupt" });
  });

  test("runNotebook refuses input()", async () => {
    const done = await runNotebook(notebook([code("input('name? ')")]), { kernel: kernel!, cwd: written });
    expect(done.verdict).toBe("error");
    expect(done.failures[0].ename).toBe("StdinNotImplementedError");
  });

  test("runNotebook leaves no rows in the person's IPython history", async () => {
    const cells = [code("get_ipython().history_manager.hist_file")];
    const done = await runNotebook(notebook(cells), { kernel: kernel!, cwd: written });
    expect(done.notebook.cells[0].outputs).toMatchObject([{ data: { "text/plain": "':memory:'" } }]);
  });

  test("injectParameters writes every kind of value as Python", async () => {
    const values = {
      whole: 3,
      part: -0.5,
      word: 'naïve "quoted" \\ \n line',
      yes: true,
      nothing: null,
      list: [1, "two", false, null],
      map: { a: [1], "b c": "d" },
    };
    const check = `import json\nprint(json.dumps([${Object.keys(values).join(", ")}]))`;
    const book = injectParameters(notebook([code(check)]), values, "python");
    const done = await runNotebook(book, { kernel: kernel!, cwd: written });
    expect(done.verdict).toBe("ok");
    const [output] = done.notebook.cells[1].outputs ?? [];
    expect(JSON.parse(output.output_type === "stream" ? output.text : "")).toEqual(Object.values(values));
  });
});
