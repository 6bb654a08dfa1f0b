"""Makes the golden values that tests compare with, by the Python libraries of record (scripts/peers.txt).

    make peers                                  # once: installs them into .cache/peers
    .cache/peers/bin/python scripts/make-reference.py            # all
    .cache/peers/bin/python scripts/make-reference.py metrics    # only tests/reference/metrics.json
    make peers-clv                              # lifelines, lifetimes and others that need an older pandas
    .cache/peers-clv/bin/python scripts/make-reference.py survival btyd renewals uplift
    make peers-sdv                              # PyTorch
    .cache/peers-sdv/bin/python scripts/make-reference.py nets

Each scripts/reference/NAME.py has one function, make(), which returns what goes into tests/reference/NAME.json.
"""

import importlib
import json
import pathlib
import sys

here = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(here))
sys.dont_write_bytecode = True
names = sys.argv[1:] or sorted(path.stem for path in (here / "reference").glob("*.py"))
for name in names:
    try:
        module = importlib.import_module(f"reference.{name}")
    except ModuleNotFoundError as missing:
        if len(sys.argv) > 1:
            raise
        print(f"{name}: left as it is, this Python has no {missing.name} (scripts/peers*.txt)")
        continue
    if not hasattr(module, "make"):
        print(f"{name}: a program of its own, see its first lines")
        continue
    made = module.make()
    target = here.parent / "tests" / "reference" / f"{name}.json"
    target.write_text(json.dumps(made, indent=1) + "\n")
    print(f"{target.relative_to(here.parent)}: {target.stat().st_size} bytes")
