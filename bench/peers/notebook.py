"""nbclient and papermill on the notebooks of bench/notebook.bench.mjs."""

import asyncio
import os
import subprocess
import sys
import tempfile


def prepare(params):
    os.environ["JUPYTER_PATH"] = os.path.join(params["home"], "share", "jupyter")
    return {"first": first, "further": further, "complete": complete, "whole": whole, "command": command}[params["kind"]](params)


def client(params, count):
    import nbformat
    from nbclient import NotebookClient

    cells = [nbformat.v4.new_code_cell(source) for source in params["cells"][:count]]
    return NotebookClient(nbformat.v4.new_notebook(cells=cells), kernel_name=params["kernel"], timeout=60)


class Session:
    """A kernel of nbclient that outlives the call that started it."""

    def __init__(self, params, count):
        self.loop = asyncio.new_event_loop()
        asyncio.set_event_loop(self.loop)
        self.client = client(params, count)
        self.kernel = self.client.async_setup_kernel()
        self.loop.run_until_complete(self.kernel.__aenter__())

    def execute(self, i):
        self.loop.run_until_complete(self.client.async_execute_cell(self.client.nb.cells[i], i))

    def end(self):
        self.loop.run_until_complete(self.kernel.__aexit__(None, None, None))
        return {}


def first(params):
    client(params, 1)

    def work():
        session = Session(params, 1)
        session.execute(0)
        return session.end

    return work


def further(params):
    session = Session(params, 25)
    for i in range(5):
        session.execute(i)

    def work():
        for i in range(5, 25):
            session.execute(i)
        return session.end

    return work


def complete(params):
    session = Session(params, 1)
    session.execute(0)

    def work():
        for i in range(10):
            code = f"rows0[{i}]."
            asked = session.client.kc.complete(code, len(code), reply=True, timeout=60)
            reply = session.loop.run_until_complete(asked)
            assert "value" in reply["content"]["matches"]
        return session.end

    return work


def whole(params):
    runner = client(params, 30)

    def work():
        runner.execute()
        return {"outputs": sum(len(cell.outputs) == 1 for cell in runner.nb.cells)}

    return work


def command(params):
    notebook = os.path.join(params["home"], "thirty.ipynb")

    def work():
        with tempfile.TemporaryDirectory() as out:
            subprocess.run(
                [sys.executable, "-m", "papermill", notebook, os.path.join(out, "o.ipynb"), "--no-progress-bar"],
                check=True,
                capture_output=True,
            )

    return work
