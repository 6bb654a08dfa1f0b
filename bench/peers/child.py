"""The peer's side of one measurement: `python child.py NAME PARAMS`; see bench/harness.mjs."""

import gc
import importlib
import json
import pathlib
import re
import resource
import sys
import time

import psutil

sys.dont_write_bytecode = True


def cpu():
    used = resource.getrusage(resource.RUSAGE_SELF)
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime + children.ru_utime + children.ru_stime


def peak_bytes():
    try:
        status = pathlib.Path("/proc/self/status").read_text()
        return int(re.search(r"VmHWM:\s*(\d+)", status)[1]) * 1024
    except OSError:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


name, params = sys.argv[1], json.loads(sys.argv[2])
work = importlib.import_module(name).prepare(params)
for _ in range(params.get("warmups", 0)):
    work()
repeat = params.get("repeat", 1)
gc.collect()
try:
    # Linux forgets the peak so far on request: preparing may have needed more than the work does.
    pathlib.Path("/proc/self/clear_refs").write_text("5")
except OSError:
    pass
before = psutil.Process().memory_info().rss
start, start_wall = cpu(), time.perf_counter()
for _ in range(repeat):
    made = work()
wall, used = time.perf_counter() - start_wall, cpu() - start
peak = peak_bytes()
figures = made() if callable(made) else made
print(json.dumps({
    "cpu": used / repeat,
    "wall": wall / repeat,
    "memory": max(0, peak - before) / 2**20,
    "figures": figures or {},
}))
